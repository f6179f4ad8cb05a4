"""The inspector: a page that watches the mock from a browser. Shows nothing without the token.

The page, its style and its script are files that tell nothing of the mock, so they are public; what
they show, they ask of the control API, with the token that stands behind the # of the address.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from mock_server.control.page import Asked, page
from mock_server.message import Reply

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing runs, loads or frames that is not one of these files."""


def _file(name: str, kind: str) -> Reply:
    headers = {
        "content-type": f"{kind}; charset=utf-8",
        "content-security-policy": POLICY,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }
    return Reply(200, _read(name), headers)


@cache
def _read(name: str) -> bytes:
    return resources.files("mock_server.inspector").joinpath(name).read_bytes()


@page("GET", "", public=True)
async def inspector(asked: Asked) -> object:
    """Answer with the page."""
    del asked
    return _file("page.html", "text/html")


@page("GET", "inspector/page.css", public=True)
async def style(asked: Asked) -> object:
    """Answer with how it looks."""
    del asked
    return _file("page.css", "text/css")


@page("GET", "inspector/{name}.js", public=True)
async def script(asked: Asked) -> object:
    """Answer with what it does."""
    name = asked.arguments["name"]
    return _file(f"{name if name in SCRIPTS else 'page'}.js", "text/javascript")


SCRIPTS = frozenset({"axis", "make", "page", "tables"})
