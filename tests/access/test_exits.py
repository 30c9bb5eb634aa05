"""Every place where something leaves asks consent for its use. A new one must be named here.

`ASKS`: what is done with it, for a use that one person agreed to and another did not; then
nothing of the other is in what leaves. `APART`: why it does not ask. The exits are found in
the code: commands that write a file, views that answer with one, and the API.
"""

from __future__ import annotations

import inspect

import pytest
import typer.main
from django.test import Client

from amparo import __main__ as entry
from amparo.store.settings import configure
from amparo.web.lock import Door, hands_out, set_door

from .conftest import House, unpacked
from .test_matrix import run

configure()

from amparo.web.urls import urlpatterns  # noqa: E402

USE = "--purpose filing:icc --recipient ICC-OTP"
# Files that a command reads, not writes.
READS = {"target", "checkpoint", "authority", "package", "graph", "paths", "overlay", "file",
         "facts", "text", "other", "protect", "columns", "proof", "roots", "certificate",
         "source"}  # fmt: skip
COMMANDS = {
    "case export": f"{{v}} ALPHA --out {{out}} {USE}",
    "case chart": f"{{v}} ALPHA --csv {{out}}.csv --svg {{out}}.svg {USE}",
    "case draw": f"{{v}} ALPHA timeline --out {{out}}.csv {USE}",
    "item export": "{v} I-0001 --out {out} --for filing:icc --to ICC-OTP",
    "export-items": "{v} I-0001 --out {out} --to ICC-OTP --for filing:icc",
    "filing build": "{v} ALPHA --out {out}",
    "filing draft": "{v} ALPHA --out {out}",
}
COMMANDS_APART = {
    "import-items": "the receipt names digests of what was taken in",
    "add-receipt": "reads a receipt",
    "demo": "the demonstration case, all invented",
    "corroborate": "a picture of a graph that the user gave",
    "case template": "headings of the schema and terms of vocabularies",
    "law deadlines": "dates and ids of acts for the team's own calendar",
    "seal": "encrypts a package that was made, and asked about, before",
    "ledger prove": "an entry of the ledger, which holds no personal data",
}
ROUTES = {
    "case-export": "/cases/ALPHA/export",
    "picture-take": "/cases/ALPHA/pictures/network/take",
    "chains-take": "/cases/ALPHA/chains/P3/take",
    "item-export": "/items/I-0001/export",
    "exchange-export": "/exchanges/hand",
    "filing-package": "/cases/ALPHA/filing/package",
    "api-case": "/api/cases/ALPHA?use=CO1",
    "api-chart": "/api/cases/ALPHA/chart?use=CO1",
    "api-chains": "/api/cases/ALPHA/chains/P3?use=CO1",
}
ROUTES_APART = {
    "bulk-template": "headings of the schema and terms of vocabularies",
    "filing": "a page: what the gate found, for the team",
    "filing-progress": "a page: how far the build is",
    "filing-document": "asks for withdrawals since the build (tests/filing/test_lapsed.py)",
    "filing-letter": "tells a recipient who has it already of a withdrawal",
    "checkpoint-take": "a signed digest", "proof-take": "digests",
    "entry-take": "an entry of the ledger, which holds no personal data",
    "verify-package": "a page: what a package proves",
    "item-play": "plays to the team on the page; people outside do not have it",
    "api-vault": "counts and the state of the log, behind the session",
    "api-items": "for the team's own programs, behind the session",
    "api-item": "for the team's own programs, behind the session",
    "api-cases": "codes and titles, for the team's own programs",
    "api-law": "answers of the law on acts, for the team's own programs",
}  # fmt: skip


def writing_commands(group=None, words=()):
    """Commands with a parameter that is a file or folder other than what they read."""
    group = group or typer.main.get_command(entry.app)
    inner = getattr(group, "commands", None)
    if inner:
        for name, command in inner.items():
            yield from writing_commands(command, (*words, name))
        return
    paths = {p.name for p in group.params if "Path" in type(p.type).__name__}
    if paths - READS - {"vault", "folder"}:
        yield " ".join(words)


def handing_routes():
    """Routes that hand something out by their name, or whose view answers with a file."""
    for pattern in urlpatterns:
        text = inspect.getsource(inspect.unwrap(pattern.callback))
        if hands_out(pattern.name) or "Content-Disposition" in text or "download(" in text:
            yield pattern.name


def test_every_command_that_writes_is_named():
    assert set(writing_commands()) == COMMANDS.keys() | COMMANDS_APART.keys()


def test_every_route_that_hands_out_is_named():
    assert {*handing_routes(), "bulk-template"} == ROUTES.keys() | ROUTES_APART.keys()


@pytest.fixture(scope="module")
def one_owner(house, cheap_cost):
    """The house with one owner and nobody else who could agree; its statements are final."""
    from amparo.access.grants import scope_of
    from amparo.access.scope import acting
    from amparo.casefile.review import move
    from amparo.vault.rekey import remove_member
    from amparo.vault.unlock import open_vault

    vault = open_vault(house.folder, house.kinds["owner"].passphrase)
    try:
        documenter = house.kinds["documenter"].code
        for code in ("ST1", "ST2"):
            with acting(scope_of(documenter)):
                move(documenter, "ALPHA", code, "in review")
                move(documenter, "ALPHA", code, "final")
        remove_member(vault, house.kinds["lawyer"].code)
    finally:
        vault.close()
    return house


def silent(data: bytes) -> bool:
    return any(b"zqsilent" in piece.lower() or b"V-3" in piece for piece in unpacked(data))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_leaves_out_who_did_not_agree(name, one_owner, tmp_path, monkeypatch):
    monkeypatch.setattr("amparo.crypto.memory.protect_process", lambda: None)
    secret = tmp_path / "secret"
    secret.write_text(one_owner.kinds["owner"].passphrase + "\n")
    place = tmp_path / "out"
    place.mkdir()
    words = COMMANDS[name].format(v=one_owner.folder, out=place / "made")
    code, told = run([*name.split(), *words.split()], secret)
    assert code == 0, told
    files = [path for path in place.rglob("*") if path.is_file()]
    assert files and not any(silent(path.read_bytes()) for path in files)


@pytest.fixture
def browser(one_owner):
    door = Door(one_owner.folder, 600.0)
    set_door(door)
    client = Client(SERVER_NAME="127.0.0.1")
    client.post("/unlock", {"passphrase": one_owner.kinds["owner"].passphrase})
    yield client
    door.close()


@pytest.mark.parametrize("name", ROUTES)
def test_a_page_leaves_out_who_did_not_agree(name, browser, tmp_path):
    said = {"use": "0", "form": "csv"}
    if name.startswith("item"):
        said = {"purpose": "expert", "use": "filing:icc", "recipient": "ICC-OTP"}
    if name.startswith("exchange"):
        said = {"items": "I-0001", "to": "ICC-OTP", "purpose": "joint", "use": "filing:icc",
                "place": str(tmp_path / "made")}  # fmt: skip
    ask = browser.get if name.startswith("api") else browser.post
    answer = ask(ROUTES[name], said if ask == browser.post else {})
    data = b"".join(answer) if answer.streaming else answer.content
    refused = {"api-chains": 404, "filing-package": 404, "chains-take": 409}
    assert answer.status_code == refused.get(name, 200)
    assert not silent(data)


@pytest.mark.parametrize("use", ["media", "filing:echr"])
def test_an_item_of_somebody_who_did_not_agree_stays(use, one_owner, tmp_path, monkeypatch):
    monkeypatch.setattr("amparo.crypto.memory.protect_process", lambda: None)
    secret = tmp_path / "secret"
    secret.write_text(one_owner.kinds["owner"].passphrase + "\n")
    for words in (f"item export {{v}} I-0001 --out {{out}} --for {use}",
                  f"export-items {{v}} I-0001 --out {{out}} --to ICC-OTP --for {use}"):  # fmt: skip
        done = words.format(v=one_owner.folder, out=tmp_path / "made").split()
        code, told = run(done, secret)
        assert code == 9 and "consent" in told and not (tmp_path / "made").exists()
    assert isinstance(one_owner, House)


def test_the_team_gets_the_whole(browser):
    assert silent(browser.post("/cases/ALPHA/export").content)
    assert silent(browser.get("/api/cases/ALPHA").content)
