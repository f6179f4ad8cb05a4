"""Signatures: of these bytes, by this key, or told."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from conformance.errors import EvidenceError, UsageError
from conformance.signing import sign, signature_path, signed_by

PEM = serialization.Encoding.PEM


def private_key(folder: Path, name: str = "key.pem") -> Path:
    """Write a new key pair, `name` and `name.pub`; return the path of the private one."""
    key = Ed25519PrivateKey.generate()
    path = folder / name
    path.write_bytes(
        key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    public = key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    path.with_name(f"{name}.pub").write_bytes(public)
    return path


@pytest.fixture
def report(tmp_path: Path) -> Path:
    path = tmp_path / "report.json"
    path.write_bytes(b'{"a": 1}')
    return path


def test_a_signature_is_of_its_signer(report: Path, tmp_path: Path) -> None:
    key = private_key(tmp_path)
    public = sign(report, key)
    assert signed_by(report) == public
    assert signed_by(report, tmp_path / "key.pem.pub") == public


def test_one_changed_byte_is_told(report: Path, tmp_path: Path) -> None:
    sign(report, private_key(tmp_path))
    report.write_bytes(b'{"a": 2}')
    with pytest.raises(EvidenceError, match="altered after it was signed"):
        signed_by(report)


def test_a_signature_of_somebody_else_is_told(report: Path, tmp_path: Path) -> None:
    sign(report, private_key(tmp_path, "mallory.pem"))
    private_key(tmp_path, "alice.pem")
    with pytest.raises(EvidenceError, match="signed with another key"):
        signed_by(report, tmp_path / "alice.pem.pub")


def test_a_report_without_a_signature_is_not_signed(report: Path) -> None:
    assert signed_by(report) is None


@pytest.mark.parametrize(
    "text", ["", "[]", '{"algorithm": "none"}', '{"algorithm": "Ed25519", "public_key": "?"}']
)
def test_a_broken_signature_file_is_told(report: Path, text: str) -> None:
    signature_path(report).write_text(text, encoding="utf-8")
    with pytest.raises(EvidenceError, match="is not a signature"):
        signed_by(report)


def test_a_key_of_another_kind_is_refused_with_the_command_that_makes_one(
    report: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(
        X25519PrivateKey.generate().private_bytes(
            PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    for path in (other, report):
        with pytest.raises(UsageError, match="openssl genpkey"):
            sign(report, path)
    with pytest.raises(UsageError, match="cannot be read"):
        sign(report, tmp_path / "none.pem")
