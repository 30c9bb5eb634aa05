"""The proof chart of the demo case: what is shown, denied, missing, and what the law answers."""

from __future__ import annotations

from datetime import date

import pytest

from amparo.casefile.claim_graph import Use
from amparo.casefile.proof_chart import assess_case, chart


@pytest.fixture
def made(demo_vault):
    return chart("KARV")


def crime(made, code):
    return next(line for line in made.crimes if line.crime == code)


def element(lines, code):
    return next(line for line in lines if line.element == code)


def test_context_stands_once_and_every_crime_has_its_elements(made):
    assert [line.element for line in made.context] == [f"7.X{n}" for n in range(1, 7)]
    assert {line.crime for line in made.crimes} >= {"7(1)(d)", "7(1)(e)", "7(1)(f)", "7(1)(h)"}
    for line in made.crimes:
        assert all(one.state in ("supported", "asserted", "missing") for one in line.elements)
        assert all(
            (one.state == "missing") == (not one.claims) or one.claims for one in line.elements
        )


def test_contrary_evidence_is_shown_beside_and_never_netted(made):
    contested = [claim for line in made.context for claim in line.claims if claim.against]
    assert contested
    assert all(claim.strict <= claim.generous for line in made.context for claim in line.claims)


def test_a_private_act_asks_for_attribution(made):
    gaps = [gap for line in made.crimes for gap in line.gaps]
    assert any("private act" in gap for gap in gaps)


def test_claims_of_law_are_answered_by_the_book(made):
    verdicts = {line.proposition: line for line in made.law_claims}
    leaving = [line for line in verdicts.values() if line.verdict == "contradicted"]
    assert leaving and leaving[0].reasons and leaving[0].sources


def test_consent_never_raises_a_figure(demo_vault):
    """What a use leaves out counts as 0, and nothing counts more outside than inside."""
    inside = chart("KARV").chains
    outside = chart("KARV", use=Use("filing:icc", "ICC-OTP", date(2020, 6, 1))).chains
    assert outside and set(outside) < set(inside)
    figures = {code: (inside[code], outside.get(code, (0, 0))) for code in inside}
    assert all(least <= most for had, left in figures.values() for least, most in zip(left, had))
    assert any(left[1] < had[1] for code, (had, left) in figures.items() if code in outside)


def test_every_sentence_has_a_french_one(demo_vault):
    english, french = chart("KARV", lang="en"), chart("KARV", lang="fr")
    assert [c.crime for c in english.crimes] == [c.crime for c in french.crimes]
    assert all(e.text != f.text for e, f in zip(english.context, french.context, strict=True))


def test_the_law_answers_every_act_that_has_a_crime_and_a_date(demo_vault):
    answered = assess_case("KARV").as_dict()
    acts = {line["act"] for line in answered["summary"]}
    assert len(acts) >= 10 and "overlay demo" in answered["book"]
