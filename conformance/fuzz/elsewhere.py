"""Elsewhere: requests that are no chat, or come without a right key. Knows nothing of answers.

Off loopback only what reads is sent: who asks too often with a wrong key may be locked out.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import quote

from conformance.exchange import Request
from conformance.scene import CHAT, Scene

Elsewhere = Callable[[Scene, str, bytes], Request]
"""From a scene, a label and the body of a chat request."""
NOBODY = "no-such-model-anywhere"


def _get(path: str, method: str, scene: Scene, label: str, body: bytes) -> Request:
    model = quote(scene.setting.model, safe="")
    return scene.get(label, path.format(model=model), method=method)


def _keyed(key: str | None, scene: Scene, label: str, body: bytes) -> Request:
    return scene.post(label, body, authorization=key)


READS: tuple[Elsewhere, ...] = tuple(
    partial(_get, path, method)
    for path, method in (
        ("/models", "GET"),
        ("/models", "HEAD"),
        ("/models?unknown=1", "GET"),
        ("/models/{model}", "GET"),
        (f"/models/{NOBODY}", "GET"),
        ("/nothing-here", "GET"),
        (CHAT, "GET"),
        (f"{CHAT}/", "GET"),
    )
)
OTHERS: tuple[Elsewhere, ...] = (
    *(partial(_get, CHAT, method) for method in ("DELETE", "PUT", "PATCH")),
    *(partial(_keyed, key) for key in (None, "Bearer {valid_longer}", "Basic {valid}", "Bearer ")),
)


def elsewhere(loopback: bool) -> tuple[Elsewhere, ...]:
    """Return what may be sent."""
    return READS + OTHERS if loopback else READS
