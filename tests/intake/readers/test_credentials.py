"""C2PA: shown with what the library says of it, a changed picture found out, nothing fetched."""

from __future__ import annotations

import datetime
import io
import sys

import pytest

from amparo.intake.readers import credentials
from amparo.intake.readers.draft import Draft
from amparo.intake.reading import Budget
from amparo.intake.sandbox import Sandbox


@pytest.fixture(scope="module")
def signed() -> bytes:
    """A picture signed by a chain made for this run."""
    c2pa = pytest.importorskip("c2pa")
    from PIL import Image

    chain, key = _chain()
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain, private_key=key, ta_url=None)
    made = {
        "claim_generator_info": [{"name": "invented camera", "version": "1"}],
        "title": "gate.jpg",
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [
            {"action": "c2pa.created", "digitalSourceType":
             "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"},
        ]}}],
    }  # fmt: skip
    plain, out = io.BytesIO(), io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(plain, "JPEG")
    plain.seek(0)
    with c2pa.Builder(made) as builder:
        builder.sign(c2pa.Signer.from_info(info), "image/jpeg", plain, out)
    return out.getvalue()


def _chain() -> tuple[bytes, bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

    now = datetime.datetime.now(datetime.UTC)
    top, own = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))

    def name(words: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, words)])

    def make(subject: str, key: ec.EllipticCurvePrivateKey, is_top: bool) -> bytes:
        day = datetime.timedelta(1)
        built = (
            x509.CertificateBuilder()
            .subject_name(name(subject)).issuer_name(name("Invented CA"))
            .public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - day).not_valid_after(now + day)
            .add_extension(x509.BasicConstraints(is_top, None), True)
            .add_extension(x509.KeyUsage(
                True, False, False, False, False, is_top, is_top, False, False), True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(top.public_key()), False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        )  # fmt: skip
        if not is_top:
            usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            built = built.add_extension(usage, True)
        done = built.sign(top, hashes.SHA256())
        return done.public_bytes(serialization.Encoding.PEM)

    key = own.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )  # fmt: skip
    return make("Invented Press", own, False) + make("Invented CA", top, True), key


def test_credentials_are_shown(signed: bytes, box: Sandbox) -> None:
    reading = box.read(signed, name="gate.jpg")
    facts = reading.untrusted_metadata
    assert reading.outcome == "ok"
    assert facts["content_credentials"] == "present; the library says: Valid"
    assert facts["c2pa:signed by"] == "Invented Press" and facts["c2pa:title"] == "gate.jpg"
    assert facts["c2pa:made by"] == "invented camera"
    assert facts["c2pa:faults"] == "signingCredential.untrusted"


def test_a_changed_picture_is_found_out(signed: bytes, box: Sandbox) -> None:
    bent = bytearray(signed)
    bent[-200] ^= 1
    facts = box.read(bytes(bent), name="gate.jpg").untrusted_metadata
    assert facts["content_credentials"] == "present; the library says: Invalid"
    assert "assertion.dataHash.mismatch" in facts["c2pa:faults"]


def test_without_the_extra_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "c2pa", None)
    draft = Draft(Budget(), media_type="image/jpeg")
    credentials.note(b"..jumb..c2pa..", draft)
    assert draft.metadata["content_credentials"] == "present, not verified: needs c2pa-python"
    nothing = Draft(Budget())
    credentials.note(b"no marks", nothing)
    assert nothing.metadata == {}
