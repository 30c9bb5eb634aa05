"""The pages in a real browser, served by `amparo serve`, first of all without JavaScript."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ..waiting import expect, sync_api

CHROMIUM = Path(os.environ.get("AMPARO_CHROMIUM", "/usr/bin/chromium"))
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(address, process):
    for _ in range(300):
        if process.poll() is not None:
            raise AssertionError(process.communicate())
        try:
            urllib.request.urlopen(address, timeout=10).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server does not answer")


@pytest.fixture(scope="module")
def address(served_folder):
    """Address of the served demo vault."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "amparo", "serve", str(served_folder), "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        wait_for(f"http://127.0.0.1:{port}/unlock", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=240)
    assert process.returncode == 0
    assert err == "" and out.count("\n") == 1, (out, err)


@pytest.fixture(scope="module")
def chromium(address):
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


def enter(chromium, address, passphrase, **options):
    """An unlocked page that fails the test when the browser complains of anything."""
    context = chromium.new_context(**options)
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text)
            if said.type in ("error", "warning") else None)  # fmt: skip
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("request", lambda asked: page.complaints.append(asked.url)
            if not asked.url.startswith((address, "data:")) else None)  # fmt: skip
    page.goto(address)
    page.get_by_label("Passphrase").fill(passphrase)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("heading", name="What is here")).to_be_visible()
    return page


@pytest.fixture
def plain(chromium, address, passphrase):
    """A browser without JavaScript."""
    page = enter(chromium, address, passphrase, java_script_enabled=False)
    yield page
    assert not page.complaints
    page.context.close()


@pytest.fixture
def scripted(chromium, address, passphrase):
    """A browser with JavaScript."""
    page = enter(chromium, address, passphrase)
    yield page
    assert not page.complaints
    page.context.close()


def test_from_a_file_to_the_chains_without_javascript(plain, address, tmp_path):
    """Take in, search, make a statement, a source, a proposition; then see what it rests on."""
    page = plain
    said = "On 7 March 2019 W-9 saw a lorry without plates leave the yard of the depot."
    (tmp_path / "note-w9.txt").write_text(said + "\n\nThe note was read back and signed.\n")
    page.get_by_role("link", name="Take in evidence").click()
    page.get_by_label("Files").set_input_files(tmp_path / "note-w9.txt")
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_role("status")).to_contain_text("1 expected = 1 deposited")

    page.goto(f"{address}/cases/KARV/records/sources/add")
    page.locator("#f-id").fill("S90")
    page.locator("#f-kind").select_option("person")
    page.locator("#f-title").fill("W-9")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="Source S90")).to_be_visible()

    page.goto(f"{address}/cases/KARV/records/propositions/add")
    page.locator("#f-id").fill("P90")
    page.locator("#f-text").fill("A lorry left the yard of Depot No. 6 on 7 March 2019.")
    page.get_by_role("button", name="Add", exact=True).click()

    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_role("searchbox").fill('"lorry without plates"')
    page.get_by_role("button", name="Search").click()
    expect(page.locator("mark").first).to_have_text("lorry without plates", ignore_case=True)
    assert "lorry" not in page.url
    page.get_by_role("link", name="Make a statement").first.click()

    expect(page.locator("#f-quote")).to_have_value(said)
    page.locator("#f-quote").fill("W-9 saw a lorry without plates leave the yard")
    page.locator("#f-source").select_option("S90")
    page.locator("#f-proposition").select_option("P90")
    page.locator("#f-stance").select_option("supports")
    page.locator("#f-knows_by").select_option("perceived")
    page.get_by_role("button", name="Add", exact=True).click()
    page.get_by_role("link", name="Read it in its place").click()
    expect(page.locator(":target .said")).to_have_text(said)

    page.goto(f"{address}/cases/KARV/chains/P90")
    assert page.locator("b.chains").all_inner_texts() == ["[1, 1]", "[0, 0]"]


def test_a_filing_is_built_and_taken_away_without_javascript(plain, address, tmp_path):
    page = plain
    page.set_default_timeout(120_000)
    page.goto(f"{address}/cases/KARV/filing")
    page.get_by_label("Dated").fill("2026-11-22")
    page.get_by_role("button", name="Build").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the package").click()
    waiting.value.save_as(tmp_path / "package.zip")
    shutil.unpack_archive(tmp_path / "package.zip", tmp_path / "out")
    assert (tmp_path / "out" / "filing.pdf").read_bytes().startswith(b"%PDF")


def test_the_keyboard_reaches_content_and_shows_where_it_is(plain, address):
    page = plain
    page.goto(f"{address}/cases/KARV/chart")
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.inner_text() == "Go to the content" and skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.wait_for_url("**#main")
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)
    outline = page.locator(":focus").evaluate("e => getComputedStyle(e).outlineWidth")
    assert outline == "3px"


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_page_is_wider_than_the_window(plain, address, width):
    page = plain
    page.set_viewport_size({"width": width, "height": 800})
    for path in ("/", "/items", "/items/I-0001", "/cases", "/cases/KARV", "/cases/KARV/chart",
                 "/cases/KARV/chains/P2", "/cases/KARV/law", "/cases/KARV/law/A7",
                 "/cases/KARV/filing", "/cases/KARV/records/statements",
                 "/cases/KARV/record/ST1/change", "/law", "/ledger", "/verify"):  # fmt: skip
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_selected_words_become_the_quotation(scripted, address):
    page = scripted
    page.goto(f"{address}/items")
    page.get_by_role("row", name="statement-v1-ru.txt").get_by_role("link").first.click()
    page.locator(".said", has_text="Протокола").evaluate(
        """said => {
            const text = said.firstChild, at = text.data.indexOf("обвинения не предъявляли");
            const range = document.createRange();
            range.setStart(text, at); range.setEnd(text, at + 24);
            getSelection().removeAllRanges(); getSelection().addRange(range);
        }"""
    )
    page.locator(".para", has_text="Протокола").get_by_role("link", name="Make a statement").click()
    expect(page.locator("#f-quote")).to_have_value("обвинения не предъявляли")
    assert "обвинения" not in page.url


def test_the_lock_button_leaves_nothing_to_go_back_to(chromium, address, passphrase):
    page = enter(chromium, address, passphrase, java_script_enabled=False)
    page.goto(f"{address}/cases/KARV")
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("heading", name="This vault is locked")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="This vault is locked")).to_be_visible()
    page.context.close()


AXE = os.environ.get("AMPARO_AXE", "")


@pytest.mark.skipif(not AXE, reason="AMPARO_AXE names no axe.min.js")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(chromium, address, passphrase, scheme):
    page = enter(chromium, address, passphrase, bypass_csp=True, color_scheme=scheme)
    code = Path(AXE).read_text("utf-8")
    for path in ("/", "/items", "/items/add", "/items/I-0001", "/items/I-0007", "/search", "/cases",
                 "/cases/KARV", "/cases/KARV/chart", "/cases/KARV/chains/P2", "/cases/KARV/law",
                 "/cases/KARV/law/A7", "/cases/KARV/filing", "/cases/KARV/records/statements",
                 "/cases/KARV/records/statements/add", "/cases/KARV/record/ST1",
                 "/cases/KARV/record/ST1/change", "/cases/KARV/record/ST1/versions", "/law",
                 "/law/7(1)(h)", "/ledger", "/ledger/3", "/verify", "/machine",
                 "/nothing"):  # fmt: skip
        page.goto(address + path)
        page.evaluate(code)
        found = page.evaluate("axe.run(document).then(r => r.violations)")
        told = [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found]
        assert not told, (path, told)
    page.context.close()


def test_a_page_is_captured_and_items_are_read_again_without_javascript(plain, address):
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    class Site(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def do_GET(self):
            self.server.seen.append(self.path)
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<p id=x></p><script>x.textContent = 'made by a script'</script>")

    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as site:
        site.seen = []
        threading.Thread(target=site.serve_forever, daemon=True).start()
        plain.goto(f"{address}/items")
        plain.get_by_role("link", name="Capture a page").click()
        plain.get_by_role("textbox", name="Address").fill(f"http://127.0.0.1:{site.server_port}/p")
        plain.get_by_label("Directly").check()
        plain.get_by_role("button", name="Go on").click()
        expect(plain.get_by_role("heading", name="Use the network?")).to_be_visible()
        assert site.seen == []
        plain.get_by_role("button", name="Contact it and capture").click(timeout=90_000)
        plain.wait_for_url("**/items/captured", timeout=90_000)
        site.shutdown()
    assert site.seen and "/p" in site.seen
    assert "page.png" in plain.content() and "Chrome" in plain.content()
    plain.goto(f"{address}/items/outcomes")
    plain.get_by_label("Reader", exact=True).select_option("warc")
    plain.get_by_role("button", name="Read again").click()
    expect(plain.locator("main")).to_contain_text("1 read again = 0 changed + 1 same")


def test_pictures_that_look_alike_stand_side_by_side_without_javascript(plain, address, tmp_path):
    """Two small copies of a picture come in; a person sees each pair, accepts one, refuses one."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (640, 480), (40, 60, 90))
    draw = ImageDraw.Draw(image)
    for step in range(8):
        draw.ellipse((60 * step, 30 * (step % 3), 60 * step + 90, 200), fill=(255, 30 * step, 90))
    draw.polygon([(0, 480), (250, 260), (640, 480)], fill=(220, 210, 180))
    image.save(tmp_path / "yard-wide.jpg", quality=92)
    image.resize((400, 300)).save(tmp_path / "yard-sent-on.jpg", quality=45)
    image.resize((320, 240)).save(tmp_path / "yard-small.png")
    page = plain
    page.goto(f"{address}/items/add")
    page.get_by_label("Files").set_input_files(
        [tmp_path / "yard-wide.jpg", tmp_path / "yard-sent-on.jpg", tmp_path / "yard-small.png"]
    )
    page.get_by_role("button", name="Take in").click()
    for code, name, dated in (
        ("I97", "yard-wide.jpg", "2019-03"),
        ("I98", "yard-sent-on.jpg", "2019-05"),
        ("I99", "yard-small.png", "2019-06"),
    ):
        page.goto(f"{address}/cases/KARV/records/items/add")
        page.locator("#f-id").fill(code)
        page.locator("#f-file").fill(name)
        held = page.locator("#f-sha256 option", has_text=name)
        page.locator("#f-sha256").select_option(held.get_attribute("value"))
        page.locator("#f-title").fill(name)
        page.locator("#f-dated").fill(dated)
        page.get_by_role("button", name="Add", exact=True).click()
        page.wait_for_url(f"**/record/{code}")
    page.goto(f"{address}/cases/KARV/repeats")
    sheet = page.locator("section.sheet", has_text="I98 looks like I97")
    pictures = sheet.locator("img")
    assert [one.get_attribute("alt") for one in pictures.all()] == [
        "Small copy of I98, yard-sent-on.jpg",
        "Small copy of I97, yard-wide.jpg",
    ]
    for one in pictures.all():
        one.scroll_into_view_if_needed()
        shown = page.request.get(address + one.get_attribute("src"))
        assert shown.status == 200 and shown.body()[:4] == b"\x89PNG"
        assert shown.headers["cache-control"].startswith("no-store")
        assert one.bounding_box()["height"] > 100
    if folder := os.environ.get("AMPARO_SHOTS"):
        page.screenshot(path=f"{folder}/repeats.png", full_page=True)
    sheet.get_by_label("Why").fill("sent on by messenger")
    sheet.get_by_role("button", name="Accept as copies").click()
    expect(page.locator("#h-decided ~ ul", has_text="I98 repeats I97")).to_be_visible()
    sheet = page.locator("section.sheet", has_text="I99 looks like I97")
    sheet.get_by_label("Why").fill("another day, by the shadows")
    sheet.get_by_role("button", name="Refuse").click()
    told = page.locator("#h-decided ~ ul", has_text="I99 repeats I97")
    expect(told).to_contain_text("refused")
    expect(page.locator("section.sheet", has_text="I99 looks like I97")).to_have_count(0)
    expect(page.locator("section.sheet", has_text="I99 looks like I98").first).to_be_visible()
