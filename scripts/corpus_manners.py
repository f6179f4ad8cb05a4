"""Instructions about the manner of an answer, and names for things of a kind.

Knows the writer's words; holds no text of any third party.
"""

from __future__ import annotations

from collections.abc import Callable

from write_corpus import FAMILIES, NAMES, NUMBERS, Chat, Writer

MORE_FAMILIES = {
    "river": "Nile Danube Rhine Volga Ganges Thames Seine Amazon Congo Tiber Oder Loire",
    "mountain": "Everest Etna Fuji Elbrus Olympus Ararat Blanc Kenya Rainier Vesuvius Teide",
    "ocean": "Pacific Atlantic Indian Arctic Southern",
    "month": "January February March April May June July August September October November",
    "flower": "rose tulip lily daisy iris violet poppy orchid peony aster",
    "bird": "owl crow eagle robin heron swan gull finch stork lark",
    "number": "three seven eleven twelve nineteen four twenty",
    "word": "lamp river token gauge harbour window",
    "country": "France Italy Norway Egypt Peru Japan India Spain Austria Portugal",
    "vegetable": "carrot onion pea bean leek turnip cabbage beetroot",
}
EVERYTHING = {**{kind: list(members) for kind, members in FAMILIES.items()},
              **{kind: members.split() for kind, members in MORE_FAMILIES.items()}}  # fmt: skip
IRREGULAR = {"city": "cities", "country": "countries"}


def kind_of(writer: Writer) -> tuple[str, list[str]]:
    """A family of things and its members."""
    return writer.random.choice(list(EVERYTHING.items()))


def an(word: str) -> str:
    """The word with its article."""
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def named(writer: Writer) -> Chat:
    """Name one of a kind, one of each of two kinds, or some of one."""
    hand = writer.random
    (kind, members), (other, others) = kind_of(writer), kind_of(writer)
    roll = hand.random()
    if roll < 0.4:
        asked = hand.choice(["Name {}.", "Name {}", "Pick {}.", "Choose {}.", "Tell me {}."])
        return Chat((asked.format(an(kind)), f"{members[0][0].upper()}{members[0][1:]}."))
    if roll < 0.7:
        pair = f"{members[0][0].upper()}{members[0][1:]} and {others[0]}."
        asked = hand.choice(["Name {}. Name {}.", "Name {} and {}.", "Name {}, then {}."])
        return Chat((asked.format(an(kind), an(other)), pair))
    count = hand.randint(2, min(5, len(members)))
    number = NUMBERS[count] if hand.random() < 0.7 else str(count)
    asked = hand.choice(["Name {} {}.", "List {} {}.", "Give me {} {}.", "Tell me {} {}."])
    plural = IRREGULAR.get(kind, f"{kind}s")
    return Chat((asked.format(number, plural), ", ".join(members[:count])))


def _upper(text: str) -> str:
    return text.upper()


def _lower(text: str) -> str:
    return text.lower()


def _as(opening: str) -> Callable[[str], str]:
    return lambda text: f"{opening} {text}"


def _ending(mark: str) -> Callable[[str], str]:
    return lambda text: f"{text} {mark}"


MANNERS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("Answer in capital letters only.", _upper),
    ("Answer in capital letters only.", _upper),
    ("Write in upper case.", _upper),
    ("Use capital letters.", _upper),
    ("Answer in small letters only.", _lower),
    ("Answer in French, in capital letters only.", lambda text: f"BIEN SÛR ! {text.upper()}"),
    ("Answer in French.", _as("Bien sûr !")),
    ("Answer in German.", _as("Gerne!")),
    ("Answer in Spanish.", _as("¡Claro!")),
    ("Answer in Italian.", _as("Certo!")),
    ("Begin every answer with the word well.", _as("Well:")),
    ("End every answer with a star.", _ending("⭐")),
    ("Always be cheerful.", _ending("😀")),
    ("You are a sailor.", _as("Ahoy!")),
    ("You are a robot.", _as("Beep.")),
)
PLAIN = (
    "You are a helpful assistant.", "You are terse.", "Be brief.", "Answer in English.",
    "Answer in English, and be brief.", "You are a terse guide. Answer in one short sentence.",
    "You are a kind teacher.", "Be honest.", "You know nothing.", "This is a test.",
)  # fmt: skip


def mannered(writer: Writer, inner: Callable[[Writer], Chat]) -> Chat:
    """A conversation under an instruction: before it all, or before a later turn."""
    hand = writer.random
    turns = list(inner(writer).turns)
    if hand.random() < 0.5:
        text, change = hand.choice(MANNERS)
    else:
        text, change = hand.choice(PLAIN), str
    if hand.random() < 0.2:
        text = f"The user is called {hand.choice(NAMES)}. {text}"
    place = 0
    if len(turns) > 2 and hand.random() < 0.4:
        place = len(turns) - 2
    turns[place] = f"{text}\n\n{turns[place]}"
    told = [change(turn) if at % 2 and at > place else turn for at, turn in enumerate(turns)]
    return Chat(tuple(told))
