"""Shared passages are found with their places, in any script, and unrelated texts are not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.casefile.dates import parse_date
from amparo.casefile.fingerprint import GRAM, SHORTEST_SURE, fingerprints
from amparo.casefile.reuse import (
    LEAST_WORDS,
    ReuseIndex,
    propose_direction,
    shared_passages,
)

WORDS = [f"w{number}" for number in range(3000)]


def prose(rng: random.Random, count: int) -> list[str]:
    return [rng.choice(WORDS) for _ in range(count)]


def test_a_quotation_in_a_rewritten_article_is_found_with_its_place() -> None:
    rng = random.Random(1)
    sources = {f"S{n}": " ".join(prose(rng, 200)) for n in range(50)}
    index = ReuseIndex(sources.__getitem__)
    for name, text in sources.items():
        index.add(name, text)
    quoted = " ".join(sources["S7"].split()[60:90])
    text = " ".join(prose(rng, 100)) + ". «" + quoted.upper() + "», " + " ".join(prose(rng, 100))
    (found,) = index.find(text)
    assert found.source == "S7" and found.words == 30
    (passage,) = found.passages
    assert text[passage.start : passage.end] == quoted.upper()
    assert sources["S7"][passage.source_start : passage.source_end] == quoted
    assert index.find(text, without=["S7"]) == []
    assert index.find(" ".join(prose(rng, 300))) == []
    assert index.find("") == [] and index.find("too short") == []


@pytest.mark.parametrize(
    "sentence",
    [
        "По словам свидетеля, его задержали дома в марте и увезли в отделение полиции без объяснений",
        "قال الشاهد إن رجالا مسلحين اعتقلوه من بيته ليلا ثم نقلوه إلى مركز الشرطة دون تفسير",
        "Selon le témoin, des hommes armés l'ont arrêté chez lui la nuit et l'ont emmené au poste",
    ],
)
def test_any_script_and_small_changes_of_letters(sentence: str) -> None:
    other = (
        "Before. " + sentence.replace("ё", "е").upper() + "! And other words after it came here."
    )
    found = shared_passages(other, "x y z. " + sentence)
    assert found is not None and found.words == len(sentence.replace("'", " ").split())


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 2**32), st.integers(SHORTEST_SURE, 60), st.integers(0, 80))
def test_a_long_enough_run_always_shares_a_fingerprint(seed: int, run: int, around: int) -> None:
    rng = random.Random(seed)
    shared = prose(rng, run)
    one = " ".join(prose(rng, around) + shared + prose(rng, around))
    other = " ".join(prose(rng, around) + shared + prose(rng, around))
    assert set(fingerprints(one).tolist()) & set(fingerprints(other).tolist())


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(list("abcde")), max_size=60), st.data())
def test_passages_are_equal_in_both_and_do_not_overlap(
    words: list[str], data: st.DataObject
) -> None:
    other = data.draw(st.lists(st.sampled_from(list("abcde")), max_size=60))
    text, source = " ".join(words), " ".join(other)
    found = shared_passages(text, source)
    if found is None:
        return
    assert found.words >= LEAST_WORDS and 0 < found.share <= 1
    last = 0
    for passage in found.passages:
        assert passage.start >= last and passage.words >= GRAM
        part = text[passage.start : passage.end]
        assert part == source[passage.source_start : passage.source_end]
        assert len(part.split()) == passage.words
        last = passage.end


def test_runs_merge_and_find_the_same() -> None:
    rng = random.Random(5)
    texts = {f"S{n}": " ".join(prose(rng, 80)) for n in range(200)}
    index = ReuseIndex(texts.__getitem__)
    for name, text in texts.items():
        index.add(name, text)
        if len(index) % 7 == 0:
            assert index.find(text)[0].source == name
    assert len(index) == 200
    for name in ("S0", "S99", "S199"):
        assert index.find(texts[name])[0].share == 1.0


def test_a_formula_of_the_trade_is_no_source() -> None:
    rng = random.Random(9)
    formula = " ".join(prose(rng, 14))
    texts = {f"S{n}": formula + " " + " ".join(prose(rng, 60)) for n in range(120)}
    index = ReuseIndex(texts.__getitem__)
    for name, text in texts.items():
        index.add(name, text)
    assert index.find(" ".join(prose(rng, 60)) + " " + formula) == []


def test_direction_needs_dates_that_tell() -> None:
    early, late, month = parse_date("2017-04-01"), parse_date("2017-04-03"), parse_date("2017-04")
    assert propose_direction(late, early) == "first repeats second"
    assert propose_direction(early, late) == "second repeats first"
    assert propose_direction(early, month) == "not known"
    assert propose_direction(None, early) == "not known"
