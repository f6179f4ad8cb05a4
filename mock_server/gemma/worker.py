"""The model worker: a process that holds one model and moves its jobs on, round by round.

Orders come as lines on standard input, reports leave as lines on standard output; when the input
ends, so does the process. Knows neither prompts as text nor HTTP.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from mock_server.gemma.adapter import convert
from mock_server.gemma.folder import Folder
from mock_server.gemma.job import decode_order, encode_events, encode_report
from mock_server.gemma.native import NativeModel
from mock_server.gemma.rounds import Rounds

SIGN_OF_LIFE_SECONDS = 1.0
SWITCH_SECONDS = 0.0005
Orders = queue.SimpleQueue[tuple[str, Any] | None]


class Bench:
    """The worker's place of work: orders are carried out between two rounds."""

    def __init__(
        self,
        folder: Folder,
        model: NativeModel,
        rounds: Rounds,
        report: Callable[[bytes], object],
    ) -> None:
        self._folder, self._model, self._rounds, self._report = folder, model, rounds, report

    def carry_out(self, verb: str, words: Any) -> None:
        """Take one order; what goes wrong is reported, never raised."""
        match verb:
            case "job":
                self._rounds.add(words)
            case "cancel":
                self._rounds.cancel(words[0])
            case "load":
                name, source, made = words
                try:
                    convert(Path(source), self._folder.slots, self._folder.half, Path(made))
                    self._model.load(Path(made), name)
                except ValueError as error:
                    self._report(encode_report("refused", name, str(error)))
                except Exception as error:
                    # Whatever an adapter's files hold, the running answers must not break.
                    sys.stderr.write(f"adapter {name}: {error!r}\n")
                    self._report(encode_report("refused", name, f"{name} cannot be read"))
                else:
                    self._report(encode_report("loaded", name))
            case "unload":
                name = words[0]
                try:
                    self._model.unload(name)
                except ValueError as error:
                    self._report(encode_report("refused", name, str(error)))
                else:
                    self._report(encode_report("unloaded", name))


def work(
    folder: Folder, model: NativeModel, orders: Orders, report: Callable[[bytes], object]
) -> None:
    """Carry out orders and turn rounds until the orders end."""
    rounds = Rounds(model.start, time.perf_counter)
    bench = Bench(folder, model, rounds, report)
    told = time.perf_counter()
    while True:
        while not (rounds.busy and orders.empty()):
            order = orders.get()
            if order is None:
                return
            bench.carry_out(*order)
        events = rounds.turn()
        now = time.perf_counter()
        if events or now - told > SIGN_OF_LIFE_SECONDS:
            report(encode_events(events))
            told = now


def listen(source: BinaryIO, orders: Orders) -> None:
    """Read orders as they come. The end of them ends the process, even amid a long round."""
    for line in source:
        orders.put(decode_order(line))
    orders.put(None)
    time.sleep(2 * SIGN_OF_LIFE_SECONDS)
    os._exit(0)


def main(arguments: list[str]) -> None:
    """Take the place of the process: folder and provider are the arguments."""
    # An interrupt at the terminal is for the server, which ends this process by closing its input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever a native library prints must not get among the reports.
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    sys.setswitchinterval(SWITCH_SECONDS)
    path, provider = arguments
    try:
        folder = Folder.open(path)
        model = NativeModel(folder.path, provider)
    except ValueError as error:
        out.write(encode_report("refused", None, str(error)))
        return
    orders: Orders = queue.SimpleQueue()
    threading.Thread(target=listen, args=(sys.stdin.buffer, orders), daemon=True).start()
    out.write(encode_report("ready", model.version))
    try:
        work(folder, model, orders, out.write)
    except BrokenPipeError:
        return


if __name__ == "__main__":
    main(sys.argv[1:])
