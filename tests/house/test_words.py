"""What no file of the project says: where it was made, what is left to do, what is not run."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.house.rooms import ROOT, kept

# Each pattern is written so that it does not match itself.
FORBIDDEN = {
    "a path of some machine": r"(?<![\w.])/(?:wor[k]|roo[t]|far[m]|hom[e]|User[s])/[a-z.]",
    "the address of a package index": r"index-ur[l]|pypi\.or[g]/simple|\"resolve[d]\":",
    "something left to do": r"\b(?:TOD[O]|FIXM[E]|XX[X]|HAC[K])\b",
    "a test that is not run": r"mark\.ski[p]|mark\.xfai[l]",
    "a key that opens something": r"\bsk-(?:pro[j]|liv[e])-\w{12}|\bgh[p]_\w{20}|AKI[A]\w{12}",
}


def said(pattern: str) -> Iterator[str]:
    """Yield each place where some file says it."""
    wanted = re.compile(pattern)
    for path in kept():
        text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if wanted.search(line):
                yield f"{path}:{number}: {line.strip()[:80]}"


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what: str) -> None:
    assert list(said(FORBIDDEN[what])) == []


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a path of some machine", "see /" + "home/me/x.py"),
        ("the address of a package index", "--extra-index-" + "url=x"),
        ("something left to do", "# TO" + "DO: more"),
        ("a test that is not run", "@pytest.mark." + "skip"),
        ("a key that opens something", "sk-" + "proj-abcdefabcdef"),
    ],
)
def test_the_pattern_finds_what_it_forbids(what: str, line: str) -> None:
    assert re.search(FORBIDDEN[what], line)
