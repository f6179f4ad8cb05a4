"""Judges of the answer in one piece, on small answers made by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.baseline import COUNTING
from conformance.chapters.response.belonging import AT_ONCE_LABELS
from conformance.exchange import Exchange, Setting
from conformance.json_view import ABSENT
from conformance.probes.transport import about
from tests.conformance import answers
from tests.conformance.answers import completion, request
from tests.conformance.chapters.judging import accusers, found, labelled, opinion

NOW = 1_700_000_000


def answer(asked: dict[str, Any] | None = None, **changes: Any) -> Exchange:
    document = completion(**{"id": "chatcmpl-7", "created": NOW, **changes})
    document = {name: value for name, value in document.items() if value is not ABSENT}
    return sent(json.dumps(document).encode(), asked)


def sent(body: bytes, asked: dict[str, Any] | None = None, **changes: Any) -> Exchange:
    return answers.exchange(body, request=request(**(asked or {})), began=NOW, **changes)


def choice(**changes: Any) -> dict[str, Any]:
    made = {**completion()["choices"][0], **changes}
    return {name: value for name, value in made.items() if value is not ABSENT}


def speaking(**changes: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": "Hé!", **changes}
    return choice(message={name: value for name, value in message.items() if value is not ABSENT})


LEGAL: dict[str, dict[str, Any]] = {
    "as it is": {},
    "without optional members": {"choices": [choice(logprobs=ABSENT)]},
    "with members nobody knows": {"service_tier": None, "choices": [speaking(annotations=[])]},
    "null and empty tool calls": {"choices": [speaking(tool_calls=None, function_call=None)]},
    "an empty list of tool calls": {"choices": [speaking(tool_calls=[])]},
    "no refusal": {"choices": [speaking(refusal=ABSENT)]},
    "a refusal instead of content": {"choices": [speaking(content=None, refusal="No.")]},
    "content cut within a character": {
        "choices": [
            choice(finish_reason="length", message={"role": "assistant", "content": "\ufffd"})
        ]
    },
    "filtered": {"choices": [choice(finish_reason="content_filter")]},
    "tagged with another date of the model": {"model": "m-2024-08-06"},
    "created when generation began": {"created": NOW - 50},
}


@pytest.mark.parametrize("changes", LEGAL.values(), ids=LEGAL)
def test_a_legal_answer_is_accused_only_of_what_is_a_note(changes: dict[str, Any]) -> None:
    gateway_only = {"response.refusal-null", "response.model-echo"}
    assert accusers(answer(**changes), "response") <= gateway_only


BROKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "id absent": ("response.id", {"id": ABSENT}),
    "id null": ("response.id", {"id": None}),
    "id empty": ("response.id-not-empty", {"id": ""}),
    "id of another service": ("response.id-prefix", {"id": "gen-17"}),
    "object of a chunk": ("response.object", {"object": "chat.completion.chunk"}),
    "created true": ("response.created-integer", {"created": True}),
    "created whole, with a point": ("response.created-integer", {"created": 1.7e9}),
    "created absent": ("response.created-integer", {"created": ABSENT}),
    "created in milliseconds": ("response.created-seconds", {"created": NOW * 1000}),
    "created zero": ("response.created-now", {"created": 0}),
    "created an hour ahead": ("response.created-now", {"created": NOW + 3600}),
    "model null": ("response.model", {"model": None}),
    "model in capitals": ("response.model-not-mangled", {"model": "M"}),
    "model a path": ("response.model-not-mangled", {"model": "/models/m.gguf"}),
    "choices absent": ("response.choices", {"choices": ABSENT}),
    "choices an object": ("response.choices", {"choices": {}}),
    "two choices unasked": ("response.one-choice", {"choices": [choice(), choice(index=1)]}),
    "index twice": ("response.index", {"choices": [choice(), choice()]}),
    "index true": ("response.index", {"choices": [choice(index=True)]}),
    "index from 1": ("response.index", {"choices": [choice(index=1)]}),
    "text of old": ("response.message", {"choices": [choice(message=ABSENT, text="hi")]}),
    "message a string": ("response.message", {"choices": [choice(message="hi")]}),
    "a delta too": ("response.no-delta", {"choices": [choice(delta={"content": "hi"})]}),
    "role absent": ("response.role", {"choices": [speaking(role=ABSENT)]}),
    "content in parts": ("response.content-text", {"choices": [speaking(content=[])]}),
    "content null, unexplained": ("response.content-text", {"choices": [speaking(content=None)]}),
    "finish absent": ("response.finish-present", {"choices": [choice(finish_reason=ABSENT)]}),
    "finish empty": ("response.finish-known", {"choices": [choice(finish_reason="")]}),
    "finish a list": ("response.finish-known", {"choices": [choice(finish_reason=["stop"])]}),
    "a tool call": ("response.no-tool-calls", {"choices": [speaking(tool_calls=[{"id": "1"}])]}),
    "thoughts": ("response.no-reasoning", {"choices": [speaking(reasoning_content="hm")]}),
}


@pytest.mark.parametrize(("identity", "changes"), BROKEN.values(), ids=BROKEN)
def test_a_broken_answer_is_accused_by_the_judge_of_it(
    identity: str, changes: dict[str, Any]
) -> None:
    assert found(identity, answer(**changes))


BODIES = {
    "response.document": [b"", b"   ", b"[]", b"null", b'{"id": ', b'{"a": NaN}'],
    "response.nothing-after": [b"{} {}", b"{}\n\ndata: [DONE]\n\n", b"{}x"],
    "response.no-bom": [b"\xef\xbb\xbf{}"],
    "response.default-one-piece": [b"data: {}\n\n", b": hello\n\ndata: {}\n\n"],
}


@pytest.mark.parametrize("identity", BODIES)
def test_a_body_that_is_not_one_json_object_is_told_apart(identity: str) -> None:
    for body in BODIES[identity]:
        said = accusers(sent(body), "response")
        assert identity in said, body
        assert not said & (set(BODIES) - {identity}), body


def test_blanks_around_the_document_are_legal() -> None:
    body = b"  \n" + answer().body + b"\r\n"
    assert accusers(sent(body), "response") <= {"response.refusal-null"}


def test_the_date_header_is_believed_before_our_own_clock() -> None:
    late = sent(
        answer(created=NOW + 9000).body,
        headers=(
            ("Content-Type", "application/json"),
            ("Date", "Wed, 15 Nov 2023 00:43:20 GMT"),
        ),
    )
    assert not found("response.created-now", late)


def counted(spent: int, text: str, finish: str, **asked: Any) -> Exchange:
    usage = {"prompt_tokens": 9, "completion_tokens": spent, "total_tokens": 9 + spent}
    message = {"role": "assistant", "content": text}
    choices = [choice(message=message, finish_reason=finish)]
    return answer({"max_tokens": 64, **asked}, choices=choices, usage=usage)


def test_billed_tokens_without_text_are_found() -> None:
    assert found("response.content-not-empty", counted(40, "", "stop"))


@pytest.mark.parametrize(
    "legal",
    [
        counted(1, "", "stop"),
        counted(40, "", "length"),
        counted(40, "", "stop", stop=["a"]),
        counted(40, "ok", "stop"),
    ],
    ids=["an end token", "cut", "a stop text", "text"],
)
def test_an_empty_text_may_have_its_reasons(legal: Exchange) -> None:
    assert not found("response.content-not-empty", legal)


def test_length_needs_a_cap_that_was_reached() -> None:
    assert found("response.length-true", counted(5, "one", "length"))
    assert not found("response.length-true", counted(63, "one", "length"))
    assert not found("response.length-true", counted(5, "one", "length", max_tokens=None))
    assert not found("response.length-true", counted(5, "one", "stop"))


def asked(text: str, said: str, finish: str = "length", **changes: Any) -> Exchange:
    message = {"role": "assistant", "content": said}
    choices = [choice(message=message, finish_reason=finish)]
    return answer(
        {"messages": [{"role": "user", "content": text}], **changes}, choices=choices, usage=ABSENT
    )


def test_a_counting_cut_short_does_not_end_with_stop() -> None:
    cut = labelled(asked(COUNTING, "1 2 3", "stop"), "plain")
    assert opinion("response.cut-is-length", [cut])[0]
    for legal in (
        asked(COUNTING, "1 2 3", "length"),
        asked(COUNTING, "Sorry, I cannot count.", "stop"),
        asked(COUNTING, "1 2 3 ... 60", "stop"),
        asked("Say hello.", "1 2", "stop"),
    ):
        assert not opinion("response.cut-is-length", [labelled(legal, "plain")])[0]


def at_once(*texts: str) -> list[Exchange]:
    return [
        labelled(asked(about(label), text), label)
        for label, text in zip(AT_ONCE_LABELS, texts, strict=False)
    ]


def test_two_requests_with_one_answer_are_mixed_up() -> None:
    assert opinion("response.at-once", at_once("A.", "B.", "A."))[0]
    assert not opinion("response.at-once", at_once("A.", "B.", "C."))[0]


def test_the_counting_among_others_is_held_against_the_greedy_one_where_it_is_stable() -> None:
    swapped = labelled(asked(COUNTING, "A boat."), "whole-counting")
    exchanges = [swapped, *at_once("A.", "B.")]
    stable = Setting(greedy="1 2 3 4", capabilities={"deterministic": "effective"})
    assert opinion("response.at-once", exchanges, stable)[0]
    assert not opinion("response.at-once", exchanges, Setting(greedy="1 2 3 4"))[0]


def test_answers_that_all_begin_with_the_prompt_are_no_answers() -> None:
    echo = [labelled(asked(COUNTING, f" {COUNTING}\n1 2 3"), "plain")]
    assert opinion("response.not-the-prompt", echo)[0]
    both = [*echo, labelled(asked("Why is it so?", "Because."), "whole-1")]
    assert not opinion("response.not-the-prompt", both)[0]


def test_an_adapter_named_in_its_own_field_may_be_part_of_the_echo() -> None:
    for echoed, wrong in (("m", False), ("m:pirate", False), ("m:json", True)):
        told = answer({"lora": "pirate"}, model=echoed)
        assert bool(found("response.model-echo", told)) is wrong


def test_ids_may_not_repeat_and_the_same_question_is_another_requirement() -> None:
    first, second = (labelled(asked(text, "x"), text) for text in ("one?", "two?"))
    assert opinion("response.id-unique", [first, second])[0]
    again = labelled(asked("one?", "x"), "again")
    assert not opinion("response.id-unique", [first, again])[0]
    assert opinion("response.id-unique-again", [first, again])[0]


def test_a_greedy_answer_loses_no_character() -> None:
    lost = {"choices": [speaking(content="H\ufffd!")]}
    assert found("response.no-replacement", answer({"temperature": 0}, **lost))
    assert not found("response.no-replacement", answer({"temperature": 2}, **lost))


def calling(finish: str = "tool_calls", tool: str = "f", **call: Any) -> Exchange:
    made = {"id": "1", "function": {"name": tool, "arguments": "{}"}, **call}
    return answer(
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        choices=[choice(finish_reason=finish, message={"role": "assistant", "tool_calls": [made]})],
    )


def test_a_tool_call_is_well_formed_and_of_an_offered_tool() -> None:
    assert accusers(calling(), "response") == set()
    assert found("response.tool-finish", calling("stop"))
    assert found("response.tool-id", calling(id=None))
    assert found("response.tool-name", calling(tool="g"))
    for arguments in ({}, "{'a': 1}", "7"):
        wrong = {"name": "f", "arguments": arguments}
        assert found("response.tool-arguments", calling(function=wrong)), arguments


def test_a_forced_call_may_end_with_stop_as_it_does_at_the_origin() -> None:
    forced = {"tools": [{"function": {"name": "f"}}], "tool_choice": "required"}
    message = {"role": "assistant", "tool_calls": [{"id": "1", "function": {"name": "f"}}]}
    answered = answer(forced, choices=[choice(finish_reason="stop", message=message)])
    assert not found("response.tool-finish", answered)


def test_ids_drawn_at_random_from_a_thousand_may_meet_once() -> None:
    def drawn(place: int) -> Exchange:
        identity = f"chatcmpl-{min(place, 10)}"
        message = [{"role": "user", "content": f"Question {place}?"}]
        return labelled(answer({"messages": message}, id=identity), str(place))

    assert not opinion("response.id-unique", map(drawn, range(12)), Setting(scope="any"))[0]
    assert opinion("response.id-unique", map(drawn, range(13)), Setting(scope="any"))[0]
    assert opinion("response.id-unique", map(drawn, range(12)), Setting(scope="gateway"))[0]
