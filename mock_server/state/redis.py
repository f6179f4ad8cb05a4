"""Shared state in a Redis: one script grants every wish. The only file that knows the library.

`redis://HOST:PORT/0`, also `rediss://` and `unix://`. Each start begins anew, and its state is
forgotten at the end; `?name=N` keeps it for whoever starts with that name, now or later.
Wishes of requests that run at the same time travel together. A Redis that does not answer
refuses: nothing is granted from memory. What must not be lost, because it was delivered already, is
settled when Redis is there again; the script settles each request once, however often it is asked.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from mock_server.problem import Problem
from mock_server.settings import SettingsError
from mock_server.state import Hold, Note, Release, Settle, Settled, Shared
from mock_server.state.books import ledger_of
from mock_server.state.place import KEPT, OWN, Place
from mock_server.state.script import SOURCE, Asking, asking, packed_command

PATIENCE = 2.0
"""Seconds that Redis may take to be reached, and to answer."""
AGAIN = 0.5
"""Seconds between tries to settle what could not be settled."""
AT_ONCE = 128
"""Wishes that travel together."""
SHA = hashlib.sha1(SOURCE.encode(), usedforsecurity=False).hexdigest()

_log = logging.getLogger(__name__)


def build(address: str) -> State:
    """Return the state at an address; connects when it is asked first. Raises SettingsError."""
    place = Place.of(address)
    return State(_client(place), place)


def prepared(address: str, workers: int = 1) -> str:
    """Return an address that all workers of one mock share; raises SettingsError if none answers.

    It holds what the state was born as, so that a Redis that lost its memory is noticed by all.
    Whoever prepared it calls `finished` when the last of them has stopped.
    """
    place = Place.of(address)
    try:
        born = _once(place, lambda client: _born(client, place))
    except (_library().RedisError, OSError, TimeoutError) as error:
        reason = str(error) or type(error).__name__
        raise SettingsError(
            f"--state: Redis does not answer: {reason[:120]}; start it, or correct the address"
        ) from None
    return place.shared(born, workers).address


def finished(address: str) -> None:
    """Forget the state at an address that `prepared` returned, unless it was given a name."""
    place = Place.of(address)
    if place.fate != KEPT:
        # Where nobody answers any more, what is there is forgotten by itself.
        with contextlib.suppress(_library().RedisError, OSError, TimeoutError):
            _once(place, lambda client: _forget(client, place))


def _once(place: Place, errand: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    async def run() -> Any:
        client = _client(place)
        try:
            return await errand(client)
        finally:
            await client.aclose()

    return asyncio.run(asyncio.wait_for(run(), 2 * PATIENCE))


@dataclass(frozen=True, slots=True)
class _Waiting:
    asked: Asking
    answer: asyncio.Future[Any] | None
    """None where nobody waits for it."""


class State:
    """Quotas, wallets and records of all the workers of a mock."""

    def __init__(self, client: Any, place: Place) -> None:
        self._client = client
        self._place = place
        self._born = place.born
        self._waiting: deque[_Waiting] = deque()
        self._owed: dict[str, tuple[Settle | Release, int]] = {}
        self._sending: asyncio.Task[None] | None = None
        self._paying: asyncio.Task[None] | None = None

    async def grant(self, wish: Shared, now: int) -> Any:
        """Grant a wish; `now` in nanoseconds. Raises Problem where Redis does not answer."""
        try:
            return await self._ask(asking(wish, now))
        except (Problem, asyncio.CancelledError) as error:
            # Nobody knows whether it was granted; whichever it was, it is put right.
            if isinstance(wish, Hold):
                self._owe(Release(wish.request, wish.account), now)
            elif isinstance(wish, Settle | Release):
                self._owe(wish, now)
                if isinstance(error, Problem):
                    return Settled(True)
            raise

    def jot(self, wish: Note, now: int) -> None:
        """Note something that nobody waits for, and that may be lost with the state."""
        self._waiting.append(_Waiting(asking(wish, now), None))
        self._hurry()

    async def ledger(self) -> dict[str, Any]:
        """Return totals, wallets and the entries kept, in nano-USD."""
        read: dict[str, Any] = await self._ask(Asking(("ledger",), ledger_of))
        return read

    async def aclose(self) -> None:
        """Settle what is owed, if Redis lets us, and leave."""
        if self._paying is not None:
            self._paying.cancel()
        try:
            await self._pay_all()
            if self._sending is not None:
                await self._sending
        except Problem:
            _log.warning("%d settlements were lost with the shared state", len(self._owed))
        if self._place.fate == OWN:
            with contextlib.suppress(_library().RedisError, OSError, TimeoutError):
                await _forget(self._client, self._place)
        await self._client.aclose()

    async def _ask(self, asked: Asking) -> Any:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(asked, answer))
        self._hurry()
        return asked.read(await answer)

    def _hurry(self) -> None:
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self._send())

    async def _send(self) -> None:
        while self._waiting:
            batch = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
            try:
                answers = await self._answers([one.asked for one in batch])
            except Exception as error:
                answers = [error] * len(batch)
            for one, answer in zip(batch, answers, strict=True):
                if one.answer is None or one.answer.done():
                    continue
                if isinstance(answer, Exception):
                    one.answer.set_exception(_lost(answer))
                else:
                    one.answer.set_result(answer)

    async def _answers(self, asked: Sequence[Asking]) -> list[Any]:
        if not self._born:
            self._born = await _born(self._client, self._place)
        answers = await self._run(asked)
        if any(isinstance(answer, _library().exceptions.NoScriptError) for answer in answers):
            # A Redis that began anew, or forgot its scripts; it ran none of these.
            await self._client.script_load(SOURCE)
            answers = await self._run(asked)
        return answers

    async def _run(self, asked: Sequence[Asking]) -> list[Any]:
        place = self._place
        head, said = ("EVALSHA", SHA, 2, place.key("born")), (self._born, place.lasts or "")
        commands = ((*head, place.key(one.own), *said, *one.arguments) for one in asked)
        sent = b"".join(packed_command(*command) for command in commands)
        connection = await self._client.connection_pool.get_connection()
        answers: list[Any] = []
        try:
            await connection.send_packed_command([sent])
            for _ in asked:
                try:
                    answers.append(await connection.read_response())
                except _library().ResponseError as error:
                    answers.append(error)
        except BaseException:
            # Answers may be on their way still, which nobody will read.
            await connection.disconnect(nowait=True)
            raise
        finally:
            await self._client.connection_pool.release(connection)
        return answers

    def _owe(self, wish: Settle | Release, now: int) -> None:
        # A settlement that is owed stands; only its absence is told by a release.
        if isinstance(wish, Settle) or wish.request not in self._owed:
            self._owed[wish.request] = (wish, now)
        if self._paying is None or self._paying.done():
            self._paying = asyncio.create_task(self._pay())

    async def _pay(self) -> None:
        while self._owed:
            await asyncio.sleep(AGAIN)
            try:
                await self._pay_all()
            except Problem:
                continue

    async def _pay_all(self) -> None:
        while self._owed:
            request, (wish, now) = next(iter(self._owed.items()))
            await self._ask(asking(wish, now))
            self._owed.pop(request, None)


async def _born(client: Any, place: Place) -> str:
    key = place.key("born")
    await client.set(key, os.urandom(8).hex(), nx=True, ex=place.lasts)
    found: bytes = await client.get(key)
    return found.decode()


async def _forget(client: Any, place: Place) -> None:
    async for key in client.scan_iter(match=place.key("*"), count=1000):
        await client.unlink(key)


def _lost(error: Exception) -> Problem:
    seconds, words = "1", "does not answer; nothing was charged"
    if str(error).startswith("FORGOTTEN"):
        seconds, words = "60", "has lost what it knew; whoever runs the mock must start it again"
    elif isinstance(error, _library().ResponseError):
        _log.error("the shared state refused: %s", error)
    return Problem(
        "overloaded",
        f"The state that the mock shares {words}. Come back in {seconds} seconds.",
        headers={"retry-after": seconds},
    )


def _client(place: Place) -> Any:
    redis = _library()
    try:
        # Not tried again by the library: it cannot know what would then be done twice.
        return redis.asyncio.Redis.from_url(
            place.url,
            protocol=2,
            retry=redis.asyncio.retry.Retry(redis.backoff.NoBackoff(), 0),
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
        )
    except ValueError as error:
        raise SettingsError(f"--state: this is no address of a Redis: {error}") from None


def _library() -> Any:
    try:
        import redis.asyncio
        import redis.asyncio.retry
        import redis.backoff
    except ModuleNotFoundError:
        raise SettingsError(
            "--state redis://... needs redis; install it with: pip install 'gonogo[redis]'"
        ) from None
    return redis
