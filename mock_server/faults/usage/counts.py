"""Lies about the counts: a change of the usage object, in one mode or in both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.call import Call
from mock_server.faults import Chunks, fault
from mock_server.kept import EveryOther

Json = dict[str, Any]
Change = Callable[[Json, Call], None]

BOTH = ("document", "chunks")


def lie(
    name: str, *, at: tuple[str, ...] = BOTH, adds_up: bool = True
) -> Callable[[Change], Change]:
    """Register a change of the usage object; its total follows unless that is the lie."""

    def register(change: Change) -> Change:
        def changed(document: Json, call: Call) -> Json:
            usage = document.get("usage")
            if isinstance(usage, dict):
                change(usage, call)
                if adds_up and isinstance(usage.get("total_tokens"), int):
                    usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]
            return document

        async def changed_chunks(chunks: Chunks, call: Call) -> Chunks:
            async for chunk in chunks:
                yield changed(chunk, call)

        changed.__doc__ = changed_chunks.__doc__ = change.__doc__
        if "document" in at:
            fault(name, at="document")(changed)
        if "chunks" in at:
            fault(name, at="chunks")(changed_chunks)
        return change

    return register


@fault("usage.present", at="document")
def forgets(document: Json, call: Call) -> Json:
    """Leave usage out of answers in one piece."""
    del call
    document.pop("usage", None)
    return document


@lie("usage.integers", adds_up=False)
def in_words(usage: Json, call: Call) -> None:
    """Send counts as text."""
    del call
    usage["completion_tokens"] = str(usage["completion_tokens"])


@lie("usage.integers/float", adds_up=False)
def in_fractions(usage: Json, call: Call) -> None:
    """Send counts with a fraction."""
    del call
    usage["prompt_tokens"] += 0.5
    usage["total_tokens"] += 0.5


@lie("usage.integers/missing", adds_up=False)
def in_parts(usage: Json, call: Call) -> None:
    """Send no total."""
    del call
    del usage["total_tokens"]


@lie("usage.not-negative", adds_up=False)
def below_zero(usage: Json, call: Call) -> None:
    """Count completions below zero."""
    del call
    usage["completion_tokens"] *= -1
    usage["total_tokens"] = usage["prompt_tokens"] + usage["completion_tokens"]


@lie("usage.adds-up", adds_up=False)
def miscounts(usage: Json, call: Call) -> None:
    """Count one token too many in the total."""
    del call
    usage["total_tokens"] += 1


@lie("usage.adds-up/stream", at=("chunks",), adds_up=False)
def miscounts_streams(usage: Json, call: Call) -> None:
    """Take a stream's completion for its total."""
    del call
    usage["total_tokens"] = usage["completion_tokens"]


@lie("usage.prompt-counted")
def prompts_are_free(usage: Json, call: Call) -> None:
    """Count no prompt."""
    del call
    usage["prompt_tokens"] = 0


@lie("usage.completion-counted")
def answers_are_free(usage: Json, call: Call) -> None:
    """Count no completion."""
    del call
    usage["completion_tokens"] = 0


@lie("usage.completion-plausible")
def bills_what_it_lost(usage: Json, call: Call) -> None:
    """Count forty times the completion."""
    del call
    usage["completion_tokens"] = usage["completion_tokens"] * 40 + 100


@lie("usage.prompt-plausible")
def bills_another(usage: Json, call: Call) -> None:
    """Count twenty times the prompt."""
    del call
    usage["prompt_tokens"] = usage["prompt_tokens"] * 20 + 400


@lie("usage.cached-within")
def caches_more(usage: Json, call: Call) -> None:
    """Cache more than was sent."""
    del call
    usage["prompt_tokens_details"] = {"cached_tokens": usage["prompt_tokens"] * 2}


@lie("usage.reasoning-within")
def thinks_more(usage: Json, call: Call) -> None:
    """Reason more than was made."""
    del call
    usage["completion_tokens_details"] = {"reasoning_tokens": usage["completion_tokens"] + 1}


@lie("usage.not-cached")
def caches(usage: Json, call: Call) -> None:
    """Report a cached token."""
    del call
    usage["prompt_tokens_details"] = {"cached_tokens": 1}


@lie("usage.prompt-grows")
def constant(usage: Json, call: Call) -> None:
    """Count every prompt as 25 tokens."""
    del call
    usage["prompt_tokens"] = 25


@lie("usage.prompt-slope")
def characters(usage: Json, call: Call) -> None:
    """Estimate the prompt: a token for every four characters, rounded by the length."""
    size = sum(len(turn.text) for turn in call.turns)
    usage["prompt_tokens"] = round(size**1.05 / 4)


_PROMPTS, _ANSWERS = EveryOther(), EveryOther()


@lie("usage.prompt-stable")
def wavers(usage: Json, call: Call) -> None:
    """Count one token more every other time."""
    usage["prompt_tokens"] += _PROMPTS.strikes(call, str(call.body.get("messages")))


@lie("usage.prompt-parameters")
def counts_sampling(usage: Json, call: Call) -> None:
    """Count a token for sampling."""
    usage["prompt_tokens"] += bool(call.prompt and call.prompt.temperature)


def _without(call: Call, role: str) -> int:
    """Return about the tokens of every message of a role but the last."""
    messages = call.body.get("messages", [])
    counted = [each for each in messages[:-1] if each.get("role") == role]
    return sum(len(str(each.get("content", "")).split()) for each in counted)


def _free(name: str, role: str, a_word: int, words: str) -> None:
    """Register a count that leaves out what one role said, at so many tokens a word."""

    def change(usage: Json, call: Call) -> None:
        usage["prompt_tokens"] = max(usage["prompt_tokens"] - a_word * _without(call, role), 9)

    change.__doc__ = words
    lie(name)(change)


_free("usage.system-counted", "system", 3, "Leave the system message out of the count.")
_free("usage.developer-counted", "developer", 3, "Leave the developer message out of the count.")
_free("usage.turns-counted", "user", 4, "Leave earlier user turns out of the count.")
_free("usage.assistant-counted", "assistant", 4, "Leave earlier assistant turns out of the count.")


@lie("usage.parts-counted")
def first_part_only(usage: Json, call: Call) -> None:
    """Count only the first part of a content list."""
    content = call.body["messages"][-1].get("content")
    if isinstance(content, list):
        usage["prompt_tokens"] = 9 + len(str(content[0].get("text", "")).split())


@lie("usage.foreign-counted")
def knows_ascii(usage: Json, call: Call) -> None:
    """Count nothing of a prompt but the words of its ASCII letters."""
    content = call.body["messages"][-1].get("content")
    if isinstance(content, str) and not content.isascii():
        usage["prompt_tokens"] = 9 + len(content.encode("ascii", "ignore").split())


@lie("usage.turn-overhead")
def another_template(usage: Json, call: Call) -> None:
    """Count the marks of a conversation twice."""
    del call
    usage["prompt_tokens"] += 4


@lie("usage.completion-cap")
def estimates(usage: Json, call: Call) -> None:
    """Estimate completions at three quarters."""
    del call
    usage["completion_tokens"] = max(usage["completion_tokens"] * 3 // 4, 1)


@lie("usage.completion-cap-exact")
def one_less(usage: Json, call: Call) -> None:
    """Count one token less than was made."""
    del call
    usage["completion_tokens"] = max(usage["completion_tokens"] - 1, 1)


@lie("usage.completion-cap-exact/stream", at=("chunks",))
def one_less_in_streams(usage: Json, call: Call) -> None:
    """Count one token less than was made in streams."""
    one_less(usage, call)


@lie("usage.completion-grows")
def ten(usage: Json, call: Call) -> None:
    """Count every answer as ten tokens."""
    del call
    usage["completion_tokens"] = 10


@lie("usage.completion-uncapped")
def bills_the_cap(usage: Json, call: Call) -> None:
    """Count the cap instead of the answer."""
    if call.prompt:
        usage["completion_tokens"] = call.prompt.cap * call.prompt.n


@lie("usage.completion-stable")
def wavers_too(usage: Json, call: Call) -> None:
    """Count one token more every other time."""
    usage["completion_tokens"] += _ANSWERS.strikes(call, call.raw)


@lie("usage.stopped-counted")
def bills_past_the_stop(usage: Json, call: Call) -> None:
    """Count what would have followed a stop text."""
    if call.prompt and call.prompt.stop:
        usage["completion_tokens"] = call.prompt.cap + 1


@lie("usage.n-prompt-once")
def prompt_each(usage: Json, call: Call) -> None:
    """Count the prompt for each choice."""
    usage["prompt_tokens"] *= call.prompt.n if call.prompt else 1


@lie("usage.n-completion-sum")
def first_choice_only(usage: Json, call: Call) -> None:
    """Count the tokens of one choice."""
    usage["completion_tokens"] //= call.prompt.n if call.prompt else 1


@lie("usage.n-stream", at=("chunks",))
def first_choice_of_streams(usage: Json, call: Call) -> None:
    """Count the tokens of one choice of a stream."""
    first_choice_only(usage, call)


@lie("usage.stream-prompt-equal", at=("chunks",))
def undercounts_streams(usage: Json, call: Call) -> None:
    """Count half of a stream's prompt."""
    del call
    usage["prompt_tokens"] //= 2


@lie("usage.stream-completion-equal", at=("chunks",))
def overcounts_streams(usage: Json, call: Call) -> None:
    """Count a stream's end twice."""
    del call
    usage["completion_tokens"] += 1
