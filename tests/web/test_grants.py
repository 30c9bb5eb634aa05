"""Two members at once under their own codes; grants, break-glass and notices on pages."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from amparo.access.grants import list_grants, scope_of
from amparo.access.members import list_members
from amparo.custody.models import LedgerEntry
from amparo.vault.rekey import add_member
from amparo.vault.unlock import open_vault

THEIRS = "other people have other words"
OFFICER = "and the officer has a third saying"


@pytest.fixture(scope="module")
def served_folder(demo_vault_template, tmp_path_factory, passphrase, cheap_cost):
    import shutil

    folder = tmp_path_factory.mktemp("served") / "vault"
    shutil.copytree(demo_vault_template, folder)
    vault = open_vault(folder, passphrase)
    add_member(vault, passphrase, THEIRS, role="analyst", cases=["KARV"], cost=cheap_cost)
    add_member(vault, passphrase, OFFICER, role="data-security officer", cost=cheap_cost)
    vault.close()
    return folder


def unlocked(words):
    browser = Client(SERVER_NAME="127.0.0.1")
    assert browser.post("/unlock", {"passphrase": words}).status_code == 302
    return browser


@pytest.fixture
def analyst(client):
    return unlocked(THEIRS)


def acting(browser):
    return re.search(rb"Acting: (M-\d)", browser.get("/grants").content)[1]


def test_two_members_are_in_at_once_under_their_own_codes(client, analyst):
    assert (acting(client), acting(analyst), acting(client)) == (b"M-1", b"M-2", b"M-1")
    analyst.post("/search/keep", {"query": "cellar"})
    assert LedgerEntry.objects.order_by("sequence").last().body.count(b'"id":"M-2"') == 1
    client.post("/search/keep", {"query": "cellar"})
    assert LedgerEntry.objects.order_by("sequence").last().body.count(b'"id":"M-1"') == 1


def test_one_member_locks_and_the_other_stays(client, analyst, door):
    analyst.post("/lock")
    assert analyst.get("/items")["Location"] == "/unlock"
    assert client.get("/items").status_code == 200 and door.vault is not None
    client.post("/lock")
    assert door.vault is None


def test_who_idles_is_out_while_the_other_works(client, analyst, door):
    held = next(one for one in door.sessions.values() if one.member == "M-2")
    held.seen_at -= 10_000
    assert client.get("/items").status_code == 200
    assert analyst.get("/items")["Location"] == "/unlock"


def test_nothing_of_one_member_is_left_for_the_next_in_the_same_browser(client, analyst):
    client.post("/search", {"query": "zvezdana"})
    assert client.get("/search/1").status_code == 200
    client.post("/unlock", {"passphrase": THEIRS})
    assert acting(client) == b"M-2"
    assert client.get("/search/1").status_code == 404


def test_a_member_who_left_is_out_at_once(client, door, passphrase, cheap_cost):
    code = add_member(door.vault, passphrase, "one more saying for now", cost=cheap_cost)
    guest = unlocked("one more saying for now")
    assert guest.get("/items").status_code == 200
    assert client.post(f"/members/{code}/remove").status_code == 302
    assert guest.get("/items")["Location"] == "/unlock"


def test_the_owner_gives_and_takes_back(client):
    page = client.get("/grants").content.decode()
    assert "Give a role" in page and 'value="M-1"' not in page
    form = {"do": "give", "member": "M-2", "compartment": "source", "action": "see", "case": "KARV"}
    assert client.post("/grants", {**form, "until": "2999-01-31"}).status_code == 302
    assert scope_of("M-2").may("see", "source", "KARV")
    number = next(one for one in list_grants_of("M-2") if one.compartment == "source").number
    assert client.post("/grants", {"do": "revoke", "number": number}).status_code == 302
    assert not scope_of("M-2").may("see", "source", "KARV")
    for wrong in ({"until": "soon"}, {"member": "M-77"}, {"compartment": "x"}, {"case": "NONE"}):
        assert client.post("/grants", {**form, **wrong}).status_code in (400, 404)
    assert client.post("/grants", {**form, "member": "M-1"}).status_code == 409
    assert client.post("/grants", {"do": "what"}).status_code == 400


def list_grants_of(member):
    from amparo.access.grants import scope_of as held_scope
    from amparo.access.scope import acting as act_as

    with act_as(held_scope("M-1")):
        return [one for one in list_grants(member) if not one.ended]


def test_a_role_is_given(client):
    form = {"do": "role", "member": "M-2", "role": "lawyer", "case": "KARV"}
    assert client.post("/grants", form).status_code == 302
    assert {m.code: m.role for m in list_members()}["M-2"] == "lawyer"
    client.post("/grants", {**form, "role": "analyst"})
    assert not scope_of("M-2").may("see", "source", "KARV")


def test_others_cannot_give(analyst):
    page = analyst.get("/grants").content.decode()
    assert "Give a role" not in page and "Break the glass" in page
    form = {"do": "give", "member": "M-3", "compartment": "source", "action": "see"}
    assert analyst.post("/grants", form).status_code == 409


def test_break_glass_is_told_on_the_start_page_until_seen(client, analyst):
    assert b"The glass was broken" not in client.get("/").content
    assert b"S1" not in analyst.get("/cases/KARV/records/sources").content
    form = {"do": "break", "case": "KARV", "compartment": "source", "hours": "1",
            "why": "the court asks within the hour"}  # fmt: skip
    assert analyst.post("/grants", {**form, "why": "now"}).status_code == 400
    assert analyst.post("/grants", form).status_code == 302
    assert b"S1" in analyst.get("/cases/KARV/records/sources").content
    officer = unlocked(OFFICER)
    for browser in (client, officer):
        assert b"The glass was broken" in browser.get("/").content
    assert b"The glass was broken" not in analyst.get("/").content
    page = officer.get("/grants").content.decode()
    assert "within the hour" in page
    number = re.search(
        r'name="number" value="(\d+)"><button class="small" name="do" value="seen"', page
    )[1]
    assert analyst.post("/grants", {"do": "seen", "number": number}).status_code == 409
    assert officer.post("/grants", {"do": "seen", "number": number}).status_code == 302
    assert b"The glass was broken" not in client.get("/").content


def test_a_name_is_looked_up_by_who_may(client, analyst):
    from amparo.access.scope import acting as act_as
    from amparo.casefile.blind import seal_person
    from amparo.web.lock import door as door_of

    with act_as(scope_of("M-1")):
        seal_person(door_of().vault, "KARV", "V-1", {"name": "Хасан Квист"})
    answer = client.post("/persons/find", {"name": "Hassan"})
    assert b"KARV V-1" in answer.content and "Квист".encode() not in answer.content
    assert b"Nothing found" in client.post("/persons/find", {"name": "Ruslan"}).content
    assert analyst.post("/persons/find", {"name": "Hassan"}).status_code == 409
    assert client.post("/persons/find", {"name": "1"}).status_code == 400
