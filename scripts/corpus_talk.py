"""Open questions with answers of a few sentences, written for this project.

Knows the writer's words; the writer mixes them in.
"""

from __future__ import annotations

from write_corpus import ADJECTIVES, ANIMALS, NAMES, PLACES, THINGS, Chat, Writer

ABOUT = (
    "Tell me something about {}.|Tell me something about {}.|Tell me about {}|"
    "Describe {} in two sentences.|Describe {}.|Write a short paragraph about {}.|"
    "Say something about {}.|What is {} for?|What is {} for?|Write about {}|"
    "Write two sentences about {}.|What do you know of {}?|Explain {} in a few words.|Why {}?|"
    "Write a poem about {}|How does {} work?|What makes {} special?|Talk about {}, please."
)
ONE = "Write one sentence about {}.|Write one sentence about {}.|Write a sentence about {}."
OPEN = (
    "Tell me something interesting, in one or two sentences.|Tell me something.|Tell me a fact.|"
    "Write a sentence.|Write two sentences.|Write a short paragraph.|Talk to me.|Surprise me.|"
    "What is new?|Tell me more.|Say something nice.|What do you think?|Hi there, what's up?|"
    "Write a few sentences about anything.|Describe your day.|Tell me something short."
)
TRADES = "keeper railway baker pilot driver sailor teacher garden clock bridge"
HUGE = "sea sky night desert ocean winter wind city world moon sun time life rain"
TOLD = """\
{x} is {adjective}, and people come from the {place} to see it.
Many people like {x} because it is {adjective} and {other}.
Near the {place} there is {x} that nobody has counted.
In the {place} they say that {x} is never {adjective}.
{x} was there long before the {place} and the {place2}.
I have read that {x} is {adjective} in the morning and {other} at night.
Every {animal} near the {place} knows {x} well.
With {x} comes a {adjective} {thing}, and with the {thing} comes a {other} day.
{name} wrote a song about {x} and sang it by the {place}.
{x} shows the way to the {place}, so that no {animal} gets lost.
Without {x} the {place} would be {adjective} and {other}.
On a {adjective} day {x} can be seen from the {place}."""


def topic(writer: Writer) -> str:
    """What a question may be about, with its article."""
    hand = writer.random
    roll = hand.random()
    if roll < 0.25:
        return f"the {hand.choice(HUGE.split())}"
    thing = hand.choice([*ANIMALS, *PLACES, *THINGS, hand.choice(HUGE.split()), writer.word()])
    if roll < 0.5:
        return f"{hand.choice(['an old', 'a slow', 'a small', 'a', 'the', 'my'])} {thing}"
    if roll < 0.75:
        return f"a {thing} {hand.choice(TRADES.split())}"
    return hand.choice([thing, f"the {thing}", f"a {thing}"])


def sentences(writer: Writer, about: str, count: int) -> str:
    """So many sentences about something."""
    hand = writer.random
    parts = []
    for pattern in hand.sample(TOLD.split("\n"), count):
        adjectives = hand.sample(ADJECTIVES, 2)
        text = pattern.format(
            x=about, adjective=adjectives[0], other=adjectives[1],
            place=hand.choice(PLACES), place2=hand.choice(PLACES), thing=hand.choice(THINGS),
            animal=hand.choice(ANIMALS), name=hand.choice(NAMES),
        )  # fmt: skip
        parts.append(text[0].upper() + text[1:])
    return " ".join(parts)


def talk(writer: Writer) -> Chat:
    """A question without one right answer, and one to three sentences that fit it loosely."""
    hand = writer.random
    if hand.random() < 0.3:
        asked, about = hand.choice(OPEN.split("|")), topic(writer)
        count = 1 if "a sentence" in asked or "short" in asked else hand.randint(2, 3)
        return Chat((asked, sentences(writer, about, count)))
    about = topic(writer)
    if hand.random() < 0.35:
        return Chat((hand.choice(ONE.split("|")).format(about), sentences(writer, about, 1)))
    asked = hand.choice(ABOUT.split("|")).format(about)
    return Chat((asked, sentences(writer, about, hand.choice([2, 2, 2, 3]))))
