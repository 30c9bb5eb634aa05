"""The nouns of the record and their fields: one description for YAML, commands and pages.

Source of the nouns: HURIDOCS Events Standard Formats (field numbers in brackets in
`huridocs`), as decided in docs/spec/record.md. Pure data: imports no Django.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "text", "long", "choice", "date", "ref", "refs", "texts", "names", "number", "integer", "flag"
]


@dataclass(frozen=True)
class Field:
    """One field. `to` names the nouns a reference may point at; `choices` closes a vocabulary;
    `compartment` is where it lies when that is not where its noun lies."""

    name: str
    kind: Kind
    help: str
    required: bool = False
    choices: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    huridocs: str = ""
    compartment: str = ""


@dataclass(frozen=True)
class Noun:
    """One kind of record. `plural` is the key in the case file; `prefix` begins its ids;
    `compartment` says who may see it (docs/spec/access.md)."""

    name: str
    plural: str
    prefix: str
    help: str
    title_field: str
    fields: tuple[Field, ...]
    compartment: str = "narrative"

    def field(self, name: str) -> Field | None:
        """The field of that name, or None."""
        return next((f for f in self.fields if f.name == name), None)


VERSIONS = ("confidential", "coded", "public")
PRECISIONS = ("point", "building", "street", "town", "district", "region", "country", "unknown")
KNOWS_BY = (
    "perceived",
    "told by",
    "quotes",
    "summarises",
    "translates",
    "copies",
    "infers",
    "unknown",
)
STANCES = ("supports", "denies", "qualifies")
ASPECTS = (
    "happened",
    "victim",
    "place",
    "time",
    "perpetrator",
    "intent",
    "knowledge",
    "context",
    "law",
)
ATTRIBUTION = ("state", "private", "unknown")
PURPOSE_HELP = "protection, medical, legal advice, filing:<forum>, prosecution, visa:<state>, referral, advocacy named, advocacy anonymous, media, statistics, research, archive"

LEVELS = ("aggregate", "coded", "named")
# Groups of fields: a consent that names none covers all but the special ones, which have to be
# named (GDPR article 9 asks for explicit consent).
GROUPS = ("narrative", "travel", "contact", "medical", "shelter")
SPECIAL_GROUPS = ("contact", "medical", "shelter")
MEDIA = ("text", "picture", "sound", "video")
RECIPIENT_CLASSES = (
    "prosecutor",
    "court",
    "treaty body",
    "special procedure",
    "state",
    "lawyer",
    "medical",
    "organisation",
    "journalist",
    "researcher",
    "public",
)

_NOTE = Field("note", "long", "remarks for the team")
_SCRIPT = Field("script", "text", "script by its ISO 15924 code: Cyrl, Arab, Latn")


def _dated(name: str, help: str, huridocs: str = "") -> tuple[Field, ...]:
    """A partial date, the words of the source, and why it was read so."""
    return (
        Field(name, "date", help, huridocs=huridocs),
        Field(f"{name}_as_stated", "text", "the date as the source says it"),
        Field(f"{name}_basis", "text", "why it was read so: who reckoned it, from what"),
    )


NOUNS: tuple[Noun, ...] = (
    Noun(
        "item",
        "items",
        "I",
        "a deposited item under the name it has in this case",
        "file",
        (
            Field("file", "text", "file name as deposited"),
            Field("sha256", "text", "digest of the item (64 hex digits)"),
            Field("title", "text", "how the filing describes it; no names"),
            Field("dated", "date", "date of the content, not of receipt"),
            Field(
                "confidentiality",
                "choice",
                "how far it may go",
                choices=("public", "confidential", "ex parte"),
            ),
            Field("language", "text", "language code of the content"),
            _SCRIPT,
            Field("translation_of", "ref", "the item that it translates", to=("item",)),
            Field("translator", "text", "code of the translator, or the program"),
            Field("machine", "flag", "translated by a machine"),
            _NOTE,
        ),
    ),
    Noun(
        "place",
        "places",
        "PL",
        "a place, with the precision at which it is known",
        "name",
        (
            Field("name", "text", "name in the case's language", required=True),
            Field("names", "names", "name by language code"),
            Field("gazetteer", "text", "its code in the gazetteer: RU-CE, Asia/Tbilisi"),
            Field("precision", "choice", "how exactly it is known", choices=PRECISIONS),
            Field("published_precision", "choice", "how exactly it may leave", choices=PRECISIONS),
            Field("state", "text", "ISO 3166 code of the state"),
            Field("region", "text", "region of the state"),
            Field("lat", "number", "latitude, degrees"),
            Field("lon", "number", "longitude, degrees"),
            Field("as_stated", "text", "the place as the source says it"),
            _NOTE,
        ),
    ),
    Noun(
        "person",
        "persons",
        "V",
        "a person or group under a pseudonym; never a name",
        "role",
        (
            Field("role", "text", "who this is, without identifying"),
            Field(
                "counting_unit",
                "choice",
                "what is counted",
                huridocs="0902",
                choices=("one person", "family", "group of known size", "group of unknown size"),
            ),
            Field("size", "integer", "how many, where known", huridocs="0931"),
            Field("nationalities", "texts", "ISO 3166 codes", huridocs="0941"),
            Field("vulnerable", "flag", "special care: no second in-depth account"),
            Field(
                "reach",
                "long",
                "how to reach this person without danger; no names",
                compartment="contact",
            ),
            Field(
                "health",
                "long",
                "injuries, illness, treatment; for care",
                huridocs="0924",
                compartment="medical",
            ),
            Field(
                "shelter", "long", "where and how this person is sheltered", compartment="shelter"
            ),
            _NOTE,
        ),
    ),
    Noun(
        "source",
        "sources",
        "S",
        "who or what information came from",
        "title",
        (
            Field(
                "kind",
                "choice",
                "what it is",
                required=True,
                choices=("person", "outlet", "organisation", "authority", "device"),
            ),
            Field("title", "text", "designation; no name of a person"),
            Field("titles", "names", "designation by language code"),
            Field("person", "ref", "the person of the record it is", to=("person",)),
            Field(
                "grade",
                "choice",
                "reliability of the source (Admiralty A-F)",
                choices=tuple("ABCDEF"),
            ),
            Field("first_hand_for", "refs", "propositions it perceived", to=("proposition",)),
            _NOTE,
        ),
        "source",
    ),
    Noun(
        "event",
        "events",
        "E",
        "something that happened, holding one or more acts",
        "title",
        (
            Field("title", "text", "what happened, in a line", required=True, huridocs="0102"),
            *_dated("began", "first day", "0113"),
            *_dated("ended", "last day", "0114"),
            Field("places", "refs", "where", to=("place",), huridocs="0112"),
            Field(
                "status",
                "choice",
                "how sure the team is that it was a violation; never a finding",
                huridocs="0151",
                choices=("confirmed", "likely", "possible", "unlikely", "no violation"),
            ),
            Field("description", "long", "what is known", huridocs="0115"),
            _NOTE,
        ),
    ),
    Noun(
        "act",
        "acts",
        "A",
        "one thing done to one victim",
        "kind",
        (
            Field("event", "ref", "the event it belongs to", to=("event",), huridocs="2103"),
            Field("kind", "text", "kind of act", required=True, huridocs="2109"),
            Field("crime", "text", "provision it may fall under, as a hypothesis: 7(1)(e)"),
            Field("victim", "ref", "to whom it was done", to=("person",), huridocs="2102"),
            *_dated("began", "first day", "2111"),
            *_dated("ended", "last day", "2121"),
            Field("place", "ref", "where", to=("place",), huridocs="2112"),
            Field("methods", "texts", "how", huridocs="2114"),
            Field(
                "targeted_for",
                "texts",
                "characteristics for which the victim was targeted",
                huridocs="2152",
            ),
            Field(
                "reason_stated",
                "long",
                "the reason that those who did it gave, in their words",
                huridocs="2113",
            ),
            Field("attribution", "choice", "whose act it was", choices=ATTRIBUTION),
            Field(
                "official_attribution", "texts", "what officials said of the act", huridocs="2115"
            ),
            Field(
                "status_at_end", "text", "the victim's life and body at the end", huridocs="2123"
            ),
            Field("liberty_at_end", "text", "the victim's liberty at the end", huridocs="2123"),
            Field("movement_at_end", "text", "where the victim could live or go", huridocs="2123"),
            Field("work_at_end", "text", "the victim's work or study at the end"),
            Field("legal_basis", "text", "detention: the legal basis that authorities gave"),
            Field("last_seen", "text", "disappearance: when and where last seen, taken by whom"),
            _NOTE,
        ),
    ),
    Noun(
        "involvement",
        "involvements",
        "INV",
        "one alleged perpetrator in one act",
        "degree",
        (
            Field("act", "ref", "in which act", required=True, to=("act",)),
            Field(
                "person",
                "ref",
                "the alleged perpetrator, under a pseudonym",
                required=True,
                to=("person",),
            ),
            Field(
                "degree",
                "choice",
                "how involved, as alleged",
                huridocs="2409",
                choices=(
                    "carried out",
                    "gave orders",
                    "planned",
                    "present",
                    "failed to prevent",
                    "suspected",
                ),
            ),
            Field(
                "capacity",
                "choice",
                "in which capacity",
                choices=("state agent", "armed group", "relative", "private person", "unknown"),
            ),
            Field("unit", "text", "unit"),
            Field("rank", "text", "rank"),
            Field(
                "instigation", "choice", "instigated by officials", choices=("yes", "no", "unknown")
            ),
            Field(
                "instigation_basis",
                "ref",
                "the statement that says whether officials instigated it",
                to=("statement",),
            ),
            Field("basis", "ref", "the statement that says so", to=("statement",)),
            _NOTE,
        ),
        "alleged perpetrator",
    ),
    Noun(
        "proposition",
        "propositions",
        "P",
        "one atomic thing that is true or not",
        "text",
        (
            Field("text", "long", "the thing, in a sentence, by codes", required=True),
            Field("act", "ref", "the act it is about", to=("act",)),
            Field("aspect", "choice", "what of it", choices=ASPECTS),
            Field("elements", "texts", "elements of crimes it bears on: 7(1)(e).1, 7.X1"),
            _NOTE,
        ),
    ),
    Noun(
        "statement",
        "statements",
        "ST",
        "one assertion by one source at one passage of one item",
        "quote",
        (
            Field("source", "ref", "who asserts", required=True, to=("source",)),
            Field("item", "ref", "the item in which it stands", required=True, to=("item",)),
            Field(
                "part", "text", "named extraction: text, article, page:3, message:12", required=True
            ),
            Field("quote", "long", "the exact words", required=True),
            Field("start", "integer", "where the words begin in that part, in characters"),
            Field("proposition", "ref", "the proposition it bears on", to=("proposition",)),
            Field("stance", "choice", "for or against", choices=STANCES),
            Field("knows_by", "choice", "how the source knows", choices=KNOWS_BY),
            Field(
                "from", "refs", "from whom or what the source has it", to=("statement", "source")
            ),
            Field(
                "grade",
                "integer",
                "credibility of the statement, 1 (confirmed) to 6 (cannot be judged)",
            ),
            Field("language", "text", "language code"),
            _SCRIPT,
            Field("recording", "ref", "the recording that holds these words", to=("item",)),
            Field("begin_seconds", "number", "where in the recording they begin, in seconds"),
            Field("end_seconds", "number", "where in the recording they end, in seconds"),
            Field(
                "basis",
                "long",
                "who says that it is first-hand or independent, and why",
                compartment="source",
            ),
            _NOTE,
        ),
    ),
    Noun(
        "contamination",
        "contaminations",
        "C",
        "what makes accounts depend on each other",
        "why",
        (
            Field("statements", "refs", "the accounts", required=True, to=("statement",)),
            Field("certain", "flag", "true: certain; false: suspected"),
            Field(
                "why",
                "long",
                "joint interview, shared chat, prior exposure, coaching",
                required=True,
            ),
            _NOTE,
        ),
    ),
    Noun(
        "derivation",
        "derivations",
        "D",
        "a decision whether one item repeats another; the program proposed it",
        "kind",
        (
            Field("from", "ref", "the item that repeats", required=True, to=("item",)),
            Field("to", "ref", "the item that is repeated", required=True, to=("item",)),
            Field("kind", "choice", "the whole, or passages", choices=("copies", "quotes")),
            Field(
                "decision",
                "choice",
                "what a person decided",
                required=True,
                choices=("accepted", "refused"),
            ),
            Field("decided_by", "text", "member who decided"),
            Field("share", "integer", "per cent of the words of `from` that stand in `to`"),
            Field("part", "text", "named extraction of `from` that was compared"),
            Field("of_part", "text", "named extraction of `to`"),
            Field("why", "long", "why, in a sentence"),
            _NOTE,
        ),
    ),
    Noun(
        "crossing",
        "crossings",
        "X",
        "a border crossed by a person",
        "on",
        (
            Field("person", "ref", "who", required=True, to=("person",)),
            Field("from", "text", "ISO 3166 code of the state left", required=True),
            Field("to", "text", "ISO 3166 code of the state entered", required=True),
            *_dated("on", "when"),
            Field("basis", "ref", "the statement that says so", to=("statement",)),
            _NOTE,
        ),
        "travel",
    ),
    Noun(
        "intervention",
        "interventions",
        "IV",
        "what was asked of an authority or a state, and when",
        "asked",
        (
            Field("asked", "long", "what was asked", required=True),
            Field("of", "text", "which authority or state", required=True),
            Field("by", "text", "who asked: the team, a lawyer by code, an organisation"),
            Field("on", "date", "when"),
            Field("kind", "text", "what sort of step it was"),
            Field("about", "refs", "about which events or acts", to=("event", "act")),
            Field("persons", "refs", "on behalf of whom", to=("person",)),
            Field("item", "ref", "the item that holds the request", to=("item",)),
            _NOTE,
        ),
    ),
    Noun(
        "response",
        "responses",
        "R",
        "what an authority answered, and when",
        "answer",
        (
            Field("by", "text", "which authority", required=True),
            Field("on", "date", "when"),
            Field("to", "ref", "to which event", to=("event",)),
            Field(
                "answer",
                "choice",
                "what it said",
                required=True,
                choices=(
                    "denies facts",
                    "admits facts and denies responsibility",
                    "opens inquiry",
                    "inquiry closed",
                    "prosecutes",
                    "condemns",
                    "silence",
                ),
            ),
            Field("intervention", "ref", "what it answers", to=("intervention",)),
            Field("statement", "ref", "the statement that holds it", to=("statement",)),
            _NOTE,
        ),
    ),
    Noun(
        "remedy",
        "remedies",
        "RM",
        "a remedy tried at home and what was decided",
        "body",
        (
            Field("act", "ref", "about which act", to=("act",)),
            Field("decided_on", "date", "date of the decision"),
            Field("final", "flag", "no further appeal"),
            Field("body", "text", "who decided"),
            _NOTE,
        ),
    ),
    Noun(
        "consent",
        "consents",
        "CO",
        "a decision about what may leave, to whom, in which form",
        "purpose",
        (
            Field("subject", "ref", "whose consent", required=True, to=("person", "source")),
            Field("given_by", "text", "who gave it, and in which capacity"),
            Field("purpose", "text", PURPOSE_HELP, required=True),
            Field("recipient", "text", "the one recipient; none: anybody for this purpose"),
            Field(
                "recipient_class",
                "choice",
                "a class of recipients, instead of one or beside it",
                choices=RECIPIENT_CLASSES,
            ),
            Field(
                "identity_level",
                "choice",
                "how far identity may go",
                required=True,
                choices=("named", "coded", "aggregate"),
            ),
            Field(
                "scope",
                "texts",
                "only these groups of fields: narrative, travel, contact, medical, shelter; the last three only where named",
                choices=GROUPS,
            ),
            Field("items", "refs", "only these items", to=("item",)),
            Field("media", "texts", "only these: text, picture, sound, video", choices=MEDIA),
            Field("onward", "flag", "the recipient may pass it on"),
            Field("territory", "texts", "only recipients in these states, ISO 3166 codes"),
            Field("given_on", "date", "when it was given"),
            Field("from", "date", "valid from"),
            Field("until", "date", "valid until"),
            Field("form_version", "text", "which form was used, with its version"),
            Field("language", "text", "language in which it was explained"),
            Field("interpreter", "text", "code of the interpreter"),
            Field("how_explained", "long", "how it was explained"),
            Field("risks_explained", "long", "which risks were explained"),
            Field("help_not_conditional", "flag", "they know that help does not depend on it"),
            Field("legal_basis", "text", "legal basis, where the law asks for one"),
            Field("withdrawn_on", "date", "when it was withdrawn"),
            Field("withdrawn_items", "refs", "withdrawn for these items only", to=("item",)),
            Field("withdrawn_recipients", "texts", "withdrawn for these recipients only"),
            Field("told", "texts", "recipients told of the withdrawal"),
            Field("publish_name", "flag", "the body may publish the name"),
            _NOTE,
        ),
    ),
    Noun(
        "label",
        "labels",
        "L",
        "a legal label somebody uses; never a finding",
        "label",
        (
            Field("label", "text", "the word used", required=True),
            Field("by", "ref", "who uses it", to=("source",)),
            Field("on", "refs", "for which acts", to=("act",)),
            Field("status", "choice", "what it is", choices=("hypothesis", "used by others")),
            _NOTE,
        ),
    ),
    Noun(
        "redaction",
        "redactions",
        "RD",
        "a place of an item that must not leave",
        "reason",
        (
            Field("item", "ref", "the item", required=True, to=("item",)),
            Field("part", "text", "named extraction: text, page:3, message:12", required=True),
            Field("start", "integer", "first character; without start and end: the whole part"),
            Field("end", "integer", "character after the last"),
            Field("box", "text", "area: left, top, right, bottom as fractions of the page"),
            Field("begin_seconds", "number", "sound and video: from which second"),
            Field("end_seconds", "number", "sound and video: to which second"),
            Field(
                "kind",
                "choice",
                "what is taken out; a voice is silenced, a face filled",
                choices=("words", "area", "face", "voice"),
            ),
            Field("forum", "text", "only for this forum; absent: for all"),
            Field(
                "version",
                "choice",
                "the most open version that may show it; absent: none",
                choices=VERSIONS[:2],
            ),
            Field("only_here", "flag", "the words may stand elsewhere in what leaves"),
            Field("reason", "long", "why, without the words themselves", required=True),
            _NOTE,
        ),
    ),
    Noun(
        "omission",
        "omissions",
        "OM",
        "a field of a record that a version of the filing leaves out or codes",
        "reason",
        (
            Field(
                "record",
                "ref",
                "the record",
                required=True,
                to=(
                    "person",
                    "place",
                    "event",
                    "act",
                    "proposition",
                    "item",
                    "source",
                    "involvement",
                    "intervention",
                    "response",
                    "remedy",
                ),
            ),
            Field("field", "text", "the field: role, place, began", required=True),
            Field("instead", "text", "what stands in its place; absent: nothing"),
            Field("forum", "text", "only for this forum; absent: for all"),
            Field(
                "version",
                "choice",
                "the most open version that may show it; absent: none",
                choices=VERSIONS[:2],
            ),
            Field("reason", "long", "why, without the words themselves", required=True),
            _NOTE,
        ),
    ),
    Noun(
        "translation",
        "translations",
        "TR",
        "words of the record in another language: of a statement, or of a field of any record",
        "text",
        (
            Field("statement", "ref", "the statement whose words these are", to=("statement",)),
            Field(
                "record",
                "ref",
                "or the record of which a field is translated; absent: the case itself",
                to=(
                    "event",
                    "act",
                    "proposition",
                    "person",
                    "item",
                    "response",
                    "remedy",
                    "contamination",
                    "consultation",
                    "measure",
                ),
            ),
            Field("field", "text", "that field: text, title, role; of the case: title, summary"),
            Field("language", "text", "language it is translated into", required=True),
            _SCRIPT,
            Field("text", "long", "the translation", required=True),
            Field("by", "text", "code of the translator, or the program", required=True),
            Field("machine", "flag", "made by a machine"),
            Field("checked_by", "text", "code of the person who compared it with the original"),
            _NOTE,
        ),
    ),
    Noun(
        "account",
        "accounts",
        "AC",
        "an interview: who was heard, when, by whom, under which conditions",
        "person",
        (
            Field("person", "ref", "who was heard", required=True, to=("person",)),
            Field("on", "date", "when", required=True),
            Field("by", "text", "code of the interviewer"),
            Field("trained", "flag", "the interviewer is trained to hear vulnerable persons"),
            Field("in_depth", "flag", "more than a short first account"),
            Field("interpreter", "text", "code of the interpreter"),
            Field("present", "texts", "codes of others who were present"),
            Field("language", "text", "language of the interview"),
            Field("told_before", "texts", "to whom the person told it before"),
            Field("item", "ref", "the item that holds it", to=("item",)),
            Field("read_back", "flag", "it was read back to the person"),
            Field("referral", "text", "where the person was referred for help"),
            _NOTE,
        ),
    ),
    Noun(
        "consultation",
        "consultations",
        "CN",
        "what victims said that they want from a filing",
        "view",
        (
            Field("persons", "refs", "who was asked", required=True, to=("person",)),
            Field("on", "date", "when"),
            Field("forum", "text", "about which forum; absent: any"),
            Field("how", "text", "how they were asked: in person, by call"),
            Field("view", "long", "their view, by codes", required=True),
            _NOTE,
        ),
    ),
    Noun(
        "procedure",
        "procedures",
        "PC",
        "another international procedure, or the finding that there is none",
        "body",
        (
            Field("body", "text", "which body; none: there is no other", required=True),
            Field("acts", "refs", "for which acts; absent: all", to=("act",)),
            Field("opened_on", "date", "when it was seised"),
            Field("reference", "text", "its reference number"),
            Field(
                "state", "choice", "where it stands", choices=("pending", "decided", "withdrawn")
            ),
            _NOTE,
        ),
    ),
    Noun(
        "measure",
        "measures",
        "IM",
        "an interim measure that the filing asks for",
        "asked",
        (
            Field("person", "ref", "for whom", to=("person",)),
            Field("asked", "long", "what the State is to do or not to do", required=True),
            Field("danger", "long", "the harm that could not be made good", required=True),
            Field("forum", "text", "only before this forum; absent: any"),
            _NOTE,
        ),
    ),
    Noun(
        "override",
        "overrides",
        "OV",
        "a rule of the gate set aside: one member asks, another decides",
        "rule",
        (
            Field("forum", "text", "before which forum", required=True),
            Field("rule", "text", "the rule, as `filing check` names it", required=True),
            Field("where", "text", "where it blocks", required=True),
            Field("reason", "long", "why it may be set aside", required=True),
            Field("asked_by", "text", "member who asks", required=True),
            Field(
                "decision",
                "choice",
                "what the second member decided",
                choices=("granted", "refused"),
            ),
            Field("decided_by", "text", "the second member"),
            _NOTE,
        ),
    ),
    Noun(
        "section",
        "sections",
        "SEC",
        "a section of a filing in words that people wrote",
        "title",
        (
            Field("forum", "text", "the forum: icc-15", required=True),
            Field("language", "text", "language of the filing: en", required=True),
            Field("place", "text", "the section's id in the forum: summary", required=True),
            Field("title", "text", "heading", required=True),
            Field("text", "long", "paragraphs; facts by reference, such as [[statement:ST1]]"),
            _NOTE,
        ),
    ),
    Noun(
        "summary",
        "summaries",
        "SU",
        "the case in its own words, where they changed since it was opened; the newest holds",
        "title",
        (
            Field("title", "text", "title of the case"),
            Field("summary", "long", "what the case is about"),
            Field("narrative_label", "text", "legal label used in public, if any"),
            Field("group", "text", "how the targeted group is defined"),
            _NOTE,
        ),
    ),
    Noun(
        "limit",
        "limits",
        "LM",
        "how many words a section of a filing may have, or the whole of it",
        "place",
        (
            Field("forum", "text", "before which forum: icc-15", required=True),
            Field("place", "text", "the section's id in the forum: summary; absent: the whole"),
            Field("words", "integer", "at most so many words, footnotes too", required=True),
            Field("strict", "flag", "true: more blocks the build; else it warns"),
            Field("set_by", "text", "whose rule it is: our own, a practice direction"),
            _NOTE,
        ),
    ),
    Noun(
        "comment",
        "comments",
        "CM",
        "what a member of the team says on a section of a filing; never leaves",
        "text",
        (
            Field("forum", "text", "the forum: icc-15", required=True),
            Field("language", "text", "language of the filing: en", required=True),
            Field("place", "text", "the section's id in the forum: summary", required=True),
            Field("text", "long", "what is to be done or asked", required=True),
            Field("by", "text", "code of the member who says it"),
            Field("state", "choice", "whether it is settled", choices=("open", "resolved")),
            Field("resolved_by", "text", "code of the member who settled it"),
            Field("answer", "long", "how it was settled"),
            _NOTE,
        ),
    ),
    Noun(
        "handover",
        "handovers",
        "HO",
        "a filing that was sent: to whom, when, how, and what came back",
        "to",
        (
            Field("filing", "text", "item of the filing's PDF: I-0007", required=True),
            Field("to", "text", "recipient", required=True),
            Field("on", "date", "when it was sent", required=True),
            Field("how", "text", "portal, post, by hand", required=True),
            Field("by", "text", "code of the member who sent it"),
            Field("receipt", "text", "reference number of the recipient"),
            Field("received_on", "date", "date of the receipt"),
            Field("replies", "texts", "what came back, each with its date"),
            Field("answer_by", "date", "when an answer or a further step is due"),
            _NOTE,
        ),
    ),
    Noun(
        "note",
        "notes",
        "N",
        "a remark for the team; @M-2 in it calls that member",
        "text",
        (
            Field("text", "long", "the remark; @M-2 calls a member", required=True),
            Field("about", "texts", "ids of the records it is about"),
        ),
    ),
    Noun(
        "task",
        "tasks",
        "T",
        "something to do in this case, and by whom",
        "text",
        (
            Field("text", "long", "what to do; @M-2 calls a member", required=True),
            Field("for", "text", "code of the member who is to do it: M-2"),
            Field("about", "texts", "ids of the records it is about"),
            Field("due", "date", "by when"),
            Field("done_on", "date", "when it was done; absent: open"),
            Field("done_by", "text", "code of the member who did it"),
            _NOTE,
        ),
    ),
)

BY_NAME = {noun.name: noun for noun in NOUNS}
BY_PLURAL = {noun.plural: noun for noun in NOUNS}
CASE_FIELDS: tuple[Field, ...] = (
    Field("code", "text", "short code in capitals: KARV", required=True),
    Field("title", "text", "title of the case", required=True),
    Field("language", "text", "language code"),
    Field("summary", "long", "what the case is about"),
    Field("narrative_label", "text", "legal label used in public, if any"),
    Field("group", "text", "how the targeted group is defined"),
)
