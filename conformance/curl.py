"""Curl: a request as a line that a stranger can paste into a shell. Holds no secret."""

from __future__ import annotations

import base64
import gzip
import re
import shlex
from collections.abc import Mapping

from conformance.exchange import Request
from conformance.outgoing_url import full_url

LONG = 64 * 1024
"""Bytes of a body that a line may hold as they are; a longer one is packed."""

_ROLE = re.compile(r"\{([a-z_]+?)(_longer|_shorter|_swapped)?\}")


def curl(request: Request, base_url: str, variables: Mapping[str, str]) -> str:
    """Return the command; keys stand in it as the environment variables that hold them."""
    url = full_url(request, base_url)
    parts = ["curl", "-sS", "-i"]
    if request.body is not None and b'"stream":true' in request.body.replace(b" ", b""):
        parts.append("-N")
    if request.method == "HEAD":
        parts.append("-I")
    elif request.method != ("GET" if request.body is None else "POST"):
        parts += ["-X", shlex.quote(request.method)]
    parts.append(shlex.quote(url))
    if request.authorization is not None:
        parts += ["-H", f'"Authorization: {_authorization(request.authorization, variables)}"']
    for name, value in request.headers:
        parts += ["-H", shlex.quote(f"{name}: {value}" if value else f"{name};")]
    if request.body is None:
        return " ".join(parts)
    text = _printable(request.body) if len(request.body) <= LONG else None
    if text is not None:
        return " ".join([*parts, "--data-binary", shlex.quote(text)])
    if len(request.body) > LONG:
        packed = base64.b64encode(gzip.compress(request.body, mtime=0)).decode("ascii")
        return f"echo {packed} | base64 -d | gunzip | {' '.join([*parts, '--data-binary', '@-'])}"
    encoded = base64.b64encode(request.body).decode("ascii")
    return f"echo {encoded} | base64 -d | {' '.join([*parts, '--data-binary', '@-'])}"


def _printable(body: bytes) -> str | None:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if text.isprintable() and not text.startswith("@") else None


def _authorization(template: str, variables: Mapping[str, str]) -> str:
    def name(match: re.Match[str]) -> str:
        variable = variables.get(match[1], "GATEWAY_KEY")
        form = match[2]
        if form == "_longer":
            return f"${{{variable}}}x"
        if form == "_swapped":
            return f"${{{variable}~~}}"
        return f"${{{variable}%?}}" if form == "_shorter" else f"${variable}"

    escaped = re.sub(r'(["\\`$])', r"\\\1", template)
    return _ROLE.sub(name, escaped)
