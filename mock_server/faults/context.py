"""Lies about the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.completion import Turn
from mock_server.faults import Steps, fault, headers, instead, named
from mock_server.gateway import Gateway
from mock_server.message import Reply
from mock_server.problem import Problem
from mock_server.settings import Settings

Cut = Callable[[tuple[Turn, ...]], tuple[Turn, ...]]
SHORT = 1000
"""Characters of the last turn under which a prompt is short enough to be left alone."""


def _cutting(steps: Steps, cut: Cut) -> Steps:
    """Return admission that cuts a prompt until it fits."""

    def window(gateway: Gateway, call: Call) -> None:
        for _ in range(20):
            try:
                original(gateway, call)
                return
            except Problem:
                call.turns = cut(call.turns)
        original(gateway, call)

    original = named(steps, "window")
    return instead(steps, "window", window)


@fault("context.overflow-refused", at="admission")
def cuts_the_head(steps: Steps) -> Steps:
    """Cut the beginning of a prompt that does not fit, in silence."""
    return _cutting(
        steps, lambda turns: (replace(turns[-1], text=turns[-1].text[len(turns[-1].text) // 2 :]),)
    )


@fault("context.overflow-refused/tail", at="admission")
def cuts_the_tail(steps: Steps) -> Steps:
    """Cut the end of a prompt that does not fit, in silence."""
    return _cutting(
        steps, lambda turns: (replace(turns[-1], text=turns[-1].text[: len(turns[-1].text) // 2]),)
    )


def _overflow(change: Callable[[Problem, Call], Problem]) -> Callable[[Problem, Call], Problem]:
    def changed(problem: Problem, call: Call) -> Problem:
        return change(problem, call) if problem.code == "context_length_exceeded" else problem

    changed.__doc__ = change.__doc__
    return changed


@fault("context.overflow-code", at="problem")
@_overflow
def gives_no_reason(problem: Problem, call: Call) -> Problem:
    """Call an overflow a bad value."""
    del call
    return replace(problem, code="invalid_value")


@fault("context.overflow-param", at="problem")
@_overflow
def names_no_field(problem: Problem, call: Call) -> Problem:
    """Name no field as too long."""
    del call
    return replace(problem, param=None)


@fault("context.overflow-limit", at="problem")
@_overflow
def names_another_limit(problem: Problem, call: Call) -> Problem:
    """Name a limit of three tokens."""
    del call
    return replace(
        problem, message="This model's context length is 3 tokens; shorten the messages."
    )


@fault("context.overflow-count", at="problem")
@_overflow
def counts_below_zero(problem: Problem, call: Call) -> Problem:
    """Name a negative number of tokens."""
    del call
    return replace(problem, message=f"{problem.message} max_tokens must be at least 1, got -7584.")


@fault("context.overflow-words", at="problem")
@_overflow
def in_other_words(problem: Problem, call: Call) -> Problem:
    """Say it in words that no client matches."""
    del call
    return replace(problem, message="Prompt too long: the window has 4096 tokens.")


def _replied(status: int, label: str) -> Callable[[Reply, Call], Reply]:
    def reply(reply: Reply, call: Call) -> Reply:
        streams = call.body.get("stream") is True
        if call.code == "context_length_exceeded" and (streams or label != "streams"):
            return replace(reply, status=status)
        return reply

    reply.__doc__ = f"Refuse an overflow with {status} ({label})."
    return reply


@fault("context.overflow-stable", at="reply")
def refuses_by_turns(reply: Reply, call: Call) -> Reply:
    """Refuse every second overflow with 500."""
    overflow = call.code == "context_length_exceeded" and call.number % 2
    return replace(reply, status=500) if overflow else reply


fault("context.overflow-4xx", at="reply")(_replied(500, "both modes"))
fault("context.overflow-4xx/stream", at="reply")(_replied(503, "streams"))
fault("context.overflow-400", at="reply")(_replied(422, "both modes"))
fault("context.overflow-stream-status", at="reply")(_replied(413, "streams"))


@fault("context.overflow-stream", at="reply")
def inside_the_stream(reply: Reply, call: Call) -> Reply:
    """Tell an overflow inside a stream that has begun with 200."""
    if call.code != "context_length_exceeded" or call.body.get("stream") is not True:
        return reply
    labelled = headers(reply, {"content-type": "text/event-stream", "content-length": None})
    return replace(labelled, status=200, body=b"data: " + reply.body + b"\n\n")


@fault("context.overflow-type", at="document")
def of_another_type(document: dict[str, Any], call: Call) -> dict[str, Any]:
    """Call an overflow an overflow_error."""
    if call.code == "context_length_exceeded" and "error" in document:
        document["error"]["type"] = "overflow_error"
    return document


def _with_window(size: int) -> Callable[[Settings], Settings]:
    def settings(settings: Settings) -> Settings:
        return replace(settings, model=replace(settings.model, context_window=size))

    settings.__doc__ = f"Have a window of {size} tokens."
    return settings


fault("context.fits", at="settings")(_with_window(3996))
fault("context.window-true", at="settings")(_with_window(4196))
fault("context.sum", at="settings")(_with_window(8192))


@fault("context.edge-length", at="document")
def looks_complete(document: dict[str, Any], call: Call) -> dict[str, Any]:
    """Say `stop` when the window cut the answer."""
    if call.prompt and call.prompt.tokens > 3000:
        for choice in document.get("choices", []):
            choice["finish_reason"] = "stop"
    return document


@fault("context.cap-clamped", at="body")
def no_ceilings(body: dict[str, Any], call: Call) -> dict[str, Any]:
    """Refuse a cap that is larger than what the prompt leaves."""
    cap = body.get("max_tokens")
    if isinstance(cap, int) and cap > 3000 and len(call.raw) > 4 * SHORT:
        return {**body, "max_tokens": 10**9}
    return body


def _reading(steps: Steps, part: slice) -> Steps:
    """Return admission behind which a long prompt is read in part and counted in full."""

    def engine(gateway: Gateway, call: Call) -> object:
        answered = original(gateway, call)
        if call.prompt is not None and len(call.prompt.turns[-1].text) > 6000:
            *before, last = call.prompt.turns
            turns = (*before, replace(last, text=last.text[part]))
            call.prompt = replace(call.prompt, turns=turns)
        return answered

    original = named(steps, "engine")
    return instead(steps, "engine", engine)


@fault("context.first-word", at="admission")
def reads_the_end(steps: Steps) -> Steps:
    """Read only the end of a long prompt, and count all of it."""
    return _reading(steps, slice(-4000, None))


@fault("context.last-word", at="admission")
def reads_the_beginning(steps: Steps) -> Steps:
    """Read only the beginning of a long prompt, and count all of it."""
    return _reading(steps, slice(4000))


@fault("context.early-turn", at="prompt")
def forgets_the_beginning(prompt: Any, call: Call) -> Any:
    """Read the last five turns of a conversation, and count all of them."""
    del call
    return replace(prompt, turns=prompt.turns[-5:])


@fault("context.no-saturation", at="document")
def stands_still(document: dict[str, Any], call: Call) -> dict[str, Any]:
    """Count no prompt beyond 1024 tokens."""
    del call
    usage = document.get("usage")
    if usage and usage["prompt_tokens"] > 1024:
        usage["prompt_tokens"] = 1024
        usage["total_tokens"] = 1024 + usage["completion_tokens"]
    return document
