"""Sixty planted secrets, exhibits of every kind, the public version: none in any byte of it.

With redaction switched off the same build is refused, and each of the sixty is found by name, in
the exhibit that holds it.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import json
import re
import zipfile
import zlib
from datetime import date
from pathlib import Path
from urllib.parse import quote

import pytest
import yaml

from amparo.errors import Refused
from amparo.filing import bundle
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
# What holds a secret in its name alone leaves as it is, under another name.
NAMED = "Radomir Gorodetsky.csv"


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
        if row["file"] in ("note.txt", KEPT_BACK, NAMED):
            continue
        if item.kind == "image":
            bodies = [{"part": "picture", "box": "0, 0.2, 1, 0.8"}]
        elif item.kind == "video":
            bodies = [{"part": "video", "box": "0, 0, 0.3, 0.3"}]
        elif item.kind == "audio":
            bodies = [{"part": "sound", "kind": "voice", "begin_seconds": 0, "end_seconds": 0.5}]
        else:
            bodies = [*places(item, secrets)]
            assert bodies, f"{row.code} ({item.kind}) shows no secret to take out"
        codes.append(row.code)
        for body in bodies:
            told = {"item": row.code, "reason": "a third person", **body}
            drafts.append(Draft("redaction", f"RD{len(drafts) + 1}", told))
    add_records(vault.member, "KARV", drafts, reason="redact for the public")
    for code in codes:
        redact_item(vault, "KARV", code, "icc-15", "public")
    return codes


def unpacked(name, data):
    """(place, bytes) of the file itself and of everything packed into it, by other means than
    the checker's: members of archives at any depth, streams of PDF, chunks of PNG."""
    yield name, data
    if data.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                yield f"{name}: name", member.filename.encode()
                yield from unpacked(f"{name}: {member.filename}", archive.read(member))
    for found in re.finditer(rb"stream\r?\n|[zi]TXt[^\0]*\0+|IDAT", data):
        try:
            yield f"{name}: at {found.end()}", zlib.decompressobj().decompress(data[found.end() :])
        except zlib.error:
            continue


def spellings(secrets):
    """Each word of each secret, in both scripts and every encoding, as bytes in small letters.

    A word is more than is asked: the secrets share their words, and none of them may stand.
    """
    words = {word for secret in secrets for word in secret.split()}
    words |= {planted.CYRILLIC[word] for word in words & set(planted.CYRILLIC)}
    for word in sorted(words):
        told = {json.dumps(word)[1:-1].encode(), quote(word).encode(), word.encode().hex().encode()}
        told.add(base64.b64encode(word.encode() + b"\0" * (-len(word.encode()) % 3))[:-4])
        for encoding in ENCODINGS:
            for form in (word, word.lower(), word.upper()):
                if form.encode(encoding, "ignore").decode(encoding) == form:
                    told.add(form.encode(encoding))
        yield from ((word, one) for one in told)


@pytest.mark.timeout(300)
def test_with_redaction_off_each_of_sixty_is_found_in_the_file_that_holds_it(
    vault, plants, tmp_path, monkeypatch
):
    secrets, found = list(plants.where), set()
    names = {data: name for name, data in plants.files.items()}

    def listen(files, words, pictures=()):
        hits = find_secrets(files, words, pictures)
        found.update((words[hit.secret], names.get(files[hit.file])) for hit in hits)
        return hits

    monkeypatch.setattr(bundle, "find_secrets", listen)
    with pytest.raises(Refused) as caught:
        build(vault, tmp_path / "open", secrets)
    assert not (tmp_path / "open").exists()
    leaving = {(one, file) for one, file in plants.where.items() if file not in (KEPT_BACK, NAMED)}
    assert len(leaving) == 60 and found == leaving
    assert caught.value.cause.startswith("60 protected strings")


@pytest.mark.timeout(300)
def test_redacted_none_of_sixty_is_in_any_byte(vault, plants, tmp_path):
    secrets = list(plants.where)
    redacted = redact_all(vault, secrets)
    built = build(vault, tmp_path / "public", secrets)
    exhibits = built.folder / "package/data/exhibits"
    assert len(redacted) == len(plants.files) - len((KEPT_BACK, NAMED))
    assert len(list(exhibits.iterdir())) == len(redacted) + len(("note.txt", NAMED))
    assert sum(one.item != one.sha256 for one in built.document.exhibits) == len(redacted)

    files = {
        one.relative_to(built.folder).as_posix(): one.read_bytes()
        for one in built.folder.rglob("*")
        if one.is_file()
    }
    assert {"filing.pdf", "filing.docx", "exhibits.csv", "exhibits-load.dat"} <= set(files)
    places = [piece for name, data in files.items() for piece in unpacked(name, data)]
    needles = list(spellings(secrets))
    for name, data in places:
        told = name.encode() + b"\n" + data
        assert not [word for word, needle in needles if needle in told], name
    # The build itself read the text of pictures and pages: it refuses for any of these secrets.
