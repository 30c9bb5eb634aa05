"""A filing built before does not leave again when somebody in it withdrew since."""

from __future__ import annotations

from datetime import date

import pytest

from amparo.casefile.records import CaseFile, Row
from amparo.errors import Refused
from amparo.filing.gather import refuse_lapsed

GIVEN = {
    "subject": "V-1", "purpose": "filing:icc", "recipient": "ICC-OTP", "identity_level": "coded",
    "given_on": "2019-01-01",
}  # fmt: skip
TOLD = {"forum": "icc-15", "persons": ["V-1", "V-2", "AP-1"]}


def case_with(*decisions):
    rows = {f"CO{n}": Row("consent", f"CO{n}", 1, "draft", one) for n, one in enumerate(decisions)}
    return CaseFile("T", {}, "", rows)


def test_what_stands_leaves_for_its_use():
    use = refuse_lapsed(case_with(GIVEN), TOLD)
    assert (use.purpose, use.recipient) == ("filing:icc", "ICC-OTP")
    assert use.on >= date(2026, 1, 1)


@pytest.mark.parametrize("limit", [{}, {"withdrawn_recipients": ["ICC-OTP"]}])
def test_what_was_withdrawn_does_not(limit):
    with pytest.raises(Refused, match="V-1"):
        refuse_lapsed(case_with({**GIVEN, "withdrawn_on": "2020-01-01", **limit}), TOLD)


def test_what_was_given_anew_does():
    anew = {**GIVEN, "given_on": "2021-01-01"}
    refuse_lapsed(case_with({**GIVEN, "withdrawn_on": "2020-01-01"}, anew), TOLD)
