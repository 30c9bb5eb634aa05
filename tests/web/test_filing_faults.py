"""What must not be built, on the pages: the cause, its place, and a link to where it is mended."""

import lxml.html
import pytest

from amparo.casefile.records import load_case
from amparo.casefile.revise import Draft, add_records, change_record

from .test_filings import FORM, wait_for_build


def page(client):
    return lxml.html.fromstring(client.get("/cases/KARV/filing").content)


def blocks(client):
    """(text, link) of each thing that blocks."""
    found = page(client).xpath("//div[contains(@class, 'note bad')]//li")
    return [(one.text_content(), one.xpath(".//a/@href")[0]) for one in found]


def of_the_case(client):
    """What blocks and is about the case's own words; the vault may block for more."""
    return [one for one in blocks(client) if "own words" in one[0]]


def refused(client, before):
    """The page that answers a build which the gate stops; nothing was deposited."""
    from amparo.vault.models import Item

    answer = client.post("/cases/KARV/filing", FORM)
    assert answer.status_code >= 400
    assert Item.objects.count() == before
    return answer.content.decode()


@pytest.fixture
def items(client):
    from amparo.vault.models import Item

    return Item.objects.count()


def test_a_section_over_its_length_leads_to_its_text(client, items):
    body = {"forum": "icc-15", "place": "summary", "words": 5, "strict": True, "set_by": "our rule"}
    (row,) = add_records("M-1", "KARV", [Draft("limit", "LM1", body)], reason="test")
    ((said, link),) = blocks(client)
    assert "section summary" in said and "at most 5" in said and "our rule" in said
    assert link == "/cases/KARV/text/icc-15/en/summary"
    shown = client.get(link).content.decode()
    assert "of at most 5 (our rule)" in shown and "cannot be built so" in shown
    listed = client.get("/cases/KARV/text/icc-15/en").content.decode()
    assert "too long" in listed
    assert "at most 5" in refused(client, items)
    change_record("M-1", "KARV", "LM1", {**row.body, "words": 9000}, seen_version=row.version)
    assert blocks(client) == []


def test_a_reference_that_leads_to_nothing_leads_to_its_text(client, items):
    base = "/cases/KARV/text/icc-15/en/gravity"
    client.post(base, {"text": "One.\n\nTwo.[[statement:ST999]]", "title": "Gravity", "seen": "0",
                       "do": "save"})  # fmt: skip
    ((said, link),) = blocks(client)
    assert "section gravity, line 3" in said and link == base
    assert "section gravity, line 3" in refused(client, items)
    client.post(base, {"text": "One.", "title": "Gravity", "seen": "1", "do": "save"})
    assert blocks(client) == []


def test_a_retired_word_leads_to_its_record(client, items):
    from amparo.casefile.terms import add_term, retire_term

    add_term("M-1", "degree", "drove the car", {"en": "drove the car"})
    held = load_case("KARV").get("INV1")
    body = {**held.body, "degree": "drove the car"}
    row = change_record("M-1", "KARV", "INV1", body, seen_version=held.version)
    retire_term("M-1", "degree", "drove the car")
    ((said, link),) = blocks(client)
    assert (
        "INV1, involvement.degree: drove the car" in said
        and link == "/cases/KARV/record/INV1/change"
    )
    assert client.get(link).status_code == 200
    assert "INV1, involvement.degree" in refused(client, items)
    change_record("M-1", "KARV", "INV1", held.body, seen_version=row.version)
    assert blocks(client) == []


def test_a_missing_font_and_a_damaged_exhibit_are_told_by_the_build(client, items, monkeypatch):
    from amparo.errors import Broken
    from amparo.filing import typeset
    from amparo.store.packs import Packs
    from amparo.vault.models import Item

    with monkeypatch.context() as patch:
        patch.setattr(typeset, "FONTS", (*typeset.FONTS, "NotoSerifNowhere.ttf"))
        assert client.post("/cases/KARV/filing", FORM).status_code == 302
        said = wait_for_build(client).content.decode()
        assert "NotoSerifNowhere.ttf" in said and "The filing was not built" in said
        assert "/cases/KARV/text/icc-15/en" in said
        assert Item.objects.count() == items

    def broken(self, locator):
        raise Broken("the object is not what was sealed", value=locator)
        yield b""

    monkeypatch.setattr(Packs, "stream", broken)
    assert client.post("/cases/KARV/filing", FORM).status_code == 302
    said = wait_for_build(client).content.decode()
    assert "exhibit 1, E0001" in said and "restore the item" in said
    monkeypatch.undo()
    assert "not finished: nothing left" in client.get("/cases/KARV/filing").content.decode()


@pytest.mark.parametrize(
    "forum", ["icc-15", "hrc", "cat", "special-procedures", "echr", "national"]
)
def test_every_step_leads_to_a_page_where_it_can_be_done(client, forum):
    tree = lxml.html.fromstring(
        client.get(f"/cases/KARV/filing?forum={forum}&lang=fr&on=2026-11-27").content
    )
    links = tree.xpath("//section[.//h2[@id='h-gate']]//li/a/@href")
    assert links
    for link in set(links):
        answer = client.get(link)
        assert answer.status_code == 200, link


def test_a_consent_begins_with_the_person_the_purpose_and_the_recipient(client):
    tree = lxml.html.fromstring(
        client.get("/cases/KARV/filing?forum=hrc&lang=en&on=2026-11-27").content
    )
    (link,) = [one for one in tree.xpath("//a/@href") if "about=V-7" in one]
    form = lxml.html.fromstring(client.get(link).content)
    assert form.xpath("//input[@name='purpose']/@value") == ["filing:hrc"]
    assert form.xpath("//input[@name='recipient']/@value") == ["UN-HRC"]
    subject = form.xpath("//*[@name='subject']")[0]
    assert "V-7" in (subject.get("value") or subject.xpath(".//option[@selected]/@value")[0])
    assert client.get(link.replace("V-7", "%3Cb%3E")).status_code == 200


def test_an_erased_person_leads_to_what_speaks_of_them(client):
    from amparo.vault.identity import erase_identity, seal_identity
    from amparo.web.lock import held_vault

    seal_identity(held_vault(), "KARV", "V-3", {"name": "Nobody Real"})
    erase_identity(held_vault(), "KARV", "V-3", reason="asked for it")
    found = blocks(client)
    assert found and all("erased" in said and "Nobody" not in said for said, _ in found)
    assert all(client.get(link).status_code == 200 for _, link in found)
    answer = client.post("/cases/KARV/filing", FORM)
    assert answer.status_code >= 400 and b"erased" in answer.content


def test_words_of_the_case_that_name_somebody_held_back_are_written_anew(client):
    add_records("M-1", "KARV", [Draft("person", "V-99", {"role": "baker"})], reason="test")
    said = {"summary": "V-99 was beaten."}
    add_records("M-1", "KARV", [Draft("summary", "SU1", said)], reason="test")
    ((told, link),) = of_the_case(client)
    assert link == "/cases/KARV/record/SU1/change"
    assert 'href="/cases/KARV/record/SU1/change"' in client.get("/cases/KARV").content.decode()
    shown = client.get(link).content.decode()
    assert "V-99 was beaten." in shown
    change_record("M-1", "KARV", "SU1", {"summary": "A baker was beaten."}, seen_version=1)
    assert of_the_case(client) == []
    assert load_case("KARV").body["summary"] == "A baker was beaten."


def test_the_form_for_new_words_of_the_case_begins_with_the_old_ones(client):
    page = client.get("/cases/KARV").content.decode()
    assert 'href="/cases/KARV/records/summaries/add"' in page
    form = client.get("/cases/KARV/records/summaries/add").content.decode()
    assert load_case("KARV").body["title"] in form
