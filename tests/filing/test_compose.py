"""From a case to a document: the forum's chapters, honest gaps, codes only, nothing held back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from amparo.filing.check import Decision, release
from amparo.filing.compose import compose
from amparo.filing.document import (
    Notice,
    Paragraph,
    Table,
    Text,
    cites_of,
    number_document,
    words_of,
)
from amparo.filing.layout import lay_out
from amparo.filing.material import ItemFacts, LawAnswer, Material
from amparo.filing.words import load_words

MADE = datetime(2026, 11, 22, tzinfo=UTC)
SOURCE = "art15: Statute (confidence: unverified; consulted 2026-11-22; not reviewed)"


def consent_of(*persons):
    return lambda subject, item: Decision("coded", "") if subject in persons else Decision("")


@pytest.fixture
def material(case):
    from amparo.casefile.proof_chart import Chart, ClaimLine, CrimeLine, ElementLine, LabelLine

    def claim(code, strict, generous, denied=0):
        return ClaimLine(code, "", strict, generous, denied, denied, (), ())

    found = release(case, consent_of("V-1"))
    supported = ElementLine("7(1)(e).1", "Deprived of liberty", "supported", (claim("P1", 1, 2),))
    absent = ElementLine("7(1)(e).2", "Gravity", "missing", (), ("registers",))
    context = ElementLine("7.X1", "An attack", "supported", (claim("P3", 1, 1, 1),))
    chart = Chart(
        "KARV",
        "2026-11-22+abcdef01",
        "filing:icc",
        (context,),
        (CrimeLine("7(1)(e)", "Imprisonment", ("A1",), (supported, absent)),),
        (LabelLine("genocide", "", "closed", ("The group is not protected",), ("7(1)(h)",)),),
        {"P1": (1, 2), "P3": (1, 1)},
    )
    answers = (
        LawAnswer("A1", "12(2)(a) territory", "closed", ("Not a Party",), (), (SOURCE,)),
        LawAnswer("A1", "12(2)(a) cross-border", "arguable", (), ("The State first entered",)),
    )
    items = {
        row.code: ItemFacts(row["sha256"], 10, "text", "text/plain", "en")
        for row in case.all("item")
    }
    return Material(found, items, answers, chart, {"XV": "Velmora"}, date(2026, 11, 22))


@pytest.fixture(params=["en", "fr"])
def words(request):
    return load_words("icc-15", request.param)


def all_words(document):
    return "\n".join(words_of(document))


def section(document, anchor):
    return next(one for one in document.walk() if one.anchor == anchor)


def text_of(block):
    return "".join(run.text for run in block.runs if isinstance(run, Text))


def test_the_chapters_of_the_checklist_are_there_in_order(material, words):
    anchors = [one.anchor for one in compose(material, words, MADE).sections]
    assert anchors == [
        "sender", "summary", "confidentiality", "background", "jurisdiction", "context", "crimes",
        "structures", "complementarity", "gravity", "interests", "victims", "method", "contrary",
        "labels", "gaps", "requests", "index",
    ]  # fmt: skip


def test_every_reference_resolves_in_both_languages(material, words):
    assert lay_out(number_document(compose(material, words, MADE)), words)


def test_nothing_of_a_person_held_back_is_worded(material, words):
    shown = all_words(compose(material, words, MADE))
    for secret in ("V-2", "baker", "bakery", "Account of the baker", "Ordun", "I saw men"):
        assert secret not in shown


def test_what_is_held_back_is_listed_with_its_reason(material):
    document = compose(material, load_words("icc-15", "en"), MADE)
    table = next(one for one in section(document, "withheld").blocks if isinstance(one, Table))
    listed = {row[0][0].text: row[2][0].text for row in table.rows}
    assert listed == {
        "I2": "no decision of the persons concerned covers it",
        "I4": "not cited in this version",
    }


@pytest.mark.parametrize("words", ["en", "fr"])
def test_a_recipient_is_not_told_how_somebody_decided(material, words):
    held = [
        replace(one, reason="withdrawn" if one.reason != "uncited" else one.reason)
        for one in material.release.withheld
    ]
    taken = replace(material, release=replace(material.release, withheld=tuple(held)))
    same = [all_words(compose(one, load_words("icc-15", words), MADE)) for one in (material, taken)]
    assert same[0] == same[1]


def test_each_citation_has_its_exhibit_and_the_words_of_the_record(material, words):
    document = compose(material, words, MADE)
    statements = {row.code: row for row in material.case.all("statement")}
    cites = list(cites_of(document))
    assert {cite.statement for cite in cites} == {"ST1", "ST3", "ST5"}
    for cite in cites:
        row = statements[cite.statement]
        assert document.exhibit(cite.exhibit).item == material.case.rows[row["item"]]["sha256"]
        assert (cite.quote, cite.start) == (row["quote"], row["start"])
        assert cite.end == cite.start + len(cite.quote)


def test_exhibits_are_numbered_and_named_without_the_file_name(material, words):
    exhibits = compose(material, words, MADE).exhibits
    assert [(one.number, one.file_name) for one in exhibits] == [(1, "E0001.txt"), (2, "E0002.txt")]
    assert [one.source for one in exhibits] == ["V-1", "S3"]


def test_exhibits_keep_the_numbers_of_an_earlier_version(material, words):
    digest = material.case.rows["I3"]["sha256"]
    later = compose(replace(material, earlier_numbers={digest: 9, "gone": 12}), words, MADE)
    assert {one.item: one.number for one in later.exhibits}[digest] == 9
    assert sorted(one.number for one in later.exhibits) == [9, 13]


def test_a_place_is_told_no_more_exactly_than_allowed(material, words):
    shown = all_words(compose(material, words, MADE))
    assert "Quarry" not in shown
    assert "Karvesh, Velmora" in shown


def test_contrary_evidence_and_contradicting_answers_are_shown(material):
    document = compose(material, load_words("icc-15", "en"), MADE)
    contrary = [text_of(one) for one in section(document, "contrary").blocks]
    assert any("Ministry of the Interior denies: Men were held." in one for one in contrary)
    answers = [
        text_of(o) for o in section(document, "responses").blocks if isinstance(o, Paragraph)
    ]
    assert any("about E1 that do not go together" in one for one in answers)


def test_gaps_of_elements_and_jurisdiction_are_stated(material):
    document = compose(material, load_words("icc-15", "en"), MADE)
    told = {gap.missing for gap in document.gaps}
    assert "Nothing tendered yet. What would show it: registers." in told
    assert "The State first entered" in told


def test_a_label_of_others_is_not_adopted_and_says_why(material):
    document = compose(material, load_words("icc-15", "en"), MADE)
    notice = next(one for one in section(document, "labels").blocks if isinstance(one, Notice))
    assert "not adopted" in notice.title
    assert "The group is not protected." in text_of(notice)
    rest = [one for one in document.sections if one.anchor != "labels"]
    assert "genocide" not in all_words(replace(document, sections=tuple(rest)))


def test_unverified_sources_are_marked(material):
    shown = all_words(compose(material, load_words("icc-15", "en"), MADE))
    assert SOURCE.replace("2026-11-22", "22 November 2026") in shown
    assert "have not been checked by a second person" in shown


@pytest.mark.parametrize("word", ["guilty of", "probability of", "perpetrated by", "convict"])
def test_nobody_is_called_guilty(material, word):
    document = compose(material, load_words("icc-15", "en"), MADE)
    for line in words_of(document):
        assert word not in line or "nobody" in line.lower()


def test_the_table_of_persons_shows_codes_and_consent(material):
    document = compose(material, load_words("icc-15", "en"), MADE)
    table = next(one for one in section(document, "victims").blocks if isinstance(one, Table))
    rows = {row[0][0].text: row[4][0].text for row in table.rows}
    assert rows == {"V-1": "under a code", "AP-1": "not asked: alleged perpetrator"}


def test_an_empty_sender_is_said_to_be_missing(material):
    document = compose(material, load_words("icc-15", "en"), MADE)
    assert "to be named" in document.sender[0]
    named = compose(
        replace(material, sender=("An Organisation",)), load_words("icc-15", "en"), MADE
    )
    assert named.sender == ("An Organisation",)
    assert "An Organisation" in text_of(section(named, "sender").blocks[0])


def test_the_same_material_makes_the_same_document(material, words):
    assert compose(material, words, MADE) == compose(material, words, MADE)


def test_each_proposition_is_told_once_wherever_it_bears(material, words):
    from amparo.casefile.proof_chart import ClaimLine, CrimeLine, ElementLine

    def line(element, *codes):
        claims = tuple(ClaimLine(code, "", 1, 1, 0, 0, (), ()) for code in codes)
        return ElementLine(element, element, "supported", claims)

    crimes = (
        CrimeLine("7(1)(e)", "Imprisonment", ("A1",), (line("7(1)(e).1", "P1", "P3"),)),
        CrimeLine("7(1)(h)", "Persecution", (), (line("7(1)(h).1", "P3", "P1"),)),
    )
    for context in ((), (line("7.X1", "P1", "P3"),)):
        chart = replace(material.chart, crimes=crimes, context=context)
        document = compose(replace(material, chart=chart), words, MADE)
        anchors = [b.anchor for s in document.walk() for b in s.blocks if isinstance(b, Paragraph)]
        assert anchors.count("told.P1") == anchors.count("told.P3") == 1
        assert lay_out(number_document(document), words)


def test_without_any_crime_the_facts_are_still_told(material, words):
    chart = replace(material.chart, crimes=(), context=())
    document = compose(replace(material, chart=chart, answers=()), words, MADE)
    assert lay_out(number_document(document), words)
    told = [b.anchor for b in section(document, "others").blocks]
    assert told == ["told.P1", "told.P3"]


def test_an_alleged_perpetrator_appears_only_with_an_involvement_that_may_leave(material, words):
    rows = {code: row for code, row in material.case.rows.items() if row.noun != "involvement"}
    found = replace(material.release, case=replace(material.case, rows=rows))
    document = compose(replace(material, release=found), words, MADE)
    assert "AP-1" not in all_words(document)
    assert "officer called the Captain" not in all_words(document)
