"""The proof chart: each element of each alleged crime, what bears on it, and what is missing.

It proposes and shows; it finds nothing. For and against are counted apart and never
netted; a gap is said as a gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from amparo.casefile.claim_graph import Use, weigh
from amparo.casefile.law_facts import book_of, facts_of
from amparo.casefile.records import CaseFile, Row, load_case
from amparo.casefile.release import released
from amparo.law.book import Book, Crime
from amparo.law.findings import say

if TYPE_CHECKING:
    from amparo.law.assess import Assessment
    from amparo.law.claims import ClaimAnswer

MENTAL = "30.M"


@dataclass(frozen=True)
class ClaimLine:
    """One proposition under one element: its chains for and against, and its exhibits."""

    proposition: str
    text: str
    strict: int
    generous: int
    denied_strict: int
    denied_generous: int
    items: tuple[str, ...]
    against: tuple[str, ...]


@dataclass(frozen=True)
class ElementLine:
    """One element. `state` is supported, asserted (no known origin yet) or missing."""

    element: str
    text: str
    state: str
    claims: tuple[ClaimLine, ...]
    evidence: tuple[str, ...] = ()

    @property
    def is_contested(self) -> bool:
        """True when something denies one of its claims."""
        return any(claim.against for claim in self.claims)


@dataclass(frozen=True)
class CrimeLine:
    """One crime of the case, with the acts it is proposed for."""

    crime: str
    label: str
    acts: tuple[str, ...]
    elements: tuple[ElementLine, ...]
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True)
class LabelLine:
    """A legal label somebody uses, and what the book answers to it."""

    label: str
    by: str
    result: str
    reasons: tuple[str, ...]
    proposed: tuple[str, ...]


@dataclass(frozen=True)
class LawClaimLine:
    """An assertion of law found in a proposition or its statements, and the book's answer."""

    proposition: str
    quote: str
    verdict: str
    reasons: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """The whole chart of a case, and the version of the book it rests on."""

    case: str
    book: str
    purpose: str
    context: tuple[ElementLine, ...]
    crimes: tuple[CrimeLine, ...]
    labels: tuple[LabelLine, ...]
    chains: dict[str, tuple[int, int]] = field(default_factory=dict)
    law_claims: tuple[LawClaimLine, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return asdict(self)

    def as_lines(self) -> Iterator[str]:
        """The chart as plain lines of text."""
        yield f"Proof chart of {self.case}; book of law {self.book}"
        yield "[a, b]: independent chains, at least and at most. Not a probability, not a finding."
        if self.context:
            yield "\nContext of crimes against humanity, once for the case"
            yield from (line for one in self.context for line in _element_lines(one))
        for crime in self.crimes:
            yield f"\n{crime.crime} {crime.label}: acts {', '.join(crime.acts)}"
            yield from (line for one in crime.elements for line in _element_lines(one))
            yield from (f"  gap: {gap}" for gap in crime.gaps)
        for label in self.labels:
            by = label.by or "others"
            yield f"\nLabel used by {by}: \u201c{label.label}\u201d (hypothesis): {label.result}"
            yield from (f"  {reason}" for reason in label.reasons)
            if label.proposed:
                yield f"  proposed instead: {', '.join(label.proposed)}"
        for one in self.law_claims:
            yield f"\nClaim of law {one.proposition}: {one.verdict}: \u201c{one.quote}\u201d"
            yield from (f"  {reason}" for reason in one.reasons)


def _element_lines(one: ElementLine) -> Iterator[str]:
    yield f"  {one.element}  {one.state}  {one.text}"
    for claim in one.claims:
        against = (
            f"; against [{claim.denied_strict}, {claim.denied_generous}]" if claim.against else ""
        )
        yield (
            f"      {claim.proposition} [{claim.strict}, {claim.generous}]{against}"
            f" in {', '.join(claim.items) or 'nothing'}"
        )


def chart(case_code: str, *, use: Use | None = None, lang: str = "en") -> Chart:
    """The proof chart of a case for a use; without one, for the team's own eyes."""
    case, use = load_case(case_code), use or Use()
    return chart_of(case, use=use, lang=lang, shown=released(case, use))


def chart_of(
    case: CaseFile, *, use: Use | None = None, lang: str = "en", shown: CaseFile | None = None
) -> Chart:
    """The proof chart of a loaded case. With `shown` only what that part of it holds is listed;
    the chains are counted on the whole, where exposures join what is not shown."""
    use = use or Use()
    whole, case = case, shown or case
    book = book_of(case)
    claims = {row.code: _claim(whole, row, use, case) for row in case.all("proposition")}
    crimes = _crimes_of(case, book)
    context = dict.fromkeys(e for crime, _ in crimes for e in crime.context if e != MENTAL)
    return Chart(
        case.code,
        book.version,
        use.purpose,
        tuple(_element(case, book, e, None, claims, lang) for e in context),
        tuple(_crime(case, book, crime, acts, claims, lang) for crime, acts in crimes),
        tuple(_labels(case, book, lang)),
        {code: (claim.strict, claim.generous) for code, claim in claims.items()},
        tuple(_law_claims(case, book, lang)),
    )


def _claim(case: CaseFile, row: Row, use: Use, shown: CaseFile) -> ClaimLine:
    graph, found = weigh(case, row.code, use)
    drawn = {node.id for node in graph.nodes}
    told = [s for s in shown.all("statement") if s["proposition"] == row.code and s.code in drawn]
    sides = {
        stance: tuple(
            dict.fromkeys(s["item"] for s in told if (s["stance"] or "supports") == stance)
        )
        for stance in ("supports", "denies")
    }
    return ClaimLine(
        row.code,
        row["text"],
        found.supported.strict.k,
        found.supported.generous.k,
        found.denied.strict.k,
        found.denied.generous.k,
        sides["supports"],
        sides["denies"],
    )


def _crimes_of(case: CaseFile, book: Book) -> list[tuple[Crime, tuple[Row, ...]]]:
    """Crimes proposed for the acts of the case, in the order of the book."""
    acts: dict[str, list[Row]] = {}
    for act in case.all("act"):
        if act["crime"] and _is_known(book, act["crime"]):
            acts.setdefault(book.crime(act["crime"]).id, []).append(act)
    return [(crime, tuple(acts[code])) for code, crime in book.crimes.items() if code in acts]


def _is_known(book: Book, name: str) -> bool:
    try:
        book.crime(name)
    except KeyError:
        return False
    return True


def _crime(
    case: CaseFile,
    book: Book,
    crime: Crime,
    acts: tuple[Row, ...],
    claims: dict[str, ClaimLine],
    lang: str,
) -> CrimeLine:
    elements = [element.id for element in crime.elements]
    if MENTAL in book.elements:
        elements.append(MENTAL)
    codes = tuple(act.code for act in acts)
    lines = tuple(_element(case, book, e, codes, claims, lang) for e in elements)
    return CrimeLine(crime.id, crime.label[lang], codes, lines, tuple(_gaps(acts, book, lang)))


def _gaps(acts: tuple[Row, ...], book: Book, lang: str) -> Iterator[str]:
    """What the record does not say of the acts and the law will ask."""
    for act in acts:
        asked = (
            (act["attribution"] == "private", "gap.private"),
            (act["attribution"] not in ("private", "state"), "gap.attribution"),
            (not act["began"], "gap.date"),
            (not act["place"], "gap.place"),
        )
        yield from (say(key, act=act.code).show(book, lang) for missing, key in asked if missing)


def _element(
    case: CaseFile,
    book: Book,
    element: str,
    acts: tuple[str, ...] | None,
    claims: dict[str, ClaimLine],
    lang: str,
) -> ElementLine:
    """One element; with `acts`, only propositions about them or about no act."""
    found = tuple(
        claims[row.code]
        for row in case.all("proposition")
        if element in (row["elements"] or [])
        and (acts is None or row["act"] is None or row["act"] in acts)
    )
    described = book.elements.get(element)
    text = described.text[lang] if described else ""
    evidence = tuple(described.evidence.get(lang, ())) if described else ()
    return ElementLine(element, text, _state(found), found, evidence)


def _state(claims: tuple[ClaimLine, ...]) -> str:
    if any(claim.strict for claim in claims):
        return "supported"
    return "asserted" if any(claim.generous for claim in claims) else "missing"


def _labels(case: CaseFile, book: Book, lang: str) -> Iterator[LabelLine]:
    from amparo.law.label import check

    used = {(row["label"], row["by"] or "") for row in case.all("label")}
    if case.body.get("narrative_label"):
        used.add((case.body["narrative_label"], ""))
    grounds = _grounds(case)
    seen: set[str] = set()
    for label, by in sorted(used, key=lambda pair: (pair[0], not pair[1])):
        if label in seen:
            continue
        seen.add(label)
        answer = check(label, grounds, book)
        yield LabelLine(
            label,
            by,
            answer.result,
            tuple(said.show(book, lang) for said in (*answer.reasons, *answer.missing)),
            tuple(f"{crime} {book.crimes[crime].label[lang]}" for crime in answer.proposed),
        )


def _law_claims(case: CaseFile, book: Book, lang: str) -> Iterator[LawClaimLine]:
    """What propositions about the law assert, in their own words or those of their statements."""
    from amparo.law.claims import check

    for row in case.all("proposition"):
        if row["aspect"] != "law":
            continue
        told = [s["quote"] for s in case.all("statement") if s["proposition"] == row.code]
        seen: set[tuple[str, str]] = set()
        for text in (row["text"], *told):
            for found in check(text, book):
                if (found.kind, found.state) in seen:
                    continue
                seen.add((found.kind, found.state))
                yield _law_claim(row.code, found, _grounds(case), book, lang)


def _law_claim(
    code: str, found: ClaimAnswer, grounds: list[str], book: Book, lang: str
) -> LawClaimLine:
    """The book's answer; of a label it depends on why people of this case were targeted."""
    from amparo.law.label import check as check_label

    if found.kind == "genocide" and grounds:
        label = check_label("genocide", grounds, book).as_dict(book, lang)
        reasons, sources = (*label["reasons"], *label["missing"]), tuple(label["sources"])
        return LawClaimLine(code, found.quote, label["result"], reasons, sources)
    answer = found.as_dict(book, lang)
    return LawClaimLine(
        code, found.quote, found.verdict, tuple(answer["reasons"]), tuple(answer["sources"])
    )


def _grounds(case: CaseFile) -> list[str]:
    return sorted({ground for act in case.all("act") for ground in act["targeted_for"] or []})


def assess_case(case_code: str) -> Assessment:
    """The law's answers on the acts of a case. Raises NotFound, BadInput."""
    from amparo.law.assess import assess

    case = load_case(case_code)
    book = book_of(case)
    return assess(facts_of(case, book), book)
