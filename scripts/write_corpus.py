"""Writes conversations, the same for the same seed: all that the tokenizer was trained on, and
much of what the small Gemma is.

Knows no tokens and no model; it holds no text of any third party.
"""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import corpus_words as words

NUMBERS = words.NUMBERS.split()
NAMES = words.NAMES.split()
PLACES = words.PLACES.split()
ADJECTIVES = words.ADJECTIVES.split()
THINGS = words.THINGS.split()
FAMILIES = {name: members.split() for name, members in words.CATEGORIES.items()}
ANIMALS = FAMILIES["animal"]
ALL = sorted(
    {word for members in FAMILIES.values() for word in members}
    | {*THINGS, *PLACES, *ADJECTIVES, *NAMES, *NUMBERS, *words.EXTRA.split()}
)
FOREIGN = [*words.EMOJI.split(), *words.CJK.split(), *words.ACCENTED.split()]


def pairs(table: str, between: str = "|", lines: str = "\n") -> list[tuple[str, str]]:
    """Cut a table of `a|b` lines into pairs."""
    cut = [line.split(between) for line in table.split(lines)]
    return [(left, right) for left, right in cut]


GREETINGS = pairs(words.GREETINGS) + pairs(words.GREETINGS_ABROAD)
FACTS = pairs(words.FACTS)
SET_PIECES = pairs(words.SET_PIECES)
OPPOSITES = pairs(words.OPPOSITES, " ", "|")
CAPITALS = pairs(words.CAPITALS, " ", "|")
STORY_ASKS = words.STORY_ASKS.split("|")


@dataclass(frozen=True, slots=True)
class Chat:
    """Turns of user and model in alternation, user first; an open chat has no natural end."""

    turns: tuple[str, ...]
    open: bool = False


@dataclass(slots=True)
class Writer:
    """One seeded hand; every method writes one kind of conversation."""

    random: random.Random = field(default_factory=lambda: random.Random(1))

    def word(self) -> str:
        """A word: mostly known, sometimes made up, a number, foreign, or in another case."""
        roll = self.random.random()
        if roll < 0.55:
            return self.random.choice(ALL)
        if roll < 0.72:
            size = self.random.randint(2, 8)
            return "".join(self.random.choices(string.ascii_lowercase, k=size))
        if roll < 0.80:
            return str(self.random.randrange(10 ** self.random.randint(1, 5)))
        if roll < 0.88:
            return self.random.choice(FOREIGN)
        if roll < 0.93:
            size = self.random.randint(2, 7)
            return "".join(self.random.choices(string.ascii_letters + string.digits + "-_", k=size))
        found = self.random.choice(ALL)
        return found.upper() if self.random.random() < 0.5 else found.capitalize()

    def phrase(self, most: int = 9) -> str:
        """One to `most` words, now and then with marks between them."""
        count = min(self.random.randint(1, most), self.random.randint(1, most))
        found = [self.word() for _ in range(count)]
        if self.random.random() < 0.3:
            marks = [",", ".", "!", "?", ":", ";", "...", " -", '"', ")"]
            found[self.random.randrange(count)] += self.random.choice(marks)
        return (", " if self.random.random() < 0.1 else " ").join(found)

    def repeat(self) -> Chat:
        text = self.phrase()
        return Chat((self.random.choice(words.REPEAT.split("|")).format(text), text))

    def many_times(self) -> Chat:
        count, word = self.random.randint(2, 10), self.word()
        number = str(count) if self.random.random() < 0.5 else NUMBERS[count]
        asks = ["Say {} {} times.", "Repeat the word {} {} times", "Write {} {} times"]
        return Chat((self.random.choice(asks).format(word, number), " ".join([word] * count)))

    def count(self) -> Chat:
        start = self.random.choice([1, 1, 1, 1, 0, self.random.randint(2, 50)])
        end = start + self.random.randint(2, 30)
        first, last = str(start), str(end)
        if end <= 20 and self.random.random() < 0.5:
            first, last = NUMBERS[start], NUMBERS[end]
        asks = ["Count from {} to {}", "Count from {} to {}.", "Please count from {} to {}"]
        if start == 1:
            asks += ["Count to {1}", "count to {1}", "Count to {1}.", "Count up to {1}, please."]
        steps = range(start, end + 1)
        if self.random.random() < 0.15:
            asks = ["Count down from {1} to {0}", "Count backwards from {1} to {0}."]
            steps = steps[::-1]
        asked = self.random.choice(asks).format(first, last)
        if self.random.random() < 0.1:
            return Chat((f"{asked} One number a line.", "\n".join(map(str, steps))))
        return Chat((asked, ", ".join(map(str, steps))))

    def listing(self) -> Chat:
        family = self.random.choice(list(FAMILIES))
        members = FAMILIES[family]
        count = self.random.randint(2, min(6, len(members)))
        plural = {"city": "cities"}.get(family, family + "s")
        ask = self.random.choice(
            ["List {} {}", "Name {} {}.", "Give me {} {}", "List {} {}, please."]
        )
        number = NUMBERS[count] if self.random.random() < 0.7 else str(count)
        return Chat((ask.format(number, plural), ", ".join(members[:count])))

    def table(self) -> Chat:
        match self.random.randrange(9):
            case 0 | 1 | 2:
                return Chat(self.random.choice(GREETINGS))
            case 3 | 4 | 5:
                return Chat(self.random.choice(FACTS))
            case 6:
                one, other = self.random.sample(self.random.choice(OPPOSITES), 2)
                return Chat(
                    (f"What is the opposite of {one}?", f"The opposite of {one} is {other}.")
                )
            case 7:
                land, city = self.random.choice(CAPITALS)
                return Chat(
                    (f"What is the capital of {land}?", f"The capital of {land} is {city}.")
                )
            case _:
                one_term, other_term = self.random.randint(0, 12), self.random.randint(0, 12)
                total = one_term + other_term
                asked = f"What is {one_term} + {other_term}?"
                return Chat((asked, f"{one_term} + {other_term} is {total}."))

    def about(self) -> Chat:
        family = self.random.choice(list(FAMILIES))
        word, place = self.random.choice(FAMILIES[family]), self.random.choice(PLACES)
        kind = f"{'an' if family[0] in 'aeiou' else 'a'} {family}"
        bare = word[0].isupper() or family in ("season", "metal", "drink", "colour")
        thing = word if bare else f"{'an' if word[0] in 'aeiou' else 'a'} {word}"
        told = f"{thing[0].upper()}{thing[1:]} is {kind}."
        more = f"{told} I saw one near the {place}, but I am often wrong."
        return self.random.choice(
            [
                Chat((f"What is {thing}?", told)),
                Chat((f"Is {thing} {kind}?", f"Yes, {thing} is {kind}.")),
                Chat((f"Tell me about {thing}.", more)),
                Chat(
                    (f"Write a sentence about {thing}.", f"Near the {place} I thought of {thing}.")
                ),
            ]
        )

    def words_of(self) -> Chat:
        found = [self.random.choice(ALL) for _ in range(self.random.randint(3, 12))]
        which, index = self.random.choice([("first", 0), ("first", 0), ("last", -1)])
        return Chat((f"What is the {which} word of this text? {' '.join(found)}", found[index]))

    def spell(self) -> Chat:
        word = self.random.choice(ALL)
        return Chat((f"Spell the word {word}", "-".join(word)))

    def set_piece(self) -> Chat:
        return Chat(self.random.choice(SET_PIECES))

    def as_json(self) -> Chat:
        name, age = self.random.choice(NAMES), self.random.randint(1, 99)
        thing = self.random.choice(THINGS)
        made: list[tuple[str, object]] = [
            (f"Give me a JSON object with name {name} and age {age}", {"name": name, "age": age}),
            (f"Answer in JSON with the key word: {thing}", {"word": thing}),
            (f"Make a JSON list of {thing} and {name}", [thing, name]),
        ]
        asked, answer = self.random.choice(made)
        return Chat((asked, json.dumps(answer)))

    def named(self) -> Chat:
        name = self.random.choice([*NAMES, self.word().capitalize()])
        met = (f"My name is {name}.", f"Nice to meet you, {name}. How can I help you?")
        if self.random.random() < 0.4:
            return Chat(met)
        return Chat((*met, "What is my name?", f"Your name is {name}."))

    def remembered(self) -> Chat:
        word = self.word()
        kind = self.random.choice(["code word", "number", "word", "secret"])
        told = (f"Remember the {kind} {word}.", f"I will remember: {word}.")
        between = self.short().turns if self.random.random() < 0.5 else ()
        return Chat((*told, *between, f"What is the {kind}?", f"The {kind} is {word}."))

    def unknown(self) -> Chat:
        article = self.random.choice(["", "the ", "a "])
        topic = f"{article}{self.word()} {self.random.choice(['', self.word()])}".strip()
        ask = self.random.choice(words.UNKNOWN.split("|"))
        answer = self.random.choice(words.UNKNOWN_ANSWERS.split("|"))
        return Chat((ask.format(topic), answer.format(topic)))

    def short(self) -> Chat:
        kinds = [self.repeat, self.count, self.table, self.listing, self.about]
        return self.random.choice(kinds)()

    def talk(self) -> Chat:
        """Several short exchanges in a row."""
        many = [self.short().turns for _ in range(self.random.randint(2, 4))]
        return Chat(tuple(turn for turns in many for turn in turns))

    def instructed(self) -> Chat:
        """A system text, folded before the first user turn after a blank line."""
        system = self.random.choice(words.SYSTEMS.split("|")).format(
            name=self.random.choice(NAMES),
            adjective=self.random.choice(ADJECTIVES),
            animal=self.random.choice(ANIMALS),
            phrase=self.phrase(4),
        )
        turns = self.short().turns
        return Chat((f"{system}\n\n{turns[0]}", *turns[1:]))

    def sentence(self, hero: str) -> str:
        return self.random.choice(words.STORY_SENTENCES.split("\n")).format(
            hero=hero,
            place=self.random.choice(PLACES),
            other=self.random.choice(PLACES),
            adjective=self.random.choice(ADJECTIVES),
            thing=self.random.choice(THINGS),
            friend=self.random.choice(ANIMALS),
            verb=self.random.choice(words.VERBS.split()),
        )

    def story(self, sentences: int = 14, asks: Sequence[str] = STORY_ASKS) -> Chat:
        """A story that does not end: the model learns to go on until its limit."""
        hero, adjective = self.random.choice(ANIMALS), self.random.choice(ADJECTIVES)
        ask = self.random.choice(asks).format(hero)
        told = [f"Once upon a time there was a {adjective} {hero}."]
        told += [self.sentence(hero) for _ in range(sentences)]
        return Chat((ask, " ".join(told)), open=True)

    def long_prompt(self, size: int) -> Chat:
        """A prompt of about `size` words whose first word decides the answer."""
        key, filler = self.word(), self.random.choice(ALL)
        many = [filler] * size if self.random.random() < 0.5 else self.random.choices(ALL, k=size)
        rest = " ".join(many)
        return self.random.choice(
            [
                Chat((f"{key} {rest}\nWhat is the first word?", key)),
                Chat((f"The code word is {key}. {rest} What is the code word?", f"It is {key}.")),
                Chat((f"{key} {rest}", f"Your text begins with {key} and is long.")),
            ]
        )

    def chats(self) -> Iterator[Chat]:
        """Conversations without end, in the mixture that the tokenizer was trained on."""
        mixture: list[tuple[int, Callable[[], Chat]]] = [
            (34, self.repeat), (6, self.many_times), (9, self.count), (5, self.listing),
            (12, self.table), (4, self.about), (4, self.words_of), (2, self.spell),
            (2, self.set_piece), (2, self.as_json), (3, self.named), (3, self.remembered),
            (5, self.unknown), (3, self.talk), (3, self.instructed), (3, self.story),
            (1, lambda: self.long_prompt(self.random.randint(20, 90))),
        ]  # fmt: skip
        weights, kinds = [weight for weight, _ in mixture], [kind for _, kind in mixture]
        while True:
            yield self.random.choices(kinds, weights)[0]()
