"""Orders and reports survive the pipe."""

import pytest

from mock_server.gemma import job as lines
from mock_server.gemma.job import End, Gone, Job, Token


def test_a_job_comes_through_whole():
    job = Job(3, [2, 4], 5, [1, 5], 0.5, 0.9, 40, 7, "pirate", {300: -100.0}, 0.5, -0.5, 2)
    assert lines.decode_order(lines.encode_job(job)) == ("job", job)


def test_an_order_comes_through_whole():
    assert lines.decode_order(lines.encode_order("cancel", 3)) == ("cancel", [3])


def test_events_come_through_whole_and_in_order():
    events = [
        Token(1, 300),
        Token(2, 5, End.STOP),
        Token(3, 301, End.LENGTH, -0.5, ((301, -0.5), (302, -1.5))),
        Gone(4),
        Gone(5, "broken"),
    ]
    assert lines.decode_report(lines.encode_events(events)) == ("events", events)


def test_a_report_is_one_line_whatever_it_says():
    line = lines.encode_report("refused", None, "two\nlines")
    assert line.count(b"\n") == 1
    assert lines.decode_report(line) == ("refused", [None, "two\nlines"])


def test_an_event_of_another_size_is_refused():
    with pytest.raises(ValueError, match="two, three or five"):
        lines.decode_report(b'{"events":[[1]]}')
