"""Shape of every file of the book: its columns, which must be filled, which are dates."""

from __future__ import annotations

from dataclasses import dataclass

TRAIL = ("source", "consulted", "confidence", "reviewer")
CONFIDENCES = ("high", "medium", "low", "unverified")


@dataclass(frozen=True, slots=True)
class Shape:
    """Columns of one CSV file besides `id` and the trail of source and confidence."""

    columns: tuple[str, ...]
    required: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    choices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    has_trail: bool = True

    @property
    def all_columns(self) -> tuple[str, ...]:
        return ("id", *self.columns, *(TRAIL if self.has_trail else ()))


SHAPES: dict[str, Shape] = {
    "sources": Shape(("title", "title_fr"), ("title",), has_trail=False),
    "states": Shape(("en", "fr", "of"), ("en", "fr"), states=("of",), has_trail=False),
    "rome": Shape(
        ("state", "event", "on", "detail", "note"),
        ("state", "event", "on"),
        ("on",),
        ("state",),
        (
            (
                "event",
                (
                    "signature",
                    "deposit",
                    "in-force",
                    "instrument-withdrawn",
                    "withdrawal-announced",
                    "withdrawal-notified",
                    "withdrawal-revoked",
                    "withdrawal-effective",
                    "no-intention",
                ),
            ),
        ),
    ),
    "article124": Shape(
        ("state", "from", "to", "doubtful_from", "scope", "effect", "note"),
        ("state", "from", "to", "scope", "effect"),
        ("from", "to", "doubtful_from"),
        ("state",),
        (
            ("scope", ("own nationals or territory", "own nationals")),
            ("effect", ("effective", "contested")),
        ),
    ),
    "declarations": Shape(
        (
            "state",
            "lodged_on",
            "document_on",
            "from",
            "to",
            "scope",
            "effect",
            "why",
            "why_fr",
            "followed_by",
        ),
        ("state", "lodged_on", "from", "effect", "why"),
        ("lodged_on", "document_on", "from", "to"),
        ("state",),
        (("effect", ("effective", "ineffective", "undetermined")),),
    ),
    "referrals": Shape(
        (
            "state",
            "region",
            "resolution",
            "adopted_on",
            "outcome",
            "from",
            "to",
            "exclusion",
            "vote",
        ),
        ("state", "resolution", "adopted_on", "outcome", "from"),
        ("adopted_on", "from", "to"),
        ("state",),
        (("outcome", ("adopted", "vetoed")),),
    ),
    "regions": Shape(
        ("state", "en", "fr", "inside", "outside"),
        ("state", "en", "fr", "inside"),
        states=("state",),
    ),
    "situations": Shape(
        (
            "title",
            "states",
            "number",
            "kind",
            "stage",
            "basis",
            "precondition",
            "referred_by",
            "referred_on",
            "examined_from",
            "opened_on",
            "closed_on",
            "scope",
            "from",
            "to",
            "cross_border",
            "theory",
            "status",
        ),
        ("title", "states", "stage"),
        ("examined_from", "opened_on", "closed_on", "from", "to"),
        ("states",),
        (
            ("stage", ("investigation", "examination", "closed", "communication", "none")),
            ("cross_border", ("ruled", "no ruling")),
        ),
    ),
    "successions": Shape(
        ("state", "predecessor", "until", "note"),
        ("state", "predecessor", "until"),
        ("until",),
        ("state", "predecessor"),
    ),
    "treaties": Shape(
        ("instrument", "state", "action", "acted_on", "in_force_on", "ceased_on", "note"),
        ("instrument", "state", "action"),
        ("acted_on", "in_force_on", "ceased_on"),
        ("state",),
        (
            (
                "instrument",
                (
                    "echr",
                    "iccpr-op1",
                    "cat-22",
                    "cedaw-op",
                    "ced",
                    "ced-31",
                    "un",
                    "osce",
                    "oas",
                    "achr",
                    "achpr",
                ),
            ),
        ),
    ),
    "amendments": Shape(
        ("en", "fr", "adopted_on", "active_from", "note"),
        ("en", "fr", "adopted_on"),
        ("adopted_on", "active_from"),
    ),
    "acceptances": Shape(
        ("amendment", "state", "accepted_on", "in_force_on", "note"),
        ("amendment", "state", "accepted_on"),
        ("accepted_on", "in_force_on"),
        ("state",),
    ),
    "crimes": Shape(
        ("kind", "en", "fr", "aliases", "tags", "amendment", "note_en", "note_fr"),
        ("kind", "en", "fr"),
        choices=(("kind", ("genocide", "against humanity", "war", "aggression")),),
    ),
    "elements": Shape(("en", "fr", "evidence_en", "evidence_fr"), ("en", "fr")),
}

TAGS = (
    "detention",
    "custody",
    "torture",
    "ill",
    "sexual",
    "woman",
    "disappearance",
    "displacement",
    "crossing",
    "continuing",
    "no-annex",
)

_PAIR = ("en", "fr")
_ID = ("id", *_PAIR, *TRAIL)
_CONDITIONS = ("conditions_en", "conditions_fr")

CRIME_KINDS = ("genocide", "against humanity", "war", "aggression", "torture", "disappearance")
"""What a statute on universal jurisdiction may cover."""

RESULTS = ("open", "arguable", "unknown", "closed")

DOCUMENT_KEYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "fora": ((*_ID, "filing_en", "filing_fr", *_CONDITIONS), ()),
    "rules": ((*_ID, "title_en", "title_fr"), ()),
    "sentences": (("id", *_PAIR), ()),
    "universal": (
        (*_ID, "state", "crimes", "without_link", *_CONDITIONS),
        ("links", "links_by_crime"),
    ),
    "catalogue": ((*_ID, *_CONDITIONS), ()),
    "checklists": ((*_ID, "forum", "fields_en", "fields_fr"), ()),
    "clocks": ((*_ID, "forum", "trigger", "months"), ("from", "to", "presumption")),
    "grounds": ((*_ID, "persecution", "words"), ("genocide",)),
    "modes": ((*_ID, "provision", "show_en", "show_fr"), ("evidence_en", "evidence_fr")),
    "questions": ((*_ID, "provision", "evidence_en", "evidence_fr"), ()),
    "claims": (("id", "kind", "words"), ()),
}
"""Keys of each YAML file of the book: those that must be filled, and those that may."""

DOCUMENTS = tuple(DOCUMENT_KEYS)
"""YAML files of the book, each a list of mappings with an `id`."""
