"""Pictures, bulk entry, review and repeated text on the pages."""

import io
import re

import lxml.html
import pytest

from amparo.casefile.consent import use_of
from amparo.casefile.records import load_case


def tree_of(answer, status=200):
    assert answer.status_code == status
    return lxml.html.fromstring(answer.content)


@pytest.mark.parametrize("what", ["timeline", "map", "network", "chart"])
def test_each_picture_is_drawn_and_tabled(client, what):
    tree = tree_of(client.get(f"/cases/KARV/pictures/{what}"))
    picture = tree.xpath("//*[local-name()='svg']")[0]
    assert picture.get("role") == "img" and picture.xpath("*[local-name()='desc']")[0].text
    assert not picture.xpath(".//*[@style] | .//*[local-name()='style' or local-name()='script']")
    assert tree.xpath("//section[.//h2[text()='As a table']]//tbody/tr")


def test_no_such_picture(client):
    assert client.get("/cases/KARV/pictures/pie").status_code == 404
    assert client.get("/cases/NONE/pictures/map").status_code == 404


def test_for_a_purpose_only_what_consent_allows(client):
    tree = tree_of(client.get("/cases/KARV/pictures/timeline"))
    uses = {o.text: o.get("value") for o in tree.xpath("//select[@id='use']/option")}
    number = next(v for text, v in uses.items() if text.startswith("filing:icc"))
    narrow = tree_of(client.post("/cases/KARV/pictures/timeline", {"use": number}))
    count = "count(//section[.//h2[text()='As a table']]//tbody/tr)"
    assert narrow.xpath(count) < tree.xpath(count)
    assert narrow.xpath("//input[@name='use']")[0].get("value") == number
    assert client.post("/cases/KARV/pictures/map", {"use": "99"}).status_code == 400


@pytest.mark.parametrize(
    ("form", "start"), [("svg", b"<svg"), ("csv", b"\xef\xbb\xbf"), ("png", b"\x89PNG")]
)
def test_taking_one_away_leaves_an_entry(client, form, start):
    from amparo.custody.models import LedgerEntry

    before = LedgerEntry.objects.filter(kind="export").count()
    answer = client.post("/cases/KARV/pictures/chart/take", {"form": form})
    assert answer.status_code == 200 and answer.content.startswith(start)
    assert LedgerEntry.objects.filter(kind="export").count() == before + 1
    assert client.post("/cases/KARV/pictures/chart/take", {"form": "gif"}).status_code == 400
    assert client.get("/cases/KARV/pictures/chart/take").status_code == 405


def workbook(rows):
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("persons")
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    file = io.BytesIO(out.getvalue())
    file.name = "entry.xlsx"
    return file


def test_bulk_is_shown_first_and_entered_once_confirmed(client):
    assert client.post("/cases/KARV/bulk/template").content[:2] == b"PK"
    shown = tree_of(
        client.post("/cases/KARV/bulk", {"file": workbook([("id", "role"), ("V-70", "x")])})
    )
    assert load_case("KARV").get("V-70") is None
    token = shown.xpath("//input[@name='token']")[0].get("value")
    assert client.post("/cases/KARV/bulk/enter", {"token": "0" * 32}).status_code == 400
    assert client.post("/cases/KARV/bulk/enter", {"token": token}).status_code == 302
    assert load_case("KARV").get("V-70")["role"] == "x"
    assert client.post("/cases/KARV/bulk/enter", {"token": token}).status_code == 400


def test_bulk_with_a_fault_offers_nothing_to_confirm(client):
    rows = [("id", "role"), ("V-1", "taken"), ("V-71", "<b>x</b>")]
    shown = tree_of(client.post("/cases/KARV/bulk", {"file": workbook(rows)}))
    assert not shown.xpath("//input[@name='token']")
    assert re.search(r"1 of 2\s+rows do not fit", shown.text_content())
    assert load_case("KARV").get("V-71") is None
    bad = io.BytesIO(b"not a workbook")
    bad.name = "x.xlsx"
    tree_of(client.post("/cases/KARV/bulk", {"file": bad}), 400)
    tree_of(client.post("/cases/KARV/bulk"), 400)


def test_review_page_offers_no_step_on_ones_own_record(client):
    tree = tree_of(client.get("/cases/KARV/record/E1/review"))
    assert "no step for you" in tree.text_content() and not tree.xpath("//button[@name='to']")
    answer = client.post("/cases/KARV/record/E1/review", {"to": "review", "seen": "1"})
    assert answer.status_code == 409
    assert client.get("/cases/KARV/record/E99/review").status_code == 404


def test_repeats_page_decides(client):
    tree_of(client.get("/cases/KARV/repeats"))
    answer = client.post("/cases/KARV/repeats", {"pair": "I8:I9", "decision": "accepted"})
    assert answer.status_code == 400
    assert client.post("/cases/KARV/repeats", {"pair": "I8:I9"}).status_code == 400


def test_a_copied_picture_is_proposed_on_the_page(client, find):
    """A recompressed copy of a picture comes in; a person refuses it, and is not asked again."""
    import io

    from django.core.files.uploadedfile import SimpleUploadedFile
    from PIL import Image

    from amparo.casefile.records import load_case
    from amparo.casefile.revise import Draft, add_records
    from amparo.vault.retrieve import export_item, find_item
    from amparo.web.lock import held_vault

    original = next(r for r in load_case("KARV").all("item") if r["file"] == "depot-gate.jpg")
    data = export_item(
        held_vault(), "M-1", find_item(find("depot-gate.jpg")), purpose="test", use="own use"
    )
    copy = io.BytesIO()
    image = Image.open(io.BytesIO(data))
    image.resize((image.width * 2 // 3, image.height * 2 // 3)).save(copy, "JPEG", quality=50)
    client.post("/items/add", {"files": [SimpleUploadedFile("sent-on.jpg", copy.getvalue())]})
    add_records("M-1", "KARV", [Draft("item", "I99", {"file": "sent-on.jpg"})], reason="test")
    page = client.get("/cases/KARV/repeats").content.decode()
    assert "looks like" in page and "64 bits apart" in page and "are missed" in page
    assert page.count("<img") == page.count("<img src=") == page.count('alt="Small copy of') == 2
    for code in ("I99", original.code):
        shown = client.get(f"/cases/KARV/repeats/{code}/picture")
        assert shown.status_code == 200 and shown["Content-Type"] == "image/png"
        small = Image.open(io.BytesIO(shown.content))
        assert small.width <= 400 and max(small.size) > 100 and not small.getexif()
    pair = next(p for p in (f"I99:{original.code}", f"{original.code}:I99") if p in page)
    answer = client.post("/cases/KARV/repeats", {"pair": pair, "decision": "refused"})
    assert answer.status_code == 302
    assert "looks like" not in client.get("/cases/KARV/repeats").content.decode()


def test_only_pictures_of_the_case_are_drawn(client):
    from amparo.casefile.records import load_case

    held = {row["file"]: row.code for row in load_case("KARV").all("item")}
    text = next(code for name, code in held.items() if str(name).endswith(".html"))
    for code in (text, "I-0001", "I98", "V-1"):
        answer = client.get(f"/cases/KARV/repeats/{code}/picture")
        assert answer.status_code == 404, code
    assert client.get("/cases/NONE/repeats/I1/picture").status_code == 404


def test_faulty_rows_of_a_workbook_stand_first(client):
    rows = [("id", "role"), ("V-81", "a"), ("V-82", "b"), ("V-1", "taken")]
    shown = tree_of(client.post("/cases/KARV/bulk", {"file": workbook(rows)}))
    codes = [th.text for th in shown.xpath("//section[@aria-labelledby='h-rows']//tbody//th")]
    assert codes == ["V-1", "V-81", "V-82"]


@pytest.mark.parametrize("what", ["timeline", "map", "network", "chart", "chains"])
def test_pictures_speak_the_language_of_the_page(client, what):
    """Whatever a picture says that is not of the record has French words."""
    from amparo.casefile.draw import draw
    from amparo.casefile.picture import Tongue
    from amparo.casefile.terms import our_vocabularies
    from amparo.web.language import catalogue

    known, asked = load_case("KARV"), set()

    def say(text):
        asked.add(text)
        return text

    for use in (use_of("", ""), use_of("filing:icc", "ICC-OTP")):
        draw(known, what, use, "P3" if what == "chains" else "", Tongue("fr", say))
    terms = {one.term for held in our_vocabularies().values() for one in held.terms}
    french = catalogue("fr").keys() | terms
    own = {str(value) for row in known.rows.values() for value in row.body.values()}
    lacking = {one for one in asked - own if not {one, one[0].swapcase() + one[1:]} & french}
    assert asked and lacking == set()
