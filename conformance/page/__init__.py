"""Page: one self-contained HTML file that runs no code but its own. Knows nothing of reports.

The only file that imports Jinja2. Everything that is filled in is escaped, and a content policy
with the hashes of style and script forbids whatever else might have slipped in.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

from conformance.errors import UsageError
from conformance.showing import visible

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def compose(template: str, **values: Any) -> str:
    """Return a whole page; raises UsageError when Jinja2 is not installed."""
    style, script = part("page.css"), part("page.js")
    policy = (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )
    page = environment().get_template(template)
    text: str = page.render(
        policy=trusted(policy), style=trusted(style), script=trusted(script), **values
    )
    return text


def fragment(template: str, **values: Any) -> Markup:
    """Return a piece of a page, ready to be filled into one."""
    return trusted(environment().get_template(template).render(**values))


def trusted(text: str) -> Markup:
    """Return text of our own that is HTML already. Never for anything a gateway said."""
    from markupsafe import Markup

    return Markup(text)  # noqa: S704


def part(name: str) -> str:
    """Return a file of this folder."""
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


@functools.cache
def environment() -> Environment:
    """Return what fills templates in; raises UsageError when Jinja2 is not installed."""
    try:
        from jinja2 import Environment, FunctionLoader, StrictUndefined
    except ImportError:
        raise UsageError(
            "the HTML report needs Jinja2", hint="pip install 'gonogo[report]'"
        ) from None
    filling = Environment(
        loader=FunctionLoader(part),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filling.filters["ticked"] = _ticked
    return filling


def _ticked(text: str) -> Markup:
    """Show what stands between backticks as code."""
    from markupsafe import escape

    return trusted(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(visible(text)))))


def _shown(value: Any) -> Any:
    """Spell out what would be invisible or misleading, in all that is not HTML of our own."""
    return value if hasattr(value, "__html__") else visible(value)
