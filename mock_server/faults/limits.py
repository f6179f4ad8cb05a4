"""Lies about how much and how fast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.faults import Steps, fault, headers, instead, knowing_the_body_at, named
from mock_server.gateway import Gateway
from mock_server.kept import EveryOther
from mock_server.message import Reply
from mock_server.quota import Allowance, Quota

LIMIT = "x-ratelimit-limit-requests"
REMAINING = "x-ratelimit-remaining-requests"
RESET = "x-ratelimit-reset-requests"


def _refused(change: dict[str, str | None], words: str) -> Callable[[Reply, Call], Reply]:
    def reply(reply: Reply, call: Call) -> Reply:
        del call
        return headers(reply, change) if reply.status == 429 else reply

    reply.__doc__ = words
    return reply


fault("limits.retry-after", at="reply")(
    _refused({"retry-after": None}, "Refuse with 429 and no Retry-After.")
)
fault("limits.retry-after-name", at="reply")(
    _refused(
        {"retry-after": None, "llm-provider-retry-after": "12"}, "Hide the wait behind a prefix."
    )
)
fault("limits.retry-after-grammar", at="reply")(
    _refused({"retry-after": "1.5"}, "Say when to come back with a fraction.")
)
fault("limits.retry-after-grammar/words", at="reply")(
    _refused({"retry-after": "in 12 seconds"}, "Say when to come back in words.")
)
fault("limits.retry-after-seconds", at="reply")(
    _refused({"retry-after": "0"}, "Say to come back at once.")
)
fault("limits.retry-after-short", at="reply")(
    _refused({"retry-after": "3600"}, "Say to come back in an hour.")
)
fault("limits.retry-after-ms", at="reply")(
    _refused({"retry-after-ms": "1"}, "Say a millisecond beside the seconds.")
)
fault("limits.reset-plausible", at="reply")(
    _refused({RESET: "0"}, "Say that all requests are there again while refusing.")
)
fault("limits.reset-plausible/long", at="reply")(
    _refused({RESET: "99999"}, "Say that the requests are there again tomorrow.")
)
fault("limits.not-cached", at="reply")(
    _refused({"cache-control": "public, max-age=60"}, "Let caches keep a 429.")
)
fault("limits.remaining-zero", at="reply")(
    _refused({REMAINING: "3"}, "Say that three remain while refusing.")
)


def _silent(when: Callable[[Reply, Call], bool], words: str) -> Callable[[Reply, Call], Reply]:
    def reply(reply: Reply, call: Call) -> Reply:
        lost: dict[str, str | None] = {LIMIT: None, REMAINING: None, RESET: None}
        return headers(reply, lost) if when(reply, call) else reply

    reply.__doc__ = words
    return reply


fault("limits.headers-elsewhere", at="reply")(
    _silent(
        lambda reply, call: call.incoming.path.endswith("/models"),
        "List models without the rate-limit headers.",
    )
)


def _status(status: int, words: str) -> Callable[[Reply, Call], Reply]:
    def reply(reply: Reply, call: Call) -> Reply:
        del call
        return replace(reply, status=status) if reply.status == 429 else reply

    reply.__doc__ = words
    return reply


fault("limits.over-429", at="reply")(_status(403, "Refuse a key over its limit with 403."))


@fault("limits.stream-refused", at="reply")
def in_a_stream(reply: Reply, call: Call) -> Reply:
    """Tell a stream's limit inside a stream that has begun with 200."""
    if reply.status != 429 or b'"stream":true' not in call.raw.replace(b" ", b""):
        return reply
    labelled = headers(reply, {"content-type": "text/event-stream", "content-length": None})
    return replace(labelled, status=200, body=b"data: " + reply.body + b"\n\n")


fault("limits.stream-refused", at="admission")(knowing_the_body_at("quota"))


def _worded(name: str, value: object, words: str) -> Callable[..., dict[str, Any]]:
    def document(document: dict[str, Any], call: Call) -> dict[str, Any]:
        if call.code == "rate_limit_exceeded" and "error" in document:
            document["error"][name] = value
        return document

    document.__doc__ = words
    return document


fault("limits.over-type", at="document")(_worded("type", "too_many", "Call a limit too_many."))
fault("limits.over-code", at="document")(_worded("code", "slow_down", "Give the code slow_down."))


@fault("limits.retry-after-true", at="reply")
def promises_too_much(reply: Reply, call: Call) -> Reply:
    """Say one second where more are needed."""
    del call
    return headers(reply, {"retry-after": "1"}) if reply.status == 429 else reply


@fault("limits.per-key", at="admission")
def one_limit_for_all(steps: Steps) -> Steps:
    """Limit every key once one is over its limit."""
    over = False

    def quota(gateway: Gateway, call: Call) -> Any:
        nonlocal over
        if over and call.caller:
            call.caller = replace(call.caller, exhausted=True)
        over = over or bool(call.caller and call.caller.exhausted)
        return original(gateway, call)

    original = named(steps, "quota")
    return instead(steps, "quota", quota)


def _quota(change: Callable[[Quota, Call], Quota], words: str) -> Callable[[Steps], Steps]:
    def act(steps: Steps) -> Steps:
        def quota(gateway: Gateway, call: Call) -> Any:
            if call.caller and not call.caller.exhausted:
                call.caller = replace(call.caller, quota=change(call.caller.quota, call))
            return original(gateway, call)

        original = named(steps, "quota")
        return instead(steps, "quota", quota)

    act.__doc__ = words
    return act


fault("limits.small-enforced", at="admission")(
    _quota(lambda quota, _: replace(quota, limit=max(quota.limit, 600), burst=0), "Limit nobody.")
)
_LIMITS = EveryOther()
fault("limits.limit-constant", at="admission")(
    _quota(
        lambda quota, call: replace(quota, limit=quota.limit + _LIMITS.strikes(call, call.caller)),
        "Have a limit that changes from call to call.",
    )
)


FEW = 5
"""Requests that the keys of small quotas may make at once."""


@fault("limits.concurrent", at="allowance")
def leaks_under_load(allowance: Allowance, call: Call) -> Allowance:
    """Answer seven of eight requests that come at once."""
    small = call.caller is not None and call.caller.quota.room == FEW
    if small and not allowance.allowed and call.number % 8:
        return replace(allowance, allowed=True)
    return allowance


@fault("limits.remaining-falls", at="allowance")
def stands_still(allowance: Allowance, call: Call) -> Allowance:
    """Always have as much left as at first."""
    del call
    return replace(allowance, remaining=allowance.limit)


@fault("limits.remaining-bounds", at="allowance")
def below_zero(allowance: Allowance, call: Call) -> Allowance:
    """Have less than nothing left."""
    del call
    return replace(allowance, remaining=-1)


def _absent(name: str, words: str, *, streams_only: bool = False) -> Callable[[Reply, Call], Reply]:
    def reply(reply: Reply, call: Call) -> Reply:
        return headers(reply, {name: None}) if call.streams or not streams_only else reply

    reply.__doc__ = words
    return reply


fault("limits.limit-header", at="reply")(_absent(LIMIT, "Leave out the limit."))
fault("limits.remaining-header", at="reply")(_absent(REMAINING, "Leave out what remains."))
fault("limits.headers-on-stream", at="reply")(
    _absent(RESET, "Leave out the reset in streams.", streams_only=True)
)


@fault("limits.reset-header", at="reply")
def with_a_unit(reply: Reply, call: Call) -> Reply:
    """Name the unit of the reset, as another vendor does."""
    del call
    value = reply.headers.get(RESET)
    return headers(reply, {RESET: f"{value}s"}) if value else reply
