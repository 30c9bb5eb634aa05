"""What was typed while the vault fell shut comes back after unlocking, and is stored nowhere."""

import lxml.html
import pytest

from amparo.access.scope import whole
from amparo.casefile.records import load_case

ORIGIN = {"HTTP_ORIGIN": "http://127.0.0.1"}
ADD = "/cases/KARV/records/places/add"


def fields(answer, index=0):
    form = [
        f
        for f in lxml.html.fromstring(answer.content).iter("form")
        if f.get("action") != "/language"
    ][index]
    return form.get("action"), [(n, v) for n, v in form.form_values()]


def test_a_long_form_is_carried_through_the_lock(client, door, passphrase):
    typed = {"id": "PL80", "name": "Дом у реки", "names": "ru: Дом", "precision": "town"}
    door.end(client.session["key"])
    locked = client.post(ADD + "?draft=9", typed, **ORIGIN)
    assert locked.status_code == 403 and "not lost" in locked.content.decode()
    action, hidden = fields(locked)
    assert action == "/unlock"
    wrong = client.post("/unlock", dict(hidden) | {"passphrase": "not this"})
    _, hidden = fields(wrong)
    back = client.post("/unlock", dict(hidden) | {"passphrase": passphrase})
    assert "Дом у реки" in back.content.decode() and back["Cache-Control"] == "no-store"
    action, again = next(
        (a, v)
        for n in range(3)
        if (a := fields(back, n)[0]) == ADD + "?draft=9" and (v := fields(back, n)[1])
    )
    with whole():
        assert load_case("KARV").get("PL80") is None
    assert client.post(action, dict(again)).status_code == 302
    with whole():
        assert load_case("KARV").get("PL80")["name"] == "Дом у реки"


@pytest.mark.parametrize("origin", ["http://other.example", "null", ""])
def test_a_form_of_another_page_is_not_carried(stranger, origin):
    answer = stranger.post(ADD, {"name": "planted"}, HTTP_ORIGIN=origin)
    assert answer.status_code == 302 and answer["Location"] == "/unlock"


@pytest.mark.parametrize(
    "address",
    [
        "//other.example/x",
        "/unlock",
        "/lock",
        "https://x.example/",
        "/cases/KARV/persons/V-1/identity/seal",
    ],
)
def test_only_forms_of_the_record_come_back(stranger, passphrase, address):
    import json

    kept = json.dumps({"address": address, "pairs": [["name", "x"]]})
    answer = stranger.post("/unlock", {"passphrase": passphrase, "kept": kept})
    assert answer.status_code == 302


@pytest.mark.parametrize("kept", ["{", "[]", '{"address": 1}', "x" * 2_000_000])
def test_nonsense_is_passed_over(stranger, passphrase, kept):
    assert stranger.post("/unlock", {"passphrase": passphrase, "kept": kept}).status_code == 302
