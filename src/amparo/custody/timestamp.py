"""Time stamps on checkpoints: what is due, asking for it, keeping the replies.

Nothing is contacted unless it is configured and someone calls `stamp` or `upgrade`. What
could not be sent stays due: the queue is the difference between what is configured and what
lies in the folder. Checking is offline (stamped.py). Names of files: docs/spec/vault.md.
"""

from __future__ import annotations

import http.client
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from amparo.crypto import opentime, stamp
from amparo.custody.checkpoint import parse_checkpoint
from amparo.custody.stamped import Stamp, read_stamps
from amparo.errors import AmparoError, BadInput, Broken
from amparo.filled import filled
from amparo.store.files import write_durably

TIMEOUT = 20.0
MAX_REPLY = stamp.MAX_REPLY
CALENDARS = "opentimestamps"
_NAME = re.compile(r"[a-z0-9-]{1,40}")
_CHECKPOINT = re.compile(r"(\d{1,18})\.checkpoint")


@dataclass(frozen=True)
class Authority:
    """An RFC 3161 authority: short name, address, pinned root certificates (PEM), and, if
    they are pinned too, its signing certificate (PEM) and policy (dotted)."""

    name: str
    url: str
    roots: bytes
    certificate: bytes | None = None
    policy: str | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of one request: checkpoint size, authority or calendar, and the reason when
    it is still due ("" when it is done)."""

    size: int
    authority: str
    failure: str = ""


def parse_authorities(rows: Sequence[Mapping[str, Any]]) -> list[Authority]:
    """Authorities from configuration: tables with name, url, roots, and optionally
    certificate, policy. Raises BadInput naming the field."""
    found = []
    for row in rows:
        unknown = set(row) - {"name", "url", "roots", "certificate", "policy"}
        missing = {"name", "url", "roots"} - set(row)
        if unknown or missing:
            raise BadInput(
                "A time-stamping authority is configured wrongly",
                value=", ".join(sorted(unknown or missing)),
                remedy="Give name, url and roots; certificate and policy if you like",
            )
        certificate = row.get("certificate")
        found.append(
            Authority(
                _checked_name(str(row["name"])),
                checked_url(str(row["url"])),
                str(row["roots"]).encode(),
                str(certificate).encode() if certificate else None,
                str(row["policy"]) if row.get("policy") else None,
            )
        )
    if len({one.name for one in found}) != len(found):
        raise BadInput("Two time-stamping authorities have the same name")
    return found


def checked_url(url: str) -> str:
    """An https address; http only to this machine, or to an onion service. Raises BadInput."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    near = host in ("127.0.0.1", "localhost", "::1") or host.endswith(".onion")
    if (
        parts.username
        or not host
        or parts.scheme not in (("http", "https") if near else ("https",))
    ):
        raise BadInput(
            "This address cannot be used", value=url[:80], remedy="Give an https address"
        )
    return url


class Stamps:
    """The stamps of one vault, in its folder `timestamps/`."""

    def __init__(
        self, folder: Path, authorities: Sequence[Authority] = (), calendars: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self.authorities = authorities
        self.calendars = [checked_url(url) for url in calendars]

    def enqueue(self, checkpoint: str) -> int:
        """Keep a signed checkpoint to be stamped; its size. Contacts nobody."""
        size = parse_checkpoint(checkpoint).size
        path = self.folder / f"{size}.checkpoint"
        if not path.exists():
            self.folder.mkdir(exist_ok=True)
            write_durably(path, checkpoint.encode())
        return size

    def due(self) -> list[tuple[int, str]]:
        """(size, authority name or `opentimestamps`) of all that has not been answered yet."""
        found = []
        for size in self.sizes():
            for authority in self.authorities:
                if not (self.folder / f"{size}.{authority.name}.tsr").exists():
                    found.append((size, authority.name))
            if self.calendars and not (self.folder / f"{size}.checkpoint.ots").exists():
                found.append((size, CALENDARS))
        return found

    def sizes(self) -> list[int]:
        """Sizes of the checkpoints kept to be stamped, ascending."""
        if not self.folder.is_dir():
            return []
        found = (_CHECKPOINT.fullmatch(path.name) for path in self.folder.iterdir())
        return sorted(int(match[1]) for match in found if match)

    def stamp(self) -> Iterator[Outcome]:
        """Ask for all that is due, one after the other. A failure leaves it due."""
        named = {authority.name: authority for authority in self.authorities}
        for size, name in self.due():
            data = (self.folder / f"{size}.checkpoint").read_bytes()
            try:
                if name == CALENDARS:
                    self._ask_calendars(size, data)
                else:
                    self._ask_authority(size, data, named[name])
                yield Outcome(size, name)
            except AmparoError as error:
                yield Outcome(size, name, str(error))

    def upgrade(self) -> Iterator[Outcome]:
        """Ask calendars for what their promises have become. Only configured ones are asked."""
        for size in self.sizes():
            path = self.folder / f"{size}.checkpoint.ots"
            if not path.exists():
                continue
            data = (self.folder / f"{size}.checkpoint").read_bytes()
            proof = opentime.decode(path.read_bytes(), data)
            before = opentime.encode(proof)
            for calendar, commitment in opentime.pending(proof):
                if calendar.rstrip("/") not in [one.rstrip("/") for one in self.calendars]:
                    continue
                yield self._upgrade_one(size, proof, calendar, commitment)
            if opentime.encode(proof) != before:
                write_durably(path, opentime.encode(proof))

    def read(self) -> tuple[list[Stamp], list[tuple[str, str]]]:
        """All stamps, checked offline against the pinned roots, and faults as (name, what)."""
        if not self.folder.is_dir():
            return [], []
        files = {path.name: path.read_bytes() for path in self.folder.iterdir() if path.is_file()}
        return read_stamps(files, [one.roots for one in self.authorities])

    def for_package(self, up_to: int) -> dict[str, bytes]:
        """Files for a package whose checkpoint has size `up_to`: all stamps of checkpoints not
        longer than it, and the pinned roots beside them."""
        found: dict[str, bytes] = {}
        for size in self.sizes():
            if size > up_to or (
                not any(self.folder.glob(f"{size}.*.tsr"))
                and not (self.folder / f"{size}.checkpoint.ots").exists()
            ):
                continue
            for path in sorted(self.folder.glob(f"{size}.*")):
                found[path.name] = path.read_bytes()
            for authority in self.authorities:
                if f"{size}.{authority.name}.tsr" in found:
                    found[f"{size}.{authority.name}.root.pem"] = authority.roots
        return found

    def _ask_authority(self, size: int, data: bytes, authority: Authority) -> None:
        request, nonce = stamp.make_request(data)
        reply = _fetch(authority.url, request, stamp.REQUEST_TYPE)
        stamp.check_reply(
            reply,
            data,
            authority.roots,
            nonce=nonce,
            policy=authority.policy,
            authority=authority.certificate,
        )
        base = f"{size}.{authority.name}"
        write_durably(self.folder / f"{base}.tsq", request)
        write_durably(self.folder / f"{base}.chain.pem", stamp.chain_of(reply))
        write_durably(self.folder / f"{base}.root.pem", authority.roots)
        write_durably(self.folder / f"{base}.tsr", reply)

    def _ask_calendars(self, size: int, data: bytes) -> None:
        proof, commitment = opentime.begin(data)
        failures = []
        for calendar in self.calendars:
            try:
                reply = _fetch(
                    f"{calendar.rstrip('/')}/digest", commitment, "application/octet-stream"
                )
                opentime.join(proof, commitment, reply)
            except AmparoError as error:
                failures.append(str(error))
        if len(failures) == len(self.calendars):
            raise Broken("No calendar answered", value=failures[0])
        write_durably(self.folder / f"{size}.checkpoint.ots", opentime.encode(proof))

    def _upgrade_one(self, size: int, proof: Any, calendar: str, commitment: bytes) -> Outcome:
        try:
            reply = _fetch(f"{calendar.rstrip('/')}/timestamp/{commitment.hex()}", None, "")
            opentime.join(proof, commitment, reply)
        except AmparoError as error:
            return Outcome(size, calendar, str(error))
        return Outcome(size, calendar)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """An authority that sends us elsewhere is not the one that was configured."""

    def redirect_request(self, *_: Any) -> None:
        return None


def _fetch(url: str, body: bytes | None, kind: str) -> bytes:
    """The answer to one request. Raises Broken naming the host, never what was asked."""
    headers = {"Content-Type": kind} if kind else {}
    headers["User-Agent"] = "amparo"
    request = urllib.request.Request(checked_url(url), data=body, headers=headers)  # noqa: S310
    opener = urllib.request.build_opener(_NoRedirects)
    host = urlsplit(url).netloc
    try:
        with opener.open(request, timeout=TIMEOUT) as answer:
            reply: bytes = answer.read(MAX_REPLY + 1)
    except urllib.error.HTTPError as error:
        raise Broken(filled("The service answered {code}", code=error.code), value=host) from None
    except (OSError, http.client.HTTPException):
        raise Broken(
            "The service cannot be reached", value=host, remedy="Try again later"
        ) from None
    if len(reply) > MAX_REPLY:
        raise Broken("The service answered with too much", value=host)
    return reply


def _checked_name(name: str) -> str:
    if not _NAME.fullmatch(name) or name == CALENDARS:
        raise BadInput(
            "This name of an authority cannot be used",
            value=name[:40],
            remedy="Use small letters, digits and dashes",
        )
    return name
