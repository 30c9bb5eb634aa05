"""Every sentence exists in every language, with the same fields."""

from __future__ import annotations

from string import Formatter

import pytest

from amparo.errors import BadInput
from amparo.filing.words import FORUMS, LANGUAGES, load_words


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("forum", FORUMS)
def test_languages_have_the_same_sentences_and_fields(forum):
    first, *others = (load_words(forum, lang).sentences for lang in LANGUAGES)
    for other in others:
        assert set(first) == set(other)
        wrong = [key for key in first if fields(first[key]) != fields(other[key])]
        assert not wrong


@pytest.mark.parametrize(("forum", "lang"), [("icc-16", "en"), ("icc-15", "xx")])
def test_an_unknown_forum_or_language_is_refused_with_the_known_ones(forum, lang):
    with pytest.raises(BadInput) as caught:
        load_words(forum, lang)
    assert caught.value.value in (forum, lang)
    assert "Use one of" in caught.value.remedy


def test_a_term_not_in_the_vocabulary_is_shown_as_it_is():
    assert load_words("icc-15", "en").language("xx") == "xx"
