"""Testing: a running mock as a test holds it: its script, journal, wallet and card.

Everything goes over the control API, so it works with a mock in any process; knows no pytest.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

SETTLED_SECONDS = 2.0
"""How long a line of the journal may come after its answer."""
ACCOUNT = "mock"
SUFFIXES = {".toml": "toml", ".yaml": "yaml", ".yml": "yaml"}

# A mock on this machine is never reached through a proxy.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class MockRefused(Exception):
    """The mock did not do what the test asked of it, and why."""


@dataclass(frozen=True, slots=True)
class CardRead:
    """What the rules say of the requests so far; see `docs/report-cards.md`."""

    marks: Mapping[str, str]
    """PASS, WARN, FAIL or NOT_SEEN, by rule."""
    failed: bool
    """Some MUST is broken."""
    grades: tuple[Mapping[str, str], ...]

    def __str__(self) -> str:
        """What is wrong, a line each."""
        wrong = [one for one in self.grades if one["mark"] in ("FAIL", "WARN")]
        return "\n".join(
            f"{one['mark']} {one['rule']}: {one['sentence']} Expected {one['expected']}; "
            f"got {one['got']}."
            for one in wrong
        )


class Wallet:
    """The wallet of the account that the mock's key opens, in nano-USD."""

    def __init__(self, mock: Mock, account: str) -> None:
        self._mock = mock
        self._path = f"accounts/{quote(account, safe='')}"

    @property
    def balance(self) -> int:
        """What may still be spent."""
        return int(self._wallet["available"])

    @property
    def charged(self) -> int:
        """What was spent so far."""
        return int(self._wallet["charged"])

    @property
    def held(self) -> int:
        """What calls in flight hold."""
        return int(self._wallet["held"])

    def top_up(self, usd: float | str) -> None:
        """Pay in."""
        self._mock.control("POST", f"{self._path}/wallet", {"top_up": usd})

    def set(self, usd: float | str) -> None:
        """Let it hold this much."""
        self._mock.control("POST", f"{self._path}/wallet", {"set": usd})

    def drain(self) -> None:
        """Leave nothing in it: the next call is answered 402."""
        self._mock.control("POST", f"{self._path}/wallet", {"drain": True})

    @property
    def _wallet(self) -> Mapping[str, Any]:
        self._mock.settle()
        wallet: Mapping[str, Any] = self._mock.control("GET", self._path)["wallet"]
        return wallet


class Mock:
    """A running mock."""

    def __init__(self, url: str, key: str, control_url: str, token: str) -> None:
        """The words of `gonogo-mock serve --ready-json`: base URL, key, control URL and token."""
        self.url = url
        """Base URL, `/v1` included."""
        self.key = key
        self._control = control_url
        self._token = token

    @property
    def environ(self) -> dict[str, str]:
        """The variables that an OpenAI client reads."""
        return {"OPENAI_BASE_URL": self.url, "OPENAI_API_KEY": self.key}

    def script(self, *told: Mapping[str, Any] | str | Path, name: str = "main") -> None:
        """Set a script: a mapping with steps, TOML text, a file, or replies to give in order.

        With another name it is played for requests whose header `x-gonogo-script` says that name.
        Raises MockRefused with everything that is wrong with it.
        """
        self.control("PUT", f"scripts/{quote(name, safe='')}", _document(told))

    def at(self, name: str) -> str:
        """Return a base URL at which the script of that name is played, whatever is asked."""
        return f"{self._control}as/{quote(name, safe='')}/v1"

    def reset(self, name: str = "main") -> None:
        """Begin a script anew."""
        self.control("POST", f"scripts/{quote(name, safe='')}/reset")

    @property
    def journal(self) -> list[dict[str, Any]]:
        """Return what the mock saw, a line for each request that has ended, oldest first."""
        self.settle()
        calls: list[dict[str, Any]] = self.control("GET", "journal")["calls"]
        return calls

    @property
    def card(self) -> CardRead:
        """Return what the rules say of the requests so far."""
        self.settle()
        told = self.control("GET", "card")
        return CardRead(told["marks"], told["failed"], tuple(told["grades"]))

    @property
    def wallet(self) -> Wallet:
        """Return the wallet of the account that the key opens."""
        return Wallet(self, ACCOUNT)

    def explain(self, request_id: str | None = None) -> dict[str, Any]:
        """Tell why a request got its answer; by default the last one."""
        name = request_id or self.journal[-1]["id"]
        told: dict[str, Any] = self.control("GET", f"explain/{quote(name, safe='')}")
        return told

    def settle(self) -> None:
        """Wait until whatever was answered is in the journal; calls still open are waited for."""
        end = time.monotonic() + SETTLED_SECONDS
        while self.control("GET", "live")["calls"] and time.monotonic() < end:
            time.sleep(0.005)

    def control(self, method: str, path: str, document: object = None) -> Any:
        """Ask the control API; raises MockRefused in its own words."""
        body = None if document is None else json.dumps(document).encode()
        request = urllib.request.Request(  # noqa: S310 - the mock's own address
            self._control + path,
            body,
            {"authorization": f"Bearer {self._token}", "content-type": "application/json"},
            method=method,
        )
        try:
            with _direct.open(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                raise MockRefused(json.load(error)["error"]["message"]) from None


def _document(told: tuple[Mapping[str, Any] | str | Path, ...]) -> Mapping[str, Any]:
    match told:
        case (Path() as path,):
            word = SUFFIXES.get(path.suffix.lower(), "yaml")
            return {word: path.read_text(encoding="utf-8")}
        case (str(text),):
            return {"toml": text}
        case (Mapping() as script,) if "steps" in script:
            return script
        case (Mapping() as reply, *then):
            step = {"reply": reply} | ({"then": then} if then else {"reply": {"times": 1, **reply}})
            return {"steps": [step]}
        case _:
            raise MockRefused("say a script, the path of one, or the replies to give in order")
