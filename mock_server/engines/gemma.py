"""The gemma engine: real tokens of a real model, generated in a worker process.

Knows prompts and pieces; the model lives behind the foreman, and HTTP in front of the gateway.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from mock_server.completion import Engine, EngineFailure, EngineSaturated, Piece, Prompt, Turn
from mock_server.engines import EngineError
from mock_server.gemma.answer import Answer
from mock_server.gemma.asking import jobs_of
from mock_server.gemma.fit import require_fit
from mock_server.gemma.folder import Folder, FolderError
from mock_server.gemma.foreman import Foreman, WorkerError
from mock_server.gemma.job import Gone, Token
from mock_server.gemma.mailbox import Mailbox
from mock_server.gemma.room import Full, Room
from mock_server.tokens import Tokens

ROOM = 4 * 2**30
LINE = 256
LONGEST_WAIT = 3600.0
"""Seconds from one token to the next, the time in line included."""
PROVIDERS = ("cpu", "cuda", "dml")
ALONE = "every process would load the model again; one answers for all, take --workers 1"
OPTIONS = frozenset({"model_dir", "provider", "adapters", "room", "line"})


def build(tokens: Tokens, options: Mapping[str, Any]) -> Engine:
    """Make the engine; raises EngineError when folder, provider or an adapter cannot be used.

    Options: `model_dir` (a model folder, by default the shipped one), `provider`, `adapters` (name
    to path), `room` (bytes of cache all requests may take together), `line` (how many choices may
    wait for room).
    """
    try:
        folder = Folder.open(options.get("model_dir"))
        if options.get("model_dir") is not None:
            tokens = Tokens.load(folder.path / "tokenizer.json")
        require_fit(folder, tokens)
        provider = str(options.get("provider") or "cpu")
        adapters = dict(cast(Mapping[str, Path], options.get("adapters") or {}))
        if provider not in PROVIDERS:
            raise EngineError(f"there is no provider {provider}; there are: {', '.join(PROVIDERS)}")
        if provider == "dml" and adapters:
            raise EngineError(
                "DirectML loads no adapters; bake one in with: gonogo-mock prepare --baked"
            )
        room = Room(int(options.get("room", ROOM)), int(options.get("line", LINE)))
        files = tempfile.TemporaryDirectory(prefix="gonogo-", ignore_cleanup_errors=True)
        if provider == "cuda":
            folder = _fitting(folder, provider, files)
        foreman = Foreman(folder.path, provider, room)
        engine = Gemma(tokens, folder, foreman, provider, files)
        shipped = {} if provider == "dml" else dict(folder.adapters or {})
        engine.start(shipped | adapters)
    except (FolderError, WorkerError, ValueError) as error:
        raise EngineError(str(error)) from None
    return engine


def _fitting(folder: Folder, provider: str, files: tempfile.TemporaryDirectory[str]) -> Folder:
    from mock_server.gemma.half import for_provider

    try:
        return for_provider(folder, provider, Path(files.name))
    except BaseException:
        files.cleanup()
        raise


class Gemma:
    """Answers are made in a worker process; this side counts, admits, and turns ids into text."""

    name = "gemma"

    @property
    def tokens(self) -> Tokens:
        """What it counts with; a script that speaks for it counts alike."""
        return self._tokens

    def __init__(
        self,
        tokens: Tokens,
        folder: Folder,
        foreman: Foreman,
        provider: str,
        files: tempfile.TemporaryDirectory[str],
    ) -> None:
        """`files` is where converted adapters are kept while the engine lives."""
        self._tokens, self._folder, self._foreman = tokens, folder, foreman
        self._provider = provider
        self._ends = sorted(folder.ends | tokens.ends)
        self._numbers = itertools.count(1)
        self._adapters: tuple[str, ...] = ()
        self._files = files

    def start(self, adapters: Mapping[str, Path]) -> None:
        """Load model and adapters; raises WorkerError and leaves nothing running."""
        try:
            self._foreman.start()
            for name, path in adapters.items():
                self.load_adapter(name, path)
        except BaseException:
            self.close()
            raise

    @property
    def version(self) -> str:
        """Of weights, runtime and provider together."""
        return f"{self._folder.digest[:8]}-{self._foreman.version}-{self._provider}"

    @property
    def worker(self) -> int | None:
        """Process id of the model worker."""
        return self._foreman.process_id

    def adapters(self) -> tuple[str, ...]:
        """Names of the loaded adapters."""
        return self._adapters

    def load_adapter(self, name: str, path: Path) -> None:
        """Check, convert and load a PEFT folder or an `.onnx_adapter`; raises WorkerError."""
        if name in self._adapters:
            raise WorkerError(f"there is an adapter {name} already; unload it first")
        # A name of its own: a file that was loaded once may stay mapped.
        made = Path(self._files.name) / f"{name}-{next(self._numbers)}.onnx_adapter"
        self._foreman.load(name, path.absolute(), made)
        self._adapters = (*self._adapters, name)

    def unload_adapter(self, name: str) -> None:
        """Forget an adapter; requests that use it finish first. Raises WorkerError."""
        if name not in self._adapters:
            raise WorkerError(f"there is no adapter {name}")
        self._adapters = tuple(one for one in self._adapters if one != name)
        self._foreman.unload(name)

    def count(self, turns: Sequence[Turn]) -> int:
        """Prompt tokens of a conversation, template included."""
        return self._tokens.count_prompt((turn.role, turn.text) for turn in turns)

    async def pieces(self, prompt: Prompt) -> AsyncIterator[Piece]:
        """Generate all choices at once, as far as there is room."""
        ids = self._tokens.prompt_ids((turn.role, turn.text) for turn in prompt.turns)
        first = next(self._numbers)
        numbers = range(first, first + prompt.n)
        self._numbers = itertools.count(first + prompt.n)
        jobs = jobs_of(
            prompt,
            ids,
            numbers=numbers,
            context=self._folder.context,
            vocabulary=self._folder.vocabulary,
            ends=self._ends,
        )
        answers = {
            number: Answer(self._tokens, prompt, choice) for choice, number in enumerate(numbers)
        }
        news: Mailbox[Token | Gone] = Mailbox()
        room = [(len(ids) + job.cap) * self._folder.kv_bytes for job in jobs]
        try:
            self._foreman.submit(
                [(job, size, news.put) for job, size in zip(jobs, room, strict=True)]
            )
        except Full:
            raise EngineSaturated("every place in the line is taken", 2) from None
        except WorkerError as error:
            raise EngineFailure(str(error)) from None
        try:
            while answers:
                for piece in _read(await news.take(LONGEST_WAIT), answers, self._foreman):
                    yield piece
        except TimeoutError:
            raise EngineFailure("the model did not come to it in time") from None
        finally:
            for number in answers:
                self._foreman.cancel(number)

    def close(self) -> None:
        """End the worker."""
        self._foreman.close()
        self._files.cleanup()


def _read(
    news: Iterable[Token | Gone], answers: dict[int, Answer], foreman: Foreman
) -> Iterable[Piece]:
    for event in news:
        answer = answers.get(event.job)
        if answer is None:
            continue
        if isinstance(event, Gone):
            raise EngineFailure(event.reason or "the model worker dropped a job")
        yield from answer.feed(event)
        if answer.done:
            del answers[event.job]
            foreman.cancel(event.job)
