"""Requests at the same time: each has its own answer, and none waits for another's stream."""

from __future__ import annotations

from dataclasses import replace

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.probe import Transcript
from conformance.probes.always import BESIDE, OPEN_STREAM, OVERLAP, ROUNDS, WORDS, waited
from conformance.verdict import Finding, NotApplicable


def exchanged(transcript: Transcript) -> Transcript:
    """Two answers at the same time are swapped."""
    one, other = (transcript[f"whole-{word}"].exchange for word in WORDS[:2])
    return transcript.replacing(forge.with_body(one, other.body))


@judges("always.overlap", on=OVERLAP, forgery=exchanged)
def overlap(transcript: Transcript) -> Statements:
    """No answer holds the word, or is the answer, of another request at the same time."""
    alone = {word: transcript.answered(f"alone-{word}").text_of() for word in WORDS}
    if len(set(alone.values())) < len(WORDS):
        raise NotApplicable("different questions have the same answer here")
    for word in WORDS:
        for mode in ("whole", "streamed"):
            reading = transcript.get(f"{mode}-{word}")
            if reading is None or not reading.ok:
                continue
            text = reading.text_of()
            for other in WORDS:
                mixed = other in text.lower() and other not in alone[word].lower()
                if other != word and (mixed or text == alone[other]):
                    yield Finding(
                        f"{reading.id}, text",
                        f"the answer to {word!r}, such as {alone[word][:60]!r}",
                        f"that to {other!r}: {text[:60]!r}",
                        reading.id,
                    )


def queued(transcript: Transcript) -> Transcript:
    """Every small request is answered only once the stream is over, in both rounds."""
    exchanges = [transcript["alone"].exchange]
    for place in ROUNDS:
        stream = replace(transcript["stream-1"].exchange, ended_at=9.0)
        stream = replace(stream, request=replace(stream.request, label=f"stream-{place}"))
        exchanges.append(stream)
        for each in BESIDE:
            small = transcript[f"beside-1-{each}"].exchange
            late = stream.began + 9.0 - small.began
            request = replace(small.request, label=f"beside-{place}-{each}")
            exchanges.append(replace(small, request=request, headers_at=late, ended_at=late))
    return transcript.with_exchanges(exchanges)


@judges("always.while-streaming", on=OPEN_STREAM, forgery=queued)
def while_streaming(transcript: Transcript) -> Statements:
    """Of the small requests made while a stream is open, not all wait for its end, twice."""
    alone = transcript.answered("alone").exchange.ended_at
    for place in ROUNDS:
        if place > 1 and transcript.get(f"stream-{place}") is None:
            return
        stream = transcript.answered(f"stream-{place}").exchange
        small = [transcript.answered(f"beside-{place}-{each}").exchange for each in BESIDE]
        if not waited(stream, small, alone):
            return
    yield Finding(
        f"{small[0].id}, time",
        f"an answer before the stream ended, as it takes {alone:.2f} s alone",
        f"{small[0].ended_at:.2f} s, after the stream of {stream.ended_at:.2f} s",
        small[0].id,
    )
