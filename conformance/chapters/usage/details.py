"""What a usage object says beside its three counts: tokens from a cache, tokens of reasoning."""

from __future__ import annotations

from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges, reads
from conformance.chapters.usage.counts import edit_usage, has_usage, shown, usages
from conformance.json_view import ABSENT, integer
from conformance.probe import Transcript
from conformance.probes.usage import PROMPTS
from conformance.reading import Reading
from conformance.verdict import Finding


def _cached_more(usage: dict[str, Any]) -> None:
    """More tokens are cached than were sent."""
    usage["prompt_tokens_details"] = {"cached_tokens": usage["prompt_tokens"] + 1}


@reads("usage.cached-within", where=has_usage, forgery=edit_usage(_cached_more))
def cached_within(reading: Reading) -> Statements:
    """`cached_tokens`, where sent, is at most `prompt_tokens`."""
    for usage, where in usages(reading):
        cached = integer(usage.at("prompt_tokens_details", "cached_tokens"))
        if cached is not None and usage.prompt is not None and not 0 <= cached <= usage.prompt:
            yield Finding(where, f"cached_tokens of 0 to {usage.prompt}", str(cached), reading.id)


def _details_of(reading: Reading) -> bool:
    return (
        reading.usage is not None
        and integer(reading.usage.at("prompt_tokens_details", "cached_tokens")) is not None
    )


def _now_and_then(transcript: Transcript) -> Transcript:
    """One answer tells of cached tokens where the others do not, or the other way about."""
    first = transcript.labelled("words-")[0]
    details = None if _details_of(first) else {"cached_tokens": 0}

    def edit(document: Any) -> None:
        document["usage"]["prompt_tokens_details"] = details

    return transcript.replacing(forge.with_json(first.exchange, edit))


@judges("usage.details-stable", on=PROMPTS, forgery=_now_and_then)
def details_stable(transcript: Transcript) -> Statements:
    """`cached_tokens` is in every answer's usage, or in none."""
    counted = [reading for reading in transcript.readings if reading.ok and has_usage(reading)]
    with_details = [reading for reading in counted if _details_of(reading)]
    without = [reading for reading in counted if not _details_of(reading)]
    if with_details and without:
        reading, other = without[0], with_details[0]
        yield Finding(
            reading.at_pointer("/usage/prompt_tokens_details"),
            f"cached_tokens, as in {other.id}",
            shown(reading.usage.at("prompt_tokens_details") if reading.usage else ABSENT),
            reading.id,
        )


def _reasoned_more(usage: dict[str, Any]) -> None:
    """More tokens were reasoned than were made."""
    spent = usage["completion_tokens"]
    usage["completion_tokens_details"] = {"reasoning_tokens": spent + 1}


@reads("usage.reasoning-within", where=has_usage, forgery=edit_usage(_reasoned_more))
def reasoning_within(reading: Reading) -> Statements:
    """`reasoning_tokens`, where sent, is at most `completion_tokens`."""
    for usage, where in usages(reading):
        thought = integer(usage.at("completion_tokens_details", "reasoning_tokens"))
        spent = usage.completion
        if thought is not None and spent is not None and not 0 <= thought <= spent:
            yield Finding(where, f"reasoning_tokens of 0 to {spent}", str(thought), reading.id)


def _cached(usage: dict[str, Any]) -> None:
    """A token is said to be cached."""
    usage["prompt_tokens_details"] = {"cached_tokens": 1}


@reads("usage.not-cached", where=has_usage, forgery=edit_usage(_cached))
def not_cached(reading: Reading) -> Statements:
    """No token is reported as cached."""
    for usage, where in usages(reading):
        cached = usage.at("prompt_tokens_details", "cached_tokens")
        if cached is not ABSENT and cached not in (0, None):
            yield Finding(where, "cached_tokens 0, null or absent", repr(cached)[:40], reading.id)
