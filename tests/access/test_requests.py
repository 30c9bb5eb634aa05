"""Four eyes on what leaves: asked by one, agreed by another, never by oneself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from amparo.access import requests
from amparo.access.models import Decision, Request
from amparo.access.requests import decide, list_requests, open_requests, refuse_alone
from amparo.casefile.consent import Use
from amparo.casefile.draw import CASE_FILE, enter_export
from amparo.custody.models import LedgerEntry
from amparo.errors import NotFound, Refused
from amparo.vault.verify import verify_vault

from .test_grants import code_of, enter, rooms

__all__ = ("enter", "rooms")
WHAT = "case file of ALPHA for the team's own use"


def export(actor: str, use: Use | None = None) -> None:
    enter_export(actor, "ALPHA", CASE_FILE, use or Use(), b"bytes")


def exports() -> int:
    return LedgerEntry.objects.filter(kind="export").count()


def test_another_must_agree_and_then_it_goes(enter, rooms):
    enter("lawyer")
    lawyer = code_of(rooms, "lawyer")
    for _ in range(2):  # Asking twice makes one request.
        with pytest.raises(Refused, match="another member must agree"):
            export(lawyer)
    assert exports() == 0 and Request.objects.count() == 1
    with pytest.raises(Refused, match="own request"):
        decide(lawyer, 1, agree=True)
    assert open_requests() == 0
    enter("owner")
    assert [(one.what, one.state) for one in list_requests()] == [(WHAT, "open")]
    assert open_requests() == 1
    decide("M-1", 1, agree=True)
    with pytest.raises(Refused, match="not open"):
        decide("M-1", 1, agree=False)
    vault = enter("lawyer")
    export(lawyer)
    assert exports() == 1
    with pytest.raises(Refused, match="must agree"):  # Another use is another request.
        export(lawyer, Use("filing:icc", "ICC-OTP"))
    assert not verify_vault(vault).faults


def test_a_refusal_stands(enter, rooms):
    enter("lawyer")
    lawyer = code_of(rooms, "lawyer")
    with pytest.raises(Refused):
        export(lawyer)
    enter("owner")
    decide("M-1", 1, agree=False)
    enter("lawyer")
    with pytest.raises(Refused, match="another member refused"):
        export(lawyer)
    assert exports() == 0


def test_owners_ask_too(enter, rooms):
    enter("owner")
    with pytest.raises(Refused, match="must agree"):
        export("M-1")
    enter("lawyer")
    decide(code_of(rooms, "lawyer"), 1, agree=True)
    enter("owner")
    export("M-1")


def test_who_may_not_export_sees_and_answers_nothing(enter, rooms):
    enter("lawyer")
    with pytest.raises(Refused):
        export(code_of(rooms, "lawyer"))
    for kind in ("analyst", "external reader", "documenter", "data-security officer", "nobody"):
        enter(kind)
        assert list_requests() == [] and open_requests() == 0
        told = []
        for number in (1, 99):
            with pytest.raises(NotFound) as refused:
                decide(code_of(rooms, kind), number, agree=True)
            told.append(str(refused.value).replace(str(number), "#"))
        assert told[0] == told[1]


def test_agreement_lapses(enter, rooms, monkeypatch):
    enter("lawyer")
    lawyer = code_of(rooms, "lawyer")
    with pytest.raises(Refused):
        export(lawyer)
    enter("owner")
    decide("M-1", 1, agree=True)
    enter("lawyer")
    monkeypatch.setattr(requests, "HOLDS_FOR", timedelta(0))
    with pytest.raises(Refused, match="must agree"):
        export(lawyer)
    assert Request.objects.count() == 2 and list_requests()[-1].state == "lapsed"


def test_alone_it_goes_at_once(vault):
    assert refuse_alone("M-1", "ALPHA", "anything") == ""


def test_a_picture_for_the_team_needs_nobody(enter, rooms):
    enter("lawyer")
    enter_export(code_of(rooms, "lawyer"), "ALPHA", "map as svg", Use(), b"bytes")
    with pytest.raises(Refused):
        enter_export(code_of(rooms, "lawyer"), "ALPHA", "map as svg", Use("media"), b"bytes")


def test_verify_finds_an_answer_that_was_turned(enter, rooms):
    from amparo.store.guard import permit

    enter("lawyer")
    with pytest.raises(Refused):
        export(code_of(rooms, "lawyer"))
    vault = enter("owner")
    decide("M-1", 1, agree=False)
    assert not verify_vault(vault).faults
    with permit():
        Decision.objects.update(agreed=True)
    assert any("decision 1" in fault for fault in verify_vault(vault).faults)
