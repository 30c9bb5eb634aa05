"""The text index in PostgreSQL: a tsvector of the folded words of each passage.

Words are cut here, by the rule of the query (runs of letters and figures), not by the server's
parser, so that both databases find the same passages. Source: PostgreSQL documentation,
"Text Search Types".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from amparo.store.match import AllOf, AnyOf, Near, Node, Phrase, Without, read_match

CREATE = (
    "CREATE TABLE store_text (rowid bigint PRIMARY KEY, text tsvector NOT NULL)",
    "CREATE INDEX store_text_words ON store_text USING gin (text)",
    'CREATE TABLE store_vocabulary (term text COLLATE "C" PRIMARY KEY)',
)
LONGEST_WORD = 200
LAST_PLACE = 16_383
MOST_PLACES = 255


def split(text: str) -> list[str]:
    """Words of a folded text, in order."""
    cut = "".join(c if unicodedata.category(c)[0] in "LN" else " " for c in text)
    return [word[:LONGEST_WORD] for word in cut.split()]


def add(rows: Iterable[tuple[int, str]]) -> None:
    """Index (row id, text) pairs."""
    from django.db import connection

    found = [(row, split(text)) for row, text in rows]
    with connection.cursor() as cursor:
        for at in range(0, len(found), 200):
            some = found[at : at + 200]
            values = [value for row, words in some for value in (row, _vector(words))]
            holes = ", ".join(["(%s, %s::tsvector)"] * len(some))
            head = "INSERT INTO store_text (rowid, text) VALUES "
            cursor.execute(head + holes, values)


def remove(row_ids: Iterable[int]) -> None:
    """Take rows out of the index."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_text WHERE rowid = ANY(%s)", [list(row_ids)])


def condition(expression: str) -> tuple[str, tuple[object, ...]]:
    """What a row of `store_text` must meet, as SQL and parameters."""
    sql, params = _condition(read_match(expression))
    return sql, tuple(params)


def order(expression: str) -> tuple[str, tuple[object, ...]]:
    """Best first; rows of equal rank in the order of deposit."""
    query = _tsquery(read_match(expression))
    return "ts_rank(store_text.text, %s::tsquery) DESC, store_text.rowid", (query,)


def _vector(words: list[str]) -> str:
    places: dict[str, list[str]] = {}
    for place, word in enumerate(words, start=1):
        held = places.setdefault(word, [])
        if place <= LAST_PLACE and len(held) < MOST_PLACES:
            held.append(str(place))
    return " ".join(
        f"'{word}':{','.join(at)}" if at else f"'{word}'" for word, at in places.items()
    )


@lru_cache(maxsize=64)
def _tsquery(node: Node) -> str:
    """A tsquery that every row met by `node` meets: nearness is asked apart."""
    if isinstance(node, Phrase):
        *first, last = (f"'{word[:LONGEST_WORD]}'" for word in node.words)
        return "(" + " <-> ".join([*first, f"{last}:*" if node.begins else last]) + ")"
    if isinstance(node, Without):
        # What a nearness takes away is taken away row by row, in `_condition`.
        without = "" if _is_near(node.unwanted) else f" & !{_tsquery(node.unwanted)}"
        return f"({_tsquery(node.wanted)}{without})"
    joint = " | " if isinstance(node, AnyOf) else " & "
    return "(" + joint.join(map(_tsquery, node.parts)) + ")"


def _is_near(node: Node) -> bool:
    if isinstance(node, Without):
        return _is_near(node.wanted) or _is_near(node.unwanted)
    if isinstance(node, AllOf | AnyOf):
        return any(map(_is_near, node.parts))
    return isinstance(node, Near)


def _condition(node: Node) -> tuple[str, list[object]]:
    if not _is_near(node):
        return "store_text.text @@ %s::tsquery", [_tsquery(node)]
    if isinstance(node, Near):
        return _near(node, [[part] for part in node.parts])
    if isinstance(node, AnyOf) and (ways := _ways(node)):
        return _near(node.parts[0], ways)
    if isinstance(node, Without):
        (one, params), (other, more) = _condition(node.wanted), _condition(node.unwanted)
        return f"({one} AND NOT {other})", [*params, *more]
    assert isinstance(node, AllOf | AnyOf)
    pieces = [_condition(part) for part in node.parts]
    joint = " OR " if isinstance(node, AnyOf) else " AND "
    text = joint.join(sql for sql, _ in pieces)
    return f"({text})", [value for _, params in pieces for value in params]


def _ways(node: AnyOf) -> list[list[Phrase]]:
    """The choices at each place, where the parts are every way of choosing one for each place:
    one question then does for all of them."""
    nears = [part for part in node.parts if isinstance(part, Near)]
    shapes = {(len(near.parts), near.distance) for near in nears}
    if len(nears) != len(node.parts) or len(shapes) != 1:
        return []
    choices = [
        list(dict.fromkeys(places)) for places in zip(*(n.parts for n in nears), strict=True)
    ]
    total = 1
    for choice in choices:
        total *= len(choice)
    return choices if total == len(nears) else []


def _near(node: Node, choices: list[list[Phrase]]) -> tuple[str, list[object]]:
    """All within reach: at most `distance` words between the end of the first and the
    beginning of the last. Source: SQLite FTS5, "FTS5 NEAR Queries"."""
    assert isinstance(node, Near)
    query = " & ".join("(" + " | ".join(map(_tsquery, choice)) + ")" for choice in choices)
    params: list[object] = [query]
    tables = []
    for number, choice in enumerate(choices):
        pieces = [_places(phrase) for phrase in choice]
        tables.append(f"({' UNION ALL '.join(sql for sql, _ in pieces)}) AS n{number}")
        params += [value for _, given in pieces for value in given]
    begins = ", ".join(f"n{n}.s" for n in range(len(choices)))
    ends = ", ".join(f"n{n}.e" for n in range(len(choices)))
    reach = f"GREATEST({begins}) - LEAST({ends}) - 1 <= %s"
    return (
        f"(store_text.text @@ %s::tsquery AND EXISTS (SELECT 1 FROM {', '.join(tables)}"  # noqa: S608
        f" WHERE {reach}))",
        [*params, node.distance],
    )


def _places(phrase: Phrase) -> tuple[str, list[object]]:
    """Where a phrase begins and ends in a row."""
    tables, where, params = [], [], []
    for number, word in enumerate(phrase.words):
        begins = phrase.begins and number == len(phrase.words) - 1
        tables.append(f"unnest(store_text.text) u{number}, unnest(u{number}.positions) p{number}")
        where.append(f"starts_with(u{number}.lexeme, %s)" if begins else f"u{number}.lexeme = %s")
        params.append(word[:LONGEST_WORD])
        if number:
            where.append(f"p{number} = p0 + {number}")
    last = len(phrase.words) - 1
    return (
        f"SELECT p0::int AS s, p{last}::int AS e FROM {', '.join(tables)}"  # noqa: S608
        f" WHERE {' AND '.join(where)}",
        list(params),
    )
