"""Content codings undone."""

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import coding

BODY = b'{"a": "' + b"x" * 500 + b'"}'
RAW = zlib.compressobj(wbits=-15)
CODED = {
    "gzip": gzip.compress(BODY),
    "x-gzip": gzip.compress(BODY[:9]) + gzip.compress(BODY[9:]),
    "deflate": zlib.compress(BODY),
    "br": brotli.compress(BODY),
    "zstd": zstandard.compress(BODY),
}


@pytest.mark.parametrize("name", CODED)
def test_each_coding_is_undone(name) -> None:
    content = coding.undo(CODED[name], (name,))
    assert (content.data, content.codings, content.problem) == (BODY, (name,), "")


def test_deflate_without_its_wrapper_is_read_too() -> None:
    raw = RAW.compress(BODY) + RAW.flush()
    assert coding.undo(raw, ("deflate",)).data == BODY


def test_codings_are_undone_last_first() -> None:
    twice = brotli.compress(gzip.compress(BODY))
    assert coding.undo(twice, ("gzip", "identity", "br")).data == BODY


def test_a_plain_body_stays_as_it_is() -> None:
    assert coding.undo(BODY, ()) == coding.Content(BODY)
    assert coding.undo(BODY, ("identity",)) == coding.Content(BODY)
    assert coding.undo(b"", ("gzip",)) == coding.Content(b"")


@pytest.mark.parametrize("name", CODED)
def test_a_bomb_is_stopped_at_the_cap(name) -> None:
    bomb = b"\0" * (3 * coding.CAP)
    make = {"br": brotli.compress, "zstd": zstandard.compress, "deflate": zlib.compress}
    content = coding.undo(make.get(name, gzip.compress)(bomb), (name,))
    assert content.too_large
    assert len(content.data) == coding.CAP
    assert content.problem == f"unfolds to more than {coding.CAP} bytes"


@pytest.mark.parametrize("name", [name for name in CODED if name != "zstd"])
def test_a_body_cut_short_gives_what_there_is(name) -> None:
    content = coding.undo(CODED[name][:-6], (name,))
    assert "cut short" in content.problem


def test_many_small_members_are_not_followed_for_ever() -> None:
    assert "cut short" in coding.undo(gzip.compress(b"") * 5000, ("gzip",)).problem


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        (("gzip",), "is not gzip, although its header says so"),
        (("br",), "is not br, although its header says so"),
        (("zstd",), "is not zstd, although its header says so"),
        (("smart",), "has the unknown content coding 'smart'"),
        (("gzip",) * 4, "has 4 content codings"),
    ],
)
def test_what_cannot_be_undone_says_why(names, problem) -> None:
    assert coding.undo(b"{}", names).problem == problem


def test_a_missing_library_names_its_install_command(monkeypatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(coding.importlib, "import_module", missing)
    assert coding.undo(b"x", ("br",)).problem == "is coded br, which needs `pip install brotli`"


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(CODED)), st.binary(max_size=40), st.integers(0, 60))
def test_no_bytes_make_it_raise(name, data, cut) -> None:
    assert coding.undo(data, (name,)).codings in ((name,), ())
    assert isinstance(coding.undo(CODED[name][:cut] + data, (name,)).problem, str)
