"""Erase a person: with the sealed identity go the forms left unfinished and the searches kept
that speak of them, whoever left them. A form says so by the person's code, by two words of the
name in any script, or by another sealed value; of a search one word is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from amparo.casefile.models import SavedSearch, Unfinished
from amparo.casefile.script import query_keys, word_keys, words_of_name
from amparo.vault.erase import carry_out_erasure
from amparo.vault.unlock import Vault

NAMES = ("name", "other_names")
ENOUGH_WORDS = 2
# Sealed values that lead to one person alone; a shorter piece stands in forms about others too.
TELLING = ("documents", "contact", "address")
LEAST_VALUE = 6
_PIECE = re.compile(r"[,;\n]")


@dataclass(frozen=True)
class Forgotten:
    """What went with an identity, and the members who still have unfinished forms in the case."""

    forms: int
    searches: int
    to_look: tuple[str, ...]


def erase_person(vault: Vault, case: str, person: str) -> Forgotten:
    """Destroy what another member asked to destroy, and what was kept for later about the person.

    Raises as `carry_out_erasure` does; then nothing is gone.
    """
    gone: list[Forgotten] = []

    def drop(identity: Mapping[str, str]) -> str:
        gone.append(_drop(case, person, identity))
        told = gone[0]
        return f"unfinished forms dropped: {told.forms}, kept searches dropped: {told.searches}"

    carry_out_erasure(vault, case, person, also=drop)
    return gone[0]


def _drop(case: str, person: str, identity: Mapping[str, str]) -> Forgotten:
    code = re.compile(rf"(?<![\w-]){re.escape(person)}(?![\w-])")
    left = list(Unfinished.every.filter(case_id=case))
    forms = [
        row
        for row in left
        if code.search(text := " ".join(_texts(row.body))) or _names(text, identity, ENOUGH_WORDS)
    ]
    searches = [row for row in SavedSearch.every.all() if _names(row.query, identity, 1)]
    Unfinished.every.filter(pk__in=[row.pk for row in forms]).delete()
    SavedSearch.every.filter(pk__in=[row.pk for row in searches]).delete()
    others = sorted({row.by for row in left if row not in forms})
    return Forgotten(len(forms), len(searches), tuple(others))


def _texts(body: object) -> Iterator[str]:
    match body:
        case dict():
            for value in body.values():
                yield from _texts(value)
        case list():
            for value in body:
                yield from _texts(value)
        case str():
            yield body


def _names(text: str, identity: Mapping[str, str], enough: int) -> bool:
    """Whether a text holds so many words of the name, or another sealed value word for word."""
    plain = text.casefold()
    pieces = (one.strip() for name in TELLING for one in _PIECE.split(identity.get(name, "")))
    if any(len(one) >= LEAST_VALUE and one.casefold() in plain for one in pieces):
        return True
    words = {word for name in NAMES for word in words_of_name(identity.get(name, ""))}
    if not words:
        return False
    # "Marovna's" is one word to a reader of names, and two to whoever takes it apart.
    spoken = {*words_of_name(text), *re.findall(r"\w+", plain)}
    heard = frozenset().union(*(word_keys(word) for word in spoken))
    return sum(bool(query_keys(word) & heard) for word in words) >= min(enough, len(words))
