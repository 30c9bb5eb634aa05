"""A case goes out and comes in again without loss, whatever words people wrote."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from amparo.casefile.case_file import export_case, import_text
from amparo.casefile.records import load_case
from amparo.casefile.review import move
from amparo.errors import Refused

WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n\t"), max_size=60
)
SAID = WORDS.filter(lambda text: text.strip())
COUNT = iter(range(1, 10_000))


@st.composite
def cases(draw):
    persons = [f"V-{n}" for n in range(1, draw(st.integers(1, 4)))]
    notes = draw(
        st.lists(
            st.tuples(SAID, st.lists(SAID.filter(lambda t: "\n" not in t), max_size=3)), max_size=4
        )
    )
    return {
        "persons": [{"id": code, "role": draw(SAID), "vulnerable": draw(st.booleans()),
                     "size": draw(st.integers(0, 10**6)), "note": draw(WORDS)} for code in persons],
        "notes": [{"id": f"N{n}", "text": text, "about": about} for n, (text, about) in enumerate(notes, 1)],
        "places": [{"id": "PL1", "name": draw(SAID), "names": {"ru": draw(SAID)},
                    "lat": draw(st.floats(-90, 90)), "precision": "town"}],
        "events": [{"id": "E1", "title": draw(SAID), "began": "2019-03~", "places": ["PL1"]}],
    }  # fmt: skip


def comes_in(tree):
    code = f"C{next(COUNT)}"
    text = yaml.safe_dump(
        {"format": "amparo-case/1", "case": {"code": code, "title": "t"}, **tree},
        allow_unicode=True,
    )
    import_text("M-1", text, "case.yaml", lambda name: "")
    return code


def told(code):
    return {row.code: (row.noun, row.status, row.body) for row in load_case(code).rows.values()}


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cases())
def test_whatever_was_written_comes_back(vault, tree):
    code = comes_in(tree)
    text = export_case(code)
    again = f"C{next(COUNT)}"
    import_text(
        "M-1", text.replace(f"code: {code}", f"code: {again}"), "again.yaml", lambda name: ""
    )
    assert told(again) == told(code)
    assert export_case(again) == text.replace(f"code: {code}", f"code: {again}")


def reviewed(vault):
    code = comes_in({"persons": [{"id": "V-1", "role": "x"}, {"id": "V-2", "role": "y"}]})
    move("M-2", code, "V-1", "in review")
    move("M-2", code, "V-1", "final")
    return code


def test_states_of_review_go_out_and_come_in_when_an_owner_vouches(vault):
    code = reviewed(vault)
    text = export_case(code).replace(f"code: {code}", "code: AGAIN")
    assert yaml.safe_load(text)["review"] == {"V-1": "final"}
    import_text("M-1", text, "a.yaml", lambda name: "", with_review=True)
    assert {c: s for c, (_, s, _) in told("AGAIN").items()} == {"V-1": "final", "V-2": "draft"}


def test_nobody_reviews_by_way_of_a_file(vault):
    text = export_case(reviewed(vault)).replace("title: t", "title: u")
    text = text.replace("code: C", "code: D")
    code, rows = import_text("M-1", text, "a.yaml", lambda name: "")
    assert {row.status for row in rows} == {"draft"}
    with pytest.raises(Refused):
        import_text(
            "M-2", text.replace("code: D", "code: E"), "a.yaml", lambda name: "", with_review=True
        )
