"""The page that asks who may leave, and four eyes on pages."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from amparo.vault.rekey import add_member
from amparo.vault.unlock import open_vault

THEIRS = "other people have other words"


@pytest.fixture(scope="module")
def served_folder(demo_vault_template, tmp_path_factory, passphrase, cheap_cost):
    import shutil

    folder = tmp_path_factory.mktemp("served") / "vault"
    shutil.copytree(demo_vault_template, folder)
    vault = open_vault(folder, passphrase)
    add_member(vault, passphrase, THEIRS, role="lawyer", cost=cheap_cost)
    vault.close()
    return folder


@pytest.fixture
def lawyer(door, client):
    browser = Client(SERVER_NAME="127.0.0.1")
    assert browser.post("/unlock", {"passphrase": THEIRS}).status_code == 302
    return browser


def rows_of(answer):
    found = re.findall(r'<tr><th scope="row"><a[^>]*>([^<]+)</a></th>(.*?)</tr>', answer, re.S)
    return {code: re.findall(r"<td[^>]*>(.*?)</td>", rest, re.S) for code, rest in found}


def test_each_person_with_answer_and_reason(client):
    page = client.get("/cases/KARV/leaving").content.decode()
    assert "Absent consent means no" in page and "filing:" in page
    said = {"purpose": "filing:icc", "recipient": "ICC-OTP"}
    rows = rows_of(client.post("/cases/KARV/leaving", said).content.decode())
    assert rows["V-1"][1] == "yes" and rows["V-1"][3].lower() == "consent"
    assert rows["V-7"][1] == "<b>no</b>" and rows["V-7"][3].lower() == "none"
    assert rows["V-6"][3].lower() == "lower level" and rows["V-8"][3].lower() == "withdrawn"
    named = rows_of(client.post("/cases/KARV/leaving", {**said, "named": "1"}).content.decode())
    assert named["V-1"][3].lower() == "lower level"


@pytest.mark.parametrize("purpose", ["", "fliing:icc", "x" * 300])
def test_an_unknown_purpose_is_told(client, purpose):
    answer = client.post("/cases/KARV/leaving", {"purpose": purpose})
    assert answer.status_code == 400 and b"o such purpose" in answer.content


def test_a_case_file_leaves_when_another_member_agreed(client, lawyer):
    asked = client.post("/cases/KARV/export")
    assert asked.status_code == 409 and b"nother member must agree" in asked.content
    assert b"1 request to hand something out waits" in lawyer.get("/cases").content
    page = lawyer.get("/grants").content.decode()
    assert "case file of KARV" in page and 'value="agree"' in page
    assert 'value="agree"' not in client.get("/grants").content.decode()
    number = re.search(r"<tr><th scope=\"row\">(\d+)</th><td>M-1</td>", page)[1]
    assert lawyer.post("/grants", {"do": "agree", "number": number}).status_code == 302
    answer = client.post("/cases/KARV/export")
    assert answer.status_code == 200 and b"V-7" in answer.content


def test_for_a_use_only_who_agreed_is_in_the_case_file(client, lawyer):
    use = {"use": "0"}
    client.post("/cases/KARV/export", use)
    page = lawyer.get("/grants").content.decode()
    number = re.findall(r'aria-label="Agree to request (\d+)"', page)[0]
    lawyer.post("/grants", {"do": "agree", "number": number})
    text = client.post("/cases/KARV/export", use).content.decode()
    assert "V-1" in text and not re.search(r"V-7|V-8|V-6", text)
