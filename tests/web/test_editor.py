"""Writing a filing on pages: preview with faults, versions, conflicts, comments."""

import lxml.html
import pytest

BASE = "/cases/KARV/text/icc-15/en"


def tree_of(answer):
    return lxml.html.fromstring(answer.content)


def form(client, place, text, do="save", base=BASE, **more):
    seen = tree_of(client.get(f"{base}/{place}")).xpath("//form[@id='write']//input[@name='seen']")
    sent = {"title": "Mine", "text": text, "do": do, "seen": seen[0].get("value"), **more}
    return client.post(f"{base}/{place}", sent)


def test_the_overview_lists_every_section_in_order_with_its_length(client):
    tree = tree_of(client.get(BASE))
    rows = tree.xpath("//main//tbody/tr")
    assert len(rows) == 18
    assert rows[1].findtext("th/a") == "2. Summary"
    assert all(int(row.findtext("td")) > 0 for row in rows)


def test_a_section_reads_with_numbers_and_footnotes_that_lead_to_their_words(client):
    tree = tree_of(client.get(f"{BASE}/crimes"))
    reading = tree.xpath("//div[contains(@class, 'reading')]")[0]
    numbers = [n.text for n in reading.xpath(".//span[@class='no'][not(@aria-hidden)]")]
    assert numbers == [str(n) for n in range(int(numbers[0]), int(numbers[0]) + len(numbers))]
    leads = [a.get("href")[1:] for a in reading.xpath(".//sup/a")]
    assert leads and set(leads) <= {li.get("id") for li in reading.xpath(".//ol/li")}
    assert "Exhibit" in reading.xpath(".//ol/li")[0].text_content()


def test_a_fault_is_marked_at_its_place_and_nothing_is_saved_by_looking(client):
    answer = form(client, "context", "Before [[statement:ST999]] after.", do="look")
    tree = tree_of(answer)
    said = tree.xpath("//div[contains(@class, 'reading')]//p[@class='said']")[0]
    assert said.text_content().strip() == "Before [[statement:ST999]] no such reference after."
    assert said.findtext("strong").startswith("[[statement:ST999]]")
    assert "would refuse the build" in tree.xpath("//*[@role='alert']")[0].text_content()
    assert "Not saved yet" in answer.content.decode()
    assert "drafted from the case" in client.get(BASE).content.decode()


def test_what_is_held_back_says_why(client):
    page = tree_of(client.get("/cases/KARV/filing"))
    row = page.xpath("//tr[th='Consent withdrawn']")[0]
    held = row.xpath(".//a[contains(., 'person')]/@href")[0].rpartition("/")[2]
    said = form(client, "context", f"[[statement:{held}]]", do="look").content.decode()
    assert "is held back: consent withdrawn" in said


def test_ticked_references_are_put_at_the_end(client):
    answer = form(client, "context", "Said.", do="add", add=["[[act:A1]]", "[[figure:acts]]"])
    area = tree_of(answer).xpath("//textarea[@name='text']")[0]
    assert area.text.strip() == "Said.\n\n[[act:A1]] [[figure:acts]]"


def test_saved_versions_are_compared_and_an_older_one_is_refused_with_both(client):
    first = form(client, "gravity", "One.\n\nTwo.")
    assert first.status_code == 302
    form(client, "gravity", "One.\r\n\r\nThree.[[statement:ST1]]")
    again = form(client, "gravity", "One.\n\nThree.[[statement:ST1]]")
    assert again.status_code == 302
    tree = tree_of(client.get(f"{BASE}/gravity/versions"))
    cells = [[td.text_content() for td in row] for row in tree.xpath("//tbody/tr")]
    assert ["One.", "One."] in cells and [
        "Two. (changed)",
        "Three.[[statement:ST1]] (changed)",
    ] in cells
    assert len(tree.xpath("//select[@name='a']/option")) == 2
    stale = client.post(
        f"{BASE}/gravity", {"title": "Mine", "text": "Late.", "seen": "1", "do": "save"}
    )
    assert stale.status_code == 409
    told = stale.content.decode()
    assert "Nothing was overwritten" in told and "Late." in told and "Three." in told
    assert tree_of(stale).xpath("//input[@name='seen']/@value") == ["2"]


def test_another_section_is_in_nobodys_way(client):
    seen = "0"
    form(client, "requests", "Mine first.")
    other = client.post(
        f"{BASE}/interests", {"title": "T", "text": "Yours.", "seen": seen, "do": "save"}
    )
    assert other.status_code == 302


def test_two_people_save_two_sections_at_the_same_moment(client, door, passphrase):
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connections
    from django.test import Client

    from amparo.casefile.records import load_case

    meet = Barrier(2)

    def write(place):
        browser = Client(SERVER_NAME="127.0.0.1")
        browser.post("/unlock", {"passphrase": passphrase})
        seen = tree_of(browser.get(f"{BASE}/{place}")).xpath("//input[@name='seen']/@value")[0]
        meet.wait(60)
        try:
            told = {"title": place, "text": f"Of {place}.", "seen": seen, "do": "save"}
            return browser.post(f"{BASE}/{place}", told).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(write, ("gravity", "structures"))) == [302, 302]
    texts = {row["place"]: row["text"] for row in load_case("KARV").all("section")}
    assert texts["gravity"] == "Of gravity." and texts["structures"] == "Of structures."


def test_comments_are_opened_and_resolved(client):
    client.post(f"{BASE}/summary/comment", {"comment": "Say when this was."})
    tree = tree_of(client.get(f"{BASE}/summary"))
    settle = tree.xpath("//form[contains(@action, '/comment/')]/@action")[0]
    assert "Say when this was." in tree.text_content()
    assert "1 comment" in client.get(BASE).content.decode()
    client.post(settle, {"state": "resolved", "answer": "Done."})
    said = client.get(f"{BASE}/summary").content.decode()
    assert "resolved by M-1" in said and "Done." in said
    assert "1 comment" not in client.get(BASE).content.decode()
    assert client.post(f"{BASE}/summary/comment", {"comment": " "}).status_code == 400


def test_the_length_is_set_against_the_forums_limit(client):
    said = client.get("/cases/KARV/text/echr/en").content.decode()
    assert "of at most 9000 (echr)" in said


@pytest.mark.parametrize("path", ["icc-15/en/poetry", "icc-15/xx", "nowhere/en"])
def test_what_is_not_there_is_told(client, path):
    assert client.get(f"/cases/KARV/text/{path}").status_code in (400, 404)


def test_a_case_from_which_nothing_may_leave_can_still_be_written(client):
    client.post("/cases", {"code": "BARE", "title": "Bare"})
    assert client.get("/cases/BARE/text/icc-15/en").status_code == 200
    assert client.get("/cases/BARE/text/hrc/fr/summary").status_code == 200
