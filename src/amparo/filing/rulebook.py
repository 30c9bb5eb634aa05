"""Every rule of the gate: what it says, whether it blocks, the step that resolves it.

A rule with `may_yield` can be set aside by two members (`override`). Consent, quotations and
redactions never yield: what they stop is left out or mended instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from amparo.filled import filled

Severity = Literal["block", "warn"]


@dataclass(frozen=True)
class Finding:
    """What blocks or warns: the cause, where it stands, the step that resolves it, the rule."""

    severity: Severity
    cause: str
    where: str
    step: str
    rule: str = ""

    def as_dict(self) -> dict[str, str]:
        """Shape under `--json`."""
        return {
            "severity": self.severity,
            "cause": self.cause,
            "where": self.where,
            "step": self.step,
            "rule": self.rule,
        }


@dataclass(frozen=True)
class Rule:
    """One rule; `cause` may hold {fields}."""

    severity: Severity
    cause: str
    step: str
    may_yield: bool = False


def _block(cause: str, step: str, *, may_yield: bool = False) -> Rule:
    return Rule("block", cause, step, may_yield)


def _warn(cause: str, step: str) -> Rule:
    return Rule("warn", cause, step)


RULES: Mapping[str, Rule] = {
    # Who asks
    "compartment": _block(
        "you may not take out everything that this filing is made of",
        "ask an owner for the grant `export`, or let somebody build it who has it",
    ),
    "four-eyes": _block(
        "{count} statements were not finalised by a second member",
        "let another member review them, or set the rule aside with `amparo filing override`",
        may_yield=True,
    ),
    # Consent
    "nothing": _block(
        "no statement may leave for this recipient",
        "record consents that cover this purpose, recipient and identity level",
    ),
    "own-words": _block(
        "the case's own words speak of a person held back",
        "write the sentence without that person (noun summary: the case's own words anew)",
    ),
    "held-back": _warn(
        "held back: {reason}", "record a consent that covers it, or file without it"
    ),
    "undecided": _warn(
        "a person who has decided nothing appears under a code",
        "record a decision, or check that nothing said by or of this person identifies them",
    ),
    "group": _warn(
        "nobody can consent for a group of unknown size",
        "check that no sentence singles one out",
    ),
    "place": _warn(
        "a sentence names a place more exactly than it may be", "write the wider place instead"
    ),
    # Do no harm
    "second-account": _warn(
        "a vulnerable person has given more than one account",
        "tender the first if it suffices, and ask for no further one",
    ),
    "untrained": _block(
        "a vulnerable person was heard in depth by somebody not trained for it",
        "take the statements from it out, or set the rule aside with a reason",
        may_yield=True,
    ),
    "training": _warn(
        "the record does not say whether who heard a vulnerable person is trained for it",
        "record it in the account: trained",
    ),
    # Words and copies
    "quotation": _block(
        "the quotation does not stand at that place",
        "compare it with the item and correct the statement",
    ),
    "erased": _block(
        "a citation speaks of somebody who was erased",
        "take the statement, or the words about them, out of the case",
    ),
    "vocabulary": _block(
        "a word of the record was {what} in the vocabulary, version {version}",
        "look at the record and save it with a word that holds now",
    ),
    "copy": _block(
        "the redacted copy is missing or older than the list of redactions",
        "make it: amparo filing redact VAULT CASE {item} --forum {forum} --version {version}",
    ),
    "shown": _block(
        "the quotation shows words that are redacted", "quote other words, or narrow the redaction"
    ),
    "untranslated": _warn(
        "{count} quotations are in another language and have no translation",
        "record translations, with the translator's code",
    ),
    "untranslated-text": _warn(
        "{count} descriptions of the record are in another language and have no translation",
        "record translations (record, field), or write those sections yourself",
    ),
    "machine": _warn(
        "a machine's translation was not compared with the original",
        "let somebody compare it: checked_by",
    ),
    # The forum
    "identity": _block(
        "this forum does not accept an anonymous victim",
        "record a consent at the level 'named' for this recipient, or leave the act out",
        may_yield=True,
    ),
    "publication": _warn(
        "no decision says whether the name may be published",
        "ask the person, and record it in the consent: publish_name",
    ),
    "state": _block(
        "the State concerned is not recorded", "give at least one act a place with its State"
    ),
    "rights": _warn(
        "no article of the treaty is proposed for this act",
        "name the article for it in the chapter on the articles (section claims), or file the act"
        " elsewhere",
    ),
    "remedies": _warn(
        "no domestic remedy is recorded",
        "record what was tried and when it was decided, or write why nothing could be",
    ),
    "final": _warn(
        "no final decision with its date is recorded: the time limit cannot be counted",
        "record the remedy as final with its date",
    ),
    "elsewhere": _warn(
        "the record does not say whether another international procedure has the matter",
        "record it (noun procedure); body `none` where there is no other",
    ),
    "pending": _warn(
        "another international procedure has the matter: the forum may not examine it",
        "wait for its end, withdraw there, or say why the matter is not the same",
    ),
    "views": _warn(
        "no view of the victims is recorded",
        "ask them, and record it (noun consultation)",
    ),
    "date": _warn("the forum asks for the date", "record when it began"),
    "where": _warn("the forum asks for the place", "record the place"),
    "sender": _warn(
        "the sender is not named, and the forum asks for an identifiable one",
        "build it with --sender",
    ),
    "addressee": _warn(
        "no State is chosen: the dossier says nothing of the law of the authority it goes to",
        "choose the State, or build it with --state",
    ),
    "signature": _warn(
        "the forum wants the document signed", "sign the printed copy by hand before it is sent"
    ),
    "closed": _warn(
        "the book of law finds every route to this forum closed",
        "read the reasons with `amparo law assess`; consider another forum",
    ),
    "length": _block(
        "the document has {count} words, the forum reads {most}",
        "shorten the text, or file fewer acts",
        may_yield=True,
    ),
    "length-advised": _warn(
        "the document has {count} words, the forum reads {most}",
        "shorten the text, or file fewer acts",
    ),
    "section-length": _block(
        "this section has {count} words, at most {most} may stand in it ({by})",
        "shorten its text",
        may_yield=True,
    ),
    "section-length-advised": _warn(
        "this section has {count} words, at most {most} are advised ({by})",
        "shorten its text",
    ),
    "reference": _block(
        "a reference in the text does not resolve: {cause}",
        "correct the text, or resolve what holds it back",
    ),
}


def finding(rule: str, where: str, **fields: object) -> Finding:
    """The finding of a rule at one place. KeyError for a rule that is not in the list."""
    told = RULES[rule]
    cause, step = filled(told.cause, **fields), filled(told.step, **fields)
    return Finding(told.severity, cause, where, step, rule)
