"""Fields left out or coded, by version; three versions from one source."""

from __future__ import annotations

import io
from datetime import date

import pypdfium2
import pytest

from amparo.errors import BadInput, Refused
from amparo.store.settings import configure

configure()

DAY = date(2026, 11, 22)


@pytest.fixture
def vault(tmp_path, make_fora_vault):
    held = make_fora_vault(tmp_path, "coded")
    yield held
    held.close()


def add(vault, noun, code, **body):
    from amparo.casefile.revise import Draft, add_records

    add_records(vault.member, "KARV", [Draft(noun, code, body)], reason="test")


def build(vault, folder, **options):
    from amparo.filing.bundle import build_filing

    return build_filing(vault, "KARV", folder, on=DAY, **options)


def text_of(built):
    document = pypdfium2.PdfDocument((built.folder / "filing.pdf").read_bytes())
    return " ".join(page.get_textpage().get_text_range() for page in document)


def test_a_field_is_coded_in_the_versions_that_may_not_show_it(vault, tmp_path):
    add(vault, "omission", "OM1", record="V-1", field="role", instead="a person",
        version="confidential", reason="would identify")  # fmt: skip
    add(vault, "omission", "OM2", record="A1", field="place", reason="would identify")
    open_, coded = (build(vault, tmp_path / v, version=v) for v in ("confidential", "coded"))
    assert "man of 26" in text_of(open_) and "CONFIDENTIAL VERSION" in text_of(open_)
    assert "man of 26" not in text_of(coded) and "a person" in text_of(coded)
    assert "Ordun" not in [str(run) for run in ()] and "place not recorded" in text_of(coded)


def test_words_left_out_of_a_field_and_written_elsewhere_refuse_the_build(vault, tmp_path):
    add(vault, "omission", "OM1", record="V-1", field="role", reason="would identify")
    add(vault, "event", "E2", title="They took the man of 26 away")
    with pytest.raises(Refused, match="protected strings"):
        build(vault, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("field", "instead"), [("kind", None), ("nothing", None), ("place", "there")]
)
def test_an_omission_that_cannot_be_is_refused_with_its_code(vault, tmp_path, field, instead):
    body = {"record": "A1", "field": field, "reason": "why", "instead": instead}
    add(vault, "omission", "OM1", **{k: v for k, v in body.items() if v})
    with pytest.raises(BadInput) as caught:
        build(vault, tmp_path / "out")
    assert "OM1" in caught.value.value


def test_the_public_version_asks_for_a_consent_of_its_own_and_shows_public_exhibits_only(
    vault, tmp_path
):
    from amparo.filing.gather import examine
    from amparo.filing.words import load_forum

    held = {o.code: o.reason for o in examine("KARV", load_forum("icc-15"), DAY, version="public").withheld}  # fmt: skip
    assert held["V-1"] == "other purpose"
    add(
        vault,
        "consent",
        "CO90",
        subject="V-1",
        purpose="advocacy anonymous",
        identity_level="coded",
    )
    built = build(vault, tmp_path / "out", version="public")
    shown = text_of(built)
    assert "PUBLIC VERSION" in shown and "They beat me" not in shown and "No person" in shown
    assert "V-1 was beaten" in shown
    files = {path.name for path in (built.folder / "package/data/exhibits").iterdir()}
    public = {e.file_name for e in built.document.exhibits if e.confidentiality == "public"}
    assert files == public and len(built.document.exhibits) > len(files)


def test_a_version_there_is_none_of_is_refused(vault, tmp_path):
    with pytest.raises(BadInput, match="no such version"):
        build(vault, tmp_path / "out", version="secret")


def test_a_supplement_says_to_what_it_adds_and_numbers_on(vault, tmp_path):
    from amparo.intake.receive import receive_bytes

    first = build(vault, tmp_path / "one", sender=("Lantern Group",))
    receive_bytes(vault, vault.member, [("later.txt", b"A second statement of the Ministry.")])
    add(vault, "item", "I0", file="later.txt", title="An earlier title", confidentiality="public")
    add(vault, "statement", "ST9", source="S3", item="I0", part="text", proposition="P1",
        quote="A second statement", stance="denies")  # fmt: skip
    second = build(vault, tmp_path / "two", supplements=first.items[0])
    assert "supplementary submission to that of 22 November 2026" in second.document.subtitle
    numbers = {e.item: e.number for e in first.document.exhibits}
    fresh = {e.item: e.number for e in second.document.exhibits}
    assert {item: fresh.pop(item) for item in numbers} == numbers
    assert list(fresh.values()) == [max(numbers.values()) + 1]


def test_numbers_stay_when_an_exhibit_goes_another_comes_and_the_order_changes(vault, tmp_path):
    from amparo.casefile.records import load_case
    from amparo.casefile.revise import change_record, retire_record
    from amparo.intake.receive import receive_bytes

    def numbers(folder):
        built = build(vault, tmp_path / folder)
        return {one.title: one.number for one in built.document.exhibits}

    assert numbers("one") == {"Account of V-1": 1, "Statement of the Ministry": 2}
    # The Ministry goes, somebody else comes; what came does not take the number that is free.
    retire_record(vault.member, "KARV", "ST3", why="not needed")
    receive_bytes(vault, vault.member, [("later.txt", b"A second statement of the Ministry.")])
    add(vault, "item", "I0", file="later.txt", title="Later", confidentiality="public")
    add(vault, "statement", "ST0", source="S3", item="I0", part="text", proposition="P1",
        quote="A second statement", stance="denies")  # fmt: skip
    assert numbers("two") == {"Account of V-1": 1, "Later": 3}
    # The Ministry comes back, cited before all others: the old number is its own.
    add(vault, "statement", "ST-0", source="S3", item="I3", part="text", proposition="P1",
        quote="No person", stance="denies")  # fmt: skip
    held = load_case("KARV").get("ST1")
    change_record(vault.member, "KARV", "ST1", {**held.body, "grade": 2}, seen_version=held.version)
    assert numbers("three") == {"Account of V-1": 1, "Statement of the Ministry": 2, "Later": 3}


def test_an_earlier_filing_that_was_sent_is_named_in_the_next(vault, tmp_path):
    from amparo.filing.handover import record_sent

    first = build(vault, tmp_path / "one", sender=("Lantern Group",))
    assert "holds no earlier communication" in text_of(first)
    facts = {"to": "ICC-OTP", "on": "2026-11-23", "how": "portal", "receipt": "OTP-CR-1/26"}
    record_sent(vault, first.items[0], facts)
    shown = " ".join(text_of(build(vault, tmp_path / "two", sender=("Lantern Group",))).split())
    assert "Sent earlier about these facts: to ICC-OTP on 23 November 2026, reference" in shown
    assert "holds no earlier communication" not in shown


def test_translations_seconds_and_views_are_printed(vault, tmp_path):
    from amparo.casefile.records import load_case
    from amparo.casefile.revise import change_record

    held = load_case("KARV").get("ST1")
    body = {**held.body, "recording": "I3", "begin_seconds": 72, "end_seconds": 3690.5,
            "language": "ru"}  # fmt: skip
    change_record(vault.member, "KARV", "ST1", body, seen_version=held.version)
    add(vault, "translation", "TR1", statement="ST1", language="en", text="Me they beat",
        by="T-2", machine=True)  # fmt: skip
    add(
        vault, "consultation", "CN1", persons=["V-1"], on="2026-10-01", view="V-1 wants an inquiry."
    )
    built = build(vault, tmp_path / "out")
    shown = " ".join(text_of(built).split())
    assert "00:01:12 to 01:01:30" in shown
    assert "translation, machine (T-2), not compared: “Me they beat”" in shown
    assert "V-1 wants an inquiry" in shown
    rules = {one.rule for one in built.findings}
    assert "machine" in rules and "views" not in rules


def test_a_citation_to_an_erased_person_blocks_with_its_place(vault, tmp_path):
    from amparo.vault.identity import erase_identity, seal_identity

    seal_identity(vault, "KARV", "V-1", {"name": "Nobody Real"})
    erase_identity(vault, "KARV", "V-1", reason="asked for it")
    with pytest.raises(Refused, match="erased") as caught:
        build(vault, tmp_path / "out")
    assert "V-1" in caught.value.value or "ST" in caught.value.value or "A1" in caught.value.value


def test_an_exhibit_that_does_not_verify_is_named(vault, tmp_path, monkeypatch):
    from amparo.errors import Broken

    def broken(locator):
        raise Broken("the object is not what was sealed", value=locator)

    monkeypatch.setattr(vault.packs, "read", broken)
    with pytest.raises(Broken) as caught:
        build(vault, tmp_path / "out", protect=("Somebody Else",))
    assert "exhibit 1" in caught.value.value and "E0001" in caught.value.value
    assert not (tmp_path / "out").exists()


def test_an_untrained_in_depth_interview_of_a_vulnerable_person_blocks(case_with):
    from amparo.filing.check import Decision, release

    person = {"id": "V-5", "role": "child", "vulnerable": True}
    told = {"person": "V-5", "on": "2019-01-01"}

    def rules(*accounts):
        found = release(case_with(person=[person], account=list(accounts)), lambda s, i: Decision("coded", ""))  # fmt: skip
        return {(one.severity, one.rule) for one in found.findings if one.rule in ("untrained", "training", "second-account")}  # fmt: skip

    assert rules({"id": "AC1", **told, "trained": False}) == {("block", "untrained")}
    assert rules({"id": "AC1", **told}) == {("warn", "training")}
    assert rules({"id": "AC1", **told, "trained": True}) == set()
    first = {"id": "AC1", **told, "trained": False, "in_depth": False}
    assert rules(first) == set()
    assert rules(first, {"id": "AC2", **told, "trained": True}) == {("warn", "second-account")}


def test_the_payload_of_two_builds_is_the_same_byte_for_byte(vault, tmp_path):
    first, second = build(vault, tmp_path / "a"), build(vault, tmp_path / "b")

    def payload(built):
        data = built.folder / "package/data"
        return {str(p.relative_to(data)): p.read_bytes() for p in data.rglob("*") if p.is_file()}

    assert payload(first) == payload(second)
    assert io.BytesIO(payload(first)["filing/filing.pdf"]).read(5) == b"%PDF-"


def test_each_step_of_a_build_is_told_as_it_begins(vault, tmp_path):
    heard: list[str] = []
    built = build(vault, tmp_path / "out", protect=("Somebody Else",), tell=heard.append)
    count = len(built.document.exhibits)
    searched = [f"search exhibit {n} of {count} for what must not leave" for n in (1, count)]
    assert heard[0] == "check consent, quotations and rules" and heard[-1].endswith("and sign")
    assert set(searched) <= set(heard) and heard.index("print PDF and DOCX") < heard.index(
        searched[0]
    )
