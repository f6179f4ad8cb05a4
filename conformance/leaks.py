"""Leaks: what should have stayed inside, found in a text by how it looks. Knows no exchange."""

from __future__ import annotations

import re
from collections.abc import Iterable

Sought = tuple[tuple[str, ...], re.Pattern[str]]
"""An expression, and words of which a text must hold one before the expression can match: most
answers hold none, and to look for a word takes a hundredth of the time."""

_TRACES: tuple[Sought, ...] = (
    (("Traceback (",), re.compile(r"Traceback \(most recent call last\)")),
    (('File "',), re.compile(r'File "[^"\n]{1,300}", line \d+')),
    (
        (".java:", ".kt:", ".scala:", "js:", ".ts:", ".cs:"),
        re.compile(
            r"\bat [\w.$<>/]{1,200}\([\w.$/-]{1,200}\.(?:java|kt|scala|js|ts|mjs|cjs|cs):\d+"
        ),
    ),
    (
        ("file://", "node:", " /", "(/"),
        re.compile(
            r"\bat (?:async )?(?:[\w.$<>]{1,100} )?\(?(?:file://|node:|/)[^\s()]{1,200}:\d+:\d+"
        ),
    ),
    (("(<anonymous>)",), re.compile(r"\bat [\w.$<> ]{1,200}\(<anonymous>\)")),
    (("goroutine ",), re.compile(r"\bgoroutine \d+ \[")),
    ((".go:",), re.compile(r"\S{1,200}\.go:\d+ \+0x[0-9a-f]+")),
    (("thread '",), re.compile(r"\bthread '[^'\n]{1,100}' panicked at")),
    (("backtrace:",), re.compile(r"\bstack backtrace:")),
    (("panic: ",), re.compile(r"\bpanic: [^\n]{1,200}\n")),
)
_ROOTS = ("home", "root", "usr", "opt", "var", "srv", "app", "tmp", "etc", "workspace", "mnt",
          "data", "Users")  # fmt: skip
_PLACES: tuple[Sought, ...] = (
    (
        tuple(f"/{root}/" for root in _ROOTS),
        re.compile(
            rf"(?<![\w/:.])/(?:{'|'.join(_ROOTS)})/[\w.@+-]{{1,100}}(?:/[\w.@+-]{{1,100}})*"
        ),
    ),
    ((":\\",), re.compile(r"\b[A-Z]:\\{1,2}[\w .-]{1,60}\\{1,2}[\w .-]{1,60}")),
    (
        ("-packages", "node_modules"),
        re.compile(r"\bsite-packages\b|\bdist-packages\b|\bnode_modules\b"),
    ),
    (
        ("10.", "192.168.", "172."),
        re.compile(
            r"(?<![\d.])(?:10\.\d{1,3}\.\d{1,3}\.\d{1,3}|192\.168\.\d{1,3}\.\d{1,3}"
            r"|172\.(?:1[6-9]|2\d|3[01])\.\d{1,3}\.\d{1,3})(?::\d+)?(?![\d.])"
        ),
    ),
    (
        (".internal", ".svc.cluster.local"),
        re.compile(
            r"\b[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,5}\.(?:internal|svc\.cluster\.local)\b"
        ),
    ),
)
_TEMPLATE = re.compile(
    r"<\|[A-Za-z_][\w ]{0,40}\|>"
    "|<\uff5c[^\uff5c\\s]{1,40}\uff5c>"
    r"|</?(?:start|end)_of_(?:turn|image|text)>?"
    r"|<(?:bos|eos|pad|unk|eot|eod|unused\d{1,2})>"
    r"|\[/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS)\]"
    r"|<</?SYS>>"
    r"|</s>"
)
_HEADER = re.compile(r"\A\s*(?:model|assistant|user)\r?\n")
_TOKENIZER = re.compile("\N{LOWER ONE EIGHTH BLOCK}\\w|<0x[0-9A-F]{2}>|\\w\u0120[a-z]|\\w\u010a")
_ENGINES = re.compile(
    r"@cf/|\bworkers[ -]?ai\b|\bcloudflare\b|\bAiError\b|\bvllm\b|\bsglang\b|\bllama[._-]?cpp\b"
    r"|\bonnxruntime\b|\btensorrt\b|\bpydantic\b|\bfastapi\b|\buvicorn\b|\bstarlette\b|\bCUDA\b",
    re.IGNORECASE,
)


def _found(pattern: re.Pattern[str], text: str, said: str) -> list[str]:
    """Return the matches in a text that what was `said` before does not hold."""
    return [found[0] for found in pattern.finditer(text) if found[0] not in said]


def _sought(each: Iterable[Sought], text: str, said: str) -> list[str]:
    return [
        found
        for words, pattern in each
        if any(word in text for word in words)
        for found in _found(pattern, text, said)
    ]


def traces(text: str, said: str = "") -> list[str]:
    """Return the lines of stack traces, of common languages."""
    return _sought(_TRACES, text, said)


def places(text: str, said: str = "") -> list[str]:
    """Return paths of a host's files, and private addresses and names of hosts."""
    return _sought(_PLACES, text, said)


def template_marks(text: str, tokens: Iterable[str], said: str = "") -> list[str]:
    """Return marks of chat templates: given special tokens, common ones, a role's header."""
    exact = [token for token in tokens if token in text and token not in said]
    marks = _found(_TEMPLATE, text, said)
    if "<s>" in text:  # Struck-out text of HTML, not the end of a sequence.
        marks = [mark for mark in marks if mark != "</s>"]
    return exact + marks + [found[0] for found in _HEADER.finditer(text)]


def tokenizer_marks(text: str, said: str = "") -> list[str]:
    """Return marks that tokenizers put for blanks and bytes, which are no text."""
    return _found(_TOKENIZER, text, said)


def engine_names(text: str, said: str = "") -> list[str]:
    """Return names of engines, frameworks and vendors that may stand behind a gateway."""
    return _found(_ENGINES, text, said)
