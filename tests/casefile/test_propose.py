"""Proposals that one item repeats another: found, decided by a person, not asked twice."""

from __future__ import annotations

import json

import pytest

from amparo.casefile.case_file import export_case
from amparo.casefile.propose import decide, propose
from amparo.casefile.records import BY_NAME, load_case
from amparo.casefile.revise import Draft, add_records, create_case, retire_record
from amparo.errors import BadInput, NotFound

FIRST = (
    "On the third of March nine men were brought to the old depot behind the quarry and were "
    "kept there for eleven days without any paper, said a neighbour who counted them at the gate "
    "and who wrote the numbers of the two lorries into the margin of a school atlas."
)
OTHER = (
    "The harvest fair of Lorvane opened on Sunday with a market of tools, a run around the lake, "
    "and a concert of the town band, which played until the lamps along the pier were put out."
)


@pytest.fixture
def case(vault, tmp_path):
    """Three items: a report, a reprint of it with a new first line, and something else."""
    from amparo.intake.receive import receive

    for name, text in (
        ("a.txt", FIRST),
        ("b.txt", f"From our own desk.\n\n{FIRST}"),
        ("c.txt", OTHER),
    ):
        (tmp_path / name).write_text(text)
    receive(vault, vault.member, [tmp_path / n for n in ("a.txt", "b.txt", "c.txt")])
    create_case("M-1", {"code": "TEST", "title": "t"})
    add_records("M-1", "TEST", [
        Draft("item", "I1", {"file": "a.txt", "dated": "2019-03-20"}),
        Draft("item", "I2", {"file": "b.txt", "dated": "2019-04"}),
        Draft("item", "I3", {"file": "c.txt"}),
    ], reason="test")  # fmt: skip
    return "TEST"


def test_the_later_is_proposed_to_repeat_the_earlier(case):
    (only,) = propose(load_case(case))
    assert (only.one, only.other, only.direction) == ("I2", "I1", "by date")
    assert 85 <= only.share <= 100 and only.kind == "copies"
    passage = max(only.passages, key=lambda p: len(p.text))
    assert passage.text in FIRST and "old depot behind the quarry" in passage.text
    assert FIRST[passage.other_start : passage.other_end] == passage.text


def test_without_dates_the_order_is_not_known(case):
    from amparo.casefile.revise import change_record

    held = load_case(case).get("I2")
    body = {k: v for k, v in held.body.items() if k != "dated"}
    change_record("M-1", case, "I2", body, seen_version=1)
    (only,) = propose(load_case(case))
    assert only.direction == "not known" and only.one == "I1" and only.share == 100
    assert "not known" in only.said


def test_a_decision_is_a_record_and_ends_the_question(case):
    row = decide("M-1", case, "I2:I1", "accepted", why="reprint")
    held = load_case(case).get(row.code)
    assert held.noun == "derivation" and held.body["decided_by"] == "M-1"
    assert held["from"] == "I2" and held["to"] == "I1" and held["share"] > 80
    assert propose(load_case(case)) == []
    for key in ("I2:I1", "I1:I2"):
        with pytest.raises(BadInput, match="decided before"):
            decide("M-1", case, key, "refused")
    assert "derivations:" in export_case(case)
    retire_record("M-1", case, row.code, why="open again")
    assert len(propose(load_case(case))) == 1


def test_a_refusal_is_kept_too(case):
    decide("M-1", case, "I1:I2", "refused")
    assert load_case(case).all("derivation")[0]["decision"] == "refused"
    assert propose(load_case(case)) == []


def test_what_shares_nothing_cannot_be_decided(case):
    with pytest.raises(BadInput, match="enough words"):
        decide("M-1", case, "I3:I1", "accepted")
    for key in ("I9:I1", "I1", "", "I1:"):
        with pytest.raises(NotFound):
            decide("M-1", case, key, "accepted")
    with pytest.raises(BadInput):
        decide("M-1", case, "I2:I1", "perhaps")
    assert not load_case(case).all("derivation")


def test_retellings_in_other_words_are_not_proposed(demo_vault):
    """The demo's articles tell each other's story in their own words."""
    assert propose(load_case("KARV")) == []
    assert BY_NAME["derivation"].field("from").to == ("item",)


def test_command(run, vault_folder, tmp_path):
    (tmp_path / "a.txt").write_text(FIRST)
    (tmp_path / "b.txt").write_text(f"From our own desk. {FIRST}")
    run("item", "add", vault_folder, tmp_path / "a.txt", tmp_path / "b.txt")
    run("case", "create", vault_folder, "TEST", "--title", "t")
    for number, name in ((1, "a.txt"), (2, "b.txt")):
        run("case", "add", vault_folder, "TEST", "item", "--id", f"I{number}", "--file", name)
    found = json.loads(run("case", "propose", vault_folder, "TEST", "--json").stdout)
    assert found[0]["share"] == 100 and found[0]["passages"]
    done = run("case", "propose", vault_folder, "TEST", "--accept", "I2:I1", "--why", "same text")
    assert "accepted" in done.stdout
    again = run("case", "propose", vault_folder, "TEST", "--refuse", "I1:I2", expect=2)
    assert "decided before" in again.stderr
    assert json.loads(run("case", "propose", vault_folder, "TEST", "--json").stdout) == []
    run("case", "propose", vault_folder, "TEST", "--accept", "a", "--refuse", "b", expect=2)


@pytest.fixture
def pictures(vault, tmp_path):
    """A picture, a small recompressed copy of it, another picture; read in the sandbox."""
    import numpy as np
    from PIL import Image

    from amparo.intake.receive import receive

    def draw(seed):
        coarse = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
        return Image.fromarray(coarse).resize((640, 480), Image.Resampling.BICUBIC)

    draw(1).save(tmp_path / "a.png")
    draw(1).resize((300, 225)).save(tmp_path / "b.jpg", quality=40)
    draw(2).save(tmp_path / "c.png")
    receive(vault, vault.member, [tmp_path / n for n in ("a.png", "b.jpg", "c.png")])
    create_case("M-1", {"code": "TEST", "title": "t"})
    add_records("M-1", "TEST", [
        Draft("item", "I1", {"file": "a.png", "dated": "2019-04"}),
        Draft("item", "I2", {"file": "b.jpg", "dated": "2019-03-20"}),
        Draft("item", "I3", {"file": "c.png"}),
    ], reason="test")  # fmt: skip
    return "TEST"


def test_a_copy_of_a_picture_is_proposed_and_decided(pictures):
    (only,) = propose(load_case(pictures))
    assert (only.one, only.other, only.kind, only.direction) == ("I1", "I2", "copies", "by date")
    assert max(only.bits) <= 10 and "of 64 bits apart" in only.said
    assert only.as_dict()["bits_apart"] == list(only.bits)
    with pytest.raises(BadInput, match="nor look alike"):
        decide("M-1", pictures, "I1:I3", "accepted")
    row = decide("M-1", pictures, "I1:I2", "accepted", why="sent on by messenger")
    assert row["decided_by"] == "M-1" and "64 bits" in row["note"] and row["kind"] == "copies"
    assert propose(load_case(pictures)) == []
