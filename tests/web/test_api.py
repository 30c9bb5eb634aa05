"""JSON: the same facts as the commands give, behind the same lock."""

import json

import pytest

from amparo.casefile.claim_graph import weigh
from amparo.casefile.proof_chart import assess_case, chart
from amparo.casefile.records import load_case
from amparo.vault.models import Item


def read(client, address):
    answer = client.get(address)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    return json.loads(answer.content)


def plain(value):
    return json.loads(json.dumps(value))


def test_items_and_one_item(client, find):
    told = read(client, "/api/items")
    assert told["total"] == len(told["items"]) == Item.objects.count()
    code = find("courier-2019-05-06.html")
    one = read(client, f"/api/items/{code}")
    assert one["id"] == code and "comments" in [part["name"] for part in one["parts"]]


def test_a_case_with_all_its_records(client):
    told = read(client, "/api/cases/KARV")
    assert {r["id"] for r in told["records"]} == set(load_case("KARV").rows)
    assert "KARV" in [one["code"] for one in read(client, "/api/cases")["cases"]]
    assert read(client, "/api/vault")["items"] == Item.objects.count()


def test_chart_chains_and_law_are_the_library_s_own(client):
    assert read(client, "/api/cases/KARV/chart") == plain(chart("KARV").as_dict())
    assert read(client, "/api/cases/KARV/law") == plain(assess_case("KARV").as_dict("en"))
    found = weigh(load_case("KARV"), "P2")[1]
    assert read(client, "/api/cases/KARV/chains/P2") == plain(found.as_dict())


@pytest.mark.parametrize(
    "address", ["/api/items/I-9999", "/api/cases/NONE", "/api/cases/KARV/chains/ST1"]
)
def test_what_is_not_there_looks_the_same(client, address):
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.content == client.get("/api/cases/NADA/chart").content


def test_nothing_can_be_written_that_way(client):
    for address in ("/api/items", "/api/cases", "/api/cases/KARV"):
        assert client.post(address, {}).status_code == 405


def test_an_error_is_told_as_json(client):
    client.post("/cases", {"code": "BARE", "title": "Bare"})
    answer = client.get("/api/cases/BARE/law")
    assert answer.status_code == 400 and "no act" in json.loads(answer.content)["error"]
