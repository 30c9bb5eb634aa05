"""The whole entry of the demo case by the pages, in a real browser, with and without JavaScript.

The small story enters one record of each noun of the demo; the slow one the complete case.
Either way the case file that comes out says what the demo's own file says.
"""

from __future__ import annotations

import os
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


def in_order_of_need(records):
    """(noun, id, body): what others point at comes before them."""
    where = {code: noun for noun, rows in records.items() for code in rows}
    done, order = set(), []

    def take(code, path=()):
        if code in done or code not in where or code in path:
            return
        noun = where[code]
        for _, target in references(BY_NAME[noun], records[noun][code]):
            take(target, (*path, code))
        done.add(code)
        order.append((noun, code, records[noun][code]))

    for rows in records.values():
        for code in rows:
            take(code)
    return order


def small_part(records):
    """One record of each noun, with everything that it points at."""
    where = {code: noun for noun, rows in records.items() for code in rows}
    kept = set()

    def take(code):
        if code in where and code not in kept:
            kept.add(code)
            noun = where[code]
            for field, target in references(BY_NAME[noun], records[noun][code]):
                if field.required or field.kind == "ref":
                    take(target)

    for rows in records.values():
        for code in list(rows)[:1]:
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
    process.communicate(timeout=60)
    assert process.returncode == 0


class Clerk:
    """Somebody who types a case into the pages."""

    def __init__(self, page, address, case):
        self.page, self.address, self.case = page, address, case

    def open_case(self, body):
        self.page.goto(f"{self.address}/cases")
        for name, value in {**body, "code": self.case}.items():
            field = self.page.locator(f"#f-{name}")
            field.fill(str(value))
        self.page.get_by_role("button", name="Open", exact=False).first.click()
        assert self.page.url.endswith(f"/cases/{self.case}"), self.page.inner_text("main")

    def add(self, noun, code, body):
        plural = BY_NAME[noun].plural
        self.page.goto(f"{self.address}/cases/{self.case}/records/{plural}/add")
        for folded in self.page.locator("form details:not([open]) > summary").all():
            folded.click()
        self.page.locator("#f-id").fill(code)
        for name, value in body.items():
            self.enter(BY_NAME[noun].field(name), value)
        self.page.get_by_role("button", name="Add", exact=True).click()
        apart = self.page.get_by_role("button", name="It is another one: add it")
        if apart.count():
            apart.click()
        assert self.page.url.endswith(f"/record/{code}"), (code, self.page.inner_text("main")[:900])

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

    def change(self, code, noun, name, value):
        """What pointed at something that was not there yet."""
        self.page.goto(f"{self.address}/cases/{self.case}/record/{code}/change")
        self.enter(BY_NAME[noun].field(name), value)
        self.page.get_by_role("button", name="Save as a new version").click()
        assert self.page.url.endswith(f"/record/{code}"), self.page.inner_text("main")[:900]

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


@pytest.mark.parametrize(("whole", "scripted"), [
    pytest.param(False, False, id="one-of-each-without-javascript"),
    pytest.param(False, True, id="one-of-each-with-javascript"),
    pytest.param(True, False, id="all-without-javascript", marks=pytest.mark.slow),
    pytest.param(True, True, id="all-with-javascript", marks=pytest.mark.slow),
])  # fmt: skip
def test_the_demo_case_is_entered_by_the_pages(wanted, served, chromium, tmp_path, whole, scripted):
    tree, records = wanted
    records = records if whole else small_part(records)
    context = chromium.new_context(java_script_enabled=scripted)
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
    clerk = Clerk(page, served, f"E{int(whole)}{int(scripted)}")
    clerk.open_case(tree["case"])
    there = set()
    for noun, code, body in in_order_of_need(records):
        late = {
            field.name: body[field.name]
            for field in BY_NAME[noun].fields
            if field.kind in ("ref", "refs") and field.name in body
            and not set([body[field.name]] if field.kind == "ref" else body[field.name]) <= there
        }  # fmt: skip
        assert not late, (code, late)
        clerk.add(noun, code, body)
        there.add(code)
    out, entered = records_of(clerk.download(tmp_path))
    assert not complaints
    context.close()
    assert entered == records
    assert out["case"] == {**tree["case"], "code": clerk.case}
