"""Lies about the status of a refusal, also of those that the engine caused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.call import Call
from mock_server.faults import Steps, fault, without
from mock_server.kept import EveryOther
from mock_server.keys import Upstream
from mock_server.problem import Problem

Json = dict[str, Any]
Chosen = Callable[[Problem, Call], bool]


def _refused(name: str, words: str, chosen: Chosen, **parts: Any) -> None:
    """Register other parts of some refusals."""

    def changed(problem: Problem, call: Call) -> Problem:
        return replace(problem, **parts) if chosen(problem, call) else problem

    changed.__doc__ = words
    fault(name, at="problem")(changed)


def _bad(problem: Problem, call: Call) -> bool:
    del call
    return problem.status == 400


def _bad_stream(problem: Problem, call: Call) -> bool:
    return problem.status == 400 and call.streams


def _not_json(problem: Problem, call: Call) -> bool:
    del call
    return problem.code == "invalid_json"


_refused("errors.not-200", "Refuse with status 200.", _bad, status=200)
_refused("errors.malformed-not-2xx", "Refuse what is not JSON with 200.", _not_json, status=200)
_refused("errors.client-fault-4xx", "Break down over a bad request.", _bad, status=500)
_refused("errors.client-fault-4xx/json", "Break down over bad JSON.", _not_json, status=502)
_refused("errors.client-fault-4xx/stream", "Break down over bad streams.", _bad_stream, status=500)
_refused("errors.status-400", "Refuse what is malformed with 422.", _bad, status=422)
_refused("errors.own-fault", "Refuse what is malformed with 401.", _bad, status=401)
_refused("errors.own-fault/rate", "Refuse what is malformed with 429.", _bad, status=429)
_refused("errors.stream-refused", "Refuse streams with status 200.", _bad_stream, status=200)
_refused("errors.stream-same-status", "Refuse streams with 422.", _bad_stream, status=422)
_BAD = EveryOther()
_refused(
    "errors.stable",
    "Refuse every other bad request with 422.",
    lambda problem, call: problem.status == 400 and _BAD.strikes(call, call.raw),
    status=422,
)


def _failed(problem: Problem, call: Call) -> bool:
    del call
    return problem.code == "upstream_error"


def _full(problem: Problem, call: Call) -> bool:
    del call
    return problem.code == "overloaded"


def _streamed(chosen: Chosen) -> Chosen:
    return lambda problem, call: call.streams and chosen(problem, call)


_LEAK = "http://10.2.3.4:8080/ai/run/@cf/google/gemma-7b-it-lora said 5006: AiError"

_refused("errors.upstream-refused", "Tell a failing engine with 200.", _failed, status=200)
_refused("errors.upstream-5xx", "Blame the client for the engine.", _failed, status=400)
_refused("errors.upstream-500", "Tell a failing engine with 503.", _failed, status=503)
_refused("errors.upstream-stream", "Begin a stream that fails.", _streamed(_failed), status=200)
_refused("errors.upstream-type", "Type it as a bad request.", _failed, type="bad_request")
_refused("errors.upstream-own-words", "Repeat what the engine said.", _failed, message=_LEAK)
_refused("errors.saturated-refused", "Tell a full engine with 200.", _full, status=200)
_refused("errors.saturated-503", "Tell a full engine with 500.", _full, status=500)
_refused("errors.saturated-type", "Type it as a failure.", _full, type="server_error")
_refused("errors.saturated-retry-after", "Name no time to come back.", _full, headers={})
_refused(
    "errors.saturated-stream", "Begin a stream on a full engine.", _streamed(_full), status=200
)


@fault("errors.upstream-refused/empty", at="admission")
def ignores_the_failure(steps: Steps) -> Steps:
    """Go on without the engine's answer."""
    return without(steps, "engine")


@fault("errors.upstream-refused/empty", at="document")
def answers_nothing(document: Json, call: Call) -> Json:
    """Tell a failing engine as an empty answer."""
    down = call.caller is not None and call.caller.upstream is Upstream.DOWN
    for choice in document.get("choices", []) if down else []:
        choice["message"]["content"] = ""
        choice["finish_reason"] = "stop"
    return document
