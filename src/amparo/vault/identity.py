"""Who stands behind a person's code: sealed under a key of that person's own, and erasable.

Destroying the key erases the person from the vault (crypto-shredding); the ledger holds
only a salted commitment whose salt lay under the same key, so it goes on verifying and says
nothing. What names the person elsewhere, in items and records, is not touched by this.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from typing import Any

from amparo.access.roles import ADD, CHANGE, CONTACT, IDENTITY, SEE
from amparo.access.scope import current, refuse_unless
from amparo.crypto.digest import digest_bytes
from amparo.crypto.keys import Keys, blind, commit, expand, new_key, new_salt, unwrap, wrap
from amparo.crypto.memory import wipe
from amparo.crypto.seal import padded_size, seal, unseal
from amparo.custody.models import LedgerEntry
from amparo.custody.work import work
from amparo.errors import AmparoError, BadInput, NotFound, Refused
from amparo.filled import filled
from amparo.store import database, lock
from amparo.vault.models import Identity, NameKey
from amparo.vault.unlock import Vault, mark_erasing

FIELDS = (
    "name", "other_names", "born", "documents", "contact", "address", "sex", "gender_identity",
    "orientation", "origin", "health", "note",
)  # fmt: skip
MAX_VALUE = 4_000
_SALT, _NAME_KEYS = "salt", "name keys"
_OF_CONTACT = ("contact", "address")
# What else goes with an identity: given its sealed fields, it says what it destroyed.
Also = Callable[[Mapping[str, str]], str]


def parse_identity(text: str, name: str) -> dict[str, str]:
    """Fields from lines `field: value`. Raises BadInput naming the line, never its value."""
    values: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        field, found, value = line.partition(":")
        if not found or field.strip() not in FIELDS or field.strip() in values:
            raise BadInput(
                "this line is no field of an identity",
                value=f"{name} line {number}",
                remedy=filled(
                    "write one of: {names}", names=", ".join(f"{one}: ..." for one in FIELDS)
                ),
            )
        values[field.strip()] = value.strip()
    return values


def seal_identity(
    vault: Vault,
    case: str,
    person: str,
    values: Mapping[str, str],
    name_keys: Collection[str] = (),
) -> None:
    """Keep who a person is; what was kept of the person before is replaced, but for fields
    that the member may not see.

    `name_keys` are the keys of the name's words (`casefile.blind`), kept as keyed hashes to
    look the name up by, and sealed with it. Raises BadInput for unknown, empty or overlong
    fields, Refused without a grant and when the person was erased.
    """
    kept = {field: value for field, value in values.items() if value}
    if not kept or set(kept) - set(FIELDS) or any(len(v) > MAX_VALUE for v in kept.values()):
        raise BadInput(
            "nothing to seal, or a field that cannot be",
            value=person,
            remedy=filled(
                "give at least one of: {names}; {most} characters at most",
                names=", ".join(FIELDS),
                most=MAX_VALUE,
            ),
        )
    before = Identity.every.filter(case_code=case, person_code=person).first()
    _refuse_seal(case, kept, is_new=before is None)
    if before is not None and before.erased_at:
        raise Refused(
            "this person was erased", value=person, remedy="use another code if consent is new"
        )
    if before is not None and not current().may(SEE, CONTACT, case):
        held = _open(before, vault.keys.persons)
        kept |= {field: str(held[field]) for field in _OF_CONTACT if field in held}
    key, salt = bytearray(new_key()), new_salt()
    whole = {**kept, _SALT: salt.hex(), _NAME_KEYS: sorted(name_keys)}
    body = json.dumps(whole, sort_keys=True, ensure_ascii=False).encode()
    sealed = seal(bytes(key), _context(case, person), body.ljust(padded_size(len(body))))
    wrapped = wrap(key, _compartment(vault.keys.persons, case), _name(case, person))
    wipe(key)
    with ExitStack() as stack:
        if before is not None:
            stack.enter_context(lock.hold(vault.folder))
            stack.enter_context(mark_erasing(vault))
        with work(vault.member, "seal an identity") as custody:
            sequence = custody.enter(
                "collect",
                case=case,
                result=f"identity of {person} sealed",
                changes=digest_bytes(sealed),
                source={"identity": commit(salt, "identity", _canonical(kept))},
            )
            row = before or Identity(case_code=case, person_code=person)
            row.wrapped, row.sealed = wrapped, sealed
            row.sealed_at, row.entry_sequence = custody.at, sequence
            row.save()
            _index(vault.keys.blind_index, case, person, name_keys)
        if before is not None:
            database.shred()


def show_identity(vault: Vault, case: str, person: str, *, purpose: str) -> dict[str, str]:
    """The sealed fields; that they were seen is entered first. Raises NotFound, Locked."""
    row = Identity.objects.filter(case_code=case, person_code=person, erased_at=None).first()
    if row is None:
        raise NotFound("no identity is sealed under this code", value=person)
    with work(vault.member, purpose) as custody:
        custody.enter("view", case=case, result=f"identity of {person} shown")
    body = _open(row, vault.keys.persons)
    seen = [f for f in FIELDS if f not in _OF_CONTACT or current().may(SEE, CONTACT, case)]
    return {field: str(body[field]) for field in seen if field in body}


def erase_identity(
    vault: Vault, case: str, person: str, *, reason: str, asked: int | None = None,
    also: Also | None = None,
) -> None:  # fmt: skip
    """Destroy the person's key and everything under it, in the record and its log files.

    Members come here by `erase.carry_out_erasure`; `asked` is the entry in which one asked.
    `also` is given the sealed fields, destroys what else speaks of the person in the same Work,
    and returns what the ledger is told of it.
    Copies of the vault made before (backups) still hold them. Raises NotFound.
    """
    row = Identity.objects.filter(case_code=case, person_code=person, erased_at=None).first()
    if row is None:
        raise NotFound("no identity is sealed under this code", value=person)
    refuse_unless(CHANGE, IDENTITY, case)
    identity = _fields(row, vault.keys.persons)
    with lock.hold(vault.folder), mark_erasing(vault):
        database.settle_log()
        with work(vault.member, reason) as custody:
            more = f"; {also(identity)}" if also is not None else ""
            row.wrapped, row.sealed, row.erased_at = b"", b"", custody.at
            row.save()
            NameKey.every.filter(case_code=case, person_code=person).delete()
            as_asked = "" if asked is None else f", as asked in entry {asked}"
            result = f"key and identity of {person} destroyed{as_asked}{more}"
            custody.enter("dispose", case=case, result=result)
        database.shred()


def erased_persons(case: str) -> frozenset[str]:
    """Codes of persons of a case whose identity was destroyed; asked by gates, never shown."""
    rows = Identity.every.filter(case_code=case, erased_at__isnull=False)
    return frozenset(rows.values_list("person_code", flat=True))


def list_identities(case: str = "") -> list[Identity]:
    """Rows without their content."""
    rows = Identity.objects.defer("wrapped", "sealed").order_by("case_code", "person_code")
    return list(rows.filter(case_code=case) if case else rows)


def check_identities() -> list[str]:
    """What is not as the ledger says: changed, or erased without an entry."""
    faults = []
    for row in Identity.every.all():
        where = f"{row.case_code} {row.person_code}"
        entry = LedgerEntry.objects.filter(sequence=row.entry_sequence, kind="collect").first()
        told = json.loads(bytes(entry.body)).get("changes") if entry else None
        if not row.erased_at and told != digest_bytes(bytes(row.sealed)):
            faults.append(f"{where}: the sealed identity is not the one that was entered")
        if row.erased_at and (row.wrapped or row.sealed):
            faults.append(f"{where}: it was erased, and something is left")
    return faults


def _refuse_seal(case: str, kept: Mapping[str, str], *, is_new: bool) -> None:
    action = ADD if is_new else CHANGE
    refuse_unless(action, IDENTITY, case)
    if any(field in kept for field in _OF_CONTACT):
        refuse_unless(action, CONTACT, case)


def _index(key: bytes, case: str, person: str, name_keys: Collection[str]) -> None:
    """Keyed hashes of the name's words in the place of those before. Only inside a Work."""
    NameKey.every.filter(case_code=case, person_code=person).delete()
    NameKey.every.bulk_create(
        NameKey(case_code=case, person_code=person, key=hashed)
        for hashed in sorted({blind(key, "name", one) for one in name_keys})
    )


def persons_named(vault: Vault, name_keys: Collection[str]) -> dict[tuple[str, str], set[str]]:
    """(case, person) -> those of the keys under which the person's name is kept; visible only."""
    asked = {blind(vault.keys.blind_index, "name", one): one for one in name_keys}
    found: dict[tuple[str, str], set[str]] = {}
    rows = NameKey.objects.filter(key__in=asked)
    for case, person, hashed in rows.values_list("case_code", "person_code", "key"):
        found.setdefault((case, person), set()).add(asked[hashed])
    return found


def rewrap(old_keys: Keys, new_keys: Keys) -> None:
    """Move every person's key from under one key to another, and hash names anew.

    Only inside a Work.
    """
    old, new = old_keys.persons, new_keys.persons
    for row in Identity.every.filter(erased_at=None):
        name = _name(row.case_code, row.person_code)
        key = unwrap(bytes(row.wrapped), _compartment(old, row.case_code), name)
        row.wrapped = wrap(key, _compartment(new, row.case_code), name)
        wipe(key)
        row.save(update_fields=["wrapped"])
        names = _open(row, new).get(_NAME_KEYS, [])
        _index(new_keys.blind_index, row.case_code, row.person_code, names)


def _open(row: Identity, persons: bytes) -> dict[str, Any]:
    name = _name(row.case_code, row.person_code)
    key = unwrap(bytes(row.wrapped), _compartment(persons, row.case_code), name)
    try:
        body = unseal(bytes(key), _context(row.case_code, row.person_code), bytes(row.sealed))
    finally:
        wipe(key)
    found: dict[str, Any] = json.loads(body)
    return found


def _fields(row: Identity, persons: bytes) -> dict[str, str]:
    """The sealed fields; none where they do not open: those can be destroyed all the same."""
    try:
        body = _open(row, persons)
    except (AmparoError, ValueError):
        return {}
    return {field: str(body[field]) for field in FIELDS if field in body}


def _canonical(values: Mapping[str, str]) -> str:
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _compartment(persons: bytes, case: str) -> bytes:
    return expand(persons, f"compartment {case}")


def _name(case: str, person: str) -> str:
    return f"person {case} {person}"


def _context(case: str, person: str) -> bytes:
    return f"amparo/1 identity {case} {person}".encode()
