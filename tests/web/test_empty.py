"""A vault with nothing in it: every page says what to do next."""

import lxml.html
import pytest


@pytest.fixture
def empty(vault_folder, passphrase):
    from django.test import Client

    from amparo.web.lock import Door, set_door

    door = Door(vault_folder, 600.0)
    set_door(door)
    browser = Client(SERVER_NAME="127.0.0.1")
    assert browser.post("/unlock", {"passphrase": passphrase}).status_code == 302
    yield browser
    door.close()


@pytest.mark.parametrize(
    "address", ["/", "/items", "/items/add", "/search", "/cases", "/law", "/ledger", "/ledger/0",
                "/verify", "/machine", "/api/vault", "/api/items", "/api/cases"]
)  # fmt: skip
def test_every_page_stands(empty, address):
    assert empty.get(address).status_code == 200


def test_the_first_step_is_named(empty):
    tree = lxml.html.fromstring(empty.get("/").content)
    steps = tree.xpath("//ol[@class='steps']/li")
    assert steps[0].xpath(".//a/@href") == ["/items/add"]
    assert not any("done" in (step.get("class") or "") for step in steps)
    assert b"Nothing here yet" in empty.get("/items").content
    assert b"No case yet" in empty.get("/cases").content


def test_a_new_case_stands_on_every_page_of_a_case(empty):
    empty.post("/cases", {"code": "NEW", "title": "New"})
    for tail in ("", "/chart", "/law", "/filing", "/records/statements", "/records/acts/add"):
        assert empty.get(f"/cases/NEW{tail}").status_code == 200, tail
    assert b"Nothing is broken" in empty.post("/verify", follow=True).content


def test_a_search_in_nothing_finds_nothing(empty):
    answer = empty.post("/search", {"query": "anything"}, follow=True)
    assert answer.status_code == 200 and b"<b>0</b> passages" in answer.content
