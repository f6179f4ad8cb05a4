"""Line: the one connection by which a mock asks a Redis, a batch at a time. Knows the library.

No other file does. It is the library's connection, without what that does for each command: all of
a batch is written at once, and waited for together.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
from collections.abc import Sequence
from typing import Any

from mock_server.problem import Problem
from mock_server.settings import SettingsError
from mock_server.state import sales, script
from mock_server.state.asking import packed_command
from mock_server.state.batch import GRANT, SALE, Order
from mock_server.state.place import Place

PATIENCE = 2.0
"""Seconds that Redis may take to be reached, and to answer."""
SCRIPTS = {GRANT: script.SOURCE, SALE: sales.SOURCE}
SHA = {
    name: hashlib.sha1(source.encode(), usedforsecurity=False).hexdigest()
    for name, source in SCRIPTS.items()
}

_log = logging.getLogger(__name__)


class UnsentError(Exception):
    """Nothing was sent."""


class Line:
    """A connection to a Redis, made when it is first needed, and again when it is lost."""

    def __init__(self, client: Any, place: Place) -> None:
        """`client` is the library's."""
        self._client = client
        self._place = place
        self._born = place.born
        self._connection: Any = None

    async def ask(self, given: Sequence[Order]) -> list[Any]:
        """Return the answers to commands, in order; that to one which Redis refuses is an error.

        Raises UnsentError where nothing was sent, and other errors where nobody knows.
        """
        if not self._born:
            try:
                self._born = await born(self._client, self._place)
            except Exception as error:
                raise UnsentError(str(error)) from error
        answers = await self._run(given)
        unknown = [
            place
            for place, answer in enumerate(answers)
            if isinstance(answer, library().exceptions.NoScriptError)
        ]
        if unknown:
            # A Redis that began anew, or forgot its scripts; it ran none of these.
            for source in SCRIPTS.values():
                await self._client.script_load(source)
            found = await self._run([given[place] for place in unknown])
            for place, answer in zip(unknown, found, strict=True):
                answers[place] = answer
        return answers

    async def _run(self, given: Sequence[Order]) -> list[Any]:
        place, said = self._place, (self._born, self._place.lasts or "")
        first = place.key("born")
        commands = (
            ("EVALSHA", SHA[one.script], 2, first, place.key(one.own), *said, *one.arguments)
            for one in given
        )
        sent = b"".join(packed_command(*command) for command in commands)
        answers: list[Any] = []
        async with asyncio.timeout(PATIENCE):
            line = await self._connected()
            try:
                await line.send_packed_command([sent])
                for _ in given:
                    try:
                        answers.append(await line.read_response())
                    except library().ResponseError as error:
                        answers.append(error)
            except BaseException:
                # Answers may be on their way still, which nobody will read.
                await line.disconnect(nowait=True)
                raise
        return answers

    async def _connected(self) -> Any:
        """Return the connection that everything is asked by; raises UnsentError for none."""
        errors = (library().RedisError, OSError, TimeoutError)
        if self._connection is not None:
            with contextlib.suppress(*errors):
                if not await self._connection.can_read():
                    return self._connection
            await self.hang_up()
        try:
            self._connection = await self._client.connection_pool.get_connection()
        except errors as error:
            raise UnsentError(str(error)) from error
        # All of a batch is waited for together.
        self._connection.socket_timeout = None
        return self._connection

    async def hang_up(self) -> None:
        """Close the connection, if there is one."""
        line, self._connection = self._connection, None
        if line is not None:
            await line.disconnect(nowait=True)
            await self._client.connection_pool.release(line)


async def born(client: Any, place: Place) -> str:
    """Return what the state at a place was born as; it is now, if it was not."""
    key = place.key("born")
    await client.set(key, os.urandom(8).hex(), nx=True, ex=place.lasts)
    found: bytes = await client.get(key)
    return found.decode()


async def forget(client: Any, place: Place) -> None:
    """Forget the state at a place."""
    async for key in client.scan_iter(match=place.key("*"), count=1000):
        await client.unlink(key)


def gone(error: Exception) -> bool:
    """Tell whether it says that the state is no longer there."""
    return str(error).startswith("FORGOTTEN")


def lost(error: Exception) -> Problem:
    """Return what a client is told of an error."""
    seconds, words = "1", "does not answer; nothing was charged"
    if gone(error):
        seconds, words = "60", "has lost what it knew; whoever runs the mock must start it again"
    elif isinstance(error, library().ResponseError):
        _log.error("the shared state refused: %s", error)
    return Problem(
        "overloaded",
        f"The state that the mock shares {words}. Come back in {seconds} seconds.",
        headers={"retry-after": seconds},
    )


def connect(place: Place) -> Any:
    """Return the library's client; raises SettingsError for an address that is none."""
    redis = library()
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


def library() -> Any:
    """Return the library; raises SettingsError where it is not installed."""
    try:
        import redis.asyncio
        import redis.asyncio.retry
        import redis.backoff
    except ModuleNotFoundError:
        raise SettingsError(
            "--state redis://... needs redis; install it with: pip install 'gonogo[redis]'"
        ) from None
    return redis
