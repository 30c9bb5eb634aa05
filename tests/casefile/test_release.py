"""What leaves for a use: nobody without consent, no special field, no words, no exact place."""

from __future__ import annotations

from datetime import date

import pytest

from amparo.casefile.case_file import export_case, import_text
from amparo.casefile.consent import Use
from amparo.casefile.records import load_case
from amparo.casefile.release import answers, released

USE = Use("filing:icc", "ICC-OTP", date(2021, 1, 1))
CASE = """
format: amparo-case/1
case: {code: LEAVE, title: "of V-2", language: en, summary: plain}
items:
  - {id: I1, file: zqfile.txt, title: first}
  - {id: I2, file: zqother.txt, title: second}
places: [{id: PL1, name: zqhamlet, precision: building, published_precision: region, region: North, state: XV, lat: 1.0, lon: 2.0}]
persons:
  - {id: V-1, role: yesrole, health: zqhealth, shelter: zqshelter, reach: zqreach, note: zqnote}
  - {id: V-2, role: zqrole}
sources:
  - {id: S1, kind: person, title: yessource, person: V-1}
  - {id: S2, kind: person, title: zqsource, person: V-2}
events:
  - {id: E1, title: yesevent, places: [PL1], began: "2017-03-02"}
  - {id: E2, title: zqevent, began: "2017-03-02"}
acts:
  - {id: A1, event: E1, kind: detention, victim: V-1, place: PL1}
  - {id: A2, event: E2, kind: zqact, victim: V-2}
propositions:
  - {id: P1, text: yesclaim, act: A1, aspect: happened}
  - {id: P2, text: zqclaim, act: A2, aspect: happened}
  - {id: P3, text: "zqtold by V-2", act: A1, aspect: happened}
statements:
  - {id: ST1, source: S1, item: I1, part: text, quote: zqwords, proposition: P1, knows_by: perceived}
  - {id: ST2, source: S2, item: I2, part: text, quote: zqothers, proposition: P2, knows_by: perceived}
consents:
  - {id: CO1, subject: V-1, purpose: "filing:icc", recipient: ICC-OTP, identity_level: LEVEL, given_on: "2020-01-01"SCOPE}
"""


@pytest.fixture
def case(vault):
    from amparo.intake.receive import receive_bytes

    receive_bytes(vault, "M-1", [("zqfile.txt", b"zqwords"), ("zqother.txt", b"zqothers")])

    def made(level="coded", scope=""):
        text = CASE.replace("LEVEL", level).replace("SCOPE", scope)
        import_text("M-1", text, "case.yaml", lambda name: "")
        return load_case("LEAVE")

    return made


def test_only_who_agreed_leaves(case):
    case()
    text = export_case("LEAVE", USE)
    assert "zq" not in text and "V-2" not in text
    wanted = {"yesrole", "yessource", "yesevent", "yesclaim", "North"}
    assert {word for word in wanted if word in text} == wanted


def test_nobody_leaves_for_another_use(case):
    known = case()
    for use in (Use("media"), Use("filing:icc", "Others", USE.on), Use("filing:icc", on=USE.on)):
        assert not {"V-1", "V-2", "S1", "S2", "A1", "ST1"} & released(known, use).rows.keys()


def test_words_of_an_item_leave_with_consent_to_be_named(case):
    known = case("named")
    row = released(known, USE).get("ST1")
    assert row["quote"] == "zqwords" and row["part"] == "text"


@pytest.mark.parametrize(
    ("group", "word"), [("medical", "health"), ("shelter", "shelter"), ("contact", "reach")]
)
def test_special_fields_leave_where_they_are_named(case, group, word):
    person = released(case(scope=f", scope: [narrative, {group}]"), USE).get("V-1")
    assert set(person.body) == {"role", word}


def test_for_the_team_the_whole_is_there(case):
    known = case()
    assert released(known, Use()) == known
    assert "zqhealth" in export_case("LEAVE")


def test_each_answer_has_its_reason(case):
    found = {one.code: one.answer for one in answers(case(), USE)}
    assert found["V-1"].allowed and found["V-1"].consent == "CO1"
    assert [found[code].reason for code in ("V-2", "S1", "S2")] == ["none", "consent", "none"]
