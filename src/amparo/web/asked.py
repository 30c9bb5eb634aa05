"""Which filing a page is about: forum, language, day, recipient and version, from its address.

An address carries ids and numbers only: a State is its code, a recipient is its place in the list
of recipients whom consents of the case name for the forum's purpose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from amparo.casefile.law_facts import book_of, facts_if_any
from amparo.casefile.schema import VERSIONS
from amparo.errors import BadInput
from amparo.filing.address import OPEN_FORUM, address, ties_of
from amparo.filing.words import FORUMS, LANGUAGES, load_forum, load_words
from amparo.filled import filled
from amparo.web.language import language

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amparo.casefile.records import CaseFile

NAMES = {"en": "English", "fr": "Français"}
CODED = VERSIONS[1]
_ITEM = re.compile(r"I-[0-9]{4,12}")


@dataclass(frozen=True)
class Asked:
    """The filing asked for. `to` is the place of the recipient in `recipients`, "" for none;
    `adds` the item of the filing that it supplements.
    """

    forum: str = FORUMS[0]
    lang: str = LANGUAGES[0]
    on: date = date.min
    to: str = ""
    recipient: str = ""
    state: str = ""
    version: str = CODED
    adds: str = ""

    @property
    def query(self) -> str:
        """The same choice for another address."""
        told = (
            f"forum={self.forum}&lang={self.lang}&on={self.on.isoformat()}&version={self.version}"
        )
        told += f"&to={self.to}" if self.to else ""
        told += f"&state={self.state}" if self.state else ""
        return told + (f"&adds={self.adds}" if self.adds else "")

    @property
    def tail(self) -> str:
        """What an address that names forum and language still needs."""
        told = {"to": self.to, "state": self.state}
        given = urlencode({name: value for name, value in told.items() if value})
        return f"?{given}" if given else ""

    @property
    def is_open(self) -> bool:
        """Whether the forum leaves open who is addressed."""
        return self.forum == OPEN_FORUM


def read_asked(given: Mapping[str, str], known: CaseFile) -> Asked:
    """The choice, checked; what is not given stands as usual. Raises BadInput."""
    forum, lang = given.get("forum") or FORUMS[0], given.get("lang") or LANGUAGES[0]
    load_words(forum, lang)
    version = given.get("version") or CODED
    if version not in VERSIONS:
        raise BadInput(
            "there is no such version", remedy=filled("one of: {names}", names=", ".join(VERSIONS))
        )
    on = _day(given["on"]) if "on" in given else datetime.now(UTC).date()
    to = given.get("to", "") if forum == OPEN_FORUM else ""
    adds = given.get("adds", "")
    if adds and not _ITEM.fullmatch(adds):
        raise BadInput("this is no filing of the vault", remedy="begin from the page of the filing")
    state = given.get("state", "") if forum == OPEN_FORUM else ""
    to_whom = address(known.code, forum, _recipient(known, forum, to), state)
    recipient = to_whom.recipient if to else ""
    return Asked(forum, lang, on, to, recipient, to_whom.state, version, adds)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput("the day is not a date", remedy="write it as 2026-11-22") from None


def recipients(known: CaseFile, forum: str) -> list[str]:
    """Whom consents name for the purpose of a forum that leaves open who is addressed."""
    if forum != OPEN_FORUM:
        return []
    rules = load_forum(forum)
    named = {str(row["recipient"]) for row in known.all("consent")
             if row["purpose"] == rules.purpose and row["recipient"]}  # fmt: skip
    return sorted(named - {rules.recipient})


def _recipient(known: CaseFile, forum: str, to: str) -> str:
    if not to:
        return ""
    listed = recipients(known, forum)
    if not to.isdigit() or int(to) >= len(listed):
        raise BadInput("this recipient is not in the list", remedy="choose one of the list")
    return listed[int(to)]


def _states(known: CaseFile) -> list[tuple[str, str]]:
    """States that can be addressed, by name: those the acts touch first."""
    book, lang = book_of(known), language()
    touched = ties_of(facts_if_any(known, book))
    named = sorted((one.name[lang], code) for code, one in book.states.items())
    return [(code, name) for name, code in sorted(named, key=lambda one: one[1] not in touched)]


def choices(known: CaseFile, asked: Asked) -> dict[str, object]:
    """What the choosing form offers."""
    return {
        "asked": asked,
        "fora": [(name, load_words(name, language()).say("forum.name")) for name in FORUMS],
        "languages": list(NAMES.items()),
        "versions": VERSIONS,
        "states": _states(known) if asked.is_open else [],
        "recipients": list(enumerate(recipients(known, asked.forum))),
    }
