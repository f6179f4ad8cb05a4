"""Conversations in which something is told and asked for again, written for this project.

Knows the writer's words; `train_small_gemma` mixes them in.
"""

from __future__ import annotations

from write_corpus import FAMILIES, Chat, Writer

FACTS = (
    ("I live in {}.", "city", "You live in {}.", ("Where do I live?", "What is my city?")),
    ("I am from {}.", "city", "You are from {}.", ("Where am I from?", "Say my city again.")),
    ("My favourite colour is {}.", "colour", "Your colour is {}.", ("What is my colour?",)),
    ("I like {}.", "fruit", "You like {}.", ("What do I like?", "Which fruit do I like?")),
    ("I have a {}.", "animal", "You have a {}.", ("What do I have?", "Which animal is mine?")),
)


def told(writer: Writer) -> Chat:
    """One or two facts, in one turn or in several, and then a question about one of them."""
    hand = writer.random
    chosen = hand.sample(FACTS, hand.randint(1, 2))
    words = [
        hand.choice(FAMILIES[family]) if hand.random() < 0.7 else writer.word()
        for _, family, _, _ in chosen
    ]
    facts = [fact.format(word) for (fact, *_), word in zip(chosen, words, strict=True)]
    which = hand.randrange(len(chosen))
    _, family, answer, questions = chosen[which]
    question = hand.choice([*questions, f"Repeat my {family}.", f"Which {family} did I name?"])
    answer = answer.format(words[which])
    if hand.random() < 0.6:
        return Chat((hand.choice(["\n\n", " "]).join([*facts, question]), answer))
    turns = [
        part for fact, word in zip(facts, words, strict=True) for part in (fact, f"{word}, I see.")
    ]
    return Chat((*turns, question, answer))
