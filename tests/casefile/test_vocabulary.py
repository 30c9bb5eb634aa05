"""The vocabulary of an index grows as it is used and answers the same as one built at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from amparo.casefile.script import fold_text
from amparo.casefile.vocabulary import Terms, keys_of_term

WORDS = ["задержали", "задержанных", "hassan", "حسن", "2017", "police", "x" * 50]


def test_grows() -> None:
    grown = Terms()
    for word in WORDS:
        grown.terms_sounding("f:hasan")
        grown.add([word, word])
    whole = Terms(WORDS)
    assert len(grown) == len(whole) == len(WORDS)
    for stem in ("ru:задерж", "en:polic"):
        assert list(grown.terms_for(stem)) == list(whole.terms_for(stem)) != []
    for key in ("f:hasan", "s:hsn"):
        assert sorted(grown.terms_sounding(key)) == sorted(whole.terms_sounding(key)) != []
    assert grown.terms_like("polcie") == ["police"]
    assert grown.terms_like("pol") == ()
    assert grown.holds(["2018", "2017"]) and not grown.holds(["2018"])


def test_keys_of_a_term_lead_back_to_it() -> None:
    assert keys_of_term("hassan") >= {"f:hasan", "s:hsn", "en:hassan"}
    assert keys_of_term("2017") == frozenset()
    terms = Terms(WORDS)
    for key in keys_of_term("hassan"):
        assert "hassan" in {*terms.terms_for(key), *terms.terms_sounding(key)}


letters = st.sampled_from("abcdhjkpqsvwxyzшщхгвяюеъьӏіўҡابوعيحخشالçñāж1")


@given(st.lists(st.text(letters, min_size=1, max_size=7).map(fold_text), max_size=8))
def test_every_key_of_every_term_leads_back_to_it(words: list[str]) -> None:
    kept = [word for word in words if word]
    for word in kept:
        for key in keys_of_term(word):
            terms = Terms(kept)
            found = terms.terms_for(key) if key[2] == ":" else terms.terms_sounding(key)
            assert word in found, key


def test_stems_of_irregular_words_stay_on_the_shelf_of_their_letter() -> None:
    for word in ("dying", "lying", "skies", "yeux", "идти", "шёл", "aimer", "ying"):
        folded = fold_text(word)
        for key in keys_of_term(folded):
            if key[2] == ":":
                assert folded in Terms([folded]).terms_for(key), key
