"""What the judges of refusals share: forgeries of one labelled exchange."""

from __future__ import annotations

from collections.abc import Callable

from conformance import forge
from conformance.exchange import Exchange
from conformance.probe import Transcript


def relabelled(
    label: str, change: Callable[[Exchange], Exchange]
) -> Callable[[Transcript], Transcript | None]:
    def forgery(transcript: Transcript) -> Transcript | None:
        reading = transcript.get(label)
        return transcript.replacing(change(reading.exchange)) if reading else None

    forgery.__doc__ = change.__doc__
    return forgery


def unprocessable(exchange: Exchange) -> Exchange:
    """The status is 422."""
    return forge.with_status(exchange, 422)
