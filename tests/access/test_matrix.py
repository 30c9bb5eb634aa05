"""Every route and every command before every kind of member: no canary where none was granted.

**A new route or command must be named here**, or the first two tests fail:
- a route: add its name to `ROUTES`, with the form that a POST sends ({} for none). Give it a
  name that ends in -export, -take, -package, -document or -download, or begins with api- or
  filing-, when it hands something out: then it is asked with what the member may export only.
- a command: add it to `COMMANDS` with words to try (`{v}` vault, `{out}` a new file, `{c}`
  case), or to `APART` with the reason why it shows nothing of a vault's record.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import logging
import os
import re
import sys

import pytest
import typer.main
from django.test import Client

from amparo import __main__ as entry
from amparo.web.lock import Door, hands_out, set_door
from amparo.web.urls import urlpatterns

from .conftest import CASES, House, canary, leaks

# What a POST sends. None: not asked (the reason beside it).
ROUTES: dict[str, dict[str, str] | None] = {
    "language": {}, "start": {}, "unlock": None, "lock": None, "stay": {},  # both end or begin sessions
    "items": {}, "item-add": {}, "items-added": {}, "item-capture": {}, "item-captured": {},
    "items-outcomes": {}, "items-reread": {},
    "item": {}, "item-play": {}, "item-export": {"purpose": "to see"}, "item-place": {}, "item-state": {},
    "search": {"query": "cellar"}, "search-results": {}, "search-keep": {"query": "cellar"},
    "search-new": {}, "search-forget": {},
    "cases": {}, "case-import": {}, "case": {}, "case-export": {}, "case-hold": {"why": "x"}, "leaving": {"purpose": "media"}, "chart": {},
    "pictures": {}, "picture-take": {"form": "csv"}, "bulk": {}, "bulk-enter": {},
    "bulk-template": {}, "same": {"noun": "person", "text": "officer"}, "repeats": {},
    "repeats-look": {},
    "record-review": {"to": "review", "seen": "1"}, "chains": {}, "chains-take": {"form": "csv"}, "unfinished": {}, "law-case": {}, "law-act": {},
    "codings": {}, "coding": {"do": "save"}, "override-ask": {"why": "x"}, "override-decide": {},
    "filing": {"forum": "icc-15", "lang": "en", "on": "2026-11-22"},
    "filing-package": {}, "filing-document": {}, "filing-progress": {}, "filing-letter": {},
    "editor": {}, "editor-section": {"text": "x"}, "editor-versions": {},
    "editor-comment": {"text": "x"}, "comment-settle": {},
    "redactions": {}, "redact": {"part": "text"}, "redact-make": {}, "redact-preview": {},
    "redact-look": {}, "redact-copy": {}, "redact-back": {},
    "handovers": {}, "handover": {}, "withdrawals": {}, "withdrawal-told": {}, "withdraw": {},
    "records": {}, "record-add": {}, "record": {}, "record-change": {}, "record-retire": {},
    "record-history": {}, "task-done": {}, "tasks": {},
    "vocabularies": {}, "vocabulary-import": {}, "vocabulary": {}, "vocabulary-retire": {},
    "grants": {"do": "seen", "number": "1"}, "person-find": {"name": "Hassan"},
    "identity": {}, "identity-seal": {"note": "x"}, "identity-show": {"purpose": "to see"},
    "identity-erase": {"do": "grant", "sure": "no"},
    "law": {}, "law-crime": {}, "ledger": {}, "ledger-entry": {}, "verify": {}, "machine": {},
    "verify-package": {}, "witnesses": {}, "checkpoint-take": {}, "ledger-compare": {},
    "ledger-grow": {}, "ledger-cosign": {}, "ledger-keep": {},
    "post-quantum": None,  # of the owner: changes the ledger's keys
    "proof-take": {}, "entry-take": {}, "stamps": {},
    "stamps-ask": None, "stamps-upgrade": None,  # ask the network
    "stamps-authority": {}, "stamps-calendar": {}, "stamps-remove": {},
    "members": {}, "member-add": {}, "member-remove": {},
    "passphrase": {}, "recovery-words": None,  # of the owner: draws new words
    "reseal": {"own": "no"}, "backups": {}, "backup-make": {}, "exchanges": {}, "exchange-export": {"items": "I-0002"},
    "exchange-import": {}, "exchange-receipt": {}, "exchange-seal": {},
    "api-vault": {}, "api-items": {}, "api-item": {}, "api-cases": {}, "api-case": {},
    "api-chart": {}, "api-chains": {}, "api-law": {},
}  # fmt: skip

RECORDS = ("V-1", "V-2", "V-3", "AP-1", "S1", "A1", "P1", "P2", "ST1", "INV1", "X1")
FEW = ("V-1", "V-3", "AP-1", "S1", "P2", "ST1", "INV1", "X1")
PLURALS = ("persons", "sources", "statements", "involvements", "crossings", "propositions")
VALUES = {
    "redaction": ("RD1",), "item": ("I-0001", "I-0002", "I-0009"), "case": CASES,
    "record": RECORDS, "crime": ("7(1)(e)",),
    "position": ("0",), "start": ("0",), "number": ("1",), "sequence": ("3", "6", "12"),
    "name": ("act-kinds", "none"), "forum": ("icc-15",), "lang": ("en",), "place": ("summary",),
    "member": ("M-99",), "plural": PLURALS, "what": ("timeline", "map", "network", "chart"),
}  # fmt: skip


def asked(route: str) -> list[str]:
    """Addresses of one route, with every example value."""
    names = re.findall(r"<(\w+):(\w+)>", route)
    choices = [VALUES[name] if name in VALUES else VALUES[kind] for kind, name in names]
    found = []
    for values in itertools.product(*choices):
        address = route
        for (kind, name), value in zip(names, values, strict=True):
            address = address.replace(f"<{kind}:{name}>", value)
        # Of the case that is hidden altogether a few records do.
        if not ("BETA" in values and values[-1] in RECORDS[2:]):
            found.append(f"/{address}")
    return found


def words_of_commands(group=None, words=()):
    group = group or typer.main.get_command(entry.app)
    inner = getattr(group, "commands", None)
    if not inner:
        yield " ".join(words)
        return
    for name, command in inner.items():
        yield from words_of_commands(command, (*words, name))


APART = {
    "init": "makes a vault", "restore": "makes a vault of sealed bytes", "demo": "makes a vault",
    "serve": "the pages are asked themselves", "doctor": "opens no vault",
    "corroborate": "reads a graph from a file", "backup": "copies sealed bytes",
    "case fields": "opens no vault", "law claims": "opens no vault", "law label": "opens no vault",
    "law book show": "opens no vault", "law book check": "opens no vault",
    "law book diff": "opens no vault", "gazetteer": "opens no vault", "item capture": "asks the network",
    "import-items": "reads a package from a file", "seal": "opens no vault", "add-receipt": "reads a file",
    "ledger witness-key": "a public key", "ledger cosign": "reads a checkpoint from a file",
    "ledger add-cosignature": "reads a checkpoint from a file", "ledger services": "names of services",
    "ledger add-authority": "reads files", "ledger add-calendar": "an address",
    "ledger remove-service": "an address", "ledger stamp": "asks the network",
    "ledger upgrade": "asks the network", "ledger add-post-quantum": "for owners, a key",
    "vault passphrase": "slots only", "vault recover": "slots only", "vault recovery": "slots only",
    "vault reseal": "for owners", "member remove": "for owners", "member add": "for owners",
}  # fmt: skip
# {c} is tried with every case, {r} with records of every compartment.
COMMANDS: dict[str, list[str]] = {
    "verify": ["{v}"],
    "export-items": ["{v} I-0001 --out {out} --to them", "{v} I-0002 --out {out} --to them"],
    "search": ["{v} cellar", "{v} celar --json", "{v} source:S1 --json", "{v} case:{c}",
               "{v} cellar --counts --json"],
    "item add": ["{v} {file}"], "item list": ["{v}", "{v} --json"],
    "item show": ["{v} I-0001", "{v} I-0002 --json", "{v} I-0009"],
    "item export": ["{v} I-0001 --out {out}", "{v} I-0002 --out {out}"],
    "item outcomes": ["{v}", "{v} --json"],
    "case create": ["{v} BETA --title new", "{v} GAMMA --title new"],
    "case list": ["{v}", "{v} --json"], "case show": ["{v} {c}", "{v} {c} --json"],
    "case add": ["{v} {c} source kind=person title=x", "{v} {c} statement source=S1"],
    "case change": ["{v} {c} {r} note=x"], "case retire": ["{v} {c} {r} --why wrong"],
    "case history": ["{v} {c} {r}", "{v} {c} {r} --json"], "case import": ["{v} {file}"],
    "case export": ["{v} {c} --out {out}"],
    "case chart": ["{v} {c}", "{v} {c} --json", "{v} {c} --csv {out}.csv", "{v} {c} --svg {out}.svg"],
    "case may-leave": ["{v} {c} --purpose media", "{v} {c} --purpose filing:icc --recipient ICC-OTP --json"],
    "case draw": ["{v} {c} timeline --table", "{v} {c} network --json", "{v} {c} network --out {out}.svg",
                  "{v} {c} timeline --out {out}.csv", "{v} {c} map --table",
                  "{v} {c} chains --of P1 --table", "{v} {c} chains --of P2 --out {out}.svg"],
    "case same": ["{v} {c} person officer", "{v} {c} source zqsource", "{v} {c} place town --json"],
    "case unfinished": ["{v} {c}", "{v} {c} --json", "{v} {c} --forget 1"],
    "case template": ["{v} {c} --out {out}.xlsx"], "case add-table": ["{v} {c} {file}"],
    "case code": ["{v} {c} {r} grade=2"], "case agreement": ["{v} {c}", "{v} {c} --json"],
    "case answers": ["{v} {c}", "{v} {c} --json"],
    "vocabulary list": ["{v}"], "vocabulary show": ["{v} act-kinds"],
    "vocabulary add": ["{v} act-kinds x"], "vocabulary retire": ["{v} act-kinds x"],
    "vocabulary import": ["{v} {file}"], "vocabulary changed": ["{v} {c}", "{v} {c} --json"],
    "case review": ["{v} {c} {r} --to review"], "case propose": ["{v} {c}", "{v} {c} --json"],
    "task list": ["{v} --all", "{v} --json"], "task add": ["{v} {c} look --about S1"],
    "task done": ["{v} {c} TA1"],
    "law assess": ["--vault {v} --case {c}", "--vault {v} --case {c} --json"],
    "law deadlines": ["--vault {v} --case {c} --json"],
    "filing build": ["{v} {c} --out {out}"], "filing draft": ["{v} {c} --out {out}"],
    "filing redact": ["{v} {c} I1"], "filing check": ["{v} {c}", "{v} {c} --json"],
    "filing rules": [""], "filing key": ["{v} {c} I1", "{v} {c} I1 --json"],
    "filing override": ["{v} {c}", "{v} {c} OV1 --grant"],
    "filing list": ["{v}", "{v} --json"],
    "filing comment": ["{v} {c} summary x"], "filing comments": ["{v} {c}", "{v} {c} --json"],
    "filing sent": ["{v} I-0001 --to x --on 2026-01-01 --how post"],
    "filing affected": ["{v} {c} --person V-1"],
    "ledger show": ["{v} --limit 500", "{v} --limit 500 --json"], "ledger checkpoint": ["{v}"],
    "ledger prove": ["{v} 3", "{v} 6", "{v} I-0002", "{v} I-0001 --json", "{v} I-0001 --out {out}"],
    "ledger check-consistency": ["{v} --checkpoint {file}"], "ledger grow": ["{v} --since {file}"],
    "ledger stamps": ["{v}"],
    "vault show": ["{v}", "{v} --json"], "member list": ["{v}"],
    "member grant": ["{v} M-2 --compartment source"], "member revoke": ["{v} 1"],
    "member grants": ["{v}", "{v} --member M-2 --json"], "member role": ["{v} M-2 lawyer"],
    "member break-glass": ["{v} --case GAMMA --compartment source --why needed-at-once-tonight"],
    "member requests": ["{v}", "{v} --json"], "member agree": ["{v} 1", "{v} 99 --refuse"],
    "member notices": ["{v}", "{v} --seen 1"],
    "person seal": ["{v} {c} V-1 --from {file}"], "person find": ["{v} Hassan", "{v} حسن --json"],
    "person show": ["{v} {c} V-1 --purpose look", "{v} {c} V-1 --purpose look --json"],
    "person erase": ["{v} BETA V-1 --reason look", "{v} BETA V-1 --grant --yes"],
    "person erasures": ["{v}", "{v} --json"], "case hold": ["{v} {c}", "{v} {c} --why look"],
}  # fmt: skip

KINDS = ["owner", "intake", "documenter", "analyst", "lawyer", "protection officer",
         "data-security officer", "external reader", "nobody"]  # fmt: skip
SINGLE = ["only identity", "only contact", "only narrative", "only medical", "only shelter",
          "only travel", "only alleged perpetrator", "only source"]  # fmt: skip


def kinds(quick: set[str]) -> list:
    """Every kind of member; those not in `quick` only in the slow run."""
    marks = {kind: () if kind in quick else pytest.mark.slow for kind in KINDS + SINGLE}
    # Nothing is hidden from an owner, in any case: there is no leak to look for.
    return [pytest.param(kind, marks=mark) for kind, mark in marks.items() if kind != "owner"]


def test_every_route_is_in_the_matrix():
    assert {pattern.name for pattern in urlpatterns} == ROUTES.keys()


def test_every_command_is_in_the_matrix():
    assert set(words_of_commands()) == COMMANDS.keys() | APART.keys()
    assert not COMMANDS.keys() & APART.keys()


def test_every_role_is_in_the_matrix(house: House):
    assert {*KINDS, *SINGLE} == house.kinds.keys()


@pytest.fixture
def door(house):
    """The door of the pages, for one test: commands of other tests close what it holds open."""
    from amparo.web import lock

    lock.STEP_SECONDS, held = 0.0, lock.STEP_SECONDS
    made = Door(house.folder, 600.0)
    set_door(made)
    yield made
    made.close()
    lock.STEP_SECONDS = held


@pytest.fixture
def browse(door, house):
    """A browser of one kind of member."""

    def unlocked(kind: str) -> Client:
        browser = Client(SERVER_NAME="127.0.0.1")
        answer = browser.post("/unlock", {"passphrase": house.kinds[kind].passphrase})
        assert answer.status_code == 302
        return browser

    return unlocked


@pytest.mark.parametrize("kind", kinds({"analyst", "external reader"}))
def test_no_page_shows_what_was_not_granted(kind, browse, house, caplog):
    caplog.set_level(logging.INFO)
    browser, wrong = browse(kind), []
    for pattern in urlpatterns:
        form = ROUTES.get(pattern.name, {})
        if form is None:
            continue
        words = house.kinds[kind].forbidden(hands_out(pattern.name))
        for address in asked(str(pattern.pattern)):
            for answer in (browser.get(address), browser.post(address, form)):
                told = b"".join(f"{k}: {v}\n".encode() for k, v in answer.items())
                body = b"".join(answer) if answer.streaming else answer.content
                found = leaks(told, words) | leaks(body, words)
                if found or answer.status_code >= 500:
                    wrong.append((address, answer.status_code, sorted(found)))
    assert wrong == []
    assert not leaks(caplog.text.encode(), house.kinds[kind].forbidden(False))


def test_the_owner_sees_every_canary(browse, house):
    browser = browse("owner")
    seen = b"".join(
        browser.get(f"/cases/{case}/record/{code}").content for case in CASES for code in RECORDS
    )
    hidden = {canary("identity", case) for case in CASES}
    every = house.kinds["nobody"].forbidden(False) - {"zqcasealpha", "zqcasebeta"}
    assert every - leaks(seen, every) == hidden


PAIRS = [
    ("/cases/BETA", "/cases/NONE"),
    ("/cases/BETA/chart", "/cases/NONE/chart"),
    ("/cases/BETA/records/sources", "/cases/NONE/records/sources"),
    ("/cases/BETA/record/S1", "/cases/NONE/record/S1"),
    ("/cases/ALPHA/record/S1", "/cases/ALPHA/record/S9"),
    ("/cases/ALPHA/record/AP-1", "/cases/ALPHA/record/AP-9"),
    ("/cases/ALPHA/record/INV1/versions", "/cases/ALPHA/record/INV9/versions"),
    ("/cases/ALPHA/record/X1/change", "/cases/ALPHA/record/X9/change"),
    ("/items/I-0002", "/items/I-0009"),
    ("/items/I-0002/at/0/0", "/items/I-0009/at/0/0"),
    ("/api/items/I-0002", "/api/items/I-0009"),
    ("/api/cases/BETA", "/api/cases/NONE"),
    ("/ledger/0", "/ledger/99999"),
]


@pytest.mark.parametrize(("hidden", "missing"), PAIRS)
def test_not_allowed_looks_like_not_found(hidden, missing, browse):
    browser = browse("external reader")
    told = []
    for address in (hidden, missing):
        answer = browser.get(address)
        plain = re.sub(rb'value="[A-Za-z0-9]{32,}"', b"", answer.content)
        told.append((answer.status_code, len(plain), plain, sorted(answer.headers)))
    assert told[0] == told[1] and told[0][0] == 404


def run(words: list[str], passphrase_file) -> tuple[int, str]:
    """One command in this process: exit code, all that it printed."""
    from amparo.cli.main import run_app

    out = io.StringIO()
    held, sys.argv = sys.argv, ["amparo", *words]
    os.environ["AMPARO_PASSPHRASE_FILE"] = str(passphrase_file)
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                run_app()
            except SystemExit as ended:
                return int(ended.code or 0), out.getvalue()
    finally:
        sys.argv = held
        del os.environ["AMPARO_PASSPHRASE_FILE"]
    return 0, out.getvalue()


def tries(name: str, house: House, place) -> list[list[str]]:
    """Every form of one command."""
    found = []
    for number, words in enumerate(COMMANDS[name]):
        cases = CASES if "{c}" in words else ("",)
        records = FEW if "{r}" in words else ("",)
        for case, record in itertools.product(cases, records):
            out = place / f"{name.replace(' ', '-')}-{number}-{case}-{record}"
            done = words.format(v=house.folder, c=case, r=record, out=out, file=place / "file.txt")
            found.append([*name.split(), *done.split(" ")])
    return found


@pytest.fixture(scope="module")
def locked_house(house_template, tmp_path_factory):
    """A copy that no page holds open."""
    import shutil

    folder = tmp_path_factory.mktemp("halls") / "vault"
    shutil.copytree(house_template.folder, folder)
    return House(folder, house_template.kinds)


@pytest.mark.parametrize("kind", kinds({"external reader"}))
@pytest.mark.timeout(1800)
def test_no_command_tells_what_was_not_granted(kind, locked_house, tmp_path, monkeypatch, caplog):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr("amparo.crypto.memory.protect_process", lambda: None)
    house, held = locked_house, locked_house.kinds[kind]
    secret = tmp_path / "secret"
    secret.write_text(held.passphrase + "\n")
    place = tmp_path / "out"
    place.mkdir()
    (place / "file.txt").write_text("name: somebody\n")
    for name in COMMANDS:
        for words in tries(name, house, place):
            code, told = run(words, secret)
            found = leaks(told.encode(), held.forbidden(False))
            assert not found, (kind, words, code, found)
            assert "a fault in the program" not in told, (kind, words, told)
    for path in place.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        found = leaks(data + path.name.encode(), held.forbidden(True))
        assert not found, (kind, path, found)
    assert not leaks(caplog.text.encode(), held.forbidden(False))


@pytest.mark.parametrize(
    ("hidden", "missing"),
    [
        ("case show {v} BETA", "case show {v} NONE"),
        ("case history {v} ALPHA S1", "case history {v} ALPHA S9"),
        ("case export {v} BETA --out {out}", "case export {v} NONE --out {out}"),
        ("item show {v} I-0002", "item show {v} I-0009"),
        ("item export {v} I-0002 --out {out}", "item export {v} I-0009 --out {out}"),
        ("person show {v} BETA V-1 --purpose x", "person show {v} NONE V-1 --purpose x"),
        ("person show {v} ALPHA V-1 --purpose x", "person show {v} ALPHA V-9 --purpose x"),
        ("search {v} case:BETA", "search {v} case:NONE"),
        ("ledger prove {v} 1", "ledger prove {v} 99999"),
    ],
)
def test_commands_say_the_same_of_hidden_and_missing(
    hidden, missing, locked_house, tmp_path, monkeypatch
):
    monkeypatch.setattr("amparo.crypto.memory.protect_process", lambda: None)
    secret = tmp_path / "secret"
    secret.write_text(locked_house.kinds["external reader"].passphrase + "\n")
    told = []
    for words in (hidden, missing):
        done = words.format(v=locked_house.folder, out=tmp_path / "out").split(" ")
        code, said = run(done, secret)
        for one in ("BETA", "NONE", "S1", "S9", "I-0002", "I-0009", "V-1", "V-9", "99999"):
            said = said.replace(one, "#")
        told.append((code, re.sub(r"(value: |: )1\b", r"\1#", said)))
    assert told[0] == told[1]
