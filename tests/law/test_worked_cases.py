"""Worked cases that a lawyer can read, in tests/law/cases: facts, why, and the answer."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from amparo.law import book
from amparo.law.assess import Assessment, assess
from amparo.law.facts import parse

FOLDER = Path(__file__).parent / "cases"
INVENTED = Path(__file__).parent / "invented.yaml"
KEYS = {
    "case", "why", "act", "as_of", "overlay", "expect", "routes", "answers", "missing",
    "deadline", "trigger",
}  # fmt: skip
AS_OF = "2026-11-22"


def _cases() -> list[Any]:
    out = []
    for path in sorted(FOLDER.glob("*.yaml")):
        for one in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader):
            out.append(pytest.param(one, id=f"{path.stem}: {one['case']}"))
    return out


CASES = _cases()


@cache
def _book(overlay: bool) -> book.Book:
    return book.load(INVENTED if overlay else None)


def _answer(case: dict[str, Any]) -> Assessment:
    facts = {"as_of": case.get("as_of", AS_OF), "acts": [{"id": "A1", **case["act"]}]}
    loaded = _book("overlay" in case)
    return assess(parse(facts, case["case"]), loaded)


@pytest.mark.parametrize("case", CASES)
def test_case_is_answered_as_a_lawyer_expects(case: dict[str, Any]) -> None:
    assert set(case) <= KEYS
    found = _answer(case)
    results = found.answered[0].by_forum()
    assert {forum: results[forum] for forum in case["expect"]} == case["expect"]
    answers = list(found.answers())
    for route, result in case.get("routes", {}).items():
        assert {a["result"] for a in answers if a["route"] == route} == {result}, route
    for route, expected in case.get("answers", {}).items():
        assert [a["result"] for a in answers if a["route"] == route] == expected, route
    wanted = [line for answer in answers for line in answer["missing"]]
    for part in case.get("missing", []):
        assert any(part in line for line in wanted), part
    for forum, day in case.get("deadline", {}).items():
        days = {a["deadline"] for a in answers if a["forum"] == forum}
        assert days == {None if day == "null" else day}
    if "trigger" in case:
        assert any(case["trigger"] in one["way"] for one in found.triggers())


def test_there_are_enough_cases_each_with_its_reason() -> None:
    cases = [one.values[0] for one in CASES]
    assert len(cases) >= 120
    assert len({one["case"] for one in cases}) == len(cases)
    assert all(one["why"] and one["expect"] for one in cases)


def test_every_situation_of_the_book_has_a_case() -> None:
    named = {one.values[0]["case"].split()[0] for one in CASES}
    situations = {row.id for row in _book(False).table("situations")}
    assert situations <= named


def test_the_cases_use_every_rule_and_no_other() -> None:
    used = {
        finding.rule for one in CASES for finding in _answer(one.values[0]).answered[0].findings
    }
    assert used == set(_book(False).rules)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_every_answer_can_be_shown(lang: str) -> None:
    for one in CASES:
        for answer in _answer(one.values[0]).as_dict(lang)["answers"]:
            assert answer["reasons"]
            assert all("{" not in line for line in answer["reasons"] + answer["missing"])
