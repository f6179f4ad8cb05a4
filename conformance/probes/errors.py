"""Conversations that ask for a no: bad requests in both modes, and several wrongs at once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from conformance.exchange import Request, Wire
from conformance.probe import Probe, Script, ask, together
from conformance.scene import Scene

ASK = "Say ok."
NOBODY = "no-such-model-anywhere"
CUT_SHORT = b'{"model": "'
TOO_HOT = 9
"""A temperature out of this gateway's range."""
REPEATS = 8
WRONGS: Mapping[str, Mapping[str, Any]] = {
    "messages": {"messages": ASK},
    "absent": {"messages": ...},
    "temperature": {"temperature": "hot"},
    "role": {"messages": [{"role": 7, "content": ASK}]},
}
"""Label → what is changed in a good request; no server can take any of them."""


def wrong(scene: Scene, label: str, *, stream: bool = False) -> Request:
    """Return a chat request that is wrong in one place."""
    name = label.removesuffix("-streamed")
    good: dict[str, Any] = {
        "model": scene.setting.model,
        "messages": [{"role": "user", "content": ASK}],
        "max_tokens": 4,
    }
    body = {key: value for key, value in {**good, **WRONGS[name]}.items() if value is not ...}
    if stream:
        body["stream"] = True
    wire = Wire.SOCKET if stream else Wire.POOL
    return scene.post(label, json.dumps(body).encode(), wire=wire)


def _wrongs(scene: Scene) -> Script:
    yield from ask(scene.chat("before", ASK, max_tokens=4))
    yield from together([scene.post("json", CUT_SHORT), *(wrong(scene, label) for label in WRONGS)])
    if scene.has("streaming"):
        yield from together(wrong(scene, f"{label}-streamed", stream=True) for label in WRONGS)
    yield from together(
        [
            scene.get("path", "/nothing-lives-here"),
            scene.get("method", "/chat/completions"),
            scene.chat("key", ASK, max_tokens=4, authorization="Bearer {valid_longer}"),
        ]
    )
    if scene.setting.scope == "gateway":
        yield from ask(scene.chat("range", ASK, temperature=TOO_HOT))
    yield from ask(scene.chat("after", ASK, max_tokens=4))


BAD = Probe("errors-bad", _wrongs, needs=("chat",))


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
