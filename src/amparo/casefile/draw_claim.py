"""What one proposition rests on, as a picture: its chains, for the team or for a use."""

from __future__ import annotations

from amparo.casefile.claim_graph import Use, weigh
from amparo.casefile.draw_chains import draw_chains, rows_of_chains
from amparo.casefile.draw_scope import Scope
from amparo.casefile.explain_chains import explain, label_exposures
from amparo.casefile.graph import Graph
from amparo.casefile.picture import ENGLISH, Picture, Tongue
from amparo.casefile.records import CaseFile
from amparo.casefile.release import released
from amparo.errors import NotFound, Refused


def draw_claim(
    case: CaseFile, claim: str, use: Use | None = None, tongue: Tongue = ENGLISH
) -> Picture:
    """The chains that lead to `claim`, and to its denial, as far as `use` lets them be shown.

    A source whose decision lets it be counted but not shown stands there without its code.
    Raises NotFound for another record, Refused when the claim itself may not leave.
    """
    use = use or Use()
    row = case.get(claim)
    if row is None or row.noun != "proposition":
        raise NotFound(
            "no such proposition", value=claim, remedy="name one of the case, such as P1"
        )
    shown = released(case, use)
    if claim not in shown.rows:
        raise Refused(
            "this proposition may not leave for this use",
            value=claim, remedy="it speaks of somebody whose consent does not cover it",
        )  # fmt: skip
    graph, found = weigh(case, claim, use)
    # Who is left out for want of consent is not named either.
    warnings = tuple(one for one in found.warnings if one["code"] != "withdrawn")
    found = found._replace(warnings=warnings)

    def label(name: str) -> str:
        return _label(case, shown, graph, name, tongue)

    say = tongue.say
    title = say("What {claim} rests on").format(claim=claim)
    told = explain(found, tongue.code, label_exposures(graph, label, tongue.code))
    rows = tuple(
        (say(side), say("at least" if run == "strict" else "at most"), str(number), chain)
        for side, run, number, chain in rows_of_chains(found, label)
    )
    return Picture(
        title,
        Scope(case, use, 0).tell(tongue),
        tuple(map(say, ("Side", "Count", "Chain", "From the origin to the claim"))),
        rows,
        draw_chains(graph, found, tongue.code, label),
        told=tuple(told),
        counts=(
            (found.supported.strict.k, found.supported.generous.k),
            (found.denied.strict.k, found.denied.generous.k),
        ),
    )


def _label(case: CaseFile, shown: CaseFile, graph: Graph, name: str, tongue: Tongue) -> str:
    """A node as people read it: the id, and for sources and items what they are."""
    if name not in case.rows:
        return tongue.say(graph.label(name))
    row = shown.get(name)
    if row is None:
        return tongue.say(
            "an item" if case.rows[name].noun == "item" else f"a {case.rows[name].noun}"
        )
    return (
        name if row.noun not in ("source", "item") or row.title == name else f"{name} {row.title}"
    )
