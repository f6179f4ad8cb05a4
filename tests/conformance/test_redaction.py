"""Secrets: every shape a server may give a key back in, and what must be left alone."""

from __future__ import annotations

import base64
import codecs
import gzip
import html
import itertools
import json
import pickle
import zlib
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.errors import InternalError, UsageError
from conformance.redaction import PLACEHOLDER, Secrets, placeholder
from conformance.redaction_patterns import WORK, Pattern

PLAIN = "sk-aig-9fK2pQ7xW3"
ODD = 'k3y+with/odd="chars"&é%'
KEYS = (PLAIN, ODD)

SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda k: k.encode(),
    "upper": lambda k: k.upper().encode(),
    "lower": lambda k: k.lower().encode(),
    "swapped": lambda k: k.swapcase().encode(),
    "reversed": lambda k: k[::-1].encode(),
    "longer": lambda k: (k + "x").encode(),
    "shorter": lambda k: k[:-1].encode(),
    "beheaded": lambda k: k[1:].encode(),
    "two thirds": lambda k: k[: -(-2 * len(k) // 3)].encode(),
    "the last two thirds": lambda k: k[len(k) // 3 :].encode(),
    "twelve in the middle": lambda k: k[3:15].encode(),
    "twice": lambda k: (k + k).encode(),
    "bearer": lambda k: f"Bearer {k}".encode(),
    "json": lambda k: json.dumps({"message": f"bad key {k}"}).encode(),
    "json, raw": lambda k: json.dumps({"message": k}, ensure_ascii=False).encode(),
    "json, slashes": lambda k: json.dumps(k).replace("/", "\\/").encode(),
    "json, all escaped": lambda k: "".join(f"\\u{ord(c):04x}" for c in k).encode(),
    "percent": lambda k: quote(k, safe="").encode(),
    "percent, plus": lambda k: quote_plus(k).encode(),
    "percent, all": lambda k: "".join(f"%{b:02X}" for b in k.encode()).encode(),
    "percent, twice": lambda k: "".join(f"%25{b:02x}" for b in k.encode()).encode(),
    "hex": lambda k: k.encode().hex().encode(),
    "hex, upper": lambda k: k.encode().hex().upper().encode(),
    "hex, spaces": lambda k: k.encode().hex(" ").encode(),
    "hex, colons": lambda k: k.encode().hex(":").encode(),
    "hex, dashes": lambda k: k.encode().hex("-").encode(),
    "hex, 0x": lambda k: ", ".join(f"0x{b:02x}" for b in k.encode()).encode(),
    "hex, \\x": lambda k: "".join(f"\\x{b:02x}" for b in k.encode()).encode(),
    "octal": lambda k: "".join(f"\\{b:03o}" for b in k.encode()).encode(),
    "decimal": lambda k: json.dumps(list(k.encode())).encode(),
    "decimal, tight": lambda k: json.dumps(list(k.encode()), separators=(",", ":")).encode(),
    "html, decimal": lambda k: "".join(f"&#{b};" for b in k.encode()).encode(),
    "html, hex": lambda k: "".join(f"&#x{b:02x};" for b in k.encode()).encode(),
    "html, escaped": lambda k: html.escape(k).encode(),
    "rot13": lambda k: codecs.encode(k, "rot13").encode(),
    "utf-16": lambda k: k.encode("utf-16-le") if k.isascii() else k.encode(),
    "spaced": lambda k: " ".join(k).encode(),
    "dotted": lambda k: ".".join(k).encode(),
    "base64": lambda k: base64.b64encode(k.encode()),
    "base64 of Bearer": lambda k: base64.b64encode(f"Bearer {k}".encode()),
    "base64 of user": lambda k: base64.b64encode(f"user:{k}".encode()),
    "base64 of a header": lambda k: base64.b64encode(f"authorization: {k}\r\n".encode()),
    "base64, url-safe": lambda k: base64.urlsafe_b64encode(f"Bearer {k}".encode()),
    "base64, no padding": lambda k: base64.b64encode(k.encode()).rstrip(b"="),
    "base64 of json": lambda k: base64.b64encode(json.dumps({"key": k}).encode()),
    "base64 of longer": lambda k: base64.b64encode((k + "x").encode()),
    "base64 of shorter": lambda k: base64.b64encode(k[:-1].encode()),
    "base32": lambda k: base64.b32encode(k.encode()),
    "base32 of Bearer": lambda k: base64.b32encode(f"Bearer {k}".encode()),
    "in an event": lambda k: f'data: {{"error":{{"message":"{k}"}}}}\n\n'.encode(),
    "in a URL": lambda k: f"https://x.example/?api_key={quote(k, safe='')}&a=1".encode(),
    "in a traceback": lambda k: f"KeyError: '{k}'\n  File".encode(),
}


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_key_in_any_spelling_becomes_a_placeholder_of_its_length(spelling: str, key: str) -> None:
    planted = SPELLINGS[spelling](key)
    text = b"before <" + planted + b"> after"
    secrets = Secrets({"valid": key})
    scrubbed = secrets.scrub(text)
    assert len(scrubbed) == len(text)
    assert scrubbed.startswith(b"before <")
    assert scrubbed.endswith(b"> after")
    found = PLACEHOLDER.search(scrubbed)
    assert found is not None
    assert found[1].decode() in ("valid", "valid_longer")
    around = len(SPELLINGS[spelling](""))
    assert len(PLACEHOLDER.sub(b"", scrubbed[8:-7])) <= around + 6
    assert secrets.scrub(scrubbed) == scrubbed


def test_there_are_a_hundred_planted_shapes() -> None:
    assert len(SPELLINGS) * len(KEYS) >= 100


@pytest.mark.parametrize(
    "text",
    [
        b"sk-aig-****7xW3",
        b"sk-aig-9f...",
        b"Incorrect API key provided: sk-aig-9********W3",
        b"google/gemma-7b-it-lora",
        b"sk-aig-",
        b"",
    ],
)
def test_a_masked_form_is_no_secret(text: bytes) -> None:
    assert Secrets({"valid": PLAIN}).scrub(text) == text


@settings(max_examples=30)
@given(st.text(min_size=6, max_size=60), st.binary(max_size=50), st.binary(max_size=50))
def test_a_key_never_survives_whatever_stands_around_it(
    key: str, before: bytes, after: bytes
) -> None:
    raw = key.encode("utf-8", "ignore")
    secrets = Secrets({"valid": raw.decode()})
    text = before + raw + after
    scrubbed = secrets.scrub(text)
    assert len(scrubbed) == len(text)
    if len(raw.decode()) >= 6:
        assert raw not in scrubbed or raw in placeholder("valid", "", len(raw))


def test_of_keys_that_begin_alike_the_longest_is_named() -> None:
    secrets = Secrets({"valid": "sk-aig-mock", "small_quota": "sk-aig-mock-small-quota"})
    assert secrets.scrub(b"sk-aig-mock") == b"[K:valid~~]"
    assert secrets.scrub(b"sk-aig-mock-small-quota") == b"[K:small_quota~~~~~~~~]"


def test_a_key_with_one_character_more_is_named_so() -> None:
    found = PLACEHOLDER.fullmatch(Secrets({"valid": PLAIN}).scrub((PLAIN + "x").encode()))
    assert found is not None
    assert found[1] == b"valid_longer"


def test_a_placeholder_names_role_and_spelling_where_they_fit() -> None:
    assert placeholder("valid", "hex", 20) == b"[K:valid/hex~~~~~~~]"
    assert placeholder("valid", "hex", 10) == b"[K:valid~]"
    assert placeholder("valid", "hex", 6) == b"[K:va]"
    assert placeholder("valid", "hex", 2) == b"~~"


def test_json_around_a_key_stays_json() -> None:
    for key in KEYS:
        body = json.dumps({"error": {"message": f"no such key: {key}", "code": None}}).encode()
        assert json.loads(Secrets({"valid": key}).scrub(body))["error"]["code"] is None


def test_a_short_key_is_hidden_in_headers_only() -> None:
    secrets = Secrets({"valid": "abc"})
    assert secrets.scrub(b"abc in a text") == b"abc in a text"
    assert secrets.scrub_headers([("X-Key", "is ABC.")]) == (("X-Key", "is ~~~."),)


def test_cookies_are_always_hidden_and_their_names_stay() -> None:
    pairs = [("set-cookie", "sid=0123456789; Path=/; Secure"), ("Set-Cookie", "bare-value")]
    assert Secrets({}).scrub_headers(pairs) == (
        ("set-cookie", "sid=[C:~~~~~~]; Path=/; Secure"),
        ("Set-Cookie", "[C:~~~~~~]"),
    )


def test_header_names_and_values_are_scrubbed() -> None:
    scrubbed = Secrets({"valid": PLAIN}).scrub_headers([(f"x-{PLAIN}", PLAIN), ("Age", "1")])
    assert PLAIN not in repr(scrubbed)
    assert scrubbed[1] == ("Age", "1")


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda b: _raw_deflate(b))],
)
def test_a_compressed_body_with_a_key_is_blanked(
    coding: str, pack: Callable[[bytes], bytes]
) -> None:
    secrets = Secrets({"valid": PLAIN})
    body = pack(b"your key is " + PLAIN.encode())
    hidden = secrets.scrub_body(body, coding)
    assert len(hidden) == len(body)
    found = PLACEHOLDER.fullmatch(hidden)
    assert found is not None
    assert found[1] == b"valid"
    harmless = pack(b"nothing here")
    assert secrets.scrub_body(harmless, coding) == harmless


def _raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def test_a_bomb_is_unpacked_only_so_far() -> None:
    bomb = gzip.compress(bytes(64 * 1024 * 1024))
    assert Secrets({"valid": PLAIN}).scrub_body(bomb, "gzip") == bomb
    assert Secrets({"valid": PLAIN}).scrub_body(b"not gzip", "gzip") == b"not gzip"


def test_text_is_scrubbed_with_lone_surrogates_in_it() -> None:
    assert PLAIN not in Secrets({"valid": PLAIN}).scrub_text(f"\ud800 {PLAIN} é")


def test_secrets_do_not_print_and_cannot_be_pickled() -> None:
    secrets = Secrets({"valid": PLAIN, "over_limit": ODD})
    assert repr(secrets) == str(secrets) == "Secrets(over_limit, valid)"
    assert secrets.roles == {"valid", "over_limit"}
    with pytest.raises(InternalError):
        pickle.dumps(secrets)


def test_templates_are_filled_from_roles() -> None:
    secrets = Secrets({"valid": PLAIN})
    assert secrets.fill("Bearer {valid}") == f"Bearer {PLAIN}"
    assert secrets.fill("{valid_longer} {valid_shorter}") == f"{PLAIN}x {PLAIN[:-1]}"
    assert secrets.fill("Bearer {}") == "Bearer {}"
    for name in ("other", "other_longer", "valid_wider"):
        with pytest.raises(InternalError, match=name):
            secrets.fill(f"{{{name}}}")


@pytest.mark.parametrize(
    ("pattern", "text", "hidden"),
    [
        (r"tok_[a-z0-9]{4,8}", b"a tok_abc123 b", b"a [R:~~~~~~] b"),
        (r"\S+@\S+", b"to me@x.example now", b"to [R:~~~~~~~~] now"),
        (r"(?i)acct-\d+", b"ACCT-12345", b"[R:~~~~~~]"),
        (r"(?:foo|bar)baz", b"foobaz", b"[R:~~]"),
        (r"[]a*]{3}", b"x]a* ", b"x~~~ "),
        (r"\*\+{2}", b"*++", b"~~~"),
        (r"x*", b"axxxxa", b"a[R:]a"),
    ],
)
def test_patterns_of_the_user_are_hidden_too(pattern: str, text: bytes, hidden: bytes) -> None:
    assert Secrets({}, [pattern]).scrub(text) == hidden


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(a|aa)*b",
        r"(?=a)b",
        r"(?P<n>a)b",
        r"(a)\1",
        r"a{1,5000}",
        r"a{5,2}",
        r"a{,}",
        r"a**b",
        r"*a",
        r"[a",
        r"(a",
        r"a*a*a*b",
        r"a{99999999999999}",
    ],
)
def test_a_pattern_whose_time_has_no_bound_is_refused(pattern: str) -> None:
    with pytest.raises(UsageError, match="refused"):
        Pattern(pattern)


def test_what_a_pattern_cannot_reach_within_its_steps_is_blanked() -> None:
    pattern = Pattern("[a-z]{1,64}[0-9]{1,64}!")
    reach = WORK // (64 * 64)
    data = b" " * (reach + 10)
    assert pattern.scrub(data) == b" " * reach + b"[R:~~~~~~]"


def test_keys_that_meet_are_hidden_together() -> None:
    secrets = Secrets({"valid": "aaaaaaaa"})
    for count in itertools.chain(range(8, 30), [1000]):
        assert b"aaaa" not in secrets.scrub(b"a" * count)
