"""Answer times and sizes of "not allowed" beside "not found", for every family of addresses.

Somebody who may not see a thing asks for it, and for a thing that is not there. The peer is the
same question asked twice: two series of "not found". Each line gives the medians, the ratio of
the hidden to the missing, the ratio of the missing to itself, and how often a guess from one
answer's time would be right (0.50 is chance: the area under the ROC curve, which is Mann and
Whitney's U over the number of pairs), each beside the same figure of the peer.

Run: .venv/bin/python bench/access.py [ROUNDS] [RECORDS OF THE HIDDEN CASE] [ROLE] [PART/PARTS]
(one role alone, and one part of the families: a refusal takes a tenth of a second on purpose)
"""

from __future__ import annotations

import logging
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from amparo.access.grants import give_role
from amparo.casefile.case_file import import_text
from amparo.casefile.revise import Draft, add_records
from amparo.crypto.slots import Cost
from amparo.custody.models import LedgerEntry
from amparo.intake.receive import receive_bytes
from amparo.vault.rekey import add_member
from amparo.vault.unlock import create_vault, open_vault

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.access.conftest import canary, case_text

OWN = "seven grey herons over the quiet harbour"
THEIRS = {"external reader": "the words of the reader", "intake": "the words of the worker"}
CHEAP = Cost(64, 1, 1)
# Family: what is hidden, what is not there; asked as it stands, or with a form.
FAMILIES: dict[str, tuple[str, str, dict[str, str] | None]] = {
    "case": ("/cases/BETA", "/cases/NONE", None),
    "chart": ("/cases/BETA/chart", "/cases/NONE/chart", None),
    "chains": ("/cases/BETA/chains/P1", "/cases/NONE/chains/P1", None),
    "picture": ("/cases/BETA/pictures/network", "/cases/NONE/pictures/network", None),
    "law": ("/cases/BETA/law", "/cases/NONE/law", None),
    "filing": ("/cases/BETA/filing", "/cases/NONE/filing", None),
    "editor": ("/cases/BETA/text/icc-15/en", "/cases/NONE/text/icc-15/en", None),
    "redact": ("/cases/BETA/redact", "/cases/NONE/redact", None),
    "sent": ("/cases/BETA/sent", "/cases/NONE/sent", None),
    "leaving": ("/cases/BETA/leaving", "/cases/NONE/leaving", {"purpose": "media"}),
    "bulk": ("/cases/BETA/bulk", "/cases/NONE/bulk", None),
    "repeats": ("/cases/BETA/repeats", "/cases/NONE/repeats", None),
    "coding": ("/cases/BETA/coding", "/cases/NONE/coding", None),
    "records": ("/cases/BETA/records/sources", "/cases/NONE/records/sources", None),
    "record": ("/cases/BETA/record/S1", "/cases/NONE/record/S1", None),
    "record of a case that is seen": ("/cases/ALPHA/record/X1", "/cases/ALPHA/record/X9", None),
    "versions": ("/cases/ALPHA/record/X1/versions", "/cases/ALPHA/record/X9/versions", None),
    "review": ("/cases/ALPHA/record/X1/review", "/cases/ALPHA/record/X9/review", None),
    "change": ("/cases/ALPHA/record/X1/change", "/cases/ALPHA/record/X9/change", None),
    "identity": ("/cases/BETA/identity/V-1", "/cases/NONE/identity/V-1", None),
    "export": ("/cases/BETA/export", "/cases/NONE/export", {}),
    "item": ("/items/I-0002", "/items/I-0009", None),
    "place of an item": ("/items/I-0002/at/0/0", "/items/I-0009/at/0/0", None),
    "item export": ("/items/I-0002/export", "/items/I-0009/export", {"purpose": "look"}),
    "search": ("/search", "/search", None),
    "search in a case": ("/search", "/search", None),
    "ledger entry": ("/ledger/{hidden}", "/ledger/99999", None),
    "API, case": ("/api/cases/BETA", "/api/cases/NONE", None),
    "API, chart": ("/api/cases/BETA/chart", "/api/cases/NONE/chart", None),
    "API, item": ("/api/items/I-0002", "/api/items/I-0009", None),
}
SEARCHES = {
    "search": (canary("narrative", "BETA"), canary("narrative", "NONE")),
    "search in a case": ("case:BETA", "case:NONE"),
}


def make_house(folder: Path, records: int) -> int:
    """Two cases; the members see one, and the other is large. Number of a hidden entry."""
    create_vault(folder, OWN, cost=CHEAP)
    vault = open_vault(folder, OWN)
    for case in ("ALPHA", "BETA"):
        word = canary("narrative", case)
        text = f"{word} was beaten\n\nin the cellar of the {word} house\n"
        if case == "BETA":
            text += "\n\n".join(f"paragraph {n} of the hidden account {word}" for n in range(2_000))
        receive_bytes(vault, "M-1", [(f"{word}.txt", text.encode())])
        import_text("M-1", case_text(case), "case.yaml", lambda name: "")
    more = [
        Draft("person", f"V-{n}", {"role": f"resident {n}", "counting_unit": "one person"})
        for n in range(10, 10 + records)
    ]
    add_records("M-1", "BETA", more, reason="a large case")
    for role, secret in THEIRS.items():
        code = add_member(vault, OWN, secret, role=role, cases=["ALPHA"], cost=CHEAP)
        if role == "external reader":
            give_role("M-1", code, role, cases=["ALPHA"], purpose="filing:icc", recipient="ICC-OTP")
    entry = LedgerEntry.objects.filter(case_code="BETA").first()
    vault.close()
    return entry.sequence if entry else 0


def ask(browser, family: str, hidden: bool) -> Callable[[], object]:
    address = FAMILIES[family][0 if hidden else 1]
    form = FAMILIES[family][2]
    if family in SEARCHES:
        return lambda: browser.post(
            address, {"query": SEARCHES[family][0 if hidden else 1]}, follow=True
        )
    return (lambda: browser.get(address)) if form is None else (lambda: browser.post(address, form))


def timed(question: Callable[[], object]) -> tuple[float, int, int]:
    start = time.perf_counter()
    answer = question()
    body = b"".join(answer) if answer.streaming else answer.content
    return time.perf_counter() - start, len(body), answer.status_code


def guess(one: list[float], other: list[float]) -> float:
    """How often the longer of two answers, one from each list, is of the first."""
    wins = sum((a > b) + 0.5 * (a == b) for a in one for b in other)
    return wins / (len(one) * len(other))


def measure(browser, family: str, rounds: int, rng: random.Random) -> str:
    kinds = {"hidden": True, "missing": False, "again": False}
    times: dict[str, list[float]] = {kind: [] for kind in kinds}
    sizes: dict[str, set[tuple[int, int]]] = {kind: set() for kind in kinds}
    for at in range(rounds + 3):
        for kind in rng.sample(list(kinds), 3):
            took, size, status = timed(ask(browser, family, kinds[kind]))
            if at >= 3:
                times[kind].append(took)
                sizes[kind].add((status, size))
    ms = {kind: statistics.median(found) * 1_000 for kind, found in times.items()}
    same = (
        "same" if sizes["hidden"] == sizes["missing"] else f"{sizes['hidden']} {sizes['missing']}"
    )
    return (
        f"{family:30s} {ms['hidden']:7.2f} {ms['missing']:7.2f} {ms['again']:7.2f}"
        f"   {ms['hidden'] / ms['missing']:5.2f} {ms['again'] / ms['missing']:5.2f}"
        f"   {guess(times['hidden'], times['missing']):.2f}"
        f" {guess(times['again'], times['missing']):.2f}   {same}"
    )


def main(rounds: int, records: int, roles: list[str], families: list[str]) -> None:
    from django.test import Client

    logging.disable(logging.CRITICAL)

    from amparo.web.lock import Door, set_door

    rng = random.Random(1)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "vault"
        hidden = make_house(folder, records)
        there, missing, form = FAMILIES["ledger entry"]
        FAMILIES["ledger entry"] = (there.format(hidden=hidden), missing, form)
        door = Door(folder, 3_600.0)
        set_door(door)
        for role in roles:
            secret = THEIRS[role]
            browser = Client(SERVER_NAME="127.0.0.1")
            assert browser.post("/unlock", {"passphrase": secret}).status_code == 302
            print(f"\n{role}; {rounds} answers each, hidden case of {records} persons more")
            print(
                f"{'milliseconds, medians':30s}  hidden missing   again   ratio  peer   guess peer"
            )
            for family in families:
                print(measure(browser, family, rounds, rng), flush=True)
        door.close()


if __name__ == "__main__":
    asked, defaults = sys.argv[1:], ("60", "2000", "", "1/1")
    rounds_, records_, role_, share = (*asked, *defaults[len(asked) :])
    part, parts = map(int, share.split("/"))
    main(
        int(rounds_),
        int(records_),
        [role_] if role_ else list(THEIRS),
        list(FAMILIES)[part - 1 :: parts],
    )
