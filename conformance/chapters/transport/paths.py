"""Paths nobody serves, methods a path does not have, and what stands at the root."""

from __future__ import annotations

from collections.abc import Callable

from conformance import field, forge
from conformance.catalogue import Statements, judges, reads
from conformance.exchange import Exchange
from conformance.probe import Transcript
from conformance.probes.transport import PATHS
from conformance.reading import Reading
from conformance.scene import CHAT
from conformance.varied import heard, shown, with_status
from conformance.verdict import Finding, NotApplicable


def _labelled(transcript: Transcript, prefix: str) -> list[Reading]:
    found = transcript.labelled(prefix) or (transcript[prefix],)
    return [heard(transcript, each.exchange.request.label) for each in found]


def _lists_stored_answers(reading: Reading) -> bool:
    """A list, which is what some gateways keep under GET of the chat path."""
    return reading.ok and reading.json.at("object") == "list"


@judges("transport.wrong-method-refused", on=PATHS, forgery=with_status("method-get", 200))
def wrong_method_refused(transcript: Transcript) -> Statements:
    """The chat path refuses GET, PUT, PATCH and DELETE with a 4xx."""
    for reading in _labelled(transcript, "method-"):
        status, method = reading.status or 0, reading.exchange.request.method
        # 501 says that a method is not known at all, which is as true as 405 and as final.
        if 400 <= status < 500 or (status == 501 and method != "GET"):
            continue
        if not _lists_stored_answers(reading):
            expected = f"a status of 400 to 499 for {method}"
            yield Finding(reading.at_status(), expected, shown(reading), reading.id)


@judges("transport.wrong-method-405", on=PATHS, forgery=with_status("method-get", 404))
def wrong_method_405(transcript: Transcript) -> Statements:
    """The refusal of a method that a path does not have is 405."""
    refused = [
        reading
        for reading in _labelled(transcript, "method-")
        if reading.status == 501 or (reading.status is not None and 400 <= reading.status < 500)
    ]
    if not refused:
        raise NotApplicable("no method is refused; another requirement judges that")
    for reading in refused:
        if reading.status != 405:
            expected = f"405 for {reading.exchange.request.method}"
            yield Finding(reading.at_status(), expected, shown(reading), reading.id)


def without_allow(exchange: Exchange) -> Exchange:
    """Allow is left out."""
    return forge.without_header(exchange, "allow")


def _method_refused(reading: Reading) -> bool:
    return reading.status == 405


@reads("transport.wrong-method-allow", where=_method_refused, forgery=without_allow, rare=True)
def wrong_method_allow(reading: Reading) -> Statements:
    """A 405 carries Allow."""
    if reading.header("allow") is None:
        where = reading.at_header("allow")
        yield Finding(where, "the methods that the path has", "no such header", reading.id)


def allows_get(exchange: Exchange) -> Exchange:
    """Allow names GET and nothing else."""
    return forge.with_header(exchange, "allow", "GET")


def _refused_with_allow(reading: Reading) -> bool:
    of_chat = reading.exchange.request.path == CHAT
    return of_chat and reading.status == 405 and reading.header("allow") is not None


@reads("transport.allow-names-post", where=_refused_with_allow, forgery=allows_get, rare=True)
def allow_names_post(reading: Reading) -> Statements:
    """Allow of the chat path names POST."""
    allow = reading.header("allow") or ""
    if "post" not in field.tokens(allow):
        yield Finding(reading.at_header("allow"), "POST among them", allow[:80], reading.id)


@judges("transport.unknown-path-refused", on=PATHS, forgery=with_status("unknown", 200))
def unknown_path_refused(transcript: Transcript) -> Statements:
    """A path nobody serves is refused with a 4xx."""
    for reading in _labelled(transcript, "unknown"):
        if reading.status is None or not 400 <= reading.status < 500:
            expected = "a status of 400 to 499, since nobody serves that path"
            yield Finding(reading.at_status(), expected, shown(reading), reading.id)


def _refused_paths(transcript: Transcript) -> list[Reading]:
    found = [
        reading
        for reading in _labelled(transcript, "unknown")
        if reading.status is not None and 400 <= reading.status < 500
    ]
    if not found:
        raise NotApplicable("such paths are not refused; another requirement judges that")
    return found


@judges("transport.unknown-path-404", on=PATHS, forgery=with_status("unknown", 403))
def unknown_path_404(transcript: Transcript) -> Statements:
    """The refusal of a path nobody serves is 404."""
    for reading in _refused_paths(transcript):
        if reading.status != 404:
            yield Finding(reading.at_status(), "404", shown(reading), reading.id)


def _said_of_unknown(identity: str, name: str, value: str) -> None:
    """Declare the judge of one member of that error."""

    def judge(transcript: Transcript) -> Statements:
        for reading in _refused_paths(transcript):
            said = getattr(reading.error, name)
            if said != value:
                where = reading.at_pointer(f"/error/{name}")
                yield Finding(where, repr(value), repr(said)[:80], reading.id)

    def forgery(transcript: Transcript) -> Transcript:
        def edit(value: dict[str, dict[str, object]]) -> None:
            value["error"][name] = "invalid_request"

        return transcript.replacing(forge.with_json(transcript["unknown"].exchange, edit))

    judge.__doc__ = f"The refusal of a path nobody serves has the {name} `{value}`."
    forgery.__doc__ = f"Its {name} is another."
    judges(identity, on=PATHS, forgery=forgery)(judge)


_said_of_unknown("transport.unknown-path-type", "type", "not_found")
_said_of_unknown("transport.unknown-path-code", "code", "unknown_url")


def _at_root(identity: str, label: str, words: str, holds: Callable[[Reading], bool]) -> None:
    """Declare the judge of a page at the root."""

    def judge(transcript: Transcript) -> Statements:
        reading = heard(transcript, label)
        if reading.status != 200 or not holds(reading):
            yield Finding(reading.at_status(), words, shown(reading), reading.id)

    judge.__doc__ = f"Without a key, it gives {words}."
    judges(identity, on=PATHS, forgery=with_status(label, 401))(judge)


_at_root("transport.health", "health", "200", lambda _: True)
_at_root(
    "transport.contract-served",
    "contract",
    "200 and an OpenAPI document",
    lambda reading: isinstance(reading.json.at("openapi"), str),
)
