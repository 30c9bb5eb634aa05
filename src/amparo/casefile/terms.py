"""Vocabularies: our own terms in four languages, and those an organisation adds.

Ours are data in `wordlists/*.yaml`, versioned there; `huridocs` is a micro-thesaurus and a
code, where one was found to fit. An organisation's are versions in the vault, written in a
Work. kind `fixed`: the program reasons with these terms, nobody adds to them; `closed`: a
record takes one of them, an organisation may add; `open`: any words, these are proposed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from amparo.access.members import refuse_unless_owner
from amparo.casefile.models import OwnTerms, Record
from amparo.casefile.records import CaseFile
from amparo.casefile.schema import BY_NAME, Field
from amparo.crypto.digest import digest_bytes
from amparo.custody.work import work
from amparo.errors import BadInput, NotFound, Refused
from amparo.filled import filled

LANGUAGES = ("en", "fr", "ru", "ar")
FIXED, CLOSED, OPEN = "fixed", "closed", "open"
MAX_TERM = 200
MAX_TERMS = 2_000


@dataclass(frozen=True)
class Term:
    """One term. `since` is the own version that brought it, 0 for ours."""

    term: str
    labels: Mapping[str, str] = field(default_factory=dict)
    huridocs: str = ""
    since: int = 0
    retired_in: int = 0

    def label(self, lang: str) -> str:
        """The term in a language, or as it is stored."""
        return self.labels.get(lang) or self.labels.get("en") or self.term

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json` and for export; `term` is what records hold."""
        made = {key: value for key, value in asdict(self).items() if value}
        return {**made, "labels": dict(self.labels)}


@dataclass(frozen=True)
class Vocabulary:
    """All terms that fit some fields ("act.kind"). `version` is ours, `own` the organisation's."""

    name: str
    kind: str
    fields: tuple[str, ...]
    labels: Mapping[str, str]
    version: int
    terms: tuple[Term, ...]
    own: int = 0

    @property
    def told(self) -> str:
        """The version as people read it: 1, or 1+3 with the organisation's third."""
        return f"{self.version}+{self.own}" if self.own else str(self.version)

    def find(self, term: str) -> Term | None:
        """The term that records hold under this word, retired or not."""
        return next((one for one in self.terms if one.term == term), None)

    def offered(self) -> list[Term]:
        """Terms to choose from today."""
        return [one for one in self.terms if not one.retired_in]

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return {
            "name": self.name, "kind": self.kind, "fields": list(self.fields),
            "labels": dict(self.labels), "version": self.told,
            "terms": [one.as_dict() for one in self.terms],
        }  # fmt: skip


@cache
def our_vocabularies() -> dict[str, Vocabulary]:
    """What the program brings, by name."""
    folder = files("amparo.casefile").joinpath("wordlists")
    found = [_read(one.read_text("utf-8")) for one in folder.iterdir() if one.name[-5:] == ".yaml"]
    return {one.name: one for one in sorted(found, key=lambda one: one.name)}


def _read(text: str) -> Vocabulary:
    tree = yaml.safe_load(text)
    terms = tuple(
        Term(
            str(row["term"]),
            {"en": str(row["term"]), **{lang: row[lang] for lang in LANGUAGES if lang in row}},
            row.get("huridocs", ""),
        )
        for row in tree["terms"]
    )
    return Vocabulary(
        tree["name"], tree["kind"], tuple(tree["fields"]), tree["labels"], tree["version"], terms
    )


def list_vocabularies() -> list[Vocabulary]:
    """All vocabularies, with what the organisation added or retired."""
    newest = {row.name: row for row in OwnTerms.objects.order_by("version")}
    return [_with_own(one, newest.get(one.name)) for one in our_vocabularies().values()]


def find_vocabulary(name: str) -> Vocabulary:
    """The vocabulary of that name. Raises NotFound."""
    ours = our_vocabularies().get(name)
    if ours is None:
        raise NotFound("no such vocabulary", value=name[:60], remedy="see `amparo vocabulary list`")
    return _with_own(ours, OwnTerms.objects.filter(name=name).order_by("-version").first())


def _with_own(ours: Vocabulary, row: OwnTerms | None) -> Vocabulary:
    if row is None:
        return ours
    return replace(ours, own=row.version, terms=ours.terms + tuple(Term(**one) for one in row.body))


@cache
def vocabulary_of(noun: str, name: str) -> str:
    """Name of the vocabulary of a field, "" where it has none."""
    at = f"{noun}.{name}"
    return next((one.name for one in our_vocabularies().values() if at in one.fields), "")


@cache
def _vocabulary_of_field(described: Field) -> str:
    """The same for a field alone; fields that share a description share their terms."""
    owner = (noun for noun, one in BY_NAME.items() if described in one.fields)
    return next((found for noun in owner if (found := vocabulary_of(noun, described.name))), "")


def is_own_term(described: Field, value: str) -> bool:
    """Whether the organisation added this term to the vocabulary of a closed field."""
    name = _vocabulary_of_field(described)
    return bool(name) and find_vocabulary(name).find(value) is not None


def add_term(
    actor: str, name: str, term: str, labels: Mapping[str, str], *, huridocs: str = ""
) -> Vocabulary:
    """Add a term of the organisation; a retired one is taken up again. Owners only.

    Raises Refused where the program reasons with the terms, BadInput for a term that is there.
    """
    return _write(actor, name, [Term(term, labels, huridocs)])


def retire_term(actor: str, name: str, term: str) -> Vocabulary:
    """Offer one of the organisation's terms no more; records that hold it stay readable."""
    held = find_vocabulary(name)
    found = held.find(term)
    if found is None or not found.since:
        raise NotFound("no such term of the organisation", value=term[:60])
    if found.retired_in:
        raise BadInput("this term is retired already", value=term[:60])
    kept = [replace(one, retired_in=held.own + 1) if one == found else one for one in held.terms]
    return _save(actor, held, [one for one in kept if one.since], f"{name}: term retired")


def _write(actor: str, name: str, added: Iterable[Term]) -> Vocabulary:
    held = find_vocabulary(name)
    if held.kind == FIXED:
        raise Refused(
            "the program reasons with the terms of this vocabulary", value=name,
            remedy="terms can be added to those of kind closed or open",
        )  # fmt: skip
    own = {one.term: one for one in held.terms if one.since}
    for one in added:
        known = held.find(_checked(one))
        if known is not None and not known.retired_in:
            raise BadInput("this term is there", value=one.term[:60])
        own[one.term] = replace(one, since=held.own + 1, retired_in=0)
    if len(own) > MAX_TERMS:
        raise BadInput(
            "too many terms", value=name, remedy=filled("at most {most}", most=MAX_TERMS)
        )
    return _save(actor, held, own.values(), f"{name}: terms added")


def _checked(one: Term) -> str:
    for lang, label in {"term": one.term, **one.labels}.items():
        if lang != "term" and (not lang.isalpha() or len(lang) > 3):
            raise BadInput(
                "no code of a language", value=lang[:12], remedy="such as en, fr, ru, ar"
            )
        if not label.strip() or len(label) > MAX_TERM or not label.isprintable():
            raise BadInput(
                "a term is one line of text",
                value=lang,
                remedy=filled("at most {most}", most=MAX_TERM),
            )
    return one.term


def _save(actor: str, held: Vocabulary, own: Iterable[Term], told: str) -> Vocabulary:
    refuse_unless_owner(actor)
    body = [asdict(one) for one in own]
    version = held.own + 1
    with work(actor, "change vocabulary") as custody:
        changes = own_digest(held.name, version, body)
        sequence = custody.enter("record", result=f"{told}, version {version}", changes=changes)
        OwnTerms.objects.create(
            name=held.name, version=version, body=body, at=custody.at, by=actor,
            entry_sequence=sequence,
        )  # fmt: skip
    return find_vocabulary(held.name)


def own_digest(name: str, version: int, body: Any) -> str:
    """What the ledger holds of one version."""
    told = {"vocabulary": name, "version": version, "terms": body}
    return digest_bytes(json.dumps(told, sort_keys=True, ensure_ascii=False).encode())


def import_terms(actor: str, text: str, name: str) -> dict[str, int]:
    """Add every term of a file that the vault lacks; how many, by vocabulary.

    The file is YAML with `vocabularies: {degree: {terms: [...]}}`, such as a case file.
    """
    from amparo.casefile.read_yaml import read_yaml

    tree = read_yaml(text, name).get("vocabularies")
    if not isinstance(tree, Mapping):
        raise BadInput("the file has no vocabularies", value=name, remedy="vocabularies: {...}")
    added = {}
    for key, said in tree.items():
        held = find_vocabulary(str(key))
        listed = said.get("terms") or [] if isinstance(said, Mapping) else []
        new = [one for row in listed if held.find((one := _term_of(row, name)).term) is None]
        if new:
            _write(actor, held.name, new)
            added[held.name] = len(new)
    return added


def missing_terms(told: Mapping[str, Any], where: str) -> list[str]:
    """Terms of a case file's `vocabularies` that the vault does not have."""
    lacking = []
    for key, said in told.items():
        held = find_vocabulary(str(key))
        listed = said.get("terms") or [] if isinstance(said, Mapping) else []
        lacking += [t.term for row in listed if held.find((t := _term_of(row, where)).term) is None]
    return lacking


def _term_of(row: object, name: str) -> Term:
    if not isinstance(row, Mapping) or not isinstance(row.get("term"), str):
        raise BadInput("a term needs 'term'", value=name, remedy="{term: ..., labels: {en: ...}}")
    labels = row.get("labels") or {}
    if not isinstance(labels, Mapping):
        raise BadInput("labels go by language", value=name, remedy="labels: {en: ..., fr: ...}")
    words = {str(lang): str(label) for lang, label in labels.items()}
    return Term(str(row["term"]), words, str(row.get("huridocs") or ""))


def used_terms(case: CaseFile) -> dict[str, dict[str, Any]]:
    """For a case file: the version of every vocabulary that the case uses, and own terms in it."""
    told: dict[str, dict[str, Any]] = {}
    for held in list_vocabularies():
        said = {value for at in held.fields for value, _ in _values(case, at)}
        used = [one for one in held.terms if one.term in said]
        if not used:
            continue
        told[held.name] = {"version": held.told}
        if own := [one for one in used if one.since]:
            told[held.name]["terms"] = [
                {"term": one.term, "labels": dict(one.labels), "huridocs": one.huridocs}
                for one in own
            ]
    return told


def _values(case: CaseFile, at: str) -> list[tuple[str, str]]:
    """(value, id of the record) for every value of a field ("act.kind") in the case."""
    noun, _, name = at.partition(".")
    found = []
    for row in case.all(noun):
        value = row[name]
        listed = value if isinstance(value, list) else [value]
        found += [(str(one), row.code) for one in listed if one]
    return found


@dataclass(frozen=True)
class Changed:
    """A term that a record holds and that is retired, or was changed after the record."""

    record: str
    field: str
    term: str
    vocabulary: str
    version: str
    what: str


def changed_terms(case: CaseFile) -> list[Changed]:
    """Records whose terms of the organisation were retired or redefined since they were saved.

    A filing that shows such a record says so, with the place.
    """
    written: dict[str, int] = {}
    found = []
    for held in list_vocabularies():
        moved = {one.term: one for one in held.terms if one.since}
        if not moved:
            continue
        rows = OwnTerms.objects.filter(name=held.name)
        entries = dict(rows.values_list("version", "entry_sequence"))
        for at in held.fields:
            for value, code in _values(case, at):
                if (term := moved.get(value)) is None:
                    continue
                written = written or _written(case.code)
                later = entries.get(term.since, 0) > written.get(code, 0)
                what = "retired" if term.retired_in else "defined anew" if later else ""
                if what:
                    found.append(Changed(code, at, value, held.name, held.told, what))
    return found


def _written(case: str) -> dict[str, int]:
    """Entry in which the current version of each record was written."""
    rows = Record.objects.filter(case_id=case, current=True)
    return dict(rows.values_list("code", "entry_sequence"))
