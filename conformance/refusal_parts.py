"""One part of a refusal's error object, such as its type: for chapters that know what is due."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance import forge
from conformance.catalogue import Statements, judges
from conformance.error_view import Envelope
from conformance.probe import Probe, Transcript
from conformance.reading import Reading
from conformance.verdict import Finding, NotApplicable


def declare_part(
    identity: str,
    name: str,
    known: tuple[str, ...],
    *,
    on: Probe,
    refusal: Callable[[Transcript], Reading | None],
    also: tuple[str | None, ...] = (),
) -> None:
    """Declare the judge that a part of a refusal's error object is one of those `known`.

    `refusal` finds the answer in a conversation, or None where it is no such refusal. In scope
    `any` the part may `also` be what clients know from others.
    """

    def judge(transcript: Transcript) -> Statements:
        reading = refusal(transcript)
        if reading is None or reading.error.kind is not Envelope.OPENAI:
            raise NotApplicable("not refused with an error object; other requirements judge that")
        accepted = known if reading.setting.scope == "gateway" else (*known, *also)
        value = getattr(reading.error, name)
        if value not in accepted:
            where = reading.at_pointer(f"/error/{name}")
            yield Finding(where, " or ".join(known), repr(value)[:80], reading.id)

    def edit(document: Any) -> None:
        document["error"][name] = "nonsense"

    def forgery(transcript: Transcript) -> Transcript | None:
        reading = refusal(transcript)
        if reading is None:
            return None
        return transcript.replacing(forge.with_json(reading.exchange, edit))

    judge.__doc__ = f"The {name} of that refusal is {' or '.join(known)}."
    forgery.__doc__ = f"The {name} is nonsense."
    judges(identity, on=on, forgery=forgery)(judge)
