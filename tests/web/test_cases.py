"""Cases: opened, imported from memory, handed out with an entry."""

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

from amparo.casefile.records import load_case
from amparo.cli import demo
from amparo.custody.models import LedgerEntry

FOLDER = Path(demo.__file__).parent


def upload(name, text):
    return SimpleUploadedFile(name, text.encode())


def test_a_case_is_opened(client):
    answer = client.post("/cases", {"code": "TERV", "title": "Tervask", "language": "en"})
    assert answer["Location"] == "/cases/TERV"
    assert b"Tervask" in client.get("/cases/TERV").content


def test_a_code_that_is_not_one_is_refused_and_kept_in_the_form(client):
    answer = client.post("/cases", {"code": "no code", "title": "Kept words"})
    assert answer.status_code == 400
    assert b"Kept words" in answer.content and b'role="alert"' in answer.content


def test_a_case_file_is_imported_with_its_overlay(client):
    text = (FOLDER / "case.yaml").read_text("utf-8").replace("code: KARV", "code: KARX")
    book = (FOLDER / "book.yaml").read_text("utf-8")
    sent = {"file": upload("case.yaml", text), "overlay": upload("book.yaml", book)}
    answer = client.post("/cases/import", sent)
    assert answer["Location"] == "/cases/KARX"
    one, other = load_case("KARX"), load_case("KARV")
    assert one.overlay == other.overlay == book
    assert set(one.rows) == set(other.rows)


def test_an_overlay_that_is_named_must_be_sent(client):
    text = (FOLDER / "case.yaml").read_text("utf-8").replace("code: KARV", "code: KARY")
    answer = client.post("/cases/import", {"file": upload("case.yaml", text)})
    assert answer.status_code == 400 and b"overlay" in answer.content


def test_a_mistake_is_named_with_its_line_and_nothing_is_added(client):
    text = "format: amparo-case/1\ncase: {code: BAD, title: Bad}\nplaces:\n  - {id: PL1, nam: x}\n"
    answer = client.post("/cases/import", {"file": upload("bad.yaml", text)})
    assert answer.status_code == 400
    assert b"bad.yaml, line 4" in answer.content
    assert client.get("/cases/BAD").status_code == 404


def test_no_file_and_no_text_are_told(client):
    assert client.post("/cases/import", {}).status_code == 400
    junk = SimpleUploadedFile("junk.yaml", b"\xff\xfe\x00\xd8")
    assert client.post("/cases/import", {"file": junk}).status_code == 400


def test_the_record_leaves_with_an_entry(client):
    before = LedgerEntry.objects.count()
    answer = client.post("/cases/KARV/export")
    assert answer["Content-Disposition"] == 'attachment; filename="KARV.yaml"'
    assert answer.content.startswith(b"format: amparo-case/1")
    last = LedgerEntry.objects.order_by("-sequence").first()
    assert LedgerEntry.objects.count() == before + 1
    assert (last.kind, last.case_code) == ("export", "KARV")


def test_what_is_handed_out_comes_in_again_without_loss(client):
    text = client.post("/cases/KARV/export").content.decode()
    again = text.replace("code: KARV", "code: KARZ")
    answer = client.post("/cases/import", {"file": upload("again.yaml", again)})
    assert answer["Location"] == "/cases/KARZ"
    one, other = load_case("KARV"), load_case("KARZ")
    assert {c: r.body for c, r in one.rows.items()} == {c: r.body for c, r in other.rows.items()}
    assert one.overlay == other.overlay
