"""A rule of the gate set aside on the page: one member asks, another decides."""

import shutil

import pytest
from django.test import Client

from amparo.vault.rekey import add_member
from amparo.vault.unlock import open_vault

THEIRS = "other people have other words"
ASK = {"forum": "hrc", "rule": "identity", "where": "V-1", "reason": "a sealed annex is agreed"}


@pytest.fixture(scope="module")
def served_folder(demo_vault_template, tmp_path_factory, passphrase, cheap_cost):
    folder = tmp_path_factory.mktemp("served") / "vault"
    shutil.copytree(demo_vault_template, folder)
    vault = open_vault(folder, passphrase)
    add_member(vault, passphrase, THEIRS, role="owner", cost=cheap_cost)
    vault.close()
    return folder


def test_nobody_decides_on_their_own_request_and_another_member_may(client):
    page = "/cases/KARV/filing?forum=hrc"
    assert client.post("/cases/KARV/override", ASK).status_code == 302
    own = client.get(page).content.decode()
    assert "another member must decide" in own and 'value="granted"' not in own
    code = own.partition("a sealed annex")[0].rpartition("<b>")[2].partition("</b>")[0]
    decide = f"/cases/KARV/override/{code}"
    assert client.post(decide, {"forum": "hrc", "decision": "granted"}).status_code == 409
    other = Client(SERVER_NAME="127.0.0.1")
    other.post("/unlock", {"passphrase": THEIRS})
    assert 'value="granted"' in other.get(page).content.decode()
    assert other.post(decide, {"forum": "hrc", "decision": "perhaps"}).status_code == 400
    assert other.post(decide, {"forum": "hrc", "decision": "granted"}).status_code == 302
    assert "granted by M-2" in client.get(page).content.decode()


@pytest.mark.parametrize("wrong", [{"rule": "quotation"}, {"rule": "none"}, {"reason": " "}])
def test_a_rule_that_never_yields_and_an_empty_reason_are_refused(client, wrong):
    assert client.post("/cases/KARV/override", {**ASK, **wrong}).status_code in (400, 409)
