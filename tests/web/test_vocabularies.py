"""Vocabularies on their pages, and in the forms of the record."""

import lxml.html

from amparo.casefile.terms import find_vocabulary


def test_a_term_is_added_offered_and_retired(client):
    assert b"1" in client.get("/vocabularies").content
    sent = {"term": "lent the house", "fr": "a prêté la maison", "ru": "", "ar": ""}
    assert client.post("/vocabularies/degree", sent).status_code == 302
    assert "a prêté la maison" in client.get("/vocabularies/degree").content.decode()
    tree = lxml.html.fromstring(client.get("/cases/KARV/records/involvements/add").content)
    assert "lent the house" in tree.xpath("//select[@name='degree']/option/@value")
    made = {"id": "INV60", "act": "A1", "person": "AP-1", "degree": "lent the house"}
    assert client.post("/cases/KARV/records/involvements/add", made).status_code == 302
    client.post("/vocabularies/degree/retire", {"term": "lent the house"})
    tree = lxml.html.fromstring(client.get("/cases/KARV/records/involvements/add").content)
    assert "lent the house" not in tree.xpath("//select[@name='degree']/option/@value")
    tree = lxml.html.fromstring(client.get("/cases/KARV/record/INV60/change").content)
    assert tree.xpath("//select[@name='degree']/option[@selected]/@value") == ["lent the house"]


def test_a_term_that_does_not_fit_is_refused_in_place(client):
    answer = client.post("/vocabularies/degree", {"term": "present"})
    assert answer.status_code == 400 and b'role="alert"' in answer.content
    assert client.post("/vocabularies/stance", {"term": "maybe"}).status_code == 409
    assert client.get("/vocabularies/colours").status_code == 404


def test_open_fields_propose_their_terms(client):
    tree = lxml.html.fromstring(client.get("/cases/KARV/records/acts/add").content)
    listed = tree.xpath("//input[@name='kind']/@list")[0]
    assert "torture" in tree.xpath(f"//datalist[@id='{listed}']/option/@value")


def test_terms_come_in_from_a_file(client):
    from django.core.files.uploadedfile import SimpleUploadedFile

    text = "vocabularies:\n  capacity: {terms: [{term: guild, labels: {en: guild}}]}\n"
    file = SimpleUploadedFile("terms.yaml", text.encode())
    assert client.post("/vocabularies/import", {"file": file}).status_code == 302
    assert find_vocabulary("capacity").find("guild")
