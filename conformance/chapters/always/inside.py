"""Nothing of the inside shows: no key, no stack trace, no path, no mark of template or engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from conformance import forge, leaks
from conformance.catalogue import ExchangeForgery, Statements, reads
from conformance.exchange import Exchange
from conformance.kinds import answered, chat_answer, refusal
from conformance.reading import Reading
from conformance.redaction import PLACEHOLDER
from conformance.verdict import Finding
from openapi import contract


def said(reading: Reading) -> str:
    """Return what the request said, so that an answer may repeat it: path, headers and body.

    So may it the name of the model judged: engines that load a folder call the model by its path.
    """
    request = reading.exchange.request
    body = (request.body or b"").decode(errors="replace")
    headers = " ".join(value for _, value in request.headers)
    return f"{request.path} {reading.setting.model} {headers} {_unescaped(body)}"


def shown(reading: Reading) -> str:
    """Return everything that came: header values and body, escapes of JSON undone."""
    headers = "\n".join(value for _, value in reading.exchange.headers)
    return f"{headers}\n{_unescaped(reading.text)}"


def _unescaped(text: str) -> str:
    return text.replace('\\"', '"').replace("\\n", "\n").replace("\\/", "/")


def texts(reading: Reading) -> Iterator[tuple[str, str]]:
    """Yield the text of each choice, with its place."""
    if reading.is_stream:
        for streamed in reading.stream.choices:
            yield f"{reading.id}, text of choice {streamed.index}", streamed.text
    else:
        for whole in reading.completion.choices:
            yield f"{reading.id}, text of choice {whole.index}", whole.text


def saying(words: str) -> ExchangeForgery:
    """Return the forgery of an answer whose first string of prose holds these words."""

    def forgery(exchange: Exchange) -> Exchange | None:
        reading = Reading(forge.plain(exchange))
        if reading.is_stream:
            return _in_stream(exchange, words)
        if not isinstance(reading.json.value, dict):
            return None
        return forge.with_json(exchange, lambda document: _put(document, words))

    return forgery


def _put(document: dict[str, object], words: str) -> None:
    choices = document.get("choices")
    error = document.get("error")
    if isinstance(choices, list):
        choices[0]["message"]["content"] += words
    elif isinstance(error, dict):
        error["message"] = f"{error.get('message')} {words}"
    else:
        document["x_debug"] = words


def _in_stream(exchange: Exchange, words: str) -> Exchange | None:
    pieces = [piece for choice in Reading(exchange).stream.choices for piece in choice.pieces]
    if not pieces:
        return None

    def change(chunk: dict[str, list[dict[str, dict[str, str]]]]) -> None:
        chunk["choices"][0]["delta"]["content"] += words

    return forge.at_chunk(exchange, pieces[-1].event, change)


def leaking(find: Callable[[str, str], list[str]], what: str) -> Callable[[Reading], Statements]:
    """Return the judge of a whole answer, headers included."""

    def judge(reading: Reading) -> Statements:
        for found in find(shown(reading), said(reading))[:1]:
            yield Finding(
                f"{reading.id}, headers or body", f"no {what}", repr(found[:200]), reading.id
            )

    judge.__doc__ = f"There is no {what} in headers or body that the request did not hold."
    return judge


def with_key(exchange: Exchange) -> Exchange:
    """A header repeats the key."""
    return forge.with_added_header(exchange, "x-debug", "[K:valid~~~~~~]")


@reads("always.no-key", where=answered, forgery=with_key)
def no_key(reading: Reading) -> Statements:
    """No placeholder of a key stands in headers or body."""
    for name, value in reading.exchange.headers:
        found = PLACEHOLDER.search(f"{name}: {value}".encode())
        if found:
            yield Finding(
                reading.at_header(name), "no key", f"the key {found[1].decode()!r}", reading.id
            )
    for content in (reading.exchange.body, reading.content):
        found = PLACEHOLDER.search(content)
        if found:
            where = reading.at_offset(found.start(), found.end())
            yield Finding(where, "no key", f"the key {found[1].decode()!r}", reading.id)
            break


reads(
    "always.no-stack-trace",
    where=answered,
    forgery=saying('Traceback (most recent call last): File "a.py", line 3'),
)(leaking(leaks.traces, "stack trace"))
reads("always.no-host-path", where=answered, forgery=saying("see /opt/gateway/main.py"))(
    leaking(leaks.places, "path or private address of the host")
)


@reads("always.no-vendor-mark", where=refusal, forgery=saying("AiError from @cf/google/gemma"))
def no_vendor_mark(reading: Reading) -> Statements:
    """The body names no engine and no framework that the request did not name."""
    for found in leaks.engine_names(_unescaped(reading.text), said(reading))[:1]:
        yield Finding(reading.at_pointer(""), "no name of an engine", repr(found), reading.id)


@reads("always.no-template-mark", where=chat_answer, forgery=saying("<end_of_turn>"))
def no_template_mark(reading: Reading) -> Statements:
    """No text holds a special token or a role's header."""
    facts = contract().model
    tokens = facts.special_tokens if facts else ()
    for where, text in texts(reading):
        for found in leaks.template_marks(text, tokens, said(reading))[:1]:
            yield Finding(where, "no mark of a chat template", repr(found), reading.id)


@reads("always.no-tokenizer-mark", where=chat_answer, forgery=saying("<0x0A>"))
def no_tokenizer_mark(reading: Reading) -> Statements:
    """No text holds a tokenizer's stand-in for blanks or bytes."""
    for where, text in texts(reading):
        for found in leaks.tokenizer_marks(text, said(reading))[:1]:
            yield Finding(where, "no mark of a tokenizer", repr(found), reading.id)
