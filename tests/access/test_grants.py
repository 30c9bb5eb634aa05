"""Grants: given by owners, never to oneself, for a time, each with its entry in the ledger."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest

from amparo.access import grants, scope
from amparo.access.models import Grant, Member
from amparo.access.roles import COMPARTMENTS, ROLES, compartment_named, role_named
from amparo.casefile.records import find_case, list_cases, load_case, versions
from amparo.casefile.revise import Draft, add_records, change_record, retire_record
from amparo.casefile.search import count_facets, search
from amparo.custody.models import LedgerEntry
from amparo.errors import BadInput, NotFound, Refused
from amparo.store.guard import permit
from amparo.vault.models import Identity, Item
from amparo.vault.unlock import open_vault

from .conftest import canary


@pytest.fixture
def rooms(house_template, tmp_path):
    """A copy of the house for one test."""
    import shutil

    from .conftest import House

    folder = tmp_path / "vault"
    shutil.copytree(house_template.folder, folder)
    return House(folder, house_template.kinds)


@pytest.fixture
def enter(rooms):
    """Open the vault as one kind of member."""
    opened = []

    def open_as(kind):
        if opened:
            opened.pop().close()
        opened.append(open_vault(rooms.folder, rooms.kinds[kind].passphrase))
        return opened[0]

    yield open_as
    for vault in opened:
        vault.close()


def code_of(rooms, kind):
    return rooms.kinds[kind].code


def test_who_acts_is_unset_before_and_after(rooms, enter):
    assert scope.current() is scope.NOBODY
    vault = enter("owner")
    assert len(list_cases()) == 2
    vault.close()
    assert scope.current() is scope.NOBODY


def test_a_thread_begins_with_nobody(enter):
    enter("owner")
    held, seen = scope.current(), []

    def look(mine):
        from django.db import connection

        with scope.acting(mine):
            seen.append((len(list_cases()), Item.objects.count()))
        connection.close()

    bare = threading.Thread(target=lambda: seen.append(scope.current()))
    bare.start()
    bare.join()
    assert seen == [scope.NOBODY]
    for mine in (scope.NOBODY, held):
        thread = threading.Thread(target=look, args=(mine,))
        thread.start()
        thread.join()
    assert seen[1:] == [(0, 0), (2, 2)]


def test_nobody_grants_themselves(enter, rooms):
    enter("owner")
    with pytest.raises(Refused, match="themselves"):
        grants.give("M-1", "M-1", "source", "see")
    with pytest.raises(Refused, match="themselves"):
        grants.give_role("M-1", "M-1", "lawyer")
    enter("analyst")
    with pytest.raises(Refused, match="owner"):
        grants.give(code_of(rooms, "analyst"), code_of(rooms, "nobody"), "source", "see")
    with pytest.raises(Refused, match="owner"):
        grants.give(code_of(rooms, "analyst"), code_of(rooms, "analyst"), "source", "see")


def test_a_grant_begins_and_ends(enter, rooms):
    enter("owner")
    nobody, now = code_of(rooms, "nobody"), datetime.now(UTC)
    grants.give("M-1", nobody, "source", "see", case="ALPHA", begins=now + timedelta(days=1))
    assert not grants.scope_of(nobody).may("see", "source", "ALPHA")
    grants.give("M-1", nobody, "source", "see", case="ALPHA", until=now + timedelta(hours=1))
    assert grants.scope_of(nobody).may("see", "source", "ALPHA")
    assert not grants.scope_of(nobody).may("see", "source", "BETA")
    assert not grants.scope_of(nobody).may("export", "source", "ALPHA")
    with permit():
        Grant.objects.filter(member=nobody).update(ends_at=now)
    assert not grants.scope_of(nobody).may("see", "source", "ALPHA")
    with pytest.raises(BadInput, match="end before"):
        grants.give("M-1", nobody, "source", "see", until=now - timedelta(days=1))


def test_a_grant_is_taken_back_by_a_row_of_its_own(enter, rooms):
    enter("owner")
    nobody = code_of(rooms, "nobody")
    grants.give("M-1", nobody, "medical", "see", case="ALPHA", why="for the doctor")
    held = grants.list_grants(nobody)[-1]
    before = Grant.objects.count()
    assert grants.revoke("M-1", [held.number]) == 1
    assert Grant.objects.count() == before
    assert grants.list_grants(nobody)[-1].ended
    assert not grants.scope_of(nobody).may("see", "medical", "ALPHA")
    with pytest.raises(NotFound):
        grants.revoke("M-1", [held.number])
    said = [bytes(row.body).decode() for row in LedgerEntry.objects.filter(kind="grant")]
    assert any("see medical, ALPHA" in one and "for the doctor" in one for one in said)
    assert any("see medical taken back" in one for one in said)


def test_the_ledger_tells_when_a_grant_was_slipped_in(enter, rooms):
    enter("owner")
    assert grants.check_grants() == []
    with permit():
        Grant.objects.filter(member=code_of(rooms, "analyst"), action="add").update(
            compartment="identity"
        )
    assert grants.check_grants()


def test_a_role_takes_the_place_of_the_one_before(enter, rooms):
    enter("owner")
    analyst = code_of(rooms, "analyst")
    grants.give("M-1", analyst, "medical", "see", case="ALPHA")
    grants.give_role("M-1", analyst, "external-reader", cases=["BETA"])
    held = grants.scope_of(analyst).held
    assert held == {("BETA", "narrative", "see"), ("ALPHA", "medical", "see")}
    assert grants.scope_of(analyst).role == "external reader"


def test_the_last_owner_cannot_become_less(enter, rooms):
    enter("owner")
    lawyer = code_of(rooms, "lawyer")
    grants.give_role("M-1", lawyer, "owner")
    grants.give_role(lawyer, "M-1", "analyst")
    with pytest.raises(Refused, match="owner"):
        grants.give_role("M-1", lawyer, "analyst")


def test_break_glass_opens_one_compartment_and_is_told(enter, rooms):
    reader = code_of(rooms, "external reader")
    enter("external reader")
    with pytest.raises(Refused):
        grants.break_glass(reader, "ALPHA", "medical", hours=1, why="a doctor asks now")
    analyst = code_of(rooms, "analyst")
    enter("analyst")
    with pytest.raises(BadInput, match="reason"):
        grants.break_glass(analyst, "ALPHA", "medical", hours=1, why="now")
    with pytest.raises(BadInput, match="long"):
        grants.break_glass(analyst, "ALPHA", "medical", hours=25, why="a doctor asks now")
    until = grants.break_glass(analyst, "ALPHA", "medical", hours=2, why="a doctor asks now")
    assert timedelta(hours=1) < until - datetime.now(UTC) <= timedelta(hours=2)
    grants.break_glass(analyst, "NOWHERE", "medical", hours=2, why="a doctor asks now")
    assert grants.notices() == []
    enter("analyst")
    assert canary("medical", "ALPHA") == load_case("ALPHA").rows["V-1"]["health"]
    enter("data-security officer")
    officer = code_of(rooms, "data-security officer")
    told = grants.notices()
    assert [(one.member, one.case) for one in told] == [(analyst, "ALPHA"), (analyst, "NOWHERE")]
    grants.acknowledge(officer, told[0].number)
    assert len(grants.notices()) == 1
    held = [one.number for one in grants.list_grants(analyst) if one.broken]
    grants.revoke(officer, held)
    with pytest.raises(Refused, match="owner"):
        grants.revoke(officer, [1])
    with pytest.raises(NotFound):
        grants.acknowledge(officer, told[0].number)


def test_nobody_acknowledges_their_own(enter, rooms):
    analyst = code_of(rooms, "analyst")
    enter("analyst")
    grants.break_glass(analyst, "ALPHA", "medical", hours=2, why="a doctor asks now")
    enter("owner")
    grants.give_role("M-1", analyst, "data-security officer", cases=["ALPHA"])
    enter("analyst")
    with pytest.raises(Refused, match="own"):
        grants.acknowledge(analyst, grants.notices()[0].number)


def test_others_grants_are_for_who_watches(enter, rooms):
    enter("analyst")
    analyst = code_of(rooms, "analyst")
    assert {one.member for one in grants.list_grants()} == {analyst}
    with pytest.raises(Refused):
        grants.list_grants("M-1")


def test_members_from_before_roles_keep_what_they_had(enter):
    enter("owner")
    with permit():
        Member.objects.create(code="M-99", role="member", joined_at=datetime.now(UTC))
    assert not grants.scope_of("M-99").held
    grants.settle_old_members("M-1")
    held = grants.scope_of("M-99")
    assert all(held.may(a, c, "ALPHA") for c in COMPARTMENTS for a in ("see", "export"))
    assert not held.whole and grants.check_grants() == []
    before = Grant.objects.count()
    grants.settle_old_members("M-1")
    assert Grant.objects.count() == before


def test_names_of_roles_and_compartments():
    assert role_named("Data-Security-Officer") is ROLES["data-security officer"]
    assert compartment_named("alleged-perpetrator") == "alleged perpetrator"
    for bad in ("", "chief"):
        with pytest.raises(BadInput):
            role_named(bad)
        with pytest.raises(BadInput):
            compartment_named(bad)


def test_hidden_fields_and_references_stay_when_others_save(enter, rooms):
    enter("analyst")
    analyst = code_of(rooms, "analyst")
    row = load_case("ALPHA").rows["ST1"]
    assert "source" not in row.body and "basis" not in row.body
    change_record(analyst, "ALPHA", "ST1", {**row.body, "grade": 3}, seen_version=1)
    person = load_case("ALPHA").rows["V-1"]
    assert {"health", "shelter", "reach"}.isdisjoint(person.body)
    change_record(analyst, "ALPHA", "V-1", {**person.body, "note": "seen"}, seen_version=1)
    enter("owner")
    after = load_case("ALPHA").rows
    assert after["ST1"]["source"] == "S1" and after["ST1"]["grade"] == 3
    assert after["ST1"]["basis"] and after["V-1"]["health"] == canary("medical", "ALPHA")
    assert after["V-1"]["note"] == "seen"


def test_a_hidden_record_cannot_be_named(enter, rooms):
    enter("analyst")
    analyst, refused = code_of(rooms, "analyst"), []
    row = load_case("ALPHA").rows["ST1"]
    for code in ("S1", "S7"):
        with pytest.raises(BadInput) as told:
            change_record(analyst, "ALPHA", "ST1", {**row.body, "source": code}, seen_version=1)
        refused.append(str(told.value).replace(code, "#"))
    assert refused[0] == refused[1]
    for code in ("S1", "S7"):
        draft = Draft("event", code, {"title": "x"})
        with pytest.raises(Refused, match="another kind"):
            add_records(analyst, "ALPHA", [draft], reason="try")
    for code in ("AP-1", "AP-7"):
        with pytest.raises(Refused, match="no grant"):
            add_records(analyst, "ALPHA", [Draft("person", code, {"role": "x"})], reason="try")
    with pytest.raises(Refused, match="no grant"):
        change_record(analyst, "ALPHA", "V-1", {"health": "x"}, seen_version=1)


def test_what_points_at_a_record_unseen_holds_it(enter, rooms):
    enter("owner")
    add_records("M-1", "ALPHA", [Draft("act", "A2", {"kind": "beating", "victim": "V-1"}),
                                 Draft("involvement", "INV3", {"act": "A2", "person": "AP-1"})],
                reason="more")  # fmt: skip
    grants.give("M-1", code_of(rooms, "only narrative"), "narrative", "change", case="ALPHA")
    enter("only narrative")
    with pytest.raises(Refused) as told:
        retire_record(code_of(rooms, "only narrative"), "ALPHA", "A2", why="wrong")
    assert "INV3" not in str(told.value)


def test_counts_search_and_facets_leave_out_what_is_hidden(enter, rooms):
    enter("external reader")
    assert search("cellar").total == 1
    assert search("source:S1").total == 0 and search("case:BETA").total == 0
    assert search("celar").notes == ()
    facets = count_facets("cellar")
    assert facets["case"] == {"ALPHA": 1} and facets["source"] == {}
    enter("only source")
    assert search("cellar").total == 0 and Item.objects.count() == 0
    assert load_case("ALPHA").body.keys() == {"code", "title", "language"}
    enter("only identity")
    assert Identity.objects.count() == 1
    enter("nobody")
    assert list_cases() == []
    for look in (find_case, load_case):
        with pytest.raises(NotFound):
            look("ALPHA")


def test_an_alleged_person_is_hidden_though_the_id_does_not_say_so(enter):
    enter("external reader")
    rows = load_case("ALPHA").rows
    assert "V-1" in rows and "V-2" not in rows and "AP-1" not in rows and "P2" not in rows
    with pytest.raises(NotFound):
        versions("ALPHA", "V-2")
    assert "proposition" not in rows["ST2"].body


def test_the_filter_costs_no_statement_a_row(enter):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counted = []
    for kind in ("owner", "analyst"):
        enter(kind)
        with CaptureQueriesContext(connection) as seen:
            load_case("ALPHA")
        counted.append(len(seen))
    assert counted[0] == counted[1] <= 3


def outsider(enter, rooms, purpose, recipient="ICC-OTP"):
    enter("owner")
    reader = code_of(rooms, "external reader")
    grants.give_role("M-1", reader, "external reader", cases=["ALPHA"], purpose=purpose,
                     recipient=recipient if purpose else "")  # fmt: skip
    enter("external reader")
    return reader


def test_people_outside_see_who_agreed_to_their_purpose(enter, rooms):
    enter("external reader")
    rows = load_case("ALPHA").rows
    assert {"V-1", "A1", "P1", "ST1", "I1", "E1"} <= rows.keys()
    assert {"V-3", "A9", "P3", "E2", "CO1", "C1"}.isdisjoint(rows)
    assert rows["PL1"]["name"] == "XV" and "lat" not in rows["PL1"].body
    assert rows["ST1"]["quote"] and Item.objects.count() == 1
    assert all("note" not in row.body for row in rows.values())
    with pytest.raises(NotFound):
        versions("ALPHA", "V-3")


@pytest.mark.parametrize(
    ("purpose", "recipient"), [("", ""), ("media", "ICC-OTP"), ("filing:icc", "Others")]
)
def test_people_outside_see_nobody_for_another_purpose(enter, rooms, purpose, recipient):
    outsider(enter, rooms, purpose, recipient)
    rows = load_case("ALPHA").rows
    assert {"V-1", "V-3", "A1", "P1", "ST1", "I1", "S1"}.isdisjoint(rows)
    assert Item.objects.count() == 0 and search("cellar").total == 0


def test_people_outside_see_no_more_what_was_withdrawn(enter, rooms):
    enter("owner")
    held = load_case("ALPHA").rows["CO1"]
    body = {**held.body, "withdrawn_on": "2021-01-01"}
    change_record("M-1", "ALPHA", "CO1", body, seen_version=1)
    enter("external reader")
    assert "V-1" not in load_case("ALPHA").rows and Item.objects.count() == 0


def test_an_older_version_is_not_shown_outside(enter, rooms):
    enter("owner")
    held = load_case("ALPHA").rows["E1"]
    change_record("M-1", "ALPHA", "E1", {**held.body, "title": "renamed"}, seen_version=1)
    enter("external reader")
    assert [one.body["title"] for one in versions("ALPHA", "E1")] == ["renamed"]


def test_a_purpose_is_for_people_outside(enter, rooms):
    enter("owner")
    with pytest.raises(BadInput, match="reads for every purpose"):
        grants.give_role("M-1", code_of(rooms, "analyst"), "analyst", purpose="research")
    outsider(enter, rooms, "filing:icc")
    assert grants.check_grants() == []


def test_people_outside_ask_for_the_pages_of_the_list_only(rooms, monkeypatch):
    """What is not named for them in `web.lock` looks as if it were not there."""
    from django.test import Client

    from amparo.web.lock import _FOR_OUTSIDE, Door, set_door
    from amparo.web.urls import urlpatterns

    from .test_matrix import asked

    monkeypatch.setattr("amparo.web.lock.STEP_SECONDS", 0.0)
    door = Door(rooms.folder, 600.0)
    set_door(door)
    try:
        browser = Client(SERVER_NAME="127.0.0.1")
        browser.post("/unlock", {"passphrase": rooms.kinds["external reader"].passphrase})

        def plain(answer):
            return re.sub(rb'value="[A-Za-z0-9]{32,}"', b"", answer.content)

        missing = plain(browser.get("/cases/NONE"))
        others = [one for one in urlpatterns if one.name not in {*_FOR_OUTSIDE, "unlock", "lock"}]
        assert {one.name for one in urlpatterns} > _FOR_OUTSIDE and len(others) > 60
        for pattern in others:
            address = asked(str(pattern.pattern))[0]
            for answer in (browser.get(address), browser.post(address)):
                assert answer.status_code == 404 and plain(answer) == missing, address
    finally:
        door.close()


def test_people_outside_are_not_told_how_much_is_done(enter, rooms):
    from amparo.access.members import list_members
    from amparo.vault.entries import list_entries, tell
    from amparo.vault.facts import describe

    facts = describe(enter("external reader"))
    reader = code_of(rooms, "external reader")
    assert facts["entries"] == list_entries().count() == 1 and facts["last_change"] is None
    assert {"purpose", "result", "to"}.isdisjoint(tell(list_entries()[0]))
    assert [one.code for one in list_members()] == [reader]


def test_a_refusal_takes_whole_steps_of_time(rooms, monkeypatch):
    from django.test import Client

    from amparo.web import lock

    slept = []
    monkeypatch.setattr(lock.time, "sleep", slept.append)
    door = lock.Door(rooms.folder, 600.0)
    lock.set_door(door)
    try:
        for kind, waits in (("analyst", 2), ("external reader", 3), ("owner", 0)):
            slept.clear()
            browser = Client(SERVER_NAME="127.0.0.1")
            browser.post("/unlock", {"passphrase": rooms.kinds[kind].passphrase})
            for address in ("/cases/NONE", "/api/cases/NONE", "/cases", "/tasks"):
                browser.get(address)
            assert len(slept) == waits and all(0 <= one < lock.STEP_SECONDS for one in slept)
    finally:
        door.close()


@pytest.mark.parametrize(("kind", "waits"), [("owner", 0), ("external reader", 2)])
def test_a_search_past_hidden_items_takes_whole_steps_of_time(enter, monkeypatch, kind, waits):
    from amparo.casefile import search as searching

    slept = []
    enter(kind)
    monkeypatch.setattr(searching.time, "sleep", slept.append)
    search("cellar")
    searching.count_facets("cellar")
    assert len(slept) == waits and all(0 <= one < searching.STEP_SECONDS for one in slept)
