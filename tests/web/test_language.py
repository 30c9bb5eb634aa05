"""The pages in another language: chosen, remembered, whole; what lacks a word stays English."""

import re
from pathlib import Path
from string import Formatter

import lxml.html
import pytest

from amparo.web import language as subject
from amparo.web.language import catalogue, translate_source

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
        return sorted(re.sub(r"\|\w+", "", one) for one in tags.findall(text))

    for key, said in catalogue("fr").items():
        assert names(key) == names(said), key
        assert "<" not in said and "{%" not in said, key
        assert Formatter and said.strip() == said or said[0] in " ."


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


@pytest.mark.parametrize(
    "name", ["base.html", "unlock.html", "_case_tabs.html", "review.html", "tasks.html"]
)
def test_what_everybody_sees_is_french_throughout(name):
    source = (TEMPLATES / name).read_text("utf-8")
    known = catalogue("fr")
    left = []
    for place, run in enumerate(subject._TOKEN.split(source)):
        text = " ".join(run.split())
        if place % 2 == 0 and re.search("[A-Za-z]{3}", re.sub(r"\{\{.*?\}\}", "", text)):
            left += [
                one
                for one in text.split(" · ")
                if re.search("[A-Za-z]{3}", re.sub(r"\{\{.*?\}\}", "", one))
                and one not in known
                and text not in known
            ]
    assert len(left) <= 3, left
