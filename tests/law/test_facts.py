from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.errors import BadInput, Exit
from amparo.law import book, facts

BOOK = book.load()


def test_only_id_crime_and_one_date_are_needed() -> None:
    found = facts.parse('acts: [{id: A1, crime: "7(1)(f)", began_on: 2017}]', "f.yaml", BOOK)
    act = found.acts[0]
    assert (act.places, act.suspects, act.crossings, act.attribution) == ((), (), (), "unknown")
    assert found.as_of == date.today()


def test_yaml_does_not_turn_norway_into_false_nor_a_month_into_a_number() -> None:
    text = "acts:\n  - {id: 1, crime: torture, began_on: 2017-10, places: [{state: NO}]}\n"
    act = facts.parse(text, "f.yaml", BOOK).acts[0]
    assert (act.id, act.crime, act.places[0].state) == ("1", "7(1)(f)", "NO")
    assert act.when.began != act.when.began_by


@pytest.mark.parametrize("name", ["7(1)(f)", "art. 7(1)(f)", "7 (1) (f)", "Torture", "torture"])
def test_crime_is_a_provision_or_a_name(name: str) -> None:
    text = f'acts: [{{id: A, crime: "{name}", began_on: 2017}}]'
    assert facts.parse(text, "f", BOOK).acts[0].crime == "7(1)(f)"


@pytest.mark.parametrize(
    ("name", "id"),
    [
        ("Wilful killing", "8(2)(a)(i)"),
        ("deportation", "7(1)(d)"),
        ("enforced disappearance", "7(1)(i)"),
        ("Meurtre", "7(1)(a)"),
        ("genocide", "6"),
        ("8 bis", "8bis"),
        ("Viol", "7(1)(g)-1"),
        ("8(2)(b)(xxii)", "8(2)(b)(xxii)"),
    ],
)
def test_short_names_are_understood(name: str, id: str) -> None:
    assert BOOK.crime(name).id == id


def test_an_ambiguous_short_name_is_refused() -> None:
    with pytest.raises(BadInput):
        facts.parse("acts: [{id: A, crime: Pillaging, began_on: 2017}]", "f", BOOK)


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        ("plaices: []", "unknown key"),
        ("places: [{country: FR}]", "unknown key"),
        ("suspects: [{nationality: FR}]", "unknown key"),
        ("crossings: [{from: RU, into: LT}]", "unknown key"),
        ("remedies: [{date: 2017}]", "unknown key"),
        ("places: FR", "a list was expected"),
        ("places: [FR]", "a mapping was expected"),
        ("places: [{state: France}]", "not a State code"),
        ("places: [{state: UK}]", "a State code the book does not have"),
        ("attribution: maybe", "not one of the choices"),
        ("remedies: [{final: perhaps}]", "neither true nor false"),
        ("ended_on: 2016", "ends before it begins"),
        ("ended_on: 2017-02-30", "no such date"),
        ("crime: piracy", "key given twice"),
    ],
)
def test_bad_line_is_refused_with_file_line_and_remedy(line: str, cause: str) -> None:
    text = f'acts:\n  - id: A1\n    crime: "7(1)(f)"\n    began_on: 2017-03\n    {line}\n'
    with pytest.raises(BadInput) as error:
        facts.parse(text, "facts.yaml", BOOK)
    assert cause in error.value.cause
    where = "line 2" if "ends before" in cause else "line 5"
    assert where in error.value.value and "facts.yaml" in error.value.value
    assert error.value.remedy
    assert error.value.exit_code is Exit.BAD_INPUT


@pytest.mark.parametrize(
    "text",
    ["", "[]", "acts:", "acts: []", "acts: {}", "acts: [{}]", "acts: [{id: A}]", "a: b: c", "\x00",
     "acts: [{id: A, crime: x, began_on: 2017}]", "acts: [{id: A, crime: torture}]",
     "as_of: soon\nacts: [{id: A, crime: torture, began_on: 2017}]",
     "acts: [{id: A, crime: torture, began_on: 2017}, {id: A, crime: torture, began_on: 2017}]",
     "[" * 5000],
)  # fmt: skip
def test_bad_file_is_refused_and_never_a_traceback(text: str) -> None:
    with pytest.raises(BadInput) as error:
        facts.parse(text, "facts.yaml", BOOK)
    assert error.value.remedy


def test_a_mapping_is_read_as_text_is() -> None:
    given = {"as_of": "2026-11-22", "acts": [{"id": "A", "crime": "7(1)(f)", "ended_on": "2017"}]}
    text = 'as_of: 2026-11-22\nacts: [{id: A, crime: "7(1)(f)", ended_on: 2017}]'
    from_mapping, from_text = facts.parse(given), facts.parse(text)
    assert from_mapping.acts[0].when == from_text.acts[0].when
    assert from_mapping.as_of == from_text.as_of == date(2026, 11, 22)


def test_null_and_unknown_mean_absent() -> None:
    text = (
        "acts: [{id: A, crime: torture, began_on: 2017, places: [{state: unknown}],"
        " flag_state: ~, victims: [{woman: unknown}], remedies: [{final: unknown}]}]"
    )
    act = facts.parse(text, "f", BOOK).acts[0]
    assert act.places[0].state is None and act.flag_state is None
    assert act.victims[0].woman is None and act.remedies[0].final is None


@settings(max_examples=300, deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12)
    | st.sampled_from(["2017", "2017-03~", "RU", "7(1)(f)", "state", "../2017"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([*facts.TOP, *facts.ACT, *facts.PLACE, *facts.CROSSING, *facts.REMEDY]),
        inner, max_size=4,
    ),
    max_leaves=12,
))  # fmt: skip
def test_any_shape_is_read_or_refused(value: object) -> None:
    try:
        found = facts.parse(json.dumps(value), "f", BOOK)
    except BadInput as error:
        assert error.remedy
    else:
        assert found.acts


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(BadInput):
        facts.parse(text, "f", BOOK)
