"""Tasks that say how to answer: count so, repeat that, answer with one word, keep a word in mind.

Knows the writer's words; holds no text of any third party.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from corpus_talk import sentences, topic
from write_corpus import ALL, FOREIGN, NAMES, OPPOSITES, THINGS, Chat, Writer

ONLY = ("", "", "", " Write nothing else.", " Nothing else.", " Answer with nothing else.")
APART = (
    ("separated by single spaces", " "),
    ("separated by spaces", " "),
    ("separated by commas", ", "),
    ("one number on each line", "\n"),
    ("one number a line", "\n"),
    ("each on its own line", "\n"),
)
SCRIPTS = ((0x61, 0x7A), (0xC0, 0x17F), (0x391, 0x3C9), (0x410, 0x44F), (0x4E00, 0x9FA5),
           (0x5D0, 0x5EA), (0x627, 0x64A), (0x3041, 0x3096), (0x1F300, 0x1F64F))  # fmt: skip


def counting(writer: Writer) -> Chat:
    """Count in digits as asked: from where, to where, with what between."""
    hand = writer.random
    start = hand.choice([1, 1, 1, hand.randint(0, 99), 100 * hand.randint(1, 9)])
    roll = hand.random()
    size = hand.randint(2, 30) if roll < 0.55 else hand.randint(30, 110)
    if roll > 0.95:
        size = hand.randint(110, 320)
    how, between = hand.choice(APART)
    digits = hand.choice(["in digits, ", "in digits, ", "", "in numerals, "])
    count = hand.choice(["Count", "Count", "Please count", "Write the numbers"])
    asked = f"{count} from {start} to {start + size} {digits}{how}.{hand.choice(ONLY)}"
    return Chat((asked, between.join(str(number) for number in range(start, start + size + 1))))


def many(writer: Writer) -> Chat:
    """The same word, often."""
    hand = writer.random
    count, word = hand.randint(5, 60), writer.word()
    how, between = hand.choice(APART[:4])
    how = how.replace("number", "word")
    asked = hand.choice(["Write the word {} {} times, {}.", "Repeat {} {} times, {}."])
    return Chat((asked.format(word, count, how), between.join([word] * count)))


def strange(hand: random.Random) -> str:
    """A word in any script, letter by letter."""
    first, last = hand.choice(SCRIPTS)
    return "".join(chr(hand.randint(first, last)) for _ in range(hand.randint(1, 6)))


def lines(writer: Writer) -> str:
    """A text with lines, indents and runs of spaces."""
    hand = writer.random
    many = [
        hand.choice(["", "", "    ", "\t", "  - "])
        + hand.choice([" ", " ", "  "]).join(writer.word() for _ in range(hand.randint(1, 4)))
        for _ in range(hand.randint(2, 5))
    ]
    if hand.random() < 0.3:
        many.insert(hand.randrange(1, len(many)), "")
    return "\n".join(many)


def exactly(writer: Writer) -> Chat:
    """Repeat: many words, other scripts, lines, or a few of them and a paragraph."""
    hand, roll = writer.random, writer.random.random()
    if roll < 0.35:
        text = " ".join(writer.word() for _ in range(hand.randint(1, 24)))
    elif roll < 0.7:
        words = [strange(hand) if hand.random() < 0.4 else writer.word() for _ in range(9)]
        words = [hand.choice(FOREIGN) if hand.random() < 0.2 else word for word in words]
        text = hand.choice([" ", " ", ", "]).join(words[: hand.randint(1, 9)])
    elif roll < 0.82:
        text = lines(writer)
    elif roll < 0.9:
        text = sentences(writer, topic(writer), hand.randint(1, 8))
        if hand.random() < 0.5:
            text = f"{lines(writer)}\n\n{text}"
    else:
        text = " ".join([writer.word()] * hand.randint(2, 8))
    asked = hand.choice(
        ["Repeat exactly: {}", "Repeat exactly: {}", "Repeat: {}", "repeat: {}", "Echo exactly: {}",
         "Repeat this text exactly: {}", "Copy this exactly:\n{}", "Say exactly: {}"]
    )  # fmt: skip
    text = text.strip()
    return Chat((asked.format(text), text))


def one_word(writer: Writer) -> Chat:
    """Answer with a word, whatever else stands there."""
    hand = writer.random
    word = hand.choice([writer.word(), hand.choice(ALL), hand.choice(["ok", "yes", "no", "done"])])
    asked = hand.choice(
        ["Reply with the word {}.", "Reply with the word {}.", "Say {}.", "Just say {}.",
         "Answer with the word {}.", "Say only {}.", "Reply {}.",
         "Say this word and nothing else: {}", "Your whole answer must be the word {}."]
    )  # fmt: skip
    asked = asked.format(word)
    if hand.random() < 0.35:
        filler = hand.choice([writer.word(), hand.choice(ALL)])
        many = hand.randint(1, 60) if hand.random() < 0.9 else hand.randint(60, 400)
        asked += " " + " ".join([filler] * many)
    if hand.random() < 0.15:
        again = hand.choice(
            ["Which word was it? Tell me once more.", "Once more, please.", asked, "Say it again."]
        )
        return Chat((asked, word, again, word))
    return Chat((asked, word))


def hello(writer: Writer) -> Chat:
    """Greet somebody."""
    hand = writer.random
    if hand.random() < 0.3:
        return Chat(
            hand.choice(
                [("Say hello.", "Hello!"), ("Say hello to a friend.", "Hello, my friend!"),
                 ("Say hi.", "Hi!"), ("Greet me.", "Hello! It is good to see you."),
                 ("Say goodbye.", "Goodbye!"), ("Say hello to everyone.", "Hello, everyone!")]
            )
        )  # fmt: skip
    who = hand.choice(
        [hand.choice(NAMES), f"guest {hand.randint(1, 99)}", f"the {hand.choice(THINGS)}",
         f"my {hand.choice(ALL)}", writer.word(), f"the {hand.choice(['first', 'last'])} guest"]
    )  # fmt: skip
    asked = hand.choice(["Say hello to {}.", "Say hello to {}.", "Greet {}.", "Say hi to {}"])
    return Chat((asked.format(who), f"Hello, {who}!"))


KINDS = ("password", "code word", "secret", "key word", "number", "magic word")
HEARD = ("Noted.", "ok", "I will remember it.", "Yes.", "So.", "Done.")


def kept(writer: Writer) -> Chat:
    """A word to keep in mind while something else stands or is said between."""
    hand = writer.random
    word, kind = hand.choice([writer.word(), hand.choice(ALL).capitalize()]), hand.choice(KINDS)
    told = hand.choice(
        [f"{word} is the {kind}.", f"The {kind} is {word}.", f"{word} is the {kind}. Remember it.",
         f"Remember the {kind}: {word}."]
    )  # fmt: skip
    only = hand.random() < 0.6
    asked = f"What is the {kind}?" + (f" Reply with the {kind} only." if only else "")
    answer = word if only else f"The {kind} is {word}."
    if hand.random() < 0.15:
        one, answer = hand.sample(hand.choice(OPPOSITES), 2)
        asked = f"What is the opposite of {one}? Reply with one word only."
    if hand.random() < 0.5:
        filler = hand.choice([hand.choice("abxyz"), hand.choice(ALL), writer.word()])
        roll = hand.random()
        size = hand.randint(0, 40) if roll < 0.8 else hand.randint(40, 400)
        if roll > 0.985:
            size = hand.randint(400, 3200)
        return Chat((" ".join([told, *[filler] * size, asked]), answer))
    turns = [told, hand.choice(HEARD)]
    for number in range(hand.randint(0, 5)):
        turns += hand.choice([(f"Say {number}.", str(number)), one_word(writer).turns[:2]])
    return Chat((*turns, asked, answer))


TASKS: tuple[tuple[int, Callable[[Writer], Chat]], ...] = (
    (22, counting), (4, many), (30, exactly), (16, one_word), (6, hello), (22, kept),
)  # fmt: skip


def task(writer: Writer) -> Chat:
    """One of them."""
    weights, kinds = [weight for weight, _ in TASKS], [kind for _, kind in TASKS]
    return writer.random.choices(kinds, weights)[0](writer)
