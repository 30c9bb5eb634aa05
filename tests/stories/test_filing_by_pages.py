"""From the demo case to a communication that is written, redacted, built, handed over and called
back: by pages alone, in Chromium, with JavaScript off. Then somebody else verifies the package.

AMPARO_SHOTS names a folder for pictures of the pages.
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
import zipfile
from pathlib import Path

import pytest

from ..waiting import expect, sync_api

CHROMIUM = Path(os.environ.get("AMPARO_CHROMIUM", "/usr/bin/chromium"))
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update"]  # fmt: skip
SHOTS = os.environ.get("AMPARO_SHOTS", "")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]


@pytest.fixture(scope="module")
def served(demo_vault_template, tmp_path_factory):
    """Address of a copy of the demo vault, and the vault's folder."""
    folder = tmp_path_factory.mktemp("story") / "vault"
    shutil.copytree(demo_vault_template, folder)
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
            urllib.request.urlopen(f"{address}/unlock", timeout=10).close()
            break
        except OSError:
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)
    yield address, folder
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 0 and err == "", err


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        held = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield held
        held.close()


def look(page, name):
    """A picture of the page where asked for; no page is wider than the window.

    One that asks again by itself is between two documents at times: it is looked at until it is.
    """
    fits = "width => document.documentElement && document.documentElement.scrollWidth <= width"
    page.wait_for_function(fits, arg=page.viewport_size["width"])
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def save(page, press, path):
    with page.expect_download() as waiting:
        press.click()
    waiting.value.save_as(path)
    return path


@pytest.mark.timeout(900)
def test_a_communication_by_pages_alone(served, browser, passphrase, tmp_path):
    address, _ = served
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(60_000)
    asked = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(address)
    page.get_by_label("Passphrase").fill(passphrase)
    page.get_by_role("button", name="Unlock").click()

    # What the gate says
    page.goto(f"{address}/cases/KARV/filing")
    page.get_by_label("Forum").select_option("echr")
    page.get_by_role("button", name="Check").click()
    page.wait_for_url("**forum=echr**")
    page.get_by_label("Forum").select_option("icc-15")
    page.get_by_label("Dated").fill("2026-11-22")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Nothing blocks a filing.")).to_be_visible()
    look(page, "gate")

    # Write
    page.get_by_role("link", name="Write", exact=True).click()
    look(page, "text")
    page.get_by_role("link", name="2. Summary").click()
    look(page, "section")
    page.get_by_label("Text").fill(
        "In all [[figure:acts]] acts are described.[[statement:ST77777]]"
    )
    page.get_by_role("button", name="See how it reads").click()
    assert page.locator("strong.fault").inner_text().startswith("[[statement:ST77777]]")
    look(page, "section-fault")
    page.get_by_label("Text").fill("In all [[figure:acts]] acts are described.[[statement:ST1]]")
    page.get_by_role("button", name="Save as a version").click()
    expect(page.get_by_text("Version 1")).to_be_visible()
    page.get_by_label("New comment").fill("Add the dates.")
    page.get_by_role("button", name="Comment", exact=True).click()
    page.get_by_label("How it was settled").fill("Added below.")
    page.get_by_role("button", name="Resolve comment").click()
    page.get_by_label("Text").fill(
        "In all [[figure:acts]] acts are described.[[statement:ST1]]\n\nSince February 2019."
    )
    page.get_by_role("button", name="Save as a version").click()
    page.get_by_role("link", name="compare versions").click()
    expect(page.locator("td.changed", has_text="Since February 2019.")).to_be_visible()
    look(page, "versions")

    # Redact
    page.goto(f"{address}/cases/KARV/redact")
    look(page, "redactions")
    page.get_by_role("link", name="I1", exact=True).click()
    first = page.locator(".ticks label").first
    hidden = first.inner_text().strip()
    first.locator("input").check()
    page.get_by_label("Why").fill("heading with the place of the talk")
    page.get_by_label("The words may stand elsewhere").check()
    page.get_by_role("button", name="Take out").click()
    assert page.locator("del.gone").first.inner_text() == hidden
    page.goto(f"{address}/cases/KARV/filing")
    expect(page.get_by_text("must be resolved")).to_be_visible()
    look(page, "gate-blocked")
    page.get_by_role("link", name="Redact it").click()
    look(page, "redact")
    page.get_by_role("button", name="Make the copy").click()
    expect(page.get_by_text("derived from")).to_be_visible()
    look(page, "redact-made")

    # Build
    page.goto(f"{address}/cases/KARV/filing?forum=icc-15&lang=en&on=2026-11-22")
    page.get_by_label("Sender").fill("Lantern Group\nHarbour Street 1")
    page.get_by_text("Names that must not leave").click()
    page.get_by_label("Names and numbers").fill("Anzor Nikogdaev\n+7 999 555 44 33")
    page.get_by_text("Load file for a review system").click()
    page.get_by_label("Form").select_option("dat")
    page.get_by_label("Columns").fill("document_id: BEGDOC\ndigest: HASH\nfile: NATIVEPATH\n")
    page.get_by_role("button", name="Build", exact=True).click()
    if page.get_by_role("heading", name="Building").count():
        look(page, "building")
    page.get_by_role("button", name="Download the package").wait_for(timeout=300_000)
    look(page, "built")
    press = page.get_by_role("button", name="Download the package")
    package = save(page, press, tmp_path / "package.zip")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "out")
    out = tmp_path / "out"
    assert (out / "filing.pdf").read_bytes().startswith(b"%PDF")
    assert b"BEGDOC" in (out / "exhibits-load.dat").read_bytes()
    for path in (out / "package" / "data" / "exhibits").iterdir():
        assert hidden.encode() not in path.read_bytes(), path.name

    # Hand over
    page.get_by_role("link", name="Record sending").click()
    page.get_by_label("How").select_option("portal")
    page.get_by_label("On", exact=True).fill("2026-11-23")
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_text("Add receipt, reply or deadline").click()
    page.get_by_label("Reference number", exact=True).fill("OTP-CR-1/26")
    page.get_by_label("Reply", exact=True).fill("registered")
    page.get_by_label("Next step due", exact=True).fill("2027-03-01")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("OTP-CR-1/26").first).to_be_visible()
    look(page, "handover")
    page.get_by_role("link", name="Hand over").first.click()
    expect(page.get_by_text("2027-03-01")).to_be_visible()
    look(page, "handovers")

    # Withdrawal
    page.get_by_role("link", name="Withdrawals").click()
    page.get_by_label("Person").select_option("V-1")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Enter withdrawal of").first.click()
    look(page, "withdrawals")
    press = page.get_by_role("button", name="Download the letter")
    letter = save(page, press, tmp_path / "letter.txt").read_text("utf-8")
    assert "OTP-CR-1/26" in letter and "V-1" in letter
    page.get_by_role("button", name="They were told").click()
    expect(page.get_by_text("told:")).to_be_visible()

    for url in asked:
        assert url.startswith((address, "data:")), url
        for word in ("Selmar", "registered", "Lantern", "OTP-CR", "dates", "Nikogdaev"):
            assert word not in url, url
    context.close()
    verified_elsewhere(browser, out / "package")


def verified_elsewhere(browser, package):
    """By the command, without a vault, and by the page in the package, offline."""
    done = subprocess.run(
        [sys.executable, "-m", "amparo", "verify", str(package)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((package / "verify.html").as_uri())
    page.set_input_files("#folder", package)
    page.wait_for_selector("#result:not([hidden])", timeout=300_000)
    assert not page.locator("#faults li").count(), page.inner_text("#verdict")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/verify-html.png", full_page=True)
    context.close()


@pytest.fixture(scope="module")
def passphrase():
    """Opens the demo vault of the fixtures."""
    from runpy import run_path

    return run_path(str(Path(__file__).parents[1] / "conftest.py"))["PASSPHRASE"]
