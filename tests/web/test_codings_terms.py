"""A coding sheet offers the terms of the organisation too."""

import lxml.html

from amparo.casefile.terms import add_term


def test_a_sheet_offers_what_the_organisation_added(client):
    add_term("M-1", "degree", "kept watch", {"en": "kept watch", "fr": "faisait le guet"})
    client.post("/language", {"language": "fr"})
    page = lxml.html.fromstring(client.get("/cases/KARV/record/INV1/coding").content)
    client.post("/language", {"language": "en"})
    options = {
        o.get("value"): o.text_content() for o in page.get_element_by_id("f-degree").iter("option")
    }
    assert options["kept watch"] == "faisait le guet" and options["carried out"] == "a exécuté"
    sent = {"degree": "kept watch", "save": "yes"}
    assert client.post("/cases/KARV/record/INV1/coding", sent).status_code == 302
