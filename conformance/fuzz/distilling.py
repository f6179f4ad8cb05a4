"""Distilling: each cause as a plain pytest file, to be kept beside the gateway's own tests."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from conformance.fuzz.cause import Cause
from openapi import Contract

_TEST = '''"""{title}

Found by gonogo with seed {seed}, {case}. Set GONOGO_URL to the base URL, and GATEWAY_KEY to a key.
"""

import os

from conformance.fuzz.distilled import findings

BODY = {body!r}
HEADERS = {headers!r}


def test_{name}() -> None:
    url, key = os.environ["GONOGO_URL"], os.environ.get("GATEWAY_KEY")
    found = findings({requirement!r}, BODY, url=url, key=key, scope={scope!r}, headers=HEADERS)
    assert found == []
'''


def distil(folder: Path, causes: Iterable[Cause], law: Contract, seed: int, scope: str) -> int:
    """Write a file for each cause that one request shows; return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for cause in causes:
        request = cause.exchange.request
        if not cause.alone:
            continue
        name = re.sub(r"\W+", "_", cause.key.lower()).strip("_")
        text = _TEST.format(
            title=law.requirement(cause.requirement).text.replace("\\", "\\\\"),
            seed=seed,
            case=cause.first,
            body=request.body or b"",
            headers=tuple(request.headers),
            name=name,
            requirement=cause.requirement,
            scope=scope,
        )
        (folder / f"test_{name}.py").write_text(text, encoding="utf-8")
        count += 1
    return count
