"""The automaton of streams."""

import itertools
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import sse, stream
from conformance.choice import PHASES, Part, Phase
from conformance.error_view import Envelope
from conformance.json_view import ABSENT
from conformance.kept import MOST_KEPT
from conformance.oddity import Strange
from conformance.stream_view import State, Step, distinct
from tests.conformance import answers
from tests.conformance.answers import GOOD, USAGE, chunk


def assembled(*payloads, **framing):
    return stream.assemble(sse.decode(answers.sse(list(payloads), **framing)).events)


def kinds(view) -> list[Strange]:
    return [oddity.kind for oddity in view.oddities]


def test_a_good_stream_adds_up_and_has_nothing_odd() -> None:
    view = assembled(*GOOD)
    assert view.state is State.DONE
    assert view.oddities == ()
    choice = view.choice(0)
    assert choice is not None
    assert (choice.text, choice.role, choice.finish) == ("Hé!", "assistant", "stop")
    assert [piece.event for piece in choice.pieces] == [1, 2]
    assert choice.finishes[0].event == 3
    assert view.usage is not None
    assert (view.usage.event, view.lone_usages, view.empty_choices) == (4, (4,), (4,))
    assert (view.sentinels, view.after_sentinel, view.text_event) == ((5,), (), 1)
    assert len(distinct(view.ids)) == len(distinct(view.created)) == 1


def test_every_state_and_step_is_in_the_table() -> None:
    assert set(stream.TABLE) == set(itertools.product(State, Step))
    assert set(PHASES) == set(itertools.product(Phase, Part))


def test_the_drawn_tables_name_every_oddity_of_the_tables() -> None:
    drawn = " ".join((stream.__doc__ or "").split())
    for _, strange in [*stream.TABLE.values(), *PHASES.values()]:
        assert strange is None or strange.value.replace("-", " ") in drawn


ROLE = chunk({"role": "assistant"})
TEXT = chunk({"content": "x"})
END = chunk(finish="stop")
BARE = chunk(choices=[])
ERROR = {"error": {"message": "no", "type": "server_error"}}


@pytest.mark.parametrize(
    ("payloads", "odd", "state"),
    [
        ([ROLE, TEXT, END, "[DONE]"], [], State.DONE),
        ([ROLE, TEXT, END, USAGE], [], State.USAGE),
        ([ROLE, END], [], State.FINISHED),
        ([ROLE, ROLE, TEXT, ROLE, TEXT, END, "[DONE]"], [], State.DONE),
        ([chunk({"role": "assistant", "content": "x"}, "stop"), "[DONE]"], [], State.DONE),
        ([TEXT, END, "[DONE]"], [Strange.TEXT_BEFORE_ROLE], State.DONE),
        ([END, "[DONE]"], [Strange.FINISH_BEFORE_ROLE], State.DONE),
        ([ROLE, END, TEXT], [Strange.TEXT_AFTER_FINISH], State.FINISHED),
        ([ROLE, END, END], [Strange.SECOND_FINISH], State.FINISHED),
        ([ROLE, END, ROLE], [Strange.ROLE_AFTER_FINISH], State.FINISHED),
        ([ROLE, TEXT, "[DONE]"], [Strange.DONE_BEFORE_FINISH], State.DONE),
        (["[DONE]"], [Strange.DONE_BEFORE_FINISH], State.DONE),
        ([ROLE, USAGE, END], [Strange.USAGE_BEFORE_FINISH], State.FINISHED),
        ([ROLE, END, USAGE, USAGE], [Strange.SECOND_USAGE], State.USAGE),
        ([ROLE, END, USAGE, chunk()], [Strange.CHUNK_AFTER_USAGE], State.USAGE),
        ([BARE, ROLE, END], [Strange.EMPTY_CHOICES], State.FINISHED),
        ([ROLE, END, "[DONE]", "[DONE]"], [Strange.SECOND_DONE], State.DONE),
        ([ROLE, END, "[DONE]", USAGE], [Strange.AFTER_DONE], State.DONE),
        ([ROLE, ERROR], [], State.FAILED),
        ([ERROR, "[DONE]"], [Strange.DONE_AFTER_ERROR], State.FAILED),
        ([ERROR, TEXT], [Strange.TEXT_BEFORE_ROLE, Strange.AFTER_ERROR], State.FAILED),
        ([[1]], [Strange.WRONG_TYPE, Strange.ALIEN], State.OPENING),
        ([{"a": 1}], [Strange.MISSING, Strange.ALIEN], State.OPENING),
        (["{"], [Strange.NOT_JSON, Strange.ALIEN], State.OPENING),
        ([": PROCESSING"], [Strange.NOT_JSON, Strange.ALIEN], State.OPENING),
        (["[done]"], [Strange.NEAR_SENTINEL, Strange.ALIEN], State.OPENING),
        (['"[DONE]"'], [Strange.NEAR_SENTINEL, Strange.ALIEN], State.OPENING),
        (['{"error":0,"error":1}'], [Strange.DUPLICATE_KEY], State.FAILED),
        (['{"choices":[],"x":NaN}'], [Strange.NOT_JSON, Strange.EMPTY_CHOICES], State.OPENING),
    ],
)  # fmt: skip
def test_each_deviation_is_named(payloads, odd, state) -> None:
    view = assembled(*payloads)
    assert kinds(view) == odd
    assert view.state is state


def test_two_choices_finish_the_stream_only_together() -> None:
    view = assembled(
        chunk({"role": "assistant"}), chunk({"role": "assistant"}, index=1), END, "[DONE]"
    )
    assert kinds(view) == [Strange.DONE_BEFORE_FINISH]
    assert [choice.phase for choice in view.choices] == [Phase.FINISHED, Phase.ROLE]


def test_events_of_a_type_are_listed_and_so_is_what_could_not_be_read() -> None:
    view = stream.assemble(sse.decode(b"data: {\n\nevent: ping\ndata: {}\n\n").events)
    assert [(seen.event, seen.value) for seen in view.types] == [(1, "ping")]
    assert [index for index, _ in view.unread] == [0]
    assert view.unread[0][1].problem


def test_the_keys_of_chunks_are_listed_each_with_the_event_where_it_first_came() -> None:
    view = assembled(chunk(), chunk(extra=1), chunk(extra=2))
    assert [(seen.value, seen.event) for seen in view.keys] == [
        *((name, 0) for name in ("id", "object", "created", "model", "choices")),
        ("extra", 1),
    ]


def test_a_flood_of_keys_is_bounded() -> None:
    chunks = [{f"key-{part}-{number}": 1 for number in range(90)} for part in range(12)]
    assert len(assembled(*chunks).keys) == MOST_KEPT
    (choice,) = assembled(*(chunk(delta) for delta in chunks)).choices
    assert len(choice.keys) == MOST_KEPT
    assert len(assembled({f"key-{number}": 1 for number in range(5000)}).keys) < MOST_KEPT


def test_of_a_long_text_only_the_beginning_is_kept() -> None:
    for oddity in assembled("x" * 5000, ROLE, TEXT, END, "[DONE]", "y" * 5000).oddities:
        assert oddity.value in ("x" * stream.LONGEST_SHOWN, "y" * stream.LONGEST_SHOWN)


@pytest.mark.parametrize(
    ("choice", "pointer", "value"),
    [
        (5, "/choices/0", 5),
        ({"index": "0", "delta": {}}, "/choices/0/index", "0"),
        ({"index": None, "delta": {}}, "/choices/0/index", None),
        ({"index": True, "delta": {}}, "/choices/0/index", True),
        ({"delta": {}}, "/choices/0/index", ABSENT),
        ({"index": 0}, "/choices/0/delta", ABSENT),
        ({"index": 0, "delta": [1]}, "/choices/0/delta", [1]),
        ({"index": 0, "delta": {"content": 7}}, "/choices/0/delta/content", 7),
        ({"index": 0, "delta": {"role": ""}}, "/choices/0/delta/role", ""),
        ({"index": 0, "delta": {}, "finish_reason": ""}, "/choices/0/finish_reason", ""),
        ({"index": 0, "delta": {}, "logprobs": []}, "/choices/0/logprobs", []),
        ({"index": 0, "delta": {}, "message": {}}, "/choices/0/message", {}),
        ({"index": 0, "delta": {"tool_calls": {}}}, "/choices/0/delta/tool_calls", {}),
        ({"index": 0, "delta": {"refusal": 1}}, "/choices/0/delta/refusal", 1),
        ({"index": 0, "delta": {}, "logprobs": {"content": 1}}, "/choices/0/logprobs/content", 1),
    ],
)
def test_a_choice_of_the_wrong_shape_is_noted_at_its_place(choice, pointer, value) -> None:
    (oddity,) = assembled(chunk(choices=[choice])).oddities
    assert (oddity.event, oddity.pointer, oddity.value) == (0, pointer, value)
    strange = Strange.MISSING if value is ABSENT else Strange.WRONG_TYPE
    assert oddity.kind is (Strange.MESSAGE_IN_CHUNK if "/message" in pointer else strange)


def test_an_error_event_is_an_error_whatever_its_payload() -> None:
    view = stream.assemble(sse.decode(b"event: error\ndata: oops\n\n").events)
    assert view.state is State.FAILED
    assert view.error is not None
    assert (view.error.kind, view.error.text, view.error.event) == (Envelope.TEXT, "oops", 0)


def test_tool_calls_are_put_together_by_index() -> None:
    def call(**fragment):
        return chunk({"tool_calls": [fragment]})

    view = assembled(
        ROLE,
        call(index=0, id="a", function={"name": "f", "arguments": '{"x"'}),
        call(index=1, id="b", function={"name": "g", "arguments": "{}"}),
        call(index=0, function={"arguments": ":1}"}),
        chunk(finish="tool_calls"),
    )
    choice = view.choice()
    assert choice is not None
    assert [(c.ids, c.names, c.arguments) for c in choice.tool_calls] == [
        (("a",), ("f",), '{"x":1}'),
        (("b",), ("g",), "{}"),
    ]
    assert view.oddities == ()


@pytest.mark.parametrize(
    ("fragment", "pointer", "kind"),
    [
        (1, "", Strange.WRONG_TYPE),
        ({}, "/index", Strange.MISSING),
        ({"index": "0"}, "/index", Strange.WRONG_TYPE),
        ({"index": 0, "function": []}, "/function", Strange.WRONG_TYPE),
        ({"index": 0, "function": {"arguments": {}}}, "/function/arguments", Strange.WRONG_TYPE),
    ],
)
def test_a_fragment_of_a_tool_call_of_the_wrong_shape_is_noted(fragment, pointer, kind) -> None:
    view = assembled(ROLE, chunk({"tool_calls": [fragment, {"index": 1, "id": "next"}]}))
    (oddity,) = view.oddities
    assert (oddity.pointer, oddity.kind) == (f"/choices/0/delta/tool_calls/0{pointer}", kind)
    assert view.choices[0].tool_calls[-1].ids == ("next",)


def test_a_tool_call_is_indexed_when_every_fragment_of_it_is() -> None:
    view = assembled(
        ROLE,
        chunk({"tool_calls": [{"index": 0}, {}, {"index": 2}]}),
        chunk({"tool_calls": [{"index": 0}, {"index": 1}, {"index": 2}]}),
    )
    calls = view.choices[0].tool_calls
    assert [(call.index, call.indexed) for call in calls] == [(0, True), (1, False), (2, True)]


def test_of_several_roles_and_ends_a_choice_has_the_first() -> None:
    view = assembled(ROLE, chunk({"role": "user"}, "stop"), chunk(finish="length"))
    assert (view.choices[0].role, view.choices[0].finish) == ("assistant", "stop")


def test_a_choice_knows_its_first_event_and_its_last() -> None:
    other = chunk({"role": "assistant"}, index=1)
    view = assembled(ROLE, other, TEXT, chunk({"content": "y"}, index=1), END)
    assert [(choice.first, choice.last) for choice in view.choices] == [(0, 4), (1, 3)]


def test_refusals_and_logprobs_are_collected() -> None:
    entries = [{"token": "a"}, {"token": "b"}]
    first = chunk({"refusal": "I "})
    first["choices"][0]["logprobs"] = {"content": entries}
    choice = assembled(ROLE, first, chunk({"refusal": "can't"}), END).choice()
    assert choice is not None
    assert choice.refusal == "I can't"
    assert [(seen.event, seen.value) for seen in choice.logprobs] == [(1, e) for e in entries]
    assert [seen.value for seen in choice.keys] == ["role", "refusal"]


def test_a_surrogate_pair_cut_over_two_chunks_is_joined_and_noted() -> None:
    head = json.dumps(chunk({"content": "😀"})).replace("\\ude00", "")
    tail = json.dumps(chunk({"content": "😀"})).replace("\\ud83d", "")
    view = assembled(ROLE, head, tail, head, END)
    choice = view.choice()
    assert choice is not None
    assert choice.text == "😀\ufffd"
    assert kinds(view) == [Strange.LONE_SURROGATE] * 3


def test_integers_floats_and_booleans_are_different_values() -> None:
    view = assembled(*(chunk(created=created) for created in (1, 1.0, True, 1)))
    assert [seen.event for seen in distinct(view.created)] == [0, 1, 2]


@settings(max_examples=150, deadline=None)
@given(st.lists(answers.almost_chunks() | answers.VALUES | st.text(max_size=5), max_size=6))
def test_whatever_a_stranger_sends_is_recorded_and_nothing_raises(payloads) -> None:
    view = stream.assemble(sse.decode(answers.sse(payloads)).events)
    assert all(0 <= oddity.event < view.event_count for oddity in view.oddities)
    for choice in view.choices:
        choice.text.encode()
        assert choice.first <= choice.last
    distinct(view.ids)
