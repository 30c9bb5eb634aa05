"""Handing over on pages: sent, receipt, replies, deadlines; withdrawal and its letters."""

import lxml.html
import pytest


def tree_of(answer):
    return lxml.html.fromstring(answer.content)


@pytest.fixture(scope="module")
def item(door, passphrase, tmp_path_factory):
    """The PDF of a filing that was built from the demo case."""
    from datetime import date

    from django.test import Client

    browser = Client(SERVER_NAME="127.0.0.1")
    browser.post("/unlock", {"passphrase": passphrase})
    from amparo.access.grants import scope_of
    from amparo.access.scope import acting
    from amparo.filing.bundle import build_filing
    from amparo.web.lock import held_vault

    with acting(scope_of(held_vault().opener)):
        built = build_filing(
            held_vault(), "KARV", tmp_path_factory.mktemp("built") / "f", on=date(2026, 11, 22)
        )
    return built.items[0]


SENT = {"to": "ICC-OTP", "on": "2026-11-23", "how": "portal", "answer_by": "2027-03-01"}


def test_sent_then_receipt_and_reply_and_what_is_due(client, item):
    page = f"/cases/KARV/sent/{item}"
    assert "Record sending" in client.get("/cases/KARV/filing").content.decode()
    assert client.post(page, SENT).status_code == 302
    assert client.post(page, SENT).status_code == 400
    code = tree_of(client.get(page)).xpath("//input[@name='handover']/@value")[0]
    more = {"handover": code, "receipt": "OTP-CR-1/26", "received_on": "2026-12-01",
            "reply": "registered", "reply_on": "2026-12-02"}  # fmt: skip
    assert client.post(page, more).status_code == 302
    client.post(page, {"handover": code, "reply": "read", "reply_on": "2026-12-09"})
    said = tree_of(client.get(page)).xpath("//main")[0].text_content()
    assert "OTP-CR-1/26" in said and "2026-12-02: registered" in said and "2026-12-09: read" in said
    listed = client.get("/cases/KARV/sent").content.decode()
    assert "2027-03-01" in listed and "OTP-CR-1/26" in listed
    assert "ICC-OTP, 2026-11-23" in client.get("/cases/KARV/filing").content.decode()


@pytest.mark.parametrize("wrong", [{"to": ""}, {"on": ""}, {"on": "soon"}, {"how": ""}])
def test_recipient_day_and_way_are_needed(client, item, wrong):
    answer = client.post(f"/cases/KARV/sent/{item}", {**SENT, "to": "Another", **wrong})
    assert answer.status_code == 400 and b'role="alert"' in answer.content


def test_an_item_that_is_no_filing_is_not_found(client, item, find):
    assert client.get(f"/cases/KARV/sent/{find('statement-v1-ru.txt')}").status_code == 404


def test_a_withdrawal_names_who_must_be_told_and_drafts_the_letter(client, item):
    client.post(f"/cases/KARV/sent/{item}", SENT)
    page = "/cases/KARV/withdrawals?person=V-1&lang=fr"
    tree = tree_of(client.get(page))
    form = tree.xpath("//form[contains(@action, '/filing/letter')]")[0]
    sent = {one.get("name"): one.get("value") for one in form.xpath(".//input")}
    answer = client.post(form.get("action"), {**sent, "sender": "Lantern Group"})
    letter = answer.content.decode()
    assert "Lantern Group" in letter and "V-1" in letter and "retir" in letter
    assert "V-1" not in answer["Content-Disposition"]
    assert client.post("/cases/KARV/withdrawals/told", {**sent}).status_code == 400
    consent = tree.xpath("//input[@name='consent']/@value")[0]
    client.post("/cases/KARV/withdrawals/enter",
                {"consent": consent, "withdrawn_on": "2026-11-22"})  # fmt: skip
    told = client.post("/cases/KARV/withdrawals/told", sent)
    assert told.status_code == 302, told.content
    said = client.get(page).content.decode()
    assert "told" in said and "ICC-OTP, " in said


def test_a_person_who_is_not_there_is_not_found(client):
    assert client.get("/cases/KARV/withdrawals?person=V-99").status_code == 404
    assert client.get("/cases/KARV/withdrawals?person=ST1").status_code == 404
