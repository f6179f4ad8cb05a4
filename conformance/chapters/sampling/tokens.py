"""Entries of tokens: their bytes, and the alternatives beside them."""

from __future__ import annotations

import itertools
from typing import Any

from conformance import excerpt
from conformance.catalogue import Statements, reads
from conformance.chapters.sampling.logprobs import (
    ROUNDING,
    VEILED,
    edited,
    entries,
    number,
    tops,
    with_entries,
    with_logprobs,
)
from conformance.json_view import integer
from conformance.reading import Reading
from conformance.verdict import Finding, Note


def code_points(content: list[dict[str, Any]]) -> None:
    """`bytes` are code points."""
    for entry in content:
        entry["bytes"] = [ord(character) + 1 for character in entry["token"]]


@reads("sampling.logprobs-bytes", where=with_entries, forgery=edited(code_points), rare=True)
def logprobs_bytes(reading: Reading) -> Statements:
    """Where `bytes` is given and the token is whole characters, it is their UTF-8."""
    for each in entries(reading):
        token, raw = each.value.get("token"), each.value.get("bytes")
        if not isinstance(token, str) or not isinstance(raw, list) or VEILED.search(token):
            continue
        if not all(isinstance(byte, int) and 0 <= byte <= 255 for byte in raw):
            yield Finding(each.where, "bytes from 0 to 255", excerpt.visible_value(raw), reading.id)
            return
        due = token.encode("utf-8", "surrogatepass")
        if bytes(raw).strip() != due.strip():
            yield Finding(each.where, f"{list(due)}, for {token!r}", str(raw[:20]), reading.id)
            return


MOST_TOPS = 20
"""More is to be refused; what an answer to such a request holds is nobody's promise."""


def asked_for_tops(reading: Reading) -> bool:
    """Entries of a request that says how many others it wants, and may have so many."""
    wanted = integer(reading.asked("top_logprobs"))
    return with_entries(reading) and wanted is not None and 0 <= wanted <= MOST_TOPS


def one_less(content: list[dict[str, Any]]) -> None:
    """One alternative fewer stands beside each token; one stands where none was asked for."""
    for entry in content:
        others = entry["top_logprobs"]
        entry["top_logprobs"] = others[:-1] if others else [dict(entry)]


@reads("sampling.top-logprobs-count", where=asked_for_tops, forgery=edited(one_less), rare=True)
def top_logprobs_count(reading: Reading) -> Statements:
    """Each token has as many alternatives as were asked for."""
    wanted = integer(reading.asked("top_logprobs")) or 0
    for each in entries(reading):
        others = tops(each.value)
        # A sampled token that is none of the likeliest may be listed behind them.
        last = others[-1].get("token") if others else None
        added = len(others) == wanted + 1 and last == each.value.get("token")
        if len(others) == wanted:
            continue
        if added and wanted and others[0].get("token") != each.value.get("token"):
            yield Note("the sampled token is listed beside the likeliest", reading.id)
            continue
        yield Finding(f"{each.where}/top_logprobs", f"{wanted}", f"{len(others)}", reading.id)
        return


def worst_first(content: list[dict[str, Any]]) -> None:
    """The alternatives come in the wrong order."""
    for entry in content:
        entry["top_logprobs"].reverse()


def two_or_more_tops(reading: Reading) -> bool:
    """Entries with alternatives to put in order."""
    return any(len(tops(each.value)) > 1 for each in entries(reading)) and with_logprobs(reading)


@reads(
    "sampling.top-logprobs-order", where=two_or_more_tops, forgery=edited(worst_first), rare=True
)
def top_logprobs_order(reading: Reading) -> Statements:
    """The alternatives come likeliest first."""
    for each in entries(reading):
        read = (number(one.get("logprob")) for one in tops(each.value))
        values = [value for value in read if value is not None]
        if any(after > before + ROUNDING for before, after in itertools.pairwise(values)):
            yield Finding(f"{each.where}/top_logprobs", "descending", str(values), reading.id)
            return
