"""A process killed at any moment: the vault opens, verifies, and has all that was acknowledged.

The child is forked from a process that has everything loaded, so that the kill falls into
the work and not into start-up. It deposits, edits the record, changes its passphrase, backs
up and re-seals, and writes down what was acknowledged.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from amparo.casefile.models import Record
from amparo.casefile.records import list_cases
from amparo.casefile.revise import Draft, add_records, change_record, create_case
from amparo.crypto.slots import Cost
from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.work import work
from amparo.errors import Locked
from amparo.store import lock
from amparo.store.text_index import IndexForm
from amparo.vault.backup import back_up
from amparo.vault.deposit import Arrival, Extract, deposit
from amparo.vault.identity import seal_identity, show_identity
from amparo.vault.models import Item
from amparo.vault.rekey import change_passphrase
from amparo.vault.reseal import reseal
from amparo.vault.unlock import mark_writing, open_vault
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE

CHEAP = Cost(64, 1, 1)
PHRASES = (PASSPHRASE, "eleven quiet boats in the grey morning")


ACTIONS = ("deposit", "change", "back up", "re-seal")
# A child is killed within so many rounds of what it does, measured here and now.
ROUNDS = 1.6
# The vault grows, and re-sealing takes as long as it is large: measured again so often.
MEASURED_EVERY = 40


class Told:
    """What was acknowledged, a line each; written by the child, read by the parent."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __call__(self, *words: object) -> None:
        with self.path.open("a") as file:
            file.write(" ".join(map(str, words)) + "\n")

    def lines(self) -> list[list[str]]:
        text = self.path.read_text() if self.path.exists() else ""
        return [line.split(" ", 2) for line in text.split("\n")[:-1]]


def put(vault, chance: random.Random, told: Told) -> None:
    """Deposit a few objects, as `receive` does once they have been read."""
    with lock.hold(vault.folder), mark_writing(vault):
        arrivals = []
        for _ in range(chance.randrange(1, 5)):
            data = chance.randbytes(chance.choice([10, 3_000] * 6 + [70_000, (1 << 20) + 99]))
            text = Extract("text", "", data[:300].hex())
            arrivals.append(
                Arrival(vault.packs.put(data), "x.bin", "unknown", "application/octet-stream",
                        "ok", extracts=(text,))
            )  # fmt: skip
        vault.packs.flush()
        done = deposit(vault.member, arrivals, index_form=IndexForm())
        vault.packs.release()
    for one in done:
        told("item", one.item.sha256)


def edit(vault, chance: random.Random, told: Told) -> None:
    name = f"Person {chance.random()}"
    seal_identity(vault, "KARV", "V-1", {"name": name})
    told("name", name)


def revise(vault, chance: random.Random, told: Told) -> None:
    """Add records and change one: each acknowledged version has to be there afterwards."""
    if not list_cases():
        create_case(vault.member, {"code": "KARV", "title": "A case", "language": "en"})
    person = {"counting_unit": "one person", "note": f"first {chance.random()}"}
    drafts = [Draft("person", "", person) for _ in range(chance.randrange(1, 4))]
    for row in add_records(vault.member, "KARV", drafts, reason="more people"):
        told("record", f"{row.code}/1", person["note"])
    note = f"second {chance.random()}"
    changed = {**person, "note": note}
    change_record(vault.member, "KARV", row.code, changed, seen_version=1)
    told("record", f"{row.code}/2", note)


def enter(vault, chance: random.Random, told: Told) -> None:
    with work(vault.member, "note") as custody:
        custody.enter("verify", result="ok")
    told("entries", LogState.objects.get().size)


def work_until_killed(
    folder: Path, told: Told, seed: int, action: str, *, once: bool = False
) -> None:
    chance = random.Random(seed)
    phrase = phrase_of(folder)
    told("begun", action)
    while True:
        vault = open_vault(folder, PHRASES[phrase])
        try:
            if action in ("deposit", "change"):
                for step in (put, edit, revise, enter):
                    step(vault, chance, told)
            if action == "back up":
                size = LogState.objects.get().size
                back_up(vault, folder.with_name("copy"))
                told("backup", size)
            elif action == "re-seal":
                reseal(vault, PHRASES[phrase], cost=CHEAP)
                told("done", action)
            elif action == "deposit":
                put(vault, chance, told)
                put(vault, chance, told)
        finally:
            vault.close()
        if action == "change":
            change_passphrase(folder, PHRASES[phrase], PHRASES[1 - phrase], cost=CHEAP)
            phrase = 1 - phrase
            told("phrase", phrase)
        if once:
            return


def phrase_of(folder: Path) -> int:
    for number, phrase in enumerate(PHRASES):
        try:
            open_vault(folder, phrase).close()
        except Locked:
            continue
        return number
    raise AssertionError("no passphrase opens the vault any more")


def check(folder: Path, told: Told, whole: bool) -> None:
    phrase = phrase_of(folder)
    vault = open_vault(folder, PHRASES[phrase])
    try:
        lines = told.lines()
        items = {line[1] for line in lines if line[0] == "item"}
        held = dict(Item.objects.values_list("sha256", "locator"))
        assert items <= set(held), "an acknowledged item is gone"
        for digest in sorted(items)[-4:]:
            vault.packs.check(held[digest])
        sizes = [int(line[1]) for line in lines if line[0] == "entries"]
        assert LedgerEntry.objects.count() >= max(sizes, default=0)
        check_records([line[1:] for line in lines if line[0] == "record"])
        if any(line[0] == "name" for line in lines):
            shown = show_identity(vault, "KARV", "V-1", purpose="test")
            assert shown["name"].startswith("Person ")
        if whole:
            assert verify_vault(vault).faults == []
    finally:
        vault.close()


def check_records(told: list[list[str]]) -> None:
    """Every version that was acknowledged is kept, and no change was half made."""
    notes = {
        f"{code}/{version}": body["note"]
        for code, version, body in Record.objects.filter(noun="person").values_list(
            "code", "version", "body"
        )
    }
    assert dict(told).items() <= notes.items()
    current = Counter(Record.objects.filter(current=True).values_list("code", flat=True))
    assert set(current.values()) <= {1}, "one version of each record is the current one"


def check_backup(folder: Path, told: Told) -> None:
    """The backup is the last acknowledged one, or a newer one; it is whole either way."""
    sizes = [int(line[1]) for line in told.lines() if line[0] == "backup"]
    copy = folder.with_name("copy")
    if not sizes:
        return
    vault = open_vault(copy, PHRASES[phrase_of(copy)])
    try:
        assert LedgerEntry.objects.count() >= max(sizes)
        assert verify_vault(vault).faults == []
    finally:
        vault.close()


def longest(folder: Path, told: Told) -> dict[str, float]:
    """Seconds that some rounds of each action take on this machine, as busy as it is."""
    taken = {}
    for number, action in enumerate(ACTIONS):
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            try:
                work_until_killed(folder, told, 1000 + number, action, once=True)
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        taken[action] = (time.monotonic() - began) * ROUNDS
    return taken


def killed_at_random(folder: Path, rounds: int) -> Counter[str]:
    told = Told(folder.with_name("acknowledged"))
    chance = random.Random(7)
    check(folder, told, whole=True)
    begun, measured = 0, Counter[str]()
    for number in range(rounds):
        if number % MEASURED_EVERY == 0:
            before = kinds(told)
            limits = longest(folder, told)
            measured += kinds(told) - before
            begun += len(ACTIONS)
        action = ACTIONS[number % len(ACTIONS)]
        child = os.fork()
        if child == 0:
            try:
                work_until_killed(folder, told, number, action)
            finally:
                os._exit(1)
        while sum(line[0] == "begun" for line in told.lines()) <= begun + number:
            time.sleep(0.002)
        time.sleep(chance.random() * limits[action])
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"round {number}: the child failed by itself ({action})"
        check(folder, told, whole=number % 8 < 4 and number % 24 < 8 or number == rounds - 1)
        if action == "back up" and number % 20 == 2:
            check_backup(folder, told)
    return kinds(told) - measured


def kinds(told: Told) -> Counter[str]:
    """How often each kind of thing was acknowledged."""
    return Counter(line[0] for line in told.lines())


@pytest.mark.timeout(600)
def test_whatever_was_acknowledged_outlives_a_kill_at_any_moment(vault_folder):
    done = killed_at_random(vault_folder, 200)
    for kind in ("item", "name", "record", "entries", "phrase", "backup", "done"):
        assert done[kind] > 3, f"the kills came too early to prove anything: {done}"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_whatever_was_acknowledged_outlives_a_kill_at_any_moment_at_length(vault_folder):
    print(dict(killed_at_random(vault_folder, 1000)))
