"""Reading kept time stamps offline, from a vault or a package. Nothing is contacted.

Names, SIZE being that of the stamped checkpoint: `SIZE.checkpoint` (the stamped bytes),
`SIZE.AUTHORITY.tsq|tsr|chain.pem|root.pem` (RFC 3161), `SIZE.checkpoint.ots`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amparo.crypto.opentime import claims, decode
from amparo.crypto.stamp import chain_of, check_reply, nonce_of
from amparo.errors import AmparoError, Broken

_REPLY = re.compile(r"(\d{1,18})\.([a-z0-9-]{1,40})\.tsr")
_PROOF = re.compile(r"(\d{1,18})\.checkpoint\.ots")
_KNOWN = re.compile(
    r"\d{1,18}\.(checkpoint|checkpoint\.ots|[a-z0-9-]{1,40}\.(tsq|tsr|chain\.pem|root\.pem))"
)


@dataclass(frozen=True)
class Stamp:
    """One stamp: checkpoint size, kind (rfc3161, opentimestamps), who, when (ISO, UTC), and
    whether it was checked against a certificate that the checker brought."""

    size: int
    kind: str
    authority: str
    at: str
    trusted: bool
    detail: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "size": self.size,
            "kind": self.kind,
            "authority": self.authority,
            "at": self.at,
            "trusted": self.trusted,
            "detail": self.detail,
        }


def read_stamps(
    files: Mapping[str, bytes], authorities: Sequence[bytes] = ()
) -> tuple[list[Stamp], list[tuple[str, str]]]:
    """All stamps among `files`, and faults as (name, what is wrong).

    authorities: PEM roots that the checker trusts. Without any, the root that was pinned by
    whoever made the stamp is used, and the stamp is not called trusted. With some, one stamp
    of a checkpoint must be by them: then another authority's beside it is no fault, nor trusted.
    """
    stamps: list[Stamp] = []
    faults: list[tuple[str, str]] = []
    strange: list[tuple[int, tuple[str, str]]] = []
    for name in sorted(files):
        try:
            if match := _REPLY.fullmatch(name):
                try:
                    stamps.append(_read_reply(files, int(match[1]), match[2], authorities))
                except AmparoError as error:
                    stamps.append(_read_reply(files, int(match[1]), match[2], ()))
                    strange.append((int(match[1]), (name, _told(error))))
            elif match := _PROOF.fullmatch(name):
                stamps += _read_proof(files, int(match[1]))
            elif not _KNOWN.fullmatch(name):
                faults.append((name, "it is no part of a time stamp"))
        except AmparoError as error:
            faults.append((name, _told(error)))
    held = {stamp.size for stamp in stamps if stamp.trusted}
    faults += [fault for size, fault in strange if size not in held]
    return stamps, faults


def _told(error: AmparoError) -> str:
    return f"{error.cause[0].lower()}{error.cause[1:]}: {error.value}".rstrip(": ")


def _read_reply(
    files: Mapping[str, bytes], size: int, authority: str, authorities: Sequence[bytes]
) -> Stamp:
    base = f"{size}.{authority}"
    reply, data = files[f"{base}.tsr"], files.get(f"{size}.checkpoint", b"")
    chain = files.get(f"{base}.chain.pem", chain_of(reply))
    request = files.get(f"{base}.tsq")
    stamped = check_reply(
        reply,
        data,
        b"\n".join(authorities) if authorities else files.get(f"{base}.root.pem", b""),
        nonce=nonce_of(request) if request else None,
    )
    if chain != chain_of(reply):
        raise Broken("The chain beside a time stamp is not the one in the reply")
    detail = "" if authorities else "checked by the certificate that comes with it"
    return Stamp(
        size, "rfc3161", stamped.authority, stamped.at.isoformat(), bool(authorities), detail
    )


def _read_proof(files: Mapping[str, bytes], size: int) -> list[Stamp]:
    proof = decode(files[f"{size}.checkpoint.ots"], files.get(f"{size}.checkpoint", b""))
    found = []
    for claim in claims(proof):
        if claim.block is None:
            found.append(
                Stamp(size, "opentimestamps", claim.calendar, "", False, "promised, pending")
            )
        else:
            detail = f"block {claim.block} must have the Merkle root {claim.merkle_root}"
            found.append(Stamp(size, "opentimestamps", "Bitcoin", "", False, detail))
    return found
