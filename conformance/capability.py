"""Capability: what a target can do, found out before it is judged. Knows nothing of requirements.

A chapter declares the classifier of a capability beside the probe that shows it:

    @capability("n", on=TWO_CHOICES)
    def several_choices(transcript):
        reading = transcript["two"]
        return classify(reading, len(reading.choice_indexes) == 2, "asked for 2 choices")
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.probe import Probe, Transcript
from conformance.reading import Reading
from conformance.verdict import NotDecided

EFFECTIVE = "effective"
IGNORED = "accepted and ignored"
REJECTED = "properly rejected"
ABSENT = "absent"
UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Found:
    """The class of a capability, and what showed it."""

    kind: str
    """One of the five constants of this module."""
    words: str = ""
    exchange: str = ""


Classifier = Callable[[Transcript], Found]


@dataclass(frozen=True, slots=True)
class Capability:
    """A named capability and the probe that shows it."""

    name: str
    on: Probe
    classifier: Classifier

    def classify(self, transcript: Transcript) -> Found:
        """Return the class, UNDECIDED where the conversation does not tell."""
        try:
            return self.classifier(transcript)
        except NotDecided as reason:
            return Found(UNDECIDED, reason.reason)


_declared: list[Capability] = []


def capability(name: str, *, on: Probe) -> Callable[[Classifier], Classifier]:
    """Declare the classifier of a capability."""

    def declare(classifier: Classifier) -> Classifier:
        _declared.append(Capability(name, on, classifier))
        return classifier

    return declare


def declared_capabilities() -> tuple[Capability, ...]:
    """Return every capability that the imported chapters declare."""
    return tuple(_declared)


def classify(reading: Reading, acts: bool, words: str = "") -> Found:
    """Class a feature by its answer: refused with a 4xx, effective, or accepted and ignored."""
    status = reading.status
    identity = reading.exchange.id
    if status is None or status >= 500 or status in (401, 402, 403, 408, 429):
        seen = reading.exchange.ending.value if status is None else f"status {status}"
        return Found(UNDECIDED, f"{words}: {seen}".removeprefix(": "), identity)
    if status >= 300:
        return Found(REJECTED, f"{words}: status {status}".removeprefix(": "), identity)
    return Found(EFFECTIVE if acts else IGNORED, words, identity)


_ROLES = {
    "key-without-credit": "without_credit",
    "key-over-limit": "over_limit",
    "key-small-quota": "small_quota",
    "key-failing-upstream": "failing_upstream",
    "key-saturated-upstream": "saturated_upstream",
}


def given(
    keys: frozenset[str],
    adapters: tuple[str, ...],
    window: int | None,
    *,
    claimed: bool = True,
    loopback: bool = True,
) -> dict[str, str]:
    """Return the capabilities that the user's own words decide: keys, adapters, a known window.

    A window is `claimed` when the target or its user names it, not when the contract suggests it.
    `writes` is that requests other than GET, HEAD and chat may be sent; off loopback they are not.
    """
    found = {name: EFFECTIVE if role in keys else ABSENT for name, role in _ROLES.items()}
    found["key"] = EFFECTIVE if "valid" in keys else ABSENT
    found["adapter"] = EFFECTIVE if adapters else ABSENT
    found["window"] = EFFECTIVE if window else ABSENT
    found["window-claimed"] = EFFECTIVE if window and claimed else ABSENT
    found["writes"] = EFFECTIVE if loopback else ABSENT
    return found


def reason_absent(name: str, kind: str) -> str:
    """Say why a requirement that needs a capability is not judged."""
    if name in _ROLES:
        return f"no key {_ROLES[name]!r} was given"
    if name == "key":
        return "no key was given"
    if name == "adapter":
        return "no adapter is known: claim one under [claims] adapters"
    if name in ("window", "window-claimed"):
        return "the context window is not known: claim it under [claims] context_window"
    if name == "writes":
        return "off this machine only GET, HEAD and chat are sent"
    return f"needs {name!r}, which is {kind} here"
