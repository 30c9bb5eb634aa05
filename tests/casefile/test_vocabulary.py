"""The words of an index are found by stem, by sound and despite a slip, and only those kept."""

from __future__ import annotations

import hashlib

import pytest

from amparo.casefile.script import fold_text
from amparo.casefile.vocabulary import INDEX_FORM, Kept, keys_of_term
from amparo.store import text_index
from amparo.store.guard import permit

WORDS = ["задержали", "задержанных", "hassan", "حسن", "2017", "police", "x" * 50, "covid19"]


@pytest.fixture
def kept(either_vault) -> Kept:
    """A vault of two passages, written in two steps."""
    with permit():
        for row, text in enumerate((" ".join(WORDS), "police hassan prison"), start=1):
            text_index.add([(row, text)], INDEX_FORM.keys)
    return Kept()


def test_a_word_is_kept_once_with_the_ways_to_it(kept):
    assert set(kept.terms_with(["ru:задерж"])) == {"задержали", "задержанных"}
    assert set(kept.terms_with(["s:hsn"])) == {"hassan", "حسن"}
    assert set(kept.terms_with(["f:hasan", "en:polic"])) == {"hassan", "police"}
    assert set(kept.terms_with([])) == set() and set(kept.terms_with(["en:nothing"])) == set()
    assert set(kept.held(["police", "2017", "polise"])) == {"police"}
    assert sorted(text_index.words_of_length(6, 7)) == ["covid19", "hassan", "police", "prison"]


def test_slips_and_what_is_never_corrected(kept):
    assert kept.terms_like("polcie") == ["police"]
    assert kept.terms_like("zaderzhali") == [] and kept.terms_like("задержылы") == ["задержали"]
    assert kept.terms_like("pol") == () and kept.terms_like("2018") == ()
    assert kept.holds(["2018", "2017"]) and not kept.holds(["2018"])
    assert kept.holds(["x" * 50]) and kept.terms_like("x" * 49) == []


def test_a_word_goes_with_the_last_passage_that_has_it(kept):
    with permit():
        text_index.remove([(2, "police hassan prison")])
    assert set(kept.held(["prison", "police", "hassan"])) == {"police", "hassan"}
    assert set(kept.terms_with(["en:prison"])) == set() != set(kept.terms_with(["en:polic"]))


def test_keys_of_a_term():
    assert keys_of_term("hassan") >= {"f:hasan", "s:hsn", "en:hassan"}
    assert keys_of_term("2017") == keys_of_term("covid19") == frozenset()


def test_other_rules_need_a_migration():
    """The keys of a vault's words are kept: when this fails, write a migration that makes them
    anew (as `casefile/migrations/0005_word_list.py`), and then the new digest here."""
    words = (
        "задержанных избили Магомед Хусейн Пет1ар detained prisoners Abdulrahman Zelimchan été"
        " détenus enlèvement يوسف المعتقلين الرحمن اعتقلوا"
    )
    told = [f"{word} {sorted(keys_of_term(word))}" for word in fold_text(words).split()]
    digest = hashlib.sha256("\n".join(told).encode()).hexdigest()
    assert digest[:16] == "b4f6ee4eca4f3416"
