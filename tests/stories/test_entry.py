"""The whole entry of the demo case by the pages, in a real browser, with and without JavaScript.

Records of each noun go in by their forms and the long rest by a workbook, as a person would do
it; in the slow run every record by its form. Either way the case file that comes out says what
the demo's own file says.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import yaml

from amparo.casefile.schema import BY_NAME, NOUNS
from amparo.casefile.validate import references

from ..conftest import PASSPHRASE

CHROMIUM = Path(os.environ.get("AMPARO_CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 240_000  # milliseconds: a busy machine makes no test fail
pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(900),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]


def records_of(text):
    """noun -> id -> body of a case file."""
    tree = yaml.safe_load(text)
    return tree, {
        noun.name: {
            row["id"]: {k: v for k, v in row.items() if k != "id"}
            for row in tree.get(noun.plural, [])
        }
        for noun in NOUNS
    }


def sorted_refs(records):
    """The same with lists of ids in one order: boxes are ticked, not ranked."""
    return {
        noun: {
            code: {
                k: sorted(v) if BY_NAME[noun].field(k).kind == "refs" else v
                for k, v in body.items()
            }
            for code, body in rows.items()
        }
        for noun, rows in records.items()
    }


def in_order_of_need(records):
    """(noun, id, body): what others point at comes before them, and like stands beside like."""
    needs = {
        (noun, code): {target for _, target in references(BY_NAME[noun], body)} - {code}
        for noun, rows in records.items()
        for code, body in rows.items()
    }
    there, order = {code for _, code in needs}, []
    missing = {target for wanted in needs.values() for target in wanted} - there
    done = set(missing)
    while needs:
        before = len(order)
        for noun in records:
            ready = [key for key in needs if key[0] == noun and needs[key] <= done]
            for key in ready:
                order.append((*key, records[noun][key[1]]))
                done.add(key[1])
                del needs[key]
        assert len(order) > before, needs
    return order


def small_part(records):
    """One record of each noun, and those that no workbook holds, with what they point at."""
    where = {code: noun for noun, rows in records.items() for code in rows}
    kept = set()

    def take(code):
        if code in where and code not in kept:
            kept.add(code)
            noun = where[code]
            for field, target in references(BY_NAME[noun], records[noun][code]):
                if field.required or field.kind == "ref":
                    take(target)

    for noun, rows in records.items():
        for code, body in rows.items():
            if code == next(iter(rows)) or in_cells(noun, body) is None:
                take(code)
    made = {}
    for noun, rows in records.items():
        made[noun] = {}
        for code, body in rows.items():
            if code not in kept:
                continue
            body = dict(body)
            for field in BY_NAME[noun].fields:
                if field.kind == "refs" and field.name in body:
                    left = [c for c in body[field.name] if c in kept]
                    body[field.name] = left
                    if not left:
                        body.pop(field.name)
            made[noun][code] = body
    return made


def in_cells(noun, body):
    """A record as cells of the workbook; None where a cell cannot hold it as it is."""
    cells = {}
    for name, value in body.items():
        kind = BY_NAME[noun].field(name).kind
        pieces = value if isinstance(value, list) else [value]
        if kind == "names":
            pieces = list(value.values())
            value = "; ".join(f"{lang}: {text}" for lang, text in value.items())
        if any(re.search(r"\s\s|[\n\t]|^\s|\s$", str(one)) for one in pieces):
            return None
        if kind in ("texts", "names", "refs") and any(re.search("[,;]", one) for one in pieces):
            return None
        said = ", ".join(value) if isinstance(value, list) else value
        cells[name] = {True: "yes", False: "no"}.get(said, said) if kind == "flag" else said
    return cells


def workbook(path, records):
    """Fill in one sheet for each noun."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    for noun, rows in records.items():
        sheet = book.add_worksheet(BY_NAME[noun].plural)
        heads = ["id", *dict.fromkeys(name for cells in rows.values() for name in cells)]
        sheet.write_row(0, 0, heads)
        for number, (code, cells) in enumerate(rows.items(), 1):
            for column, head in enumerate(heads):
                value = {"id": code, **cells}.get(head)
                if isinstance(value, int | float):
                    sheet.write_number(number, column, value)
                elif value is not None:
                    sheet.write_string(number, column, str(value))
    book.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory, empty_vault_template, demo_files):
    """Address of a vault that holds the demo's evidence and no case."""
    from amparo.intake.receive import receive
    from amparo.vault.unlock import open_vault

    folder = tmp_path_factory.mktemp("entry") / "vault"
    shutil.copytree(empty_vault_template, folder)
    vault = open_vault(folder, PASSPHRASE)
    receive(vault, vault.member, [demo_files])
    vault.close()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "amparo", "serve", str(folder), "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):
        try:
            urllib.request.urlopen(address + "/unlock", timeout=10).close()
            break
        except OSError:
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
    yield address
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=240)
    assert process.returncode == 0


class Clerk:
    """Somebody who types a case into the pages."""

    def __init__(self, page, address, case):
        self.page, self.address, self.case = page, address, case

    def open_case(self, body):
        self.page.goto(f"{self.address}/cases")
        for name, value in {**body, "code": self.case}.items():
            self.page.locator(f"#f-{name}").fill(str(value))
        self.page.get_by_role("button", name="Open", exact=False).first.click()
        self.page.wait_for_url(f"**/cases/{self.case}")

    def add(self, noun, code, body):
        """One record; the form for another one of its kind is open afterwards."""
        form = f"{self.address}/cases/{self.case}/records/{BY_NAME[noun].plural}/add"
        if self.page.url.partition("?")[0] != form:
            self.page.goto(form)
        if self.page.locator("form details:not([open])").count():
            self.page.locator("form details > summary").click()
        self.page.locator("#f-id").fill(code)
        for name, value in body.items():
            self.enter(BY_NAME[noun].field(name), value)
        self.page.get_by_role("button", name="Add, then another").click()
        apart = self.page.get_by_role("button", name="It is another one: add it")
        told = self.page.get_by_role("status").get_by_role("link", name=code, exact=True)
        told.or_(apart).or_(self.page.get_by_role("alert")).first.wait_for()
        if apart.count():
            apart.click()
        told.or_(self.page.locator("#error")).first.wait_for()
        assert told.count(), (code, self.page.inner_text("main")[:900])

    def enter(self, field, value):
        if field.name == "file":
            return
        if field.kind == "refs":
            for one in value:
                self.page.locator(f"input[name='{field.name}'][value='{one}']").check()
            return
        at = self.page.locator(f"#f-{field.name}")
        if field.kind in ("choice", "flag", "ref") or (field.name == "sha256"):
            said = (
                {True: "yes", False: "no"}.get(value, str(value))
                if field.kind == "flag"
                else str(value)
            )
            at.select_option(said)
        elif field.kind == "texts":
            at.fill("\n".join(map(str, value)))
        elif field.kind == "names":
            at.fill("\n".join(f"{lang}: {name}" for lang, name in value.items()))
        else:
            at.fill(str(value))

    def change(self, noun, code, fields):
        """Say more of a record than could be said when it was added."""
        self.page.goto(f"{self.address}/cases/{self.case}/record/{code}/change")
        for name, value in fields.items():
            self.enter(BY_NAME[noun].field(name), value)
        self.page.get_by_role("button", name="Save as a new version").click()
        self.page.wait_for_url(f"**/record/{code}")

    def send(self, path, rows):
        """A workbook: look at what would change, then enter it."""
        self.page.goto(f"{self.address}/cases/{self.case}/bulk")
        self.page.locator("#file").set_input_files(path)
        self.page.get_by_role("button", name="Check").click()
        enter = self.page.get_by_role("button", name=f"Enter all {rows}")
        enter.or_(self.page.get_by_role("alert")).first.wait_for()
        assert enter.count(), self.page.inner_text("main")[:2000]
        enter.click()
        self.page.wait_for_url(f"**/cases/{self.case}")

    def download(self, folder):
        self.page.goto(f"{self.address}/cases/{self.case}")
        with self.page.expect_download() as waiting:
            self.page.get_by_role("button", name=f"Download {self.case}.yaml").click()
        path = folder / "out.yaml"
        waiting.value.save_as(path)
        return path.read_text("utf-8")


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def wanted(demo_vault_template, tmp_path_factory):
    """What the demo's case file says once it was imported: ids of items, places of quotations."""
    from amparo.casefile.case_file import export_case
    from amparo.vault.unlock import open_vault

    folder = tmp_path_factory.mktemp("wanted") / "vault"
    shutil.copytree(demo_vault_template, folder)
    vault = open_vault(folder, PASSPHRASE)
    text = export_case("KARV")
    vault.close()
    return records_of(text)


@pytest.mark.parametrize(("by_form", "scripted"), [
    pytest.param(False, False, id="forms-and-workbook-without-javascript"),
    pytest.param(False, True, id="forms-and-workbook-with-javascript"),
    pytest.param(True, False, id="forms-only-without-javascript", marks=pytest.mark.slow),
    pytest.param(True, True, id="forms-only-with-javascript", marks=pytest.mark.slow),
])  # fmt: skip
def test_the_demo_case_is_entered_by_the_pages(
    wanted, served, chromium, tmp_path, by_form, scripted
):
    tree, records = wanted
    typed = records if by_form else small_part(records)
    sent = {
        noun: {c: in_cells(noun, b) for c, b in rows.items() if c not in typed[noun]}
        for noun, rows in records.items()
    }
    context = chromium.new_context(java_script_enabled=scripted)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda r: complaints.append(r.url) if not r.url.startswith((served, "data:")) else None,
    )
    page.goto(served)
    page.get_by_label("Passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Unlock").click()
    clerk = Clerk(page, served, f"E{int(by_form)}{int(scripted)}")
    clerk.open_case(tree["case"])
    for noun, code, body in in_order_of_need(typed):
        clerk.add(noun, code, body)
    if count := sum(map(len, sent.values())):
        workbook(tmp_path / "entry.xlsx", sent)
        clerk.send(tmp_path / "entry.xlsx", count)
    for noun, rows in typed.items():
        for code, body in rows.items():
            more = {k: v for k, v in records[noun][code].items() if body.get(k) != v}
            if more:
                clerk.change(noun, code, more)
    out, entered = records_of(clerk.download(tmp_path))
    assert not complaints
    context.close()
    assert sorted_refs(entered) == sorted_refs(records)
    assert out["case"] == {**tree["case"], "code": clerk.case}
