"""Header values by their grammar."""

import pytest

from conformance import field
from conformance.field import Delay


@pytest.mark.parametrize(
    ("text", "essence", "parameters"),
    [
        (None, "", ()),
        ("", "", ()),
        ("json", "", ()),
        ("Application/JSON", "application/json", ()),
        ("text/event-stream;charset=UTF-8", "text/event-stream", (("charset", "UTF-8"),)),
        ('text/html ; Charset="ut\\f-8" ; a=b', "text/html", (("charset", "utf-8"), ("a", "b"))),
        ("text/html;;charset=x;", "text/html", (("charset", "x"),)),
        ("text/html; broken", "text/html", ()),
        ('text/html; a="open', "text/html", ()),
    ],
)
def test_a_media_type_is_taken_apart(text, essence, parameters) -> None:
    found = field.media_type(text)
    assert (found.essence, found.parameters) == (essence, parameters)


def test_a_charset_is_in_lower_case() -> None:
    assert field.media_type("text/html; CHARSET=UTF-8").charset == "utf-8"
    assert field.media_type("text/html").charset is None


@pytest.mark.parametrize(
    ("text", "kind", "seconds"),
    [
        (None, Delay.ABSENT, None),
        ("0", Delay.SECONDS, 0),
        (" 120 ", Delay.SECONDS, 120),
        ("1.5", Delay.OTHER, None),
        ("-1", Delay.OTHER, None),
        ("+1", Delay.OTHER, None),
        ("١", Delay.OTHER, None),
        ("5s", Delay.OTHER, None),
        ("", Delay.OTHER, None),
        ("1, 2", Delay.OTHER, None),
        ("9" * 5000, Delay.SECONDS, 10**15),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Delay.DATE, None),
    ],
)
def test_a_retry_after_is_digits_or_a_date_or_neither(text, kind, seconds) -> None:
    found = field.retry_after(text)
    assert (found.kind, found.seconds) == (kind, seconds)


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
    ],
)
def test_a_date_has_three_forms(text) -> None:
    assert field.http_date(text) == 784111777.0


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 28:49:37 GMT",
    ],
)
def test_what_is_no_date_is_none(text) -> None:
    assert field.http_date(text) is None


def test_a_leap_second_is_a_time() -> None:
    assert field.http_date("Sat, 31 Dec 2016 23:59:60 GMT") is not None


def test_a_list_is_split_at_its_commas() -> None:
    assert field.tokens(" GZip, ,br,") == ("gzip", "br")
