"""Conversations in which something is told and asked for again, written for this project.

Knows the writer's words; the writer mixes them in.
"""

from __future__ import annotations

from write_corpus import FAMILIES, NAMES, Chat, Writer

FACTS = (
    ("I live in {}.", "city", "You live in {}.", ("Where do I live?", "What is my city?")),
    ("I am from {}.", "city", "You are from {}.", ("Where am I from?", "Say my city again.")),
    (
        "My favourite colour is {}.",
        "colour",
        "You named {}.",
        ("What is my colour?", "Which colour did I name, and why do people like it?"),
    ),
    ("I like {}.", "fruit", "You like {}.", ("What do I like?", "Which fruit do I like?")),
    ("I have a {}.", "animal", "You have a {}.", ("What do I have?", "Which animal is mine?")),
    ("My name is {}.", "name", "Your name is {}.", ("What is my name?", "Who am I?")),
    ("I play the {}.", "instrument", "You play the {}.", ("What do I play?",)),
)
HEARD = ("So.", "Go on.", "Noted.", "ok", "I see.", "Yes.", "Good.", "Thank you.", "Hm.")
ALIKE = ("I see, {}.", "{}, I see.", "{} it is.", "So it is {}.", "I will remember {}.")


def member(writer: Writer, family: str) -> str:
    """One of a family, or now and then any word at all."""
    if writer.random.random() < 0.3:
        return writer.word()
    return writer.random.choice(NAMES if family == "name" else FAMILIES[family])


def told(writer: Writer) -> Chat:
    """One or two facts, in one turn or in several, and then a question about one of them."""
    hand = writer.random
    chosen = hand.sample(FACTS, hand.randint(1, 2))
    words = [member(writer, family) for _, family, _, _ in chosen]
    facts = [fact.format(word) for (fact, *_), word in zip(chosen, words, strict=True)]
    which = hand.randrange(len(chosen))
    _, family, answer, questions = chosen[which]
    question = hand.choice([*questions, f"Repeat my {family}.", f"Which {family} did I name?"])
    if hand.random() < 0.2:
        question = f"Repeat my {family}."
    answer = answer.format(words[which])
    if "why" in question:
        answer += " People like it because it is calm and bright."
    if hand.random() < 0.45:
        return Chat((hand.choice(["\n\n", "\n\n", " "]).join([*facts, question]), answer))
    turns = [
        part
        for fact, word in zip(facts, words, strict=True)
        for part in (fact, hand.choice([*HEARD, *ALIKE]).format(word))
    ]
    return Chat((*turns, question, answer))


def picked(writer: Writer) -> Chat:
    """The user tells one thing and has the model pick another; then both are asked for."""
    hand = writer.random
    fact, family, answer, _ = hand.choice(FACTS[:2])
    word, kind = member(writer, family), hand.choice(["fruit", "colour", "animal", "drink"])
    choice = member(writer, kind)
    reply = hand.choice([f"{choice[0].upper()}{choice[1:]}.", f"I pick {choice}.", choice])
    asked = hand.choice([f"Pick a {kind}.", f"Choose a {kind}.", f"Name a {kind}."])
    first = hand.choice([f"{fact.format(word)} {asked}", f"{asked} {fact.format(word)}"])
    both = answer.format(word).rstrip(".") + f", and the {kind} is {choice}."
    last, end = hand.choice(
        [
            (f"Repeat my {family} and your {kind} in one sentence.", both),
            (f"Repeat my {family} and your {kind} in one sentence.", both),
            (f"What is my {family} and your {kind}?", both),
            (f"Which {kind} did you pick?", f"The {kind} is {choice}."),
            (f"Repeat my {family}.", answer.format(word)),
        ]
    )
    return Chat((first, reply, last, end))
