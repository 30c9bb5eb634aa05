"""Text that is safe to set, and the wording of citations in both languages."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.filing.document import Cite, Paragraph, Ref, Section, number_document
from amparo.filing.layout import QUOTE_LIMIT, clean, labels_of, lay_out, word_cite
from amparo.filing.words import load_words


def worded(cite: Cite, lang: str) -> str:
    return "".join(span.text for span in word_cite(cite, load_words("icc-15", lang)))


@given(st.text(alphabet=st.characters(codec=None)))
def test_clean_leaves_no_control_surrogate_or_override(text):
    shown = clean(text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown)
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u2028")
    assert clean(shown) == shown
    shown.encode("utf-8")


def test_clean_keeps_what_scripts_need():
    text = "می\u200cخواهم Ӏуьйре e\u0301 «\u00a0ici\u00a0»"
    assert clean(text) == text


def test_a_citation_says_exhibit_place_words_and_language():
    cite = Cite(7, "page:3", 120, 144, "увезли в подвал", "ru")
    assert worded(cite, "en") == (
        "Exhibit 7, page 3, characters 120–144: “увезли в подвал” (original in Russian)"
    )
    assert worded(cite, "fr") == (
        "Pièce 7, page 3, caractères 120–144\u00a0: «\u00a0увезли в подвал\u00a0»"
        " (original en russe)"
    )


def test_a_citation_without_words_names_the_place_only():
    assert worded(Cite(2, "message:12"), "en") == "Exhibit 2, message 12"
    assert worded(Cite(2, "text"), "en") == "Exhibit 2"


def test_a_long_quotation_is_cut_openly():
    shown = worded(Cite(1, "text", 0, 5000, "слово " * 800, "ru"), "en")
    assert "[…]" in shown
    assert len(shown) < QUOTE_LIMIT + 100


def test_references_resolve_to_numbers(make_document):
    document = number_document(make_document())
    labels = labels_of(document, load_words("icc-15", "en"))
    assert labels["p2"] == "para. 4"
    assert labels["s2.1"] == "section 2.1"
    assert labels["t2"] == "Table 2"


def test_a_reference_to_nothing_is_refused(make_document):
    from dataclasses import replace

    lost = Section("x", "Lost", (Paragraph((Ref("nowhere"),)),))
    document = number_document(replace(make_document(), sections=(lost,)))
    with pytest.raises(KeyError):
        lay_out(document, load_words("icc-15", "en"))
