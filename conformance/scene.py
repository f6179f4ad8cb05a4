"""Scene: what a probe may build its requests from. Knows nothing of how they are sent."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.exchange import Manner, Request, Setting, Wire

Message = Mapping[str, Any]

CHAT = "/chat/completions"
TEMPLATE_ALLOWANCE = 16
"""Tokens allowed for a message's turn marks when the most a request can cost is computed."""
DEFAULT_CAP = 64
"""`max_tokens` of an ordinary probe: answers long enough to judge, short enough to pay."""


@dataclass(frozen=True, slots=True)
class Scene:
    """The setting of a run, and makers of requests for it."""

    setting: Setting

    def random(self, purpose: str) -> random.Random:
        """Return a generator of random numbers that depends on the run's seed and a purpose."""
        return random.Random(f"{self.setting.seed}/{purpose}")

    def chat(
        self,
        label: str,
        messages: str | Sequence[Message],
        *,
        headers: Mapping[str, str] | None = None,
        authorization: str | None = "Bearer {valid}",
        manner: Manner | None = None,
        wire: Wire | None = None,
        timeout: float | None = None,
        **parameters: Any,
    ) -> Request:
        """Return a chat request; a string is one user turn.

        `model` is the target's and `max_tokens` DEFAULT_CAP unless given; a parameter given as
        `...` is left out. A streamed request goes over the socket edge, which shows chunks.
        """
        turns = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
        body: dict[str, Any] = {"model": self.setting.model, "messages": list(turns)}
        if "max_completion_tokens" not in parameters:
            body["max_tokens"] = DEFAULT_CAP
        body.update(parameters)
        body = {name: value for name, value in body.items() if not _left_out(value)}
        streams = body.get("stream") is True
        return self.post(
            label,
            json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
                "utf-8", "surrogatepass"
            ),
            headers=headers,
            authorization=authorization,
            manner=manner,
            wire=wire or (Wire.SOCKET if streams else Wire.POOL),
            timeout=timeout,
            ceiling=ceiling(body, self.setting.context_window),
        )

    def post(
        self,
        label: str,
        body: bytes,
        *,
        path: str = CHAT,
        headers: Mapping[str, str] | None = None,
        authorization: str | None = "Bearer {valid}",
        manner: Manner | None = None,
        wire: Wire = Wire.POOL,
        timeout: float | None = None,
        ceiling: int = 0,
    ) -> Request:
        """Return a POST of raw bytes, as JSON unless the headers say otherwise."""
        given = dict(headers or {})
        if not any(name.lower() == "content-type" for name in given):
            given["Content-Type"] = "application/json"
        return Request(
            label=label,
            method="POST",
            path=path,
            headers=tuple((name, value) for name, value in given.items()),
            body=body,
            authorization=authorization,
            ceiling=ceiling,
            manner=manner or Manner(),
            wire=wire,
            timeout=timeout,
        )

    def get(
        self,
        label: str,
        path: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
        authorization: str | None = "Bearer {valid}",
        at_root: bool = False,
        wire: Wire = Wire.POOL,
    ) -> Request:
        """Return a request without a body."""
        return Request(
            label=label,
            method=method,
            path=path,
            headers=tuple((headers or {}).items()),
            authorization=authorization,
            at_root=at_root,
            wire=wire,
        )

    def has(self, capability: str) -> bool:
        """Tell whether a capability was found effective."""
        return self.setting.capabilities.get(capability) == "effective"


def _left_out(value: object) -> bool:
    return value is ...


def ceiling(body: Mapping[str, Any], window: int | None) -> int:
    """Return the most tokens a chat request can cost, before it is sent.

    A byte is at most one token, so the prompt costs at most its bytes and the turn marks; it can
    never cost more than the window, since what does not fit is refused.
    """
    messages = body.get("messages")
    turns = messages if isinstance(messages, list) else []
    prompt = sum(
        len(json.dumps(turn, ensure_ascii=False).encode("utf-8", "replace")) for turn in turns
    ) + TEMPLATE_ALLOWANCE * (len(turns) + 1)
    if window is not None:
        prompt = min(prompt, window)
    caps = [body.get(name) for name in ("max_tokens", "max_completion_tokens")]
    given = [cap for cap in caps if isinstance(cap, int) and not isinstance(cap, bool) and cap > 0]
    rest = 4096 if window is None else max(window - 1, 1)
    choices = body.get("n")
    count = choices if isinstance(choices, int) and 0 < choices <= 128 else 1
    return prompt + count * min([*given, rest])
