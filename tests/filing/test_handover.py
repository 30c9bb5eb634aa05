"""Sent, received, answered; and who is told when consent is withdrawn."""

from __future__ import annotations

import json
from datetime import date

import pytest

from amparo.errors import BadInput, NotFound
from amparo.store.settings import configure

configure()

DAY = date(2026, 11, 22)
SENT = {"to": "ICC-OTP", "on": "2026-11-23", "how": "portal"}


@pytest.fixture(scope="module")
def vault(tmp_path_factory, make_fora_vault):
    held = make_fora_vault(tmp_path_factory.mktemp("sent"), "named")
    yield held
    held.close()


@pytest.fixture(scope="module")
def filed(vault, tmp_path_factory):
    from amparo.filing.bundle import build_filing
    from amparo.filing.gather import filings

    build_filing(vault, "KARV", tmp_path_factory.mktemp("out") / "icc", on=DAY)
    build_filing(vault, "KARV", tmp_path_factory.mktemp("out") / "hrc", forum="hrc", on=DAY)
    return {one["forum"]: one["item"] for one in filings("KARV")}


def test_sent_then_receipt_then_reply_are_versions_of_one_record(vault, filed):
    from amparo.custody.models import LedgerEntry
    from amparo.filing.handover import record_sent

    item, sent = filed["icc-15"], {**SENT, "to": "Registry"}
    first = record_sent(vault, item, {**sent, "replies": ["2026-11-24: opened"]})
    later = record_sent(vault, item, {**sent, "receipt": "R-1", "replies": ["2026-12-02: read"]})
    assert (first.code, later.version) == (later.code, 2)
    assert later["replies"] == ["2026-11-24: opened", "2026-12-02: read"]
    assert later["receipt"] == "R-1" and later["by"] == vault.member
    entries = [
        json.loads(bytes(row.body)) for row in LedgerEntry.objects.filter(kind="transfer-out")
    ]
    assert entries[-1]["to"] == {"party": "Registry", "receipt": "R-1"}


def test_another_recipient_is_another_record_with_any_name(vault, filed):
    from amparo.filing.handover import record_sent

    row = record_sent(vault, filed["icc-15"], {**SENT, "to": "Прокуратура / Office №2"})
    assert row["to"].startswith("Прокуратура") and row.version == 1


@pytest.mark.parametrize("missing", ["to", "on", "how"])
def test_recipient_day_and_way_are_needed(vault, filed, missing):
    from amparo.filing.handover import record_sent

    facts = {**SENT, "to": "new", missing: ""}
    with pytest.raises(BadInput):
        record_sent(vault, filed["hrc"], facts)


def test_an_exhibit_is_no_filing(vault, filed):
    from amparo.filing.handover import record_sent

    with pytest.raises(NotFound):
        record_sent(vault, "one.txt", SENT)


@pytest.mark.parametrize(("lang", "words"), [("en", "withdrawn"), ("fr", "a retiré")])
def test_a_withdrawal_lists_filings_and_recipients_with_a_letter(vault, filed, lang, words):
    from amparo.filing.handover import affected, record_sent

    record_sent(vault, filed["icc-15"], {**SENT, "receipt": "OTP-1"})
    found = affected("KARV", "V-1", lang=lang, on=DAY, sender=("Lantern Group",))
    assert {one.filing["forum"] for one in found} == {"icc-15", "hrc"}
    letter = next(one.letter for one in found if one.handover and one.handover["to"] == "ICC-OTP")
    sent_on = {"en": "On 23 November 2026 we handed", "fr": "Le 23 novembre 2026, nous vous"}[lang]
    for part in ("ICC-OTP", "OTP-1", "V-1", "Lantern Group", sent_on, words):
        assert part in letter
    assert next(one for one in found if one.filing["forum"] == "hrc").letter == ""


def test_the_withdrawal_is_dated_where_it_is_recorded(vault, filed):
    from amparo.casefile.records import load_case
    from amparo.casefile.revise import change_record
    from amparo.filing.handover import affected, record_sent

    record_sent(vault, filed["icc-15"], {**SENT, "receipt": "OTP-2"})
    row = load_case("KARV").get("CO0")
    body = {**row.body, "withdrawn_on": "2026-12-01"}
    change_record(vault.member, "KARV", "CO0", body, seen_version=row.version)
    letters = [one.letter for one in affected("KARV", "V-1", lang="en", on=DAY)]
    assert any("on 1 December 2026" in letter for letter in letters)


def test_a_person_in_no_filing_and_one_unknown(vault, filed):
    from amparo.casefile.revise import Draft, add_records
    from amparo.filing.handover import affected

    add_records(vault.member, "KARV", [Draft("person", "V-7", {})], reason="test")
    assert affected("KARV", "V-7", lang="en", on=DAY) == []
    with pytest.raises(NotFound):
        affected("KARV", "V-99", lang="en", on=DAY)
    with pytest.raises(BadInput):
        affected("KARV", "V-1", lang="xx", on=DAY)
