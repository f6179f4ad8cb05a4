"""The window: what fits is answered, what does not is refused before anything is made."""

from dataclasses import replace
from json import dumps as dump

import pytest

from conformance.exchange import Exchange, Setting
from conformance.probes.context import Size
from conformance.verdict import Inconclusive, NotApplicable
from tests.conformance.answers import completion, exchange
from tests.conformance.chapters.judging import labelled, opinion

SETTING = Setting(model="m", context_window=4096, scope="gateway")
FULL = (
    b'{"error":{"message":"This model\'s maximum context length is 4096 tokens. You sent 5000.",'
    b'"type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}'
)


def answered(label: str, prompt: int = 10) -> Exchange:
    usage = {"prompt_tokens": prompt, "completion_tokens": 2, "total_tokens": prompt + 2}
    return labelled(exchange(dump(completion(usage=usage)).encode()), label)


def refused(label: str, status: int = 400, body: bytes = FULL) -> Exchange:
    return labelled(exchange(body, status=status), label)


def test_an_overflow_that_is_answered_was_cut_in_silence() -> None:
    findings, _ = opinion("context.overflow-refused", [answered("overflow", 4000)], SETTING)
    assert findings


@pytest.mark.parametrize(("prompt", "cut"), [(4090, True), (4600, False)])
def test_an_overflow_counts_as_read_where_its_own_measure_is_told(prompt: int, cut: bool) -> None:
    """Elsewhere the window may be larger than it is called; a count of its size shows a cut."""

    def sized(label: str, words: int, prompt: int) -> Exchange:
        told = answered(label, prompt)
        return replace(told, request=replace(told.request, body=b"{" + b" a" * words + b"}"))

    given = [sized("first", 200, 220), sized("half", 2000, 2020), sized("overflow", 4600, prompt)]
    findings, _ = opinion("context.overflow-refused", given, replace(SETTING, scope="any"))
    assert bool(findings) is cut


@pytest.mark.parametrize("failures", [0, 2, 5])
def test_a_few_server_errors_among_ten_refusals_are_chance(failures: int) -> None:
    again = [refused(f"again-{place}", 500 if place < failures else 400) for place in range(10)]
    given = [refused("overflow"), *again]
    assert bool(opinion("context.overflow-stable", given, SETTING)[0]) is (failures > 2)


@pytest.mark.parametrize("status", [400, 413, 422])
def test_an_overflow_may_be_refused_with_any_4xx(status: int) -> None:
    given = [refused("overflow", status)]
    assert not opinion("context.overflow-refused", given, SETTING)[0]
    assert not opinion("context.overflow-4xx", given, SETTING)[0]
    assert bool(opinion("context.overflow-400", given, SETTING)[0]) is (status != 400)


def test_an_overflow_that_breaks_the_server_is_no_refusal_of_the_client() -> None:
    assert opinion("context.overflow-4xx", [refused("overflow", 500)], SETTING)[0]


def test_an_overflow_that_was_never_sent_is_not_judged() -> None:
    _, undecided = opinion("context.overflow-refused", [], SETTING)
    assert isinstance(undecided, Inconclusive)


def test_a_window_with_no_refusal_has_no_words_to_judge() -> None:
    _, undecided = opinion("context.overflow-words", [answered("overflow")], SETTING)
    assert isinstance(undecided, NotApplicable)


def test_clients_find_the_words_that_they_look_for() -> None:
    assert not opinion("context.overflow-words", [refused("overflow")], SETTING)[0]
    other = FULL.replace(b"maximum context length", b"room")
    assert opinion("context.overflow-words", [refused("overflow", body=other)], SETTING)[0]


def test_the_window_that_a_refusal_names_is_the_window() -> None:
    assert not opinion("context.overflow-limit", [refused("overflow")], SETTING)[0]
    other = FULL.replace(b"4096", b"3")
    assert opinion("context.overflow-limit", [refused("overflow", body=other)], SETTING)[0]


def test_what_fits_just_inside_is_answered() -> None:
    assert not opinion("context.fits", [answered("inside", 4000)], SETTING)[0]
    assert opinion("context.fits", [refused("inside")], SETTING)[0]
    assert isinstance(opinion("context.fits", [refused("inside", 429)], SETTING)[1], Inconclusive)


def test_what_is_just_over_is_refused() -> None:
    assert not opinion("context.window-true", [refused("outside")], SETTING)[0]
    assert opinion("context.window-true", [answered("outside", 4090)], SETTING)[0]


@pytest.mark.parametrize("tokens", [0, 1, 24])
def test_a_count_that_hardly_grows_makes_no_prompt_of_megabytes(tokens: int) -> None:
    size = Size()
    size.learn(200, tokens)
    size.refine((200, tokens), (2000, tokens + 1))
    assert size.words(4 * 4096) <= 16 * 4096
