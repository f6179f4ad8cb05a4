"""Evidence: what a run saw, as chained lines of JSON. Knows no files and no keys.

    {"sum": …, "kind": "header",     "format": 1, "kit": …, "contract": …, "target": …, …}
    {"sum": …, "kind": "exchange",   "probe": …, "request": {…}, "ending": …, "body": …, …}
    {"sum": …, "kind": "transcript", "probe": …, "exchanges": […]}        a probe came to its end
    {"sum": …, "kind": "footer",     "exchanges": 12}

Each sum is the SHA-256 of the sum before it and of its own line without the sum, so that a line
changed, lost or moved is found. It proves that nothing was altered by accident or edited by hand,
not who wrote it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.errors import EvidenceError
from conformance.evidence_records import (
    exchange_from_record,
    record_of_exchange,
    record_of_setting,
    setting_from_record,
)
from conformance.exchange import Exchange, Setting

FORMAT = 1
"""Version of the format; a reader refuses what is newer than itself."""

FIRST_SUM = "0" * 64
_NO_DATE = 250_000_000_000.0
"""Unix seconds of a year that no calendar of ours has."""
_PREFIX = '{"sum":"'
_HEAD = len(_PREFIX) + 64 + 2


@dataclass(frozen=True, slots=True)
class Header:
    """What every exchange of the file has in common."""

    target: str
    """Base URL without user, password and query."""
    setting: Setting = field(default_factory=Setting)
    kit_version: str = ""
    contract_version: str = ""
    contract_digest: str = ""
    """SHA-256 of the contract's text, in hex."""
    began: float = 0.0
    """Unix seconds."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """Whatever else the run wants to remember of itself."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was read back."""

    header: Header
    exchanges: tuple[Exchange, ...]
    """In the order in which they ended."""
    ended_probes: frozenset[str]
    """Probes whose transcript is whole; the others were cut off with the run."""
    finished: bool
    """Whether the footer is there."""
    torn: bool = False
    """Whether the last line was cut while it was written; it is left out."""
    last_sum: str = FIRST_SUM
    length: int = 0
    """Bytes of the lines that count: where a resumed run goes on writing."""

    @property
    def transcripts(self) -> Mapping[str, tuple[Exchange, ...]]:
        """Exchanges by probe, in order."""
        grouped: dict[str, list[Exchange]] = {}
        for exchange in self.exchanges:
            grouped.setdefault(exchange.probe, []).append(exchange)
        return {probe: tuple(exchanges) for probe, exchanges in grouped.items()}


class Encoder:
    """Makes lines, each chained to the one before."""

    def __init__(self, last_sum: str = FIRST_SUM, exchanges: int = 0) -> None:
        self._sum = last_sum
        self._exchanges = exchanges

    def header(self, header: Header) -> bytes:
        """Return the first line."""
        return self._line(
            {
                "kind": "header",
                "format": FORMAT,
                "kit": header.kit_version,
                "contract": header.contract_version,
                "contract_digest": header.contract_digest,
                "target": header.target,
                "began": header.began,
                "setting": record_of_setting(header.setting),
                "notes": dict(header.notes),
            }
        )

    def exchange(self, exchange: Exchange) -> bytes:
        """Return the line of an exchange, whose secrets have been replaced already."""
        self._exchanges += 1
        return self._line({"kind": "exchange", **record_of_exchange(exchange)})

    def transcript(self, probe: str, exchanges: Iterable[str]) -> bytes:
        """Return the line that says that a probe came to its end."""
        return self._line({"kind": "transcript", "probe": probe, "exchanges": list(exchanges)})

    def footer(self) -> bytes:
        """Return the last line."""
        return self._line({"kind": "footer", "exchanges": self._exchanges})

    def _line(self, record: Mapping[str, Any]) -> bytes:
        return self.seal(json.dumps(record, separators=(",", ":"), allow_nan=False))

    def seal(self, text: str) -> bytes:
        """Return the line of a JSON object with members, chained to the line before."""
        self._sum = _chain(self._sum, text)
        return f'{_PREFIX}{self._sum}",{text[1:]}\n'.encode()


def _chain(last_sum: str, text: str) -> str:
    return hashlib.sha256(last_sum.encode() + text.encode()).hexdigest()


LetGo = Callable[[Header, Exchange], None]
"""What is done with an exchange of a file with that header, as soon as it is read."""


def decode(lines: Iterable[bytes], let_go: LetGo | None = None) -> Evidence:
    """Read lines back, each with its line end; EvidenceError says which line is wrong.

    A last line without its end was torn by a crash and is left out. A file without a footer is
    whole as far as it goes, and not `finished`. With `let_go`, exchanges are handed to it one by
    one and not kept: a long run is larger than what a reader needs of it.
    """
    reader = _Decoder(let_go)
    for number, line in enumerate(lines, 1):
        reader.take(number, line)
    return reader.result()


def known_newer(version: object) -> EvidenceError:
    """Return the error for a format that this kit does not know."""
    return EvidenceError(
        f"the evidence has format {version!r} and this kit reads up to {FORMAT}",
        hint="judge it with a newer gonogo",
    )


class _Decoder:
    def __init__(self, let_go: LetGo | None) -> None:
        self._header: Header | None = None
        self._exchanges: list[Exchange] = []
        self._let_go = let_go
        self._count = 0
        self._ended: set[str] = set()
        self._sum = FIRST_SUM
        self._length = 0
        self._finished = self._torn = False

    def take(self, number: int, line: bytes) -> None:
        where = f"evidence line {number}"
        if self._torn:
            raise EvidenceError("it has no line end", where=f"evidence line {number - 1}")
        if not line.endswith(b"\n"):
            self._torn = True
            return
        if self._finished:
            raise EvidenceError("it stands behind the footer", where=where, hint=_ALTERED)
        record, own_sum = self._open(where, line)
        try:
            self._file(record, where)
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            reason = f"its {record.get('kind')} record is wrong: {type(error).__name__}"
            raise EvidenceError(reason, where=where, hint=_ALTERED) from None
        self._sum = own_sum
        self._length += len(line)

    def _open(self, where: str, line: bytes) -> tuple[dict[str, Any], str]:
        try:
            text = line[:-1].decode()
            own_sum, payload = text[len(_PREFIX) : _HEAD - 2], "{" + text[_HEAD:]
            if not text.startswith(_PREFIX) or text[_HEAD - 2 : _HEAD] != '",':
                raise ValueError
            record = json.loads(payload)
        except (ValueError, RecursionError):
            reason = "it is not a line of evidence"
            raise EvidenceError(reason, where=where, hint=_ALTERED) from None
        version = record.get("format", FORMAT)
        # Before the sum: a newer format may chain in another way.
        if record.get("kind") == "header" and (not isinstance(version, int) or version > FORMAT):
            raise known_newer(version)
        if _chain(self._sum, payload) != own_sum:
            what = _name_of(record)
            reason = f"{what} does not match its checksum, or a line before it is missing"
            raise EvidenceError(reason, where=where, hint=_ALTERED)
        return record, own_sum

    def _file(self, record: Mapping[str, Any], where: str) -> None:
        kind = record["kind"]
        if (self._header is None) != (kind == "header"):
            reason = "evidence begins with one header and has no other"
            raise EvidenceError(reason, where=where, hint=_ALTERED)
        match kind:
            case "header":
                self._header = _header(record)
            case "exchange":
                self._count += 1
                exchange = exchange_from_record(record)
                if self._let_go is None or self._header is None:
                    self._exchanges.append(exchange)
                else:
                    self._let_go(self._header, exchange)
            case "transcript":
                self._ended.add(str(record["probe"]))
            case "footer":
                if record["exchanges"] != self._count:
                    reason = f"the footer counts {record['exchanges']} exchanges"
                    raise EvidenceError(reason, where=where, hint=_ALTERED)
                self._finished = True
            case _:
                raise EvidenceError(f"unknown kind of record {kind!r}", where=where)

    def result(self) -> Evidence:
        if self._header is None:
            raise EvidenceError("the evidence is empty", hint="nothing was recorded yet")
        return Evidence(
            header=self._header,
            exchanges=tuple(self._exchanges),
            ended_probes=frozenset(self._ended),
            finished=self._finished,
            torn=self._torn,
            last_sum=self._sum,
            length=self._length,
        )


_ALTERED = "the file was altered or damaged after it was written; record it again"


def _name_of(record: Mapping[str, Any]) -> str:
    request = record.get("request")
    if record.get("kind") == "exchange" and isinstance(request, dict):
        return f"the exchange {record.get('probe')}/{request.get('label')}"
    return f"the {record.get('kind', 'record')}"


def _header(record: Mapping[str, Any]) -> Header:
    return Header(
        target=str(record["target"]),
        setting=setting_from_record(record["setting"]),
        kit_version=str(record["kit"]),
        contract_version=str(record["contract"]),
        contract_digest=str(record["contract_digest"]),
        began=_moment(record["began"]),
        notes={str(key): str(value) for key, value in record["notes"].items()},
    )


def _moment(value: Any) -> float:
    if not 0 <= (seconds := float(value)) < _NO_DATE:
        raise ValueError("not a moment")
    return seconds


def lines_of(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Cut a run of bytes into lines that keep their line ends."""
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest
