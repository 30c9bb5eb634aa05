"""The gate: what of a case may leave for one recipient, and what stands against a build.

Absent means no. A person, source or item without a decision that covers purpose, recipient
and identity level stays behind, and so does everything that speaks of it; each thing held
back is listed with its reason. Nothing here changes the record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from amparo.casefile.ends import ENDS
from amparo.filing.leaks import whole_words
from amparo.filing.rulebook import Finding as Finding
from amparo.filing.rulebook import finding
from amparo.filing.words import reason_why
from amparo.filled import filled

if TYPE_CHECKING:
    from amparo.casefile.records import CaseFile, Row

VISIBLE = ("named", "coded")
ALLEGED = "alleged"
GROUP = "group"
# Free text of a record that a filing prints, and the nouns of which it prints the remarks.
_SPOKEN = ("text", "title", "description", "role", "kind", *ENDS)
_NOTES_PRINTED = frozenset({"response"})
_WORDED = frozenset({"event", "proposition", "person", "act"})


@dataclass(frozen=True)
class Decision:
    """What consent says of one subject: an identity level, or "" with the reason why not.

    The reasons are those of `casefile.consent.Answer`.
    """

    level: str
    reason: str = "none"


@dataclass(frozen=True)
class Withheld:
    """Something of the record that stays behind, and why."""

    noun: str
    code: str
    reason: str


@dataclass(frozen=True)
class Release:
    """The part of a case that may leave, the level of each person, and what stays behind."""

    case: CaseFile
    levels: Mapping[str, str]
    withheld: tuple[Withheld, ...]
    findings: tuple[Finding, ...]

    @property
    def blocks(self) -> tuple[Finding, ...]:
        """Findings that must be resolved before anything is built."""
        return tuple(one for one in self.findings if one.severity == "block")


Covers = Callable[[str, str | None], Decision]
IsAnchored = Callable[[str, str, str, int], bool]


def release(case: CaseFile, covers: Covers) -> Release:
    """Decide what may leave. `covers(person, item)` answers for one subject and item or None."""
    return _Gate(case, covers).decide()


class _Gate:
    def __init__(self, case: CaseFile, covers: Covers) -> None:
        self.case = case
        self.covers = covers
        self.kept: dict[str, Row] = {}
        self.withheld: list[Withheld] = []
        self.findings: list[Finding] = []
        self.levels: dict[str, str] = {}
        self.hidden: re.Pattern[str] | None = None
        self.by_item: dict[str, list[Row]] = {}
        for row in case.all("statement"):
            for item in filter(None, (row["item"], row["recording"])):
                self.by_item.setdefault(str(item), []).append(row)
        self.acts_of: dict[str, list[Row]] = {}
        for row in case.all("act"):
            self.acts_of.setdefault(str(row["event"]), []).append(row)

    def decide(self) -> Release:
        self._persons()
        self._keep("place", lambda row: "")
        self._keep("source", self._why_not_source)
        self._keep("act", self._why_not_act)
        self._keep("event", self._why_not_event)
        self._keep("proposition", lambda row: self._missing(row, "act"))
        self._keep("item", self._why_not_item)
        self._keep("statement", self._why_not_statement)
        for noun in ("involvement", "crossing", "response", "remedy"):
            self._keep(noun, lambda row: self._missing(row, "act", "person", "basis", "to"))
        self._keep("label", lambda row: self._missing(row, "by"))
        self._keep("consent", lambda row: self._missing(row, "subject"))
        self._keep("measure", lambda row: self._missing(row, "person"))
        self._keep("consultation", lambda row: "")
        self._keep("procedure", lambda row: "")
        self._contaminations()
        self._keep("translation", lambda row: self._missing(row, "statement", "record"))
        self._drop_the_alleged_left_alone()
        self._trim_references()
        self._look_for_substance()
        return Release(
            replace(self.case, rows=self.kept),
            self.levels,
            tuple(self.withheld),
            tuple(self.findings),
        )

    # Persons and what hangs on them

    def _persons(self) -> None:
        alleged = {row["person"] for row in self.case.all("involvement")}
        heard = {row["person"] for row in self.case.all("source") if row["person"]}
        suffered = {row["victim"] for row in self.case.all("act") if row["victim"]}
        for row in self.case.all("person"):
            if row.code in alleged and row.code not in heard | suffered:
                self.levels[row.code] = ALLEGED
                self.kept[row.code] = row
                continue
            decision = self.covers(row.code, None)
            if not decision.level and _is_unknown_group(row):
                decision = Decision(GROUP)
                self._tell("group", row.code)
            if decision.level in (*VISIBLE, GROUP):
                self.levels[row.code] = "coded" if decision.level == "named" else decision.level
                self.kept[row.code] = row
            else:
                reason = "aggregate" if decision.level == "aggregate" else decision.reason
                self._hold(row, reason)
        self.hidden = whole_words(one.code for one in self.withheld)

    def _why_not_source(self, row: Row) -> str:
        if row["person"]:
            return "" if row["person"] in self.kept else "person"
        if row["kind"] != "person":
            return ""
        decision = self.covers(row.code, None)
        if decision.level in VISIBLE:
            return ""
        told = self.case.all("statement")
        if decision.reason != "none" or any(one["source"] == row.code for one in told):
            return decision.reason
        # Not heard: named by others as the one who told them. A code stands for this person.
        if any(row.code in (one["from"] or ()) for one in told):
            self._tell("undecided", row.code)
        return ""

    def _why_not_act(self, row: Row) -> str:
        return "person" if row["victim"] and row["victim"] not in self.kept else ""

    def _why_not_event(self, row: Row) -> str:
        acts = self.acts_of.get(row.code, [])
        return "person" if acts and not any(act.code in self.kept for act in acts) else ""

    # Items

    def _why_not_item(self, row: Row) -> str:
        statements = self.by_item.get(row.code, [])
        if row["confidentiality"] == "public":
            return "" if statements else "uncited"
        concerned = {person for one in statements for person in self._concerned(one)}
        if not statements:
            return "uncited"
        if not concerned:
            return "nobody"
        for person in sorted(concerned):
            decision = self._decision_for(person, row.code)
            if decision.level not in (*VISIBLE, GROUP):
                return "aggregate" if decision.level == "aggregate" else decision.reason
        return ""

    def _decision_for(self, person: str, item: str) -> Decision:
        if self.levels.get(person) == GROUP:
            return Decision(GROUP)
        return self.covers(person, item)

    def _concerned(self, statement: Row) -> Iterator[str]:
        """Persons whose decision an item needs: who speaks in it, and else of whom it speaks."""
        source = self.case.get(statement["source"])
        if source is not None and source["person"]:
            yield source["person"]
            return
        proposition = self.case.get(statement["proposition"])
        act = self.case.get(proposition["act"]) if proposition is not None else None
        if act is not None and act["victim"]:
            yield act["victim"]

    # Everything else

    def _why_not_statement(self, row: Row) -> str:
        return self._missing(row, "source", "item", "proposition")

    def _missing(self, row: Row, *fields: str) -> str:
        """ "depends" when a record that one of these fields points at stays behind."""
        for name in fields:
            target = row[name]
            if isinstance(target, str) and target in self.case.rows and target not in self.kept:
                return "depends"
        return ""

    def _keep(self, noun: str, why_not: Callable[[Row], str]) -> None:
        for row in self.case.all(noun):
            reason = why_not(row) or ("speaks" if self._speaks_of_the_hidden(row) else "")
            if reason:
                self._hold(row, reason)
            else:
                self.kept[row.code] = row

    def _speaks_of_the_hidden(self, row: Row) -> bool:
        """True when a word of the record that a filing may print is a hidden person's code."""
        return any(
            self._names_hidden(text)
            for name, value in row.body.items()
            if name != "note" or row.noun in _NOTES_PRINTED
            for text in _texts(value)
        )

    def _names_hidden(self, text: object) -> bool:
        return isinstance(text, str) and bool(self.hidden and self.hidden.search(text))

    def _contaminations(self) -> None:
        for row in self.case.all("contamination"):
            left = [code for code in row["statements"] or () if code in self.kept]
            if len(left) > 1:
                self.kept[row.code] = replace(row, body={**row.body, "statements": left})

    def _drop_the_alleged_left_alone(self) -> None:
        """An alleged perpetrator of whom nothing else may leave is not listed either."""
        involved = {row["person"] for row in self.kept.values() if row.noun == "involvement"}
        for code in [code for code, level in self.levels.items() if level == ALLEGED]:
            if code not in involved and not self._is_spoken_of(code):
                del self.levels[code]
                self._hold(self.kept.pop(code), "depends")

    def _is_spoken_of(self, code: str) -> bool:
        name = whole_words([code])
        case = (self.case.body.get(field) for field in ("title", "summary", "group"))
        texts = (row[field] for row in self.kept.values() for field in _SPOKEN if row.code != code)
        return any(name and name.search(str(text or "")) for text in (*case, *texts))

    def _trim_references(self) -> None:
        """Lists that point at what stays behind lose those members."""
        for code, row in self.kept.items():
            body = dict(row.body)
            for name in ("from", "on", "items", "first_hand_for", "places", "acts", "persons"):
                if isinstance(body.get(name), list):
                    body[name] = [one for one in body[name] if self._may_point_at(one)]
            if not self._may_point_at(str(body.get("intervention"))):
                del body["intervention"]
            self.kept[code] = replace(row, body=body)

    def _may_point_at(self, target: str) -> bool:
        return target not in self.case.rows or target in self.kept

    def _look_for_substance(self) -> None:
        if not any(row.noun == "statement" for row in self.kept.values()):
            self._tell("nothing", self.case.code)
        for name in ("title", "summary", "group"):
            if self._names_hidden(self.case.body.get(name)):
                self._tell("own-words", f"{self.case.code}, {name}")
        for place in self.kept.values():
            if place.noun == "place":
                self._look_for_place(place)
        for person in self.kept.values():
            if person.noun == "person" and person["vulnerable"]:
                self._look_for_accounts(person)
        for one in self.withheld:
            if one.noun in ("person", "item") and one.reason not in ("uncited", "depends"):
                self._tell("held-back", one.code, reason=reason_why(one.reason))

    def _look_for_place(self, place: Row) -> None:
        """Warn where a sentence names a place that may be published only less exactly."""
        if not place["published_precision"] or place["published_precision"] == place["precision"]:
            return
        names = whole_words([str(place["name"]), *map(str, (place["names"] or {}).values())])
        for row in self.kept.values():
            if row.noun in _WORDED and any(
                names and names.search(str(row[field] or "")) for field in _SPOKEN
            ):
                self._tell("place", row.code)

    def _look_for_accounts(self, person: Row) -> None:
        """Accounts of a vulnerable person that are used: how many, and heard by whom (Eurojust,
        ICC-OTP guidelines for civil society organisations, 2022).

        One that names no item counts: that it is not used cannot be seen.
        """
        told = {
            one["item"]
            for one in self.kept.values()
            if one.noun == "statement"
            and one["knows_by"] == "perceived"
            and (source := self.case.get(one["source"])) is not None
            and source["person"] == person.code
        }
        accounts = [
            one
            for one in self.case.all("account")
            if one["person"] == person.code and (not one["item"] or one["item"] in told)
        ]
        before = any(one["told_before"] for one in accounts)
        if len(told) > 1 or len(accounts) > 1 or before:
            self._tell("second-account", person.code)
        for one in accounts:
            if one["trained"] is None:
                self._tell("training", one.code)
            elif not one["trained"] and one["in_depth"] is not False:
                self._tell("untrained", one.code)

    def _hold(self, row: Row, reason: str) -> None:
        self.withheld.append(Withheld(row.noun, row.code, reason))

    def _tell(self, rule: str, where: str, **fields: object) -> None:
        self.findings.append(finding(rule, where, **fields))


def _texts(value: object) -> Iterable[object]:
    """The words of a field: one, a list of them, or names by language."""
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else [value]


def _is_unknown_group(row: Row) -> bool:
    return bool(row["counting_unit"] == "group of unknown size")


def recheck_quotes(case: CaseFile, is_anchored: IsAnchored) -> tuple[Finding, ...]:
    """A block for each statement whose words no longer stand where the record says."""
    found: list[Finding] = []
    for row in case.all("statement"):
        item = case.get(row["item"])
        digest = str(item["sha256"]) if item is not None else ""
        if not is_anchored(digest, row["part"], row["quote"], int(row["start"] or 0)):
            where = filled(
                "{code}: {item}, part {part}, from {start}",
                code=row.code, item=row["item"], part=row["part"], start=row["start"],
            )  # fmt: skip
            found.append(finding("quotation", where))
    return tuple(found)
