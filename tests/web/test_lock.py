"""Nothing is shown before the passphrase, and nothing after the lock."""

import time

import pytest
from django.test import Client

from amparo.web import lock
from amparo.web.urls import urlpatterns

EXAMPLES = {
    "code": "I-0001", "case": "KARV", "plural": "statements", "crime": "7(1)(e)",
    "position": "0", "start": "0", "number": "1", "sequence": "1",
}  # fmt: skip


def addresses():
    """One address of every route."""
    for pattern in urlpatterns:
        route = str(pattern.pattern)
        for name, example in EXAMPLES.items():
            for kind in ("int", "item", "case", "record", "crime", "slug"):
                route = route.replace(f"<{kind}:{name}>", example)
        yield "/" + route


@pytest.mark.parametrize("address", sorted(addresses()))
def test_a_stranger_is_sent_to_the_lock(stranger, address):
    for answer in (stranger.get(address), stranger.post(address)):
        if address == "/unlock":
            assert b"passphrase" in answer.content.lower()
        elif address == "/lock":
            assert answer.status_code in (302, 405)
        else:
            assert (answer.status_code, answer["Location"]) == (302, "/unlock")
        assert answer["Cache-Control"] == "no-store"
        assert b"KARV" not in answer.content


def test_a_wrong_passphrase_gives_the_same_page_and_no_session(stranger):
    answer = stranger.post("/unlock", {"passphrase": "not this one"})
    assert answer.status_code == 403
    assert b'name="passphrase"' in answer.content and b'role="alert"' in answer.content
    assert b"not this one" not in answer.content
    assert stranger.get("/items")["Location"] == "/unlock"


def test_guessing_is_slowed(stranger, door, passphrase):
    for _ in range(lock.MAX_TRIES):
        stranger.post("/unlock", {"passphrase": "guess"})
    answer = stranger.post("/unlock", {"passphrase": passphrase})
    assert answer.status_code == 403 and b"wait" in answer.content.lower()
    first = door.paused_until
    door.paused_until = 0.0
    stranger.post("/unlock", {"passphrase": "guess"})
    assert door.paused_until - time.monotonic() > lock.PAUSE_SECONDS > 0 < first
    door.paused_until = 0.0
    assert stranger.post("/unlock", {"passphrase": passphrase}).status_code == 302
    assert door.tries == 0


def test_the_lock_ends_every_session_and_closes_the_vault(client, door, passphrase):
    other = Client(SERVER_NAME="127.0.0.1")
    other.post("/unlock", {"passphrase": passphrase})
    assert other.get("/items").status_code == 200
    assert client.post("/lock")["Location"] == "/unlock"
    assert door.vault is None
    assert other.get("/items")["Location"] == "/unlock"
    assert client.get("/items")["Location"] == "/unlock"


def test_a_stranger_cannot_lock(client, stranger, door):
    stranger.post("/lock")
    assert door.vault is not None
    assert client.get("/items").status_code == 200


def test_the_lock_is_a_button_and_no_address(client, door):
    assert client.get("/lock").status_code == 405
    assert door.vault is not None


def test_an_idle_vault_is_shut_though_nobody_asks(client, door):
    door.seen_at -= 10_000
    door.check_idle()
    assert door.vault is None
    assert client.get("/")["Location"] == "/unlock"


def test_who_types_is_not_shut_out(client, door):
    door.seen_at -= 500
    before = door.seen_at
    assert client.get("/stay").status_code == 204
    assert door.seen_at > before + 400


def test_work_under_way_is_not_cut_off(door, passphrase):
    door.shut()
    key = door.open(passphrase)
    assert door.enter(key)
    door.shut()
    assert door.vault is not None and not door.enter(key)
    door.leave()
    assert door.vault is None


def test_a_form_from_elsewhere_is_refused(door, passphrase):
    browser = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=True)
    answer = browser.post("/unlock", {"passphrase": passphrase})
    assert answer.status_code == 403 and b"nothing was changed" in answer.content


def test_another_host_name_is_refused(client):
    answer = client.get("/", headers={"host": "evil.example"})
    assert answer.status_code == 400


def test_headers_keep_pages_to_themselves(client):
    answer = client.get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Referrer-Policy"] == "same-origin"
    cookie = client.cookies["amparo"]
    assert cookie["httponly"] and cookie["samesite"] == "Strict"


def test_the_keys_are_overwritten_when_the_last_session_ends(client, door):
    keys = door.vault.keys
    assert keys.objects != bytes(32)
    client.post("/lock")
    assert door.vault is None and keys.objects == keys.database == bytes(32)
