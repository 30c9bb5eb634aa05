"""Time stamps of RFC 3161: asking, and checking a reply against a pinned certificate.

Only `rfc3161-client` 1.0.9 or later: 1.0.3 to 1.0.8 accepted a reply of an authority that
nobody trusted when the reply brought its own self-signed root. A stamp shows that bytes
existed before a time, nothing more.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from amparo.errors import BadInput, Broken

REQUEST_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"
MAX_REPLY = 1 << 20


@dataclass(frozen=True)
class Stamped:
    """What a reply says after all checks: time (UTC), authority's subject, policy, serial."""

    at: datetime
    authority: str
    policy: str
    serial: int


def make_request(data: bytes) -> tuple[bytes, int]:
    """A request (DER) over SHA-256 of `data`, with a random nonce, asking for certificates."""
    builder = rfc3161_client.TimestampRequestBuilder(
        data=data, hash_algorithm=rfc3161_client.HashAlgorithm.SHA256, nonce=True, cert_req=True
    )
    request = builder.build()
    return bytes(request.as_bytes()), int(request.nonce)


def check_reply(
    reply: bytes,
    data: bytes,
    roots: bytes,
    *,
    nonce: int | None = None,
    policy: str | None = None,
    authority: bytes | None = None,
    intermediates: bytes = b"",
) -> Stamped:
    """Check a full reply (DER) over `data`. Raises Broken naming the reason.

    roots: pinned PEM certificates; nothing in the reply can add to them. authority: PEM of the
    signing certificate, when that is pinned too. nonce, policy: as asked; None leaves them out.
    The chain must be valid at the time stated, and the certificate made for time stamping alone.
    """
    response = _decode(reply)
    trusted = _certificates(roots)
    if not trusted:
        raise BadInput("No certificate of the authority is pinned", remedy="Configure one")
    pinned = _certificates(authority)[0] if authority else None
    verifier = rfc3161_client.VerifierBuilder(
        policy_id=x509.ObjectIdentifier(policy) if policy else None,
        tsa_certificate=pinned,
        intermediates=_certificates(intermediates),
        roots=trusted,
        nonce=nonce,
    ).build()
    try:
        verifier.verify(response, hashlib.sha256(data).digest())
    except (rfc3161_client.VerificationError, ValueError) as error:
        raise Broken("A time stamp does not hold", value=_reason(error)) from None
    signer = _signer(response) or pinned
    if signer is None:
        raise Broken("A time stamp does not hold", value="it names no signing certificate")
    info = response.tst_info
    at = _utc(info.gen_time)
    _check_signer(signer, at)
    return Stamped(
        at, signer.subject.rfc4514_string(), info.policy.dotted_string, info.serial_number
    )


def chain_of(reply: bytes) -> bytes:
    """All certificates that a reply brings, as PEM: to be kept, never to be trusted."""
    certificates = sorted(_decode(reply).signed_data.certificates)
    loaded = [x509.load_der_x509_certificate(one) for one in certificates]
    return b"".join(one.public_bytes(Encoding.PEM) for one in loaded)


def nonce_of(request: bytes) -> int | None:
    """The nonce in a request (DER): the last INTEGER before the certReq flag, if any."""
    fields = _sequence(request)
    integers = [value for tag, value in fields if tag == 0x02]
    return int.from_bytes(integers[1]) if len(integers) > 1 else None


def stated_time(reply: bytes) -> datetime:
    """The time in a reply of which nothing has been checked."""
    return _utc(_decode(reply).tst_info.gen_time)


def _decode(reply: bytes) -> Any:
    if len(reply) > MAX_REPLY:
        raise Broken("A time stamp does not hold", value="the reply is too long")
    try:
        response = rfc3161_client.decode_timestamp_response(_ordered(reply))
        _ = response.tst_info
    except (ValueError, IndexError, BadInput):
        raise Broken(
            "A time stamp does not hold", value="it is no granted RFC 3161 reply"
        ) from None
    return response


def _signer(response: Any) -> x509.Certificate | None:
    signers = list(response.signed_data.signer_infos)
    for raw in response.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(raw)
        if len(signers) == 1 and (certificate.issuer, certificate.serial_number) == (
            signers[0].issuer,
            signers[0].serial_number,
        ):
            return certificate
    return None


def _check_signer(signer: x509.Certificate, at: datetime) -> None:
    usage = signer.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    if list(usage.value) != [ExtendedKeyUsageOID.TIME_STAMPING] or not usage.critical:
        raise Broken(
            "A time stamp does not hold", value="its certificate is not for stamping alone"
        )
    if not signer.not_valid_before_utc <= at <= signer.not_valid_after_utc:
        raise Broken(
            "A time stamp does not hold", value="its certificate was not valid at that time"
        )


def _certificates(pem: bytes | Sequence[bytes] | None) -> list[x509.Certificate]:
    if not pem:
        return []
    try:
        return x509.load_pem_x509_certificates(pem if isinstance(pem, bytes) else b"".join(pem))
    except ValueError:
        raise BadInput("A certificate cannot be read", remedy="Give it in PEM form") from None


def _utc(time: datetime) -> datetime:
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _reason(error: Exception) -> str:
    return re.sub(r"[^ -~]", "?", str(error))[:160]


def _ordered(reply: bytes) -> bytes:
    """The reply with its certificates in the order that DER demands of a SET.

    OpenSSL's authorities send the signer's first, and strict parsers refuse that. The
    certificates lie outside of what is signed, so their order changes nothing that counts.
    """
    token = _sequence(reply)[1:]
    if not token:
        return reply
    signed_data = list(_members(token[0][1]))[1][1]
    _, body, _ = _member(signed_data)
    for tag, content in _members(body):
        if tag == 0xA0:
            rows, rest = [], content
            while rest:
                _, _, after = _member(rest)
                rows.append(rest[: len(rest) - len(after)])
                rest = after
            return reply.replace(content, b"".join(sorted(rows)), 1)
    return reply


def _sequence(der: bytes) -> list[tuple[int, bytes]]:
    """Tags and contents of the members of one DER SEQUENCE or SET."""
    return list(_members(_member(der)[1]))


def _members(body: bytes) -> Iterator[tuple[int, bytes]]:
    while body:
        tag, content, body = _member(body)
        yield tag, content


def _member(der: bytes) -> tuple[int, bytes, bytes]:
    """Tag and content of the first member, and what follows it. Raises BadInput."""
    tag, length, at = (*der[:2], 2) if len(der) >= 2 else (0, -1, 0)
    if length >= 0x80:
        at += length & 0x7F
        length = int.from_bytes(der[2:at])
    if length < 0 or at + length > len(der):
        raise BadInput("A time-stamp message is malformed")
    return tag, der[at : at + length], der[at + length :]
