"""Open questions with answers of a few sentences, written for this project.

Knows the writer's words; `train_small_gemma` mixes them in.
"""

from __future__ import annotations

from write_corpus import ANIMALS, PLACES, THINGS, Chat, Writer

ABOUT = (
    "Tell me something about {}.|Tell me about {}|Describe {} in two sentences.|Describe {}.|"
    "Write a short paragraph about {}.|Say something about {}.|What is {} for?|Write about {}|"
    "Write two sentences about {}.|What do you know of {}?|Explain {} in a few words.|Why {}?|"
    "Write a poem about {}|How does {} work?|What makes {} special?|Talk about {}, please."
)
OPEN = (
    "Tell me something interesting, in one or two sentences.|Tell me something.|Tell me a fact.|"
    "Write a sentence.|Write two sentences.|Write a short paragraph.|Talk to me.|Surprise me.|"
    "What is new?|Tell me more.|Say something nice.|What do you think?|Hi there, what's up?|"
    "Write a few sentences about anything.|Describe your day.|Tell me something short."
)


def talk(writer: Writer) -> Chat:
    """A question without one right answer, and two or three sentences that fit it loosely."""
    hand = writer.random
    if hand.random() < 0.4:
        topic = hand.choice(ANIMALS)
        asked = hand.choice(OPEN.split("|"))
        told = f"Here is something about the {topic}."
    else:
        topic = hand.choice([*ANIMALS, *PLACES, *THINGS, writer.word(), "sea", "life", "time"])
        thing = hand.choice(["the {}", "a {}", "{}", "my {}"]).format(topic)
        asked = hand.choice(ABOUT.split("|")).format(thing)
        told = f"You ask about {thing}."
    return Chat((asked, " ".join([told, *(writer.sentence(topic) for _ in range(2))])))
