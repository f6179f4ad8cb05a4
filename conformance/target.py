"""Target: which gateway, with which keys, what it claims, and what may be spent. Reads TOML.

Knows nothing of the environment: secrets stand here as names of variables, and `keyring` looks
them up in a mapping it is given.
"""

from __future__ import annotations

import difflib
import ipaddress
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from conformance.errors import UsageError
from conformance.toml_text import read_toml
from openapi import Scope

KEY_ROLES = (
    "valid",
    "without_credit",
    "over_limit",
    "small_quota",
    "failing_upstream",
    "saturated_upstream",
)


@dataclass(frozen=True, slots=True)
class Claims:
    """What the gateway says of itself; probing checks it."""

    context_window: int | None = None
    adapters: tuple[str, ...] = ()
    prices: tuple[int, int] | None = None
    """Nano-USD a prompt token and a completion token."""
    requests_per_minute: int | None = None
    capabilities: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Budget:
    """Hard caps of a run, never exceeded."""

    requests: int = 600
    tokens: int = 150_000
    usd: float = 0.05
    seconds: float = 600.0


LARGEST = 1e15
"""Of any cap or time; what is meant by more is meant by less."""
MOST_AT_ONCE = 1_000
"""Conversations at once, at most: each takes a connection."""
UNNAMED = Budget()
"""The budget of a target whose user named none."""
ON_LOOPBACK = Budget(requests=1500, tokens=600_000, usd=1.0)
"""What that is on this machine, where a request costs nobody anything, and a gateway that fails has
every request tried again."""


@dataclass(frozen=True, slots=True)
class Http:
    """How to reach the target."""

    headers: Mapping[str, str] = field(default_factory=dict)
    ca_file: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    proxy: str | None = None
    http2: bool = False
    """Whether HTTP/2 is offered over TLS; what needs a socket of its own stays with HTTP/1.1."""
    concurrency: int | None = None
    """Conversations held at once; by default 8 on loopback and 2 elsewhere."""
    timeout: float = 120.0
    """Seconds one exchange may take."""


@dataclass(frozen=True, slots=True)
class Target:
    """The gateway to judge."""

    url: str
    model: str | None = None
    scope: Scope | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    """Role → name of the environment variable that holds the key."""
    claims: Claims = Claims()
    budget: Budget = UNNAMED
    http: Http = Http()

    @property
    def loopback(self) -> bool:
        """Whether the URL names this machine."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")

    @property
    def concurrency(self) -> int:
        """Conversations held at once."""
        return self.http.concurrency or (8 if self.loopback else 2)

    def with_usual_budget(self) -> Target:
        """Return the same target with the caps it is judged under when nobody named any."""
        if self.budget is UNNAMED and self.loopback:
            return replace(self, budget=ON_LOOPBACK)
        return self

    def with_url(self, url: str) -> Target:
        """Return the same target at another URL, checked."""
        return replace(self, url=checked_url(url))


def checked_url(url: str) -> str:
    """Return a base URL without its trailing slash; raises UsageError for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UsageError(f"{url!r} is not a URL", hint="write http://host:port/v1") from None
    plain = url.isprintable() and " " not in url
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain:
        raise UsageError(f"{url!r} is not an http or https URL", hint="write http://host:port/v1")
    if parts.username or parts.password:
        raise UsageError(
            "the URL carries a user name or password",
            hint="put the key into an environment variable and name it with --key-env",
        )
    if parts.query or parts.fragment:
        raise UsageError(f"the base URL {url!r} carries a query or fragment", hint="leave it out")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}{f':{port}' if port else ''}{parts.path.rstrip('/')}"


def keyring(target: Target, environment: Mapping[str, str]) -> dict[str, str]:
    """Return role → key for every role that names a variable; raises UsageError if one is unset."""
    found = {}
    for role, variable in target.keys.items():
        value = environment.get(variable, "")
        if not value.strip():
            raise UsageError(
                f"the environment variable {variable!r}, named for the key {role!r}, is not set",
                hint=f"export {variable}=... (a key is never given on the command line)",
            )
        if any(character.isspace() or not character.isprintable() for character in value.strip()):
            raise UsageError(
                f"the environment variable {variable!r} holds blanks or control characters",
                hint="a bearer token is one line of printable characters",
            )
        found[role] = value.strip()
    return found


def load_target(path: Path) -> Target:
    """Read a target file; raises UsageError naming the key and the nearest known one."""
    try:
        document = read_toml(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"target file {path.name!r} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise UsageError(f"target file {path.name!r} is not TOML: {error}") from None
    return parse_target(document, path.name)


def parse_target(document: Mapping[str, Any], name: str) -> Target:
    """Build a target from the tables of a file."""
    _known(document, ("target", "keys", "claims", "budget", "http"), name, "table")
    head = _table(document, "target", name)
    _known(head, ("url", "model", "scope"), f"{name}: [target]")
    keys = _table(document, "keys", name)
    _known(keys, KEY_ROLES, f"{name}: [keys]")
    for role, variable in keys.items():
        if not isinstance(variable, str):
            raise UsageError(f"{name}: [keys] {role} must name an environment variable")
    scope = head.get("scope")
    if scope is not None and scope not in tuple(Scope):
        raise UsageError(f"{name}: [target] scope must be 'any' or 'gateway', not {_shown(scope)}")
    url = head.get("url")
    if not isinstance(url, str):
        raise UsageError(f"{name}: [target] url is missing", hint='write url = "https://.../v1"')
    return Target(
        url=checked_url(url),
        model=_typed(head, "model", (str,), f"{name}: [target]"),
        scope=Scope(scope) if scope else None,
        keys=dict(keys),
        claims=_claims(_table(document, "claims", name), f"{name}: [claims]"),
        budget=_budget(document, name),
        http=_http(_table(document, "http", name), f"{name}: [http]"),
    )


def _budget(document: Mapping[str, Any], name: str) -> Budget:
    if "budget" not in document:
        return UNNAMED
    return _numbers(Budget, _table(document, "budget", name), f"{name}: [budget]")


def _claims(table: Mapping[str, Any], where: str) -> Claims:
    _known(table, tuple(each.name for each in fields(Claims)), where)
    prices = table.get("prices")
    if prices is not None and not (
        isinstance(prices, list) and len(prices) == 2 and all(type(each) is int for each in prices)
    ):
        raise UsageError(f"{where} prices must be two integers, nano-USD a token: [80, 160]")
    for name in ("adapters", "capabilities"):
        value = table.get(name, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise UsageError(f"{where} {name} must be a list of strings")
    return Claims(
        context_window=_typed(table, "context_window", (int,), where),
        adapters=tuple(table.get("adapters", ())),
        prices=(prices[0], prices[1]) if prices else None,
        requests_per_minute=_typed(table, "requests_per_minute", (int,), where),
        capabilities=tuple(table.get("capabilities", ())),
    )


def _numbers(cls: type[Budget], table: Mapping[str, Any], where: str) -> Budget:
    _known(table, tuple(each.name for each in fields(cls)), where)
    for name, value in table.items():
        if not (_number(value) and 0 <= value <= LARGEST):
            raise UsageError(
                f"{where} {name} must be a number from 0 to {LARGEST:g}, not {_shown(value)}"
            )
    return cls(**table)


def _http(table: Mapping[str, Any], where: str) -> Http:
    _known(table, tuple(each.name for each in fields(Http)), where)
    headers = table.get("headers", {})
    if not isinstance(headers, Mapping) or not all(isinstance(v, str) for v in headers.values()):
        raise UsageError(f"{where} headers must be a table of strings")
    for name in ("ca_file", "client_certificate", "client_key", "proxy"):
        _typed(table, name, (str,), where)
    if not isinstance(table.get("http2", False), bool):
        raise UsageError(f"{where} http2 must be true or false, not {_shown(table['http2'])}")
    concurrency, timeout = table.get("concurrency", 1), table.get("timeout", 1)
    if type(concurrency) is not int or not 1 <= concurrency <= MOST_AT_ONCE:
        raise UsageError(f"{where} concurrency must be a whole number from 1 to {MOST_AT_ONCE}")
    if not (_number(timeout) and 0 < timeout <= LARGEST):
        raise UsageError(f"{where} timeout must be a number of seconds above 0")
    return Http(**table)


def _number(value: object) -> bool:
    """Tell whether it is a number; infinities are, and what is none is not."""
    return type(value) is int or (type(value) is float and not math.isnan(value))


def _shown(value: object) -> str:
    return f"{value!r:.60}"


def _table(document: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    value = document.get(name, {})
    if not isinstance(value, Mapping):
        raise UsageError(f"{where}: {name} must be a table: [{name}]")
    return value


def _typed(table: Mapping[str, Any], name: str, types: tuple[type, ...], where: str) -> Any:
    value = table.get(name)
    if value is not None and (not isinstance(value, types) or isinstance(value, bool)):
        kinds = " or ".join(each.__name__ for each in types)
        raise UsageError(f"{where} {name} must be {kinds}, not {_shown(value)}")
    return value


def _known(table: Mapping[str, Any], names: tuple[str, ...], where: str, kind: str = "key") -> None:
    for key in table:
        if key not in names:
            near = difflib.get_close_matches(key, names, 1)
            raise UsageError(
                f"{where}: unknown {kind} {key!r}",
                hint=f"did you mean {near[0]!r}?" if near else f"known: {', '.join(names)}",
            )
