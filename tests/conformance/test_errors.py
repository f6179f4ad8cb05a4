"""Errors: one sentence, and the exit code of design section 2."""

from __future__ import annotations

import pytest

from conformance.errors import EvidenceError, InternalError, KitError, Unreachable, UsageError


@pytest.mark.parametrize(
    ("kind", "code"),
    [(UsageError, 2), (EvidenceError, 2), (Unreachable, 3), (InternalError, 4), (KitError, 4)],
)
def test_each_kind_has_its_exit_code(kind: type[KitError], code: int) -> None:
    assert kind("x").exit_code == code
    assert issubclass(kind, KitError)


def test_an_error_reads_where_what_and_what_to_do() -> None:
    assert str(UsageError("no such key", "target.toml", "did you mean url?")) == (
        "target.toml: no such key (did you mean url?)"
    )
    assert str(KitError("nothing answers")) == "nothing answers"
