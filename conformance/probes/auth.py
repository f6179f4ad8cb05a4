"""Conversations about keys: none, wrong ones, and the right one spelt otherwise."""

from __future__ import annotations

from conformance.exchange import Request
from conformance.probe import Probe, Script, ask, read, together
from conformance.scene import Scene

HELLO = "Say hello."
REFUSED = {
    "no-key": None,
    "empty": "Bearer",
    "shorter": "Bearer {valid_shorter}",
    "longer": "Bearer {valid_longer}",
    "swapped": "Bearer {valid_swapped}",
    "basic": "Basic {valid}",
    "bare": "{valid}",
}
"""Label → Authorization of requests that must be refused."""
ACCEPTED = {"lower-case": "bearer {valid}", "two-spaces": "Bearer  {valid}"}
"""Label → Authorization of requests that must not be refused."""
DRESSED = "dressed"
"""Label of the request that is spelt in all those ways at once; each alone where it fails, and
where every spelling was promised."""


def _keys(scene: Scene) -> Script:
    stranger = f"Bearer sk-aig-{scene.random('a key nobody has').getrandbits(160):040x}"

    def chat(label: str, authorization: str | None, **parameters: object) -> Request:
        return scene.chat(label, HELLO, max_tokens=1, authorization=authorization, **parameters)  # type: ignore[arg-type]

    yield from ask(chat("valid", "Bearer {valid}"))
    yield from ask(chat("wrong", stranger))
    yield from together(chat(label, value) for label, value in REFUSED.items())
    dressed = yield from read(chat(DRESSED, "bearer  {valid}"), scene)
    if not dressed.ok or scene.setting.scope == "gateway":
        yield from together(chat(label, value) for label, value in ACCEPTED.items())
    yield from together(
        (
            scene.post("bad-body", b'{"model": ', authorization=stranger),
            chat("bad-model", stranger, model="no-such-model-at-all"),
            scene.get("models", "/models", authorization=None),
            scene.get("detail", f"/models/{scene.setting.model}", authorization=None),
            chat("streamed", stranger, stream=True),
        )
    )
    for number in range(2):
        yield from ask(chat(f"wrong-again-{number}", stranger))
    yield from ask(chat("valid-after", "Bearer {valid}"))


KEYS = Probe("keys", _keys, needs=("key", "chat"))
