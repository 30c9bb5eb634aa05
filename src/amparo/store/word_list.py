"""The words of the text index, each once, with the keys by which it is looked for.

Kept as passages come in and go, so that a search reads the few words it needs: to read them
from the index itself takes seconds at a million passages. They lie in the same encrypted
database. What a key is, `casefile` decides (stems, sounds of names).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

Keys = Callable[[str], Iterable[str]]

# A longer run of letters is found as it is written, and needs no other way to it.
LONGEST = 40
AT_ONCE = 500
# How the index cuts a folded text.
WORD = re.compile(r"[^\W_]+")
COLUMNS = {"store_word": ("id", "length", "term"), "store_word_key": ("key", "word")}
_TABLES = (
    "CREATE TABLE store_word ({id} PRIMARY KEY, length integer NOT NULL, term {text} NOT NULL)",
    "CREATE UNIQUE INDEX store_word_term ON store_word (length, term)",
    "CREATE TABLE store_word_key (key {text} NOT NULL, word bigint NOT NULL,"
    " PRIMARY KEY (key, word)){rowless}",
)
_WAYS = {
    "sqlite": {"id": "id integer", "text": "text", "rowless": " WITHOUT ROWID"},
    "postgresql": {"id": "id bigint", "text": 'text COLLATE "C"', "rowless": ""},
}
_MISSING = {
    "sqlite": "SELECT value FROM json_each(%s) WHERE NOT EXISTS"
    " (SELECT 1 FROM store_word WHERE length = length(value) AND term = value)",
    "postgresql": "SELECT value FROM json_array_elements_text(%s::json) value WHERE NOT EXISTS"
    " (SELECT 1 FROM store_word WHERE length = length(value) AND term = value)",
}


def no_keys(term: str) -> Iterable[str]:
    """A word is looked for as it is written, and in no other way."""
    return ()


def create(cursor: Any, vendor: str) -> None:
    """Make the tables, empty."""
    for statement in _TABLES:
        cursor.execute(statement.format(**_WAYS[vendor]))


def fill(cursor: Any, vendor: str, keys: Keys) -> None:
    """Take every word of the index of a vault from before this list, and drop the older list."""
    cursor.execute("SELECT term FROM store_vocabulary")
    terms = words_in(str(term) for (term,) in cursor.fetchall())
    for some in _in_steps(terms, 20 * AT_ONCE):
        add(cursor, vendor, some, keys)
    cursor.execute("DROP TABLE store_vocabulary")


def words_in(texts: Iterable[str]) -> set[str]:
    """Distinct words of some folded texts, as the index cuts them; figures alone are none."""
    found: set[str] = set()
    for text in texts:
        found.update(WORD.findall(text))
    return {word for word in found if len(word) <= LONGEST and not word.isdigit()}


def add(cursor: Any, vendor: str, terms: Collection[str], keys: Keys) -> None:
    """Keep those that are not yet kept."""
    cursor.execute(_MISSING[vendor], [json.dumps(sorted(terms), ensure_ascii=False)])
    missing = [term for (term,) in cursor.fetchall()]
    if not missing:
        return
    cursor.execute("SELECT max(id) FROM store_word")
    first = (cursor.fetchone()[0] or 0) + 1
    numbered = list(enumerate(missing, start=first))
    cursor.executemany(
        "INSERT INTO store_word (id, length, term) VALUES (%s, %s, %s)",
        [(number, len(term), term) for number, term in numbered],
    )
    cursor.executemany(
        "INSERT INTO store_word_key (key, word) VALUES (%s, %s)",
        [(key, number) for number, term in numbered for key in sorted(set(keys(term)))],
    )


def remove(cursor: Any, terms: Iterable[str]) -> None:
    """Forget some words and the ways to them."""
    for some in _in_steps(terms):
        chosen = f"SELECT id FROM store_word WHERE {_among(some)}"  # noqa: S608
        cursor.execute(f"DELETE FROM store_word_key WHERE word IN ({chosen})", _pairs(some))  # noqa: S608
        cursor.execute(f"DELETE FROM store_word WHERE {_among(some)}", _pairs(some))  # noqa: S608


def held(cursor: Any, terms: Iterable[str]) -> set[str]:
    """Those of some words that are kept."""
    found: set[str] = set()
    for some in _in_steps(terms):
        cursor.execute(f"SELECT term FROM store_word WHERE {_among(some)}", _pairs(some))  # noqa: S608
        found.update(str(term) for (term,) in cursor.fetchall())
    return found


def with_keys(cursor: Any, keys: Iterable[str]) -> set[str]:
    """Words that are looked for by one of the keys."""
    found: set[str] = set()
    for some in _in_steps(keys):
        holes = ", ".join(["%s"] * len(some))
        cursor.execute(
            "SELECT term FROM store_word WHERE id IN"  # noqa: S608
            f" (SELECT word FROM store_word_key WHERE key IN ({holes}))",
            some,
        )
        found.update(str(term) for (term,) in cursor.fetchall())
    return found


def of_length(cursor: Any, shortest: int, longest: int) -> list[str]:
    """Words of `shortest` to `longest` letters."""
    cursor.execute(
        "SELECT term FROM store_word WHERE length BETWEEN %s AND %s", [shortest, longest]
    )
    return [str(term) for (term,) in cursor.fetchall()]


def _in_steps(values: Iterable[str], most: int = AT_ONCE) -> Iterator[list[str]]:
    held = sorted(set(values))
    for at in range(0, len(held), most):
        yield held[at : at + most]


def _among(terms: list[str]) -> str:
    return f"(length, term) IN (VALUES {', '.join(['(%s, %s)'] * len(terms))})"


def _pairs(terms: list[str]) -> list[object]:
    return [value for term in terms for value in (len(term), term)]
