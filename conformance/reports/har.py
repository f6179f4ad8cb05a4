"""HAR 1.2: the exchanges themselves, for browser tools and proxies. Judges nothing.

From the evidence when there is any, else from the exchanges that the report cites, whose bodies
are cut. Secrets are gone already: a key stands there as the name of its role.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from conformance.evidence_file import read_evidence
from conformance.exchange import Exchange
from conformance.outgoing_url import full_url


def render(document: Mapping[str, Any], evidence: Path | None = None) -> str:
    """Return the log; raises EvidenceError for evidence that cannot be trusted."""
    run = document["run"]
    # Only an entry's text is kept, in ASCII: objects, or one emoji, would take many times more.
    entries: list[tuple[str, str]] = []

    def enter(entry: Mapping[str, Any]) -> None:
        entries.append((str(entry["startedDateTime"]), json.dumps(entry)))

    if evidence is not None:
        read_evidence(evidence, lambda header, each: enter(_recorded(each, header.target)))
    else:
        for entry in _cited(document):
            enter(entry)
    entries.sort(key=lambda entry: entry[0])
    creator = json.dumps({"name": "gonogo", "version": run["kit"]["version"]})
    lines = ",\n".join(text for _, text in entries)
    return f'{{"log": {{"version": "1.2", "creator": {creator}, "entries": [\n{lines}\n]}}}}\n'


def _recorded(exchange: Exchange, target: str) -> dict[str, Any]:
    request = exchange.request
    headers = list(request.headers)
    if request.authorization is not None:
        headers.append(("Authorization", request.authorization))
    text, encoding = _text(exchange.body)
    sent = None if request.body is None else _text(request.body)[0]
    entry = _entry(
        started=datetime.fromtimestamp(exchange.began, UTC).isoformat(timespec="milliseconds"),
        method=request.method,
        url=full_url(request, target),
        sent_headers=headers,
        sent=sent,
        status=exchange.status,
        version=exchange.version,
        headers=exchange.headers,
        text=text,
        size=len(exchange.body),
        headers_at=exchange.headers_at,
        ended_at=exchange.ended_at,
        comment=_comment(exchange.id, exchange.ending.value, exchange.detail),
    )
    if encoding:
        entry["response"]["content"]["encoding"] = encoding
    return entry


def _cited(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    run = document["run"]
    for identity, exchange in document["exchanges"].items():
        request = exchange["request"]
        yield _entry(
            started=run["started"],
            method=request["method"],
            url=request.get("url") or run["target"] + request["path"],
            sent_headers=request["headers"],
            sent=request["body"] or None,
            status=exchange["status"],
            version="",
            headers=exchange["headers"],
            text=exchange["body"],
            size=exchange["bytes"],
            headers_at=exchange["headers_at"],
            ended_at=exchange["ended_at"],
            comment=_comment(identity, exchange["ending"], exchange["detail"]),
        )


def _entry(
    *,
    started: str,
    method: str,
    url: str,
    sent_headers: Sequence[Sequence[str]],
    sent: str | None,
    status: int | None,
    version: str,
    headers: Sequence[Sequence[str]],
    text: str,
    size: int,
    headers_at: float | None,
    ended_at: float,
    comment: str,
) -> dict[str, Any]:
    wait = ended_at if headers_at is None else headers_at
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": version or "HTTP/1.1",
        "cookies": [],
        "headers": _pairs(sent_headers),
        "queryString": _pairs(parse_qsl(urlsplit(url).query, keep_blank_values=True)),
        "headersSize": -1,
        "bodySize": 0 if sent is None else len(sent.encode("utf-8", "surrogatepass")),
    }
    if sent is not None:
        request["postData"] = {"mimeType": _header(sent_headers, "content-type"), "text": sent}
    return {
        "startedDateTime": started,
        "time": round(ended_at * 1000, 3),
        "request": request,
        "response": {
            "status": status or 0,
            "statusText": "",
            "httpVersion": version or "HTTP/1.1",
            "cookies": [],
            "headers": _pairs(headers),
            "content": {
                "size": size,
                "mimeType": _header(headers, "content-type") or "x-unknown",
                "text": text,
            },
            "redirectURL": _header(headers, "location"),
            "headersSize": -1,
            "bodySize": size,
        },
        "cache": {},
        "timings": {
            "send": 0,
            "wait": round(wait * 1000, 3),
            "receive": round(max(ended_at - wait, 0) * 1000, 3),
        },
        "comment": comment,
    }


def _pairs(pairs: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    return [{"name": name, "value": value} for name, value in pairs]


def _header(headers: Sequence[Sequence[str]], wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted), "")


def _text(body: bytes) -> tuple[str, str]:
    try:
        return body.decode("utf-8"), ""
    except UnicodeDecodeError:
        return base64.b64encode(body).decode("ascii"), "base64"


def _comment(identity: str, ending: str, detail: str) -> str:
    return f"{identity}: {ending}" + (f" ({detail})" if detail else "")
