"""French spacing: no-break spaces where French wants them, and no word changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.filing.spacing import NO_BREAK, set_sentence, space_french


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Motif : le lieu ; la date", f"Motif{NO_BREAK}: le lieu{NO_BREAK}; la date"),
        ("ouverte : 4; fermée", f"ouverte{NO_BREAK}: 4{NO_BREAK}; fermée"),
        ("« mots »", f"«{NO_BREAK}mots{NO_BREAK}»"),
        ("Vraiment ? Oui !", f"Vraiment{NO_BREAK}? Oui{NO_BREAK}!"),
        ("à 06:40, https://example.org", "à 06:40, https://example.org"),
        ("l'acte", "l'acte"),
    ],
)
def test_signs_are_parted_as_french_parts_them(typed, printed):
    assert space_french(typed) == printed


def test_templates_get_the_apostrophe_of_print():
    assert (
        set_sentence("l'acte n'est pas ; 'autre'", "fr") == f"l’acte n’est pas{NO_BREAK}; 'autre'"
    )
    assert set_sentence("the law's own; x", "en") == "the law’s own; x"


@given(st.text(alphabet="ab ;:!?«»\u00a0\n", max_size=40))
def test_spacing_twice_is_spacing_once_and_keeps_every_sign(text):
    once = space_french(text)
    assert space_french(once) == once
    assert [c for c in once if not c.isspace()] == [c for c in text if not c.isspace()]


def test_no_french_sentence_of_a_template_breaks_before_a_sign():
    from amparo.filing.words import FORUMS, load_words

    for forum in FORUMS:
        for key, sentence in load_words(forum, "fr").sentences.items():
            assert not any(f" {sign}" in sentence for sign in ";:!?»"), (forum, key)
            assert not [c for c in sentence.split() if c in ";:!?»"] or NO_BREAK in sentence, key
