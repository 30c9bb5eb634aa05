"""A filing made of plain values, with every kind of block and several scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from amparo.filing.document import (
    Bullets,
    Cite,
    Column,
    Document,
    Exhibit,
    Note,
    Notice,
    Paragraph,
    Quote,
    Ref,
    Section,
    Table,
    Text,
)

RUSSIAN = Cite(1, "page:3", 120, 167, "Меня задержали вечером у дома и увезли", "ru", "ST1", "S1")
ARABIC = Cite(2, "message:12", quote="احتجزوني في القبو ثلاثة أيام", lang="ar")


def exhibit(number: int) -> Exhibit:
    return Exhibit(
        number=number,
        item=f"{number:064x}",
        title=f"Statement of V-{number}",
        kind="text",
        date="2017-03",
        source="S1",
        language="ru",
        confidentiality="confidential",
        sha256=f"{number * 7919:064x}",
        size=1000 * number,
        file_name=f"E{number:04d}.txt",
        media_type="text/plain",
    )


def chapter(place: int, words: str) -> Section:
    return Section(
        anchor=f"s{place}",
        title=f"Chapter {place}",
        blocks=(
            Paragraph((Text(words), Note((RUSSIAN,)), Text(" See "), Ref("p1")), f"p{place}"),
            Paragraph(
                (Text("Said: "), Quote("Ӏуьйре дика", "ce"), Note((ARABIC, RUSSIAN), "Also"))
            ),
            Bullets(((Text("one", "bold"),), (Text("two", "italic"), Note((Cite(2, "article"),))))),
            Notice("A label of others", (Text("Not adopted."),)),
            Table(
                "Chart",
                (Column("Element"), Column("Exhibits", 2)),
                (((Text("7(1)(e).1", "mark"),), (Text("1"), Note((ARABIC,)))),),
                f"t{place}",
            ),
        ),
        sections=(Section(f"s{place}.1", "Below", (Paragraph((Text("Nested."),)),)),),
    )


@pytest.fixture
def make_document() -> Callable[..., Document]:
    def make(words: str = "V-1 was detained.", lang: str = "en", chapters: int = 2) -> Document:
        return Document(
            forum="icc-15",
            lang=lang,
            code="KARV",
            title="Detention in the Republic of Karvenia",
            subtitle="Communication",
            addressee=("Office of the Prosecutor",),
            sender=("An organisation",),
            date="2026-11-22",
            made_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
            confidentiality="CONFIDENTIAL",
            basis=("Book of law 2026-11-22",),
            remark="Allegations only.",
            sections=tuple(chapter(place, words) for place in range(1, chapters + 1)),
            exhibits=(exhibit(1), exhibit(2)),
        )

    return make


@pytest.fixture
def make_case() -> Callable[..., Any]:
    """A case of plain values: each noun's records as dicts with an `id`; no database."""
    from amparo.store.settings import configure

    configure()
    from amparo.casefile.records import CaseFile, Row

    def make(body: dict[str, Any] | None = None, **nouns: list[dict[str, Any]]) -> CaseFile:
        rows = {}
        for noun, records in nouns.items():
            for record in records:
                fields = dict(record)
                code = fields.pop("id")
                if noun == "item":
                    fields.setdefault("sha256", f"{len(rows):064x}")
                rows[code] = Row(noun, code, 1, "draft", fields)
        told = {"code": "KARV", "title": "A case", "language": "en", **(body or {})}
        return CaseFile("KARV", told, "", rows)

    return make


def small_case(make_case: Callable[..., Any], **more: list[dict[str, Any]]) -> Any:
    """V-1 may leave, V-2 has decided nothing; each speaks in an item of their own."""
    nouns: dict[str, list[dict[str, Any]]] = {
        "place": [
            {
                "id": "PL1",
                "name": "Depot 6, Quarry Street",
                "precision": "building",
                "published_precision": "region",
                "state": "XV",
                "region": "Karvesh",
            }
        ],
        "person": [
            {"id": "V-1", "role": "man of 26", "counting_unit": "one person"},
            {"id": "V-2", "role": "baker in Ordun", "counting_unit": "one person"},
            {"id": "AP-1", "role": "officer called the Captain"},
        ],
        "source": [
            {"id": "S1", "kind": "person", "title": "V-1", "person": "V-1", "grade": "B"},
            {"id": "S2", "kind": "person", "title": "V-2", "person": "V-2"},
            {"id": "S3", "kind": "authority", "title": "Ministry of the Interior"},
        ],
        "event": [{"id": "E1", "title": "Detentions", "began": "2019-02-27", "places": ["PL1"]}],
        "act": [
            {
                "id": "A1",
                "event": "E1",
                "kind": "detention",
                "crime": "7(1)(e)",
                "victim": "V-1",
                "began": "2019-02-27",
                "ended": "2019-03-08",
                "place": "PL1",
                "attribution": "state",
                "methods": ["beating"],
            },
            {"id": "A2", "event": "E1", "kind": "torture", "crime": "7(1)(f)", "victim": "V-2"},
        ],
        "proposition": [
            {"id": "P1", "text": "V-1 was held.", "act": "A1", "elements": ["7(1)(e).1"]},
            {"id": "P2", "text": "The baker was beaten.", "act": "A2"},
            {"id": "P3", "text": "Men were held.", "elements": ["7.X1"]},
        ],
        "item": [
            {"id": "I1", "title": "Account of V-1", "confidentiality": "confidential"},
            {"id": "I2", "title": "Account of the baker", "confidentiality": "confidential"},
            {"id": "I3", "title": "Statement of the Ministry", "confidentiality": "public"},
            {"id": "I4", "title": "Photograph", "confidentiality": "confidential"},
        ],
        "statement": [
            _statement("ST1", "S1", "I1", "P1", "Меня держали там"),
            _statement("ST2", "S2", "I2", "P2", "they beat me in the bakery"),
            _statement("ST3", "S3", "I3", "P3", "nobody was held", stance="denies"),
            _statement("ST4", "S2", "I2", "P3", "I saw men there"),
            _statement("ST5", "S1", "I1", "P3", "нас было двенадцать"),
        ],
        "involvement": [
            {"id": "INV1", "act": "A1", "person": "AP-1", "degree": "present", "basis": "ST1"},
            {"id": "INV2", "act": "A2", "person": "AP-1", "degree": "present", "basis": "ST2"},
        ],
        "response": [
            {
                "id": "R1",
                "by": "Ministry",
                "on": "2019-04-03",
                "answer": "denies facts",
                "to": "E1",
            },
            {"id": "R2", "by": "Office", "on": "2019-05-21", "answer": "opens inquiry", "to": "E1"},
        ],
    }
    for noun, records in more.items():
        nouns[noun] = [*nouns.get(noun, []), *records]
    return make_case(**nouns)


def _statement(
    code: str, source: str, item: str, proposition: str, quote: str, **more: Any
) -> dict[str, Any]:
    return {
        "id": code,
        "source": source,
        "item": item,
        "part": "text",
        "proposition": proposition,
        "quote": quote,
        "start": 10,
        "language": "ru" if quote[0] > "z" else "en",
        "knows_by": "perceived",
        **more,
    }


@pytest.fixture
def case(make_case: Callable[..., Any]) -> Any:
    return small_case(make_case)


@pytest.fixture
def case_with(make_case: Callable[..., Any]) -> Callable[..., Any]:
    return lambda **more: small_case(make_case, **more)


PASSPHRASE = "five random words for tests"
FORA_CASE = """
format: amparo-case/1
case: {code: KARV, title: A case, language: en, summary: Men were held.}
items:
  - {id: I1, file: one.txt, title: Account of V-1, confidentiality: confidential}
  - {id: I3, file: ministry.txt, title: Statement of the Ministry, confidentiality: public}
persons: [{id: V-1, role: man of 26}, {id: AP-1, role: officer}]
places: [{id: PL1, name: Ordun, state: LT}]
sources:
  - {id: S1, kind: person, title: V-1, person: V-1, first_hand_for: [P1]}
  - {id: S3, kind: authority, title: Ministry}
events: [{id: E1, title: Detentions, began: 2019-02-27}]
acts:
  - {id: A1, event: E1, kind: torture, crime: "7(1)(f)", victim: V-1, began: 2019-02-27, place: PL1, attribution: state}
propositions:
  - {id: P1, text: V-1 was beaten., act: A1, elements: ["7(1)(f).1"]}
  - {id: P2, text: Men were held in Ordun., elements: ["7.X1"]}
statements:
  - {id: ST1, source: S1, item: I1, part: text, quote: They beat me, proposition: P1, knows_by: perceived}
  - {id: ST2, source: S1, item: I1, part: text, quote: we were twelve, proposition: P2, knows_by: perceived}
  - {id: ST3, source: S3, item: I3, part: text, quote: No person, proposition: P1, stance: denies}
involvements: [{id: INV1, act: A1, person: AP-1, degree: present, basis: ST1}]
remedies: [{id: RM1, act: A1, decided_on: 2019-09-01, final: true, body: District Court}]
consents:
"""
CONSENT = '  - {{id: CO{n}, subject: V-1, purpose: "{f.purpose}", recipient: {f.recipient}, identity_level: {level}}}\n'


def _make_fora_vault(folder: Path, level: str) -> Any:
    from amparo.store.settings import configure

    configure()
    from amparo.casefile.case_file import import_case
    from amparo.crypto.slots import Cost
    from amparo.filing.words import FORUMS, load_forum
    from amparo.intake.receive import receive_bytes
    from amparo.vault.unlock import create_vault, open_vault

    create_vault(folder / "vault", PASSPHRASE, cost=Cost(64, 1, 1))
    held = open_vault(folder / "vault", PASSPHRASE)
    files = [("one.txt", b"They beat me there; we were twelve."), ("ministry.txt", b"No person.")]
    receive_bytes(held, held.member, files)
    given = [CONSENT.format(n=n, f=load_forum(one), level=level) for n, one in enumerate(FORUMS)]
    (folder / "case.yaml").write_text(FORA_CASE + "".join(given), encoding="utf-8")
    import_case(held.member, folder / "case.yaml")
    return held


@pytest.fixture(scope="session")
def make_fora_vault() -> Callable[..., Any]:
    """A vault whose V-1 consents, at the level given, to filing before every forum."""
    return _make_fora_vault
