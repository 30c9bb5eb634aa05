"""Every page that can be reached: sound structure, no inline code, codes only in addresses."""

import re
from urllib.parse import urlsplit

import lxml.html
import pytest

ADDRESS = re.compile(r"/[A-Za-z0-9()./_-]*")
QUERY = re.compile(r"([a-z]+=[A-Za-z0-9:_-]*&?)*")
START = ("/", "/items/added", "/nothing", "/cases/NONE", "/cases/KARV/record/V-1/versions")
MOST_PER_SHAPE = 6


def shape(address):
    """Addresses that differ only in numbers and codes show the same kind of page."""
    path = re.sub(r"/text/[^/]+/[^/]+/[^/]+", "/text/*", urlsplit(address).path)
    return re.sub(r"(?<=/)[A-Z][A-Za-z-]*\d+(?=/|$)|\d+[^/]*", "*", path)


@pytest.fixture(scope="module")
def pages(door, passphrase):
    """Pages by address, found by following links, a few of each kind."""
    from django.test import Client

    browser = Client(SERVER_NAME="127.0.0.1")
    browser.post("/unlock", {"passphrase": passphrase})
    text = {"title": "Summary", "text": "One.[[statement:ST1]]", "seen": "0", "do": "save"}
    browser.post("/cases/KARV/text/icc-15/en/summary", text)
    browser.post("/cases/KARV/redact/I1", {"take": "0:0-9", "reason": "a name"})
    waiting, found, counted = list(START), {}, {}
    while waiting:
        address = waiting.pop(0)
        if address in found or counted.get(shape(address), 0) >= MOST_PER_SHAPE:
            continue
        counted[shape(address)] = counted.get(shape(address), 0) + 1
        answer = browser.get(address, follow=True)
        found[address] = answer
        tree = lxml.html.fromstring(answer.content)
        links = [a.get("href").partition("#")[0] for a in tree.iter("a")]
        waiting += [link for link in links if link and link not in found]
    return {address: (a, lxml.html.fromstring(a.content)) for address, a in found.items()}


def test_the_crawl_meets_every_route_that_can_be_read(pages):
    from django.urls import resolve

    from amparo.web.urls import urlpatterns

    met = {resolve(urlsplit(a).path).view_name for a in pages if not a.startswith("/nothing")}
    acts = {"lock", "item-export", "item-play", "case-import", "case-export", "record-retire",
            "filing-package", "filing-document", "filing-letter", "editor-comment",
            "comment-settle", "redact-make", "redact-back", "redact-look", "redact-copy",
            "withdrawal-told", "withdraw", "override-ask", "override-decide",
            "picture-take", "bulk-enter",
            "bulk-template", "search-keep", "search-new", "search-forget",
            "checkpoint-take", "ledger-compare", "ledger-grow", "ledger-cosign", "ledger-keep",
            "post-quantum", "proof-take", "entry-take", "stamps-ask", "stamps-upgrade",
            "stamps-authority", "stamps-calendar", "stamps-remove", "member-add", "member-remove",
            "passphrase", "recovery-words", "backup-make", "exchange-export", "exchange-import",
            "exchange-receipt", "exchange-seal", "identity-seal", "identity-show", "identity-erase",
            "verify-package", "same", "case-hold", "task-done", "language", "vocabulary-import",
            "vocabulary-retire", "items-reread", "item-captured", "repeats-look", "chains-take",
            "unfinished"}  # fmt: skip
    by_hand = {"unlock", "search-results", "stay", "filing-progress", "handover",
               "item-captured", "items-reread"}  # fmt: skip
    pages_of_ours = {p.name for p in urlpatterns if not p.name.startswith("api-")}
    assert pages_of_ours - met == acts | by_hand


def test_nothing_fails(pages):
    failed = {a: answer.status_code for a, (answer, _) in pages.items()
              if answer.status_code not in (200, 404)}  # fmt: skip
    assert not failed
    lost = [a for a, (answer, _) in pages.items() if answer.status_code == 404]
    assert sorted(lost) == ["/cases/NONE", "/nothing"]


def test_what_is_not_there_and_what_is_not_allowed_look_the_same(pages):
    token = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"')
    nothing, none = (token.sub(b"", pages[a][0].content) for a in ("/nothing", "/cases/NONE"))
    assert nothing == none


def test_addresses_carry_codes_only(pages):
    for address, (_, tree) in pages.items():
        links = [a.get("href") for a in tree.iter("a")]
        links += [form.get("action") or "/" for form in tree.iter("form")]
        for link in links:
            parts = urlsplit(link)
            assert not parts.scheme and not parts.netloc, (address, link)
            assert ADDRESS.fullmatch(parts.path or "/"), (address, link)
            assert QUERY.fullmatch(parts.query), (address, link)
            for word in ("Selmar", "statement-v", "Karvesh", "courier", "depot"):
                assert word not in link, (address, link)


def test_forms_that_read_send_no_words(pages):
    for address, (_, tree) in pages.items():
        for form in tree.iter("form"):
            if (form.get("method") or "get") == "get":
                free = form.xpath(".//input[@type='text' or @type='search'] | .//textarea")
                assert not free, address
            else:
                assert form.xpath(".//input[@name='csrfmiddlewaretoken']"), address


def test_no_inline_code_and_nothing_from_elsewhere(pages):
    for address, (answer, tree) in pages.items():
        for element in tree.iter():
            if not isinstance(element.tag, str):
                continue
            assert element.tag not in ("style", "iframe", "object", "embed"), address
            inline = [name for name in element.attrib if name == "style" or name.startswith("on")]
            assert not inline, (address, element.tag, inline)
        scripts = [script.get("src") for script in tree.iter("script")]
        assert scripts == ["/static/amparo.js"], address
        assert all(script.text is None for script in tree.iter("script"))
        body = answer.content.decode()
        outside = set(re.findall(r"(?:src|href|action)=[\"'](\w+:[^\"']*)", body))
        assert outside <= {"data:,"}, (address, outside)


def test_the_browser_is_asked_to_keep_and_send_nothing(pages):
    """Form history lies in clear on the disk; translation and spelling may go to a server."""
    for address, (_, tree) in pages.items():
        assert tree.get("translate") == "no", address
        assert tree.find("body").get("spellcheck") == "false", address
        kept = [f.get("action") for f in tree.iter("form") if f.get("autocomplete") != "off"]
        assert not kept, (address, kept)


def test_a_title_names_codes_only(pages):
    """Titles stay in the history of the browser."""
    for address, (_, tree) in pages.items():
        title = tree.findtext(".//title")
        for word in ("Selmar", "Karvesh", "courier", "statement-v", "Velmora", "depot"):
            assert word not in title, (address, title)


def test_structure_serves_screen_readers(pages):
    for address, (_, tree) in pages.items():
        assert tree.get("lang") == "en", address
        assert tree.findtext(".//title"), address
        assert len(tree.findall(".//h1")) == 1, address
        assert len(tree.findall(".//main")) == 1, address
        levels = [int(e.tag[1]) for e in tree.iter("h1", "h2", "h3", "h4")]
        jumps = [pair for pair in zip(levels, levels[1:], strict=False) if pair[1] - pair[0] > 1]
        assert not jumps, (address, levels)
        ids = [e.get("id") for e in tree.iter() if isinstance(e.tag, str) and e.get("id")]
        assert len(ids) == len(set(ids)), (address, [i for i in ids if ids.count(i) > 1])
        named = set(ids)
        for attribute in ("aria-labelledby", "aria-describedby", "for"):
            for element in tree.xpath(f"//*[@{attribute}]"):
                assert set(element.get(attribute).split()) <= named, (address, attribute)


def test_every_field_and_button_has_a_name(pages):
    for address, (_, tree) in pages.items():
        labels = {label.get("for") for label in tree.iter("label")}
        for field in tree.iter("input", "select", "textarea"):
            if field.get("type") == "hidden":
                continue
            inside = any(parent.tag == "label" for parent in field.iterancestors())
            assert inside or field.get("id") in labels, (address, field.get("name"))
        for button in tree.iter("button"):
            assert button.text_content().strip() or button.get("aria-label"), address
        for link in tree.iter("a"):
            assert link.text_content().strip() or link.get("aria-label"), (
                address,
                link.get("href"),
            )
        for cell in tree.iter("th"):
            assert cell.get("scope") in ("col", "row"), address


def test_text_in_another_language_says_so(pages):
    spoken = {e.get("lang") for _, tree in pages.values() for e in tree.iter() if e.get("lang")}
    assert {"en", "ru", "fr"} <= spoken


def test_an_alleged_perpetrator_is_never_called_otherwise(pages):
    for address, (_, tree) in pages.items():
        if address.startswith("/law"):
            continue
        for element in tree.xpath("//h1 | //h2 | //th | //label | //dt"):
            words = element.text_content().lower()
            if "perpetrator" in words and not element.xpath("ancestor-or-self::th[@scope='row']"):
                assert "alleged" in words, (address, words)
