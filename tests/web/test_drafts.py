"""A form waits while what it needs is added first; nothing that was typed is lost."""

import lxml.html
import pytest

from amparo.casefile.records import load_case
from amparo.casefile.schema import BY_NAME, NOUNS
from amparo.web.drafts import detours


def tree_of(answer):
    return lxml.html.fromstring(answer.content)


def form_of(tree):
    form = next(f for f in tree.iter("form") if f.get("method") == "post" and not f.get("action"))
    return {name: form.fields[name] for name in form.fields if form.fields[name] is not None}


def follow(client, answer):
    assert answer.status_code == 302
    return answer["Location"], form_of(tree_of(client.get(answer["Location"])))


def test_two_detours_and_back_again(client, find):
    code = find("statement-v2-en.docx")
    start = f"/cases/KARV/records/statements/add?item={code}&part=0&at=0"
    first = form_of(tree_of(client.get(start))) | {
        "grade": "3",
        "note": "typed before",
        "source": "S2",
    }
    quote = first["quote"]

    at_claim, claim = follow(
        client, client.post(start, first | {"first": "proposition:propositions"})
    )
    claim |= {"id": "P70", "text": "Typed in the first detour."}
    at_act, act = follow(client, client.post(at_claim, claim | {"first": "act:acts"}))
    assert load_case("KARV").get("P70") is None
    at_claim, claim = follow(client, client.post(at_act, act | {"id": "A70", "kind": "threat"}))
    assert (claim["id"], claim["text"], claim["act"]) == (
        "P70",
        "Typed in the first detour.",
        "A70",
    )
    at_statement, again = follow(client, client.post(at_claim, claim))
    assert (again["quote"], again["grade"], again["note"]) == (quote, "3", "typed before")
    assert (again["source"], again["proposition"]) == ("S2", "P70")
    assert again["paragraph"] == first["paragraph"]
    answer = client.post(at_statement, again)
    made = load_case("KARV").get(answer["Location"].rpartition("/")[2])
    assert made["proposition"] == "P70" and load_case("KARV").get("P70")["act"] == "A70"


def test_a_detour_adds_to_a_list(client):
    start = "/cases/KARV/records/events/add"
    sent = form_of(tree_of(client.get(start))) | {"title": "Kept", "places": ["PL1"]}
    address, place = follow(client, client.post(start, sent | {"first": "places:places"}))
    answer = client.post(address, place | {"id": "PL70", "name": "Harn"})
    tree = tree_of(client.get(answer["Location"]))
    chosen = tree.xpath("//input[@name='places'][@checked]/@value")
    assert chosen == ["PL1", "PL70"]


def test_an_address_holds_no_word_of_the_draft(client):
    start = "/cases/KARV/records/events/add"
    sent = form_of(tree_of(client.get(start))) | {"title": "Unsayable"}
    answer = client.post(start, sent | {"first": "places:places"})
    assert answer["Location"].startswith("/cases/KARV/records/places/add?draft=")
    assert "Unsayable" not in answer["Location"]


def test_a_draft_of_another_session_or_case_is_not_there(client, stranger, passphrase):
    start = "/cases/KARV/records/events/add"
    sent = form_of(tree_of(client.get(start))) | {"title": "Mine"}
    number = client.post(start, sent | {"first": "places:places"})["Location"].rpartition("=")[2]
    stranger.post("/unlock", {"passphrase": passphrase})
    assert b"Mine" not in stranger.get(f"{start}?draft={number}").content
    assert b"Mine" in client.get(f"{start}?draft={number}").content
    client.post("/cases", {"code": "OTHER", "title": "Other"})
    other = client.get(f"/cases/OTHER/records/events/add?draft={number}")
    assert b"Mine" not in other.content


@pytest.mark.parametrize(
    "wrong", ["source", "source:nonsense", "quote:sources", ":", "from:statements"]
)
def test_a_detour_that_leads_nowhere_saves_or_refuses(client, wrong):
    sent = {"id": "ST70", "first": wrong, "source": "S1"}
    answer = client.post("/cases/KARV/records/statements/add", sent)
    assert answer.status_code == 400 and b'role="alert"' in answer.content


@pytest.mark.parametrize("noun", NOUNS, ids=lambda noun: noun.name)
def test_detours_lead_to_what_the_field_may_point_at(noun):
    for name, plurals in detours(noun).items():
        field = noun.field(name)
        assert {BY_NAME[to].plural for to in field.to} >= set(plurals)
        assert noun.plural not in plurals


def test_a_form_kept_for_later_waits_for_its_member_alone(client, stranger, passphrase):
    start = "/cases/KARV/records/events/add"
    sent = form_of(tree_of(client.get(start))) | {"began": "not a date yet", "later": "yes"}
    answer = client.post(start, sent | {"id": "E70"})
    assert answer["Location"] == "/cases/KARV"
    assert load_case("KARV").get("E70") is None
    for page in ("/cases/KARV", "/tasks"):
        (at,) = tree_of(client.get(page)).xpath("//a[contains(@href, '?left=')]/@href")
    form = form_of(tree_of(client.get(at)))
    assert form["began"] == "not a date yet" and form["id"] == "E70"
    client.post(at, form | {"began": "2019-0", "later": "yes"})
    (same,) = tree_of(client.get("/cases/KARV")).xpath("//a[contains(@href, '?left=')]/@href")
    assert same == at and form_of(tree_of(client.get(at)))["began"] == "2019-0"
    refused = client.post(at, form_of(tree_of(client.get(at))) | {"title": "A raid"})
    assert refused.status_code == 400 and form_of(tree_of(client.get(at)))["began"] == "2019-0"
    saved = client.post(at, form | {"title": "A raid", "began": "2019-03"})
    assert saved["Location"] == "/cases/KARV/record/E70"
    assert client.get(at).status_code == 404
    assert b"?left=" not in client.get("/cases/KARV").content


def test_a_form_kept_for_later_can_be_thrown_away(client):
    start = "/cases/KARV/records/events/add"
    client.post(start, {"title": "Unsayable", "later": "yes"})
    (at,) = tree_of(client.get("/cases/KARV")).xpath("//a[contains(@href, '?left=')]/@href")
    number = at.rpartition("=")[2]
    assert client.post(f"/cases/KARV/unfinished/{number}").status_code == 302
    assert client.get(at).status_code == 404
    assert client.post(f"/cases/KARV/unfinished/{number}").status_code == 404


def test_a_statement_kept_for_later_keeps_its_passage(client, find):
    code = find("statement-v1-ru.txt")
    start = f"/cases/KARV/records/statements/add?item={code}&part=0&at=726"
    whole = form_of(tree_of(client.get(start)))["quote"]
    client.post(start, form_of(tree_of(client.get(start))) | {"quote": "x", "later": "yes"})
    (at,) = tree_of(client.get("/cases/KARV")).xpath("//a[contains(@href, '?left=')]/@href")
    page = tree_of(client.get(at))
    assert form_of(page)["quote"] == "x"
    assert whole[:20] in page.xpath("//blockquote")[0].text_content()
    client.post(f"/cases/KARV/unfinished/{at.rpartition('=')[2]}")
