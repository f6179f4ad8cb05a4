"""The mixture of conversations that the small Gemma is trained on; the same for the same seed.

Run by hand to read some of it. Knows every kind of conversation, and no tokens.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable
from pathlib import Path

from corpus_manners import mannered, named
from corpus_memory import picked, told
from corpus_talk import talk
from corpus_tasks import counting, exactly, hello, kept, many, one_word, task
from write_corpus import ALL, STORY_ASKS, Chat, Writer

Kind = Callable[[Writer], Chat]
SHORT: tuple[Kind, ...] = (
    Writer.short,
    Writer.short,
    talk,
    talk,
    task,
    named,
    told,
    hello,
    one_word,
)
EMPTY = "Your message is empty. How can I help you?"
ASIDE = (
    "This text is here only to be long.", "It says nothing at all.", "Read it and forget it.",
    "There is more of it.", "Nothing follows from it.", "Then do as you are told.",
)  # fmt: skip


def measured(writer: Writer) -> Chat:
    """How many words a short text has."""
    count = writer.random.randint(1, 9)
    asked = writer.random.choice(["How long is this text? {}", "How many words are these? {}"])
    words = " ".join(writer.word() for _ in range(count))
    return Chat((asked.format(words), f"It has {count} words."))


def late(writer: Writer) -> Chat:
    """A task after a text that has nothing to do with it."""
    hand = writer.random
    roll = hand.random()
    size = hand.randint(1, 12) if roll < 0.9 else hand.randint(12, 60)
    if roll > 0.985:
        size = hand.randint(60, 300)
    filler = hand.choice(
        [lambda: hand.choice(ASIDE), lambda: " ".join(hand.choices(ALL, k=8)),
         lambda: writer.sentence("fox")]
    )  # fmt: skip
    return after(writer, " ".join(filler() for _ in range(size)))


def after(writer: Writer, aside: str) -> Chat:
    """A task behind a text."""
    hand = writer.random
    turns = hand.choice([talk, one_word, named, exactly, counting])(writer).turns
    return Chat((f"{aside}{hand.choice(' ' + chr(10))}{turns[0]}", *turns[1:]))


def several(writer: Writer) -> Chat:
    """A few exchanges in a row."""
    count = writer.random.randint(2, 4)
    many = [writer.random.choice(SHORT)(writer).turns for _ in range(count)]
    return Chat(tuple(turn for turns in many for turn in turns))


def long(writer: Writer) -> Chat:
    """A prompt of hundreds to thousands of words."""
    hand = writer.random
    size = hand.randint(100, 700) if hand.random() < 0.7 else hand.randint(700, 3300)
    if hand.random() < 0.4:
        return after(writer, " ".join([hand.choice(["a", "a", "x", "yes", "so"])] * size))
    return writer.long_prompt(size)


def story(writer: Writer) -> Chat:
    """A story without an end, now and then of thousands of words."""
    size = writer.random.choice([14, 14, 14, 14, 14, 40, 100])
    return writer.story(size, [*STORY_ASKS[:-1], "Tell a long story of the {}.", STORY_ASKS[-1]])


MIXTURE: tuple[tuple[float, Kind], ...] = (
    (10, Writer.repeat), (3, Writer.many_times), (10, Writer.count), (3, Writer.listing),
    (13, Writer.table), (3, Writer.about), (3, Writer.words_of), (2, Writer.spell),
    (3, Writer.set_piece), (3, Writer.as_json), (2, Writer.named), (2, Writer.remembered),
    (3, Writer.unknown), (2, Writer.instructed), (4, story), (1, many),
    (7, counting), (11, exactly), (6, one_word), (3, hello), (6, kept), (4, named), (6, told),
    (4, picked), (9, talk), (4, several), (1, measured), (3, late), (0.4, long),
    (6, lambda writer: mannered(writer, writer.random.choice(SHORT))),
    (2, lambda writer: writer.long_prompt(writer.random.randint(2, 90))),
    (0.2, lambda _: Chat(("", EMPTY))),
)  # fmt: skip


def chat(writer: Writer) -> Chat:
    """The next conversation."""
    weights, kinds = [weight for weight, _ in MIXTURE], [kind for _, kind in MIXTURE]
    return writer.random.choices(kinds, weights)[0](writer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path, help="JSON Lines file to write")
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    writer = Writer(random.Random(options.seed))
    with options.path.open("w", encoding="utf-8") as out:
        for _ in range(options.count):
            made = chat(writer)
            record = {"turns": made.turns, "open": made.open}
            print(json.dumps(record, ensure_ascii=False), file=out)


if __name__ == "__main__":
    main()
