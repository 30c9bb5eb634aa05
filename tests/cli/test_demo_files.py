"""The demo case: the same bytes each time, small, and every quotation where the case says."""

from __future__ import annotations

import email
import json
import re
import zipfile
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from amparo.casefile.read_yaml import read_yaml
from amparo.casefile.schema import CASE_FIELDS, NOUNS
from amparo.cli.demo import build
from amparo.law.book import load

LIMIT_BYTES = 600_000
GUIDE = Path(__file__).parents[2] / "docs" / "guide"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("demo")
    build.build_files(made)
    return made


@pytest.fixture(scope="module")
def case() -> dict[str, Any]:
    return read_yaml(build.CASE_FILE.read_text(encoding="utf-8"), "case.yaml")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _all_text(path: Path) -> str:
    """The words of a built file, roughly: enough to see that a quotation was not mistyped."""
    data = path.read_bytes()
    if path.suffix == ".pdf":
        with pypdfium2.PdfDocument(data) as document:
            return _one_line(" ".join(p.get_textpage().get_text_range() for p in document))
    if path.suffix in {".docx", ".odt"}:
        name = "word/document.xml" if path.suffix == ".docx" else "content.xml"
        xml = zipfile.ZipFile(path).read(name).decode()
        plain = re.sub(r"<[^>]+>", "", xml.replace("</w:p>", " ").replace("</text:p>", " "))
        return _one_line(plain.replace("&amp;", "&"))
    if path.suffix == ".eml":
        letter = email.message_from_bytes(data, policy=modern)
        assert isinstance(letter, EmailMessage)
        body = letter.get_body()
        assert body is not None
        return _one_line(body.get_content())
    if path.suffix == ".json":
        messages = json.loads(data)["messages"]
        entities = (entity["text"] for m in messages for entity in m["text_entities"])
        return _one_line("".join(entities))
    if path.name == "statement-v1-ru.txt":
        return _one_line(data.decode("cp1251"))
    return _one_line(data.decode("utf-16" if data.startswith(b"\xff\xfe") else "utf-8"))


def test_the_same_bytes_each_time_and_small(folder: Path, tmp_path: Path) -> None:
    again = build.build_files(tmp_path / "again")
    assert [path.name for path in again] == sorted(build.RECIPES)
    assert len(again) >= 25
    for path in again:
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name
    assert sum(path.stat().st_size for path in again) < LIMIT_BYTES


def test_every_source_is_used_and_every_item_is_built(folder: Path, case: dict[str, Any]) -> None:
    recipe_text = Path(build.__file__).read_text(encoding="utf-8")
    for source in build.SOURCES.iterdir():
        assert source.name in recipe_text or source.name in build.RECIPES, source.name
    for item in case["items"]:
        assert (folder / item["file"]).is_file(), item["id"]


def test_every_quotation_stands_once_in_its_file(folder: Path, case: dict[str, Any]) -> None:
    files = {item["id"]: item["file"] for item in case["items"]}
    texts = {name: _all_text(folder / name) for name in set(files.values()) if _quotable(name)}
    for statement in case["statements"]:
        text = texts[files[statement["item"]]]
        assert text.count(_one_line(statement["quote"])) == 1, statement["id"]


def _quotable(name: str) -> bool:
    return Path(name).suffix not in {".jpg", ".xlsx"}


def test_ids_are_unique_and_point_at_something(case: dict[str, Any]) -> None:
    records = [row for value in case.values() if isinstance(value, list) for row in value]
    ids = [row["id"] for row in records]
    assert len(ids) == len(set(ids))
    known = set(ids)
    single = ("source", "item", "proposition", "act", "victim", "person", "event", "place")
    several = ("first_hand_for", "statements", "places", "items", "basis", "statement", "by", "to")
    for row in records:
        for key in single:
            assert row.get(key, row["id"]) in known, (row["id"], key)
        for key in several:
            value = row.get(key)
            for target in value if isinstance(value, list) else []:
                assert target in known, (row["id"], key, target)


def test_a_statement_of_knowledge_is_backed_by_the_source(case: dict[str, Any]) -> None:
    first_hand = {row["id"]: set(row.get("first_hand_for", [])) for row in case["sources"]}
    for statement in case["statements"]:
        if statement["knows_by"] == "perceived":
            assert statement["proposition"] in first_hand[statement["source"]], statement["id"]


def test_the_hostile_the_corrupt_and_the_empty_are_what_they_say(folder: Path) -> None:
    bomb = folder / "hostile-bomb.zip"
    assert bomb.stat().st_size < 20_000
    (member,) = zipfile.ZipFile(bomb).infolist()
    assert member.file_size > 10_000 * member.compress_size
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(folder / "truncated-report.pdf")
    assert (folder / "empty.txt").stat().st_size == 0
    assert "<script>" in (folder / "hostile-page.html").read_text()


def test_the_scan_has_no_text_and_the_letter_has_cyrillic(folder: Path) -> None:
    assert _all_text(folder / "depot-order-scan.pdf") == ""
    assert "задержали 27 февраля" in _all_text(folder / "lawyer-letter-2020-ru.pdf")


def test_the_photograph_knows_where_it_was_taken(folder: Path) -> None:
    with Image.open(folder / "depot-gate.jpg") as picture:
        place = picture.getexif().get_ifd(0x8825)
    assert place[1] == "S" and place[2] == (38.0, 30.0, 12.0)


def test_the_channel_export_is_json(folder: Path) -> None:
    export = json.loads((folder / "telegram-result.json").read_text(encoding="utf-8"))
    assert [message["id"] for message in export["messages"]] == [411, 412, 413, 415]


def test_every_element_and_crime_is_in_the_book(case: dict[str, Any]) -> None:
    book = load(build.OVERLAY_FILE)
    crimes = {act["crime"] for act in case["acts"]}
    elements = {e.id for code in crimes for e in book.crime(code).elements}
    elements |= {e for code in crimes for e in book.crime(code).context} | {"6.G1"}
    for proposition in case["propositions"]:
        assert set(proposition.get("elements", [])) <= elements, proposition["id"]


def test_the_guide_names_every_file_of_the_demo() -> None:
    guide = (GUIDE / "demo-case.md").read_text(encoding="utf-8")
    assert [name for name in build.RECIPES if f"`{name}`" not in guide] == []


def test_the_guide_names_every_key_of_the_case_file() -> None:
    guide = (GUIDE / "case-yaml.md").read_text(encoding="utf-8")
    fields = [(noun.plural, field) for noun in NOUNS for field in noun.fields]
    fields += [("case", field) for field in CASE_FIELDS]
    assert [f"{section}.{f.name}" for section, f in fields if f"`{f.name}`" not in guide] == []
    missing = [f"{s}.{f.name}: {c}" for s, f in fields for c in f.choices if c not in guide]
    assert [term for term in missing if len(term.rpartition(" ")[2]) > 1] == []
    assert [noun.plural for noun in NOUNS if f"`{noun.plural}`" not in guide] == []
