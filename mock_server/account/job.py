"""Job: what is known of one, and how it is doing at a time. Yields no wish and reads no clock."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from mock_server.quota import SECOND

QUEUED_SHARE = 4
"""A job waits for the fourth part of its time."""


class Fate(StrEnum):
    """How a job ends, if nobody cancels it."""

    COMPLETED = "completed"
    FAILED = "failed"
    STUCK = "stuck"
    """Never: it stays in the queue."""


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it is kept."""

    id: str
    modality: str
    model: str
    prompt: str
    created: int
    """Nanoseconds since the epoch."""
    takes: int
    """Nanoseconds."""
    fate: Fate
    price: int
    """Nano-USD; charged once it has completed."""
    file: str
    content_type: str
    media: str
    """Base URL of the media host."""
    tag: str = ""
    webhook_url: str | None = None
    cancelled: int | None = None
    """When, in nanoseconds; None if nobody did."""

    @property
    def due(self) -> int:
        """When it ends, in nanoseconds."""
        return self.created + self.takes

    def status(self, now: int) -> str:
        """Return the word for how it is doing."""
        if self.cancelled is not None:
            return "failed"
        if self.fate is Fate.STUCK or now < self.created + self.takes // QUEUED_SHARE:
            return "queued"
        return "processing" if now < self.due else str(self.fate)

    def ended(self, now: int) -> bool:
        """Tell whether it will not change any more."""
        return self.status(now) in ("completed", "failed")

    def shown(self, now: int, url: str | None, size: int) -> dict[str, Any]:
        """Return the job as clients see it; `url` is that of its result, of so many bytes."""
        status = self.status(now)
        done = status == "completed"
        result = {
            "file_url": url,
            "filename": self.file,
            "content_type": self.content_type,
            "bytes": size,
        }
        return {
            "id": self.id,
            "object": "job",
            "status": status,
            "modality": self.modality,
            "model": self.model,
            "progress": self._progress(now),
            "created_at": self.created // SECOND,
            "updated_at": self._updated(now) // SECOND,
            "result_url": url if done else None,
            "result": result if done else None,
            "error": self._error(status),
        }

    def record(self) -> dict[str, Any]:
        """Return the job as plain data."""
        return asdict(self)

    def _progress(self, now: int) -> int:
        if self.fate is Fate.STUCK:
            return 0
        at = self.cancelled if self.cancelled is not None else min(now, self.due)
        done = 100 * (at - self.created) // max(self.takes, 1)
        return int(done if self.status(now) == "completed" else min(99, done))

    def _updated(self, now: int) -> int:
        if self.cancelled is not None:
            return self.cancelled
        match self.status(now):
            case "queued":
                return self.created
            case "processing":
                return self.created + self.takes // QUEUED_SHARE
            case _:
                return self.due

    def _error(self, status: str) -> str | None:
        if self.cancelled is not None:
            return "Cancelled by the client; nothing was charged."
        if status == "failed":
            return "The provider failed; nothing was charged."
        return None


def job_of(record: dict[str, Any]) -> Job:
    """Return a job from plain data."""
    return Job(**{**record, "fate": Fate(record["fate"])})
