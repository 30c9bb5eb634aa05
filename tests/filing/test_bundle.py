"""A filing built from a real vault: verified by the package's own check, and nothing leaks."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from datetime import date

import pypdfium2
import pytest

from amparo.errors import BadInput, NotFound, Refused
from amparo.store.settings import configure

configure()

PASSPHRASE = "five random words for tests"
SECRET = "Ivan Petrovich Sidorov"
FILES = (
    (f"{SECRET} statement.txt", "Меня держали там с 27 февраля до утра 8 марта 2019 года."),
    ("second.txt", "They beat me in the bakery of Ordun until I gave names."),
    ("ministry.txt", "No person has been detained in the Republic."),
)
CASE = """
format: amparo-case/1
case: {code: KARV, title: A case, language: en, summary: Men were held.}
items:
  - {id: I1, file: "Ivan Petrovich Sidorov statement.txt", title: Account of V-1, confidentiality: confidential}
  - {id: I2, file: second.txt, title: Account of the baker, confidentiality: confidential}
  - {id: I3, file: ministry.txt, title: Statement of the Ministry, dated: 2019-04-03, confidentiality: public}
persons:
  - {id: V-1, role: man of 26}
  - {id: V-2, role: baker in Ordun}
sources:
  - {id: S1, kind: person, title: V-1, person: V-1, first_hand_for: [P1]}
  - {id: S2, kind: person, title: V-2, person: V-2, first_hand_for: [P2]}
  - {id: S3, kind: authority, title: Ministry}
events:
  - {id: E1, title: Detentions, began: 2019-02-27}
acts:
  - {id: A1, event: E1, kind: detention, crime: "7(1)(e)", victim: V-1, began: 2019-02-27, attribution: state}
  - {id: A2, event: E1, kind: torture, crime: "7(1)(f)", victim: V-2, began: 2019-02-27}
propositions:
  - {id: P1, text: V-1 was held., act: A1, elements: ["7(1)(e).1"]}
  - {id: P2, text: The baker was beaten., act: A2, elements: ["7(1)(f).1"]}
statements:
  - {id: ST1, source: S1, item: I1, part: text, quote: Меня держали там, proposition: P1, knows_by: perceived, language: ru}
  - {id: ST2, source: S2, item: I2, part: text, quote: They beat me in the bakery, proposition: P2, knows_by: perceived}
  - {id: ST3, source: S3, item: I3, part: text, quote: No person has been detained, proposition: P1, stance: denies}
consents:
  - {id: CO1, subject: V-1, purpose: "filing:icc", recipient: ICC-OTP, identity_level: coded, given_on: 2019-07-09}
"""


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    from amparo.casefile.case_file import import_case
    from amparo.crypto.slots import Cost
    from amparo.intake.receive import receive_bytes
    from amparo.vault.unlock import create_vault, open_vault

    folder = tmp_path_factory.mktemp("filing")
    create_vault(folder / "vault", PASSPHRASE, cost=Cost(64, 1, 1))
    held = open_vault(folder / "vault", PASSPHRASE)
    receive_bytes(held, held.member, [(name, text.encode()) for name, text in FILES])
    path = folder / "case.yaml"
    path.write_text(CASE, encoding="utf-8")
    import_case(held.member, path)
    yield held
    held.close()


@pytest.fixture
def build(vault, tmp_path):
    from amparo.filing.bundle import build_filing

    def run(name="out", **options):
        options.setdefault("on", date(2026, 11, 22))
        return build_filing(vault, "KARV", tmp_path / name, **options)

    return run


def pdf_text(path):
    document = pypdfium2.PdfDocument(path.read_bytes())
    return "\n".join(page.get_textpage().get_text_range() for page in document)


def docx_text(path):
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as package:
        return "\n".join(
            package.read(name).decode("utf-8", "replace") for name in package.namelist()
        )


def test_the_folder_holds_pdf_docx_index_and_package(build):
    built = build()
    assert {path.name for path in built.folder.iterdir()} == {
        "filing.pdf", "filing.docx", "exhibits.csv", "package",
    }  # fmt: skip
    tendered = {path.name for path in (built.folder / "package/data/exhibits").iterdir()}
    assert tendered == {"E0001.txt", "E0002.txt"}


def test_the_package_verifies_and_one_flipped_bit_does_not(build):
    from amparo.custody.verify import verify_package

    package = build().folder / "package"
    assert not verify_package(package).faults
    exhibit = package / "data/exhibits/E0001.txt"
    data = bytearray(exhibit.read_bytes())
    data[3] ^= 1
    exhibit.write_bytes(data)
    assert verify_package(package).faults


def test_the_ledger_tells_of_every_exhibit_that_left(build):
    built = build()
    lines = (built.folder / "package/custody/entries.jsonl").read_text().splitlines()
    exported = {e["item"] for e in map(json.loads, lines) if e["kind"] == "export"}
    assert {one.item for one in built.document.exhibits} <= exported
    assert len(exported) >= 5


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_no_name_and_nothing_held_back_is_in_anything_produced(build, lang):
    built = build(lang=lang)
    produced = {
        "pdf": pdf_text(built.folder / "filing.pdf"),
        "docx": docx_text(built.folder / "filing.docx"),
        "csv": (built.folder / "exhibits.csv").read_text("utf-8"),
        "ledger": (built.folder / "package/custody/entries.jsonl").read_text("utf-8"),
        "names": "\n".join(str(path) for path in (built.folder / "package").rglob("*")),
        "info": (built.folder / "package/bag-info.txt").read_text("utf-8"),
    }
    raw = (built.folder / "filing.pdf").read_bytes().decode("latin-1")
    for part, text in {**produced, "raw": raw}.items():
        for secret in (SECRET, "Sidorov", "second.txt", "baker", "Ordun", "V-2"):
            # Three bytes stand somewhere in packed streams by chance.
            if part != "raw" or len(secret) > 3:
                assert secret not in text, (part, secret)


def test_the_same_record_and_day_give_the_same_bytes(build):
    first, second = build("a"), build("b")
    for name in ("filing.pdf", "filing.docx", "exhibits.csv"):
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes()


def test_exhibits_keep_their_numbers_in_the_next_version(build):
    first, second = build("a"), build("b", lang="fr")
    assert {e.item: e.number for e in first.document.exhibits} == {
        e.item: e.number for e in second.document.exhibits
    }


def test_the_filing_is_an_item_of_the_vault(build):
    from amparo.filing.gather import filings
    from amparo.vault.retrieve import find_item

    built = build()
    pdf = find_item(built.items[0])
    assert pdf.sha256 == hashlib.sha256((built.folder / "filing.pdf").read_bytes()).hexdigest()
    assert {one["case"] for one in filings("KARV")} == {"KARV"}


def test_before_the_consent_was_given_nothing_leaves(build, tmp_path):
    with pytest.raises(Refused, match="no statement may leave"):
        build(on=date(2019, 7, 1))
    assert not list(tmp_path.iterdir())


def test_a_taken_folder_is_refused_and_left_alone(build, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/mine.txt").write_text("mine")
    with pytest.raises(BadInput, match="something is there already"):
        build()
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine.txt"]


def test_an_unknown_case_looks_like_nothing(vault, tmp_path):
    from amparo.filing.bundle import build_filing

    with pytest.raises(NotFound):
        build_filing(vault, "NONE", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_failure_midway_leaves_nothing(build, tmp_path, monkeypatch):
    from amparo.filing import issue

    def fail(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(issue, "build_package", fail)
    from amparo.errors import StorageFailed

    with pytest.raises(StorageFailed):
        build()
    assert not list(tmp_path.iterdir())


def test_a_quotation_that_no_longer_stands_is_refused_with_its_place(build, tmp_path, monkeypatch):
    from amparo.filing import gather

    monkeypatch.setattr(gather, "is_anchored", lambda digest, part, quote, start: "No" in quote)
    with pytest.raises(Refused) as caught:
        build()
    assert caught.value.value.startswith("ST1: I1, part text")
    assert "Меня" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_file_name_typed_into_a_title_is_refused(build, monkeypatch, tmp_path):
    from amparo.filing import bundle

    compose = bundle.compose

    def careless(material, words, made_at):
        from dataclasses import replace

        return replace(compose(material, words, made_at), remark=f"See {FILES[0][0]}")

    monkeypatch.setattr(bundle, "compose", careless)
    with pytest.raises(Refused) as caught:
        build()
    assert SECRET not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_a_part_that_is_gone_blocks_like_a_quotation_that_moved(build, monkeypatch):
    from amparo.casefile import passages

    def gone(*args):
        raise NotFound("the item has no part of that name")

    monkeypatch.setattr(passages, "read_part", gone)
    with pytest.raises(Refused, match="does not stand at that place"):
        build()


def test_a_build_that_fails_after_recording_says_so(vault, build, tmp_path, monkeypatch):
    from amparo.filing import issue
    from amparo.filing.gather import filings

    def fail(*_, **__):
        raise BadInput("no package today")

    with monkeypatch.context() as patch:
        patch.setattr(issue, "build_package", fail)
        with pytest.raises(BadInput):
            build("failing", on=date(2026, 1, 5))
    assert not (tmp_path / "failing").exists()
    assert filings("KARV")[-1]["finished"] is False
    build("again", on=date(2026, 1, 5))
    assert filings("KARV")[-1]["finished"] is True


def test_a_load_file_lies_beside_the_index_and_in_the_package(build):
    built = build("loaded", load_file="dat", columns={"document_id": "BEGDOC", "digest": "HASH"})
    data = (built.folder / "exhibits-load.dat").read_bytes()
    assert data == (built.folder / "package/data/filing/exhibits-load.dat").read_bytes()
    assert all(one.sha256 in data.decode() for one in built.document.exhibits)
