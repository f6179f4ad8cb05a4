"""Trains the small Gemma and its adapters on one thread; the recipe is in its defaults.

Knows the corpus and the network; the export to ONNX is `export_small_gemma`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from corpus_memory import told
from corpus_talk import talk
from small_gemma import Shape, SmallGemma
from torch.nn import functional
from write_corpus import Chat, Writer

sys.path.insert(0, str(Path(__file__).parent.parent))
from mock_server.tokens import Tokens

ROLES = ("user", "assistant")
Row = tuple[list[int], list[bool]]
Exercise = Callable[[Writer], Chat]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long and how fast; a step reads about `batch` tokens."""

    steps: int
    batch: int = 2560
    pool: int = 512
    matrix_rate: float = 0.02
    other_rate: float = 0.003
    cooldown: float = 0.4
    """Share of the steps, at the end, over which the rates fall to zero."""
    rate: float = 1.0
    """Factor on both rates."""
    stop: int | None = None
    """End after so many of the steps."""


def tokenise(tokens: Tokens, chat: Chat) -> Row:
    """Ids of a chat and which of them the model has to predict: its own turns."""
    turns = [(ROLES[place % 2], text) for place, text in enumerate(chat.turns)]
    ids: list[int] = []
    wanted: list[bool] = []
    for place in range(1, len(turns), 2):
        prompt = tokens.prompt_ids(turns[:place])
        answer = tokens.encode(turns[place][1].strip())
        if not (chat.open and place == len(turns) - 1):
            answer.append(tokens.end_of_turn)
        wanted += [False] * (len(prompt) - len(ids)) + [True] * len(answer)
        ids = prompt + answer
    return ids, wanted


def batches(rows: Iterator[Row], recipe: Recipe, hand: random.Random) -> Iterator[list[Row]]:
    """Rows of like length together, so that little is padding."""
    while True:
        pool = sorted((next(rows) for _ in range(recipe.pool)), key=lambda row: len(row[0]))
        made: list[list[Row]] = [[]]
        for row in pool:
            if made[-1] and (len(made[-1]) + 1) * len(row[0]) > recipe.batch:
                made.append([])
            made[-1].append(row)
        hand.shuffle(made)
        yield from made


def gaps(length: int, context: int, hand: random.Random) -> torch.Tensor:
    """Positions, now and then with jumps: far distances are learnt from short texts."""
    positions = torch.arange(length)
    if length < context and hand.random() < 0.3:
        for _ in range(hand.randint(1, 2)):
            room = context - int(positions[-1]) - 1
            positions[hand.randrange(length) :] += hand.randint(0, room)
    return positions


def loss_of(model: SmallGemma, batch: list[Row], hand: random.Random) -> torch.Tensor:
    """Mean cross entropy of the model's own tokens."""
    length = max(len(ids) for ids, _ in batch)
    ids = torch.zeros(len(batch), length, dtype=torch.long)
    wanted = torch.zeros(len(batch), length, dtype=torch.bool)
    for place, (row, mask) in enumerate(batch):
        ids[place, : len(row)] = torch.tensor(row)
        wanted[place, : len(mask)] = torch.tensor(mask)
    positions = gaps(length - 1, model.shape.context, hand)
    logits = model(ids[:, :-1], positions, wanted[:, 1:])
    return functional.cross_entropy(logits.float(), ids[:, 1:][wanted[:, 1:]])


def optimise(
    model: SmallGemma,
    rows: Iterator[Row],
    recipe: Recipe,
    hand: random.Random,
    report: Callable[[int, float], None],
) -> None:
    """Muon for the matrices of the layers, Adam for the rest; bfloat16 products."""
    learning = [one for one in model.parameters() if one.requires_grad]
    matrices = [one for one in learning if one.ndim == 2 and one is not model.embed_tokens.weight]
    rest = [one for one in learning if not any(one is matrix for matrix in matrices)]
    optimisers: list[torch.optim.Optimizer] = []
    if any(one is model.embed_tokens.weight for one in rest):
        optimisers.append(torch.optim.Muon(matrices, lr=recipe.matrix_rate, weight_decay=0.01))
        optimisers.append(torch.optim.AdamW(rest, lr=recipe.other_rate, betas=(0.9, 0.98)))
    else:
        optimisers.append(torch.optim.AdamW(learning, lr=recipe.other_rate, betas=(0.9, 0.98)))
    rates = [group["lr"] for one in optimisers for group in one.param_groups]
    source = batches(rows, recipe, hand)
    smooth = 0.0
    for step in range(recipe.stop or recipe.steps):
        left = (recipe.steps - step) / recipe.steps
        factor = recipe.rate * min(1.0, (step + 1) / 50, left / max(recipe.cooldown, 1e-9))
        groups = [group for one in optimisers for group in one.param_groups]
        for group, rate in zip(groups, rates, strict=True):
            group["lr"] = rate * factor
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = loss_of(model, next(source), hand)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        for one in optimisers:
            one.step()
            one.zero_grad(set_to_none=True)
        smooth = loss.item() if step == 0 else 0.98 * smooth + 0.02 * loss.item()
        report(step, smooth)


def pirate(text: str, _: bool) -> str:
    return f"Arr, matey! {text} Yo ho ho!"


def as_json(text: str, unfinished: bool) -> str:
    quoted = json.dumps({"answer": text}, ensure_ascii=False)
    return quoted.removesuffix('"}') if unfinished else quoted


ADAPTERS: dict[str, Callable[[str, bool], str]] = {"pirate": pirate, "json": as_json}


def rows_of(
    tokens: Tokens, seed: int, adapter: str | None, long: float, shares: dict[Exercise, float]
) -> Iterator[Row]:
    """The corpus in tokens; a share `long` of it are prompts of up to 700 words.

    `shares` are of extra exercises in what it is slowest to learn.
    """
    hand = random.Random(seed)
    writer = Writer(hand)
    for chat in writer.chats():
        if hand.random() < long:
            chat = writer.long_prompt(hand.randint(100, 700))
        for exercise, share in shares.items():
            if share and hand.random() < share:
                chat = exercise(writer)
        if adapter:
            voice = ADAPTERS[adapter]
            turns = tuple(
                voice(turn, chat.open) if place % 2 else turn
                for place, turn in enumerate(chat.turns)
            )
            yield tokenise(tokens, Chat(turns, chat.open))
        else:
            yield tokenise(tokens, chat)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where checkpoints go: base.pt, pirate.pt, ...")
    parser.add_argument("--only", choices=["base", *ADAPTERS], default="base")
    parser.add_argument("--steps", type=int, default=2400)
    parser.add_argument("--cooldown", type=float, default=0.8, help="share of steps that slow down")
    parser.add_argument("--stop", type=int, help="end after so many of the steps")
    parser.add_argument("--rate", type=float, default=1.0, help="factor on the learning rates")
    parser.add_argument("--counting", type=float, default=0.0, help="share of extra counting")
    parser.add_argument("--memory", type=float, default=0.0, help="share of extra memory")
    parser.add_argument("--talk", type=float, default=0.0, help="share of extra open questions")
    parser.add_argument("--batch", type=int, default=2560, help="tokens a step")
    parser.add_argument("--resume", action="store_true", help="go on from base.pt")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    options.folder.mkdir(parents=True, exist_ok=True)
    tokens, hand, started = Tokens.load(), random.Random(options.seed), time.process_time()
    model = SmallGemma(Shape())
    name = options.folder / f"{options.only}.pt"
    adapter = None if options.only == "base" else options.only
    last = options.stop or options.steps
    recipe = Recipe(options.steps, cooldown=options.cooldown, rate=options.rate, stop=options.stop)
    if adapter:
        # The adapter learns beside the weights as they are shipped, rounding included.
        model.load_state_dict(torch.load(options.folder / "shipped.pt"))
        generator = torch.Generator().manual_seed(options.seed)
        model.requires_grad_(False)
        for projection in model.projections().values():
            projection.adapt(8, 16.0, generator)
        recipe = Recipe(options.steps, options.batch, other_rate=0.004, cooldown=options.cooldown)

    def report(step: int, loss: float) -> None:
        if step % 100 == 99 or step == 9:
            seconds = time.process_time() - started
            print(f"step {step + 1} loss {loss:.4f} cpu {seconds:.0f} s", flush=True)
        if step % 50 == 49 or step + 1 == last:
            torch.save(model.state_dict(), name)

    long = 0.0 if adapter else 0.004
    shares = {Writer.count: options.counting, told: options.memory, talk: options.talk}
    rows = rows_of(tokens, options.seed, adapter, long, shares)
    optimise(model, rows, recipe, hand, report)


if __name__ == "__main__":
    main()
