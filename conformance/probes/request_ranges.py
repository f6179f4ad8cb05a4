"""Requests whose fields are just out of range, or just within. Judge nothing."""

from __future__ import annotations

from conformance.probe import Probe
from conformance.probes.request_cases import Case, Row, sending
from conformance.probes.request_malformed import VALUE

RANGES = (
    Row(
        "request.temperature-range",
        "a temperature goes from 0 to 2",
        (
            Case("temperature-below", {"temperature": -0.01, "stream": True}, "temperature"),
            Case("temperature-above", {"temperature": 2.01}, "temperature"),
        ),
        VALUE,
    ),
    Row(
        "request.top-p-range",
        "`top_p` goes from 0 to 1",
        (Case("top_p-above", {"top_p": 1.01}, "top_p"),),
        VALUE,
    ),
    Row(
        "request.presence-range",
        "a penalty goes from -2 to 2",
        (Case("presence-above", {"presence_penalty": 2.01}, "presence_penalty"),),
        VALUE,
    ),
    Row(
        "request.frequency-range",
        "a penalty goes from -2 to 2",
        (Case("frequency-below", {"frequency_penalty": -2.01}, "frequency_penalty"),),
        VALUE,
    ),
    Row(
        "request.n-zero-refused",
        "there is at least one choice",
        (Case("n-zero", {"n": 0}, "n"),),
        VALUE,
    ),
    Row(
        "request.n-large-refused",
        "there are at most 8 choices",
        (Case("n-nine", {"n": 9}, "n", gateway=True),),
        VALUE,
    ),
    Row(
        "request.max-tokens-zero-refused",
        "a cap is at least 1",
        (
            Case("cap-zero", {"max_tokens": 0}, "max_tokens"),
            Case("cap-negative", {"max_tokens": -1, "stream": True}, "max_tokens"),
            Case(
                "new-cap-zero",
                {"max_tokens": ..., "max_completion_tokens": 0},
                "max_completion_tokens",
                gateway=True,
            ),
        ),
        VALUE,
    ),
    Row(
        "request.max-tokens-large-refused",
        "a cap is at most 4096",
        (
            Case("cap-large", {"max_tokens": 4097}, "max_tokens", gateway=True),
            Case(
                "new-cap-large",
                {"max_tokens": ..., "max_completion_tokens": 4097, "stream": True},
                "max_completion_tokens",
                gateway=True,
            ),
        ),
        VALUE,
    ),
    Row(
        "request.top-k-range",
        "`top_k` goes from 1 to 50",
        (Case("top_k-above", {"top_k": 51, "stream": True}, "top_k", gateway=True),),
        VALUE,
    ),
    Row(
        "request.logit-bias-range",
        "a bias goes from -100 to 100",
        (Case("bias-above", {"logit_bias": {"5": 101}}),),
        VALUE,
    ),
    Row(
        "request.logit-bias-key",
        "a bias is on a token id",
        (Case("bias-word", {"logit_bias": {"word": 1}}),),
        VALUE,
    ),
    Row(
        "request.stop-count",
        "there are at most four stop texts",
        (Case("stop-five", {"stop": ["a1", "b1", "c1", "d1", "e1"]}, "stop"),),
        VALUE,
    ),
    Row(
        "request.stop-empty",
        "a stop text is not empty",
        (Case("stop-empty", {"stop": ""}, "stop", gateway=True),),
        VALUE,
    ),
    Row(
        "request.seed-range",
        "a seed has 64 bits",
        (Case("seed-large", {"seed": 2**63}, "seed", gateway=True),),
        VALUE,
    ),
)

LOGPROBS = (
    Row(
        "request.top-logprobs-range",
        "`top_logprobs` goes from 0 to 20",
        (
            Case("top_logprobs-above", {"logprobs": True, "top_logprobs": 21}, "top_logprobs"),
            Case(
                "top_logprobs-below",
                {"logprobs": True, "top_logprobs": -1, "stream": True},
                "top_logprobs",
                gateway=True,
            ),
        ),
        VALUE,
    ),
    Row(
        "request.top-logprobs-alone",
        "`top_logprobs` needs `logprobs`",
        (Case("top_logprobs-alone", {"top_logprobs": 2}, "top_logprobs"),),
        VALUE,
    ),
)

EDGES = (
    Row(
        "request.temperature-zero",
        "0 is greedy",
        (Case("temperature-zero", {"temperature": 0.0, "stream": True}, within="edges-low"),),
    ),
    Row(
        "request.temperature-edges",
        "2 is within the range of a temperature",
        (Case("temperature-two", {"temperature": 2}, within="edges-high"),),
    ),
    Row(
        "request.top-p-edges",
        "it is within the range of `top_p`",
        (Case("top_p-one", {"top_p": 1}, within="edges-high"),),
    ),
    Row(
        "request.top-p-zero",
        "it is within the range of `top_p`",
        (Case("top_p-zero", {"top_p": 0}, within="edges-low"),),
    ),
    Row(
        "request.penalty-edges",
        "-2 and 2 are within the range of a penalty",
        (
            Case(
                "penalties-low",
                {"presence_penalty": -2, "frequency_penalty": -2},
                within="edges-high",
            ),
            Case(
                "penalties-high",
                {"presence_penalty": 2, "frequency_penalty": 2},
                gateway=True,
                within="edges-low",
            ),
        ),
    ),
    Row(
        "request.other-edges",
        "each is at an end of its range",
        (
            Case(
                "others-low",
                {"top_k": 1, "logprobs": True, "top_logprobs": 0, "logit_bias": {"5": -100}},
                gateway=True,
                within="edges-high",
            ),
            Case(
                "others-high",
                {"top_k": 50, "logprobs": True, "top_logprobs": 20, "logit_bias": {"5": 100}},
                gateway=True,
                within="edges-low",
            ),
        ),
    ),
)

OUT_OF_RANGE = Probe("request-ranges", sending(RANGES))
WITHOUT_LOGPROBS = Probe("request-logprobs", sending(LOGPROBS), ("logprobs",))
AT_THE_EDGE = Probe("request-edges", sending(EDGES))
