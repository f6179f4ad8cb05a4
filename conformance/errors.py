"""Errors of the suite, each one sentence and an exit code. Knows nothing of verdicts.

    KitError                    4
    ├── UsageError              2   a flag, a target file or a key that cannot be used
    │   └── EvidenceError       2   evidence that is unreadable, altered, or cannot be written
    ├── Unreachable             3   nothing answers at the target
    └── InternalError           4   a bug of ours

A broken requirement is never an error: it is a finding.
"""

from __future__ import annotations

LONGEST = 1_000
"""Characters of what happened: a hostile file must not speak for pages in an error about it."""


class KitError(Exception):
    """What happened, where, and what to do about it."""

    exit_code = 4

    def __init__(self, what: str, where: str = "", hint: str = "") -> None:
        what = what if len(what) <= LONGEST else f"{what[:LONGEST]}…"
        super().__init__(what, where, hint)
        self.what = what
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head} ({self.hint})" if self.hint else head


class UsageError(KitError):
    """The command line, the target file or the environment asks for what cannot be done."""

    exit_code = 2


class EvidenceError(UsageError):
    """Evidence on disk cannot be read, trusted or written."""


class Unreachable(KitError):
    """Nothing answers at the target."""

    exit_code = 3


class InternalError(KitError):
    """A bug of ours; worth a report."""

    exit_code = 4
