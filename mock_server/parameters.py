"""Parameters: what a valid body asks for, with every default filled in. Knows no schema keyword."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from mock_server.completion import NO_BIAS, Prompt
from mock_server.problem import Problem, nearest
from openapi import ModelFacts


def ceiling(body: Mapping[str, Any]) -> int | None:
    """Return the cap on completion tokens a body sets, or None.

    Raises Problem (400) where its two spellings disagree.
    """
    older, newer = body.get("max_tokens"), body.get("max_completion_tokens")
    if older is not None and newer is not None and older != newer:
        raise Problem(
            "invalid_value",
            f"'max_tokens' is {older} and 'max_completion_tokens' is {newer}. They mean the same: "
            "send one of them, or the same number in both.",
            "max_tokens",
        )
    found = newer if newer is not None else older
    return None if found is None else int(found)


def selection(
    body: Mapping[str, Any], facts: ModelFacts, adapters: tuple[str, ...]
) -> tuple[str, str | None]:
    """Return the base model and the adapter a body selects.

    Raises Problem: 404 for a model or an adapter nobody serves, 400 for two different adapters.
    """
    base, named = facts.split(body["model"])
    lora = body.get("lora")
    if base != facts.id:
        raise unknown_model(str(body["model"]), facts, adapters)
    if named is not None and lora is not None and named != lora:
        raise Problem(
            "invalid_value",
            f"'model' selects the adapter '{named}' and 'lora' another, '{lora}'. "
            "Name the adapter once.",
            "lora",
        )
    adapter = named if named is not None else lora
    if adapter is not None and adapter not in adapters:
        raise unknown_adapter(adapter, "model" if named is not None else "lora", facts, adapters)
    return base, adapter


def unknown_model(name: str, facts: ModelFacts, adapters: tuple[str, ...]) -> Problem:
    """Return the refusal of a model nobody serves."""
    served = [facts.id, *(f"{facts.id}{facts.adapter_separator}{one}" for one in adapters)]
    return Problem(
        "model_not_found",
        f"The model '{name[:100]}' does not exist here.{nearest(name[:100], served)} "
        "GET /v1/models lists what is served.",
        "model",
    )


def unknown_adapter(name: str, param: str, facts: ModelFacts, adapters: tuple[str, ...]) -> Problem:
    """Return the refusal of an adapter nobody made."""
    return Problem(
        "adapter_not_found",
        f"'{facts.id}' has no adapter '{name[:64]}'.{nearest(name[:64], adapters)} "
        "GET /v1/models lists the adapters.",
        param,
    )


def prompt(body: Mapping[str, Any], **known: Any) -> Prompt:
    """Return the prompt of a valid body; `known` are the fields admission worked out.

    A parameter that is null has its default, which is the prompt's own.
    """
    for name, value in body.items():
        read = _READ.get(name)
        if read is not None and value is not None:
            known[name] = read(value)
    return Prompt(model=body["model"], **known)


def include_usage(body: Mapping[str, Any]) -> bool:
    """Tell whether a stream ends with a usage chunk."""
    return bool((body.get("stream_options") or {}).get("include_usage"))


def _bias(asked: Mapping[str, float]) -> Mapping[int, float]:
    return {_token(word): float(weight) for word, weight in asked.items()} if asked else NO_BIAS


def _stop(asked: str | list[str]) -> tuple[str, ...]:
    return (asked,) if isinstance(asked, str) else tuple(asked)


@functools.lru_cache(maxsize=1024)
def _token(word: str) -> int:
    if len(word) > 10:
        raise Problem(
            "invalid_value",
            f"'logit_bias' names the token {word[:20]!r}, which is no token id of this model.",
            "logit_bias",
        )
    return int(word)


_READ: Mapping[str, Callable[[Any], Any]] = {
    "temperature": float,
    "top_p": float,
    "top_k": int,
    "seed": int,
    "stop": _stop,
    "n": int,
    "presence_penalty": float,
    "frequency_penalty": float,
    "logit_bias": _bias,
    "logprobs": bool,
    "top_logprobs": int,
}
"""How each parameter of the request becomes the prompt's field of that name."""
