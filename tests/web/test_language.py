"""The pages in another language: chosen, remembered, whole; what lacks a word stays English."""

import re
from pathlib import Path
from string import Formatter

import lxml.html
import pytest

from amparo.casefile.schema import CASE_FIELDS, NOUNS, VERSIONS
from amparo.casefile.terms import vocabulary_of
from amparo.custody.entry import KINDS
from amparo.law.book import load
from amparo.law.claims import CONTRADICTED, SUPPORTED, UNSETTLED
from amparo.web import language as subject
from amparo.web.forms import words
from amparo.web.handovers import WAYS
from amparo.web.language import catalogue, translate_source
from amparo.web.templatetags.words import OUTCOMES, outcome, room
from amparo.web.urls import urlpatterns

TEMPLATES = Path(subject.__file__).parent / "templates"


@pytest.fixture
def french(client):
    client.post("/language", {"language": "fr"}, headers={"referer": "http://127.0.0.1/cases/KARV"})
    yield client
    client.post("/language", {"language": "en"})


def test_the_choice_is_kept_and_leads_back(client):
    answer = client.post(
        "/language", {"language": "fr"}, headers={"referer": "http://127.0.0.1/cases/KARV"}
    )
    assert answer["Location"] == "/cases/KARV"
    tree = lxml.html.fromstring(client.get("/cases/KARV").content)
    assert tree.get("lang") == "fr" and tree.get("dir") == "ltr"
    assert "Tableau de preuve" in tree.text_content()
    client.post("/language", {"language": "en"})
    assert "Proof chart" in client.get("/cases/KARV").content.decode()


@pytest.mark.parametrize(
    "back", ["http://x//evil.example", "https://evil.example", "", "http://x/a b", "/\\evil"]
)
def test_a_choice_leads_nowhere_else(client, back):
    assert (
        client.post("/language", {"language": "xx"}, headers={"referer": back})["Location"] == "/"
    )
    assert (
        "amparo-language" not in client.cookies or client.cookies["amparo-language"].value != "xx"
    )


def test_the_browsers_wish_counts_until_somebody_chooses(stranger):
    page = stranger.get("/unlock", headers={"accept-language": "fr-CH,fr;q=0.9,en;q=0.8"})
    assert "Phrase secrète" in page.content.decode() and page["Content-Language"] == "fr"
    assert (
        "Passphrase"
        in stranger.get("/unlock", headers={"accept-language": "de,ar"}).content.decode()
    )


def test_forms_nouns_states_terms_and_errors_are_told_in_french(french):
    form = french.get("/cases/KARV/records/involvements/add").content.decode()
    assert "Degré" in form and ">a exécuté</option>" in form and 'value="carried out"' in form
    refused = french.post("/cases/KARV/records/persons/add", {"id": "V-1", "role": "zzz"})
    assert "Cet identifiant est pris" in refused.content.decode()
    assert "brouillon" in french.get("/cases/KARV/record/ST1").content.decode()
    assert "Rien n’est" not in french.get("/nothing").content.decode()
    assert "Il n’y a rien ici" in french.get("/nothing").content.decode()


def test_the_catalogue_fits_its_texts():
    tags = re.compile(r"\{\{.*?\}\}")

    def names(text: str) -> list[str]:
        return sorted(re.sub(r"\|.*\}\}", " }}", one) for one in tags.findall(text))

    for key, said in catalogue("fr").items():
        assert names(key) == names(said), key
        assert ("<" not in said or "<" in key) and "{%" not in said, key
        assert Formatter and said.strip() == said or said[0] in "\N{NO-BREAK SPACE} ."


def test_only_text_is_replaced():
    known = {"Save": "Garder", "Main": "Principal", "class": "NO", "Cases": "Dossiers"}
    source = '<nav class="class" aria-label="Main">{% if class %} Save {% endif %}Saved</nav>'
    assert translate_source(source, known) == (
        '<nav class="class" aria-label="Principal">{% if class %} Garder {% endif %}Saved</nav>'
    )
    assert translate_source("Cases · Amparo", known) == "Dossiers · Amparo"
    assert translate_source(source, {}) == source


@pytest.mark.parametrize("name", sorted(one.name for one in TEMPLATES.glob("*.html")))
def test_every_template_still_compiles_in_french(name):
    from django.template import engines

    source = translate_source((TEMPLATES / name).read_text("utf-8"), catalogue("fr"))
    engines["django"].from_string(source)


def left_english(source):
    """Runs of a template's text, and of what it says to screen readers, without French."""
    known = catalogue("fr")
    for place, run in enumerate(subject._TOKEN.split(source)):
        found = [m[2] for m in subject._SPOKEN.finditer(run)] if place % 2 else run.split(" · ")
        if not place % 2 and " ".join(run.split()) in known:
            continue
        for one in found:
            text = " ".join(one.split())
            if re.search("[A-Za-z]{2}", re.sub(r"\{\{.*?\}\}", "", text)) and text not in known:
                yield text


@pytest.mark.parametrize("name", sorted(one.name for one in TEMPLATES.glob("*.html")))
def test_no_template_says_anything_in_english_only(name):
    source = (TEMPLATES / name).read_text("utf-8")
    assert [one for one in left_english(source) if "%}" not in one] == []


def test_every_choice_of_a_field_and_every_table_of_the_book_is_told_in_french():
    closed = [(n.name, f) for n in NOUNS for f in n.fields if f.choices]
    words = {c for noun, f in closed if not vocabulary_of(noun, f.name) for c in f.choices}
    book = load()
    words |= {*WAYS, *VERSIONS, *book.tables, *(c.kind for c in book.crimes.values())}
    words |= {*OUTCOMES, CONTRADICTED, SUPPORTED, UNSETTLED, *KINDS}
    assert len(words) > 60
    known = catalogue("fr")
    same = {"sources", "A", "B", "C", "D", "E", "F"}
    left = [t for t in words - same if t not in known and t[0].swapcase() + t[1:] not in known]
    assert left == []


def test_a_size_is_told_in_the_language_of_the_page(french):
    assert room(745) == "745\N{NO-BREAK SPACE}bytes" and room(1536) == "1.5\N{NO-BREAK SPACE}KB"
    token = subject._current.set("fr")
    try:
        assert room(745) == "745\N{NO-BREAK SPACE}octets"
        assert room(1536) == "1,5\N{NO-BREAK SPACE}Ko"
    finally:
        subject._current.reset(token)


def test_every_noun_and_field_of_the_record_is_told_in_french(french):
    french.get("/")
    known = catalogue("fr")
    told = [text for noun in NOUNS for text in (noun.name, noun.plural, noun.help)]
    told += [text for n in NOUNS for f in n.fields for text in (words(f.name), f.help)]
    told += [text for f in CASE_FIELDS for text in (words(f.name), f.help)]
    assert [t for t in told if t not in known and t[0].swapcase() + t[1:] not in known] == []


EXAMPLES = {
    "item": {"code": "I-0001", "position": "0", "start": "0"}, "case": {"case": "KARV"},
    "record": {"code": "ST1"}, "crime": {"crime": "7(1)(e)"}, "int": {}, "member": {"code": "M-1"},
}  # fmt: skip
OTHER = {"number": "1", "position": "0", "start": "0", "sequence": "1", "plural": "responses",
         "forum": "icc-15", "lang": "en", "place": "summary", "name": "degree",
         "what": "timeline", "redaction": "RD1", "member": "M-1"}  # fmt: skip
OWN = {"law-act": "A1", "chains": "P1", "identity": "V-1", "redact": "I1"}


def addresses():
    """One address of every page that is looked at: not what is taken away, nor the API."""
    for pattern in urlpatterns:
        route, name = str(pattern.pattern), str(pattern.name)
        if route.startswith("api/") or name in ("lock", "language", "stay"):
            continue
        own = OWN.get(name)
        for kind, value in re.findall(r"<(\w+):(\w+)>", route):
            given = {**OTHER, **EXAMPLES.get(kind, {})}.get(value, "x1")
            route = route.replace(f"<{kind}:{value}>", own if own and kind == "record" else given)
        yield "/" + route


def english_nodes(page):
    """Visible texts that are word for word an English text of the catalogue."""
    known = {key for key, said in catalogue("fr").items() if key != said and len(key) > 3}
    tree = lxml.html.fromstring(page)
    for node in tree.xpath("//body//text()[not(ancestor::script or ancestor::option)]"):
        text = " ".join(node.split())
        if text in known and not node.getparent().xpath(
            "ancestor-or-self::*[not(self::html)][@dir or @lang!='fr' or @class='code']"
        ):
            yield text


MORE = (
    "/cases/KARV/records/acts/add", "/cases/KARV/record/A1/change", "/nothing-here",
    "/cases/KARV/pictures/map", "/cases/KARV/pictures/network", "/cases/KARV/record/P1",
    "/cases/KARV/records/limits/add", "/cases/KARV/records/consents/add",
    "/cases/KARV/records/translations/add",
)  # fmt: skip


def is_a_page(answer):
    """Whether an answer is a page to read: not a refused method, a way elsewhere or a file."""
    return "html" in answer.get("Content-Type", "") and answer.status_code in (200, 404)


@pytest.mark.parametrize("address", [*sorted(addresses()), *MORE])
def test_no_page_shows_an_english_text_that_has_french(french, address):
    answer = french.get(address)
    if not is_a_page(answer):
        assert answer.status_code in (302, 405) or "html" not in answer["Content-Type"]
        return
    assert answer["Content-Language"] == "fr"
    assert list(english_nodes(answer.content)) == []


LOOKED_AT = (
    "/", "/law", "/ledger", "/members", "/members/reseal", "/grants", "/exchanges", "/search",
    "/cases/KARV/law", "/cases/KARV/law/A1", "/cases/KARV/chart", "/cases/KARV/chains/P1",
    "/cases/KARV/filing", "/cases/KARV/leaving", "/cases/KARV/identity/V-1",
    "/cases/KARV/repeats", "/cases/KARV/text/icc-15/en", "/cases/KARV/text/icc-15/en/summary",
    "/cases/KARV/records/limits/add", "/cases/KARV/records/consents/add", "/items/I-0001",
)  # fmt: skip


def test_the_crawl_sees_pages_of_each_kind(french):
    asked = {one: french.get(one) for one in {*addresses(), *MORE}}
    shown = {one for one, answer in asked.items() if answer.status_code == 200}
    assert len(shown) >= 55, shown
    assert set(LOOKED_AT) <= shown
    assert all(is_a_page(asked[one]) for one in LOOKED_AT)


def test_the_crawl_would_see_an_english_text():
    page = '<html lang="fr" dir="ltr"><body><p>Look up a name</p><p lang="en">Search</p></body>'
    assert list(english_nodes(page)) == ["Look up a name"]


def test_what_waits_for_another_member_is_told_in_french(french):
    """Pages in a state that the demo is not in: an erasure asked for, a hold, an answer."""
    french.post("/cases/KARV/identity/V-1/seal", {"name": "Invented Person"})
    asked = french.post("/cases/KARV/identity/V-1/erase", {"do": "ask", "reason": "asked by it"})
    french.post("/cases/KARV/hold", {"do": "place", "why": "a court asked"})
    answer = french.post("/cases/KARV/leaving", {"purpose": "filing:icc", "recipient": "ICC-OTP"})
    assert asked.status_code == 302
    pages = [answer, *(french.get(a) for a in ("/", "/cases/KARV", "/cases/KARV/identity/V-1"))]
    for page in pages:
        assert page.status_code == 200
        assert list(english_nodes(page.content)) == []
    told = [page.content.decode() for page in pages]
    assert "peuvent sortir" in told[0] and "Effacements demandés" in told[1]
    assert "Lever la conservation" in told[2] and "Y renoncer" in told[3]


def test_a_record_shows_its_terms_in_french(french):
    page = french.get("/cases/KARV/record/INV1").content.decode()
    assert "était présent" in page and "agent de l’État" in page
    listed = french.get("/cases/KARV/records/responses").content.decode()
    assert "nie les faits" in listed and "se contredisent" in listed


@pytest.mark.parametrize("value", sorted(OUTCOMES))
def test_how_a_file_was_read_is_said_in_both_languages(value: str) -> None:
    assert OUTCOMES[value] in catalogue("fr")
    set_to = subject._current.set("fr")
    try:
        assert outcome(value) == catalogue("fr")[OUTCOMES[value]]
    finally:
        subject._current.reset(set_to)
    assert outcome(value) == OUTCOMES[value]
