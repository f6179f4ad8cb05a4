"""The gateway's own client and the official one, for a mock on a port. Judges nothing."""

from __future__ import annotations

from typing import Any

from aigateway import AIgateway
from openai import OpenAI

from tests.wire.serving import KEY, MODEL, Served

PIRATE = f"{MODEL}:pirate"
ASKING: list[OpenAI] = []
"""The official client of the module whose tests run."""


def own(mock: Served, key: str = KEY, **more: Any) -> AIgateway:
    return AIgateway(key, base_url=mock.root, media_base_url=mock.root, timeout=10, **more)


def chat(key: str = KEY, **more: Any) -> Any:
    client = ASKING[0].with_options(api_key=key)
    asked = {"model": MODEL, "messages": [{"role": "user", "content": "Hello!"}], **more}
    return client.chat.completions.create(**asked)
