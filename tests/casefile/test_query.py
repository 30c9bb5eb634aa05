"""Queries are read, or refused with the place; whatever is read is valid FTS5."""

from __future__ import annotations

from typing import Any

import pytest
import sqlcipher3
from hypothesis import given, settings
from hypothesis import strategies as st

from amparo.casefile.plan_query import Plan, plan_query
from amparo.casefile.query import DEEPEST, LONGEST, parse_query
from amparo.casefile.script import fold_text
from amparo.errors import BadInput

from .words_in_memory import Terms

DOCUMENTS = [
    "Его задержанных коллег увезли в тюрьму",
    "Khasan was detained near the police station",
    "Hassan a été arrêté par la police",
    "قال حَسَن إنهم اعتقلوا المعتقلين",
    "المعتقل علي",
    "A secret prison in the town",
    "torture and rumour of torture",
    "ПетIар was beaten; Пет1ар too",
    "не полностью",
]


def index() -> tuple[Any, Terms]:
    connection = sqlcipher3.connect(":memory:")
    connection.execute(
        "create virtual table t using fts5(x, tokenize='unicode61 remove_diacritics 2')"
    )
    connection.executemany("insert into t values(?)", [(fold_text(d),) for d in DOCUMENTS])
    connection.execute("create virtual table v using fts5vocab(t, 'row')")
    return connection, Terms(row[0] for row in connection.execute("select term from v"))


DATABASE, TERMS = index()


def found(query: str, terms: Terms | None = TERMS) -> list[int]:
    plan = plan_query(parse_query(query), terms)
    return run(plan)


def run(plan: Plan) -> list[int]:
    rows = DATABASE.execute("select rowid from t where t match ? order by rowid", (plan.match,))
    return [row[0] - 1 for row in rows]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("задержали", [0]),
        ("Хасан", [1, 2, 3]),
        ("khasan", [1, 2, 3]),
        ("Hassan", [1, 2, 3]),
        ("حسن", [1, 2, 3]),
        ("Ali", [4]),
        ("ali", []),
        ("~ali", [4]),
        ("اعتقال", [3, 4]),
        ("Petar", [7]),
        ("петӏар", [7]),
        ('"secret prison"', [5]),
        ('"prison secret"', []),
        ("“secret prison”", [5]),
        ("«secret prison»", [5]),
        ("prison near/3 town", [5]),
        ("town near/1 prison", []),
        ("town NEAR prison", [5]),
        ("police -Hassan", [1]),
        ("police NOT hassan", [1]),
        ("police AND station", [1]),
        ("police station", [1]),
        ("detain*", [1]),
        ("prison OR torture", [5, 6]),
        ("police OR (prison AND secret)", [1, 2, 5]),
        ("(police OR prison) -station", [2, 5]),
        ("arrestation near/4 police", [2]),
        ("polise", [1, 2]),
        ("polcie", [1, 2]),
        ("--police", [1, 2]),
        ("ARRÊTÉ", [2]),
        ("--- police ???", [1, 2]),
        ("http://police/station", []),
    ],
)
def test_finds(query: str, expected: list[int]) -> None:
    assert found(query) == expected


def test_a_slip_is_corrected_and_said() -> None:
    assert plan_query(parse_query("polcie"), TERMS).corrected == {"polcie": ("police",)}
    assert plan_query(parse_query("police"), TERMS).corrected == {}


def test_what_is_not_wanted_is_not_widened() -> None:
    assert found("police -khasan") == [2]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("", ""),
        ("   ", ""),
        ("???", ""),
        ("-police", "character 7"),
        ('"police', "character 1"),
        ("(police", "character 1"),
        ("police)", "character 7"),
        ("police AND", "character 10"),
        ("AND police", "character 1"),
        ("police OR", "character 8"),
        ("police NOT", "character 10"),
        ("near/3 police", "character 1"),
        ("police near/3", "character 8"),
        ("police near/999999 x", "character 8"),
        ("(a) near/2 b", "character 5"),
        ("a*", "character 1"),
        ("knid:pdf police", "character 1"),
        ("police kind:,", "character 8"),
        ("kind:p\udcff", "character 1"),
        ("kind:p\x00", "character 1"),
        ("date:2017-13", "character 1"),
        ("date:2018..2017", "character 1"),
        ("date:..", "character 1"),
        ("(kind:pdf police)", "character 2"),
        ("kind:pdf OR police", "character 10"),
        ("(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1), f"character {DEEPEST + 1}"),
        ("a " * 70, "character 129"),
        ("a" * (LONGEST + 1), f"{LONGEST + 1} characters"),
    ],
)
def test_refused_with_the_place(query: str, place: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse_query(query)
    assert refusal.value.value.startswith(place)
    assert refusal.value.remedy


def test_refusals_do_not_repeat_the_words() -> None:
    for query in ('"Umarov', "Umarov AND", "umarov:x", "date:Umarov"):
        with pytest.raises(BadInput) as refusal:
            parse_query(query)
        assert "umarov" not in str(refusal.value).lower()


def test_filters() -> None:
    query = parse_query('torture kind:pdf,html -lang:ru source:"S 1" date:2017-03..2017-05')
    kinds, lang, source, dates = query.filters
    assert (kinds.values, kinds.negated) == (("pdf", "html"), False)
    assert (lang.field, lang.negated) == ("lang", True)
    assert source.values == ("S 1",)
    assert (str(dates.earliest), str(dates.latest)) == ("2017-03-01", "2017-05-31")
    assert parse_query("date:2017..").filters[0].latest is None
    assert parse_query("kind:pdf").root is None


pieces = st.lists(
    st.one_of(
        st.sampled_from(
            ["AND", "OR", "NOT", "NEAR", "near/3", "(", ")", '"', "-", "*", ":", "kind:pdf", "~"]
            + ["date:2017", "police", "polise", "Хасан", "حسن", "arrêté", "a*", "pri*", "«", "»"]
            + ["^", "+", "{", "}", "'", "\x00", "\ud800", "x:police", "NEAR(", "''", "--", "\u0301"]
        ),
        st.text(max_size=6),
    ),
    max_size=14,
)


@settings(max_examples=1500, deadline=None)
@given(pieces, st.sampled_from([" ", ""]), st.booleans())
def test_nothing_but_bad_input_and_never_invalid_fts5(
    parts: list[str], glue: str, with_terms: bool
) -> None:
    try:
        query = parse_query(glue.join(parts))
    except BadInput:
        return
    plan = plan_query(query, TERMS if with_terms else None)
    assert plan.match is not None or plan.filters
    if plan.match is not None:
        run(plan)


def test_the_deepest_and_widest_queries_are_valid() -> None:
    run(plan_query(parse_query("(" * DEEPEST + "police" + ")" * DEEPEST), TERMS))
    run(plan_query(parse_query(" OR ".join(["задержали"] * 64)), TERMS))
    run(plan_query(parse_query("police " * 63 + "-prison"), TERMS))
    run(plan_query(parse_query("police near/3 police near/2 prison near/9 town"), TERMS))
