"""Django on SQLCipher: encrypted, durable, refused with another key, safe with threads."""

from __future__ import annotations

import threading

import pytest

from amparo.errors import Broken, InUse
from amparo.store import database, lock, text_index
from amparo.store.guard import is_permitted, permit


@pytest.fixture
def opened(tmp_path):
    path = tmp_path / "record.db"
    database.open_database(path, b"k" * 32)
    database.make_tables()
    yield path
    database.close_database()


def test_nothing_is_readable_without_the_key(opened):
    with permit():
        text_index.add([(1, "a very recognisable sentence")])
    database.close_database()
    data = b"".join(p.read_bytes() for p in opened.parent.iterdir())
    assert (
        b"recognisable" not in data and b"SQLite format" not in data and b"store_text" not in data
    )


def test_another_key_is_refused(opened):
    database.close_database()
    with pytest.raises(Broken):
        database.open_database(opened, b"x" * 32)
    assert not database.is_open()


def test_settings_of_the_connection(opened):
    from django.db import connection

    with connection.cursor() as cursor:
        asked = {name: cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in
                 ("foreign_keys", "journal_mode", "synchronous", "temp_store", "secure_delete")}  # fmt: skip
    assert asked == {
        "foreign_keys": 1,
        "journal_mode": "wal",
        "synchronous": 2,
        "temp_store": 2,
        "secure_delete": 1,
    }


def test_a_flipped_page_is_found(opened):
    with permit():
        text_index.add([(n, f"sentence number {n} of many") for n in range(2_000)])
    database.close_database()
    data = bytearray(opened.read_bytes())
    data[len(data) // 2] ^= 4
    opened.write_bytes(data)
    database.open_database(opened, b"k" * 32)
    assert database.check_pages()


def test_eight_threads_write_without_an_error(opened):
    from django.db import connection, transaction

    faults: list[BaseException] = []

    def write(start):
        try:
            for n in range(40):
                with permit(), transaction.atomic():
                    text_index.add([(start * 1_000 + n, "word")])
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    [t.start() for t in threads]
    [t.join() for t in threads]
    assert faults == []
    assert text_index.match('"word"', limit=1)[1] == 320


def test_a_permit_belongs_to_one_thread(opened):
    seen = []
    with permit():
        thread = threading.Thread(target=lambda: seen.append(is_permitted()))
        thread.start()
        thread.join()
        assert is_permitted()
    assert seen == [False] and not is_permitted()


def test_what_lies_outside_the_scope_is_neither_found_nor_counted(opened):
    with permit():
        text_index.add([(n, "prison") for n in range(10)])
    assert text_index.match('"prison"', limit=50)[1] == 10
    rows, total = text_index.match(
        '"prison"', limit=50, within=("SELECT 3 UNION SELECT 4 WHERE %s", (1,))
    )
    assert sorted(rows) == [3, 4] and total == 2


def test_removed_text_is_not_found(opened):
    with permit():
        text_index.add([(1, "prison"), (2, "prison")])
        text_index.remove([(1, "prison")])
    assert text_index.match('"prison"', limit=5) == ([2], 1)


def test_the_lock_is_told_when_held_and_holds_within_itself(tmp_path):
    held = threading.Event()
    done = threading.Event()

    def other():
        with lock.hold(tmp_path):
            held.set()
            done.wait(120)

    thread = threading.Thread(target=other)
    thread.start()
    held.wait(120)
    with pytest.raises(InUse), lock.hold(tmp_path, wait=0.1):
        pass
    done.set()
    thread.join()
    with lock.hold(tmp_path), lock.hold(tmp_path, wait=0):
        pass


def test_a_newer_database_is_told(opened):
    from django.db import connection

    with permit(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations(app, name, applied) VALUES ('vault', '9999_x', 0)"
        )
    assert database.has_newer_tables()


def test_every_table_has_its_migration(opened):
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
