"""A certificate to serve HTTPS with: is it one, and does its key fit? Knows no server."""

from __future__ import annotations

import ssl
from pathlib import Path

from mock_server.settings import SettingsError


class _LockedError(Exception):
    """A key that asks for a passphrase, which nobody is there to give."""


def check(certificate: str | None, key: str | None, runner: str = "uvicorn") -> None:
    """Raise SettingsError, in one sentence, where these files cannot serve HTTPS."""
    if certificate is None:
        raise SettingsError("--tls-key needs the certificate it belongs to; add --tls-cert FILE")
    if runner != "uvicorn":
        raise SettingsError(f"--runner {runner} takes no --tls-cert; leave one of them out")
    for option, file in (("--tls-cert", certificate), ("--tls-key", key)):
        if file is not None and not Path(file).is_file():
            raise SettingsError(f"{option} names no file: {file!r}")
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, _locked)
    except _LockedError:
        raise SettingsError(
            "the key of --tls-cert asks for a passphrase; give one without, "
            "readable only by whoever runs the mock"
        ) from None
    except (ssl.SSLError, OSError) as error:
        why = getattr(error, "reason", None) or error.strerror or str(error)
        raise SettingsError(
            f"--tls-cert and --tls-key are no certificate in PEM with its own key: {why}"
        ) from None


def _locked() -> str:
    raise _LockedError
