"""From an open vault to the material of one filing: the gate first, then law and charts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from amparo.casefile.consent import Use, may_leave
from amparo.casefile.law_facts import book_of, facts_if_any
from amparo.casefile.passages import is_anchored
from amparo.casefile.proof_chart import chart_of
from amparo.casefile.records import CaseFile, load_case
from amparo.casefile.schema import VERSIONS
from amparo.custody.models import LedgerEntry
from amparo.errors import BadInput, NotFound, Refused
from amparo.filing.address import ties_of, with_statute
from amparo.filing.check import Covers, Decision, Release, recheck_quotes, release
from amparo.filing.diligence import check_erased, check_translations, check_vocabulary, check_who
from amparo.filing.material import ItemFacts, LawAnswer, Material, Prior, Tendered
from amparo.filing.omit import omissions_for, omit
from amparo.filing.override import set_aside
from amparo.filing.plan import CODED
from amparo.filing.redaction import check_redactions, copy_for
from amparo.filing.rules import check_forum
from amparo.filing.translate import translate, untranslated
from amparo.filing.words import Forum, load_forum, load_words
from amparo.filled import filled
from amparo.law.assess import assess
from amparo.law.book import Book
from amparo.law.facts import Facts
from amparo.vault.entries import about
from amparo.vault.models import Item

PUBLIC = "public"
CLAIMS = "claims"
# Consent to a recipient is none to the public; one of these is.
SPEAKING = ("advocacy anonymous", "advocacy named", "media")


def examine(
    case_code: str, forum: Forum, on: date, *, lang: str = "", version: str = CODED
) -> Release:
    """What of a case may leave for the forum on this day, with every finding.

    With `lang` it says which quotations lack a translation. Raises NotFound for a case that
    does not exist, BadInput for a version there is none of.
    """
    if version not in VERSIONS:
        raise BadInput(
            "no such version",
            value=version,
            remedy=filled("one of: {names}", names=", ".join(VERSIONS)),
        )
    case = load_case(case_code)
    covers = consents(case, forum, on, version)
    found = release(case, covers)
    quotes = recheck_quotes(found.case, _stands)
    book = book_of(case)
    answers = _answers(facts_if_any(found.case, book), book, forum, "en", on)
    ruled = check_forum(found, forum, covers, answers, _claimed(case, forum))
    redacted = check_redactions(case, found.case, forum.id, version)
    told = (
        *check_who(case.code, found.case),
        *quotes,
        *redacted,
        *check_erased(case, found.case),
        *check_vocabulary(case, found.case),
        *check_translations(found.case, lang),
        *ruled,
        *found.findings,
    )
    return replace(
        found,
        case=omit(found.case, omissions_for(case, forum.id, version)),
        findings=set_aside(case, forum.id, told),
    )


def _claimed(case: CaseFile, forum: Forum) -> frozenset[str]:
    """Ids that people wrote into the chapter on the articles of this forum's treaty."""
    written = (
        str(row["text"] or "")
        for row in case.all("section")
        if (row["forum"], row["place"]) == (forum.id, CLAIMS)
    )
    return frozenset(re.findall(r"[\w-]+", " ".join(written)))


def _stands(sha256: str, part: str, quote: str, start: int) -> bool:
    try:
        return is_anchored(sha256, part, quote, start)
    except NotFound:
        return False


def use_for(forum: Forum, on: date) -> Use:
    """The use that a filing to this forum is."""
    return Use(forum.purpose, forum.recipient, on, forum.recipient_class, forum.state)


def consents(case: CaseFile, forum: Forum, on: date, version: str = CODED) -> Covers:
    """The gate's question, answered by the consent decisions of the record.

    The public version asks besides whether the person agreed to be spoken of in public.
    """

    use = use_for(forum, on)
    everybody = Use(on=on, recipient_class="public")

    def covers(subject: str, item: str | None) -> Decision:
        answer = may_leave(case, subject, use, item=item or "")
        if version == PUBLIC and answer.allowed:
            answers = [
                may_leave(case, subject, replace(everybody, purpose=one)) for one in SPEAKING
            ]
            answer = next((one for one in answers if one.allowed), answers[0])
        return Decision(answer.level, "" if answer.allowed else answer.reason)

    return covers


def refuse_lapsed(case: CaseFile, told: Mapping[str, Any]) -> Use:
    """The use of a filing that was built before, as its item tells.

    Raises Refused when somebody in it withdrew since.
    """
    forum = replace(load_forum(str(told["forum"])), state=str(told.get("state", "")))
    use = use_for(forum, datetime.now(UTC).date())
    gone = [code for code in told.get("persons", ()) if _withdrew(case, str(code), use)]
    if gone:
        raise Refused(
            "consent was withdrawn since this was built", value=", ".join(gone[:8]),
            remedy="build the filing anew",
        )  # fmt: skip
    return use


def _withdrew(case: CaseFile, code: str, use: Use) -> bool:
    given = [row for row in case.all("consent") if row["subject"] == code]
    taken = any(row["withdrawn_on"] and row["purpose"] == use.purpose for row in given)
    return taken and not may_leave(case, code, use).allowed


def gather(
    found: Release,
    forum: Forum,
    lang: str,
    on: date,
    sender: tuple[str, ...],
    *,
    version: str = CODED,
    supplements: str = "",
) -> Material:
    """Everything that composing needs, from what the gate let through."""
    case, translated = translate(found.case, lang)
    book = book_of(case)
    use, facts = use_for(forum, on), facts_if_any(found.case, book)
    return Material(
        release=replace(found, case=case),
        items=item_facts(case, forum.id, version),
        answers=tuple(_answers(facts, book, forum, lang, on)),
        chart=chart_of(found.case, use=use, lang=lang),
        states={code: state.name[lang] for code, state in book.states.items()},
        as_of=on,
        sender=sender,
        recipient="" if forum.recipient == load_forum(forum.id).recipient else forum.recipient,
        state=forum.state,
        ties=ties_of(facts),
        has_statute=not forum.state or forum.state in with_statute(book),
        version=version,
        supplements=supplements,
        earlier_numbers=earlier_numbers(case.code, forum.id),
        translated=translated,
        untranslated=len(untranslated(found.case, lang)),
        prior=prior_filings(case.code, forum.id),
    )


def prior_filings(case_code: str, forum: str) -> tuple[Prior, ...]:
    """Filings of the case to this forum that were handed over, oldest first."""
    told = {one["item"]: one for one in filings(case_code) if one["forum"] == forum}
    sent = [
        Prior(str(row["on"]), str(row["to"]), str(row["receipt"] or ""))
        for row in load_case(case_code).all("handover")
        if row["filing"] in told and told[row["filing"]]["finished"]
    ]
    return tuple(sorted(sent, key=lambda one: one.on))


def _answers(facts: Facts | None, book: Book, forum: Forum, lang: str, on: date) -> list[LawAnswer]:
    """What the law says of this forum; while no State is addressed, of those the case touches."""
    if facts is None:
        # The chapter says that there is no answer.
        return []
    ties = ties_of(facts)
    told: list[dict[str, Any]] = assess(replace(facts, as_of=on), book).as_dict(lang)["answers"]
    return [
        LawAnswer(
            one["act"],
            _name_route(one, forum, book, lang),
            one["result"],
            tuple(one["reasons"]),
            tuple(one["missing"]),
            tuple(one["sources"]),
            one.get("deadline") or "",
        )
        for one in told
        if forum.answers(one["forum"])
        and (not forum.lacks_state or one["forum"].partition("-")[2] in ties)
    ]


def _name_route(one: Mapping[str, str], forum: Forum, book: Book, lang: str) -> str:
    """The route, with its forum before it where the filing gathers several."""
    if len(forum.law) == 1 and not (forum.state or forum.lacks_state):
        return one["route"]
    words = load_words(forum.id, lang)
    state = book.states.get(one["forum"].partition("-")[2])
    known = book.fora.get(one["forum"])
    name = state.name[lang] if state else str(known[lang]) if known else one["forum"]
    return f"{name}{words.say('cite.colon')}{words.term('routes', one['route'])}"


def item_facts(case: CaseFile, forum: str, version: str = CODED) -> Mapping[str, ItemFacts]:
    """The deposited items behind the case's items, those held back too, by code in the case."""
    whole = load_case(case.code)
    rows = {row.code: str(row["sha256"]) for row in whole.all("item")}
    held = {
        item.sha256: item
        for item in Item.objects.filter(sha256__in=set(rows.values())).prefetch_related("parts")
    }
    return {
        code: _facts(held[digest], copy_for(whole, code, forum, version)[1])
        for code, digest in rows.items()
        if digest in held
    }


def _facts(item: Item, copy: Item | None) -> ItemFacts:
    languages = [part.language for part in item.parts.all() if part.language]
    language = max(set(languages), key=languages.count) if languages else ""
    instead = Tendered(copy.sha256, copy.size, copy.media_type) if copy else None
    return ItemFacts(item.sha256, item.size, item.kind, item.media_type, language, instead)


def earlier_numbers(case_code: str, forum: str) -> dict[str, int]:
    """Exhibit numbers given by earlier filings of the case to the forum, by sha-256."""
    numbers: dict[str, int] = {}
    for told in filings(case_code):
        if told["forum"] == forum:
            numbers.update(told["numbers"])
    return numbers


def filings(case_code: str = "") -> list[dict[str, Any]]:
    """What the vault knows of filings built, oldest first; `finished` is false where the build
    failed after its entries were made."""
    found = Item.objects.filter(metadata__has_key="filing").order_by("number")
    told = [
        {**item.metadata["filing"], "item": item.code, "finished": _is_finished(item)}
        for item in found
    ]
    return [one for one in told if not case_code or one["case"] == case_code]


def _is_finished(item: Item) -> bool:
    """False when the last word of the ledger on a filing is that it was not finished."""
    rows = about(LedgerEntry.objects.all(), [item.sha256])
    last = rows.filter(kind__in=("export", "correct")).order_by("-sequence")
    return last.values_list("kind", flat=True).first() != "correct"
