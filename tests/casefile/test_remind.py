"""Time limits of a case: with their rule, never for a case that cannot be assessed."""

from __future__ import annotations

from amparo.casefile.remind import limits_of
from amparo.casefile.revise import create_case


def test_the_demo_has_a_limit_that_names_its_rule(demo_vault):
    assessed, found = limits_of("KARV")
    told = [one.as_dict(assessed.book) for one in found]
    assert told and all(one["rule"] and one["ends_on"] and one["source"] for one in told)
    french = [one.as_dict(assessed.book, "fr") for one in found]
    assert [one["rule"] for one in french] != [one["rule"] for one in told]


def test_an_empty_case_has_none(vault):
    create_case("M-1", {"code": "EMPTY", "title": "x"})
    assert limits_of("EMPTY") == (None, [])
