"""Search produced bytes for protected names and words, in every script and way of writing.

Text comes from the sandbox's readers (with text recognition of pictures and scanned pages) and
from everything packed into the bytes: streams, members, attributes, metadata, thumbnails. Pictures,
thumbnails too, are compared with those from which something was taken out. The checker can
prove itself: `tests/filing/test_scan.py` and `test_planted.py` plant secrets and find each one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from amparo.casefile.likeness import likeness_from_text, look_alike
from amparo.errors import BadInput, Refused
from amparo.filing.match import Finder, ways_to_read
from amparo.filing.redaction import ask
from amparo.filled import filled
from amparo.intake import sandbox
from amparo.intake.reading import Child

DEEPEST = 3
MOST_NAMED = 20
LIKENESS = "metadata likeness"
ENCRYPTED = "encrypted"
# What cannot be opened cannot be searched: it counts as a hit of no known secret.
LOCKED = -1


@dataclass(frozen=True)
class Guarded:
    """A picture from which something is taken out: its likeness (as the reader of pictures
    gives it), and the file names of its copies, which look like it and may."""

    likeness: str
    copies: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Hit:
    """A protected string or picture that was found: in which file, where in it; never which
    string. Pictures are numbered after the strings."""

    file: str
    where: str
    secret: int


def find_secrets(
    files: Mapping[str, bytes], secrets: Sequence[str], pictures: Sequence[Guarded] = ()
) -> tuple[Hit, ...]:
    """Every (file, place, number of the secret) at which one is found, by file."""
    finders = [Finder(secret) for secret in secrets]
    wanted = [(number, finder) for number, finder in enumerate(finders) if finder.is_telling]
    if not wanted and not pictures:
        return ()
    hits: dict[Hit, None] = {}
    needles = [(number, needle) for number, finder in wanted for needle in finder.needles()]
    for name, data in files.items():
        seen: list[tuple[str, str]] = []
        for hit in _search(name, data, wanted, needles, seen):
            hits[hit] = None
        for number, one in enumerate(pictures, len(secrets)):
            for where in _alike(name, seen, one):
                hits[Hit(name, where, number)] = None
    return tuple(hits)


def _alike(name: str, seen: Iterable[tuple[str, str]], guarded: Guarded) -> Iterator[str]:
    """Where the file shows the picture; the whole of a redacted copy may look like it."""
    wanted = likeness_from_text(guarded.likeness)
    for where, told in seen:
        if where == LIKENESS and name in guarded.copies:
            continue
        if look_alike(wanted, likeness_from_text(told)):
            yield where.replace(LIKENESS, "picture")


def refuse_secrets(
    files: Mapping[str, bytes], secrets: Sequence[str], pictures: Sequence[Guarded] = ()
) -> None:
    """Raise Refused naming the files, never the words."""
    refuse_hits(find_secrets(files, secrets, pictures))


def refuse_hits(hits: Sequence[Hit]) -> None:
    """Raise Refused for any hit, naming every file and place, never the words."""
    open_hits = [hit for hit in hits if hit.secret != LOCKED]
    if hits and not open_hits:
        raise Refused(
            "an exhibit is locked, so nobody can say what would leave with it",
            value=_listed(sorted({f"{hit.file} ({hit.where})" for hit in hits})),
            remedy="take in a copy without a password and tender that, or leave the item out",
        )
    if hits:
        places = sorted({f"{hit.file} ({hit.where or 'text'})" for hit in open_hits})
        raise Refused(
            filled(
                "{count} protected strings or pictures would leave",
                count=len({hit.secret for hit in open_hits}),
            ),
            value=_listed(places),
            remedy="redact those items for this forum, or change the words of the case",
        )


def _listed(places: list[str]) -> str:
    more = len(places) - MOST_NAMED
    return "; ".join(places[:MOST_NAMED]) + (f"; and {more} more places" if more > 0 else "")


def _search(
    name: str,
    data: bytes,
    wanted: list[tuple[int, Finder]],
    needles: list[tuple[int, bytes]],
    seen: list[tuple[str, str]],
) -> Iterator[Hit]:
    """Hits among the strings; the likeness of each picture goes into `seen`, by place."""
    texts = [("file name", name), *_read(name, data, 0)]
    try:
        request = {"op": "search", "needles": [needle.hex() for _, needle in needles]}
        found = json.loads(ask(request, data))
    except BadInput:
        found = {"texts": [], "raw": [], "pictures": [], "closed": []}
        for number, needle in needles:
            if needle in data:
                yield Hit(name, "bytes", number)
    for where in found["closed"]:
        texts.append((f"{where} {ENCRYPTED}", ""))
    for where, place in found["raw"]:
        yield Hit(name, where.strip() or "bytes", needles[place][0])
    for place, (where, picture) in enumerate(found["pictures"], 1):
        held = f"{where} picture {place} inside, "
        texts += [(held + part, text) for part, text in _read("", bytes.fromhex(picture), DEEPEST)]
    for where, text in (*texts, *found["texts"]):
        if where.endswith(ENCRYPTED):
            yield Hit(name, where.strip(), LOCKED)
        elif where.endswith(LIKENESS):
            seen.append((where, text))
        if not text or where.endswith(LIKENESS):
            continue
        ways = ways_to_read(text)
        for number, finder in wanted:
            if any(finder.is_in(words) for words in ways):
                yield Hit(name, where.strip(), number)


def _read(name: str, data: bytes, depth: int) -> Iterator[tuple[str, str]]:
    reading = sandbox.read(data, name=name)
    if reading.outcome == "encrypted":
        yield ENCRYPTED, ""
    for part in reading.untrusted_parts:
        yield part.name, part.text
        yield f"label of {part.name}", part.label
    for key, value in reading.untrusted_metadata.items():
        yield f"metadata {key}", str(value)
    if depth < DEEPEST:
        for number, child in enumerate(reading.untrusted_children):
            yield from _read_child(child, number, depth)


def _read_child(child: Child, number: int, depth: int) -> Iterator[tuple[str, str]]:
    yield f"name of part {number}", child.name
    for where, text in _read(child.name, child.data, depth + 1):
        yield f"part {number}, {where}", text


def read_names(text: str) -> tuple[str, ...]:
    """Protected strings, one on each line; empty lines and lines that begin with # are skipped."""
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
