"""Evidence file: the edge between evidence and the disk. Knows nothing of what the lines say."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import NoReturn

from conformance.errors import EvidenceError
from conformance.evidence import Encoder, Evidence, Header, LetGo, decode
from conformance.exchange import Exchange

FILE_NAME = "evidence.ndjson"
"""Name within an evidence folder."""

MAX_LINE = 64 * 1024 * 1024
"""No exchange under the cap makes a longer line, however its bytes are escaped."""


def evidence_path(path: Path) -> Path:
    """Return the file meant by a path: itself, or the usual name within a folder."""
    return path if path.suffix == ".ndjson" else path / FILE_NAME


def read_evidence(path: Path, let_go: LetGo | None = None) -> Evidence:
    """Read a file or folder back; EvidenceError says in one sentence what is wrong and where.

    With `let_go`, exchanges are handed to it one by one and not kept.
    """
    file = evidence_path(path)
    try:
        with file.open("rb") as stream:
            return decode(_lines(stream.readline), let_go)
    except OSError as error:
        raise EvidenceError(
            f"evidence cannot be read: {_reason(error)}",
            where=file.name,
            hint="give the folder that a run wrote with --evidence",
        ) from None


def digest_of(path: Path) -> str:
    """Return the SHA-256 of an evidence file in hex; raises EvidenceError when it is not there."""
    file = evidence_path(path)
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise EvidenceError(f"evidence cannot be read: {_reason(error)}", where=file.name) from None


def _lines(readline: Callable[[int], bytes]) -> Iterable[bytes]:
    number = 0
    while line := readline(MAX_LINE):
        number += 1
        if len(line) == MAX_LINE and not line.endswith(b"\n"):
            raise EvidenceError("it is too long", where=f"evidence line {number}")
        yield line


class EvidenceWriter:
    """Appends to one file, a whole line at a time. One writer a file; never two."""

    def __init__(self, path: Path, header: Header | None = None, *, sync: bool = False) -> None:
        """Begin a file, or go on with one when there is no header.

        `sync` waits for the disk after each line. Raises EvidenceError when the file exists
        already, cannot be written, or (going on) cannot be read or is finished.
        """
        self._file = evidence_path(path)
        self._descriptor = -1
        self._failed: EvidenceError | None = None
        self._sync = sync
        if header is None:
            self.resumed: Evidence | None = self._resume()
        else:
            self.resumed = None
            self._encoder = Encoder()
            self._open(os.O_CREAT | os.O_EXCL)
            self._append(self._encoder.header(header))

    def _resume(self) -> Evidence:
        evidence = read_evidence(self._file)
        if evidence.finished:
            raise EvidenceError(
                "the run is finished, there is nothing to resume",
                where=self._file.name,
                hint="judge it with `gonogo replay`",
            )
        self._encoder = Encoder(evidence.last_sum, len(evidence.exchanges))
        self._open(0)
        try:
            os.ftruncate(self._descriptor, evidence.length)
            os.lseek(self._descriptor, 0, os.SEEK_END)
        except OSError as error:
            self._fail(error)
        return evidence

    def exchange(self, exchange: Exchange) -> None:
        """Append an exchange."""
        self._append(self._encoder.exchange(exchange))

    def transcript(self, probe: str, exchanges: Iterable[str]) -> None:
        """Append that a probe came to its end with these exchanges (their ids)."""
        self._append(self._encoder.transcript(probe, exchanges))

    def finish(self) -> None:
        """Append the footer and close."""
        self._append(self._encoder.footer())
        self.close()

    def close(self) -> None:
        """Close without a footer: the run can be resumed. Closing twice is nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> EvidenceWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _open(self, flags: int) -> None:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # Answers of a gateway may be private, so that only their owner reads them.
            self._descriptor = os.open(self._file, os.O_WRONLY | _BINARY | flags, 0o600)
        except FileExistsError:
            raise EvidenceError(
                "there is evidence already",
                where=self._file.name,
                hint="go on with --resume, or name another folder",
            ) from None
        except OSError as error:
            self._fail(error)

    def _append(self, line: bytes) -> None:
        if self._failed is not None:
            # Whoever asks next is told the reason too: one of several that write is heard.
            raise self._failed
        if self._descriptor < 0:
            raise EvidenceError("the evidence was closed before", where=self._file.name)
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
            if self._sync:
                os.fsync(self._descriptor)
        except OSError as error:
            self._fail(error)

    def _fail(self, error: OSError) -> NoReturn:
        # What a full disk took of the line is a torn last line: whoever resumes cuts it off.
        self.close()
        self._failed = EvidenceError(
            f"evidence cannot be written: {_reason(error)}",
            where=self._file.name,
            hint="name a folder with free space that you may write to",
        )
        raise self._failed from None


_BINARY = getattr(os, "O_BINARY", 0)


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
