"""A dossier is about the prosecutor it is addressed to; until one is named it says so."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from amparo.errors import BadInput
from amparo.filing.words import LANGUAGES, load_words
from amparo.store.settings import configure

configure()

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def vault(tmp_path_factory, make_fora_vault):
    held = make_fora_vault(tmp_path_factory.mktemp("address"), "named")
    yield held
    held.close()


@pytest.fixture
def dossier(vault):
    from amparo.filing.address import address
    from amparo.filing.compose import compose
    from amparo.filing.document import words_of
    from amparo.filing.gather import examine, gather

    def run(state: str, lang: str = "en"):
        rules = address("KARV", "national", state=state)
        material = gather(examine("KARV", rules, DAY), rules, lang, DAY, ("Lantern Group",))
        made = compose(material, load_words("national", lang), datetime(2026, 11, 22, tzinfo=UTC))
        return material, made, " ".join(words_of(made))

    return run


@pytest.mark.parametrize("lang", LANGUAGES)
def test_without_a_state_it_says_so_and_speaks_of_no_state_the_case_does_not_touch(dossier, lang):
    material, made, text = dossier("", lang)
    said = {"en": "No State has been chosen", "fr": "n'a pas été choisi"}[lang]
    assert said in text.replace("’", "'")
    assert dict(material.ties) == {"LT": ("place",)}
    assert material.answers
    assert all(one.route.startswith(material.states["LT"]) for one in material.answers)
    assert material.states["DE"] not in text and len(made.addressee) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
def test_with_a_state_it_is_about_its_law_alone(dossier, lang):
    material, made, text = dossier("de", lang)
    name = material.states["DE"]
    assert made.addressee[-1] == name
    assert material.answers and all(a.route.startswith(name) for a in material.answers)
    assert material.states["SE"] not in text
    tie = {"en": "holds no tie of the acts to it", "fr": "aucun rattachement des actes"}[lang]
    assert tie in text


def test_a_state_of_which_the_book_holds_no_statute_is_told(dossier):
    material, _, text = dossier("EE")
    assert material.answers == () and "holds nothing on the law of the authority" in text


def test_the_ties_of_the_record_are_told(dossier):
    _, _, text = dossier("LT")
    assert "The record ties the acts to it by: place of an act." in text


def test_the_gate_warns_until_a_state_is_chosen(vault):
    from amparo.filing.address import address
    from amparo.filing.gather import examine

    def rules(state: str) -> set[str]:
        found = examine("KARV", address("KARV", "national", state=state), DAY)
        return {one.rule for one in found.findings}

    assert "addressee" in rules("") and "addressee" not in rules("DE")


@pytest.mark.parametrize("forum, state", [("hrc", "DE"), ("national", "QQ")])
def test_a_state_that_cannot_be_addressed_is_refused(vault, forum, state):
    from amparo.filing.address import address

    with pytest.raises(BadInput):
        address("KARV", forum, state=state)


def test_consent_for_other_states_does_not_cover_it(make_case):
    from dataclasses import replace

    from amparo.filing.gather import consents
    from amparo.filing.words import load_forum

    given = {"purpose": "prosecution", "recipient": "national-prosecutor"}
    case = make_case(
        person=[{"id": "V-1"}],
        consent=[{"id": "CO1", "subject": "V-1", "identity_level": "coded", "territory": ["SE"],
                  "given_on": "2020-01-01", **given}],
    )  # fmt: skip

    def why(state: str) -> str:
        return consents(case, replace(load_forum("national"), state=state), DAY)("V-1", None).reason

    assert (why("SE"), why("DE"), why("")) == ("", "other territory", "other territory")
