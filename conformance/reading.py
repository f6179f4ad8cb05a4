"""Reading: everything that one exchange says, each view made once, on demand.

Knows nothing of what is right. Nothing that a stranger sends makes a view raise.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from conformance import (
    coding,
    completion_view,
    error_view,
    excerpt,
    field,
    interpretation,
    json_view,
    sse,
    stream,
    timing,
    utf8,
)
from conformance.choice import Choice
from conformance.event import Decoded, Event
from conformance.exchange import Exchange, Setting
from conformance.json_view import ABSENT, Json
from conformance.stream_view import Stream
from conformance.usage_view import Usage

CHAT = "/chat/completions"


class Reading:
    """One exchange, read. Offsets are bytes in `content`; event indexes count from 0."""

    def __init__(self, exchange: Exchange, setting: Setting | None = None) -> None:
        self.exchange = exchange
        self.setting = setting or Setting()

    @property
    def id(self) -> str:
        """The exchange's id."""
        return self.exchange.id

    # What was asked

    @cached_property
    def request_json(self) -> Json:
        """The request's body."""
        return json_view.read((self.exchange.request.body or b"").decode(errors="replace"))

    def asked(self, *path: str | int) -> Any:
        """A parameter of the request, or ABSENT."""
        return self.request_json.at(*path)

    @cached_property
    def is_chat(self) -> bool:
        """Whether it is a POST to chat completions."""
        request = self.exchange.request
        path = request.path.partition("?")[0].rstrip("/")
        return request.method == "POST" and path.endswith(CHAT)

    @cached_property
    def clear(self) -> bool:
        """Whether we can tell what was asked: no body, or an object with each member once.

        A target may make sense of more than that, and nobody knows which sense.
        """
        if not self.exchange.request.body:
            return True
        document = self.request_json
        return document.ok and isinstance(document.value, dict) and not document.duplicate_keys

    @property
    def is_stream_request(self) -> bool:
        """Whether it is a chat request with `stream: true`."""
        return self.is_chat and self.asked("stream") is True

    @property
    def wanted_usage(self) -> bool:
        """Whether it asked for usage in the stream."""
        return self.is_stream_request and self.asked("stream_options", "include_usage") is True

    # Status and headers

    @property
    def status(self) -> int | None:
        """The status; None when no answer came."""
        return self.exchange.status

    @property
    def ok(self) -> bool:
        """Whether the status is 2xx."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Whether the status is 4xx or 5xx."""
        return self.status is not None and self.status >= 400

    def header(self, name: str) -> str | None:
        """The value of a header, several joined by a comma as HTTP has it; None without any."""
        values = self.header_all(name)
        return ", ".join(values) if values else None

    def header_all(self, name: str) -> tuple[str, ...]:
        """Every value of a header, in order."""
        wanted = name.lower()
        return tuple(value for key, value in self.exchange.headers if key.lower() == wanted)

    @cached_property
    def content_type(self) -> field.MediaType:
        """The first Content-Type, taken apart."""
        return field.media_type(next(iter(self.header_all("content-type")), None))

    @property
    def media_type(self) -> str:
        """Its `type/subtype` in lower case; empty without one."""
        return self.content_type.essence

    @property
    def charset(self) -> str | None:
        """Its charset in lower case."""
        return self.content_type.charset

    @cached_property
    def retry_after(self) -> field.RetryAfter:
        """Retry-After, taken apart."""
        return field.retry_after(self.header("retry-after"))

    @cached_property
    def date(self) -> float | None:
        """Date in Unix seconds."""
        return field.http_date(self.header("date"))

    # The body

    @cached_property
    def coding(self) -> coding.Content:
        """The body with its content coding undone, and how that went."""
        names = field.tokens(self.header("content-encoding") or "")
        return coding.undo(self.exchange.body, names)

    @property
    def content(self) -> bytes:
        """The body with its content coding undone."""
        return self.coding.data

    @cached_property
    def characters(self) -> utf8.Text:
        """The body as UTF-8, with the places that are not."""
        return utf8.decode(self.content)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.characters.value

    @property
    def utf8_errors(self) -> tuple[int, ...]:
        """Offsets that are not UTF-8, at most a hundred."""
        return self.characters.invalid

    @cached_property
    def json(self) -> Json:
        """The body as JSON."""
        return json_view.read(self.text)

    @cached_property
    def decoded(self) -> Decoded:
        """The body as server-sent events, whatever its header says."""
        return sse.decode(self.content)

    @property
    def events(self) -> tuple[Event, ...]:
        """The events in it."""
        return self.decoded.events

    @cached_property
    def looks_like_sse(self) -> bool:
        """Whether the body's first line is one that an event stream may begin with."""
        return interpretation.looks_like_sse(self.content)

    @cached_property
    def is_stream(self) -> bool:
        """Whether the answer is a stream: by its media type, or else by its looks."""
        return self.media_type == "text/event-stream" or self.looks_like_sse

    @cached_property
    def interpretation(self) -> interpretation.Interpretation:
        """What the body turned out to be."""
        return interpretation.of_body(self.content, self.json.ok, self.media_type)

    # Chat answers, the same accessors for both modes

    @cached_property
    def stream(self) -> Stream:
        """The chunks, added up; an empty stream where the answer is none."""
        return stream.assemble(self.events if self.is_stream else ())

    @cached_property
    def completion(self) -> completion_view.Completion:
        """The whole answer; without choices where it is a stream or not JSON."""
        return completion_view.of_document(None if self.is_stream else self.json.value)

    @cached_property
    def _choices(self) -> dict[int, Choice | completion_view.Answer]:
        """The first choice of each index: there may be as many as there are chunks."""
        if self.is_stream:
            return {choice.index: choice for choice in self.stream.choices}
        return {choice.index: choice for choice in reversed(self.completion.choices)}

    def choice(self, index: int = 0) -> Choice | completion_view.Answer | None:
        """The choice of that index, of either mode."""
        return self._choices.get(index)

    @property
    def choice_indexes(self) -> tuple[int, ...]:
        """Indexes of the choices, ascending; a repeated one of a whole answer shows twice."""
        found = self.stream.choices if self.is_stream else self.completion.choices
        return tuple(choice.index for choice in found)

    def text_of(self, choice: int = 0) -> str:
        """The text of a choice; empty when there is none."""
        found = self.choice(choice)
        return found.text if found else ""

    def finish_of(self, choice: int = 0) -> Any:
        """The first finish_reason of a choice as it came, or ABSENT."""
        found = self.choice(choice)
        return found.finish if found else ABSENT

    @cached_property
    def usage(self) -> Usage | None:
        """The usage object: of the body, or the last in the stream."""
        if self.is_stream:
            last = self.stream.usage
            return Usage(last.value, last.event) if last else None
        raw = self.completion.usage
        return Usage(raw) if isinstance(raw, dict) else None

    @cached_property
    def error(self) -> error_view.Error:
        """The error that it reports, of kind NONE if none; of a stream, the first."""
        if self.is_stream and not self.json.ok:
            found = self.stream.error
            if found or not self.refused:
                return found or error_view.NONE
        if self.json.ok:
            return error_view.of_document(self.json.value, self.refused)
        return error_view.of_text(self.text, self.media_type) if self.refused else error_view.NONE

    # Times

    @cached_property
    def timing(self) -> timing.Timing:
        """When each event arrived; empty under a content coding, which hides offsets."""
        if self.coding.codings:
            return timing.Timing()
        return timing.of_events(self.events, self.exchange.arrivals)

    # Places and excerpts, for findings

    def at_event(self, index: int, pointer: str = "") -> str:
        """An event in words, perhaps with a JSON pointer into it."""
        within = f" at {excerpt.visible(pointer)}" if pointer else ""
        if not 0 <= index < len(self.events):
            return f"{self.id}, after its {len(self.events)} events"
        event = self.events[index]
        return f"{self.id}, event {index}{within} (bytes {event.start} to {event.end})"

    def at_offset(self, start: int, end: int | None = None) -> str:
        """A place in the body in words."""
        return f"{self.id}, byte {start}" if end is None else f"{self.id}, bytes {start} to {end}"

    def at_pointer(self, pointer: str) -> str:
        """A JSON pointer into the body in words."""
        return f"{self.id}, body at {excerpt.visible(pointer)}" if pointer else f"{self.id}, body"

    def at_header(self, name: str) -> str:
        """A header in words."""
        return f"{self.id}, header {excerpt.visible(name)}"

    def at_status(self) -> str:
        """The status line in words."""
        return f"{self.id}, status {self.status}" if self.status else f"{self.id}, no answer"

    def snippet(self, start: int = 0, end: int | None = None, most: int = 200) -> str:
        """A piece of the body, safe to print and bounded."""
        return excerpt.visible_bytes(self.content[start:end], most)

    def snippet_of_event(self, index: int, most: int = 200) -> str:
        """An event's block, safe to print and bounded; empty when there is no such event."""
        if not 0 <= index < len(self.events):
            return ""
        event = self.events[index]
        return self.snippet(event.start, event.end, most)
