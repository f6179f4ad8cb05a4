"""Window: does a prompt fit the context, and how much may the answer take. Counts nothing."""

from __future__ import annotations

from mock_server.frozen import frozen
from mock_server.problem import Problem

FAR = 2
"""Windows that a prompt may fill and still be counted to its end; beyond, that would cost much."""


@frozen
class Window:
    """A model's context, in tokens of prompt and completion together."""

    size: int

    def room(self, prompt_tokens: int, ceiling: int | None, field: str = "messages") -> int:
        """Return the tokens an answer may have: the ceiling, clamped to what the prompt leaves.

        Raises Problem (400), naming the field that holds the prompt, when the prompt leaves
        nothing.
        """
        left = self.size - prompt_tokens
        if left <= 0:
            least = "at least " if prompt_tokens > FAR * self.size else ""
            raise Problem(
                "context_length_exceeded",
                f"This model's maximum context length is {self.size} tokens, and your {field} "
                f"resulted in {least}{prompt_tokens} tokens. Shorten the {field} to at most "
                f"{self.size - 1} tokens, so that at least one is left for the answer.",
                field,
            )
        return left if ceiling is None else min(ceiling, left)
