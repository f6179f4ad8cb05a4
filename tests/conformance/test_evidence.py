"""Evidence: what is written is read back, and what was altered is found."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import EvidenceError, InternalError
from conformance.evidence import FORMAT, Encoder, Evidence, Header, decode, lines_of
from conformance.evidence_file import EvidenceWriter, evidence_path, read_evidence
from conformance.exchange import (
    MAX_BODY,
    Arrival,
    Ending,
    Exchange,
    Manner,
    Request,
    Sending,
    Setting,
    Wire,
)

SETTING = Setting(
    model="m",
    scope="gateway",
    context_window=4096,
    adapters=("pirate",),
    prices=(80, 160),
    keys=frozenset({"valid", "small_quota"}),
    capabilities={"n": "effective"},
    loopback=False,
    seed=7,
)
HEADER = Header("http://127.0.0.1/v1", SETTING, "0.1", "1.0", "ab" * 32, 12.5, {"argv": "check"})
PLAIN = Exchange(Request("ask", "GET", "/models"), Ending.REFUSED, probe="models")
FULL = Exchange(
    request=Request(
        label="stream",
        method="POST",
        path="/chat/completions",
        headers=(("Content-Type", "application/json"),),
        body=b'{"a":"\xc3\xa9"}',
        authorization=None,
        at_root=True,
        ceiling=9,
        manner=Manner(close_after_events=3, byte_by_byte=True, pause=0.5),
        sending=Sending(chunks=(1, 4), content_length="9", expect_continue=True),
        wire=Wire.SOCKET,
        timeout=2.5,
    ),
    ending=Ending.MALFORMED,
    detail="illegal chunk header",
    probe="greeting",
    attempt=2,
    began=1700000000.25,
    status=200,
    version="HTTP/1.1",
    headers=(("X-A", "\xff"), ("x-a", "2")),
    trailers=(("X-End", "1"),),
    interim=(100, 103),
    body=b"data: \xff\x00\n\n",
    arrivals=(Arrival(0, 0.125, 0), Arrival(4, 0.25, None)),
    headers_at=0.0625,
    ended_at=0.5,
)


def encoded(*exchanges: Exchange, footer: bool = True) -> list[bytes]:
    encoder = Encoder()
    lines = [encoder.header(HEADER)]
    for exchange in exchanges:
        lines.append(encoder.exchange(exchange))
        lines.append(encoder.transcript(exchange.probe, [exchange.id]))
    return [*lines, encoder.footer()] if footer else lines


def test_everything_comes_back_as_it_was() -> None:
    evidence = decode(encoded(PLAIN, FULL))
    assert evidence.header == HEADER
    assert evidence.exchanges == (PLAIN, FULL)
    assert evidence.transcripts == {"models": (PLAIN,), "greeting": (FULL,)}
    assert evidence.ended_probes == {"models", "greeting"}
    assert (evidence.finished, evidence.torn) == (True, False)


@given(
    st.binary(max_size=60),
    st.one_of(st.none(), st.binary(max_size=20)),
    st.lists(st.tuples(st.text(max_size=5), st.text(max_size=5)), max_size=3),
    st.sampled_from(Ending),
)
def test_any_bytes_come_back(
    body: bytes, sent: bytes | None, pairs: list[tuple[str, str]], ending: Ending
) -> None:
    request = replace(FULL.request, body=sent, headers=tuple(pairs))
    arrivals = FULL.arrivals if body else ()
    exchange = replace(
        FULL, request=request, body=body, headers=tuple(pairs), ending=ending, arrivals=arrivals
    )
    assert decode(encoded(exchange)).exchanges == (exchange,)


def test_lines_are_plain_ascii_so_that_no_terminal_obeys_them() -> None:
    line = Encoder().exchange(replace(FULL, body="\x1b[2J\u202eé".encode(), arrivals=()))
    assert line.isascii()
    assert b"\x1b" not in line


@pytest.mark.parametrize("number", range(6))
def test_a_changed_byte_is_found_in_its_line(number: int) -> None:
    lines = encoded(PLAIN, FULL)
    for offset in range(0, len(lines[number]) - 1, 7):
        line = bytearray(lines[number])
        line[offset] ^= 1
        changed = [*lines[:number], bytes(line), *lines[number + 1 :]]
        with pytest.raises(EvidenceError) as caught:
            decode(changed)
        assert caught.value.where == f"evidence line {number + 1}"


def test_the_exchange_that_was_changed_is_named() -> None:
    lines = encoded(PLAIN, FULL)
    lines[3] = lines[3].replace(b'"status":200', b'"status":201')
    with pytest.raises(EvidenceError, match="greeting/stream does not match its checksum"):
        decode(lines)


@pytest.mark.parametrize("number", range(5))
def test_a_lost_line_is_found(number: int) -> None:
    lines = encoded(PLAIN, FULL)
    del lines[number]
    with pytest.raises(EvidenceError):
        decode(lines)


def test_swapped_and_repeated_lines_are_found() -> None:
    lines = encoded(PLAIN, FULL)
    for changed in (
        [lines[0], lines[3], lines[2], lines[1], *lines[4:]],
        [*lines[:2], lines[1], *lines[2:]],
        [*lines, lines[-1]],
    ):
        with pytest.raises(EvidenceError):
            decode(changed)


def test_a_file_without_a_footer_is_unfinished() -> None:
    evidence = decode(encoded(PLAIN, FULL, footer=False))
    assert not evidence.finished
    assert len(evidence.exchanges) == 2


@given(st.integers(min_value=0))
def test_a_file_cut_anywhere_is_read_up_to_the_last_whole_line(cut: int) -> None:
    lines = encoded(PLAIN, FULL)
    whole = b"".join(lines)
    first = len(lines[0])
    cut = first + cut % (len(whole) - first)
    evidence = decode(lines_of([whole[:cut]]))
    assert evidence.torn == (whole[cut - 1 : cut] != b"\n")
    assert whole[: evidence.length].endswith(b"\n")
    assert not evidence.finished


@pytest.mark.parametrize("version", [FORMAT + 1, 99, "2", None])
def test_a_newer_format_is_refused_in_one_sentence(version: object) -> None:
    line = json.dumps({"sum": "0" * 64, "kind": "header", "format": version}, separators=(",", ":"))
    with pytest.raises(EvidenceError, match="newer gonogo"):
        decode([line.encode() + b"\n"])


@pytest.mark.parametrize(
    "line",
    [
        b"\n",
        b"{}\n",
        b"not json\n",
        b"\xff\n",
        b'{"sum":"' + b"0" * 64 + b'",[]}\n',
        b'{"sum":"' + b"0" * 64 + b'",' + b"[" * 100000 + b"\n",
        b'{"sum":"' + b"0" * 64 + b'","a":' + b"9" * 10000 + b"}\n",
    ],
)
def test_what_is_no_evidence_is_refused(line: bytes) -> None:
    with pytest.raises(EvidenceError, match="line 1"):
        decode([line])


@pytest.mark.parametrize(
    "record",
    [
        {"kind": "exchange"},
        {"kind": "exchange", "probe": 1, "request": {}},
        {"kind": "header"},
        {"kind": "footer", "exchanges": 3},
        {"kind": "footer"},
        {"kind": "weather"},
        {},
    ],
)
def test_a_record_that_cannot_be_one_is_refused_though_its_sum_is_right(
    record: dict[str, object],
) -> None:
    encoder = Encoder()
    lines = [encoder.header(HEADER), encoder._line(record)]
    with pytest.raises(EvidenceError, match="line 2"):
        decode(lines)


def test_nothing_at_all_is_refused() -> None:
    with pytest.raises(EvidenceError, match="empty"):
        decode([])


def test_a_body_over_the_cap_is_our_own_error() -> None:
    with pytest.raises(InternalError):
        Encoder().exchange(replace(PLAIN, body=bytes(MAX_BODY + 1)))


def test_a_run_is_written_and_read_from_a_folder(tmp_path: Path) -> None:
    with EvidenceWriter(tmp_path / "new" / "run", HEADER, sync=True) as writer:
        writer.exchange(FULL)
        assert read_evidence(tmp_path / "new" / "run").exchanges == (FULL,)
        writer.transcript("greeting", [FULL.id])
        writer.finish()
    evidence = read_evidence(tmp_path / "new" / "run" / "evidence.ndjson")
    assert (evidence.finished, evidence.exchanges) == (True, (FULL,))
    assert evidence_path(tmp_path / "new" / "run").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("torn", [b"", b'{"sum":"12', b'{"sum'])
def test_a_run_that_was_cut_off_goes_on_where_it_stopped(tmp_path: Path, torn: bytes) -> None:
    with EvidenceWriter(tmp_path, HEADER) as writer:
        writer.exchange(PLAIN)
    with evidence_path(tmp_path).open("ab") as stream:
        stream.write(torn)
    with EvidenceWriter(tmp_path) as writer:
        assert writer.resumed is not None
        assert writer.resumed.exchanges == (PLAIN,)
        assert writer.resumed.torn == bool(torn)
        writer.exchange(FULL)
        writer.finish()
    again: Evidence = read_evidence(tmp_path)
    assert (again.finished, again.exchanges) == (True, (PLAIN, FULL))
    with pytest.raises(EvidenceError, match="nothing to resume"):
        EvidenceWriter(tmp_path)


def test_evidence_is_never_written_over(tmp_path: Path) -> None:
    EvidenceWriter(tmp_path, HEADER).close()
    with pytest.raises(EvidenceError, match="evidence already"):
        EvidenceWriter(tmp_path, HEADER)


def test_a_missing_folder_is_one_sentence_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(
        EvidenceError, match=r"^evidence\.ndjson: evidence cannot be read"
    ) as caught:
        read_evidence(tmp_path / "absent")
    assert str(tmp_path) not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(EvidenceError, match="cannot be written"):
        EvidenceWriter(tmp_path / "file" / "folder", HEADER)


def test_a_full_disk_is_one_sentence_and_the_rest_can_be_resumed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = EvidenceWriter(tmp_path, HEADER)
    writer.exchange(PLAIN)
    write, room = os.write, [40]

    def full(descriptor: int, data: memoryview) -> int:
        if room[0] == 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = write(descriptor, data[: room[0]])
        room[0] -= taken
        return taken

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(EvidenceError, match="no space left"):
            writer.exchange(FULL)
    with pytest.raises(EvidenceError, match="no space left"):
        writer.exchange(FULL)
    evidence = read_evidence(tmp_path)
    assert (evidence.exchanges, evidence.torn) == ((PLAIN,), True)
