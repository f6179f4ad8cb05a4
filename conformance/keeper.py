"""Keeper: every exchange of a run, in memory and as evidence. Goes on with a run cut short."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from conformance import evidence
from conformance.errors import UsageError
from conformance.evidence_file import EvidenceWriter, digest_of, evidence_path
from conformance.exchange import Exchange
from conformance.fuzz import FUZZ


class Keeper:
    """Keeps every exchange, in memory and as evidence once the setting is known."""

    def __init__(self, folder: Path | None, *, resume: bool = False) -> None:
        """Keep evidence in a folder, or none at all; `resume` goes on with what lies there.

        Raises EvidenceError for evidence that cannot be gone on with, and UsageError for a folder
        that holds some already, before anything is sent.
        """
        self.exchanges: dict[str, Exchange] = {}
        self.resumed: evidence.Evidence | None = None
        self._folder = folder
        self._writer: EvidenceWriter | None = None
        if folder is not None and resume:
            self._writer = EvidenceWriter(folder)
            self.resumed = self._writer.resumed
            for exchange in self.recorded.values():
                if exchange.probe != FUZZ:
                    self.exchanges[exchange.id] = exchange
        elif folder is not None and evidence_path(folder).exists():
            raise UsageError(
                f"{folder.name} holds evidence of an earlier run",
                hint="go on with it by --resume, or name another folder",
            )

    @property
    def recorded(self) -> Mapping[str, Exchange]:
        """Exchanges of the run that is gone on with, by id; they are not sent again."""
        resumed = self.resumed
        return {} if resumed is None else {each.id: each for each in resumed.exchanges}

    def keep(self, exchange: Exchange) -> None:
        """Take an exchange."""
        self.exchanges[exchange.id] = exchange
        self.write(exchange)

    def write(self, exchange: Exchange) -> None:
        """Write an exchange down without keeping it in memory: there may be very many."""
        if self._writer is not None:
            self._writer.exchange(exchange)

    def begin(self, header: evidence.Header) -> None:
        """Write down what is known by now; a run that is gone on with has its header already."""
        if self._folder is not None and self._writer is None:
            self._writer = EvidenceWriter(self._folder, header)
            for exchange in self.exchanges.values():
                self._writer.exchange(exchange)

    def finish(self, *, whole: bool) -> str:
        """Close the evidence; return its SHA-256 in hex, or nothing where none is kept.

        A run that is not whole gets no footer, so that it can be gone on with.
        """
        if self._writer is None or self._folder is None:
            return ""
        if whole:
            self._writer.finish()
        else:
            self._writer.close()
        return digest_of(self._folder)

    def close(self) -> None:
        """Close the evidence as it is."""
        if self._writer is not None:
            self._writer.close()
