"""The desk: what a section will read like, with every fault at its place; saving per section."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from datetime import date

import pytest

from amparo.errors import NotFound, Refused
from amparo.store.settings import configure

configure()

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def vault(tmp_path_factory, make_fora_vault):
    held = make_fora_vault(tmp_path_factory.mktemp("desk"), "named")
    yield held
    held.close()


@pytest.fixture
def desk(vault):
    from amparo.filing.desk import open_desk

    return open_desk("KARV", "icc-15", "en", DAY)


def words_of(preview):
    return "".join(span.text for piece in preview.laid for span in piece.line)


def faults_in(preview):
    return [s.text for piece in preview.laid for s in piece.line if s.style == "fault"]


def test_every_section_is_there_as_drafted_without_a_fault(desk):
    shown = desk.preview()
    assert tuple(shown) == desk.forum.sections == tuple(desk.pieces)
    assert not any(one.faults for one in shown.values())
    assert [one.number for one in shown.values()] == [str(n) for n in range(1, len(shown) + 1)]
    assert all(one.words for one in shown.values())


def test_a_reference_that_does_not_resolve_stands_marked_at_its_place(desk):
    text = (
        "One [[statement:ST99]] two.\n\n[[table:gone]]\n\n[[section:none]]\n\n"
        "See [[ref:lost]]. [[statement:ST1]]\n\n## Not a section {#here}\n\nLast."
    )
    shown = desk.preview(replace(desk.piece("summary"), text=text))["summary"]
    told = [(fault.line, fault.code) for fault in shown.faults]
    assert told == [(1, "statement:ST99"), (3, "table:gone"), (5, "section:none"), (0, "ref:lost")]
    assert [one.partition("]]")[0] for one in faults_in(shown)] == [
        "[[statement:ST99", "[[table:gone", "[[section:none", "[[ref:lost",
    ]  # fmt: skip
    assert words_of(shown).startswith("One [[statement:ST99]] no such reference two.")


def test_what_is_held_back_and_a_quotation_that_moved_say_why(desk):
    from amparo.filing.check import Finding, Withheld

    moved = Finding("block", "the quotation does not stand at that place", "ST1: I1, part text", "")
    found = replace(
        desk.found,
        withheld=(Withheld("statement", "ST3", "withdrawn"),),
        findings=(moved, *desk.found.findings),
    )
    other = replace(desk, found=found)
    piece = replace(desk.piece("summary"), text="[[statement:ST1]] [[statement:ST3]]")
    first, second = (fault.cause for fault in other.preview(piece)["summary"].faults)
    assert first == "the quotation does not stand at that place" and "withdrawn" in second


def test_codes_to_paste_resolve(desk):
    for noun in ("statement", "act", "proposition", "item", "figure"):
        codes = desk.codes(noun)
        assert codes, noun
        piece = replace(desk.piece("summary"), text=" ".join(code.paste for code in codes))
        assert not desk.preview(piece)["summary"].faults


def test_a_section_that_the_forum_lacks_is_not_found(desk):
    with pytest.raises(NotFound):
        desk.piece("poetry")


def test_two_people_write_two_sections_at_once_and_neither_is_refused(vault, desk):
    from django.db import connections

    from amparo.casefile.records import load_case
    from amparo.filing.saved import save_pieces, saved_rows

    def save(place):
        piece = replace(desk.piece(place), text=f"By {place}.")
        try:
            return save_pieces("M-1", "KARV", "hrc", "fr", (piece,))
        finally:
            connections.close_all()

    places = ("summary", "context", "gravity", "requests")
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(copy_context().run, save, place) for place in places]
        assert [one.result(timeout=240) for one in done] == [1, 1, 1, 1]
    rows = saved_rows(load_case("KARV"), "hrc", "fr")
    assert {place: (row.version, row["text"]) for place, row in rows.items()} == {
        place: (1, f"By {place}.") for place in places
    }
    assert len({row.code for row in rows.values()}) == 4


def test_the_same_section_saved_from_an_older_version_is_refused(vault, desk):
    from amparo.filing.saved import save_pieces

    piece = replace(desk.piece("labels"), text="First.")
    save_pieces("M-1", "KARV", "icc-15", "en", (piece,))
    with pytest.raises(Refused, match="saved by somebody else"):
        save_pieces("M-1", "KARV", "icc-15", "en", (replace(piece, text="Second."),))
    save_pieces("M-1", "KARV", "icc-15", "en", (replace(piece, text="Second.", seen=1),))


def test_a_saved_section_with_a_fault_refuses_the_build_naming_the_section(vault, desk, tmp_path):
    from amparo.errors import BadInput
    from amparo.filing.bundle import build_filing
    from amparo.filing.saved import save_pieces

    piece = replace(desk.piece("gaps"), text="ok\n\n[[statement:ST99]]")
    save_pieces("M-1", "KARV", "cat", "en", (piece,))
    with pytest.raises(BadInput) as caught:
        build_filing(vault, "KARV", tmp_path / "out", forum="cat", on=DAY)
    assert "gaps, line 3" in caught.value.value


def test_comments_are_opened_answered_and_resolved(vault):
    from amparo.casefile.records import load_case
    from amparo.filing.comments import add_comment, comments_of, settle_comment

    made = add_comment("M-1", "KARV", "icc-15", "en", "summary", "Say when.")
    settle_comment("M-1", "KARV", made.code, "Done.", state="resolved")
    (row,) = comments_of(load_case("KARV"), "icc-15", "en", "summary")
    assert (row["state"], row["by"], row["resolved_by"], row["answer"], row.version) == (
        "resolved", "M-1", "M-1", "Done.", 2,
    )  # fmt: skip
    settle_comment("M-1", "KARV", made.code, state="open")
    (row,) = comments_of(load_case("KARV"), "icc-15", "en")
    assert (row["state"], row["resolved_by"]) == ("open", None)
    assert not comments_of(load_case("KARV"), "icc-15", "fr")
    with pytest.raises(NotFound):
        add_comment("M-1", "KARV", "icc-15", "en", "poetry", "x")
    with pytest.raises(NotFound):
        settle_comment("M-1", "KARV", "ST1", state="resolved")


def test_comments_from_the_command_line(run, demo_vault_folder):
    import json

    words = ("filing", "comment", demo_vault_folder, "KARV")
    run(*words, "summary", "Say when.")
    run(*words, "summary", stdin="By how many?\n")
    run(*words, "poetry", "x", expect=3)
    words = ("filing", "comments", demo_vault_folder, "KARV")
    run(*words, "--resolve", "CM1", "--answer", "Done.")
    told = json.loads(run(*words, "--json").stdout)
    assert [(one["id"], one["state"], one["text"]) for one in told] == [
        ("CM1", "resolved", "Say when."), ("CM2", "open", "By how many?"),
    ]  # fmt: skip
    assert "CM2" in run(*words, "--reopen", "CM1").stdout
    run(*words, "--resolve", "CM9", expect=3)
