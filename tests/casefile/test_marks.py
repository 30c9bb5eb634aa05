"""Hits are marked where they stand in the original text; snippets keep whole sentences."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from amparo.casefile.marks import cut_snippet, mark
from amparo.casefile.plan_query import Marks, plan_query
from amparo.casefile.query import parse_query
from amparo.casefile.script import fold_text

from .words_in_memory import Terms


def hits(text: str, query: str) -> list[str]:
    terms = Terms(word for word in fold_text(text).replace(".", " ").split())
    marks = plan_query(parse_query(query), terms).marks
    return [text[start:end] for start, end in mark(text, marks)]


def test_marks_the_form_in_the_text() -> None:
    assert hits("Их задержали. Он среди задержанных.", "задержать") == ["задержали", "задержанных"]
    assert hits("قال حَسَن كذا", "Хасан") == ["حَسَن"]
    assert hits("Il a été Arrêté ici", "arrete") == ["Arrêté"]
    assert hits(unicodedata.normalize("NFD", "Il a été arrêté."), "arrêté") == [
        unicodedata.normalize("NFD", "arrêté")
    ]
    assert hits("ПетIар и Пет1ар", "ПетӀар") == ["ПетIар", "Пет1ар"]
    assert hits("a secret prison, no prison", '"secret prison"') == ["secret prison"]
    assert hits("detained detention", "det*") == ["detained", "detention"]
    assert hits("rumour of torture", "torture -rumour") == ["torture"]


@given(st.text(max_size=40), st.sampled_from(["a", "ا", "е", "s"]))
def test_places_lie_in_the_text_and_in_order(text: str, term: str) -> None:
    found = mark(text, Marks(frozenset({term}), (term,), ((term, term),)))
    flat = [place for pair in found for place in pair]
    assert flat == sorted(flat)
    assert all(0 <= start < end <= len(text) for start, end in found)


def test_snippet_keeps_the_sentence() -> None:
    text = "First one. Then they were detained at night. The rest is long. " + "More words. " * 60
    where = mark(text, Marks(frozenset({"detained"})))
    snippet = cut_snippet(text, where, width=55)
    assert snippet.shown == "…Then they were detained at night. The rest is long.…"
    assert [snippet.shown[a:b] for a, b in snippet.hits] == ["detained"]
    assert text[snippet.start : snippet.end] == snippet.shown.strip("…")


@given(st.text(alphabet="ab. \n", max_size=120), st.integers(20, 60))
def test_snippets_show_the_first_hit_and_stay_short(text: str, width: int) -> None:
    where = mark(text, Marks(frozenset({"a", "ab"})))
    snippet = cut_snippet(text, where, width)
    assert len(snippet.shown) <= width + 2 or not where or where[0][1] - where[0][0] > width
    if where:
        assert where[0][0] >= snippet.start and where[0][1] <= snippet.end
        assert snippet.hits
