"""Work on the record: tasks of members, and remarks that call a member by @M-2."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from amparo.access.members import find_member
from amparo.casefile.records import CaseFile, Row, list_cases, load_case
from amparo.casefile.revise import Draft, add_records, change_record
from amparo.casefile.schema import BY_NAME
from amparo.errors import BadInput, NotFound

_CALL = re.compile(r"(?<![\w@])@(M-[1-9]\d{0,5})(?!\d)")


@dataclass(frozen=True)
class Task:
    """Something to do. `due` and `done_on` are partial dates as written, "" where absent."""

    case: str
    code: str
    text: str
    whom: str
    about: tuple[str, ...]
    due: str
    done_on: str
    version: int

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return asdict(self)


@dataclass(frozen=True)
class Mention:
    """A text that calls a member. `field` is where in the record it stands."""

    case: str
    code: str
    noun: str
    field: str
    text: str

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return asdict(self)


def called_in(text: str) -> set[str]:
    """Codes of the members that a text calls."""
    return set(_CALL.findall(text))


def list_tasks(*, member: str = "", case: str = "", done: bool = False) -> list[Task]:
    """Open tasks of the cases that may be seen, the most pressing first.

    With `member` those for them and those for nobody yet; with `done` the finished ones too.
    """
    found = [_task(known, row) for known in _cases(case) for row in known.all("task")]
    wanted = [
        one
        for one in found
        if (done or not one.done_on) and (not member or one.whom in (member, ""))
    ]
    return sorted(wanted, key=lambda one: (bool(one.done_on), one.due or "~", one.case))


def list_mentions(member: str, *, case: str = "") -> list[Mention]:
    """Texts of current records that call the member; those of finished tasks are left out."""
    return [
        Mention(known.code, row.code, row.noun, name, text)
        for known in _cases(case)
        for row in known.rows.values()
        if not (row.noun == "task" and row["done_on"])
        for name, text in _texts(row)
        if member in called_in(text)
    ]


def _texts(row: Row) -> Iterator[tuple[str, str]]:
    """What the team wrote in a record; never the words of a source."""
    for field in BY_NAME[row.noun].fields:
        value = row[field.name]
        if field.kind in ("text", "long") and field.name != "quote" and isinstance(value, str):
            yield field.name, value


def _cases(case: str) -> list[CaseFile]:
    return [load_case(code) for code in ([case] if case else [c.code for c in list_cases()])]


def _task(known: CaseFile, row: Row) -> Task:
    return Task(
        known.code, row.code, str(row["text"]), str(row["for"] or ""),
        tuple(row["about"] or ()), str(row["due"] or ""), str(row["done_on"] or ""), row.version,
    )  # fmt: skip


def add_task(
    actor: str, case: str, text: str, *, whom: str = "", due: str = "", about: tuple[str, ...] = ()
) -> Row:
    """Add a task. Raises NotFound for a member or a record that is not there."""
    known = load_case(case)
    if whom:
        find_member(whom)
    for code in about:
        if known.get(code) is None:
            raise NotFound("no such record in this case", value=code[:64])
    raw: dict[str, object] = {"text": text, "for": whom, "due": due, "about": list(about)}
    draft = Draft("task", "", raw)
    return add_records(actor, case, [draft], reason="add task")[-1]


def finish_task(actor: str, case: str, code: str) -> Row:
    """Write down that a task was done today, and by whom. Raises NotFound, BadInput."""
    row = load_case(case).get(code)
    if row is None or row.noun != "task":
        raise NotFound(
            "no such task in this case", value=code[:64], remedy="see `amparo task list`"
        )
    if row["done_on"]:
        raise BadInput("this task is done already", value=code)
    today = datetime.now(UTC).date().isoformat()
    body = {**row.body, "done_on": today, "done_by": actor}
    return change_record(actor, case, code, body, seen_version=row.version)
