"""The record by forms: from a paragraph to a statement, versions, nothing overwritten."""

import lxml.html
import pytest

from amparo.casefile.records import load_case, versions
from amparo.casefile.schema import NOUNS


def tree_of(answer):
    return lxml.html.fromstring(answer.content)


def values_of(tree):
    """What a browser would send of the record's form, as it stands."""
    form = next(f for f in tree.iter("form") if f.get("method") == "post" and not f.get("action"))
    return {name: form.fields[name] for name in form.fields if form.fields[name] is not None}


@pytest.fixture
def statement_form(client, find):
    """Form of a statement made from the paragraph of V-1's account on the detention."""
    code = find("statement-v1-ru.txt")
    from amparo.vault.models import Passage

    rows = Passage.objects.filter(part__item__number=int(code[2:])).select_related("part")
    row = next(r for r in rows if "Протокола" in r.part.text[r.start : r.end])
    answer = client.get(f"/items/{code}/cite/0/{row.start}")
    assert answer["Location"].startswith("/cases/KARV/records/statements/add?item=")
    return answer["Location"], row


def test_a_statement_is_made_from_a_paragraph(client, statement_form):
    address, row = statement_form
    tree = tree_of(client.get(address))
    sent = values_of(tree)
    whole = row.part.text[row.start : row.end]
    assert sent["quote"] == whole and sent["part"] == "text" and sent["item"] == "I1"
    words = "обвинения не предъявляли"
    sent |= {"quote": words, "source": "S1", "proposition": "P3", "knows_by": "perceived"}
    answer = client.post(address, sent)
    assert answer.status_code == 302
    body = load_case("KARV").get(answer["Location"].rpartition("/")[2]).body
    assert body["quote"] == words
    assert body["start"] == row.start + whole.index(words)
    shown = client.get(answer["Location"]).content.decode()
    assert f"/at/0/{body['start']}" in shown and 'lang="ru"' in shown


def test_selected_places_become_the_quotation(client, statement_form):
    address, row = statement_form
    begin = row.part.text.index("Протокола", row.start)
    tree = tree_of(client.get(f"{address}&from={begin}&to={begin + 9}"))
    assert values_of(tree)["quote"] == "Протокола"
    beyond = tree_of(client.get(f"{address}&from=0&to=999999"))
    assert values_of(beyond)["quote"] == row.part.text[row.start : row.end]


def test_words_that_stand_twice_are_settled_by_their_paragraph(client, find):
    code = find("statement-v1-ru.txt")
    from amparo.vault.models import Part, Passage

    text = Part.objects.get(item__number=int(code[2:])).text
    word = "года"
    assert text.count(word) > 1
    row = next(p for p in Passage.objects.filter(part__item__number=int(code[2:])).order_by("-start")
               if text[p.start : p.end].count(word) == 1)  # fmt: skip
    address = f"/cases/KARV/records/statements/add?item={code}&part=0&at={row.start}"
    sent = values_of(tree_of(client.get(address))) | {"quote": word, "source": "S1"}
    answer = client.post(address, sent)
    assert answer.status_code == 302
    body = load_case("KARV").get(answer["Location"].rpartition("/")[2]).body
    assert row.start <= body["start"] < row.end


def test_words_that_do_not_stand_there_are_refused_and_kept_in_the_form(client, statement_form):
    address, _ = statement_form
    sent = values_of(tree_of(client.get(address)))
    sent |= {"quote": "этого никто не говорил", "source": "S1"}
    answer = client.post(address, sent)
    tree = tree_of(answer)
    assert answer.status_code == 400
    assert "not in that part" in tree.xpath("//*[@role='alert']")[0].text_content()
    assert values_of(tree)["quote"] == "этого никто не говорил"
    assert values_of(tree)["paragraph"]


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_an_unchanged_record_goes_through_its_form_without_loss(client, noun):
    before = load_case("KARV")
    if not before.all(noun.name):
        pytest.skip("the demo case has none")
    row = before.all(noun.name)[0]
    address = f"/cases/KARV/record/{row.code}/change"
    tree = tree_of(client.get(address))
    form = next(f for f in tree.iter("form") if f.get("method") == "post" and not f.get("action"))
    sent = {}
    for name, value in form.form_values():
        sent.setdefault(name, []).append(value)
    answer = client.post(address, sent)
    assert answer.status_code == 302, tree_of(answer).xpath("//*[@role='alert']")
    after = load_case("KARV").get(row.code)
    assert (after.body, after.version) == (row.body, row.version + 1)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_an_empty_form_is_refused_or_harmless(client, noun):
    address = f"/cases/KARV/records/{noun.plural}/add"
    answer = client.post(address, {"id": f"EMPTY-{noun.prefix}"})
    if any(field.required for field in noun.fields) or noun.name == "item":
        assert answer.status_code in (400, 404)
        assert load_case("KARV").get(f"EMPTY-{noun.prefix}") is None
    else:
        assert answer.status_code == 302


def test_a_stale_save_shows_both_versions_and_overwrites_nothing(client):
    address = "/cases/KARV/record/S12/change"
    first = values_of(tree_of(client.get(address)))
    second = dict(first)
    assert client.post(address, first | {"grade": "A"}).status_code == 302
    answer = client.post(address, second | {"note": "my own remark"})
    assert answer.status_code == 409
    tree = tree_of(answer)
    told = tree.xpath("//table")[0].text_content()
    assert "my own remark" in told and "Nothing was overwritten" in answer.content.decode()
    held = load_case("KARV").get("S12")
    assert held["grade"] == "A" and held["note"] is None
    again = values_of(tree)
    assert again["seen"] == str(held.version)
    assert client.post(address, again).status_code == 302
    assert load_case("KARV").get("S12")["note"] == "my own remark"


def test_versions_stand_side_by_side(client):
    address = "/cases/KARV/record/S14/change"
    sent = values_of(tree_of(client.get(address)))
    client.post(address, sent | {"grade": "B"})
    tree = tree_of(client.get("/cases/KARV/record/S14/versions"))
    changed = tree.xpath("//td[contains(@class, 'changed')]")
    assert changed and all("(changed)" in cell.text_content() for cell in changed)
    assert len(tree.xpath("//thead/tr/th")) == 1 + len(versions("KARV", "S14"))


def test_a_record_that_others_cite_is_not_retired(client):
    answer = client.post("/cases/KARV/record/S1/retire", {"why": "entered twice"})
    assert answer.status_code == 409 and b"other records point at" in answer.content.lower()
    assert load_case("KARV").get("S1") is not None


def test_a_retired_record_can_still_be_read(client):
    client.post("/cases/KARV/records/places/add", {"id": "PL99", "name": "a mistake"})
    assert client.post("/cases/KARV/record/PL99/retire", {"why": ""}).status_code == 400
    answer = client.post("/cases/KARV/record/PL99/retire", {"why": "entered twice"})
    assert answer["Location"] == "/cases/KARV/records/places"
    assert b"entered twice" in client.get("/cases/KARV/record/PL99").content
    assert client.get("/cases/KARV/record/PL99/change").status_code == 404


def test_a_change_bears_the_member_who_opened(client):
    client.post("/cases/KARV/records/places/add", {"id": "PL98", "name": "Harn"})
    from amparo.web.lock import held_vault

    assert versions("KARV", "PL98")[0].by == held_vault().member


def test_an_id_that_is_taken_is_refused(client):
    answer = client.post("/cases/KARV/records/places/add", {"id": "PL1", "name": "elsewhere"})
    assert answer.status_code == 400 and b"taken" in answer.content


def test_two_who_were_offered_the_same_id_both_save(client):
    address = "/cases/KARV/records/places/add"
    sent = values_of(tree_of(client.get(address)))
    assert sent["id"] == sent["proposed"]
    made = [
        client.post(address, {**sent, "name": f"Village {n}", "apart": "yes"})["Location"]
        for n in range(2)
    ]
    codes = [one.rpartition("/")[2] for one in made]
    assert codes[0] == sent["proposed"] != codes[1]
    assert [load_case("KARV").get(code)["name"] for code in codes] == ["Village 0", "Village 1"]


def test_another_place_for_the_same_words_is_found_anew(client, find):
    before = load_case("KARV").get("ST3")
    address = "/cases/KARV/record/ST3/change"
    sent = values_of(tree_of(client.get(address)))
    assert sent["start"] == str(before["start"])
    answer = client.post(address, sent | {"quote": "двенадцать задержанных"})
    assert answer.status_code == 302
    after = load_case("KARV").get("ST3")
    shift = before["quote"].index("двенадцать задержанных")
    assert after["start"] == before["start"] + shift


def test_another_item_brings_its_own_file_name(client, find):
    from amparo.vault.models import Item

    other = Item.objects.get(file_name="hostile-page.html")
    address = "/cases/KARV/record/I24/change"
    sent = values_of(tree_of(client.get(address)))
    assert sent["file"] == "incidents.csv"
    assert client.post(address, sent | {"sha256": other.sha256}).status_code == 302
    assert load_case("KARV").get("I24")["file"] == "hostile-page.html"


def test_a_vault_of_many_items_asks_for_a_code(client, find, monkeypatch):
    from amparo.web import forms

    monkeypatch.setattr(forms, "MOST_OPTIONS", 3)
    code = find("depot-gate.jpg")
    sent = values_of(tree_of(client.get("/cases/KARV/records/items/add")))
    answer = client.post("/cases/KARV/records/items/add", sent | {"id": "I90", "sha256": code})
    assert answer.status_code == 302
    assert load_case("KARV").get("I90")["file"] == "depot-gate.jpg"


def test_two_who_add_at_once_are_both_given_an_id(client):
    from concurrent.futures import ThreadPoolExecutor

    from django.test import Client

    start = "/cases/KARV/records/notes/add"
    shown = client.get(start)
    proposed = lxml.html.fromstring(shown.content).get_element_by_id("f-id").value

    def add(n):
        browser = Client(SERVER_NAME="127.0.0.1")
        browser.cookies = client.cookies
        sent = {"id": proposed, "proposed": proposed, "text": f"at once {n}"}
        return browser.post(start, sent)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(add, range(12)))
    assert {answer.status_code for answer in answers} == {302}
    made = {answer["Location"] for answer in answers}
    assert len(made) == 12
    texts = [row["text"] for row in load_case("KARV").all("note")]
    assert {f"at once {n}" for n in range(12)} <= set(texts)


def test_an_error_leads_to_its_field_and_keeps_what_was_typed(client):
    sent = {"id": "E90", "proposed": "E9", "title": "Kept words", "began": "the 40th"}
    answer = client.post("/cases/KARV/records/events/add", sent)
    tree = lxml.html.fromstring(answer.content)
    assert answer.status_code == 400
    assert tree.get_element_by_id("error").xpath(".//a/@href") == ["#f-began"]
    field = tree.get_element_by_id("f-began")
    assert field.get("aria-invalid") == "true" and "error" in field.get("aria-describedby").split()
    assert field.value == "the 40th" and tree.get_element_by_id("f-title").value == "Kept words"


def test_one_is_added_and_then_another(client, statement_form):
    address, row = statement_form
    sent = values_of(tree_of(client.get(address))) | {
        "quote": "обвинения не предъявляли", "source": "S1", "again": "yes",
    }  # fmt: skip
    answer = client.post(address, sent)
    assert answer["Location"].startswith(f"{address}&added=ST")
    made = answer["Location"].rpartition("=")[2]
    tree = tree_of(client.get(answer["Location"]))
    assert tree.xpath("//*[@role='status']//a")[0].text == made
    following = values_of(tree)
    assert following["quote"] == row.part.text[row.start : row.end]
    assert following["id"] != made and load_case("KARV").get(made)
    assert b"was added" not in client.get(f"{address}&added=ST999").content


def test_another_follows_when_the_first_was_said_to_be_no_other(client):
    address = "/cases/KARV/records/persons/add"
    role = load_case("KARV").get("V-1")["role"]
    tree = tree_of(client.post(address, {"id": "V-71", "role": role, "again": "yes"}))
    sent = values_of(tree) | {"apart": "yes"}
    assert sent["again"] == "yes"
    assert client.post(address, sent)["Location"] == f"{address}?added=V-71"
