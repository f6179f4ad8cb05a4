"""Evidence records: exchanges and settings as JSON objects and back. Knows no chain and no files.

What has its usual value is left out. A body is text when it is UTF-8, else base64.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

from conformance.arrivals import Arrival
from conformance.errors import InternalError
from conformance.exchange import (
    MAX_BODY,
    Ending,
    Exchange,
    Manner,
    Request,
    Sending,
    Setting,
    Wire,
)
from openapi import Scope

Record = dict[str, Any]


def record_of_exchange(exchange: Exchange) -> Record:
    """Return an exchange as a JSON object."""
    if len(exchange.body) > MAX_BODY:
        raise InternalError(f"a body of {len(exchange.body)} bytes", where=exchange.id)
    record: Record = {
        "probe": exchange.probe,
        "attempt": exchange.attempt,
        "request": record_of_request(exchange.request),
        "ending": exchange.ending.value,
        "began": exchange.began,
        "ended_at": exchange.ended_at,
    }
    for name in ("detail", "status", "version", "headers_at"):
        if (value := getattr(exchange, name)) not in ("", None):
            record[name] = value
    if exchange.interim:
        record["interim"] = list(exchange.interim)
    for name in ("headers", "trailers"):
        if pairs := getattr(exchange, name):
            record[name] = [list(pair) for pair in pairs]
    if exchange.body:
        record["body"] = _record_of_bytes(exchange.body)
        record["arrivals"] = [[a.start, a.at, a.chunk] for a in exchange.arrivals]
    return record


def exchange_from_record(record: Mapping[str, Any]) -> Exchange:
    """Return the exchange; KeyError, TypeError or ValueError if it cannot be one."""
    return Exchange(
        request=request_from_record(record["request"]),
        ending=Ending(record["ending"]),
        detail=_text(record.get("detail", "")),
        probe=_text(record["probe"]),
        attempt=_number(record["attempt"]),
        began=_finite(record["began"]),
        status=_optional(record.get("status")),
        version=_text(record.get("version", "")),
        headers=_pairs(record.get("headers", ())),
        trailers=_pairs(record.get("trailers", ())),
        interim=tuple(_number(status) for status in record.get("interim", ())),
        body=_bytes_from_record(record.get("body")) or b"",
        arrivals=tuple(
            Arrival(_number(start), _finite(at), _optional(chunk))
            for start, at, chunk in record.get("arrivals", ())
        ),
        headers_at=None if record.get("headers_at") is None else _finite(record["headers_at"]),
        ended_at=_finite(record["ended_at"]),
    )


def record_of_request(request: Request) -> Record:
    """Return a request as a JSON object."""
    record: Record = {"label": request.label, "method": request.method, "path": request.path}
    if request.headers:
        record["headers"] = [list(pair) for pair in request.headers]
    if request.body is not None:
        record["body"] = _record_of_bytes(request.body)
    record["authorization"] = request.authorization
    for name in ("at_root", "ceiling", "timeout"):
        if value := getattr(request, name):
            record[name] = value
    record["wire"] = request.wire.value
    if request.manner != Manner():
        record["manner"] = _changed(request.manner, Manner())
    if request.sending != Sending():
        record["sending"] = _changed(request.sending, Sending())
    return record


def request_from_record(record: Mapping[str, Any]) -> Request:
    """Return the request; KeyError, TypeError or ValueError if it cannot be one."""
    manner = dict(record.get("manner", {}))
    sending = dict(record.get("sending", {}))
    if sending.get("chunks") is not None:
        sending["chunks"] = tuple(_number(cut) for cut in sending["chunks"])
    authorization = record["authorization"]
    return Request(
        label=_text(record["label"]),
        method=_text(record["method"]),
        path=_text(record["path"]),
        headers=_pairs(record.get("headers", ())),
        body=_bytes_from_record(record.get("body")),
        authorization=None if authorization is None else _text(authorization),
        at_root=bool(record.get("at_root", False)),
        ceiling=_number(record.get("ceiling", 0)),
        manner=_alike(Manner(**manner), Manner()),
        sending=_alike(Sending(**sending), Sending()),
        wire=Wire(record["wire"]),
        timeout=None if record.get("timeout") is None else _finite(record["timeout"]),
    )


Way = TypeVar("Way", Manner, Sending)


def _alike(value: Way, usual: Way) -> Way:
    """Return a manner or sending whose values are of the kinds that they usually are."""
    for item in fields(value):
        mine, kind = getattr(value, item.name), str(item.type)
        fits = (
            type(mine) is type(getattr(usual, item.name))
            or (mine is None and "None" in kind)
            or (type(mine) is int and "int" in kind)
            or (type(mine) in (int, float) and "float" in kind and math.isfinite(mine))
            or (isinstance(mine, str) and "str" in kind)
            or (isinstance(mine, tuple) and "tuple" in kind)
        )
        if not fits:
            raise TypeError(f"{item.name} is not what a request has")
    return value


def _changed(value: Manner | Sending, usual: Manner | Sending) -> Record:
    return {
        item.name: getattr(value, item.name)
        for item in fields(value)
        if getattr(value, item.name) != getattr(usual, item.name)
    }


def record_of_setting(setting: Setting) -> Record:
    """Return a setting as a JSON object."""
    record: Record = {item.name: getattr(setting, item.name) for item in fields(setting)}
    for name, value in record.items():
        if isinstance(value, frozenset):
            record[name] = sorted(value)
        elif isinstance(value, Mapping):
            record[name] = dict(value)
    return record


def setting_from_record(record: Mapping[str, Any]) -> Setting:
    """Return the setting; names that a newer kit added are left out."""
    usual = Setting()
    values: Record = {}
    for item in fields(Setting):
        if item.name in record:
            value = record[item.name]
            if not _SETTING[item.name](value):
                raise TypeError(f"{item.name} is not what a setting has")
            if isinstance(getattr(usual, item.name), frozenset):
                value = frozenset(value)
            elif isinstance(value, list):
                value = tuple(value)
            values[item.name] = value
    return Setting(**values)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < _COUNTS


_COUNTS = 2**63
_SETTING: Mapping[str, Callable[[Any], bool]] = {
    "model": _is_text,
    "scope": lambda value: value in tuple(Scope),
    "contract_version": _is_text,
    "context_window": lambda value: value is None or _is_count(value),
    "adapters": _are_texts,
    "prices": lambda value: (
        value is None
        or (isinstance(value, list) and len(value) == 2 and all(map(_is_count, value)))
    ),
    "keys": _are_texts,
    "capabilities": lambda value: isinstance(value, dict) and all(map(_is_text, value.values())),
    "greedy": _is_text,
    "loopback": lambda value: isinstance(value, bool),
    "seed": lambda value: type(value) is int,
}
"""What each value of a setting is; judges reckon with them."""


def _record_of_bytes(data: bytes) -> Record:
    try:
        return {"text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(data).decode()}


def _bytes_from_record(record: Mapping[str, Any] | None) -> bytes | None:
    if record is None:
        return None
    if "text" in record:
        return _text(record["text"]).encode()
    return base64.b64decode(record["base64"], validate=True)


def _pairs(pairs: Any) -> tuple[tuple[str, str], ...]:
    return tuple((_text(name), _text(value)) for name, value in pairs)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a string")
    return value


def _number(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("not an integer")
    return value


def _finite(value: Any) -> float:
    if not math.isfinite(number := float(value)):
        raise ValueError("not a time")
    return number


def _optional(value: Any) -> int | None:
    return None if value is None else _number(value)
