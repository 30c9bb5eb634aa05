"""A case goes out and comes in again without loss, whatever words people wrote."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from amparo.casefile.case_file import export_case, import_text
from amparo.casefile.models import Record
from amparo.casefile.records import load_case
from amparo.casefile.review import move
from amparo.casefile.schema import BY_NAME, CASE_FIELDS, NOUNS
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


DATES = st.sampled_from(
    ["2019", "2019-03", "2019-03-05?", "2019-21", "2019-03/2019-05~", "../2017"]
)


def value_of(draw, noun, field, code):
    """Some value of the field; `code` gives an id of a noun."""
    if field.kind in ("text", "long"):
        return draw(SAID)
    if field.kind == "choice":
        return draw(st.sampled_from(field.choices))
    if field.kind == "date":
        return draw(DATES)
    if field.kind == "flag":
        return draw(st.booleans())
    if field.kind == "integer":
        return draw(st.integers(0, 10**6))
    if field.kind == "number":
        return draw(st.floats(-90, 90))
    if field.kind == "names":
        return {"ru": draw(SAID), "ar": draw(SAID)}
    if field.kind == "texts" and field.choices:
        return [draw(st.sampled_from(field.choices))]
    if field.kind == "texts":
        return [draw(SAID.filter(lambda t: "\n" not in t)), "b"]
    target = code(draw(st.sampled_from(field.to)))
    return target if field.kind == "ref" else [target]


@st.composite
def whole_cases(draw, quote, digest):
    """A case with one record of every noun and every field of each filled."""

    def code(noun):
        return f"{BY_NAME[noun].prefix}-1"

    tree = {"case": {f.name: draw(SAID) for f in CASE_FIELDS if f.name != "code"}}
    for noun in NOUNS:
        row = {"id": code(noun.name)}
        for field in noun.fields:
            row[field.name] = value_of(draw, noun.name, field, code)
        if noun.name == "consent":
            row |= {"purpose": "media", "given_on": "2019-01-02", "from": "2019-01-02",
                    "until": "2020", "withdrawn_on": "2019-05"}  # fmt: skip
        if noun.name == "item":
            row |= {"file": "statement-v2-en.docx", "sha256": digest}
        if noun.name == "statement":
            row |= {"part": "text", "quote": quote}
            row.pop("start")
        tree[noun.plural] = [row]
    return tree


@pytest.mark.timeout(600)
@settings(
    max_examples=10,
    phases=(
        Phase.explicit,
        Phase.generate,
    ),  # an example takes seconds: too long to be made smaller
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_every_field_of_every_noun_goes_out_and_comes_in(demo_vault, data):
    held = next(row for row in load_case("KARV").all("statement") if row["part"] == "text")
    item = load_case("KARV").get(held["item"])
    tree = data.draw(whole_cases(held["quote"], item["sha256"]))
    tree["items"][0]["file"] = item["file"]
    tree["case"]["code"] = f"W{next(COUNT)}"
    text = yaml.safe_dump({"format": "amparo-case/1", **tree}, allow_unicode=True)
    import_text("M-1", text, "case.yaml", lambda name: "")
    code, again = tree["case"]["code"], f"W{next(COUNT)}"
    for noun in NOUNS:
        body = Record.objects.get(case_id=code, code=f"{noun.prefix}-1").body
        lacking = {field.name for field in noun.fields} - body.keys()
        assert not lacking, (noun.name, lacking)
    out = export_case(code)
    import_text(
        "M-1", out.replace(f"code: {code}\n", f"code: {again}\n"), "b.yaml", lambda name: ""
    )
    assert told(again) == told(code)
    assert export_case(again) == out.replace(f"code: {code}\n", f"code: {again}\n")


# docs: ../shared/design/record.md
NUMBERS = {
    ("event", "title"): "0102", ("event", "places"): "0112", ("event", "began"): "0113",
    ("event", "ended"): "0114", ("event", "status"): "0151", ("act", "kind"): "2109",
    ("act", "began"): "2111", ("act", "ended"): "2121", ("act", "methods"): "2114",
    ("act", "official_attribution"): "2115", ("act", "status_at_end"): "2123",
    ("act", "targeted_for"): "2152", ("act", "reason_stated"): "2113",
    ("involvement", "degree"): "2409", ("person", "counting_unit"): "0902",
}  # fmt: skip


@pytest.mark.parametrize(("at", "number"), NUMBERS.items(), ids=str)
def test_fields_carry_the_numbers_of_huridocs(at, number):
    assert BY_NAME[at[0]].field(at[1]).huridocs == number
