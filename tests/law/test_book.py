from __future__ import annotations

import dataclasses
import re
from datetime import date
from pathlib import Path

import pytest
import yaml

from amparo.errors import BadInput
from amparo.law import book
from amparo.law.book.check import article_126, check
from amparo.law.book.compare import compare
from amparo.law.book.records import Row

INVENTED = Path(__file__).parent / "invented.yaml"
HEAD = (
    "format: amparo-book-overlay/1\nname: x\nsource: drafter\nconsulted: 2026-11-22\n"
    "confidence: low\nreviewer: none\n"
)
SOURCE = Path(book.__file__).parents[1]


def test_the_book_has_no_fault() -> None:
    assert [str(one) for one in check(book.load())] == []


def test_the_overlay_of_the_cases_has_no_fault() -> None:
    assert [str(one) for one in check(book.load(INVENTED))] == []


def _spoiled(table: str, id: str, **fields: str) -> book.Book:
    loaded = book.load()
    rows = tuple(
        Row(r.id, r.file, r.line, {**r.fields, **fields}) if r.id == id else r
        for r in loaded.table(table)
    )
    return dataclasses.replace(loaded, tables={**loaded.tables, table: rows}, memo={}, kept={})


@pytest.mark.parametrize(
    ("table", "id", "fields", "cause"),
    [
        ("rome", "rome-BI-in-force", {"on": "2004-11-30"}, "article 126"),
        ("rome", "rome-PH-withdrawal-effective", {"on": "2019-03-16"}, "article 127"),
        ("rome", "rome-GM-withdrawal-revoked", {"on": "2017-11-10"}, "revoked after"),
        ("rome", "rome-BI-deposit", {"state": "B1"}, "no State"),
        ("rome", "rome-BI-deposit", {"event": "joined"}, "none of"),
        ("treaties", "echr-FR", {"source": "nobody"}, "not in sources.csv"),
        ("treaties", "echr-FR", {"confidence": "sure"}, "confidence is none"),
        ("treaties", "echr-FR", {"consulted": "today"}, "not a day"),
        ("treaties", "echr-FR", {"reviewer": ""}, "reviewer"),
        ("treaties", "echr-FR", {"in_force_on": "1974-13"}, "not a date"),
        ("crimes", "7(1)(f)", {"tags": "tortured"}, "no such tag"),
        ("crimes", "8(2)(e)(xix)", {"amendment": "am-1"}, "no such amendment"),
        ("article124", "art124-CO", {"to": "2001-01-01"}, "ends before"),
        ("referrals", "unsc-1593", {"region": "nowhere"}, "no such region"),
        ("elements", "7.X1", {"fr": ""}, "blank"),
    ],
)
def test_a_spoiled_row_is_found(table: str, id: str, fields: dict[str, str], cause: str) -> None:
    faults = [one for one in check(_spoiled(table, id, **fields)) if cause in one.cause]
    assert faults and faults[0].file == f"{table}.csv" and faults[0].line > 1


@pytest.mark.parametrize(
    ("deposit", "in_force"),
    [
        ("2003-01-31", "2003-05-01"),
        ("2002-12-02", "2003-02-01"),
        ("2002-12-03", "2003-03-01"),
        ("2002-04-11", "2002-07-01"),
        ("1999-02-02", "2002-07-01"),
        ("2024-10-25", "2025-01-01"),
        ("2011-12-02", "2012-02-01"),
    ],
)
def test_article_126(deposit: str, in_force: str) -> None:
    assert article_126(date.fromisoformat(deposit)).isoformat() == in_force


def test_the_book_counts_125_parties_today() -> None:
    loaded, day = book.load(), date(2026, 11, 22).toordinal()
    bound = [
        s
        for s in loaded.states
        if any(w.start <= day <= w.end for w in loaded.windows_of("rome", s))
    ]
    assert len(bound) == 125


def test_version_names_the_day_and_changes_with_the_overlay() -> None:
    plain, other = book.load().version, book.load(INVENTED).version
    assert re.fullmatch(r"2026-11-22\+[0-9a-f]{8}", plain)
    assert re.fullmatch(r"2026-11-22\+[0-9a-f]{8} overlay invented\+[0-9a-f]{8}", other)


def test_every_crime_has_numbered_elements_in_both_languages() -> None:
    for crime in book.load().crimes.values():
        assert [e.id for e in crime.elements] == [
            f"{crime.id}.{n}" for n in range(1, len(crime.elements) + 1)
        ]
        assert all(e.text["en"] and e.text["fr"] for e in crime.elements)


def test_names_of_crimes_are_unique_in_each_language() -> None:
    crimes = book.load().crimes.values()
    for lang in ("en", "fr"):
        labels = [crime.label[lang].lower() for crime in crimes]
        assert len(labels) == len(set(labels))


def test_every_sentence_used_exists_and_every_sentence_is_used() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    keys = set(book.load().sentences)
    used = set(re.findall(r'"((?:[a-z0-9-]+\.)+[a-z0-9.-]+)"', code)) & keys
    built = {
        key for key in keys
        if key.startswith(("missing.", "uj.link.", "uj.no-link.", "trigger.situation-", "gap."))
    }  # fmt: skip
    assert keys - used - built == set()
    said = set(re.findall(r'say\(\s*"([^"]+)"', code))
    assert said <= keys


def test_every_rule_is_explained_on_the_lawyers_page() -> None:
    page = (Path(__file__).parents[2] / "docs/guide/law.md").read_text(encoding="utf-8")
    for id, rule in book.load().rules.items():
        assert f"`{id}`" in page
        assert rule["en"] in page, id


def test_diff_names_what_an_overlay_adds() -> None:
    changes = {(c.file, c.id): c.what for c in compare(book.load(), book.load(INVENTED))}
    assert changes["states", "XA"] == "added"
    assert compare(book.load(), book.load()) == []


def test_another_folder_can_be_the_book() -> None:
    assert compare(book.load(), book.load_folder(book.FOLDER)) == []
    with pytest.raises(BadInput):
        book.load_folder(Path(__file__).parent)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("name: x\n", "Begin with"),
        ("format: amparo-book-overlay/2\nname: x\n", "Begin with"),
        ("format: amparo-book-overlay/1\n", "Add `name"),
        ("format: amparo-book-overlay/1\nname: x\nstatez: []\n", "Did you mean"),
        ("format: amparo-book-overlay/1\nname: x\nstates:\n  - {id: XA, en: A}\n", "Fill it in"),
        ("format: amparo-book-overlay/1\nname: x\nstates:\n  - {id: XA, en: A, fr: A, un: 1}\n",
         "Known keys"),
        ("format: amparo-book-overlay/1\nname: x\nremove: [nothing]\n", "book show"),
        ("format: amparo-book-overlay/1\nname: x\nuniversal: [{id: uj-XA, state: XA}]\n", "Fill"),
        (HEAD + "rome: [{id: r, state: FR, event: joined, on: 2010}]\n", "signature"),
        (HEAD + "rome: [{id: r, state: FR, event: deposit, on: 2010-13}]\n", "Write 2017"),
    ],
)  # fmt: skip
def test_bad_overlay_is_refused(text: str, where: str, tmp_path: Path) -> None:
    path = tmp_path / "o.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as error:
        book.load(path)
    assert where in error.value.remedy


def test_overlay_replaces_and_removes_rows(tmp_path: Path) -> None:
    path = tmp_path / "o.yaml"
    path.write_text(
        "format: amparo-book-overlay/1\nname: ours\nsource: drafter\nconsulted: 2026-11-22\n"
        "confidence: low\nreviewer: A. Lawyer\nremove: [rome-VE-withdrawal-effective,"
        " rome-VE-withdrawal-notified]\nstates:\n  - {id: FR, en: French Republic, fr: République"
        " française}\n",
        encoding="utf-8",
    )
    loaded = book.load(path)
    assert loaded.states["FR"].name["en"] == "French Republic"
    assert [w.end for w in loaded.windows_of("rome", "VE")] == [date.max.toordinal()]


def test_documents_are_lists_of_mappings_with_ids() -> None:
    for path in book.FOLDER.glob("*.yaml"):
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert entries and all(one["id"] for one in entries), path.name


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_nobody_verified_is_marked_in_every_language(lang: str) -> None:
    assert "confidence: unverified" in book.load().cite("echr-FR", lang)
    assert "unverified" not in book.load().cite("rome-FR-deposit", lang)


def test_a_source_is_cited_by_its_title_in_the_language_where_it_has_one():
    known = book.load()
    assert known.cite("rome-statute").startswith("rome-statute: Rome Statute, text")
    french = known.cite("rome-statute", "fr")
    assert french.startswith("rome-statute: Statut de Rome de la Cour pénale internationale, texte")
    assert known.cite("icrc-casebook", "fr") == known.cite("icrc-casebook")
    assert "Connaissances du rédacteur" in known.cite("uj-SE", "fr")
