"""The day of a page: where its author marked one, and never made up."""

from __future__ import annotations

import pytest

from amparo.intake.readers import html
from amparo.intake.readers.draft import Draft
from amparo.intake.reading import DEFAULT

TEXT = "They came for him at night and no one has told the family where he is. " * 6


def date_of(inside: str, head: str = "") -> str:
    draft = Draft(DEFAULT)
    page = f"<html><head><title>A page</title>{head}</head><body><h1>A page</h1>{inside}"
    html.emit_page(f"{page}<p>{TEXT}</p></body></html>", draft)
    return draft.metadata.get("date", "")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("13 сентября 2021, 14:05", "2021-09-13"),
        ("13 вересня 2021", "2021-09-13"),
        ("3 مارس 2021", "2021-03-03"),
        ("٣ مارس ٢٠٢١", "2021-03-03"),
        ("le 3 mars 2021", "2021-03-03"),
        ("5 Eylül 2020", "2020-09-05"),
        ("2021-05-03", "2021-05-03"),
    ],
)
@pytest.mark.parametrize("mark", ['<p class="post-date">{}</p>', "<time>{}</time>"])
def test_a_marked_day_is_found(mark: str, words: str, day: str) -> None:
    assert date_of(mark.format(words)) == day


@pytest.mark.parametrize(
    "inside",
    [
        "<p>He was taken in 1999.</p>",
        "<p>He was taken on 13 сентября 2021 from his house.</p>",
        '<p class="date">May 2019</p>',
        '<p class="date">the year 2001</p>',
        '<p class="date">Ref. 12, of the class of 2001</p>',
        "<p>© 2001-2012 The Group</p>",
    ],
)
def test_no_day_is_made_up(inside: str) -> None:
    assert date_of(inside) == ""


def test_the_head_goes_before_the_text() -> None:
    stated = '<meta property="article:published_time" content="2020-02-01T10:00:00+03:00">'
    assert date_of("<time>13 сентября 2021</time>", stated) == "2020-02-01"
