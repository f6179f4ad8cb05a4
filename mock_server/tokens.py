"""Tokens: the one edge to the library `tokenizers`: text to ids and back, and what a prompt costs.

Knows the Gemma chat template, but no model, no request and no window.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SHIPPED = Path(__file__).parent / "gemma" / "small" / "tokenizer.json"
ROLES: Mapping[str, str] = {"user": "user", "assistant": "model"}
NEEDED = ("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>")
LONGEST_REMEMBERED = 8192
REMEMBERED = 2048
LONGEST_WORD = 64
WORDS_REMEMBERED = 16_384
BYTE = re.compile(r"<0x([0-9A-Fa-f]{2})>")
SPACE = "▁"
SPACES = {"type": "Replace", "pattern": {"String": " "}, "content": SPACE}
"""What Gemma's tokenizer does to a text before all else: as many characters, no other changes."""
PARTS = r"▁?\p{L}[\p{L}\p{M}]*|\p{N}|\n|▁+(?![\p{L}])|▁?[^\p{L}\p{M}\p{N}\n▁]+|▁|\p{M}+"
"""How the shipped tokenizer cuts a text before it looks for entries: never after a space."""

_WORD = re.compile(r" *[^ ]+| +")


class TokenizerError(ValueError):
    """A `tokenizer.json` that cannot be used, and why, in one sentence."""


class DecodeStream:
    """Text of ids that come one by one; it never gives out a part of a character.

    Bytes that are no UTF-8 are left out: U+FFFD appears only where the model wrote that character.
    """

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")

    def feed(self, token: int) -> str:
        """Text that is complete with this id; empty while a character is unfinished.

        An id beyond the tokenizer, which a model may well choose, has no text.
        """
        return self._decoder.decode(self._pieces[token]) if token < len(self._pieces) else ""

    def flush(self) -> str:
        """The rest at the end; a character that was never finished is left out."""
        return self._decoder.decode(b"", final=True)


class Tokens:
    """A Gemma tokenizer: the shipped one of 2,048 entries, or a user's own `tokenizer.json`."""

    def __init__(
        self, tokenizer: Tokenizer, special: Mapping[str, int], enough: int | None = None
    ) -> None:
        """No prompt holds more than `enough` tokens: what is surely more is counted no further."""
        vocabulary = tokenizer.get_vocab(with_added_tokens=True)
        self._tokenizer = tokenizer
        self.special: Mapping[str, int] = special
        """Ids of the control tokens by their text."""
        self.vocabulary_size = max(vocabulary.values()) + 1
        self.bos, self.eos = special["<bos>"], special["<eos>"]
        self.start_of_turn, self.end_of_turn = special["<start_of_turn>"], special["<end_of_turn>"]
        self.ends: frozenset[int] = frozenset({self.eos, self.end_of_turn})
        """Ids that end an answer."""
        used = {*vocabulary.values()} - {*special.values()} | {special[mark] for mark in NEEDED}
        self.highest = max(used)
        """The largest id that a prompt can hold; control tokens of no use may lie beyond it."""
        self._pieces = [b""] * self.vocabulary_size
        for piece, token in vocabulary.items():
            self._pieces[token] = b"" if piece in special else _bytes_of(piece)
        # A lookahead finds marks that overlap too; cutting after a first character breaks them all.
        marks = "|".join(re.escape(mark) for mark in sorted(special, key=len, reverse=True))
        self._mark = re.compile(f"(?=(?:{marks}))")
        self._header = {
            role: [self.start_of_turn, *self._plain(f"{word}\n")] for role, word in ROLES.items()
        }
        self._footer = [self.end_of_turn, *self._plain("\n")]
        self._opened = 1 + len(self._header["assistant"])
        self._around = {
            role: len(header) + len(self._footer) for role, header in self._header.items()
        }
        self._count = lru_cache(REMEMBERED)(self._counted)
        self._count_word = lru_cache(WORDS_REMEMBERED)(lambda word: len(self.encode(word)))
        self._by_words = False
        self._enough = enough
        self._longest = 0
        """Characters of the longest entry; 0 where a text may change before entries are sought."""

    @classmethod
    def load(cls, path: str | Path | None = None, enough: int | None = None) -> Tokens:
        """Read a `tokenizer.json`, by default the shipped one; `enough` as for the class.

        Raises TokenizerError when the file is missing, is no tokenizer, or is not Gemma's kind.
        """
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise TokenizerError(
                "the library 'tokenizers' is not installed: pip install 'gonogo[mock]'"
            ) from error
        name = Path(path).name if path else "the shipped tokenizer"
        try:
            text = (Path(path) if path else SHIPPED).read_text(encoding="utf-8")
            special = {
                token["content"]: int(token["id"])
                for token in json.loads(text)["added_tokens"]
                if token["special"] or token["content"] in NEEDED
            }
            tokenizer = Tokenizer.from_str(text)
        except OSError as error:
            raise TokenizerError(f"{name} cannot be read: {error.strerror}") from None
        except Exception as error:  # the library raises bare Exception
            reason = f"{type(error).__name__}: {error}" if isinstance(error, KeyError) else error
            raise TokenizerError(f"{name} is not a tokenizer.json: {reason}") from None
        missing = [mark for mark in NEEDED if mark not in special]
        if missing:
            raise TokenizerError(f"{name} is not a Gemma tokenizer: it lacks {', '.join(missing)}")
        tokens = cls(tokenizer, special, enough)
        tokens._by_words = _ends_at_spaces(json.loads(text))
        if json.loads(text)["normalizer"] == SPACES:
            tokens._longest = max(map(len, tokenizer.get_vocab(with_added_tokens=True)))
        return tokens

    def encode(self, text: str) -> list[int]:
        """Ids of a text, without `<bos>`; a control token spelled in the text stays plain text."""
        cuts = [found.start() + 1 for found in self._mark.finditer(text)]
        if not cuts:
            return self._plain(text)
        ids: list[int] = []
        for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
            ids += self._plain(text[start:end])
        return ids

    def count(self, text: str) -> int:
        """How many ids `encode` gives; remembered for texts of ordinary length.

        Of a text that is surely too long for any prompt, how many it has at least.
        """
        if len(text) <= LONGEST_REMEMBERED:
            return self._count(text)
        if self._enough and self._longest and len(text) // self._longest > self._enough:
            return len(text) // self._longest
        return len(self.encode(text))

    def _counted(self, text: str) -> int:
        words = _WORD.findall(text) if self._by_words else ()
        if not words or max(map(len, words)) > LONGEST_WORD:
            return len(self.encode(text))
        return sum(map(self._count_word, words))

    def prompt_ids(self, turns: Iterable[tuple[str, str]]) -> list[int]:
        """The whole prompt of folded turns (role, text), with the header of the answer to come.

        A role is `user` or `assistant`; texts are trimmed, as the template trims them.
        """
        ids = [self.bos]
        for role, text in turns:
            ids += self._header[role]
            ids += self.encode(text.strip())
            ids += self._footer
        return ids + self._header["assistant"]

    def count_prompt(self, turns: Iterable[tuple[str, str]]) -> int:
        """The length of `prompt_ids`: with the shipped tokenizer 4, and 5 + content each turn."""
        total = self._opened
        for role, text in turns:
            total += self._around[role] + self.count(text.strip())
        return total

    def token_bytes(self, token: int) -> bytes:
        """What an id stands for; empty for a control token and beyond the tokenizer."""
        return self._pieces[token] if token < len(self._pieces) else b""

    def decode_stream(self) -> DecodeStream:
        """A fresh decoder of one answer."""
        return DecodeStream(self._pieces)

    def decode(self, ids: Iterable[int]) -> str:
        """The text of a whole answer."""
        stream = self.decode_stream()
        return "".join([*map(stream.feed, ids), stream.flush()])

    def _plain(self, text: str) -> list[int]:
        if not text.isascii():
            # JSON may carry half a surrogate pair, which the library refuses with a TypeError.
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if len(text) > LONGEST_REMEMBERED:
            # Without places in the text, which nobody needs, ten times as fast.
            (found,) = self._tokenizer.encode_batch_fast([text], add_special_tokens=False)
        else:
            found = self._tokenizer.encode(text, add_special_tokens=False)
        ids: list[int] = found.ids
        return ids


def _bytes_of(piece: str) -> bytes:
    byte = BYTE.fullmatch(piece)
    return bytes([int(byte[1], 16)]) if byte else piece.replace(SPACE, " ").encode()


def _ends_at_spaces(document: Mapping[str, Any]) -> bool:
    """Tell whether no token spans the beginning of a space, so that words can be counted alone.

    That is so where no entry of the vocabulary has a space behind anything else, and nothing looks
    at the text before its entries are looked for, but to cut it in pieces.
    """
    if document["normalizer"] != SPACES:
        return False
    cutting = document["pre_tokenizer"] or {"type": "Split", "pattern": {"String": " "}}
    if cutting["type"] != "Split" or cutting["pattern"] not in ({"String": " "}, {"Regex": PARTS}):
        return False
    for added in document["added_tokens"]:
        if added["lstrip"] or added["rstrip"] or " " in added["content"]:
            return False
    entries = (
        *document["model"]["vocab"],
        *(added["content"] for added in document["added_tokens"]),
    )
    return all(SPACE not in entry.lstrip(SPACE) for entry in entries)
