"""Signing: a detached Ed25519 signature beside a report. The only file that imports cryptography.

`report.json.sig` holds the public key and the signature of the report's bytes. A signature alone
says that nobody changed the report after it was signed; who signed it is known only to a reader
who has the public key from elsewhere.
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from conformance.errors import EvidenceError, UsageError

ALGORITHM = "Ed25519"


def signature_path(report: Path) -> Path:
    """Return where the signature of a report lies."""
    return report.with_name(report.name + ".sig")


def sign(report: Path, private_key: Path) -> str:
    """Sign a report and return the public key in base64.

    Raises UsageError for a key that is not an unencrypted Ed25519 key in PEM form.
    """
    ed25519, serialization = _library()
    pem = _read(private_key, "the key")
    try:
        key = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, ed25519.Ed25519PrivateKey):
        raise UsageError(
            f"{private_key.name} is not an unencrypted Ed25519 key in PEM form",
            hint=f"openssl genpkey -algorithm ed25519 -out {private_key.name}",
        )
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode("ascii")
    made = base64.b64encode(key.sign(_read(report, "the report"))).decode("ascii")
    record = {"algorithm": ALGORITHM, "public_key": public, "signature": made}
    try:
        signature_path(report).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        name = signature_path(report).name
        raise UsageError(f"{name} cannot be written: {error.strerror}") from None
    return public


def signed_by(report: Path, public_key: Path | None = None) -> str | None:
    """Return the public key in base64 that a report is signed with; None when it is not signed.

    Raises EvidenceError when the signature is not one of these bytes, or not of the key given.
    """
    file = signature_path(report)
    if not file.exists():
        return None
    ed25519, _ = _library()
    from cryptography.exceptions import InvalidSignature

    try:
        record: Any = json.loads(_read(file, "the signature"))
        public = base64.b64decode(record["public_key"], validate=True)
        made = base64.b64decode(record["signature"], validate=True)
        if record["algorithm"] != ALGORITHM:
            raise ValueError
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(made, _read(report, "the report"))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise EvidenceError(f"{file.name} is not a signature of {ALGORITHM}") from None
    except InvalidSignature:
        raise EvidenceError(f"{report.name} was altered after it was signed") from None
    if public_key is not None and public != _public(public_key):
        raise EvidenceError(f"{report.name} is signed with another key than {public_key.name}")
    return base64.b64encode(public).decode("ascii")


def _public(path: Path) -> bytes:
    ed25519, serialization = _library()
    try:
        key = serialization.load_pem_public_key(_read(path, "the public key"))
    except ValueError:
        key = None
    if not isinstance(key, ed25519.Ed25519PublicKey):
        raise UsageError(
            f"{path.name} is not an Ed25519 public key in PEM form",
            hint="openssl pkey -in KEY.pem -pubout",
        )
    raw: bytes = key.public_bytes_raw()
    return raw


def _library() -> tuple[Any, Any]:
    try:
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ed25519
    except ImportError:
        raise UsageError(
            "signatures need the package cryptography", hint="pip install 'gonogo[report]'"
        ) from None
    return ed25519, serialization


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{what} {path.name} cannot be read: {error.strerror}") from None
