"""Sixty planted secrets, exhibits of every kind, the public version: none in any byte of it.

With redaction switched off the same build is refused, and the checker counts all sixty.
"""

from __future__ import annotations

import importlib.util
import io
import zipfile
from datetime import date
from pathlib import Path

import pytest
import yaml

from amparo.errors import Refused
from amparo.filing.match import ENCODINGS
from amparo.filing.scan import find_secrets
from amparo.store.settings import configure

configure()

PASSPHRASE = "five random words for tests"
DAY = date(2026, 11, 22)
NOTE = b"They took him away at night."
HERE = Path(__file__).parent
_SPEC = importlib.util.spec_from_file_location("planted", HERE / "test_planted.py")
planted = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(planted)

CASE = {
    "format": "amparo-case/1",
    "case": {"code": "KARV", "title": "A case", "language": "en", "summary": "Men were held."},
    "persons": [{"id": "V-1", "role": "man of 26"}],
    "sources": [
        {"id": "S1", "kind": "person", "title": "V-1", "person": "V-1", "first_hand_for": ["P1"]}
    ],
    "events": [{"id": "E1", "title": "Detentions", "began": "2019-02-27"}],
    "acts": [
        {"id": "A1", "event": "E1", "kind": "torture", "crime": "7(1)(f)", "victim": "V-1",
         "began": "2019-02-27", "attribution": "state"}
    ],
    "propositions": [
        {"id": "P1", "text": "V-1 was beaten.", "act": "A1", "elements": ["7(1)(f).1"]}
    ],
    "consents": [
        {"id": "CO1", "subject": "V-1", "purpose": "filing:icc", "recipient": "ICC-OTP",
         "identity_level": "coded"},
        {"id": "CO2", "subject": "V-1", "purpose": "advocacy anonymous",
         "identity_level": "coded"},
    ],
}  # fmt: skip
# What cannot be redacted is listed in the public version without its file.
KEPT_BACK = "papers.zip"


@pytest.fixture(scope="module")
def plants():
    return planted.plant_all()


@pytest.fixture(scope="module")
def vault(plants, tmp_path_factory):
    from amparo.casefile.case_file import import_case
    from amparo.crypto.slots import Cost
    from amparo.intake.receive import receive_bytes
    from amparo.vault.unlock import create_vault, open_vault

    folder = tmp_path_factory.mktemp("public")
    create_vault(folder / "vault", PASSPHRASE, cost=Cost(64, 1, 1))
    held = open_vault(folder / "vault", PASSPHRASE)
    receive_bytes(held, held.member, [("note.txt", NOTE), *plants.files.items()])
    items = [{"id": "I0", "file": "note.txt", "title": "Note", "confidentiality": "public"}]
    said = []
    for number, name in enumerate(plants.files, 1):
        level = "confidential" if name == KEPT_BACK else "public"
        items.append({"id": f"I{number}", "file": name, "title": f"Item {number}",
                      "confidentiality": level})  # fmt: skip
        said.append({"id": f"ST{number}", "source": "S1", "item": "I0", "part": "text",
                     "quote": "They took him away", "proposition": "P1",
                     "knows_by": "perceived", "recording": f"I{number}"})  # fmt: skip
    case = {**CASE, "items": items, "statements": said}
    (folder / "case.yaml").write_text(yaml.safe_dump(case, allow_unicode=True), encoding="utf-8")
    import_case(held.member, folder / "case.yaml")
    yield held
    held.close()


def build(vault, folder, protect):
    from amparo.filing.bundle import build_filing

    return build_filing(
        vault, "KARV", folder, on=DAY, version="public", load_file="dat", protect=tuple(protect)
    )


def places(item, secrets):
    """Where each secret stands in the parts of an item, as redactions."""
    from amparo.vault.retrieve import list_parts

    for part in list_parts(item):
        for secret in secrets:
            spelt = [secret, *([planted.in_cyrillic(secret)] if in_both(secret) else [])]
            for form in spelt:
                start = part.text.find(form)
                while start >= 0:
                    yield {"part": part.name, "start": start, "end": start + len(form)}
                    start = part.text.find(form, start + 1)


def in_both(secret):
    return all(word in planted.CYRILLIC for word in secret.split())


def redact_all(vault, secrets):
    """Mark every place, by passage, area or seconds, and make every copy."""
    from amparo.casefile.records import load_case
    from amparo.casefile.revise import Draft, add_records
    from amparo.filing.redaction import redact_item
    from amparo.vault.retrieve import find_item

    drafts, codes = [], []
    for row in load_case("KARV").all("item"):
        item = find_item(str(row["sha256"]))
        if item.kind == "archive" or row.code == "I0":
            continue
        if item.kind == "image":
            bodies = [{"part": "picture", "box": "0, 0.2, 1, 0.8"}]
        elif item.kind == "video":
            bodies = [{"part": "video", "box": "0, 0, 0.3, 0.3"}]
        elif item.kind == "audio":
            bodies = [{"part": "sound", "kind": "voice", "begin_seconds": 0, "end_seconds": 0.5}]
        else:
            bodies = [*places(item, secrets)] or [{"part": item.parts.first().name}]
        codes.append(row.code)
        for body in bodies:
            told = {"item": row.code, "reason": "a third person", **body}
            drafts.append(Draft("redaction", f"RD{len(drafts) + 1}", told))
    add_records(vault.member, "KARV", drafts, reason="redact for the public")
    for code in codes:
        redact_item(vault, "KARV", code, "icc-15", "public")
    return codes


def every_byte(folder):
    """(place, bytes) of each file, and of each member of those that are archives."""
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name, data = path.relative_to(folder).as_posix(), path.read_bytes()
        yield name, data
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for member in archive.infolist():
                    yield f"{name}: {member.filename}", archive.read(member)


@pytest.mark.timeout(900)
def test_none_of_sixty_secrets_leaves_and_all_are_found_when_redaction_is_off(
    vault, plants, tmp_path
):
    secrets = list(plants.where)
    leaving = [one for one, file in plants.where.items()
               if file != KEPT_BACK and not file.endswith(".csv")]  # fmt: skip
    assert len(leaving) == 60

    with pytest.raises(Refused) as caught:
        build(vault, tmp_path / "open", secrets)
    assert caught.value.cause.startswith("60 protected strings")
    assert not (tmp_path / "open").exists()

    redacted = redact_all(vault, secrets)
    built = build(vault, tmp_path / "public", secrets)
    exhibits = built.folder / "package/data/exhibits"
    assert len(list(exhibits.iterdir())) == len(redacted) + 1
    assert sum(one.item != one.sha256 for one in built.document.exhibits) == len(redacted)

    files = dict(every_byte(built.folder))
    assert {"filing.pdf", "filing.docx", "exhibits.csv", "exhibits-load.dat"} <= set(files)
    for name, data in files.items():
        for secret in secrets:
            for form in (secret, planted.in_cyrillic(secret) if in_both(secret) else secret):
                for encoding in ENCODINGS:
                    assert form.encode(encoding, "ignore") not in data + name.encode(), name
    whole = {name: data for name, data in files.items() if ": " not in name}
    printed = {n: d for n, d in whole.items() if not n.startswith("package/data/exhibits")}
    assert not find_secrets(printed, secrets)
