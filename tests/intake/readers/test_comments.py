"""Trailing reader comments: cut off where they begin, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.intake.readers import comments
from amparo.intake.readers.comments import split_comments

ARTICLE = "A headline\n\nFirst paragraph of the article.\n\nPhoto: someone\n"


@pytest.mark.parametrize(
    "tail",
    [
        "\nS J1 days ago\n\nThank you.\n\nCarl R\nCarl R1 days ago\n",
        "\nCarl R\nCarl R1 days ago\n\n\nJanis K\nJanis K2 days ago\n\nThanks",
        "\n2 comments\n\nZed\n3 hours ago\nno\n\nAnna\nan hour ago\nyes",
        "\nCommentaires (2)\nZoé\nil y a 3 jours\nnon\nAnna\nil y a une heure\noui",
        "\nКомментарии\nЗоя\n3 дня назад\nнет\nАнна\nчас назад\nда",
        "\nالتعليقات\nزيد\nمنذ 3 أيام\nلا\nآنا\nمنذ ساعة\nنعم",
    ],
)
def test_comments_are_cut_off(tail: str) -> None:
    text = ARTICLE + tail
    split = split_comments(text)
    assert split.comments == 2
    assert text[: split.cut].rstrip("\n") == ARTICLE.rstrip("\n")
    assert text[split.cut :].strip() == tail.strip()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "He left 3 days ago and did not return.\n" * 5,
        "It happened two weeks ago.\n\nThe men were taken 3 days ago\n\nand nothing was heard since.",
        "Comments\n\nThe committee has none.",
        "1 days ago\n" * 4,
    ],
)
def test_an_article_stays_whole(text: str) -> None:
    assert split_comments(text).cut == -1


@given(st.text(alphabet="ab \n1days ago", max_size=300))
def test_a_cut_lies_inside_and_at_a_line(text: str) -> None:
    split = split_comments(text)
    assert split.cut == -1 or (0 < split.cut <= len(text) and text[split.cut - 1] == "\n")


PIECES = (
    "3 days", "an hour", "ago", "AGO", "İl y a", "IL Y\tA", "il y\u00a0a", "3 jours", "hace",
    "HACE", "una hora", "vor", "Vor einem Tag", "час", "НАЗАД", "назад", "منذ", "قبل", "٣", "أيام",
    " ", " · ", "\t", "agony", "Maya", "ı", "ſ", "K",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_the_quick_look_misses_no_stamp(line: str) -> None:
    if comments._STAMP.search(line.strip()):
        assert comments._is_stamp(line)
