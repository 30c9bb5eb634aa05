"""Compartments, actions and roles: a role is a named set of grants. Pure data, no Django.

Rules in words: docs/spec/access.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from amparo.errors import BadInput
from amparo.filled import filled

IDENTITY, CONTACT, NARRATIVE, MEDICAL = "identity", "contact", "narrative", "medical"
SHELTER, TRAVEL, ALLEGED, SOURCE = "shelter", "travel", "alleged perpetrator", "source"
COMPARTMENTS = (IDENTITY, CONTACT, NARRATIVE, MEDICAL, SHELTER, TRAVEL, ALLEGED, SOURCE)

SEE, ADD, CHANGE, EXPORT = "see", "add", "change", "export"
ACTIONS = (SEE, ADD, CHANGE, EXPORT)
EVERY_CASE = ""

_WORK = (SEE, ADD, CHANGE)


@dataclass(frozen=True)
class Role:
    """What a role may do in the cases it is given for.

    `decides` on members and grants; `watches`: is told of break-glass, sees the whole ledger,
    verifies; `may_break` the glass; `outside`: no member of the team, sees what consent lets
    leave for the purpose that was named with the role.
    """

    name: str
    help: str
    grants: tuple[tuple[str, tuple[str, ...]], ...] = ()
    decides: bool = False
    watches: bool = False
    may_break: bool = True
    outside: bool = False

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Every (compartment, action) of the role."""
        for compartment, actions in self.grants:
            for action in actions:
                yield compartment, action


_ALL = tuple((compartment, ACTIONS) for compartment in COMPARTMENTS)

OWNER, MEMBER, WATCHER = "owner", "member", "data-security officer"
_ROLES = (
    Role(OWNER, "everything, and decides who else may", _ALL, decides=True, watches=True),
    Role(MEMBER, "everything in the record but decisions on members (from before roles)", _ALL),
    Role("intake", "takes in items and sources",
         ((NARRATIVE, (SEE, ADD)), (SOURCE, (SEE, ADD)))),
    Role("documenter", "writes the record of what happened",
         ((NARRATIVE, _WORK), (SOURCE, _WORK), (ALLEGED, _WORK), (TRAVEL, _WORK))),
    Role("analyst", "weighs and compares, without knowing sources or persons",
         ((NARRATIVE, _WORK), (ALLEGED, (SEE,)), (TRAVEL, (SEE,)))),
    Role("lawyer", "prepares and hands over filings",
         ((NARRATIVE, ACTIONS), (SOURCE, ACTIONS), (ALLEGED, ACTIONS), (TRAVEL, ACTIONS))),
    Role("protection officer", "cares for the persons themselves",
         ((IDENTITY, _WORK), (CONTACT, _WORK), (MEDICAL, _WORK), (SHELTER, _WORK),
          (TRAVEL, _WORK), (NARRATIVE, (SEE,)))),
    Role(WATCHER, "watches who sees what, and sees no record", watches=True, may_break=False),
    Role("external reader", "reads what happened in the cases given, as far as consent allows",
         ((NARRATIVE, (SEE,)),), may_break=False, outside=True),
)  # fmt: skip
ROLES = {role.name: role for role in _ROLES}


def role_named(name: str) -> Role:
    """The role of that name; a dash may stand for a space. Raises BadInput."""
    plain = " ".join(name.replace("-", " ").split()).lower()
    for role in _ROLES:
        if role.name.replace("-", " ") == plain:
            return role
    raise BadInput(
        "no such role",
        value=name[:40],
        remedy=filled("use one of: {names}", names=", ".join(ROLES)),
    )


def compartment_named(name: str) -> str:
    """The compartment of that name; a dash may stand for a space. Raises BadInput."""
    plain = " ".join(name.replace("-", " ").split()).lower()
    if plain not in COMPARTMENTS:
        raise BadInput(
            "no such compartment",
            value=name[:40],
            remedy=filled("use one of: {names}", names=", ".join(COMPARTMENTS)),
        )
    return plain


def action_named(name: str) -> str:
    """The action of that name. Raises BadInput."""
    if name not in ACTIONS:
        raise BadInput(
            "no such action",
            value=name[:40],
            remedy=filled("one of: {names}", names=", ".join(ACTIONS)),
        )
    return name
