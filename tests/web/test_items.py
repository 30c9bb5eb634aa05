"""Items: taken in, shown by paragraph, taken out with an entry."""

import json

import lxml.html
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from amparo.custody.models import LedgerEntry
from amparo.vault.models import Item, Passage
from amparo.web import items


def upload(name, data):
    return SimpleUploadedFile(name, data)


def tree_of(answer):
    return lxml.html.fromstring(answer.content)


def test_the_reckoning_of_an_upload(client):
    fresh = b"On 4 June 2019 the gate of the depot was closed and nobody was seen."
    known = Item.objects.get(file_name="note-v6-en.txt")
    from amparo.web.lock import held_vault

    held = held_vault().packs.read(known.locator)
    files = [upload("gate.txt", fresh), upload("again.txt", held)]
    answer = client.post("/items/add", {"files": files})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "2 expected = 1 deposited + 1 already held + 0 failed" in page
    assert Item.objects.get(file_name="gate.txt").outcome == "ok"


def test_files_can_be_held_now_and_read_later(client):
    words = b"On 5 June 2019 the lamps of the depot stayed dark."
    answer = client.post("/items/add", {"files": [upload("lamps.txt", words)], "unread": "yes"})
    page = client.get(answer["Location"]).content.decode()
    assert "1 expected = 1 deposited + 0 already held + 0 failed" in page
    assert "not read yet" in page
    item = Item.objects.get(file_name="lamps.txt")
    assert item.outcome == "unread" and not item.parts.exists()
    assert 'name="unread"' in client.get("/items/add").content.decode()


def test_an_upload_of_nothing_is_told(client):
    answer = client.post("/items/add", {})
    assert answer.status_code == 400 and b"no file arrived" in answer.content.lower()


def test_the_list_can_be_narrowed(client):
    answer = client.get("/items?outcome=refused")
    rows = tree_of(answer).findall(".//tbody/tr")
    assert [row.findall("td")[0].text_content() for row in rows] == ["hostile-bomb.zip"]
    assert client.get("/items?kind=nonsense&page=99").status_code == 200


def test_each_paragraph_has_a_place_of_its_own(client, find):
    code = find("statement-v1-ru.txt")
    tree = tree_of(client.get(f"/items/{code}"))
    said = tree.xpath("//*[contains(@class, 'said')]")
    item = Item.objects.get(number=int(code[2:]))
    rows = Passage.objects.filter(part__item=item).order_by("part__position", "start")
    assert [one.getparent().get("id") for one in said] == [
        f"c{row.part.position}-{row.start}" for row in rows
    ]
    assert [one.text_content() for one in said] == [
        row.part.text[row.start : row.end] for row in rows
    ]
    assert {one.get("lang") for one in said} == {"ru"}


def test_an_article_without_blank_lines_is_shown_line_by_line(client, find):
    code = find("courier-2019-05-06.html")
    tree = tree_of(client.get(f"/items/{code}"))
    article = tree.xpath("//section[h3/span='article']")[0]
    said = article.xpath(".//*[contains(@class, 'said')]")
    assert len(said) > 3 and all("\n" not in one.text_content() for one in said)
    text = Passage.objects.filter(part__item__number=int(code[2:])).first().part.text
    for one in said:
        begin = int(one.get("data-start"))
        assert text[begin : begin + len(one.text_content())] == one.text_content()
    last = said[-1].getparent().get("id")
    position, begin = last[1:].split("-")
    assert client.get(f"/items/{code}/at/{position}/{int(begin) + 5}")["Location"].endswith(last)


def test_a_place_leads_to_its_paragraph_on_whatever_page(client, find, monkeypatch):
    code = find("statement-v1-ru.txt")
    rows = list(Passage.objects.filter(part__item__number=int(code[2:])).order_by("start"))
    last = rows[-1]
    monkeypatch.setattr(items, "PARAGRAPHS_ON_PAGE", 4)
    answer = client.get(f"/items/{code}/at/0/{last.start + 3}")
    assert answer["Location"] == f"/items/{code}?page={(len(rows) - 1) // 4 + 1}#c0-{last.start}"
    page = client.get(answer["Location"].partition("#")[0])
    shown = tree_of(page).xpath("//*[contains(@class, 'no')]")
    assert shown[-1].text == str(len(rows))
    assert tree_of(page).xpath(f"//*[@id='c0-{last.start}']")
    assert client.get(f"/items/{code}/at/9/0").status_code == 404


def test_reader_comments_stand_apart(client, find):
    page = client.get(f"/items/{find('courier-2019-05-06.html')}")
    apart = tree_of(page).xpath("//section[contains(@class, 'apart')]")
    assert len(apart) == 1 and "not the author" in apart[0].text_content()


def test_a_hostile_page_stays_text(client, find):
    answer = client.get(f"/items/{find('hostile-page.html')}")
    tree = tree_of(answer)
    assert [script.get("src") for script in tree.iter("script")] == ["/static/amparo.js"]
    assert not tree.xpath("//main//iframe | //main//img | //main//object")


def test_a_file_name_cannot_write_into_the_page(client):
    name = "<img src=x onerror=alert(1)>.txt"
    client.post("/items/add", {"files": [upload(name, b"nothing of weight is said here at all")]})
    page = client.get("/items/added")
    assert b"<img" not in page.content


def test_the_original_leaves_with_an_entry(client, find):
    code = find("border-record-v1.pdf")
    before = LedgerEntry.objects.count()
    answer = client.post(f"/items/{code}/export", {"purpose": "opinion of an expert"})
    item = Item.objects.get(number=int(code[2:]))
    from amparo.crypto.digest import digest_bytes

    assert digest_bytes(answer.content) == item.sha256
    assert answer["Content-Disposition"] == f'attachment; filename="{code}.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    entry = json.loads(bytes(LedgerEntry.objects.order_by("-sequence").first().body))
    assert LedgerEntry.objects.count() == before + 1
    assert (entry["kind"], entry["item"], entry["purpose"]) == (
        "export", item.sha256, "opinion of an expert",
    )  # fmt: skip


@pytest.mark.parametrize("purpose", ["", "   ", "x" * 300])
def test_no_original_leaves_without_a_reason(client, find, purpose):
    before = LedgerEntry.objects.count()
    answer = client.post(f"/items/{find('depot-gate.jpg')}/export", {"purpose": purpose})
    assert answer.status_code == 400 and LedgerEntry.objects.count() == before


def test_an_export_is_no_address(client, find):
    assert client.get(f"/items/{find('depot-gate.jpg')}/export").status_code == 405


@pytest.mark.parametrize(
    "name, suffix",
    [
        ("a.pdf", ".pdf"),
        ("Ivan Petrov.TXT", ".txt"),
        ("x.имя", ""),
        ("noend", ""),
        ("a.toolong", ""),
    ],
)
def test_a_download_bears_no_name(name, suffix):
    assert items._suffix(name) == suffix
