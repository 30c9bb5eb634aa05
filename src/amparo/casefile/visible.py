"""Records that the acting member may see, and what of each: rows, fields and references.

`Record.objects` leaves hidden nouns and persons out of the query; `mask` then empties the
fields of other compartments and the references to what is hidden. Rule: docs/spec/access.md.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q
from django.db.models.fields.json import KT

from amparo.access.roles import ALLEGED, NARRATIVE, SEE
from amparo.access.scope import Scope, current
from amparo.casefile.schema import BY_NAME, NOUNS, Field
from amparo.errors import Refused

ALLEGED_SERIES = "AP"
# A case's code, title and language are shown to whoever has any grant on it.
_OPEN_CASE_FIELDS = ("code", "title", "language")


def compartment_of(noun: str, code: str = "", body: Mapping[str, Any] | None = None) -> str:
    """The compartment in which a record lies."""
    if noun == "person" and code.startswith(ALLEGED_SERIES):
        return ALLEGED
    if noun == "proposition" and (body or {}).get("aspect") == "perpetrator":
        return ALLEGED
    return BY_NAME[noun].compartment


def cases() -> Q | None:
    """Cases on which the member has any grant to see."""
    known = current().known_cases()
    return None if known is None else Q(pk__in=known)


def records() -> Q | None:
    """Records of compartments that the member sees, alleged perpetrators apart."""
    scope = current()
    if scope.whole:
        return None
    wanted = Q(pk__in=[])
    for compartment in {noun.compartment for noun in NOUNS}:
        names = [noun.name for noun in NOUNS if noun.compartment == compartment]
        wanted |= Q(noun__in=names) & _in_cases(scope.cases(compartment))
    wanted &= ~_alleged() | _in_cases(scope.cases(ALLEGED))
    return wanted & _released(scope) if scope.outside else wanted


def whole_items() -> Q | None:
    """Records of items that may be shown as they are, with every name in them."""
    wanted, scope = records(), current()
    if wanted is None or not scope.outside:
        return wanted
    from amparo.casefile.outside import whole_ids

    return wanted & Q(pk__in=[one for case in _cases_of(scope) for one in whole_ids(case)])


def _released(scope: Scope) -> Q:
    """What consent lets leave to somebody outside, for the purpose named with their role."""
    from amparo.casefile.outside import released_ids

    return Q(pk__in=[one for case in _cases_of(scope) for one in released_ids(case)])


def _cases_of(scope: Scope) -> list[str]:
    table: Any = apps.get_model("casefile", "Case")
    known = scope.known_cases()
    return sorted(table.every.values_list("pk", flat=True) if known is None else known)


def _in_cases(known: frozenset[str] | None) -> Q:
    return ~Q(pk__in=[]) if known is None else Q(case_id__in=known)


def _alleged() -> Q:
    """Persons who are alleged perpetrators by their id or by any involvement ever recorded,
    and propositions about who did it."""
    table: Any = apps.get_model("casefile", "Record")
    involved = table.every.annotate(who=KT("body__person")).filter(
        noun="involvement", case_id=OuterRef("case_id"), who=OuterRef("code")
    )
    persons = Q(noun="person") & (Q(code__startswith=ALLEGED_SERIES) | Exists(involved))
    about = table.every.filter(noun="proposition", body__aspect="perpetrator")
    return persons | Q(pk__in=about.values("pk"))


def searches() -> Q | None:
    """Searches that the member keeps."""
    return None if not current().member and current().whole else Q(by=current().member)


def unfinished() -> Q:
    """Forms that the member left; nobody else's."""
    return Q(by=current().member)


def mask_case(code: str, body: dict[str, Any]) -> dict[str, Any]:
    """What of the case itself the member sees."""
    if current().outside:
        from amparo.casefile.outside import released_case

        body = released_case(code)
    if current().may(SEE, NARRATIVE, code):
        return body
    return {name: value for name, value in body.items() if name in _OPEN_CASE_FIELDS}


def mask(
    case: str, noun: str, code: str, body: dict[str, Any], known: Collection[str]
) -> dict[str, Any]:
    """The body without hidden fields and without references to records not in `known`."""
    scope = current()
    if scope.whole:
        return body
    if scope.outside:
        from amparo.casefile.outside import released_body

        body = released_body(case, code)
    shown = {}
    for name, value in body.items():
        field = BY_NAME[noun].field(name)
        if field is None or not sees_field(scope, case, field):
            continue
        if field.kind == "ref" and value not in known:
            continue
        if field.kind == "refs":
            value = [target for target in value if target in known]
        shown[name] = value
    return shown


def sees_field(scope: Scope, case: str, field: Field) -> bool:
    """Whether the member sees this field of a record that they see."""
    return not field.compartment or scope.may(SEE, field.compartment, case)


def keep_hidden(
    case: str,
    noun: str,
    raw: Mapping[str, object],
    whole: Mapping[str, Any],
    known: Collection[str],
) -> dict[str, object]:
    """What a member saves, with what they do not see of the record put back.

    `whole` is the body as it stands, `known` the ids at which it points that the member sees.
    """
    scope, kept = current(), dict(raw)
    for name, value in whole.items():
        field = BY_NAME[noun].field(name)
        if field is None:
            continue
        if not sees_field(scope, case, field):
            kept.setdefault(name, value)
        elif field.kind == "ref" and value not in known and not kept.get(name):
            kept[name] = value
        elif field.kind == "refs":
            lost = [target for target in value if target not in known]
            if lost:
                kept[name] = [*listed(kept.get(name)), *lost]
    return kept


def listed(value: object) -> list[object]:
    """The ids that a form or file gives for a field, one or many."""
    if isinstance(value, str):
        return [piece.strip() for piece in value.split(",") if piece.strip()]
    return list(value) if isinstance(value, list | tuple) else []


def may_write(action: str, case: str, noun: str, code: str, given: Iterable[str]) -> str:
    """The compartment that stands against writing these fields of a record, "" for none."""
    scope = current()
    wanted = compartment_of(noun, code)
    if not scope.may(action, wanted, case):
        return wanted
    for name in given:
        field = BY_NAME[noun].field(name)
        if (
            field is not None
            and field.compartment
            and not scope.may(action, field.compartment, case)
        ):
            return field.compartment
    return ""


def refuse_foreign_series(case: str, noun: str, code: str) -> None:
    """Raises Refused for an id of a series that is hidden from the member.

    Otherwise "this id is taken" would tell what is there.
    """
    hidden = [
        other.prefix
        for other in NOUNS
        if other.name != noun and not current().may(SEE, other.compartment, case)
    ]
    if any(re.fullmatch(rf"{re.escape(prefix)}-?\d+", code) for prefix in hidden):
        raise Refused(
            "this id belongs to another kind of record", value=code, remedy="choose another id"
        )
