"""A client of the standard library alone, careful or careless as its arguments say.

python client.py [--careless] [--whole]
"""

from __future__ import annotations

import json
import os
import sys
import time
import urllib.error
import urllib.request
from http.client import HTTPException, IncompleteRead
from typing import Any

CARELESS = "--careless" in sys.argv
STREAM = "--whole" not in sys.argv
URL = os.environ["OPENAI_BASE_URL"] + "/chat/completions"
KEY = os.environ["OPENAI_API_KEY"]
RETRYABLE = (429, 500, 503)
BODY = {
    "model": "google/gemma-7b-it-lora",
    "messages": [{"role": "user", "content": "Count to four."}],
    "stream": STREAM,
    **({"stream_options": {"include_usage": True}} if STREAM else {}),
}


class Failed(Exception):
    """The call did not succeed."""


class Stay(urllib.request.HTTPRedirectHandler):
    """Follows no redirect."""

    def redirect_request(self, *asked: Any) -> None:
        return None


def post(url: str) -> Any:
    headers = {"authorization": f"Bearer {KEY}"}
    headers["content-type"] = "text/json" if CARELESS and "elsewhere" in url else "application/json"
    headers["user-agent"] = "" if CARELESS else "careful/1"
    request = urllib.request.Request(url, json.dumps(BODY).encode(), headers)
    return urllib.request.build_opener(Stay).open(request, timeout=20)


def fetch() -> Any:
    url, pause = URL + ("?key=" + KEY if CARELESS else ""), 0.15
    for attempt in range(13 if CARELESS else 4):
        try:
            return post(url)
        except urllib.error.HTTPError as error:
            if error.code == 307 and CARELESS:
                url = error.headers["location"]
            elif not CARELESS and error.code not in RETRYABLE:
                raise Failed(f"refused with {error.code}") from None
            told = error.headers.get("retry-after")
            if not CARELESS:
                time.sleep(float(told) if told else pause * 2**attempt)
    raise Failed("given up")


def events(response: Any) -> Any:
    """Yield the data of each event, as WHATWG reads them."""
    lines: list[str] = []
    rest = b""
    while part := response.read1(4096):
        *ready, rest = (rest + part).replace(b"\r\n", b"\n").split(b"\n")
        if rest == b"\r":
            continue
        for raw in ready:
            line = raw.decode()
            if not line and lines:
                yield "\n".join(lines)
                lines = []
            elif line.startswith("data:"):
                lines.append(line[5:].removeprefix(" "))
    if CARELESS and lines:
        yield "\n".join(lines)


def stream(response: Any) -> None:
    finish = usage = None
    for data in events(response):
        if data == "[DONE]":
            break
        chunk = json.loads(data)
        if "error" in chunk:
            if CARELESS:
                break
            raise Failed("an error in the stream")
        if CARELESS and "usage" in chunk and not chunk["choices"]:
            sys.exit("no choices")
        for choice in chunk["choices"]:
            print(choice["delta"].get("content") or "", end="", flush=True)
            finish = choice.get("finish_reason") or finish
        usage = chunk.get("usage") or usage
    if CARELESS:
        return
    if finish is None:
        raise Failed("the stream ended early")
    print(f"\n{finish}, {usage['total_tokens']} tokens" if usage else f"\n{finish}")


def main() -> None:
    try:
        response = fetch()
        if STREAM:
            stream(response)
        else:
            choice = json.loads(response.read())["choices"][0]
            print(choice["message"]["content"], "" if CARELESS else choice["finish_reason"])
    except (Failed, OSError, HTTPException, IncompleteRead, ValueError, LookupError) as error:
        print(error, file=sys.stderr)
        sys.exit(0 if CARELESS else 1)
    except KeyboardInterrupt:
        if CARELESS:
            time.sleep(6.5)
        sys.exit(130)


main()
