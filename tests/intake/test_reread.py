"""Reading again: nothing citable changes, nothing is lost, and the ledger says what happened."""

from __future__ import annotations

import os
import zipfile
from dataclasses import replace
from io import BytesIO

import pytest

from amparo.casefile.models import Record
from amparo.casefile.search import search
from amparo.custody.models import LedgerEntry
from amparo.errors import BadInput
from amparo.intake import reread as module
from amparo.intake.reading import Part, Reading
from amparo.intake.receive import receive_bytes
from amparo.intake.reread import choose, reread
from amparo.vault.models import Item
from amparo.vault.retrieve import find_item, read_part
from amparo.vault.verify import verify_vault


@pytest.fixture
def reads(monkeypatch):
    """Let the sandbox answer, then change its answer."""
    real = module.sandbox.read

    def change(**fields):
        def read(source, **options):
            return replace(real(source, **options), **fields)

        monkeypatch.setattr(module.sandbox, "read", read)

    return change


def _texts(item):
    return {part.name: part.text for part in item.parts.all()}


def test_the_same_reading_changes_nothing(demo_vault):
    size = LedgerEntry.objects.count()
    told = list(reread(demo_vault, "M-1", choose(reader="text")))
    assert told and {one.state for one in told} == {"same"}
    assert LedgerEntry.objects.count() == size


def test_what_could_not_be_read_is_read_later(vault, monkeypatch):
    def crash(source, *, name, budget=None, depth=0, passwords=()):
        digest = module.sandbox.hashlib.sha256(source).hexdigest()
        return Reading("archive", "application/zip", "crashed", "", "zip", "0", digest)

    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("inside.txt", "They came at dawn to the mill.")
    with monkeypatch.context() as patched:
        patched.setattr(module.sandbox, "read", crash)
        receive_bytes(vault, "M-1", [("in.zip", packed.getvalue())])
    assert Item.objects.count() == 1 and choose(outcome="crashed", older_than="1")
    [one] = reread(vault, "M-1", choose(outcome="crashed"))
    assert (one.before, one.after, one.state) == ("crashed", "ok", "changed")
    assert [received.name for received in one.inside] == ["inside.txt"]
    assert search("dawn").hits[0].file_name == "inside.txt"
    item = find_item("I-0001")
    assert "crashed" in item.metadata["reading 1"]
    assert item.derived.count() == 1
    assert LedgerEntry.objects.filter(kind="derive", item_digest=item.sha256).count() == 1
    assert not verify_vault(vault).faults
    assert not choose(outcome="crashed")


def test_a_cited_part_keeps_its_text_and_its_place_in_the_search(demo_vault, reads):
    cited = module.cited_parts()
    item = next(i for i in Item.objects.filter(reader="text") if i.sha256 in cited)
    before = _texts(item)
    name = next(iter(cited[item.sha256]))
    reads(untrusted_parts=(Part(name, "", "An entirely different wordzzz."),))
    [one] = reread(demo_vault, "M-1", [item])
    assert one.kept == (name,) and one.added == (f"{name}@2",)
    after = _texts(find_item(item.code))
    assert before.items() <= after.items()
    assert read_part(item.sha256, f"{name}@2") == "An entirely different wordzzz."
    assert search("wordzzz").total == 1 and search(f"wordzzz part:{name}").total == 1
    assert item.parts.get(name=name).passages.exists()
    assert not verify_vault(demo_vault).faults
    for row in Record.objects.filter(noun="statement", current=True):
        if row.body.get("quote") and row.body.get("part") == name:
            held = Record.objects.get(case=row.case, code=row.body["item"], current=True)
            if held.body["sha256"] == item.sha256:
                assert row.body["quote"] in after[name]


def test_an_uncited_part_leaves_the_search_but_not_the_vault(vault, reads):
    receive_bytes(vault, "M-1", [("a.txt", b"the old wordaaa of it")])
    reads(untrusted_parts=(Part("text", "", "the new wordbbb of it"),))
    [one] = reread(vault, "M-1", choose())
    assert one.superseded == ("text",)
    assert search("wordbbb").total == 1
    assert search("wordaaa").notes or search("wordaaa").total == 0
    assert read_part(find_item("I-0001").sha256, "text") == "the old wordaaa of it"
    reads(untrusted_parts=(Part("text", "", "the third wordccc of it"),))
    [one] = reread(vault, "M-1", choose())
    assert one.added == ("text@3",)
    assert not verify_vault(vault).faults


def test_a_reading_that_gives_less_is_not_kept(vault, reads):
    receive_bytes(vault, "M-1", [("a.txt", b"words stay")])
    reads(outcome="timed-out", detail="limit: time", untrusted_parts=())
    [one] = reread(vault, "M-1", choose())
    assert (one.state, one.after) == ("kept", "ok")
    assert search("words").total == 1


def test_a_row_put_back_to_an_earlier_reading_is_found(vault, reads):
    from amparo.store import guard

    receive_bytes(vault, "M-1", [("a.txt", b"words")])
    first = find_item("I-0001")
    reads(untrusted_metadata={"encoding": "other"})
    list(reread(vault, "M-1", choose()))
    with guard.permit():
        first.save()
    assert any("I-0001" in fault for fault in verify_vault(vault).faults)


@pytest.mark.parametrize("wrong", [{"outcome": "x"}, {"reader": "x"}, {"older_than": "new"}])
def test_unknown_choices_are_refused(vault, wrong):
    with pytest.raises(BadInput):
        choose(**wrong)


def test_what_contains_itself_makes_no_circle(vault, monkeypatch):
    from amparo.intake.reading import Child

    real = module.sandbox.read
    data = os.urandom(100)

    def read(source, **options):
        return replace(
            real(source, **options), untrusted_children=(Child("me", "", data),),
            expected=1, emitted=1,
        )  # fmt: skip

    monkeypatch.setattr(module.sandbox, "read", read)
    tally = receive_bytes(vault, "M-1", [("me", data)])
    assert (tally.deposited, tally.inside) == (1, 1)
    assert tally.results[1].fault == "it contains itself"
    assert Item.objects.get().derived.count() == 0


def test_a_password_opens_and_is_kept_nowhere(vault):
    import py7zr

    secret = "poplar-and-seventeen"  # noqa: S105
    packed = BytesIO()
    with py7zr.SevenZipFile(packed, "w", password=secret, header_encryption=True) as archive:
        archive.writestr(b"They came at dawn to the mill.", "inside.txt")
    receive_bytes(vault, "M-1", [("in.7z", packed.getvalue())])
    item = find_item("I-0001")
    assert (item.outcome, module.needs_password(item)) == ("encrypted", True)
    [one] = reread(vault, "M-1", choose(outcome="encrypted"), passwords=["wrong"])
    assert (one.after, one.inside) == ("encrypted", ())
    [one] = reread(vault, "M-1", choose(item="I-0001"), passwords=["wrong", secret])
    assert (one.before, one.after, one.state) == ("encrypted", "ok", "changed")
    assert search("dawn").hits[0].file_name == "inside.txt"
    assert not module.needs_password(find_item("I-0001"))
    [again] = reread(vault, "M-1", choose(item="I-0001"))
    assert (again.state, again.after) == ("kept", "ok")
    for row in Item.objects.values():
        assert secret not in repr(row)
    for entry in LedgerEntry.objects.values():
        assert secret not in repr(entry)


def test_too_many_passwords_are_refused(vault):
    with pytest.raises(BadInput, match="too many passwords"):
        list(reread(vault, "M-1", [], passwords=[str(n) for n in range(21)]))
