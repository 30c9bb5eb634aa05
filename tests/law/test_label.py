from __future__ import annotations

import pytest

from amparo.law import book, claims, label

BOOK = book.load()


@pytest.mark.parametrize(
    "ground",
    ["sexual orientation", "homosexuels", "LGBT", "political opinion", "women", "гей-лгбт"],
)
def test_genocide_fails_at_the_protected_group_and_persecution_is_proposed(ground: str) -> None:
    found = label.check("genocide", [ground], BOOK)
    assert (found.result, found.failed) == ("closed", ("6.G1",))
    assert found.proposed[0] == "7(1)(h)"
    assert found.as_dict(BOOK, "fr")["status"] == "hypothesis"


@pytest.mark.parametrize("ground", ["ethnic origin", "religion", "nationalité", "racial group"])
def test_genocide_of_a_protected_group_is_at_most_arguable(ground: str) -> None:
    found = label.check("6(a)", [ground], BOOK)
    assert (found.result, found.failed) == ("arguable", ())
    assert "6.G3" in found.remaining


def test_a_mixed_group_keeps_the_protected_ground() -> None:
    assert label.check("genocide", ["sexual orientation", "ethnic"], BOOK).result == "arguable"


@pytest.mark.parametrize("grounds", [[], [""], ["left-handed people"]])
def test_an_unknown_ground_gives_unknown(grounds: list[str]) -> None:
    assert label.check("genocide", grounds, BOOK).result == "unknown"
    assert label.check("persecution", grounds, BOOK).result == "unknown"


def test_persecution_on_sexual_orientation_is_argued() -> None:
    found = label.check("persecution", ["sexual orientation"], BOOK)
    assert found.result == "arguable"
    assert "7(3)" in found.as_dict(BOOK)["reasons"][0]


def test_other_labels_list_what_must_be_shown() -> None:
    found = label.check("torture", [], BOOK)
    assert found.remaining[:2] == ("7(1)(f).1", "7(1)(f).2") and "7.X4" in found.remaining
    assert label.check("terrorism", [], BOOK).result == "unknown"


@pytest.mark.parametrize(
    ("text", "kind", "state", "verdict"),
    [
        ("Russia will leave the jurisdiction of the International Criminal Court in The Hague"
         " this November.", "leaves", "RU", "contradicted"),
        ("La Russie quittera la Cour pénale internationale.", "leaves", "RU", "contradicted"),
        ("Россия выйдет из Международного уголовного суда.", "leaves", "RU", "contradicted"),
        ("Burundi left the ICC.", "leaves", "BI", "supported"),
        ("Hungary left the ICC.", "leaves", "HU", "contradicted"),
        ("Mali is leaving the ICC.", "leaves", "ML", "not settled"),
        ("France is leaving the ICC.", "leaves", "FR", "contradicted"),
        ("Lithuania is a party to the Rome Statute.", "party", "LT", "supported"),
        ("Belarus is a member of the ICC.", "party", "BY", "contradicted"),
        ("By signing, Russia undertook to observe it.", "signature", "RU", "contradicted"),
    ],
)  # fmt: skip
def test_claim_is_answered_by_the_book(text: str, kind: str, state: str, verdict: str) -> None:
    found = [c for c in claims.check(text, BOOK) if c.kind == kind]
    assert [(c.state, c.verdict) for c in found] == [(state, verdict)]
    assert found[0].sources
    assert text[found[0].start : found[0].end] == found[0].quote
    assert found[0].as_dict(BOOK, "fr")["reasons"]


def test_ordinary_sentences_are_no_claims() -> None:
    text = "He left the house in Grozny. The court was closed. Russia is large."
    assert claims.check(text, BOOK) == []
