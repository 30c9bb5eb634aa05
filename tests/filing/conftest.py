"""A filing made of plain values, with every kind of block and several scripts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

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
