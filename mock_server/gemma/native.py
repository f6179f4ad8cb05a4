"""The one edge to ONNX Runtime GenAI: a model, its adapters, and sequences that are stepped.

Knows the runtime and its traps; no process, no queue and no HTTP. It holds the GIL for every call,
which is why it lives in a process of its own.
"""

from __future__ import annotations

import importlib
import json
import os
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mock_server.gemma.job import Job

# Set before the import: it would write to the home directory and call its maker otherwise.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

PROVIDERS = ("cpu", "cuda", "dml")
SURPLUS = 8
"""Control tokens are never reported, so as many more are asked for."""
WHOLE = (0, 18)
EXTENDED = {"graph_optimization_level": "ORT_ENABLE_EXTENDED"}
WITHOUT_THE_LAST = json.dumps({"model": {"decoder": {"session_options": EXTENDED}}})
"""Before that version: the ONNX Runtime 1.24 under GenAI 0.13 dies on the CPU where it unfolds
float16 matrices that are empty (FuseFp16InitializerToFp32Node), as the places for adapters are.
"""
PATH = re.compile(r"(?:[A-Za-z]:)?[\\/][^\s:'\"]*[\\/]")


class NativeError(ValueError):
    """What the runtime refused, in one sentence without paths."""


def plain(error: BaseException) -> str:
    """The first line of a native text, with every path cut down to its last name."""
    text = str(error).strip() or type(error).__name__
    return PATH.sub("", text.splitlines()[0])


class NativeModel:
    """A loaded model with its adapters."""

    def __init__(self, folder: Path, provider: str = "cpu") -> None:
        """Load; raises NativeError with the runtime's own words. There is no silent fallback."""
        try:
            runtime: Any = importlib.import_module("onnxruntime_genai")
        except ImportError:
            raise NativeError(
                "ONNX Runtime GenAI is not installed: pip install 'gonogo[gemma]'"
            ) from None
        self._runtime = runtime
        self.version: str = runtime.__version__
        try:
            config = runtime.Config(str(folder))
            config.clear_providers()
            if provider != "cpu":
                config.append_provider(provider)
            elif tuple(map(int, re.findall(r"\d+", self.version)[:2])) < WHOLE:
                config.overlay(WITHOUT_THE_LAST)
            self._model = runtime.Model(config)
            self._adapters = runtime.Adapters(self._model)
        except Exception as error:
            raise NativeError(f"{provider}: {plain(error)}") from None

    def load(self, path: Path, name: str) -> None:
        """Load a checked `.onnx_adapter`, and prove with one token that it fits."""
        from mock_server.gemma.job import Job

        try:
            self._adapters.load(str(path), name)
        except Exception as error:
            raise NativeError(f"adapter {name}: {plain(error)}") from None
        try:
            self._try(Job(0, [1, 1], 1, [], adapter=name))
        except NativeError:
            self.unload(name)
            raise

    def _try(self, job: Job) -> None:
        trial = self.start(job)
        trial.read(job.prompt)
        trial.step()

    def unload(self, name: str) -> None:
        """Forget an adapter that no sequence uses."""
        try:
            self._adapters.unload(name)
        except Exception as error:
            raise NativeError(f"adapter {name}: {plain(error)}") from None

    def start(self, job: Job) -> NativeSequence:
        """Open a sequence; its cache has exactly the room that prompt and answer can need."""
        options: dict[str, Any] = {
            "max_length": len(job.prompt) + job.cap,
            "do_sample": False,
            # Greedy too: without one the runtime draws 2.5 kB of the machine's own chance, which
            # takes 15 ms on some processors.
            "random_seed": job.seed,
        }
        if job.temperature > 0:
            options |= {
                "do_sample": True,
                "temperature": job.temperature,
                "top_p": job.top_p,
                "top_k": job.top_k,
            }
        try:
            params = self._runtime.GeneratorParams(self._model)
            params.set_search_options(**options)
            generator = self._runtime.Generator(self._model, params)
            if job.adapter is not None:
                # Before any token: what the cache holds of the prompt depends on the adapter.
                generator.set_active_adapter(self._adapters, job.adapter)
        except Exception as error:
            raise NativeError(plain(error)) from None
        return NativeSequence(generator, job)


class NativeSequence:
    """One generation."""

    def __init__(self, generator: Any, job: Job) -> None:
        from mock_server.gemma import sampling

        self._sampling = sampling
        self._generator = generator
        self._job = job
        self._adjusts = sampling.adjusts(job)
        self._made: Counter[int] = Counter()

    def read(self, ids: list[int]) -> None:
        """Take in a slice of the prompt."""
        try:
            self._generator.append_tokens(ids)
        except Exception as error:
            raise NativeError(plain(error)) from None

    def step(self) -> tuple[int, float | None, tuple[tuple[int, float], ...]]:
        """Generate a token; its logprob and the likeliest tokens where the job asks for them."""
        job, generator = self._job, self._generator
        try:
            if not self._adjusts and job.top is None:
                generator.generate_next_token()
                return int(generator.get_next_tokens()[0]), None, ()
            logits = generator.get_logits().reshape(-1)
            if self._adjusts:
                changed = self._sampling.adjusted(logits, job, self._made)
                generator.set_logits(changed.reshape(1, 1, -1))
            generator.generate_next_token()
            token = int(generator.get_next_tokens()[0])
        except Exception as error:
            raise NativeError(plain(error)) from None
        self._made[token] += 1
        if job.top is None:
            return token, None, ()
        every, best = self._sampling.logprobs(logits, job.top + SURPLUS)
        return token, float(every[token]), tuple(best)
