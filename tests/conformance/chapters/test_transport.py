"""Judges of HTTP itself: yes to what the law allows, no to what breaks a client."""

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from conformance.catalogue import Conversation, EveryExchange, catalogue
from conformance.exchange import Ending, Exchange, Request, Setting
from conformance.probe import Transcript
from conformance.probes.transport import ORIGIN, PATHS
from conformance.reading import Reading
from conformance.scene import Scene
from conformance.verdict import Inconclusive, NotApplicable, Opinion, hear
from openapi import contract
from tests.conformance.answers import completion

JSON = (("Content-Type", "application/json"),)
ANSWER = json.dumps(completion()).encode()


def came(
    label: str,
    status: int | None = 200,
    body: bytes = ANSWER,
    headers: Iterable[tuple[str, str]] = JSON,
    method: str = "POST",
    path: str = "/chat/completions",
    sent: Iterable[tuple[str, str]] = (),
    asked: bytes | None = b"{}",
    **more: Any,
) -> Exchange:
    request = Request(label, method, path, headers=tuple(sent), body=asked)
    given = {"ending": Ending.COMPLETE, "probe": "p", **more}
    return Exchange(request, status=status, headers=tuple(headers), body=body, **given)


def opinion(identity: str, *exchanges: Exchange) -> Opinion:
    judge = catalogue(contract()).entry(identity).judge
    if isinstance(judge, EveryExchange):
        readings = [Reading(each) for each in exchanges]
        heard = [hear(judge.judge(reading)) for reading in readings if judge.where(reading)]
        assert heard, "the judge looks away"
        return Opinion(sum((each.findings for each in heard), ()))
    assert isinstance(judge, Conversation)
    return hear(judge.judge(Transcript("p", Setting(), exchanges)))


def broken(identity: str, *exchanges: Exchange) -> bool:
    return bool(opinion(identity, *exchanges).findings)


def kept(identity: str, *exchanges: Exchange) -> bool:
    said = opinion(identity, *exchanges)
    return not said.findings and said.undecided is None


REFUSED = b'{"error":{"message":"no","type":"invalid_request_error"}}'


@pytest.mark.parametrize("status", [400, 404, 415, 500])
def test_a_spelling_that_is_not_taken_is_a_finding(status: int) -> None:
    plain, other = came("plain"), came("parameter", status, REFUSED)
    assert broken("transport.media-type-parameters", plain, other)


@pytest.mark.parametrize("status", [429, 502, 503])
def test_noise_says_nothing_of_a_spelling(status: int) -> None:
    said = opinion("transport.split-request", came("plain"), came("pieces", status, REFUSED))
    assert isinstance(said.undecided, Inconclusive)


def test_a_target_that_refuses_the_plain_request_too_is_not_judged_by_another_spelling() -> None:
    said = opinion("transport.split-request", came("plain", 401), came("pieces", 401))
    assert isinstance(said.undecided, Inconclusive)


def test_a_connection_closed_on_chunks_is_a_refusal_of_chunks() -> None:
    closed = came("chunked", None, b"", (), ending=Ending.INCOMPLETE, attempt=4)
    assert broken("transport.chunked-request", came("plain"), closed)


def test_a_list_of_stored_answers_under_get_is_no_inference() -> None:
    stored = came("method-get", 200, b'{"object":"list","data":[]}', method="GET", asked=None)
    assert kept("transport.wrong-method-refused", stored)


def test_a_get_that_is_answered_with_a_completion_is_a_finding() -> None:
    assert broken("transport.wrong-method-refused", came("method-get", method="GET"))


def test_a_method_that_nobody_knows_may_be_501_but_get_may_not() -> None:
    put = came("method-put", 501, b"", method="PUT")
    assert kept("transport.wrong-method-refused", put)
    assert broken("transport.wrong-method-refused", came("method-get", 501, b"", method="GET"))


def test_a_method_that_is_not_refused_is_nothing_to_the_status_of_refusals() -> None:
    said = opinion("transport.wrong-method-405", came("method-get", method="GET"))
    assert isinstance(said.undecided, NotApplicable)


@pytest.mark.parametrize(("allow", "right"), [("POST", True), ("post,options", True), ("", False)])
def test_allow_is_a_list_in_any_case(allow: str, right: bool) -> None:
    refusal = came("method-get", 405, REFUSED, [*JSON, ("Allow", allow)], method="GET")
    assert broken("transport.allow-names-post", refusal) is not right


@pytest.mark.parametrize("label", ["application/json", "Application/JSON;charset=UTF-8"])
def test_json_may_be_labelled_in_any_spelling(label: str) -> None:
    assert kept("transport.json-label", came("plain", headers=[("content-type", label)]))


@pytest.mark.parametrize("headers", [[], [("Content-Type", "text/plain")]])
def test_json_without_its_label_is_a_finding(headers: list[tuple[str, str]]) -> None:
    assert broken("transport.json-label", came("plain", headers=headers))


def told(length: int, **more: Any) -> Exchange:
    return came("plain", headers=[*JSON, ("Content-Length", str(length))], **more)


def test_a_length_that_is_true_is_kept_with_any_body() -> None:
    assert kept("transport.length-true", told(len(ANSWER)), told(0, body=b""))


def test_bytes_behind_the_end_of_a_message_belie_its_length() -> None:
    assert broken("transport.length-true", told(len(ANSWER), detail="3 bytes came behind the end"))


def test_a_cut_counts_only_where_it_came_again_on_every_try() -> None:
    short = told(len(ANSWER) + 5, ending=Ending.INCOMPLETE)
    assert broken("transport.length-true", replace(short, attempt=4))
    with pytest.raises(AssertionError, match="looks away"):
        opinion("transport.length-true", short)


def test_an_answer_that_ends_with_its_connection_needs_neither_length_nor_chunks() -> None:
    assert kept("transport.length-or-chunks", came("plain"))


def test_ids_that_the_client_chose_may_be_the_same() -> None:
    named = [("x-request-id", "mine")]
    sent = [("X-Request-Id", "mine")]
    twice = [came(label, headers=named, sent=sent) for label in ("safe", "again")]
    own = came("plain", headers=[("x-request-id", "req_1")])
    assert kept("transport.request-id-unique", own, *twice)
    assert broken("transport.request-id-unique", own, replace(own, request=twice[0].request)) is (
        False
    )
    assert broken("transport.request-id-unique", own, came("bare", headers=own.headers))


def test_no_id_at_all_leaves_nothing_to_compare() -> None:
    said = opinion("transport.request-id-unique", came("plain"))
    assert isinstance(said.undecided, NotApplicable)


def test_a_refused_long_id_is_in_order_and_a_repeated_one_is_not() -> None:
    long, odd = "a" * 5000, "<b>"
    refused = came("long", 431, b"", sent=[("X-Request-Id", long)])
    other = came("unsafe", headers=[("x-request-id", "req_2")], sent=[("X-Request-Id", odd)])
    assert kept("transport.request-id-unsafe", refused, other)
    echoed = replace(other, headers=(("x-request-id", odd),))
    assert broken("transport.request-id-unsafe", refused, echoed)


ALLOWED = [*JSON, ("Access-Control-Allow-Origin", "*")]


def test_a_page_of_another_origin_is_not_ours() -> None:
    by_name = [("access-control-allow-origin", ORIGIN)]
    stranger = [("access-control-allow-origin", "https://elsewhere.example")]
    assert kept("transport.cors-origin", came("answer", headers=by_name))
    assert broken("transport.cors-origin", came("answer", headers=stranger))


def test_a_wildcard_of_headers_is_told_and_not_minded() -> None:
    allowed = [*ALLOWED, ("access-control-allow-headers", "*")]
    said = opinion("transport.cors-headers", came("preflight", 204, b"", allowed))
    assert said.notes
    assert not said.findings


@pytest.mark.parametrize(
    ("status", "body"),
    [(405, REFUSED), (404, b"Not Found"), (204, b""), (400, b"Disallowed CORS origin"), (401, b"")],
)
def test_options_may_be_answered_or_refused_as_options(status: int, body: bytes) -> None:
    both = [came(label, status, body, method="OPTIONS") for label in ("preflight", "options")]
    assert kept("transport.preflight-not-post", *both)


def test_options_that_is_told_of_missing_messages_was_taken_for_the_post() -> None:
    body = b'{"error":{"message":"messages field is required"}}'
    both = [came(label, 400, body, method="OPTIONS") for label in ("preflight", "options")]
    assert broken("transport.preflight-not-post", *both)


def test_an_answer_to_head_with_bytes_behind_it_is_a_finding() -> None:
    head = came("head", 200, b"", method="HEAD", path="/models", asked=None)
    assert kept("transport.head-no-body", head)
    assert broken("transport.head-no-body", replace(head, detail="9 bytes came behind the end"))


def test_off_this_machine_nothing_but_get_head_and_chat_is_sent() -> None:
    script = PATHS.script(Scene(Setting(capabilities={"writes": "absent"})))
    step = next(script)
    requests = getattr(step, "requests", ())
    assert requests
    assert {request.method for request in requests} == {"GET"}


def test_a_refusal_in_the_place_of_an_answer_is_the_answer_before_again() -> None:
    turns = [came("wrong-1", 400, REFUSED), came("right-1"), came("wrong-2", 400, REFUSED)]
    own = replace(came("right-2"), body=ANSWER.replace(b"chatcmpl-1", b"chatcmpl-2"))
    assert kept("transport.connection-reused", *turns, own)
    assert broken("transport.connection-reused", *turns, came("right-2", 400, REFUSED))
    assert broken("transport.connection-reused", *turns, came("right-2"))
    same = [came("right-2"), came("right-3")]
    assert kept("transport.connection-reused", *turns, *same), "one id for all is told elsewhere"
    assert broken("transport.connection-reused", *turns, own, same[1])
