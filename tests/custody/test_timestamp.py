"""Stamps by a real `openssl ts` authority and a calendar on loopback; every attack refused."""

from __future__ import annotations

import http.server
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID
from opentimestamps.core.notary import BitcoinBlockHeaderAttestation, PendingAttestation
from opentimestamps.core.op import OpAppend, OpSHA256
from opentimestamps.core.serialize import BytesSerializationContext
from opentimestamps.core.timestamp import Timestamp

from amparo.crypto import opentime
from amparo.crypto.stamp import (
    _check_signer,
    chain_of,
    check_reply,
    make_request,
    nonce_of,
    stated_time,
)
from amparo.custody.checkpoint import log_signers, make_checkpoint
from amparo.custody.timestamp import Authority, Stamps, checked_url, parse_authorities
from amparo.errors import BadInput, Broken

SIGNERS = log_signers("amparo/00112233aabbccdd", b"\x01" * 32)
NOTE = make_checkpoint("amparo/00112233aabbccdd", 7, bytes(32), SIGNERS)
CONFIG = """
[ tsa ]
default_tsa = one
[ one ]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
certs = {folder}/chain.pem
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
other_policies = 1.2.3.4.2
digests = sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
[ root ]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[ ca ]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[ tsa_cert ]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[ req ]
distinguished_name = dn
prompt = no
[ dn ]
CN = unused
"""


def openssl(*words: str, cwd: Path | None = None) -> bytes:
    return subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=cwd).stdout


@dataclass
class Tsa:
    """An authority with a root, an intermediate and a signing certificate."""

    folder: Path
    name: str

    def make(self) -> Tsa:
        self.folder.mkdir()
        (self.folder / "openssl.cnf").write_text(CONFIG.format(folder=self.folder))
        (self.folder / "serial").write_text("01\n")
        config = ["-config", "openssl.cnf"]
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl("req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem", "-subj", f"/CN={self.name} root",
                "-days", "3650", "-extensions", "root", *config, cwd=self.folder)  # fmt: skip
        for child, parent, section in (("ca", "root", "ca"), ("tsa", "ca", "tsa_cert")):
            openssl("req", "-new", *key, "-keyout", f"{child}.key", "-out", f"{child}.csr", "-subj",
                    f"/CN={self.name} {child}", *config, cwd=self.folder)  # fmt: skip
            openssl("x509", "-req", "-in", f"{child}.csr", "-CA", f"{parent}.pem", "-CAkey", f"{parent}.key",
                    "-CAcreateserial", "-out", f"{child}.pem", "-days", "3650", "-extfile", "openssl.cnf",
                    "-extensions", section, cwd=self.folder)  # fmt: skip
        self.bring("ca.pem")
        return self

    def bring(self, *names: str) -> None:
        """Which certificates replies bring besides the signing one."""
        (self.folder / "chain.pem").write_text(
            "".join((self.folder / name).read_text() for name in names)
        )

    @property
    def root(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    def answer(self, request: bytes) -> bytes:
        (self.folder / "q.tsq").write_bytes(request)
        openssl(
            "ts",
            "-reply",
            "-config",
            "openssl.cnf",
            "-queryfile",
            "q.tsq",
            "-out",
            "r.tsr",
            cwd=self.folder,
        )
        return (self.folder / "r.tsr").read_bytes()


@pytest.fixture(scope="module")
def tsa(tmp_path_factory: pytest.TempPathFactory) -> Tsa:
    return Tsa(tmp_path_factory.mktemp("tsa") / "one", "First Authority").make()


@pytest.fixture(scope="module")
def rogue(tmp_path_factory: pytest.TempPathFactory) -> Tsa:
    return Tsa(tmp_path_factory.mktemp("tsa") / "rogue", "Rogue").make()


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[str, bytes], bytes | str | None]], str]]:
    servers: list[http.server.HTTPServer] = []

    def start(answer: Callable[[str, bytes], bytes | str | None]) -> str:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.reply(self.rfile.read(int(self.headers["Content-Length"])))

            def do_GET(self) -> None:
                self.reply(b"")

            def reply(self, body: bytes) -> None:
                data = answer(self.path, body)
                if isinstance(data, str):
                    self.send_response(302)
                    self.send_header("Location", data)
                else:
                    self.send_response(200 if data is not None else 404)
                self.end_headers()
                self.wfile.write(data if isinstance(data, bytes) else b"")

            def log_message(self, *_: object) -> None:
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_reply_of_the_pinned_authority_holds(tsa: Tsa) -> None:
    request, nonce = make_request(b"checkpoint")
    reply = tsa.answer(request)
    stamped = check_reply(reply, b"checkpoint", tsa.root, nonce=nonce, policy="1.2.3.4.1")
    assert stamped.authority == "CN=First Authority tsa"
    assert stamped.at == stated_time(reply)
    assert nonce_of(request) == nonce
    check_reply(reply, b"checkpoint", tsa.root, authority=(tsa.folder / "tsa.pem").read_bytes())


def test_openssl_agrees(tsa: Tsa, tmp_path: Path) -> None:
    request, _ = make_request(b"checkpoint")
    reply = tsa.answer(request)
    (tmp_path / "data").write_bytes(b"checkpoint")
    (tmp_path / "r.tsr").write_bytes(reply)
    (tmp_path / "chain.pem").write_bytes(chain_of(reply))
    (tmp_path / "root.pem").write_bytes(tsa.root)
    shown = openssl(
        "ts",
        "-verify",
        "-data",
        "data",
        "-in",
        "r.tsr",
        "-CAfile",
        "root.pem",
        "-untrusted",
        "chain.pem",
        cwd=tmp_path,
    )
    assert b"Verification: OK" in shown


@pytest.mark.parametrize(
    ("data", "changes"),
    [
        (b"something else", {}),
        (b"checkpoint", {"nonce": 1}),
        (b"checkpoint", {"policy": "1.2.3.4.2"}),
    ],
)
def test_other_data_nonce_or_policy_is_refused(
    tsa: Tsa, data: bytes, changes: dict[str, object]
) -> None:
    reply = tsa.answer(make_request(b"checkpoint")[0])
    with pytest.raises(Broken):
        check_reply(reply, data, tsa.root, **changes)  # type: ignore[arg-type]


def test_an_authority_that_nobody_pinned_is_refused(tsa: Tsa, rogue: Tsa) -> None:
    reply = rogue.answer(make_request(b"checkpoint")[0])
    with pytest.raises(Broken):
        check_reply(reply, b"checkpoint", tsa.root)
    good = tsa.answer(make_request(b"checkpoint")[0])
    with pytest.raises(Broken):
        check_reply(
            good, b"checkpoint", tsa.root, authority=(rogue.folder / "tsa.pem").read_bytes()
        )


def test_a_root_embedded_in_the_reply_is_not_trusted(tsa: Tsa, rogue: Tsa) -> None:
    """The attack on rfc3161-client 1.0.3 to 1.0.8: the reply brings its own self-signed root."""
    rogue.bring("ca.pem", "root.pem")
    try:
        reply = rogue.answer(make_request(b"checkpoint")[0])
        assert b"Rogue root" in reply
        check_reply(reply, b"checkpoint", rogue.root)
        with pytest.raises(Broken):
            check_reply(reply, b"checkpoint", tsa.root)
    finally:
        rogue.bring("ca.pem")


def reissue(
    authority: Tsa, usages: list[x509.ObjectIdentifier], until: datetime
) -> x509.Certificate:
    """Another signing certificate over the same key, by the same intermediate."""
    old = x509.load_pem_x509_certificate((authority.folder / "tsa.pem").read_bytes())
    issuer = x509.load_pem_x509_certificate((authority.folder / "ca.pem").read_bytes())
    key = load_pem_private_key((authority.folder / "ca.key").read_bytes(), None)
    builder = x509.CertificateBuilder(
        issuer.subject, old.subject, old.public_key(), x509.random_serial_number()
    )
    builder = builder.not_valid_before(datetime(2020, 1, 1)).not_valid_after(until)
    builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=True)
    return builder.sign(key, SHA256())  # type: ignore[arg-type]


def test_a_certificate_made_for_more_than_stamping_is_refused(tsa: Tsa) -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    usages = [ExtendedKeyUsageOID.TIME_STAMPING]
    _check_signer(reissue(tsa, usages, datetime(2030, 1, 1)), at)
    with pytest.raises(Broken):
        _check_signer(
            reissue(tsa, [*usages, ExtendedKeyUsageOID.CODE_SIGNING], datetime(2030, 1, 1)), at
        )


def test_a_certificate_that_had_expired_when_it_stamped_is_refused(tmp_path: Path) -> None:
    late = Tsa(tmp_path / "late", "Late").make()
    expired = reissue(late, [ExtendedKeyUsageOID.TIME_STAMPING], datetime(2021, 1, 1))
    (late.folder / "tsa.pem").write_bytes(expired.public_bytes(Encoding.PEM))
    reply = late.answer(make_request(b"checkpoint")[0])
    with pytest.raises(Broken):
        check_reply(reply, b"checkpoint", late.root)


def test_no_pinned_root_is_an_error_not_a_pass(tsa: Tsa) -> None:
    reply = tsa.answer(make_request(b"checkpoint")[0])
    with pytest.raises(BadInput):
        check_reply(reply, b"checkpoint", b"")


def test_no_changed_byte_of_a_reply_is_accepted_as_another_time(tsa: Tsa) -> None:
    request, nonce = make_request(b"checkpoint")
    reply = tsa.answer(request)
    said = check_reply(reply, b"checkpoint", tsa.root, nonce=nonce)
    for place in range(0, len(reply), 7):
        changed = bytearray(reply)
        changed[place] ^= 1
        try:
            again = check_reply(bytes(changed), b"checkpoint", tsa.root, nonce=nonce)
        except (Broken, BadInput):
            continue
        assert (again.at, again.serial) == (said.at, said.serial)


def test_stamps_are_due_asked_for_kept_and_checked_offline(
    tsa: Tsa, tmp_path: Path, serve: Callable[..., str]
) -> None:
    url = serve(lambda _, body: tsa.answer(body))
    authority = Authority("first", url, tsa.root, policy="1.2.3.4.1")
    stamps = Stamps(tmp_path / "timestamps", [authority])
    assert stamps.enqueue(NOTE) == 7
    assert stamps.due() == [(7, "first")]
    assert [one.failure for one in stamps.stamp()] == [""]
    assert stamps.due() == []
    assert list(stamps.stamp()) == []
    found, faults = stamps.read()
    assert faults == []
    assert [(one.size, one.trusted) for one in found] == [(7, True)]
    assert set(stamps.for_package(7)) == {
        "7.checkpoint", "7.first.tsq", "7.first.tsr", "7.first.chain.pem", "7.first.root.pem",
    }  # fmt: skip
    assert stamps.for_package(6) == {}


def test_without_a_network_everything_stays_due(tsa: Tsa, tmp_path: Path) -> None:
    authority = Authority("far", "http://127.0.0.1:9", tsa.root)
    stamps = Stamps(tmp_path, [authority], ["http://127.0.0.1:9"])
    stamps.enqueue(NOTE)
    outcomes = list(stamps.stamp())
    assert [bool(one.failure) for one in outcomes] == [True, True]
    assert stamps.due() == [(7, "far"), (7, "opentimestamps")]


def test_a_rogue_service_leaves_nothing(
    tsa: Tsa, rogue: Tsa, tmp_path: Path, serve: Callable[..., str]
) -> None:
    stamps = Stamps(
        tmp_path, [Authority("first", serve(lambda _, body: rogue.answer(body)), tsa.root)]
    )
    stamps.enqueue(NOTE)
    assert all(one.failure for one in stamps.stamp())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["7.checkpoint"]


def test_a_redirect_is_not_followed(tsa: Tsa, tmp_path: Path, serve: Callable[..., str]) -> None:
    asked: list[str] = []
    elsewhere = serve(lambda path, _: asked.append(path) or b"")
    stamps = Stamps(tmp_path, [Authority("first", serve(lambda *_: elsewhere), tsa.root)])
    stamps.enqueue(NOTE)
    assert all("302" in one.failure for one in stamps.stamp())
    assert asked == []


def test_nothing_configured_contacts_nobody(tmp_path: Path) -> None:
    stamps = Stamps(tmp_path)
    stamps.enqueue(NOTE)
    assert stamps.due() == []
    assert list(stamps.stamp()) == list(stamps.upgrade()) == []


def test_damaged_stamps_are_named(tsa: Tsa, tmp_path: Path, serve: Callable[..., str]) -> None:
    stamps = Stamps(
        tmp_path, [Authority("first", serve(lambda _, body: tsa.answer(body)), tsa.root)]
    )
    stamps.enqueue(NOTE)
    list(stamps.stamp())
    path = tmp_path / "7.first.chain.pem"
    path.write_bytes(path.read_bytes().replace(b"A", b"B", 1))
    assert [name for name, _ in stamps.read()[1]] == ["7.first.tsr"]
    (tmp_path / "stray").write_text("x")
    assert "stray" in [name for name, _ in stamps.read()[1]]


def calendar(
    commitments: dict[bytes, Timestamp], address: str
) -> Callable[[str, bytes], bytes | None]:
    """A calendar: promises at once, and a block when asked again."""

    def encoded(stamp: Timestamp) -> bytes:
        context = BytesSerializationContext()
        stamp.serialize(context)
        return bytes(context.getbytes())

    def answer(path: str, body: bytes) -> bytes | None:
        if path == "/digest":
            stamp = Timestamp(body)
            mine = stamp.ops.add(OpAppend(os.urandom(8))).ops.add(OpSHA256())
            mine.attestations.add(PendingAttestation(address))
            whole = Timestamp(mine.msg)
            whole.ops.add(OpSHA256()).attestations.add(BitcoinBlockHeaderAttestation(800_000))
            commitments[bytes(mine.msg)] = whole
            return encoded(stamp)
        stamp = commitments.get(bytes.fromhex(path.rpartition("/")[2]))  # type: ignore[assignment]
        return encoded(stamp) if stamp is not None else None

    return answer


def test_a_calendar_promises_and_keeps_its_promise(
    tmp_path: Path, serve: Callable[..., str]
) -> None:
    holder: list[Callable[[str, bytes], bytes | None]] = []
    seen: list[bytes] = []

    def answer(path: str, body: bytes) -> bytes | None:
        seen.append(body)
        return holder[0](path, body)

    url = serve(answer)
    holder.append(calendar({}, url))
    stamps = Stamps(tmp_path, calendars=[url])
    stamps.enqueue(NOTE)
    assert [one.failure for one in stamps.stamp()] == [""]
    bare = opentime.begin(NOTE.encode())[0].file_digest
    assert bare not in seen
    assert [one.detail for one in stamps.read()[0]] == ["promised, pending"]
    assert [one.failure for one in stamps.upgrade()] == [""]
    found, faults = stamps.read()
    assert faults == []
    assert found[0].detail.startswith("block 800000 must have the Merkle root ")


def test_a_calendar_that_is_not_configured_is_never_asked(
    tmp_path: Path, serve: Callable[..., str]
) -> None:
    asked: list[str] = []
    other = serve(lambda path, _: asked.append(path) or b"")
    url_holder: list[Callable[[str, bytes], bytes | None]] = [calendar({}, other)]
    stamps = Stamps(tmp_path, calendars=[serve(lambda path, body: url_holder[0](path, body))])
    stamps.enqueue(NOTE)
    list(stamps.stamp())
    assert list(stamps.upgrade()) == []
    assert asked == []


@pytest.mark.parametrize("reply", [b"", b"\x00", b"\xff" * 50, b"\x08" * 9999, b"x" * 20_000])
def test_a_calendar_that_answers_nonsense_leaves_nothing(
    tmp_path: Path, serve: Callable[..., str], reply: bytes
) -> None:
    stamps = Stamps(tmp_path, calendars=[serve(lambda *_: reply)])
    stamps.enqueue(NOTE)
    assert all(one.failure for one in stamps.stamp())
    assert not (tmp_path / "7.checkpoint.ots").exists()


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/tsa",
        "ftp://127.0.0.1/",
        "https://",
        "https://u:p@example.org/",
        "file:///etc/passwd",
    ],
)
def test_addresses_that_are_not_used(url: str) -> None:
    with pytest.raises(BadInput):
        checked_url(url)


def test_configuration_is_read_strictly() -> None:
    row = {"name": "one", "url": "https://example.org/tsa", "roots": "PEM"}
    assert parse_authorities([row])[0].url == "https://example.org/tsa"
    for wrong in (
        {**row, "colour": "red"},
        {"name": "one"},
        {**row, "name": "One Two"},
        {**row, "url": "http://example.org"},
    ):
        with pytest.raises(BadInput):
            parse_authorities([wrong])
    with pytest.raises(BadInput):
        parse_authorities([row, row])
