"""Routes: proxies and TLS contexts for a target. Knows nothing of HTTP."""

from __future__ import annotations

import ipaddress
import ssl
from urllib.request import getproxies, proxy_bypass

from conformance.errors import UsageError
from conformance.wire.outgoing import Origin
from conformance.wire.settings import Trust


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its very name."""
    if host.lower().rstrip(".") == "localhost" or host.lower().endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def proxy_for(where: Origin) -> str | None:
    """Return the proxy that the environment names for a target; never one for loopback."""
    if is_loopback(where.host) or proxy_bypass(f"{where.host}:{where.port}"):
        return None
    proxies = getproxies()
    return proxies.get("https" if where.tls else "http") or proxies.get("all")


def tls_context(trust: Trust) -> ssl.SSLContext:
    """Return a fresh context; UsageError for a file that holds no certificates."""
    try:
        if trust.authorities is not None:
            context = ssl.create_default_context(cafile=trust.authorities)
        else:
            context = ssl.create_default_context()
            _trust_bundle(context)
        if trust.client_certificate is not None:
            context.load_cert_chain(trust.client_certificate, trust.client_key)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else ""
        raise UsageError(
            f"the certificates cannot be loaded: {reason or 'not PEM'}",
            where="--ca-file" if trust.authorities else "--client-cert",
            hint="give a file in PEM form",
        ) from None
    if not trust.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def bare_context() -> ssl.SSLContext:
    """Return a context that trusts nobody, for plain HTTP; loading authorities takes 40 ms."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _trust_bundle(context: ssl.SSLContext) -> None:
    """Trust the bundle that comes with httpx too, since slim images have no other."""
    try:
        import certifi
    except ImportError:
        return
    context.load_verify_locations(cafile=certifi.where())
