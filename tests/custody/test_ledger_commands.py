"""Proving, comparing, countersigning and stamping the ledger of a real vault."""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from amparo.crypto.sign import Verifier
from amparo.custody.checkpoint import cosignatures, parse_checkpoint
from amparo.custody.history import compare_with, prove_entry, prove_growth
from amparo.custody.layout import consistency_text
from amparo.custody.models import Cosigned, LogState
from amparo.custody.proof import check_inclusion, parse_proof
from amparo.custody.stamping import (
    add_authority,
    add_calendar,
    open_stamps,
    remove_service,
    services,
    stamp_newest,
)
from amparo.custody.tree import leaf_hash
from amparo.custody.witnessed import cosigner, keep_cosigned, sign_theirs
from amparo.custody.work import work
from amparo.errors import BadInput, Broken, NotFound, Refused
from amparo.vault.unlock import open_vault
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE


def write(count: int) -> None:
    for number in range(count):
        with work("M-1", "note") as custody:
            custody.enter("verify", result=f"step {number}")


def newest() -> str:
    return LogState.objects.get().checkpoint


def test_each_entry_is_proven_against_the_checkpoint(vault):
    write(9)
    size = LogState.objects.get().size
    for sequence in range(size):
        entry, proof = prove_entry(sequence)
        again = parse_proof(proof.encode())
        head = parse_checkpoint(again.checkpoint)
        check_inclusion(leaf_hash(entry), again.index, head.size, again.path, head.root)
    with pytest.raises(NotFound):
        prove_entry(size)
    with pytest.raises(Broken):
        prove_growth(size + 1)


class Office:
    """One of two vaults; a process has one open at a time."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self):
        self.vault = open_vault(self.folder, PASSPHRASE)
        return self.vault

    def __exit__(self, *_):
        self.vault.close()


@pytest.fixture
def offices(tmp_path, empty_vault_template, cheap_cost):
    from amparo.vault.unlock import create_vault

    shutil.copytree(empty_vault_template, tmp_path / "ours")
    create_vault(tmp_path / "theirs", PASSPHRASE, cost=cheap_cost)
    return Office(tmp_path / "ours"), Office(tmp_path / "theirs")


def signer_of(vault):
    return cosigner(vault.header.origin, vault.keys.cosigning)


def test_an_office_countersigns_only_a_ledger_that_has_grown(offices):
    ours, theirs = offices
    with ours as vault:
        write(4)
        first, vkey = newest(), vault.header.vkey
        write(3)
        old = parse_checkpoint(first).size
        size, path = prove_growth(old)
        second, growth = newest(), consistency_text(old, size, path)
    with theirs as vault:
        witness = signer_of(vault)
        with pytest.raises(Refused, match="never"):
            sign_theirs("M-1", witness, first)
        signed = sign_theirs("M-1", witness, first, vkey=vkey)
        assert [one.name for one in cosignatures(signed, [witness.verifier])] == [witness.name]
        with pytest.raises(Refused, match="proof of growth"):
            sign_theirs("M-1", witness, second)
        with pytest.raises(BadInput):
            sign_theirs("M-1", witness, second, proof=consistency_text(1, size, path))
        sign_theirs("M-1", witness, second, proof=growth)
        with pytest.raises(Broken, match="shorter"):
            sign_theirs("M-1", witness, first)
        with pytest.raises(Refused, match="another key"):
            sign_theirs("M-1", witness, second, vkey=witness.verifier.vkey)
        assert verify_vault(vault).faults == []


def test_a_fork_is_not_countersigned(offices, tmp_path):
    ours, theirs = offices
    shutil.copytree(ours.folder, tmp_path / "fork")
    with ours as vault:
        write(4)
        first, vkey = newest(), vault.header.vkey
    with theirs as vault:
        sign_theirs("M-1", signer_of(vault), first, vkey=vkey)
    with Office(tmp_path / "fork"):
        write(6)
        old = parse_checkpoint(first).size
        size, path = prove_growth(old)
        forked = newest()
        with pytest.raises(Broken, match="rewritten"):
            compare_with(first, [Verifier.parse(vkey)])
    with theirs as vault, pytest.raises(Broken):
        sign_theirs("M-1", signer_of(vault), forked, proof=consistency_text(old, size, path))


def test_a_cosignature_that_is_kept_holds_us_to_our_past(offices):
    ours, theirs = offices
    with ours as vault:
        write(2)
        note, vkey = newest(), vault.header.vkey
    with theirs as vault:
        witness = signer_of(vault)
        signed = sign_theirs("M-1", witness, note, vkey=vkey)
    with ours as vault:
        own = [Verifier.parse(vkey)]
        with pytest.raises(Broken, match="none of these"):
            keep_cosigned("M-1", note, [witness.verifier.vkey], own)
        assert keep_cosigned("M-1", signed, [witness.verifier.vkey], own) == [witness.name]
        assert verify_vault(vault).faults == []
        from amparo.store import guard

        other = parse_checkpoint(signed)
        shorter = signed.replace(f"\n{other.size}\n", f"\n{other.size + 90}\n")
        with guard.permit():
            Cosigned.objects.update(note=shorter)
        assert any("cosigned checkpoint 1" in fault for fault in verify_vault(vault).faults)


class _Authority(http.server.BaseHTTPRequestHandler):
    """An `openssl ts` authority on loopback."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        folder: Path = self.server.folder  # type: ignore[attr-defined]
        (folder / "q.tsq").write_bytes(body)
        subprocess.run(
            ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-queryfile", "q.tsq",
             "-out", "r.tsr"], cwd=folder, check=True, capture_output=True,
        )  # fmt: skip
        answer = (folder / "r.tsr").read_bytes()
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


CONFIG = """
[tsa]
default_tsa = one
[one]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
certs = root.pem
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ordering = no
tsa_name = no
ess_cert_id_chain = no
"""
EXTENSIONS = (
    "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n"
    "extendedKeyUsage=critical,timeStamping\n"
)


def start_authority(folder: Path, name: str) -> tuple[http.server.HTTPServer, str, str]:
    """An authority with keys of its own: server, address, root certificate."""
    folder.mkdir()

    def openssl(*words: str) -> None:
        subprocess.run(["openssl", *words], cwd=folder, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN=Root {name}", "-days",
            "30", "-keyout", "root.key", "-out", "root.pem", "-addext",
            "keyUsage=critical,keyCertSign")  # fmt: skip
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN=Stamps {name}", "-keyout",
            "tsa.key", "-out", "tsa.csr")  # fmt: skip
    (folder / "ext").write_text(EXTENSIONS)
    openssl("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-days",
            "30", "-CAcreateserial", "-extfile", "ext", "-out", "tsa.pem")  # fmt: skip
    (folder / "tsa.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    server = http.server.HTTPServer(("127.0.0.1", 0), _Authority)
    server.folder = folder  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}/", (folder / "root.pem").read_text()


@pytest.fixture
def authority(tmp_path):
    server, url, roots = start_authority(tmp_path / "tsa", "one")
    yield url, roots
    server.shutdown()


@pytest.fixture
def second_authority(tmp_path):
    server, url, roots = start_authority(tmp_path / "tsa-two", "two")
    yield url, roots
    server.shutdown()


def test_two_authorities_stamp_the_same_checkpoint_and_one_holds_without_the_other(
    run, vault_folder, authority, second_authority, tmp_path
):
    """As the README of a package says it, with OpenSSL alone."""
    for name, (url, roots) in (("tsa-one", authority), ("tsa-two", second_authority)):
        (tmp_path / f"{name}.pem").write_text(roots)
        run("ledger", "add-authority", vault_folder, name, "--url", url,
            "--roots", tmp_path / f"{name}.pem")  # fmt: skip
    (tmp_path / "letter.txt").write_text("a letter of the harbour")
    run("item", "add", vault_folder, tmp_path / "letter.txt")
    run("ledger", "stamp", vault_folder)
    package = tmp_path / "handed"
    run("export-items", vault_folder, "I-0001", "--out", package, "--to", "amparo/00")
    stamps = package / "custody/timestamps"
    size = next(stamps.glob("*.checkpoint")).stem
    for name, other in (("tsa-one", "tsa-two"), ("tsa-two", "tsa-one")):
        said = [
            "openssl", "ts", "-verify", "-data", f"custody/timestamps/{size}.checkpoint",
            "-in", f"custody/timestamps/{size}.{name}.tsr", "-untrusted",
            f"custody/timestamps/{size}.{name}.chain.pem", "-CAfile",
        ]  # fmt: skip
        assert "openssl ts -verify -data custody/timestamps/SIZE.checkpoint" in (
            (package / "README.txt").read_text()
        )
        good = subprocess.run([*said, tmp_path / f"{name}.pem"], cwd=package, capture_output=True)
        assert b"Verification: OK" in good.stdout + good.stderr
        wrong = subprocess.run([*said, tmp_path / f"{other}.pem"], cwd=package, capture_output=True)
        assert wrong.returncode != 0
    shown = run("verify", package, "--authority", tmp_path / "tsa-two.pem").stdout
    assert "verified: nothing is broken" in shown
    (stamps / f"{size}.tsa-one.tsr").write_bytes(b"\x30\x00")
    assert "tsa-one" in run("verify", package, expect=1).stdout


def test_nothing_is_asked_unless_it_is_configured(vault):
    with pytest.raises(BadInput, match="no time-stamping service"):
        stamp_newest("M-1")
    assert services() == [] and list((vault.folder / "timestamps").iterdir()) == []


def test_stamps_are_kept_and_checked_offline(vault, authority):
    url, roots = authority
    add_authority("M-1", "tsa-one", url, roots)
    with pytest.raises(BadInput):
        add_authority("M-1", "tsa-one", url, roots)
    with pytest.raises(BadInput):
        add_authority("M-1", "tsa-two", "http://far.example/", roots)
    with pytest.raises(BadInput):
        add_authority("M-1", "tsa-two", url, "no certificate")
    [outcome] = stamp_newest("M-1")
    assert outcome.failure == ""
    assert verify_vault(vault).faults == []
    stamps, faults = open_stamps().read()
    assert faults == [] and stamps[0].trusted and stamps[0].size == outcome.size
    names = {path.name for path in (vault.folder / "timestamps").iterdir()}
    assert f"{outcome.size}.tsa-one.root.pem" in names, "a package needs the pinned root"
    reply = vault.folder / "timestamps" / f"{outcome.size}.tsa-one.tsr"
    data = bytearray(reply.read_bytes())
    data[-9] ^= 1
    reply.write_bytes(data)
    assert any(reply.name in fault for fault in verify_vault(vault).faults)


def test_what_cannot_be_reached_stays_due(vault, authority):
    _, roots = authority
    add_authority("M-1", "tsa-off", "http://127.0.0.1:9/", roots)
    name = add_calendar("M-1", "http://127.0.0.1:9/")
    outcomes = stamp_newest("M-1")
    assert len(outcomes) == 2 and all(one.failure for one in outcomes)
    assert {who for _, who in open_stamps().due()} == {"tsa-off", "opentimestamps"}
    remove_service("M-1", name)
    with pytest.raises(NotFound):
        remove_service("M-1", name)
    assert verify_vault(vault).faults == []


def test_commands(run, vault_folder, tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_text(run("ledger", "checkpoint", vault_folder).stdout)
    told = json.loads(run("ledger", "prove", vault_folder, "0", "--json").stdout)
    assert parse_proof(told[0]["proof"]).index == 0
    run("ledger", "prove", vault_folder, "0", "--out", tmp_path / "proofs")
    assert (tmp_path / "proofs/0.tlog-proof").is_file()
    run("ledger", "prove", vault_folder, "77", expect=3)
    run("ledger", "check-consistency", vault_folder, "--checkpoint", kept)
    vkey = told and run("vault", "show", vault_folder, "--json").stdout
    vkey = json.loads(vkey)["log_key"]
    signed = tmp_path / "signed.txt"
    signed.write_text(run("ledger", "cosign", vault_folder, kept, "--key", vkey).stdout)
    witness = run("ledger", "witness-key", vault_folder).stdout.strip()
    run("ledger", "add-cosignature", vault_folder, signed, "--key", witness)
    run("ledger", "stamp", vault_folder, expect=2)
    run("verify", vault_folder)
