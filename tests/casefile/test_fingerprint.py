"""Words as numbers: the same words as `script.fold_text` writes, each at its place."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.casefile.fingerprint import GRAM, Text, fingerprints
from amparo.casefile.script import fold_text

LETTERS = "abZ19_ .-éßœæİıёЁйИ\u0306гI1Ӏӏ|lحخأآةى\u064e\u0640٣中𐐀😀ϲΣς\u00ad\u200f\ufb01\U00020000"


def words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold_text(text))


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from(LETTERS) | st.characters(), max_size=60))
def test_words_are_those_of_the_folded_text_and_stand_where_they_say(text: str) -> None:
    made, wanted = Text(text), words(text)
    assert len(made.words) == len(wanted)
    assert len(set(made.words.tolist())) == len(set(wanted))
    if not wanted:
        return
    places = range(len(wanted))
    starts, ends = made.places(list(places), list(places))
    last = 0
    for word, start, end in zip(wanted, starts.tolist(), ends.tolist(), strict=True):
        assert last <= start < end <= len(text)
        assert word in fold_text(text[start:end]) or fold_text(text[start:end]) in word
        last = start


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ещё один свидетель слышал крики", "еще ОДИН свидетель слышал КРИКИ"),
        ("Цунтӏа аул далеко в горах", "Цунт1а аул далеко в горах"),
        ("й и другие были там ночью", "й и другие были там ночью"),
        ("رأى أحد الشهود حادثة في المدينة", "راي احد الشهود حادثه في المدينه"),
        ("مَدِينَة كبيرة في شمال البلاد", "مدينة كبيرة في شمال البلاد"),
        ("L’œuvre d’un réfugié à Genève", "l'oeuvre d'un refugie a geneve"),
    ],
)
def test_ways_of_writing_give_the_same_words(one: str, other: str) -> None:
    assert Text(one).words.tolist() == Text(other).words.tolist()
    assert fingerprints(one).tolist() == fingerprints(other).tolist()


def test_hashes_are_the_same_on_every_machine() -> None:
    assert Text("Ab1 сёла").words.tolist() == [4311099867767315458, 3016954268225873823]
    assert len(fingerprints("one two three four")) == 0 and GRAM == 5


def test_a_very_long_word_and_many_words_are_read_whole() -> None:
    long = "x" * 10_000
    assert len(Text(long).words) == 1
    assert Text(long).words.tolist() != Text(long + "x").words.tolist()
    many = "wort " * 70_000
    assert len(Text(many).words) == 70_000 and len(set(Text(many).words.tolist())) == 1
