"""From record to chains: reprints count once, denials are never passed on as support."""

from __future__ import annotations

from datetime import date

from amparo.casefile.claim_graph import Use, weigh
from amparo.casefile.records import CaseFile, Row


def case_of(**rows):
    nouns = {
        "S": "source",
        "ST": "statement",
        "I": "item",
        "P": "proposition",
        "C": "contamination",
        "CO": "consent",
        "D": "derivation",
    }
    made = {}
    for code, body in rows.items():
        prefix = code.rstrip("0123456789")
        made[code] = Row(nouns[prefix], code, 1, "draft", body)
    return CaseFile("T", {}, "", made)


def said(source, item, by="perceived", stance="supports", **more):
    return {"source": source, "item": item, "part": "text", "quote": "q", "proposition": "P1",
            "knows_by": by, "stance": stance, **more}  # fmt: skip


def person(**more):
    return {"kind": "person", "title": "x", **more}


OUTLET = {"kind": "outlet", "title": "x"}
P = {"text": "it happened"}


def bounds(case, use=None):
    _, found = weigh(case, "P1", use)
    return (found.supported.strict.k, found.supported.generous.k), found


def test_two_witnesses_count_two():
    case = case_of(
        P1=P, S1=person(), S2=person(), I1={}, I2={}, ST1=said("S1", "I1"), ST2=said("S2", "I2")
    )
    assert bounds(case)[0] == (2, 2)


def test_one_witness_in_two_documents_counts_one():
    case = case_of(P1=P, S1=person(), I1={}, I2={}, ST1=said("S1", "I1"), ST2=said("S1", "I2"))
    assert bounds(case)[0] == (1, 1)


def test_a_reprint_adds_nothing():
    case = case_of(
        P1=P, S1=person(), S2=OUTLET, S3=OUTLET, I1={}, I2={}, I3={},
        ST1=said("S1", "I1"), ST2=said("S2", "I2", "quotes", **{"from": ["ST1"]}),
        ST3=said("S3", "I3", "copies", **{"from": ["ST2"]}),
    )  # fmt: skip
    assert bounds(case)[0] == (1, 1)


def test_an_unnamed_root_counts_only_at_most():
    case = case_of(P1=P, S2=OUTLET, I2={}, ST2=said("S2", "I2", "quotes"))
    (least, most), found = bounds(case)
    assert (least, most) == (0, 1)
    assert found.unresolved


def test_two_outlets_on_one_named_source_count_one():
    case = case_of(
        P1=P, S1=person(first_hand_for=["P1"]), S2=OUTLET, S3=OUTLET, I2={}, I3={},
        ST2=said("S2", "I2", "quotes", **{"from": ["S1"]}),
        ST3=said("S3", "I3", "quotes", **{"from": ["S1"]}),
    )  # fmt: skip
    assert bounds(case)[0] == (1, 1)


def test_a_joint_interview_makes_two_into_one():
    rows = dict(
        P1=P, S1=person(), S2=person(), I1={}, I2={}, ST1=said("S1", "I1"), ST2=said("S2", "I2")
    )
    certain = {"statements": ["ST1", "ST2"], "certain": True, "why": "joint"}
    assert bounds(case_of(**rows, C1=certain))[0] == (1, 1)
    assert bounds(case_of(**rows, C1={**certain, "certain": False}))[0] == (1, 2)


def test_an_outlet_that_carries_both_sides_does_not_turn_a_denial_into_support():
    case = case_of(
        P1=P, S1=person(), S2=person(), S3=OUTLET, I1={},
        ST1=said("S3", "I1", "quotes", **{"from": ["S1"]}),
        ST2=said("S3", "I1", "quotes", "denies", **{"from": ["S2"]}),
    )  # fmt: skip
    _, found = weigh(case, "P1")
    assert found.supported.generous.k == 1 and found.denied.generous.k == 1
    assert not any("S2" in chain for chain in found.supported.generous.chains)


def test_two_who_quote_each_other_have_no_origin():
    case = case_of(
        P1=P, S1=OUTLET, S2=OUTLET, I1={}, I2={},
        ST1=said("S1", "I1", "quotes", **{"from": ["ST2"]}),
        ST2=said("S2", "I2", "quotes", **{"from": ["ST1"]}),
    )  # fmt: skip
    (least, most), found = bounds(case)
    assert (least, most) == (0, 0)
    assert found.cycles_without_origin


def test_without_consent_an_account_does_not_count_for_the_filing():
    use = Use("filing:icc", "", date(2020, 1, 1))
    rows = dict(
        P1=P, S1=person(), S2=person(), I1={}, I2={}, ST1=said("S1", "I1"), ST2=said("S2", "I2")
    )
    assert bounds(case_of(**rows), use)[0] == (0, 0)
    given = {"subject": "S1", "purpose": "filing:icc", "identity_level": "coded"}
    assert bounds(case_of(**rows, CO1=given), use)[0] == (1, 1)


def test_withdrawing_the_one_who_joins_two_exposures_does_not_raise_the_figure():
    use = Use("filing:icc", "", date(2020, 1, 1))
    consent = {"purpose": "filing:icc", "identity_level": "coded"}
    rows = dict(
        P1=P, S1=person(), S2=person(), S3=person(), I1={}, I2={}, I3={},
        ST1=said("S1", "I1"), ST2=said("S2", "I2"), ST3=said("S3", "I3"),
        C1={"statements": ["ST1", "ST2"], "certain": True, "why": "chat"},
        C2={"statements": ["ST2", "ST3"], "certain": True, "why": "chat"},
        CO1={**consent, "subject": "S1"}, CO3={**consent, "subject": "S3"},
    )  # fmt: skip
    assert bounds(case_of(**rows, CO2={**consent, "subject": "S2"}), use)[0] == (1, 1)
    assert bounds(case_of(**rows), use)[0] == (1, 1)


def two_papers(**more):
    return case_of(
        P1=P, S1=OUTLET, S2=OUTLET, I1={}, I2={}, I3={},
        ST1=said("S1", "I1"), ST2=said("S2", "I2"), **more,
    )  # fmt: skip


def repeats(one, other, kind="copies", decision="accepted"):
    return {"from": one, "to": other, "kind": kind, "decision": decision}


def test_an_accepted_copy_makes_two_pages_into_one():
    assert bounds(two_papers())[0] == (2, 2)
    assert bounds(two_papers(D1=repeats("I2", "I1")))[0] == (1, 1)
    assert bounds(two_papers(D1=repeats("I2", "I1", decision="refused")))[0] == (2, 2)


def test_passages_repeated_lower_only_the_strict_figure():
    assert bounds(two_papers(D1=repeats("I2", "I1", "quotes")))[0] == (1, 2)


def test_two_reprints_of_one_page_nobody_cites_count_once():
    case = two_papers(D1=repeats("I1", "I3"), D2=repeats("I2", "I3"))
    graph, _ = weigh(case, "P1")
    assert bounds(case)[0] == (1, 1)
    assert {("I3", "I1", "copies"), ("I3", "I2", "copies")} <= {tuple(e) for e in graph.edges}


def test_a_circle_of_copies_neither_hangs_nor_counts_twice():
    circle = dict(D1=repeats("I1", "I2"), D2=repeats("I2", "I3"), D3=repeats("I3", "I1"))
    least, most = bounds(two_papers(**circle))[0]
    assert 0 <= least <= most <= 1
