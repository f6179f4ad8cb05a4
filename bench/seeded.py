"""Time the seeded engine without any HTTP: microseconds a completion and a chunk.

Run as `python -m bench.seeded`. Prints the least of many rounds, since other work only adds.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable
from typing import Any

from mock_server import sse
from mock_server.completion import Prompt, Turn
from mock_server.engines.seeded import Seeded
from mock_server.tokens import Tokens
from mock_server.wire import JsonAnswer, Stamp, StreamAnswer

STAMP = Stamp("chatcmpl-0", 0, "seeded-2")


def main() -> None:
    """Measure and print."""
    engine = Seeded(Tokens.load())

    def ask(text: str, cap: int = 4000, **given: Any) -> Prompt:
        turns = (Turn("user", text),)
        return Prompt("m", "m", None, turns, engine.count(turns), cap, **given)

    def whole(prompt: Prompt) -> None:
        answer = JsonAnswer(prompt, STAMP)
        answer.feed_completion(engine.completion(prompt))
        answer.close()

    def stream(prompt: Prompt) -> int:
        answer = StreamAnswer(prompt, STAMP, include_usage=True)
        chunks = answer.open()
        for piece in engine.pieces(prompt):
            chunks += answer.feed(piece)
        return len([sse.event(chunk) for chunk in chunks + answer.close()])

    print(f"{'':34}{'us each':>10}{'us a token':>12}")
    warm, story = ask("Hello", seed=5), ask("tell me a long story", 4086)
    cases: list[tuple[str, Callable[[Prompt], object], Prompt, int]] = [
        ("JSON, warm", whole, warm, 200),
        ("JSON, greedy", whole, ask("Hello", temperature=0.0), 200),
        ("JSON, 20 tokens", whole, ask("Hello", 20), 200),
        ("JSON, stop strings", whole, ask("Hello", stop=("zzz", "~~")), 50),
        ("JSON, penalties", whole, ask("Hello", presence_penalty=1.0), 10),
        ("JSON, 5 logprobs", whole, ask("Hello", logprobs=True, top_logprobs=5), 10),
        ("JSON, 4,086 tokens", whole, story, 2),
        ("events, warm", stream, warm, 50),
        ("events, 4,086 tokens", stream, story, 1),
    ]
    for name, run, prompt, number in cases:
        run(prompt)
        tokens = sum(piece.tokens for piece in engine.pieces(prompt))
        rounds = timeit.repeat(lambda run=run, prompt=prompt: run(prompt), number=number, repeat=25)
        each = min(rounds) / number * 1e6
        print(f"{name:34}{each:10.1f}{each / tokens:12.2f}")


if __name__ == "__main__":
    main()
