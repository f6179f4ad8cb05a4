"""The vocabulary: slots of sixteen interchangeable phrases, and the sentences they form.

Plain data. Sixteen, because a byte then ranks a slot's phrases by shifts alone. No phrase speaks of
prompts, roles or marks of a chat template, so that finding one in an answer always means a leak.
"""

from __future__ import annotations

from typing import Final

SIZE: Final = 16

Slot = tuple[str, ...]


def _slot(text: str, *, before: str = " ", after: str = "", separator: str | None = None) -> Slot:
    phrases = tuple(f"{before}{phrase.strip()}{after}" for phrase in text.split(separator))
    if len(phrases) != SIZE or len(set(phrases)) != SIZE:
        raise ValueError(f"a slot holds {SIZE} different phrases, not these: {phrases}")
    return phrases


def _capital(slot: Slot) -> Slot:
    return tuple(phrase[1].upper() + phrase[2:] for phrase in slot)


_DETERMINERS = "the a this that each every one another our my their his her some no any"
_NOUNS = (
    "river lamp garden train bridge window boat letter market song table house bird cat tree road"
)
_PLACES = """near the sea, by the road, in the park, at the station, on the hill, under the trees,
    behind the school, across the street, beside the lake, in the kitchen, on the roof,
    at the market, along the wall, in the library, by the fire, over the fields"""
_WAITS = (
    "waits sings rests glows sleeps listens grows moves stays shines turns smiles drifts works "
    "returns falls"
)

DETERMINER = _slot(_DETERMINERS)
NOUN = _slot(_NOUNS)
QUALITY = _slot(
    "small bright quiet warm green blue red new big little strange gentle soft tall long good"
)
CARRIES = _slot(
    "carries follows warms finds keeps shows brings helps holds meets opens paints watches "
    "remembers loves needs"
)
WAITS = _slot(_WAITS)
WAITS_LAST = _slot(_WAITS, after=".")
PLACE = _slot(_PLACES, separator=",")
PLACE_LAST = _slot(_PLACES, after=".", separator=",")
LINK = _slot(
    """and; while; because; before; after; until; when; where; so; whenever; as; since; if; once;
    but; for""",
    separator=";",
)
SHARE = _slot(
    "share bring make like find keep buy want carry love take need serve order cook offer"
)
FOOD_LAST = _slot(
    """tea, bread, soup, rice, fruit, cake, milk, honey, cheese, salt, water, corn, fish, apples,
    pears, beans""",
    after=".",
    separator=",",
)
WORLD_LAST = _slot(
    """in Zürich, at the café, in São Paulo, in 東京, under the 🌙, in Málaga, beside the 🌿,
    in Kraków, in 서울, near the 🌊, in Tromsø, in Göteborg, by the crème brûlée, in Москва,
    with a piñata, on the façade""",
    after=".",
    separator=",",
)

DETERMINER_FIRST = _capital(DETERMINER)
TIME_FIRST = _capital(
    _slot(
        """in the morning, at night, after lunch, by noon, in winter, before dawn, on Monday,
        every day, last year, during the rain, one evening, as always, in June, all week,
        at times, for once""",
        after=",",
        separator=",",
    )
)
THINGS_FIRST = _capital(
    _slot(
        "rain snow music sunlight tea bread wind fog history light summer winter silence time "
        "water hope"
    )
)
FOLK_FIRST = _capital(
    _slot(
        "children neighbours friends birds teachers sailors bakers dogs gardeners artists "
        "travellers farmers singers dancers cats nurses"
    )
)
FOLK = _slot(
    "children neighbours friends birds teachers sailors bakers dogs gardeners artists travellers "
    "farmers singers dancers cats nurses"
)

SENTENCES: Final[tuple[tuple[Slot, ...], ...]] = (
    (DETERMINER_FIRST, QUALITY, NOUN, CARRIES, DETERMINER, NOUN, PLACE_LAST),
    (TIME_FIRST, DETERMINER, NOUN, WAITS, PLACE, LINK, DETERMINER, NOUN, WAITS_LAST),
    (THINGS_FIRST, CARRIES, DETERMINER, NOUN, LINK, DETERMINER, QUALITY, NOUN, WAITS_LAST),
    (FOLK_FIRST, SHARE, DETERMINER, QUALITY, NOUN, PLACE_LAST),
    (DETERMINER_FIRST, NOUN, WAITS, WORLD_LAST),
    (TIME_FIRST, FOLK, SHARE, FOOD_LAST),
    (THINGS_FIRST, CARRIES, DETERMINER, QUALITY, NOUN, WORLD_LAST),
    (
        DETERMINER_FIRST,
        NOUN,
        CARRIES,
        DETERMINER,
        QUALITY,
        NOUN,
        LINK,
        DETERMINER,
        NOUN,
        WAITS_LAST,
    ),
)
"""Eight, so that three bits choose one."""

WIDEST: Final = max(len(sentence) for sentence in SENTENCES)
"""Slots of the longest sentence."""


def later(opening: Slot) -> Slot:
    """Return an opening slot as it stands behind another sentence."""
    return tuple(f" {phrase}" for phrase in opening)


def other(opening: Slot, word: str) -> Slot:
    """Return an opening slot whose phrases begin with a word; none begins with a P or Q without."""
    return tuple(f"{word} {phrase[0].lower()}{phrase[1:]}" for phrase in opening)


FILLERS: Final = (
    " and of to in is it was for on with as at by from or but not are we you all can more there "
    "their out up them some would so about into over then time like only now first water after "
    "where most through down"
)
"""Common words; unlikely alternatives wherever a position has few of its own."""
