"""Meanings: what is wrong with a body that its schema allows: turns, caps, model, window.

Looks at nothing that the schema forbids; whoever asks has done that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.exchange import Setting
from conformance.fuzz.violations import CONFLICT, TURNS, VALUE, Fault


def of_turns(body: dict[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the order of turns, and with fields that are at odds."""
    caps = [body.get(name) for name in ("max_tokens", "max_completion_tokens")]
    if None not in caps and caps[0] != caps[1]:
        yield Fault("request.caps-conflict-refused", "two caps differ", VALUE, "", "max_tokens",
                    strict=True, naming=CONFLICT)  # fmt: skip
    roles = [turn["role"] for turn in body["messages"]]
    spoken = [role for role in roles if role in ("user", "assistant")]
    if "user" not in roles:
        yield _turn_fault("request.no-user-refused", "no turn is the user's")
    elif spoken[0] == "assistant":
        yield _turn_fault("request.assistant-first-refused", "the assistant begins")
    elif roles[-1] == "assistant":
        yield _turn_fault("request.assistant-last-refused", "the assistant has the last word")


def of_model(body: dict[str, Any], setting: Setting) -> Iterator[Fault]:
    """Yield what is wrong with the model of a body that is right otherwise."""
    model = body.get("model")
    if not isinstance(model, str) or model in (setting.model, *setting.adapters):
        return
    why = f"nobody serves {model[:60]!r}"
    base, colon, adapter = model.partition(":")
    if base == setting.model and colon:
        if not adapter:
            yield Fault("lora.empty-refused", why, field="model", strict=True)
        else:
            names = ("lora.unknown-code", "lora.unknown-param")
            yield Fault("lora.unknown-refused", why, "adapter_not_found", "model", "model",
                        strict=True, naming=names)  # fmt: skip
    elif model.strip():  # What a blank one asks for nobody can say.
        near = model.startswith(setting.model[:-1]) and abs(len(model) - len(setting.model)) == 1
        same_letters = model.lower() == setting.model.lower()
        requirement = "models.near-refused" if near else "models.unknown-refused"
        yield Fault(requirement, why, "model_not_found", "model", "model", strict=same_letters,
                    naming=("models.unknown-code", "models.unknown-param"))  # fmt: skip


def of_window(body: dict[str, Any], setting: Setting) -> Iterator[Fault]:
    """Yield that a prompt has more words than the window has tokens."""
    window = setting.context_window
    if window is None:
        return
    contents = [turn.get("content") for turn in body["messages"]]
    words = sum(len(content.split()) for content in contents if isinstance(content, str))
    if words > window:
        yield Fault("context.overflow-refused", f"its {words} words are more than {window} tokens",
                    "context_length_exceeded", "messages", "messages",
                    naming=("context.overflow-code", "context.overflow-param"))  # fmt: skip


def _turn_fault(requirement: str, why: str) -> Fault:
    return Fault(requirement, why, VALUE, "messages", "messages", strict=True, naming=TURNS)
