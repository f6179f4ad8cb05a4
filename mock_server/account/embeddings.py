"""`POST /embeddings`: texts in, vectors out, counted by the tokenizer and paid for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mock_server.account import vectors
from mock_server.account.paying import paid, reachable
from mock_server.call import Call
from mock_server.message import JSON, Reply
from mock_server.problem import Problem, nearest
from mock_server.surface import Answering, Handler
from mock_server.text import dumps
from mock_server.text_completion.asking import texts
from mock_server.wire import cost_in_cents
from openapi import AccountFacts

if TYPE_CHECKING:
    from mock_server.gateway import Gateway


def answers(facts: AccountFacts) -> Mapping[str, Handler]:
    """Return who answers what."""

    def create(gateway: Gateway, call: Call) -> Answering:
        body = call.body
        model = str(body["model"])
        if model != facts.embedding_model:
            raise Problem(
                "model_not_found",
                f"The model '{model[:100]}' makes no vectors here."
                f"{nearest(model[:100], [facts.embedding_model])} There is "
                f"'{facts.embedding_model}'.",
                "model",
            )
        counted = [
            _ids(text, index, gateway, facts) for index, text in enumerate(_texts(gateway, body))
        ]
        tokens = sum(len(ids) for ids in counted)
        reachable(call)
        cost = tokens * facts.embedding_price
        yield from paid(gateway, call, tokens, cost)
        kept = body.get("dimensions") or facts.embedding_dimensions
        shown = vectors.encoded if body.get("encoding_format") == "base64" else list
        document = {
            "object": "list",
            "data": [
                {
                    "object": "embedding",
                    "index": index,
                    "embedding": shown(vectors.vector(ids, facts.embedding_dimensions, kept)),
                }
                for index, ids in enumerate(counted)
            ],
            "model": model,
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        }
        headers = {"content-type": JSON, "x-cost-cents": cost_in_cents(cost)}
        return Reply(200, dumps(document), headers)

    return {"createEmbedding": create}


def _texts(gateway: Gateway, body: Mapping[str, Any]) -> list[str]:
    return texts(body["input"], gateway.surface.tokens, "input")


def _ids(text: str, index: int, gateway: Gateway, facts: AccountFacts) -> list[int]:
    tokens = gateway.surface.tokens()
    ids = [tokens.bos, *tokens.encode(text)]
    if len(ids) > facts.embedding_window:
        raise Problem(
            "context_length_exceeded",
            f"This model's maximum context length is {facts.embedding_window} tokens, and text "
            f"{index} of your input resulted in {len(ids)} tokens. Shorten it.",
            "input",
        )
    return ids
