"""Who speaks: system, developer, user and assistant, and what their order means."""

from __future__ import annotations

from conformance import forge
from conformance.answering import decided, not_accepted
from conformance.catalogue import Statements, judges
from conformance.probe import Transcript
from conformance.probes.request_roles import ROLES


def without_turns(transcript: Transcript) -> Transcript:
    """A conversation of three turns is refused."""
    return transcript.replacing(forge.with_status(transcript["turns"].exchange, 400))


@judges("request.turns-accepted", on=ROLES, forgery=without_turns)
def turns_accepted(transcript: Transcript) -> Statements:
    """A user, assistant, user conversation is answered."""
    yield from not_accepted(decided(transcript, "turns"), "chat is made of turns")
