"""Trains the small Gemma and its adapters; the recipe is in its defaults.

Knows batches and the network; the export to ONNX is `export_small_gemma`. A graphics card takes
minutes where one core takes half a day.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from small_gemma import Shape, SmallGemma
from torch.nn import functional
from training_batches import VOICES, Batch, Source

sys.path.insert(0, str(Path(__file__).parent.parent))
from mock_server.gemma.graph import rounded

RANK, ALPHA = 8, 16.0


@dataclass(frozen=True, slots=True)
class Recipe:
    """How long and how fast."""

    steps: int
    matrix_rate: float = 0.02
    other_rate: float = 0.003
    warmup: int = 100
    cooldown: float = 0.5
    """Share of the steps, at the end, over which the rates fall to zero."""

    def factor(self, step: int) -> float:
        """What the rates are multiplied by at a step."""
        left = (self.steps - step) / self.steps
        return min(1.0, (step + 1) / self.warmup, left / self.cooldown)


def gaps(length: int, context: int, hand: random.Random) -> torch.Tensor:
    """Positions, now and then with jumps: far distances are learnt from short texts."""
    positions = torch.arange(length)
    if length < context and hand.random() < 0.3:
        for _ in range(hand.randint(1, 2)):
            room = context - int(positions[-1]) - 1
            positions[hand.randrange(length) :] += hand.randint(0, room)
    return positions


def loss_of(
    model: SmallGemma, batch: Batch, hand: random.Random, device: torch.device
) -> torch.Tensor:
    """Mean cross entropy of the model's own tokens."""
    ids = torch.from_numpy(batch.ids).to(device).long()
    wanted = torch.from_numpy(batch.wanted).to(device)[:, 1:]
    positions = gaps(ids.shape[1] - 1, model.shape.context, hand).to(device)
    logits = model(ids[:, :-1], positions, wanted)
    return functional.cross_entropy(logits.float(), ids[:, 1:][wanted])


def optimisers(model: SmallGemma, recipe: Recipe) -> list[torch.optim.Optimizer]:
    """Muon for the matrices of the layers, Adam for the rest, and for adapters."""
    learning = [one for one in model.parameters() if one.requires_grad]
    embedding = model.embed_tokens.weight
    betas = (0.9, 0.98)
    if not embedding.requires_grad:
        return [torch.optim.AdamW(learning, lr=recipe.other_rate, betas=betas)]
    matrices = [one for one in learning if one.ndim == 2 and one is not embedding]
    rest = [embedding, *(one for one in learning if one.ndim != 2)]
    return [
        torch.optim.Muon(matrices, lr=recipe.matrix_rate, weight_decay=0.01),
        torch.optim.AdamW(rest, lr=recipe.other_rate, betas=betas),
    ]


class Training:
    """A run that can be put aside after any step and gone on with, to the same end."""

    def __init__(
        self, model: SmallGemma, recipe: Recipe, source: Source, hand: random.Random
    ) -> None:
        self.model, self.recipe, self.source, self.hand = model, recipe, source, hand
        self.step, self.place = 0, (0, 0)
        self.steppers = optimisers(model, recipe)
        self.rates = [group["lr"] for group in self._groups()]

    def _groups(self) -> list[dict[str, Any]]:
        return [group for one in self.steppers for group in one.param_groups]

    def go_on(self, until: int, report: Callable[[int, float], None]) -> None:
        """Learn up to a step; products are done in bfloat16."""
        device = self.model.embed_tokens.weight.device
        learning = [one for one in self.model.parameters() if one.requires_grad]
        batches = self.source.after(*self.place)
        while self.step < until:
            for group, rate in zip(self._groups(), self.rates, strict=True):
                group["lr"] = rate * self.recipe.factor(self.step)
            *place, batch = next(batches)
            with torch.autocast(device.type, dtype=torch.bfloat16):
                loss = loss_of(self.model, batch, self.hand, device)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(learning, 1.0)
            for one in self.steppers:
                one.step()
                one.zero_grad(set_to_none=True)
            self.step, self.place = self.step + 1, (place[0], place[1])
            if self.step % 100 == 0 or self.step == until:
                report(self.step, loss.item())
        batches.close()

    def put_aside(self, path: Path) -> None:
        """Write all that going on needs."""
        state = {
            "model": self.model.state_dict(),
            "steppers": [one.state_dict() for one in self.steppers],
            "hand": self.hand.getstate(),
            "step": self.step,
            "place": self.place,
        }
        torch.save(state, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)

    def take_up(self, path: Path) -> None:
        """Read it back."""
        state = torch.load(path, weights_only=False)
        self.model.load_state_dict(state["model"])
        for one, kept in zip(self.steppers, state["steppers"], strict=True):
            one.load_state_dict(kept)
        self.hand.setstate(state["hand"])
        self.step, self.place = state["step"], tuple(state["place"])


def prepared(folder: Path, adapter: str | None, seed: int) -> SmallGemma:
    """A fresh network, or the trained one as int8 keeps it with a fresh adapter beside it."""
    torch.manual_seed(seed)
    model = SmallGemma(Shape())
    if adapter is not None:
        state = torch.load(folder / "base.pt", map_location="cpu")
        kept = {name: torch.from_numpy(rounded(one.numpy())) for name, one in state.items()}
        model.load_state_dict(kept)
        model.requires_grad_(False)
        generator = torch.Generator().manual_seed(seed)
        for projection in model.projections().values():
            projection.adapt(RANK, ALPHA, generator)
    return model


def digest(state: dict[str, torch.Tensor]) -> str:
    """A hash of all weights: the same recipe on the same machine gives the same."""
    whole = hashlib.sha256()
    for name in sorted(state):
        whole.update(state[name].float().numpy().tobytes())
    return whole.hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="where checkpoints go: base.pt, pirate.pt, ...")
    parser.add_argument("--only", choices=["base", *VOICES], default="base")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=24_576, help="tokens a step")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--processes", type=int, default=max(1, (os.cpu_count() or 2) - 2))
    parser.add_argument("--pause", type=int, help="put the run aside after so many steps of it")
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.device != "cpu":
        # Sums in another order would give other weights; the same recipe shall give the same.
        os.environ["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"
        torch.use_deterministic_algorithms(True)
    adapter = None if options.only == "base" else options.only
    options.folder.mkdir(parents=True, exist_ok=True)
    model = prepared(options.folder, adapter, options.seed).to(options.device)
    recipe = Recipe(options.steps) if adapter is None else Recipe(options.steps, other_rate=0.004)
    source = Source(options.seed, adapter, options.batch, model.shape.context, options.processes)
    training = Training(model, recipe, source, random.Random(options.seed))
    aside = options.folder / f"{options.only}.aside"
    if aside.exists():
        training.take_up(aside)
    until = min(options.steps, training.step + (options.pause or options.steps))
    began = time.process_time()

    def report(step: int, loss: float) -> None:
        print(f"step {step} loss {loss:.4f} after {time.process_time() - began:.0f} s", flush=True)

    training.go_on(until, report)
    if until < options.steps:
        training.put_aside(aside)
        return
    aside.unlink(missing_ok=True)
    state = model.cpu().state_dict()
    torch.save(state, options.folder / f"{options.only}.pt")
    print(f"{options.only}: {digest(state)}")


if __name__ == "__main__":
    main()
