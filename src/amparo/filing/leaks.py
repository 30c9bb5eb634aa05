"""Search what is about to leave for words that must not: the last look before a build."""

from __future__ import annotations

import re
from collections.abc import Iterable

from amparo.errors import Refused


def whole_words(names: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern that finds any of the names as whole words, in any case; None for no names."""
    listed = sorted({re.escape(name) for name in names if name}, key=len, reverse=True)
    if not listed:
        return None
    return re.compile(rf"(?<!\w)(?:{'|'.join(listed)})(?!\w)", re.IGNORECASE)


def find_leaks(text: str, untrusted_names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that stand in `text` as whole words, in any case, in lower case."""
    pattern = whole_words(untrusted_names)
    return tuple(sorted({hit.casefold() for hit in pattern.findall(text)})) if pattern else ()


def is_telling(file_name: str) -> bool:
    """False for a plain short word such as "mimetype", which would be found everywhere."""
    return len(file_name) > 3 and not re.fullmatch(r"[a-z]+", file_name)


def refuse_leaks(texts: Iterable[str], file_names: Iterable[str], hidden: Iterable[str]) -> None:
    """Refused when words meant to leave hold a file name of the vault or a hidden person's code.

    The error tells how many, never which: a file name may be a person's name.
    """
    text = "\n".join(texts)
    names, codes = find_leaks(text, file_names), find_leaks(text, hidden)
    if names or codes:
        raise Refused(
            "the filing would show what must not leave",
            value=f"{len(names)} file names, {len(codes)} codes of persons held back",
            remedy="look for them in titles, propositions and remarks of the case",
        )
