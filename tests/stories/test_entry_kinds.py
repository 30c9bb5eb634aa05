"""Every kind of entry that the specification lists is made by something that people do."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from amparo.casefile.case_file import import_text
from amparo.casefile.revise import Draft, add_records
from amparo.casefile.verify import check_record
from amparo.custody.entry import KINDS
from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.witnessed import cosigner, sign_theirs
from amparo.filing.issue import PDF, owning_up
from amparo.filing.redaction import redact_item
from amparo.intake.receive import receive_bytes
from amparo.vault.acknowledge import enter_received
from amparo.vault.backup import back_up
from amparo.vault.erase import ask_erasure
from amparo.vault.exchange import hand_over, read_package, take_over
from amparo.vault.identity import seal_identity, show_identity
from amparo.vault.preserve import place_hold
from amparo.vault.rekey import add_post_quantum
from amparo.vault.restore import restore
from amparo.vault.retrieve import export_item, find_item
from amparo.vault.unlock import open_vault
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE

SPEC = Path(__file__).parents[2] / "docs/spec/vault.md"
CASE = """
format: amparo-case/1
case: {code: KARV, title: A case, language: en}
items: [{id: I1, file: one.txt}]
persons: [{id: V-1, role: a man}]
sources: [{id: S1, kind: person, title: V-1, person: V-1}]
statements:
  - {id: ST1, source: S1, item: I1, part: text, quote: They beat me, knows_by: perceived}
consents:
  - {id: CO1, subject: V-1, purpose: "filing:icc", recipient: ICC-OTP, identity_level: coded}
  - {id: CO2, subject: V-1, purpose: research, identity_level: aggregate}
translations: [{id: TR1, statement: ST1, language: fr, text: Ils m'ont battu, by: M-1}]
redactions: [{id: RD1, item: I1, part: text, start: 0, end: 4, reason: a test}]
"""


def entries() -> dict[str, list[dict]]:
    """Entries by kind, in order."""
    found: dict[str, list[dict]] = {}
    for row in LedgerEntry.objects.order_by("sequence"):
        found.setdefault(row.kind, []).append(json.loads(bytes(row.body)))
    return found


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("inside.txt", "a letter inside")
    return buffer.getvalue()


def faults(vault) -> list[str]:
    report = verify_vault(vault)
    check_record(report)
    return report.faults


def test_the_specification_lists_the_kinds_and_no_other():
    told = SPEC.read_text().split("\nKinds: ", 1)[1].split("No field holds", 1)[0]
    assert set(re.findall(r"`([a-z-]+)`", told)) == KINDS


def test_each_kind_is_made_by_something_that_people_do(vault_folder, tmp_path):
    vault = open_vault(vault_folder, PASSPHRASE)
    member = vault.member
    files = [("one.txt", b"They beat me there.\n"), ("two.zip", archive())]
    receive_bytes(vault, member, files)
    enter_received(member, [find_item("one.txt").sha256], "S1", "by hand")
    import_text(member, CASE, "case.yaml", lambda name: "")
    redact_item(vault, "KARV", "I1", "icc-15")
    item = find_item("one.txt")
    export_item(vault, member, item, purpose="to a lawyer", use="own")
    seal_identity(vault, "KARV", "V-1", {"name": "Wexford Quillon"})
    show_identity(vault, "KARV", "V-1", purpose="a call")
    ask_erasure(vault, "KARV", "V-1", "consent withdrawn")
    place_hold(vault, "KARV", "order of a court")
    hand_over(vault, [item], tmp_path / "out", to="amparo/00", purpose="joint case", use="own")
    take_over(vault, read_package(tmp_path / "out", [vault.header.vkey]))
    add_post_quantum(vault)
    witness = cosigner(vault.header.origin, vault.keys.cosigning)
    sign_theirs(member, witness, LogState.objects.get().checkpoint, vkey=vault.header.vkey)
    document = SimpleNamespace(code="KARV")
    with pytest.raises(OSError), owning_up(vault, document, {PDF: b"not written"}):
        raise OSError
    back_up(vault, tmp_path / "backup")
    assert faults(vault) == []
    vault.close()
    restore(tmp_path / "backup", tmp_path / "restored", PASSPHRASE)

    vault = open_vault(tmp_path / "restored", PASSPHRASE)
    made = entries()
    assert faults(vault) == []
    vault.close()
    assert KINDS - made.keys() == set()


def test_consents_and_translations_are_found_by_their_kind(vault):
    receive_bytes(vault, vault.member, [("one.txt", b"They beat me there.\n")])
    import_text(vault.member, CASE, "case.yaml", lambda name: "")
    add_records(
        vault.member, "KARV",
        [Draft("consent", "CO3", {"subject": "V-1", "purpose": "media", "identity_level": "coded"})],
        reason="heard again",
    )  # fmt: skip
    made = entries()
    assert [one.get("consent") for one in made["consent"]] == [None, "CO3"]
    assert made["consent"][0]["result"] == "2 records added"
    assert len(made["translate"]) == 1
    assert faults(vault) == []


def test_from_whom_files_came_is_entered_for_each(run, vault_folder, tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"letter {name}")
    a, b = tmp_path / "a.txt", tmp_path / "b.txt"
    run("item", "add", vault_folder, a, "--from", "Hassan Z", expect=2)
    run("item", "add", vault_folder, a, "--how", "by hand", expect=2)
    assert (
        "1 entered"
        in run("item", "add", vault_folder, a, "--from", "S1", "--how", "by hand").stderr
    )
    assert "2 entered" in run("item", "add", vault_folder, a, b, "--unread", "--from", "S2").stderr
    vault = open_vault(vault_folder, PASSPHRASE)
    try:
        told = [(one["from"]["party"], one.get("source")) for one in entries()["receive"]]
        assert told == [("S1", {"method": "by hand"}), ("S2", None), ("S2", None)]
        assert faults(vault) == []
    finally:
        vault.close()
