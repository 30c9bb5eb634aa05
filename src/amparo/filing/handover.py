"""After the build: what was sent to whom, what came back, and who must be told of a withdrawal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from amparo.casefile.records import load_case
from amparo.casefile.revise import Draft, add_records, change_record
from amparo.custody.work import work
from amparo.errors import NotFound
from amparo.filing.dates import Dates
from amparo.filing.gather import filings
from amparo.filing.words import load_words, read_sentences
from amparo.vault.retrieve import find_item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from amparo.casefile.records import CaseFile, Row
    from amparo.vault.unlock import Vault

HANDOVER = "handover"


def filing_of(reference: str) -> dict[str, Any]:
    """What the vault knows of one filing, by its PDF. Raises NotFound."""
    item = find_item(reference)
    for told in filings():
        if told["item"] == item.code:
            return told
    raise NotFound(
        "this item is no filing", value=reference, remedy="see them with `amparo filing list`"
    )


def record_sent(vault: Vault, reference: str, facts: Mapping[str, object]) -> Row:
    """Record that a filing was handed over, or what came back since.

    `facts` are fields of the noun `handover`; `replies` are added to those there. A second call
    for the same filing and recipient makes a new version. Raises NotFound, BadInput.
    """
    told = filing_of(reference)
    case = load_case(told["case"])
    given = {name: value for name, value in facts.items() if value not in (None, "", [])}
    held = next((row for row in sent_of(case, told["item"]) if row["to"] == given.get("to")), None)
    if held is not None:
        body = {**held.body, **given}
        body["replies"] = [*(held["replies"] or ()), *(facts.get("replies") or ())]  # type: ignore[misc]
        row = change_record(vault.member, case.code, held.code, body, seen_version=held.version)
    else:
        body = {"filing": told["item"], "by": vault.member, **given}
        draft = Draft(HANDOVER, "", body)
        (row,) = add_records(vault.member, case.code, [draft], reason="hand over filing")
    _enter(vault, told, row, is_new=held is None)
    return row


def _enter(vault: Vault, told: Mapping[str, Any], row: Row, *, is_new: bool) -> None:
    to = {"party": _party(str(row["to"])), "receipt": str(row["receipt"] or "")}
    with work(vault.member, "hand over filing") as custody:
        custody.enter(
            "transfer-out",
            case=told["case"],
            item=find_item(told["item"]).sha256,
            to={name: value for name, value in to.items() if value},
            result="sent" if is_new else "receipt or reply recorded",
        )


def _party(text: str) -> str:
    """A recipient as an id of the ledger; who it is in words stands in the record."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in text)
    return kept.strip("-._")[:100] or "recipient"


def sent_of(case: CaseFile, item: str) -> list[Row]:
    """Handovers of one filing."""
    return [row for row in case.all(HANDOVER) if row["filing"] == item]


@dataclass(frozen=True)
class Affected:
    """A filing in which a person appears: to whom it went, and what to write to them."""

    filing: Mapping[str, Any]
    exhibits: tuple[int, ...]
    handover: Row | None
    letter: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Shape under `--json`."""
        sent = self.handover.body if self.handover else {}
        shown = {name: self.filing[name] for name in ("item", "forum", "lang", "date")}
        return {
            **shown,
            "exhibits": list(self.exhibits),
            "to": sent.get("to", ""),
            "sent_on": sent.get("on", ""),
            "receipt": sent.get("receipt", ""),
            "letter": self.letter,
        }


def affected(
    case_code: str, person: str, *, lang: str, on: date, sender: tuple[str, ...] = ()
) -> list[Affected]:
    """Filings of the case in which a person appears, each with every recipient and a letter.

    Raises NotFound for a person who is not in the case.
    """
    case = load_case(case_code)
    row = case.get(person)
    if row is None or row.noun != "person":
        raise NotFound("no such person in this case", value=person)
    items = _items_of(case, person)
    found: list[Affected] = []
    for told in filings(case_code):
        exhibits = tuple(sorted(n for digest, n in told["numbers"].items() if digest in items))
        if not told["finished"] or not (exhibits or person in told.get("persons", ())):
            continue
        handovers: list[Row | None] = [*sent_of(case, told["item"])]
        for sent in handovers or [None]:
            letter = _write(case, person, told, exhibits, sent, lang, on, sender) if sent else ""
            found.append(Affected(told, exhibits, sent, letter))
    return found


def _items_of(case: CaseFile, person: str) -> set[str]:
    """Digests of the items in which the person speaks, or of whom they speak."""
    sources = {row.code for row in case.all("source") if row["person"] == person}
    acts = {row.code for row in case.all("act") if row["victim"] == person}
    about = {row.code for row in case.all("proposition") if row["act"] in acts}
    cited = {
        row["item"]
        for row in case.all("statement")
        if row["source"] in sources or row["proposition"] in about
    }
    return {str(row["sha256"]) for row in case.all("item") if row.code in cited}


def _write(
    case: CaseFile, person: str, told: Mapping[str, Any], exhibits: tuple[int, ...],
    sent: Row, lang: str, on: date, sender: tuple[str, ...],
) -> str:  # fmt: skip
    say, spell = read_sentences("letters", lang), Dates(load_words(told["forum"], lang))
    sent_on = spell.on(sent["on"])
    withdrawn = sorted(
        str(row["withdrawn_on"])
        for row in case.all("consent")
        if row["subject"] == person and row["withdrawn_on"]
    )
    return say["letter"].format(
        sender="\n".join(sender) or say["unknown"],
        recipient=sent["to"],
        date=spell.date(on.isoformat()),
        case=case.code,
        form=spell.say("forum.short"),
        filed=spell.date(told["date"]),
        receipt=sent["receipt"] or say["unknown"],
        person=person,
        sent=sent_on[:1].upper() + sent_on[1:],
        how=sent["how"],
        withdrawn=say["on"].format(date=spell.on(withdrawn[-1])) if withdrawn else "",
        exhibits=", ".join(map(str, exhibits)) or say["none"],
    )
