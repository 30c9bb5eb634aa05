"""Both databases keep the same promises: one suite over SQLCipher and PostgreSQL."""

from __future__ import annotations

import threading
from contextvars import copy_context

import pytest

from amparo.casefile.case_file import export_case
from amparo.casefile.records import load_case, versions
from amparo.casefile.revise import Draft, add_records, change_record, create_case, retire_record
from amparo.casefile.search import count_facets, search
from amparo.casefile.verify import check_record
from amparo.custody.models import LedgerEntry
from amparo.custody.work import work
from amparo.errors import BadInput, Refused, Stale
from amparo.intake.receive import receive_bytes
from amparo.store import database, text_index
from amparo.store.guard import permit
from amparo.vault.entries import about
from amparo.vault.models import Item
from amparo.vault.unlock import open_vault
from amparo.vault.verify import Report, verify_vault

PASSPHRASE = "seven grey herons over the quiet harbour"
TEXTS = {
    "en.txt": "On 3 March two men took him to the old quarry. He came back on 9 March.",
    "ru.txt": "Третьего марта его задержали у карьера. Задержанных били.",
    "ar.txt": "اعتقلوا الرجل في الليل.",
    "fr.txt": "L'été suivant, les détenus furent transférés.",
}


@pytest.fixture
def filled(either_vault):
    receive_bytes(either_vault, "M-1", [(name, text.encode()) for name, text in TEXTS.items()])
    create_case("M-1", {"code": "TEST", "title": "A case"})
    said = {"source": "S1", "item": "en.txt", "part": "text", "quote": "took him"}
    drafts = [
        Draft("place", "PL1", {"name": "Quarry", "lat": 44.25, "lon": -0.5, "names": {"ru": "Карьер"}}),
        Draft("source", "S1", {"kind": "person", "title": "W"}),
        Draft("statement", "ST1", said),
    ]  # fmt: skip
    add_records("M-1", "TEST", drafts, reason="t")
    return either_vault


def words() -> set[str]:
    """All words that are kept of the index."""
    return set(text_index.words_of_length(1, 100))


def test_a_write_outside_a_work_is_refused(filled):
    for change in (
        lambda: Item.objects.update(file_name="x"),
        lambda: LedgerEntry.objects.all().delete(),
        lambda: text_index.remove([(1, "x")]),
    ):
        with pytest.raises(Refused, match="custody Work"):
            change()
    assert Item.objects.filter(file_name="en.txt").count() == 1


def test_a_work_that_fails_leaves_nothing(filled):
    before = LedgerEntry.objects.count()
    with pytest.raises(ZeroDivisionError), work("M-1", "t") as custody:
        custody.enter("record", case="TEST", result="x")
        Item.objects.update(file_name="x")
        raise ZeroDivisionError
    assert LedgerEntry.objects.count() == before
    assert Item.objects.filter(file_name="en.txt").count() == 1


def test_it_verifies_and_a_forged_row_is_found(filled):
    from amparo.casefile.models import Record

    report = verify_vault(filled)
    check_record(report)
    assert report.faults == []
    with permit():
        Record.objects.filter(code="S1").update(body={"kind": "person", "title": "forged"})
    report = Report()
    check_record(report)
    assert any("S1" in fault for fault in report.faults)


def test_a_lost_entry_is_found(filled):
    with permit():
        LedgerEntry.objects.filter(sequence=1).delete()
    assert verify_vault(filled).faults


def test_what_was_written_is_there_after_closing(filled):
    folder = filled.folder
    held = export_case("TEST")
    filled.close()
    again = open_vault(folder, PASSPHRASE)
    try:
        assert export_case("TEST") == held
        assert load_case("TEST").get("PL1")["lat"] == 44.25
    finally:
        again.close()


def test_versions_and_refusals(filled):
    change_record("M-1", "TEST", "S1", {"kind": "person", "title": "later"}, seen_version=1)
    with pytest.raises(Stale):
        change_record("M-1", "TEST", "S1", {"kind": "person", "title": "stale"}, seen_version=1)
    with pytest.raises(Refused, match="ST1"):
        retire_record("M-1", "TEST", "S1", why="mistake")
    with pytest.raises(BadInput, match="taken"):
        add_records("M-1", "TEST", [Draft("person", "S1", {"role": "x"})], reason="t")
    assert [v.body["title"] for v in versions("TEST", "S1")] == ["W", "later"]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("quarry", {"en.txt"}),
        ("задержали", {"ru.txt"}),
        ("задержанный", {"ru.txt"}),
        ("المعتقلين", {"ar.txt"}),
        ("ete detenus", {"fr.txt"}),
        ('"old quarry"', {"en.txt"}),
        ('"quarry old"', set()),
        ("quar*", {"en.txt"}),
        ("men NEAR/3 him", {"en.txt"}),
        ("men NEAR/1 quarry", set()),
        ("men NEAR quarry", {"en.txt"}),
        ('"two men" NEAR/2 him', {"en.txt"}),
        ("quarry OR задержали", {"en.txt", "ru.txt"}),
        ("march -quarry", set()),
        ("case:TEST march", {"en.txt"}),
        ("case:TEST задержали", set()),
        ("kind:text march", {"en.txt"}),
        ("march -(men NEAR/3 him)", set()),
        ("march (men NEAR/3 him OR nothing)", {"en.txt"}),
    ],
)
def test_the_same_is_found(filled, query, names):
    found = search(query)
    assert {hit.file_name for hit in found.hits} == names
    assert found.total == len(names)
    assert sum(count_facets(query)["kind"].values()) == len(names)


def test_the_vocabulary_is_the_same_and_shrinks(either_vault):
    with permit():
        text_index.add([(1, "prison letter n1"), (2, "prison d'ete 2017")])
    assert {"prison", "letter", "n1", "d", "ete"} <= words()
    assert text_index.match('("prison")', limit=5, within=("SELECT 2 WHERE 1 = %s", (1,))) == (
        [2],
        1,
    )
    with permit():
        text_index.remove([(1, "prison letter n1")])
    assert "letter" not in words() and "prison" in words()
    assert text_index.match('("prison")', limit=5) == ([2], 1)


def test_text_is_ordered_by_code_point(either_vault):
    create_case("M-1", {"code": "TEST", "title": "A case"})
    names = ["b", "A", "a", "Z", "é", "я"]
    drafts = [Draft("place", f"PL{n}", {"name": name}) for n, name in enumerate(names)]
    add_records("M-1", "TEST", drafts, reason="t")
    from amparo.casefile.models import Record

    with permit():
        for row in Record.objects.filter(noun="place"):
            Record.objects.filter(pk=row.pk).update(by=row.body["name"])
    assert list(Record.objects.order_by("by").values_list("by", flat=True)) == sorted(names)


def test_eight_threads_take_turns(either_vault):
    from django.db import connection

    create_case("M-1", {"code": "TEST", "title": "A case"})
    faults: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(10):
                add_records("M-1", "TEST", [Draft("place", "", {"name": "x"})], reason="t")
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=copy_context().run, args=(write,)) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert faults == []
    assert set(load_case("TEST").rows) == {f"PL{n}" for n in range(1, 81)}
    assert verify_vault(either_vault).faults == []


def test_every_table_has_its_migration(either_vault):
    from django.core.management import call_command

    assert not database.has_older_tables() and not database.has_newer_tables()
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_a_backup_is_an_encrypted_vault_with_the_same_record(filled, tmp_path):
    from amparo.vault.backup import back_up, check_copy
    from amparo.vault.header import read_header

    told = {query: search(query).total for query in ("quarry", "задержанный", '"two men"')}
    case, kept = export_case("TEST"), words()
    for _ in range(2):
        back_up(filled, tmp_path / "copy")
    assert check_copy(filled, tmp_path / "copy") == []
    filled.close()
    held = b"".join(path.read_bytes() for path in (tmp_path / "copy").rglob("*") if path.is_file())
    assert b"quarry" not in held and b"SQLite format" not in held
    assert read_header(tmp_path / "copy").database == ""
    copy = open_vault(tmp_path / "copy", PASSPHRASE)
    try:
        report = verify_vault(copy)
        check_record(report)
        assert report.faults == []
        assert export_case("TEST") == case and words() == kept
        assert {query: search(query).total for query in told} == told
        add_records("M-1", "TEST", [Draft("place", "", {"name": "x"})], reason="t")
    finally:
        copy.close()


def test_erasing_leaves_nothing_to_open(filled):
    from amparo.store.database import shred

    shred()
    assert verify_vault(filled).faults == []


def test_entries_about_items_are_found_by_place_and_by_digest(filled):
    """Each reading's entry names that before; deposits stand in no index over digests."""
    first, second, *_ = Item.objects.order_by("number")
    with work("M-1", "read twice") as custody:
        for outcome in ("ok", "partial"):
            first.entry_sequence = custody.enter(
                "derive", item=first.sha256, corrects=first.entry_sequence, result=outcome
            )
        custody.enter("export", item=second.sha256)
        first.save()
    everything = LedgerEntry.objects.order_by("sequence")
    for some in ([first], [second], [first, second], list(Item.objects.all()), []):
        digests = [item.sha256 for item in some]
        found = about(everything, digests)
        plain = [row.sequence for row in everything if row.item_digest in digests]
        assert [row.sequence for row in found] == plain
    kinds = about(everything, [first.sha256]).values_list("kind", flat=True)
    assert list(kinds) == ["deposit", "derive", "derive"]
    assert not about(everything.none(), [first.sha256])
    assert not about(everything, ["0" * 64])


def test_readings_that_name_one_another_end(filled):
    """Nobody but a forger writes them."""
    item = Item.objects.first()
    with work("M-1", "forged") as custody:
        size = LedgerEntry.objects.count()
        item.entry_sequence = custody.enter("derive", item=item.sha256, corrects=size)
        item.save()
    assert [row.kind for row in about(LedgerEntry.objects.all(), [item.sha256])] == ["derive"]


def test_a_vault_from_before_the_list_of_words_is_given_one(filled):
    """Its words stood in `store_vocabulary`; the list is made when it is opened again."""
    from django.db import connection

    from amparo.store.text_index import words_of

    folder, held = filled.folder, words()
    told = {query: search(query).total for query in ("quary", "задержанный", "Detenu")}
    before = ("casefile", "0005_word_list"), ("store", "0002_word_list")
    with permit(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE store_word")
        cursor.execute("DROP TABLE store_word_key")
        cursor.execute(words_of(connection.vendor).CREATE[-1])
        if connection.vendor == "postgresql":
            cursor.execute(
                "INSERT INTO store_vocabulary (term)"
                " SELECT DISTINCT unnest(tsvector_to_array(text)) FROM store_text"
            )
        for app, name in before:
            cursor.execute(
                "DELETE FROM django_migrations WHERE app = %s AND name = %s", [app, name]
            )
    filled.close()
    again = open_vault(folder, PASSPHRASE)
    try:
        assert words() == held
        assert {query: search(query).total for query in told} == told
        assert "quarry" in search("quary").notes[0]
    finally:
        again.close()
