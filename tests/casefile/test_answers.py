"""What authorities answered: in order, and where two answers cannot both be so."""

from amparo.casefile.answers import answers_in_order, find_contradictions
from amparo.casefile.records import CaseFile, Row


def case(*answers):
    rows = [
        Row("response", f"R{n}", 1, "draft", {"by": "x", "on": on, "to": to, "answer": said})
        for n, (on, to, said) in enumerate(answers, 1)
    ]
    return CaseFile("C", {}, "", {row.code: row for row in rows})


def test_in_the_order_of_time_whatever_the_precision():
    known = case(
        (None, "E1", "silence"), ("2019-05", "E1", "opens inquiry"), ("2019-03-02", "E1", "condemns"),
        ("2019-21", "E1", "denies facts"),
    )  # fmt: skip
    assert [row.code for row in answers_in_order(known)] == ["R4", "R3", "R2", "R1"]


def test_contradictions_are_of_one_event_only():
    known = case(
        ("2019-03", "E1", "denies facts"), ("2019-04", "E2", "opens inquiry"),
        ("2019-05", "E1", "opens inquiry"), ("2019-06", "E1", "silence"),
    )  # fmt: skip
    assert [(c.first.code, c.second.code, c.about) for c in find_contradictions(known)] == [
        ("R1", "R3", "E1")
    ]


def test_answers_to_two_requests_do_not_contradict_each_other():
    rows = [
        Row("response", f"R{n}", 1, "draft", {"on": on, "intervention": asked, "answer": said})
        for n, (on, asked, said) in enumerate(
            [("2019-03", "N1", "denies facts"), ("2019-04", "N2", "opens inquiry"),
             ("2019-05", "N1", "prosecutes")], 1,
        )
    ]  # fmt: skip
    known = CaseFile("C", {}, "", {row.code: row for row in rows})
    assert [(c.first.code, c.second.code) for c in find_contradictions(known)] == [("R1", "R3")]
