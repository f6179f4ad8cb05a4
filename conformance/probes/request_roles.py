"""Conversations about who speaks: roles, turns and their order. Judge nothing."""

from __future__ import annotations

from conformance.answering import CONTROL
from conformance.capability import Found, capability, classify
from conformance.probe import Probe, Script, Transcript, together
from conformance.scene import Message, Scene

QUESTION = "Tell me something about the sea."
INSTRUCTION = "Answer in French, in capital letters only."
CAP = 40
"""Room for what a model may say first: "Sure, here is your sentence:", or what an adapter adds."""
ASKED = "Repeat my city and your fruit in one sentence."


def said(role: str, content: str) -> Message:
    """Return a message."""
    return {"role": role, "content": content}


def turns(
    city: str = "Lima", fruit: str = "Mango", asked: str = ASKED, *, reply: str = "assistant"
) -> list[Message]:
    """Return a conversation whose last answer leans on each of its three turns."""
    return [
        said("user", f"I live in {city}. Pick a fruit."),
        said(reply, f"{fruit}."),
        said("user", asked),
    ]


def _roles(scene: Scene) -> Script:
    instructed = [said("system", INSTRUCTION), said("user", QUESTION)]
    told = [said("developer", INSTRUCTION), said("user", QUESTION)]
    conversations: list[tuple[str, list[Message]]] = [
        (CONTROL, [said("user", QUESTION)]),
        ("system", instructed),
        ("developer", told),
        ("turns", turns()),
        ("turns-first", turns(city="Oslo")),
        ("turns-answer", turns(fruit="Papaya")),
        ("turns-last", turns(asked="Name three rivers.")),
    ]
    yield from together(
        scene.chat(label, messages, max_tokens=CAP, temperature=0)
        for label, messages in conversations
    )


ROLES = Probe("request-roles", _roles)


@capability("system-role", on=ROLES)
def system_role(transcript: Transcript) -> Found:
    """A leading system message is accepted; whether it acts is judged."""
    reading = transcript["system"]
    return classify(reading, bool(reading.choice_indexes), "a leading system message")


@capability("developer-role", on=ROLES)
def developer_role(transcript: Transcript) -> Found:
    """A leading developer message is accepted; whether it acts is judged."""
    reading = transcript["developer"]
    return classify(reading, bool(reading.choice_indexes), "a leading developer message")


@capability("multi-turn", on=ROLES)
def multi_turn(transcript: Transcript) -> Found:
    """A conversation of user, assistant and user is accepted."""
    reading = transcript["turns"]
    return classify(reading, bool(reading.choice_indexes), "three turns")
