"""A vault with two cases, a canary in every compartment of each, and a member of every kind.

A canary is a word that stands nowhere else: `zqsourcealpha` lies in the compartment `source`
of the case ALPHA. Where the member has no grant for it, it must not appear, whatever is asked.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from amparo.access.roles import COMPARTMENTS, ROLES
from amparo.store.settings import configure

configure()

CASES = ("ALPHA", "BETA")
WHOLE = "case"
# Of a person who has not decided: shown to the team, to nobody outside.
SILENT = "silent"


def canary(compartment: str, case: str) -> str:
    """The word that stands only in this compartment of this case."""
    return f"zq{compartment.split()[0]}{case.lower()}"


def case_text(case: str) -> str:
    """A case file with a canary in every noun and field of every compartment."""
    narrative, source = canary("narrative", case), canary("source", case)
    silent = canary(SILENT, case)
    alleged, travel = canary("alleged", case), canary("travel", case)
    return f"""
format: amparo-case/1
case: {{code: {case}, title: "{canary(WHOLE, case)}", language: en, summary: "{narrative} summary", group: "{narrative}"}}
items:
  - {{id: I1, file: "{narrative}.txt", title: "account {narrative}"}}
places: [{{id: PL1, name: "{narrative} town", precision: town, published_precision: country, state: XV, lat: 1.0, lon: 2.0}}]
persons:
  - {{id: V-1, role: "{narrative} victim", counting_unit: one person, size: 1, reach: "{canary("contact", case)}", health: "{canary("medical", case)}", shelter: "{canary("shelter", case)}"}}
  - {{id: AP-1, role: "{alleged} officer", counting_unit: one person}}
  - {{id: V-2, role: "{alleged} cousin", counting_unit: one person}}
  - {{id: V-3, role: "{silent} victim", counting_unit: one person}}
sources: [{{id: S1, kind: person, title: "{source}", person: V-1, grade: B, note: "{source}"}}]
events: [{{id: E1, title: "{narrative} event", began: "2017-03-02", places: [PL1], description: "{narrative}"}}, {{id: E2, title: "{silent} event", began: "2017-03-02"}}]
acts: [{{id: A9, event: E2, kind: "{silent} beating", victim: V-3, began: "2017-03-02"}}, {{id: A1, event: E1, kind: "{narrative} detention", crime: "7(1)(e)", victim: V-1, began: "2017-03-02", place: PL1, attribution: state}}]
propositions:
  - {{id: P1, text: "{narrative} happened", act: A1, aspect: happened, elements: ["7(1)(e).1"]}}
  - {{id: P2, text: "{alleged} did it", act: A1, aspect: perpetrator}}
  - {{id: P3, text: "{silent} happened", act: A9, aspect: happened}}
statements:
  - {{id: ST1, source: S1, item: I1, part: text, quote: "{narrative} was beaten", proposition: P1, knows_by: perceived, stance: supports, grade: 2, language: en, basis: "{source} says so"}}
  - {{id: ST2, source: S1, item: I1, part: text, quote: "in the cellar", proposition: P2, knows_by: perceived, stance: supports, language: en}}
involvements:
  - {{id: INV1, act: A1, person: AP-1, degree: carried out, capacity: state agent, unit: "{alleged} unit", basis: ST2}}
  - {{id: INV2, act: A1, person: V-2, degree: suspected, note: "{alleged}"}}
contaminations: [{{id: C1, statements: [ST1, ST2], certain: true, why: "{narrative}"}}]
crossings: [{{id: X1, person: V-1, from: XV, to: LT, on: "2017-06-03", note: "{travel}"}}]
responses: [{{id: R1, by: "{narrative} ministry", on: "2017-04-02", to: E1, answer: denies facts}}]
remedies: [{{id: RM1, act: A1, decided_on: "2018-01-01", final: true, body: "{narrative} court"}}]
consents: [{{id: CO1, subject: V-1, given_by: "V-1", purpose: "filing:icc", recipient: "ICC-OTP", identity_level: named, given_on: "2020-01-01"}}]
labels: [{{id: L1, label: "{narrative}", by: S1, on: [A1], status: hypothesis}}]
"""


@dataclass
class Kind:
    """One kind of member: what they may see and take out, in the case ALPHA only."""

    code: str
    passphrase: str
    sees: frozenset[str] = frozenset()
    exports: frozenset[str] = frozenset()
    outside: bool = False

    def forbidden(self, exporting: bool) -> set[str]:
        """Canaries that must not appear before this member."""
        held = self.exports if exporting else self.sees
        every = {canary(c, case) for c in COMPARTMENTS for case in CASES}
        allowed = {canary(c, "ALPHA") for c in held}
        every |= {canary(SILENT, case) for case in CASES}
        if "narrative" in held and not self.outside:
            allowed.add(canary(SILENT, "ALPHA"))
        title = {canary(WHOLE, "BETA")} | (set() if held else {canary(WHOLE, "ALPHA")})
        return (every - allowed) | title


@dataclass
class House:
    """The vault, and its members by name: roles, `only <compartment>`, `nobody`, `owner`."""

    folder: Path
    kinds: dict[str, Kind] = field(default_factory=dict)


def unpacked(data: bytes) -> list[bytes]:
    """The bytes, and what lies inside where they are an archive or a PDF."""
    found = [data]
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                found += [name.encode(), *unpacked(archive.read(name))]
    if data[:5] == b"%PDF-":
        from pypdf import PdfReader

        pages = PdfReader(io.BytesIO(data)).pages
        found.append("\n".join(page.extract_text() for page in pages).encode())
    return found


def leaks(data: bytes, words: set[str]) -> set[str]:
    """Which of the canaries stand in the bytes."""
    seen = [piece.lower() for piece in unpacked(data)]
    return {word for word in words if any(word.encode() in piece for piece in seen)}


@pytest.fixture(scope="session")
def house_template(tmp_path_factory, empty_vault_template, cheap_cost) -> House:
    """The vault, made once."""
    from amparo.access.grants import give, give_role
    from amparo.casefile.blind import seal_person
    from amparo.casefile.case_file import import_text
    from amparo.intake.receive import receive_bytes
    from amparo.vault.rekey import add_member
    from amparo.vault.unlock import open_vault

    own = "seven grey herons over the quiet harbour"
    folder = tmp_path_factory.mktemp("house") / "vault"
    shutil.copytree(empty_vault_template, folder)
    vault = open_vault(folder, own)
    every = frozenset(COMPARTMENTS)
    house = House(folder, {"owner": Kind("M-1", own, every, every)})
    try:
        for case in CASES:
            word = canary("narrative", case)
            text = f"{word} was beaten\n\nin the cellar of the {word} house\n"
            receive_bytes(vault, "M-1", [(f"{word}.txt", text.encode())])
            import_text("M-1", case_text(case), "case.yaml", lambda name: "")
            seal_person(vault, case, "V-1", {
                "name": f"{canary('identity', case)} Хасан", "note": canary("identity", case),
                "contact": canary("contact", case), "address": canary("contact", case),
            })  # fmt: skip
        for role in ROLES.values():
            if role.name not in ("owner", "member"):
                secret = f"the words of {role.name}"
                code = add_member(
                    vault, own, secret, role=role.name, cases=["ALPHA"], cost=cheap_cost
                )
                pairs = set(role.pairs())
                house.kinds[role.name] = Kind(
                    code, secret,
                    frozenset(c for c, action in pairs if action == "see"),
                    frozenset(c for c, action in pairs if action == "export"),
                    role.outside,
                )  # fmt: skip
        told = {"purpose": "filing:icc", "recipient": "ICC-OTP", "cases": ["ALPHA"]}
        give_role("M-1", house.kinds["external reader"].code, "external reader", **told)
        for compartment in ("", *COMPARTMENTS):
            name = f"only {compartment}" if compartment else "nobody"
            secret = f"the words of {name}"
            code = add_member(vault, own, secret, role="intake", cases=["NONE"], cost=cheap_cost)
            if compartment:
                give("M-1", code, compartment, "see", case="ALPHA")
            house.kinds[name] = Kind(code, secret, frozenset({compartment} - {""}))
    finally:
        vault.close()
    return house


@pytest.fixture(scope="module")
def house(house_template, tmp_path_factory) -> House:
    """A copy for one module."""
    folder = tmp_path_factory.mktemp("rooms") / "vault"
    shutil.copytree(house_template.folder, folder)
    return House(folder, house_template.kinds)
