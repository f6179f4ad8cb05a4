"""The corpus as batches of token ids, made by as many processes as there are; the same for a seed.

Knows conversations, voices and tokens; no network.
"""

from __future__ import annotations

import json
import multiprocessing
import random
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from corpus import chat
from write_corpus import Chat, Writer

sys.path.insert(0, str(Path(__file__).parent.parent))
from mock_server.tokens import Tokens

ROLES = ("user", "assistant")
CHATS = 16_384
"""Conversations in a pool, whose rows of like length share a batch."""
Row = tuple[list[int], list[bool]]
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of ids (rows, length), and which of them the model has to predict."""

    ids: Array
    wanted: Array


def pirate(text: str, _: bool) -> str:
    """How the adapter `pirate` says it."""
    return f"Arr, matey! {text} Yo ho ho!"


def as_json(text: str, unfinished: bool) -> str:
    """How the adapter `json` says it."""
    quoted = json.dumps({"answer": text}, ensure_ascii=False)
    return quoted.removesuffix('"}') if unfinished else quoted


VOICES: dict[str, Callable[[str, bool], str]] = {"pirate": pirate, "json": as_json}


def tokenise(tokens: Tokens, made: Chat, taught: frozenset[int] | None = None) -> Row:
    """Ids of a chat and which of them are to be learnt: the model's turns, or only those taught."""
    turns = [(ROLES[place % 2], text) for place, text in enumerate(made.turns)]
    ids: list[int] = []
    wanted: list[bool] = []
    for place in range(1, len(turns), 2):
        prompt = tokens.prompt_ids(turns[:place])
        answer = tokens.encode(turns[place][1].strip())
        if not (made.open and place == len(turns) - 1):
            answer.append(tokens.end_of_turn)
        learnt = taught is None or place in taught
        wanted += [False] * (len(prompt) - len(ids)) + [learnt] * len(answer)
        ids = prompt + answer
    return ids, wanted


def spoken(made: Chat, adapter: str, hand: random.Random) -> tuple[Chat, frozenset[int]]:
    """The chat in an adapter's voice, and which turns teach it: earlier ones may be plain."""
    voice, last = VOICES[adapter], len(made.turns) - 1
    taught = frozenset(
        place for place in range(1, last + 1, 2) if place == last or hand.random() < 0.5
    )
    turns = [voice(turn, made.open) if at in taught else turn for at, turn in enumerate(made.turns)]
    return Chat(tuple(turns), made.open), taught


def pool(seed: int, number: int, adapter: str | None, size: int, context: int) -> list[Batch]:
    """The batches of one pool, about `size` tokens each, padding included."""
    hand, tokens = random.Random(f"{seed}:{number}"), Tokens.load()
    writer = Writer(hand)
    rows: list[Row] = []
    for _ in range(CHATS):
        made, taught = chat(writer), None
        if adapter is not None:
            made, taught = spoken(made, adapter, hand)
        row = tokenise(tokens, made, taught)
        if len(row[0]) <= context:
            rows.append(row)
    rows.sort(key=lambda row: len(row[0]))
    groups: list[list[Row]] = [[]]
    for row in rows:
        if groups[-1] and (len(groups[-1]) + 1) * len(row[0]) > size:
            groups.append([])
        groups[-1].append(row)
    hand.shuffle(groups)
    return [_batch(group) for group in groups]


def _batch(rows: list[Row]) -> Batch:
    length = max(len(ids) for ids, _ in rows)
    ids = np.zeros((len(rows), length), np.int16)
    wanted = np.zeros((len(rows), length), np.bool_)
    for place, (row, mask) in enumerate(rows):
        ids[place, : len(row)] = row
        wanted[place, : len(mask)] = mask
    return Batch(ids, wanted)


@dataclass(frozen=True, slots=True)
class Source:
    """Batches without end; how many processes make them does not change them."""

    seed: int
    adapter: str | None
    size: int
    """Tokens a batch, about."""
    context: int
    processes: int

    def after(self, number: int, at: int) -> Iterator[tuple[int, int, Batch]]:
        """Batches from a place on, each with the place behind it: a pool, and where in it."""
        following = number
        with multiprocessing.get_context("spawn").Pool(self.processes) as makers:
            waiting: deque[Any] = deque()
            while True:
                while len(waiting) <= self.processes:
                    work = (self.seed, following, self.adapter, self.size, self.context)
                    waiting.append(makers.apply_async(pool, work))
                    following += 1
                made = waiting.popleft().get()
                for place in range(at, len(made)):
                    yield number, place + 1, made[place]
                number, at = number + 1, 0
