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

from amparo.crypto.slots import Cost
from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.work import work
from amparo.errors import Locked
from amparo.store import lock
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


# Seconds after which the child is killed, at most: a few rounds of what it does.
LONGEST = {"deposit": 0.1, "change": 0.25, "back up": 0.4, "re-seal": 1.2}


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
        done = deposit(vault.member, arrivals, index_form=str)
        vault.packs.release()
    for one in done:
        told("item", one.item.sha256)


def edit(vault, chance: random.Random, told: Told) -> None:
    name = f"Person {chance.random()}"
    seal_identity(vault, "KARV", "V-1", {"name": name})
    told("name", name)


def enter(vault, chance: random.Random, told: Told) -> None:
    with work(vault.member, "note") as custody:
        custody.enter("verify", result="ok")
    told("entries", LogState.objects.get().size)


def work_until_killed(folder: Path, told: Told, seed: int, action: str) -> None:
    chance = random.Random(seed)
    phrase = phrase_of(folder)
    told("begun", action)
    while True:
        vault = open_vault(folder, PHRASES[phrase])
        try:
            if action in ("deposit", "change"):
                for step in (put, edit, enter):
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
        if any(line[0] == "name" for line in lines):
            shown = show_identity(vault, "KARV", "V-1", purpose="test")
            assert shown["name"].startswith("Person ")
        if whole:
            assert verify_vault(vault).faults == []
    finally:
        vault.close()


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


def killed_at_random(folder: Path, rounds: int) -> Counter[str]:
    told = Told(folder.with_name("acknowledged"))
    chance = random.Random(7)
    actions = list(LONGEST)
    check(folder, told, whole=True)
    for number in range(rounds):
        action = actions[number % len(actions)]
        child = os.fork()
        if child == 0:
            try:
                work_until_killed(folder, told, number, action)
            finally:
                os._exit(1)
        while sum(line[0] == "begun" for line in told.lines()) <= number:
            time.sleep(0.002)
        time.sleep(chance.random() * LONGEST[action])
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), f"round {number}: the child failed by itself ({action})"
        check(folder, told, whole=number % 8 < 4 and number % 24 < 8 or number == rounds - 1)
        if action == "back up" and number % 20 == 2:
            check_backup(folder, told)
    return Counter(line[0] for line in told.lines())


@pytest.mark.timeout(600)
def test_whatever_was_acknowledged_outlives_a_kill_at_any_moment(vault_folder):
    done = killed_at_random(vault_folder, 200)
    for kind in ("item", "name", "entries", "phrase", "backup", "done"):
        assert done[kind] > 3, f"the kills came too early to prove anything: {done}"


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_whatever_was_acknowledged_outlives_a_kill_at_any_moment_at_length(vault_folder):
    killed_at_random(vault_folder, 1000)
