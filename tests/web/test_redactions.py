"""Redacting on pages: sentences, exact words, messages, areas; the copy and its original."""

import lxml.html
import pytest

BASE = "/cases/KARV/redact"
ASK = "?forum=icc-15&lang=en&on=2026-11-22&version=coded"


def tree_of(answer):
    return lxml.html.fromstring(answer.content)


def code_of(kind):
    from amparo.casefile.records import load_case
    from amparo.vault.retrieve import find_item

    rows = load_case("KARV").all("item")
    return next(row.code for row in rows if find_item(row["sha256"]).kind == kind)


def marked(client, code):
    tree = tree_of(client.get(f"{BASE}/{code}{ASK}"))
    return [li.text_content() for li in tree.xpath("//section[@aria-labelledby='listed']//li")]


def test_a_ticked_sentence_is_taken_out_and_put_back(client):
    before = marked(client, "I1")
    tree = tree_of(client.get(f"{BASE}/I1{ASK}"))
    box = tree.xpath("//div[@class='ticks']//input[@name='take']")[2]
    words = box.getparent().text_content().strip()
    answer = client.post(f"{BASE}/I1{ASK}", {"take": box.get("value"), "reason": "a name"})
    assert answer.status_code == 302, answer.content
    tree = tree_of(client.get(f"{BASE}/I1{ASK}"))
    assert words in [one.text_content() for one in tree.xpath("//del")]
    assert "to be made" in client.get(f"{BASE}{ASK}").content.decode()
    shown = client.get(f"{BASE}/I1/preview{ASK}").content.decode()
    assert "█████" in shown and words not in shown
    (fresh,) = set(marked(client, "I1")) - set(before)
    (back,) = (
        li.xpath(".//form[contains(@action, '/back/')]/@action")[0]
        for li in tree.xpath("//section[@aria-labelledby='listed']//li")
        if li.text_content() == fresh
    )
    assert client.post(back).status_code == 302
    assert marked(client, "I1") == before


def test_exact_words_go_everywhere_and_the_copy_is_tied_to_its_original(client):
    from amparo.casefile.records import load_case
    from amparo.vault.models import Derivation
    from amparo.vault.retrieve import find_item, list_parts

    item = find_item(load_case("KARV").get("I1")["sha256"])
    word = max(list_parts(item)[0].text.split(), key=len).strip(".,()")
    answer = client.post(f"{BASE}/I1{ASK}", {"words": word, "reason": "a name", "only_here": "1"})
    assert answer.status_code == 302, answer.content
    assert marked(client, "I1")
    assert client.post(f"{BASE}/I1/make{ASK}").status_code == 302
    page = client.get(f"{BASE}/I1{ASK}").content.decode()
    copy = Derivation.objects.filter(parent=item, relation="redaction").latest("pk").child
    assert copy.code in page
    assert word not in list_parts(copy)[0].text
    blocks = client.get("/cases/KARV/filing").content.decode()
    assert "redacted copy is missing" not in blocks


def test_a_message_of_a_chat_is_taken_out_by_its_number(client):
    code = code_of("chat")
    tree = tree_of(client.get(f"{BASE}/{code}{ASK}"))
    whole = tree.xpath("//label[contains(., 'The whole of message:2')]/input/@value")[0]
    client.post(f"{BASE}/{code}{ASK}", {"take": whole, "reason": "a third person"})
    tree = tree_of(client.get(f"{BASE}/{code}{ASK}"))
    part = tree.xpath("//section[h3/span[.='message:2']]")[0]
    assert "taken out whole" in part.text_content()


@pytest.mark.parametrize("kind", ["pdf", "image"])
def test_areas_are_chosen_on_a_numbered_grid(client, kind):
    code = code_of(kind)
    tree = tree_of(client.get(f"{BASE}/{code}{ASK}"))
    address = tree.xpath("//figure/img/@src")[0]
    before = client.get(address)
    assert before["Content-Type"] == "image/png" and before.content.startswith(b"\x89PNG")
    form = {"area": "B3:D5", "number": "1", "reason": "a face"}
    answer = client.post(f"{BASE}/{code}{ASK}", form)
    assert answer.status_code == 302, answer.content
    assert client.get(address).content != before.content
    assert "box 0.0833, 0.125, 0.3333, 0.3125" in marked(client, code)[0]
    assert client.post(f"{BASE}/{code}/make{ASK}").status_code == 302
    copy = tree_of(client.get(f"{BASE}/{code}{ASK}")).xpath("//img[contains(@src, '/copy/')]/@src")
    assert client.get(copy[0]).content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": "why"},
        {"reason": "", "words": "the"},
        {"reason": "why", "words": "words that are nowhere"},
        {"reason": "why", "take": "99:1-2"},
        {"reason": "why", "take": "0:5-5"},
        {"reason": "why", "take": "0:0-999999999"},
        {"reason": "why", "area": "Z99"},
        {"reason": "why", "area": "A17"},
        {"reason": "why", "area": "0.5, 0.5, 0.4, 0.6"},
        {"reason": "why", "begin": "soon"},
    ],
)
def test_a_wrong_choice_is_told_and_marks_nothing(client, wrong):
    before = len(marked(client, "I2"))
    answer = client.post(f"{BASE}/I2{ASK}", wrong)
    assert answer.status_code == 400 and b'role="alert"' in answer.content
    assert len(marked(client, "I2")) == before


def test_no_word_of_an_item_stands_in_an_address(client):
    tree = tree_of(client.get(f"{BASE}/I1{ASK}"))
    for link in (
        *tree.xpath("//a/@href"),
        *tree.xpath("//form/@action"),
        *tree.xpath("//img/@src"),
    ):
        assert link.isascii() and "%" not in link


@pytest.mark.parametrize("path", ["I99", "ST1", "I99/page/1", "I2/copy/1", "I1/page/1"])
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(f"{BASE}/{path}").status_code == 404
