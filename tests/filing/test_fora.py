"""Every forum in every language, from one vault: its own words, order and rules."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from amparo.errors import BadInput
from amparo.filing.words import FORUMS, LANGUAGES, load_forum, load_words
from amparo.store.settings import configure

configure()

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def vault(tmp_path_factory, make_fora_vault):
    held = make_fora_vault(tmp_path_factory.mktemp("fora"), "named")
    yield held
    held.close()


@pytest.fixture
def compose(vault):
    from amparo.filing.compose import compose
    from amparo.filing.gather import examine, gather

    def run(forum: str, lang: str = "en"):
        rules = load_forum(forum)
        found = examine("KARV", rules, DAY)
        assert not found.blocks
        material = gather(found, rules, lang, DAY, ("Lantern Group",))
        return compose(material, load_words(forum, lang), datetime(2026, 11, 22, tzinfo=UTC))

    return run


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("forum", FORUMS)
def test_each_forum_in_each_language_has_its_sections_and_every_reference_leads_somewhere(
    compose, forum, lang
):
    from amparo.filing.document import number_document
    from amparo.filing.layout import lay_out

    document = number_document(compose(forum, lang))
    assert tuple(one.anchor for one in document.sections) == load_forum(forum).sections
    assert lay_out(document, load_words(forum, lang))
    assert document.subtitle == load_words(forum, lang).say("forum.name")


@pytest.mark.parametrize("forum", FORUMS)
def test_what_denies_the_account_is_tendered_everywhere(compose, forum):
    from amparo.filing.document import cites_of

    assert "ST3" in {cite.statement for cite in cites_of(compose(forum))}


@pytest.mark.parametrize("forum", [one for one in FORUMS if one != "icc-15"])
def test_no_other_forum_speaks_of_the_statute_or_the_office(compose, forum):
    from amparo.filing.document import words_of

    # A dossier names the Statute whose articles it proposes: they are not of the prosecutor's law.
    own = {"echr": "the Court ", "national": "Rome Statute"}.get(forum)
    text = " ".join(words_of(compose(forum)))
    for word in ("the Office", "article 15", "Rome Statute", "the Court "):
        assert word not in text or word == own, word
    assert forum != "national" or own in text


@pytest.mark.parametrize(
    ("forum", "articles"), [("hrc", "ICCPR 7"), ("cat", "CAT 1, 2, 12"), ("echr", "ECHR 3")]
)
def test_the_articles_of_the_treaty_are_proposed_for_the_act(compose, forum, articles):
    from amparo.filing.document import words_of

    assert any(articles in text for text in words_of(compose(forum)))


def test_articles_go_by_the_longest_id_and_never_by_a_mere_beginning():
    hrc = load_forum("hrc")
    assert hrc.right("7(1)(g)-1") == hrc.right("7(1)(g)")
    assert hrc.right("8(2)(a)(iii)") == ""
    assert hrc.right("") == ""


def test_treaty_bodies_warn_of_signature_and_other_procedures(vault):
    from amparo.filing.gather import examine

    causes = {one.cause for one in examine("KARV", load_forum("hrc"), DAY).findings}
    assert any("signed" in one for one in causes)
    assert any("another international procedure" in one for one in causes)


def test_a_text_over_length_is_blocked_with_the_longest_section(compose):
    from amparo.filing.rules import Limit, check_length

    document = compose("echr")
    assert check_length(document, [Limit("", 9000, True, "echr")]) == ()
    (found,) = check_length(document, [Limit("", 50, True, "echr")])
    assert found.severity == "block" and "the longest: " in found.where
    assert check_length(document, [Limit("", 50, False, "echr")])[0].severity == "warn"


def test_a_section_over_its_length_is_named_with_its_place(compose):
    from amparo.filing.document import number_document
    from amparo.filing.rules import Limit, check_length, count_words

    document = number_document(compose("hrc"))
    (summary,) = [one for one in document.sections if one.anchor == "summary"]
    count = count_words(document, summary)
    assert check_length(document, [Limit("summary", count, True, "us")]) == ()
    (found,) = check_length(document, [Limit("summary", count - 1, True, "our rule")])
    assert (found.rule, found.where) == ("section-length", "section summary")
    assert f"{count} words" in found.cause and "our rule" in found.cause
    assert check_length(document, [Limit("no such", 1, True, "us")]) == ()


def test_limits_come_from_the_forum_and_from_the_case(make_case):
    from amparo.filing.rules import limits_of

    forum = load_forum("hrc")
    case = make_case(
        limit=[
            {"id": "LM1", "forum": "hrc", "place": "facts", "words": 500, "strict": True},
            {"id": "LM2", "forum": "icc-15", "place": "facts", "words": 1},
        ]
    )
    found = {(one.place, one.words, one.strict, one.by) for one in limits_of(case, forum)}
    assert ("facts", 500, True, "LM1") in found
    assert ("summary", 2250, False, "hrc") in found and ("", 20000, False, "hrc") in found
    assert not any(one.words == 1 for one in limits_of(case, forum))
    wrong = make_case(limit=[{"id": "LM3", "forum": "hrc", "place": "crimes", "words": 5}])
    with pytest.raises(BadInput, match="section that the forum does not have"):
        limits_of(wrong, forum)


def test_a_national_dossier_goes_to_the_authority_that_consent_names(vault, tmp_path):
    from amparo.filing.address import address
    from amparo.filing.bundle import build_filing
    from amparo.filing.gather import examine

    other = address("KARV", "national", "XQ-PG")
    held = {one.code: one.reason for one in examine("KARV", other, DAY).withheld}
    assert held["V-1"] == "other recipient"
    with pytest.raises(BadInput):
        address("KARV", "hrc", "XQ-PG")
    built = build_filing(vault, "KARV", tmp_path / "out", forum="hrc", lang="fr", on=DAY)
    assert built.document.lang == "fr" and (built.folder / "filing.pdf").exists()
