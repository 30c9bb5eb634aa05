"""Deposit: nothing twice, nothing lost, everything accounted for."""

from __future__ import annotations

import os

from hypothesis import given
from hypothesis import strategies as st

from amparo.custody.models import LedgerEntry
from amparo.intake.receive import receive, receive_bytes
from amparo.vault.deposit import MAX_PASSAGE, split_passages
from amparo.vault.models import Item
from amparo.vault.retrieve import export_item, find_item
from amparo.vault.verify import verify_vault


def test_bytes_come_back_as_they_went_in(vault):
    data = os.urandom(300_000)
    tally = receive_bytes(vault, "M-1", [("photo.bin", data)])
    assert tally.deposited == 1 and tally.agrees
    item = find_item("I-0001")
    assert export_item(vault, "M-1", item, purpose="test", use="own use") == data
    assert LedgerEntry.objects.filter(kind="export", item_digest=item.sha256).count() == 1


def test_second_run_deposits_nothing_twice(vault, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("one and the same text")
    (folder / "b.txt").write_text("one and the same text")
    (folder / "c.txt").write_text("another text")
    first = receive(vault, "M-1", [folder])
    assert (first.expected, first.deposited, first.held, first.failed) == (3, 2, 1, 0)
    size = sum(p.stat().st_size for p in (vault.folder / "packs").iterdir())
    second = receive(vault, "M-1", [folder])
    assert (second.expected, second.deposited, second.held, second.failed) == (3, 0, 3, 0)
    assert size == sum(p.stat().st_size for p in (vault.folder / "packs").iterdir())
    assert Item.objects.count() == 2


def test_links_and_pipes_are_counted_as_failed(vault, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("text")
    (folder / "link.txt").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe")
    tally = receive(vault, "M-1", [folder])
    assert (tally.expected, tally.deposited, tally.failed) == (3, 1, 2)
    assert tally.agrees


def test_attachments_are_children_with_exact_bytes(demo_vault):
    mail = Item.objects.get(file_name="clerk-roster.eml")
    children = [d.child for d in mail.derived.all()]
    assert children and all(c.size for c in children)
    assert b"\r\n" in demo_vault.packs.read(mail.locator) or demo_vault.packs.read(mail.locator)


def test_originals_of_what_failed_to_read_are_held(demo_vault, demo_files):
    broken = Item.objects.get(file_name="truncated-report.pdf")
    assert broken.outcome != "ok"
    assert (
        demo_vault.packs.read(broken.locator) == (demo_files / "truncated-report.pdf").read_bytes()
    )


def test_the_demo_vault_verifies(demo_vault):
    report = verify_vault(demo_vault)
    assert report.faults == []


@given(st.text(max_size=6_000))
def test_passages_cover_every_word_once(text):
    spans = list(split_passages(text))
    covered = "".join(text[start:end] for start, end in spans)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(0 < end - start <= MAX_PASSAGE for start, end in spans)
    assert all(a[1] <= b[0] for a, b in zip(spans, spans[1:], strict=False))
