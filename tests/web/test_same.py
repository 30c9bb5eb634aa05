"""The same person, place or source is proposed before another one is added."""

import lxml.html

from amparo.casefile.records import load_case

START = "/cases/KARV/records/places/add"


def test_a_place_in_another_script_is_asked_about_and_nothing_saved(client):
    before = len(load_case("KARV").all("place"))
    answer = client.post(START, {"id": "PL80", "name": "Сельмар"})
    tree = lxml.html.fromstring(answer.content)
    shown = tree.get_element_by_id("likely")
    assert "/cases/KARV/record/PL7" in [a.get("href") for a in shown.iter("a")]
    assert tree.xpath("//input[@name='name']/@value") == ["Сельмар"]
    assert len(load_case("KARV").all("place")) == before


def test_whoever_says_it_is_another_one_adds_it(client):
    answer = client.post(START, {"id": "PL81", "name": "Selmar", "apart": "yes"})
    assert answer.status_code == 302 and load_case("KARV").get("PL81")


def test_looking_saves_nothing_and_says_when_there_is_none(client):
    answer = client.post(START, {"id": "PL82", "name": "Vostrik", "same": "look"})
    assert b"Nothing like it" in answer.content and load_case("KARV").get("PL82") is None


def test_choosing_the_known_one_leads_back_to_the_form_that_waits(client):
    event = {"id": "E80", "title": "Kept", "first": "places:places"}
    at = client.post("/cases/KARV/records/events/add", event)["Location"]
    answer = client.post(at, {"id": "PL83", "name": "Tervask"})
    links = lxml.html.fromstring(answer.content).get_element_by_id("likely").iter("a")
    back = next(a.get("href") for a in links if "made=PL4" in a.get("href"))
    tree = lxml.html.fromstring(client.get(back).content)
    assert tree.xpath("//input[@name='places'][@checked]/@value") == ["PL4"]


def test_a_place_of_the_gazetteer_fills_the_form_and_saves_nothing(client):
    sent = {"id": "PL84", "name": "Тбилиси", "same": "look"}
    tree = lxml.html.fromstring(client.post(START, sent).content)
    number = tree.xpath("//button[@name='listed']/@value")[0]
    filled = client.post(START, {**sent, "same": "", "region": "mine", "listed": number})
    tree = lxml.html.fromstring(filled.content)
    held = {name: tree.xpath(f"//*[@name='{name}']/@value") for name in ("state", "lat", "region")}
    assert held == {"state": ["GE"], "lat": ["41.72"], "region": ["mine"]}
    assert load_case("KARV").get("PL84") is None
    piece = client.post("/cases/KARV/same", {"nouns": "place", "text": "tbil"}).content
    assert b"Tbilisi" in piece


def test_what_is_typed_is_answered_by_a_piece_of_a_page(client):
    sent = {"nouns": "place", "text": "Терва"}
    answer = client.post("/cases/KARV/same", sent)
    assert b"/cases/KARV/record/PL4" in answer.content and b"<html" not in answer.content
    picked = client.post("/cases/KARV/same", {**sent, "pick": "yes"})
    assert b'data-pick="PL4"' in picked.content
    assert client.post("/cases/KARV/same", {"nouns": "nonsense", "text": "x"}).status_code == 200
    assert client.get("/cases/KARV/same").status_code == 405
    assert client.post("/cases/NONE/same", sent).status_code == 404
