"""Conversations that ask for a no: several wrongs at once, and one wrong again and again."""

from __future__ import annotations

from typing import Any

from conformance.probe import Probe, Script, ask, together
from conformance.scene import Scene

ASK = "Say ok."
NOBODY = "no-such-model-anywhere"
CUT_SHORT = b'{"model": "'
TOO_HOT = 9
"""A temperature out of this gateway's range."""
REPEATS = 6


def _again(scene: Scene) -> Script:
    for number in range(REPEATS):
        yield from ask(scene.post(f"again-{number}", CUT_SHORT))


AGAIN = Probe("errors-again", _again, needs=("chat",), may_fail=True)


def too_long(scene: Scene) -> str:
    """Return a prompt that no window of this size holds."""
    return "Say ok." + " a" * ((scene.setting.context_window or 4096) * 5 // 4)


def _pairs(scene: Scene) -> Script:
    text = {"Content-Type": "text/plain"}
    yield from together(
        [
            scene.post("media-body", CUT_SHORT, headers=text),
            scene.chat("body-model", ASK, temperature=TOO_HOT, model=NOBODY),
            scene.chat("model-window", too_long(scene), model=NOBODY),
            scene.get("path-key", "/nothing-lives-here", authorization=None),
            scene.get("method-key", "/chat/completions", authorization=None),
            # Not a pair: how a key is refused is part of this chapter too.
            scene.chat("key", ASK, max_tokens=4, authorization="Bearer {valid_longer}"),
        ]
    )


PAIRS = Probe("errors-pairs", _pairs)


def _over_limit(scene: Scene) -> Script:
    yield from ask(scene.post("quota-body", CUT_SHORT, authorization="Bearer {over_limit}"))


OVER_LIMIT_PAIRS = Probe(
    "errors-pairs-over-limit", _over_limit, needs=("key-over-limit",), may_fail=True
)


def _without_credit(scene: Scene) -> Script:
    empty = "Bearer {without_credit}"
    yield from together(
        [
            scene.chat("body-wallet", ASK, temperature=TOO_HOT, authorization=empty),
            scene.chat("model-wallet", ASK, model=NOBODY, authorization=empty),
            scene.chat("window-wallet", too_long(scene), authorization=empty),
        ]
    )


WITHOUT_CREDIT_PAIRS = Probe(
    "errors-pairs-without-credit", _without_credit, needs=("key-without-credit",)
)


def _upstream(role: str) -> Any:
    def script(scene: Scene) -> Script:
        key = f"Bearer {{{role}}}"
        yield from ask(scene.chat("plain", ASK, max_tokens=4, authorization=key))
        if scene.has("streaming"):
            yield from ask(
                scene.chat("streamed", ASK, max_tokens=4, authorization=key, stream=True)
            )

    return script


FAILING = Probe(
    "errors-failing-upstream",
    _upstream("failing_upstream"),
    needs=("key-failing-upstream",),
    may_fail=True,
)
SATURATED = Probe(
    "errors-saturated-upstream",
    _upstream("saturated_upstream"),
    needs=("key-saturated-upstream",),
    may_fail=True,
)
