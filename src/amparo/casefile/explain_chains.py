"""Corroboration in words, English and French: facts and what would break them.

No sentence says how likely anything is, and for and against stay two figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from amparo.casefile.corroborate import Corroboration, Finding, Side
from amparo.casefile.graph import Graph

LANGUAGES = ("en", "fr")

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "for": "In support: ",
        "against": "Against: ",
        "for-end": "this claim",
        "against-end": "a denial of this claim",
        "none": "no chain leads from first-hand knowledge to {end}.",
        "one": "one chain leads from first-hand knowledge to {end}. "
        "If {cut} is disbelieved, nothing is left.",
        "two": "two chains lead from first-hand knowledge to {end} and share no link. "
        "If these two are disbelieved, nothing is left: {cut}.",
        "many": "{k} chains lead from first-hand knowledge to {end} and share no link. "
        "If these {k} are disbelieved, nothing is left: {cut}.",
        "range": "If every unknown origin knew at first hand and every suspected exposure "
        "did not happen, there would be {k}.",
        "chain": "Chain {n}: {chain}.",
        "unresolved": "Origin not known, to be asked: {names}.",
        "circle": "These only repeat one another, no origin is behind them: {names}.",
        "unlimited": "Not counted as a link, though the chains pass through: {names}. "
        "Whoever disbelieves an interpreter or interviewer must say so apart.",
        "denial-of-a-link": "{names}: the first disputes the second. "
        "This is not counted here; read it beside the chains.",
        "withdrawn": "Left out, consent does not cover this use: {names}.",
        "and": " and ",
        "shared": "what {names} may have from each other",
        "shared-certain": "what {names} have from each other",
        "single": "A claim that rests on one person is not thereby untrue: much violence has "
        "no other witness.",
        "merged": "Taken as one and the same: {names}.",
    },
    "fr": {
        "for": "À l'appui : ",
        "against": "En sens contraire : ",
        "for-end": "cette affirmation",
        "against-end": "une négation de cette affirmation",
        "none": "aucune chaîne ne mène d'une connaissance directe à {end}.",
        "one": "une seule chaîne mène d'une connaissance directe à {end}. "
        "Si l'on ne croit pas {cut}, il ne reste rien.",
        "two": "deux chaînes mènent d'une connaissance directe à {end}, sans maillon "
        "commun. Si l'on ne croit pas ces deux-là, il ne reste rien : {cut}.",
        "many": "{k} chaînes mènent d'une connaissance directe à {end}, sans maillon "
        "commun. Si l'on ne croit pas ces {k}-là, il ne reste rien : {cut}.",
        "range": "Si chaque origine inconnue avait une connaissance directe et si aucune "
        "contamination soupçonnée n'avait eu lieu, il y en aurait {k}.",
        "chain": "Chaîne {n} : {chain}.",
        "unresolved": "Origine inconnue, à demander : {names}.",
        "circle": "Ceux-ci ne font que se répéter, aucune origine n'est derrière eux : {names}.",
        "unlimited": "Non comptés comme maillons, bien que les chaînes passent par eux : {names}. "
        "Qui ne croit pas un interprète ou un enquêteur doit le dire à part.",
        "denial-of-a-link": "{names} : le premier conteste le second. "
        "Cela n'est pas compté ici ; à lire à côté des chaînes.",
        "withdrawn": "Laissés de côté, le consentement ne couvre pas cet usage : {names}.",
        "and": " et ",
        "shared": "ce que {names} ont peut-être les uns des autres",
        "shared-certain": "ce que {names} ont les uns des autres",
        "single": "Une affirmation qui repose sur une seule personne n'est pas fausse pour autant "
        ": bien des violences n'ont pas d'autre témoin.",
        "merged": "Tenus pour une seule et même chose : {names}.",
    },
}


def explain(found: Corroboration, lang: str = "en", label: Callable[[str], str] = str) -> list[str]:
    """Sentences for one answer; `label` turns a node id into what people read."""
    words = _WORDS[lang if lang in _WORDS else "en"]
    names = _Namer(words, label)
    told = _side("for", found.supported, words, names)
    if found.supported.strict.k == 1:
        told.append(words["single"])
    told += _side("against", found.denied, words, names)
    if found.unresolved:
        told.append(words["unresolved"].format(names=names.listed(found.unresolved)))
    for cycle in found.cycles_without_origin:
        told.append(words["circle"].format(names=names.listed(cycle)))
    for group in found.merged:
        told.append(words["merged"].format(names=names.listed(group)))
    for warning in found.warnings:
        shown = names.listed(warning["nodes"])
        told.append(words[warning["code"]].format(names=shown))
    return told


def label_exposures(
    graph: Graph, label: Callable[[str], str], lang: str = "en"
) -> Callable[[str], str]:
    """`label`, which also puts an exposure into words: whose accounts it joins.

    Overlapping exposures bear their names joined by plus signs (docs/spec/graph.md).
    """
    words = _WORDS[lang if lang in _WORDS else "en"]
    known = {one.id or f"contaminations[{n}]": one for n, one in enumerate(graph.contaminations)}
    names = _Namer(words, label)

    def told(name: str) -> str:
        parts = [known.get(part) for part in name.split("+")]
        found = [part for part in parts if part is not None]
        if not found or len(found) != len(parts) or any(name == node.id for node in graph.nodes):
            return label(name)
        key = "shared-certain" if all(part.certain for part in found) else "shared"
        joined = dict.fromkeys(node for part in found for node in part.nodes)
        return words[key].format(names=names.listed(list(joined)))

    return told


class _Namer:
    def __init__(self, words: dict[str, str], label: Callable[[str], str]) -> None:
        self.words, self.label = words, label

    def listed(self, ids: Sequence[str]) -> str:
        shown = [self.label(name) for name in ids]
        if len(shown) < 2:
            return "".join(shown)
        return ", ".join(shown[:-1]) + self.words["and"] + shown[-1]


def _side(which: str, side: Side, words: dict[str, str], names: _Namer) -> list[str]:
    told = [words[which] + _figure(side.strict, words[f"{which}-end"], words, names)]
    for number, chain in enumerate(side.strict.chains, 1):
        shown = " → ".join(names.label(name) for name in chain)
        told.append(words["chain"].format(n=number, chain=shown))
    if side.generous.k > side.strict.k:
        told.append(words["range"].format(k=side.generous.k))
    return told


def _figure(finding: Finding, end: str, words: dict[str, str], names: _Namer) -> str:
    key = {0: "none", 1: "one", 2: "two"}.get(finding.k, "many")
    return words[key].format(k=finding.k, end=end, cut=names.listed(finding.cut))


def explain_as_dict(found: Corroboration, label: Callable[[str], str] = str) -> dict[str, Any]:
    """The sentences in each language, for JSON."""
    return {lang: explain(found, lang, label) for lang in LANGUAGES}
