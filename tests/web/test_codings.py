"""Blind coding on its pages: the other's sheet is not there until both are final."""

from amparo.casefile.coding import code_record

SHEET = {"knows_by": "perceived", "stance": "supports", "grade": "2"}


def test_blind_until_both_are_final(client):
    other = {"knows_by": "quotes", "stance": "denies", "grade": "5"}
    code_record("M-2", "KARV", "ST2", other, final=True)
    at = "/cases/KARV/record/ST2/coding"
    assert b"<td>denies</td>" not in client.get(at).content
    assert client.post(at, {**SHEET, "grade": ""}).status_code == 302
    answer = client.post(at, {**SHEET, "grade": "", "final": "yes"})
    assert answer.status_code == 400 and b"every variable" in answer.content
    assert client.post(at, {**SHEET, "final": "yes"}).status_code == 302
    assert b"<td>denies</td>" in client.get(at).content
    page = client.get("/cases/KARV/coding").content
    assert "Krippendorff" in page.decode() and b"/cases/KARV/record/ST2/coding" in page
    assert client.post(at, SHEET).status_code == 409


def test_what_has_no_sheet(client):
    assert client.get("/cases/KARV/record/P1/coding").status_code == 400
    assert client.get("/cases/KARV/record/ST999/coding").status_code == 404
