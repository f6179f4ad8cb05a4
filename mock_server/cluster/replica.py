"""One replica of a model: an engine, and the adapters it loads when they are asked for.

Knows no Ray, which decides where a replica runs and which adapters stay.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from mock_server import engines
from mock_server.cluster.plan import Model
from mock_server.completion import EngineFailure, Piece, Prompt
from mock_server.engines.gemma import Gemma
from mock_server.tokens import Tokens


class Worn:
    """An adapter that is loaded; it goes when nobody holds this any more."""

    def __init__(self, engine: Gemma, name: str) -> None:
        self._engine = engine
        self._name = name

    def __del__(self) -> None:
        if self._name in self._engine.adapters():
            self._engine.unload_adapter(self._name)


class Replica:
    """Holds the engine."""

    def __init__(self, model: Model, tokenizer: str | None) -> None:
        """Load the model; raises EngineError."""
        options: dict[str, object] = {"provider": model.provider}
        if model.model_dir is not None:
            options["model_dir"] = model.model_dir
        engine = engines.build("gemma", Tokens.load(tokenizer), options)
        assert isinstance(engine, Gemma)
        self._engine = engine
        self._paths = model.adapters

    async def wear(self, name: str) -> Worn:
        """Load an adapter."""
        if name not in self._engine.adapters():
            path = Path(self._paths[name])
            await asyncio.to_thread(self._engine.load_adapter, name, path)
        return Worn(self._engine, name)

    def pieces(self, prompt: Prompt) -> AsyncIterator[Piece]:
        """Generate."""
        return self._engine.pieces(prompt)

    def check(self) -> None:
        """Raise EngineFailure where the model is gone."""
        if self._engine.worker is None:
            raise EngineFailure("the model's process is gone")

    def close(self) -> None:
        """End the model's process."""
        self._engine.close()
