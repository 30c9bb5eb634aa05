"""What errors and the gate tell has French: each sentence, and each pattern with its values."""

import pickle
import re
from pathlib import Path
from string import Formatter

import pytest

from amparo.filled import filled
from amparo.web import language as subject
from amparo.web.language import CATALOGUES, catalogue

from .told import sentences, unread

TEMPLATES = Path(subject.__file__).parent / "templates"
LOCALE = Path(subject.__file__).parent / "locale"


@pytest.fixture
def in_french():
    token = subject._current.set("fr")
    yield subject.say
    subject._current.reset(token)


def french(text: str) -> str:
    """The French of a text, begun with a large or a small letter; "" where there is none."""
    known = catalogue("fr")
    return known.get(text) or known.get(text[0].swapcase() + text[1:], "")


def test_every_error_and_finding_that_a_page_can_tell_has_french():
    left = [text for text in sentences() if not french(text)]
    assert left == [], "write their French into web/locale/fr-told.po"


def test_no_error_is_put_together_so_that_it_cannot_be_told_in_french():
    assert unread() == [], "use `filled(pattern, name=value)`"


def test_the_reader_finds_sentences_of_each_kind():
    found = set(sentences())
    assert "this id is taken in the case" in found, "a cause"
    assert "{name} is not one of the known terms" in found, "a pattern"
    assert "There is no such month" in found, "an argument of a helper"
    assert "See docs/guide/query.md" in found, "a constant of a module"
    assert "must be a whole number" in found, "told inside an error of a field"
    assert "no domestic remedy is recorded" in found, "a rule of the gate"
    assert len(found) > 900


def places(pattern: str) -> list[str]:
    return sorted(name for _, name, _, _ in Formatter().parse(pattern) if name)


def test_french_patterns_have_the_same_values():
    patterns = [text for text in sentences() if re.search(r"\{[a-z_]+\}", text)]
    assert len(patterns) > 80
    assert [p for p in patterns if places(p) != places(french(p))] == []


def test_a_text_stands_in_the_catalogue_once():
    for name in CATALOGUES["fr"]:
        keys = re.findall(r'^msgid (".+")$', (LOCALE / name).read_text("utf-8"), re.MULTILINE)
        assert [key for key in keys if keys.count(key) > 1 and key != '""'] == []


def test_values_and_sentences_within_sentences_are_told_too(in_french):
    inner = filled("{name} is not one of the known terms", name="given_on")
    outer = filled("{cause} (and {more} more)", cause=inner, more=2)
    assert outer == "given_on is not one of the known terms (and 2 more)"
    french = in_french(outer).replace("\N{NO-BREAK SPACE}", " ")
    assert french == "donné le : ce n’est pas l’un des termes connus (et 2 de plus)"


def test_a_sentence_survives_the_way_between_processes(in_french):
    there = pickle.loads(pickle.dumps(filled("at most {most} bytes", most=9)))  # noqa: S301
    assert there == "at most 9 bytes" and in_french(there) == "9 octets au plus"


def test_a_value_with_braces_is_left_as_it_is(in_french):
    told = filled("unknown key '{key}'", key="{x} {0}")
    assert told == "unknown key '{x} {0}'"
    assert in_french(told) == "clé inconnue «\N{NO-BREAK SPACE}{x} {0}\N{NO-BREAK SPACE}»"


@pytest.mark.parametrize("name", sorted(one.name for one in TEMPLATES.glob("*.html")))
def test_no_template_shows_a_cause_as_it_was_raised(name):
    source = (TEMPLATES / name).read_text("utf-8")
    shown = re.findall(r"\{\{ [\w.]+\.(?:cause|remedy|fault|step|detail)(?!\w)[^}]*\}\}", source)
    assert [one for one in shown if not re.search(r"\|(?:say|retell)\b", one)] == []


def test_the_gate_and_the_fora_are_told_in_french(client):
    client.post("/language", {"language": "fr"})
    page = client.get("/cases/KARV/filing?forum=hrc&lang=fr").content.decode()
    client.post("/language", {"language": "en"})
    assert "Le forum veut que le document soit signé" in page and "section signature" in page
    assert "Dossier destiné à un parquet national" in page and "version sous un code" in page
    assert "the forum wants" not in page.lower()


def test_an_error_with_values_is_told_in_french(client):
    client.post("/language", {"language": "fr"})
    form = {"id": "A77", "event": "E1", "began": "soon"}
    page = client.post("/cases/KARV/records/acts/add", form).content.decode()
    client.post("/language", {"language": "en"})
    assert "Écrivez-la en EDTF niveau 1" in page, page
