"""Small streams and pairs of answers, made by hand. Knows no judge."""

from __future__ import annotations

import json
import time
from typing import Any

from conformance.exchange import Exchange
from tests.conformance import answers
from tests.conformance.answers import chunk, completion, request
from tests.conformance.chapters.judging import labelled

NOW = int(time.time())
FRESH = {"created": NOW}
ROLE = chunk({"role": "assistant", "content": ""}, **FRESH)
TEXT = chunk({"content": "Hé"}, **FRESH)
MORE = chunk({"content": " you"}, **FRESH)
END = chunk(finish="stop", **FRESH)
USAGE = chunk(choices=[], usage=completion()["usage"], **FRESH)
ERROR = {"error": {"message": "no", "type": "server_error"}}
DONE = "[DONE]"


def stream(*payloads: Any, **changes: Any) -> Exchange:
    changes.setdefault("request", request(stream=True, stream_options={"include_usage": True}))
    return answers.streamed(list(payloads), began=NOW, **changes)


def of_choice(payload: dict[str, Any], **changes: Any) -> dict[str, Any]:
    choice = {**payload["choices"][0], **changes}
    return {**payload, "choices": [{k: v for k, v in choice.items() if v is not ...}]}


def plain(text: str, finish: str = "length", label: str = "one") -> Exchange:
    whole = completion()
    whole["choices"][0]["message"]["content"] = text
    whole["choices"][0]["finish_reason"] = finish
    return labelled(answers.exchange(json.dumps(whole).encode()), label)


def streamed(text: str, finish: str = "length", label: str = "one-streamed") -> Exchange:
    pieces = [chunk({"content": word}, **FRESH) for word in text.split("|")]
    return labelled(stream(ROLE, *pieces, chunk(finish=finish, **FRESH), DONE), label)
