"""Stop strings: cut pieces before the leftmost match, and hold back what may become one.

Knows no engine and no tokenizer: pieces go in, final pieces come out, whatever the split.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from mock_server.completion import FinishReason, Piece


class StopScanner:
    """Finds the leftmost stop string in a text that arrives bit by bit.

    Offsets count characters from the start of the text. Work is linear in the text, however the
    stop strings look.
    """

    def __init__(self, stops: Iterable[str]) -> None:
        self._matchers = [_Matcher(stop) for stop in dict.fromkeys(stops) if stop]
        self._seen = 0
        self._found: int | None = None

    def feed(self, text: str) -> None:
        """Take the next characters."""
        for matcher in self._matchers:
            start = matcher.feed(text, self._seen)
            if start is not None and (self._found is None or start < self._found):
                self._found = start
        self._seen += len(text)

    @property
    def safe(self) -> int:
        """Characters that can be shown: no stop string can begin before this offset."""
        held = max((matcher.held for matcher in self._matchers), default=0)
        open_from = self._seen - held
        return open_from if self._found is None else min(open_from, self._found)

    @property
    def cut(self) -> int | None:
        """Where the text ends for good; None while no match is certain to be the leftmost."""
        return self._found if self._found is not None and self.safe >= self._found else None

    def end(self) -> int:
        """Say where the text ends, now that nothing more will come."""
        return self._seen if self._found is None else self._found


class StopCut:
    """Cuts the pieces of one choice at its stop strings."""

    def __init__(self, stops: Iterable[str]) -> None:
        self._scanner = StopScanner(stops)
        self._held: deque[Piece] = deque()
        self._shown = 0
        self.done = False
        """True once a piece with a finish reason came out; later pieces are ignored."""

    def feed(self, piece: Piece) -> list[Piece]:
        """Take the next piece; return those now certain, unchanged or cut short.

        The piece that ends at a match has finish reason `stop` and accounts for every token
        sampled so far. Text and tokens held back come out, at the latest, with the finish.
        """
        if self.done:
            return []
        self._held.append(piece)
        self._scanner.feed(piece.text)
        cut = self._scanner.cut
        if cut is None and piece.finish is not None:
            ends = self._scanner.end()
            if ends == self._shown + sum(len(held.text) for held in self._held):
                self.done = True
                return self._release_all()
            cut = ends
        if cut is not None:
            self.done = True
            return self._finish(cut)
        return self._release(self._scanner.safe)

    def _release(self, safe: int) -> list[Piece]:
        ready: list[Piece] = []
        while self._held and self._shown + len(self._held[0].text) <= safe:
            # An empty piece tells of tokens only; it stays behind the text it came after.
            piece = self._held.popleft()
            self._shown += len(piece.text)
            ready.append(piece)
        return ready

    def _release_all(self) -> list[Piece]:
        ready = list(self._held)
        self._held.clear()
        return ready

    def _finish(self, cut: int) -> list[Piece]:
        ready: list[Piece] = []
        while self._shown < cut and self._shown + len(self._held[0].text) <= cut:
            ready.append(self._held.popleft())
            self._shown += len(ready[-1].text)
        split = self._held[0]
        text = split.text[: cut - self._shown]
        logprobs = split.logprobs if text else ()
        tokens = sum(piece.tokens for piece in self._held)
        self._held.clear()
        ready.append(Piece(split.choice, text, tokens, logprobs, FinishReason.STOP))
        return ready


def cut_pieces(pieces: Iterable[Piece], stops: tuple[str, ...]) -> Iterator[Piece]:
    """Cut one choice's pieces; stops asking for more once the choice has finished."""
    cutter = StopCut(stops)
    for piece in pieces:
        yield from cutter.feed(piece)
        if cutter.done:
            return


class _Matcher:
    """One stop string, matched by Knuth, Morris and Pratt's automaton."""

    __slots__ = ("_fallback", "_first", "_stop", "held")

    def __init__(self, stop: str) -> None:
        self._stop = stop
        self._first = stop[0]
        self._fallback = [0] * len(stop)
        state = 0
        for index in range(1, len(stop)):
            while state and stop[index] != stop[state]:
                state = self._fallback[state - 1]
            state += stop[index] == stop[state]
            self._fallback[index] = state
        self.held = 0
        """Characters at the end of the text that are a beginning of the stop string."""

    def feed(self, text: str, offset: int) -> int | None:
        """Return where the first match begins; later matches are not looked for."""
        state, stop, fallback = self.held, self._stop, self._fallback
        if not state and self._first not in text:
            return None
        for index, character in enumerate(text, 1):
            while state and character != stop[state]:
                state = fallback[state - 1]
            if character == stop[state]:
                state += 1
                if state == len(stop):
                    self.held = 0
                    return offset + index - state
        self.held = state
        return None
