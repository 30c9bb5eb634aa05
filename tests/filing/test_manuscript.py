"""The editable text: round trip, references, refusals with the line, versions, conflicts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.errors import BadInput, Refused
from amparo.filing.words import FORUMS, LANGUAGES, load_forum, load_words
from amparo.store.settings import configure

configure()

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def vault(tmp_path_factory, make_fora_vault):
    held = make_fora_vault(tmp_path_factory.mktemp("text"), "named")
    yield held
    held.close()


@pytest.fixture
def drafted(vault):
    """(document, wording) of a forum in a language."""
    from amparo.filing.compose import compose
    from amparo.filing.gather import examine, gather
    from amparo.filing.wording import Wording

    def run(forum="icc-15", lang="en"):
        rules, words = load_forum(forum), load_words(forum, lang)
        material = gather(examine("KARV", rules, DAY), rules, lang, DAY, ("Lantern Group",))
        document = compose(material, words, datetime(2026, 11, 22, tzinfo=UTC))
        return document, Wording(material, words)

    return run


def shown(sections, document, words):
    """Every word as printed, with its style, by piece."""
    from dataclasses import replace

    from amparo.filing.document import number_document
    from amparo.filing.layout import lay_out

    def flat(line):
        return "".join(f"{span.text}{flat(span.note)}<{span.target}>" for span in line if span)

    pieces = lay_out(number_document(replace(document, sections=sections)), words)
    return [
        (p.kind, p.number, p.title, p.anchor, flat(p.line).replace("<>", ""), p.heads, p.rows)
        for p in pieces
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("forum", FORUMS)
def test_an_unchanged_draft_prints_the_same_words_and_numbers(drafted, forum, lang):
    from amparo.filing.manuscript import join_pieces, split_pieces, write_draft
    from amparo.filing.resolve import read_draft

    document, to = drafted(forum, lang)
    text = join_pieces(write_draft(document, to), "KARV")
    back = read_draft(split_pieces(text), document, to, "draft.md")
    words = load_words(forum, lang)
    assert shown(back, document, words) == shown(document.sections, document, words)


def read(drafted, body, section="summary"):
    from amparo.filing.manuscript import split_pieces
    from amparo.filing.resolve import read_draft

    document, to = drafted()
    text = f"# KARV\n\n## Title {{#{section}}}\n\n{body}\n"
    found = read_draft(split_pieces(text), document, to, "draft.md")
    return next(one for one in found if one.anchor == section)


def test_facts_are_pulled_by_reference(drafted):
    from amparo.filing.document import Note, Quote, Ref, Text

    section = read(
        drafted,
        "In all [[figure:acts]] act, [[figure:victims]]: [[quote:ST1]].[[statement:ST1]]"
        "[[statement:ST3]] [[proposition:P1]] [[act:A1]] [[exhibit:I1]]",
    )
    runs = section.blocks[0].runs
    text = "".join(run.text for run in runs if isinstance(run, Text))
    assert text.startswith("In all 1 act, 1 person: ") and "V-1 was beaten." in text
    assert "Torture, V-1" in text and text.endswith("Exhibit 1")
    assert [run.text for run in runs if isinstance(run, Quote)] == ["They beat me"]
    assert [[c.statement for c in r.cites] for r in runs if isinstance(r, Note)] == [
        ["ST1"], ["ST1", "ST3"],
    ]  # fmt: skip
    section = read(drafted, "See [[ref:here]].\n\nThere. {#here}")
    assert section.blocks[0].runs[1] == Ref("here") and section.blocks[1].anchor == "here"


def test_points_subsections_and_styles(drafted):
    from amparo.filing.document import Bullets, Text

    section = read(drafted, "First\nline.\n\n- one\n- **two**\n\n### Below {#mine}\n\nIn it \\*.")
    first, points = section.blocks
    assert first.runs == (Text("First line."),)
    assert isinstance(points, Bullets) and points.items[1] == (Text("two", "bold"),)
    (below,) = section.sections
    assert below.anchor == "mine" and below.blocks[0].runs == (Text("In it *."),)


@pytest.mark.parametrize(
    "body",
    [
        "one\n\n[[statement:ST99]]",
        "one\n\n[[statement:A1]]",
        "one\n\n[[act:ST1]]",
        "one\n\n[[figure:everything]]",
        "one\n\n[[nothing:X]]",
        "one\n\n[[exhibit:I99]]",
        "one\n\n[[table:nowhere]]",
        "one\n\n[[block:summary/99]]",
        "one\n\n[[section:nowhere]]",
    ],
)
def test_an_unknown_reference_is_refused_with_its_line(drafted, body):
    with pytest.raises(BadInput) as caught:
        read(drafted, body)
    assert "draft.md, line 7" in caught.value.value


def test_an_unknown_section_words_before_it_and_a_lost_mark_are_refused(drafted):
    from amparo.filing.manuscript import split_pieces

    with pytest.raises(BadInput, match="no such section"):
        read(drafted, "one", section="poetry")
    with pytest.raises(BadInput, match="before the first section"):
        split_pieces("# KARV\n\nhello\n")
    with pytest.raises(BadInput, match="no longer in it"):
        read(drafted, "See [[ref:lost]].")


def test_what_the_gate_holds_back_cannot_be_cited(vault, drafted):
    from dataclasses import replace

    from amparo.casefile.records import load_case
    from amparo.filing.check import Decision, release
    from amparo.filing.manuscript import split_pieces
    from amparo.filing.resolve import read_draft
    from amparo.filing.wording import Wording

    document, to = drafted()
    nothing = release(load_case("KARV"), lambda subject, item: Decision("", "none"))
    bare = Wording(replace(to.material, release=nothing), to.words)
    with pytest.raises(BadInput, match="no such reference"):
        read_draft(split_pieces("## T {#summary}\n\n[[statement:ST1]]"), document, bare, "d")


def test_a_text_is_saved_as_versions_and_used_by_later_builds(vault, tmp_path):
    from amparo.casefile.records import load_case, versions
    from amparo.filing.bundle import build_filing, draft_filing
    from amparo.filing.document import words_of
    from amparo.filing.saved import saved_rows

    path = tmp_path / "draft.md"
    draft_filing("KARV", path, forum="hrc", on=DAY)
    with pytest.raises(BadInput):
        draft_filing("KARV", path, forum="hrc", on=DAY)
    text = path.read_text()
    build_filing(vault, "KARV", tmp_path / "0", forum="hrc", on=DAY, text=text)
    assert not saved_rows(load_case("KARV"), "hrc", "en")
    mine = text.replace("Men were held.", "Men were held, and **beaten**.[[statement:ST1]]")
    build_filing(vault, "KARV", tmp_path / "1", forum="hrc", on=DAY, text=mine)
    (row,) = saved_rows(load_case("KARV"), "hrc", "en").values()
    assert (row["place"], row.version) == ("summary", 1)
    built = build_filing(vault, "KARV", tmp_path / "2", forum="hrc", on=DAY)
    assert any("Men were held, and" in words for words in words_of(built.document))
    other = build_filing(vault, "KARV", tmp_path / "3", forum="icc-15", on=DAY)
    assert not any("Men were held, and" in words for words in words_of(other.document))
    with pytest.raises(Refused, match="saved by somebody else"):
        build_filing(vault, "KARV", tmp_path / "4", forum="hrc", on=DAY, text=text)
    assert not (tmp_path / "4").exists()
    again = tmp_path / "again.md"
    draft_filing("KARV", again, forum="hrc", on=DAY)
    assert "<!-- version 1 -->" in again.read_text() and "and **beaten**" in again.read_text()
    newer = again.read_text().replace("and **beaten**", "and beaten")
    build_filing(vault, "KARV", tmp_path / "5", forum="hrc", on=DAY, text=newer)
    assert [one.version for one in versions("KARV", row.code)] == [1, 2]


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1))
def test_whatever_people_write_in_a_plain_run_comes_back(text):
    from amparo.filing.document import Text
    from amparo.filing.manuscript import _SPECIAL, _escape
    from amparo.filing.resolve import _Reader

    reader = object.__new__(_Reader)
    reader.name, reader.line, reader.pull = "x", 1, {}
    runs = reader._read_runs(_SPECIAL.sub(_escape, text))
    assert runs == (Text(text),)
