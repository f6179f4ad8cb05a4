"""Who speaks: system, developer, user and assistant, and whether each of them is heard."""

from __future__ import annotations

from conformance import forge
from conformance.answering import CONTROL, decided, excerpt, not_accepted
from conformance.catalogue import ConversationJudge, Statements, TranscriptForgery, judges
from conformance.chapters.request.accepted import breaking, refusing
from conformance.probe import Transcript
from conformance.probes.request_content import CONVERSATIONS
from conformance.probes.request_roles import ROLES
from conformance.reading import Reading
from conformance.settling import differing
from conformance.verdict import Finding, NotApplicable


@judges("request.turns-accepted", on=ROLES, forgery=refusing("turns"))
def turns_accepted(transcript: Transcript) -> Statements:
    """A user, assistant, user conversation is answered."""
    yield from not_accepted(decided(transcript, "turns"), "chat is made of turns")


@judges("request.system-answered", on=ROLES, forgery=breaking("system"))
def system_answered(transcript: Transcript) -> Statements:
    """A system or developer message is answered or refused, never a 5xx."""
    for label in ("system", "developer"):
        reading = decided(transcript, label)
        if reading.status is not None and reading.status >= 500:
            actual = f"{reading.status}: {excerpt(reading)}"
            yield Finding(reading.at_status(), "200 or 4xx", actual, reading.id)


@judges("request.system-accepted", on=ROLES, forgery=refusing("system"))
def system_accepted(transcript: Transcript) -> Statements:
    """A leading system message is answered."""
    yield from not_accepted(decided(transcript, "system"), "frameworks send a system message")


@judges("request.developer-accepted", on=ROLES, forgery=refusing("developer"))
def developer_accepted(transcript: Transcript) -> Statements:
    """A leading developer message is answered."""
    yield from not_accepted(decided(transcript, "developer"), "`developer` is the new `system`")


def same(label: str, other: str) -> TranscriptForgery:
    """Return the forgery whose one answer is a copy of another."""

    def forgery(transcript: Transcript) -> Transcript:
        body = transcript[other].exchange.body
        return transcript.replacing(forge.with_body(transcript[label].exchange, body))

    return forgery


def unheard(label: str, without: str, unlike: str) -> ConversationJudge:
    """Return the judge that a message is heard: with it, or with another, the answer differs.

    `unlike` is an answer to another last question; where even that is the same, answers do not
    depend on what is asked, and nothing follows from equal ones.
    """

    def judge(transcript: Transcript) -> Statements:
        reading, other = transcript.answered(label), transcript.answered(without)
        if transcript.setting.capabilities.get("deterministic") == "effective":
            if transcript.answered(unlike).text_of() == reading.text_of():
                raise NotApplicable("the answers do not depend on the question")
            if reading.text_of() == other.text_of():
                yield unchanged(reading, other)
        elif reading.usage and other.usage and reading.usage.prompt == other.usage.prompt:
            counted = f"prompt_tokens {reading.usage.prompt} with it and without"
            yield Finding(
                f"{reading.id}, usage", "more tokens with the message", counted, reading.id
            )

    judge.__doc__ = "The greedy answer depends on the message."
    return judge


def unchanged(reading: Reading, other: Reading) -> Finding:
    """Return the finding of two answers that should differ."""
    return Finding(
        f"{reading.id}, text",
        f"another answer than to {other.id}",
        f"the same: {reading.text_of()[:100]!r}",
        reading.id,
    )


judges("request.system-acts", on=ROLES, forgery=same("system", CONTROL))(
    unheard("system", CONTROL, "turns-last")
)
judges("request.developer-acts", on=ROLES, forgery=same("developer", CONTROL))(
    unheard("developer", CONTROL, "turns-last")
)


@judges("request.turns-all-read", on=ROLES, forgery=same("turns-first", "turns"))
def turns_all_read(transcript: Transcript) -> Statements:
    """The answer depends on each turn of the conversation."""
    whole = transcript.answered("turns")
    if transcript.answered("turns-last").text_of() == transcript.answered(CONTROL).text_of():
        raise NotApplicable("the answers do not depend on the question")
    for label in ("turns-first", "turns-answer", "turns-last"):
        other = transcript.answered(label)
        if other.text_of() == whole.text_of():
            yield unchanged(other, whole)


@judges("request.same-role-read", on=CONVERSATIONS, forgery=same("users-other-first", "users"))
def same_role_read(transcript: Transcript) -> Statements:
    """Of two user turns in a row the first is read."""
    for label in ("users", "users-other-first"):
        reading = decided(transcript, label)
        if 400 <= (reading.status or 0) < 500:
            raise NotApplicable(f"{reading.id}: refused with {reading.status}")
    whole, other = transcript.answered("users"), transcript.answered("users-other-first")
    if transcript.answered("first").text_of() == whole.text_of():
        raise NotApplicable("the answers do not depend on the question")
    if whole.text_of() == other.text_of():
        yield unchanged(other, whole)


def folded(*pairs: tuple[str, str]) -> ConversationJudge:
    """Return the judge that messages are read as the turn they are folded into."""

    def judge(transcript: Transcript) -> Statements:
        yield from differing(transcript, pairs)

    judge.__doc__ = "The greedy answer is that to the folded turns."
    return judge


judges("request.same-role-folded", on=CONVERSATIONS, forgery=same("users", "first"))(
    folded(("users", "users-folded"))
)
judges("request.system-folded", on=CONVERSATIONS, forgery=same("instructed", "first"))(
    folded(("instructed", "instructed-folded"))
)
judges("request.late-folded", on=CONVERSATIONS, forgery=same("late", "first"))(
    folded(("late", "late-folded"))
)


@judges("request.roundtrip", on=CONVERSATIONS, forgery=refusing("second"))
def roundtrip(transcript: Transcript) -> Statements:
    """The message of an answer is accepted as a turn of the next request."""
    if transcript.get("second") is None:
        raise NotApplicable("the answer holds no message to send back")
    yield from not_accepted(decided(transcript, "second"), "the server made that message")
