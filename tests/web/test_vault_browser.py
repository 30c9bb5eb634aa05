"""Members, backup, hand-over, proofs, identity and package check in Chromium, scripts off."""

import os
import shutil
import threading

import pytest

from ..waiting import expect, sync_api

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")]


@pytest.fixture
def plain(door, passphrase):
    """An unlocked browser without JavaScript in front of a served copy of the demo vault."""
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=4)
    threading.Thread(target=server.run, daemon=True).start()
    address = f"http://127.0.0.1:{server.effective_port}"
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(java_script_enabled=False).new_page()
        page.base = address
        page.goto(address)
        page.get_by_label("Passphrase").fill(passphrase)
        page.get_by_role("button", name="Unlock").click()
        yield page
        browser.close()
    server.close()


def test_an_owner_looks_after_the_vault_without_javascript(plain, passphrase, tmp_path):
    page = plain
    page.get_by_role("link", name="Members").click()
    page.locator("#add-own").fill(passphrase)
    page.get_by_label("Role").select_option("lawyer")
    page.get_by_role("button", name="Add member").click()
    expect(page.get_by_role("heading", name="M-2 may open the vault")).to_be_visible()
    assert len(page.locator("#drawn").inner_text().split()) == 7
    page.get_by_role("link", name="Members").first.click()
    page.get_by_role("button", name="Remove M-2").click()
    expect(page.get_by_role("button", name="Remove M-2")).to_have_count(0)

    page.locator("#words-own").fill(passphrase)
    page.locator("#shares").fill("2of3")
    page.get_by_role("button", name="Make new words").click()
    expect(page.locator("li.code")).to_have_count(3)
    page.wait_for_url("**/members/recovery")

    page.get_by_role("link", name="Backups").click()
    page.locator("#place").fill(str(tmp_path / "copy"))
    page.get_by_role("button", name="Back up now").click()
    expect(page.get_by_role("status")).to_contain_text("Backed up:")
    assert "copy" not in page.url

    page.get_by_role("link", name="Hand over").click()
    page.locator("#items").fill("I-0001")
    page.locator("#to").fill("amparo/00")
    page.locator("#purpose").fill("joint case")
    page.locator("#out-place").fill(str(tmp_path / "handed"))
    page.get_by_role("button", name="Make the package").click()
    expect(page.get_by_role("status")).to_contain_text("1 item")

    page.get_by_role("link", name="Verify", exact=True).click()
    page.locator("#place").fill(str(tmp_path / "handed"))
    page.get_by_role("button", name="Check the package").click()
    expect(page.get_by_role("status")).to_contain_text("whole and signed")

    page.get_by_role("navigation").get_by_role("link", name="Ledger", exact=True).click()
    page.get_by_role("link", name="Proofs and witnesses").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="Save the newest checkpoint").click()
    note = taken.value.path().read_text()
    page.locator("#compare").fill(note)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("status")).to_contain_text("only grown since")
    page.get_by_role("navigation").get_by_role("link", name="Ledger", exact=True).click()
    page.get_by_role("link", name="Time stamps").click()
    expect(page.get_by_text("No service is configured")).to_be_visible()

    page.goto(f"{page.base}/cases/KARV/record/V-1")
    page.get_by_role("link", name="Who it is").click()
    page.locator("summary").first.click()
    page.locator("#f-name").fill("Wexford Quillon")
    page.get_by_role("button", name="Seal").click()
    page.locator("#purpose").fill("a call")
    assert "Quillon" not in page.content()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("Wexford Quillon")).to_be_visible()
    page.locator("summary").nth(1).click()
    page.locator("#reason").fill("consent withdrawn")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("You can do it alone from")).to_be_visible()
    expect(page.get_by_role("button", name="Destroy")).to_have_count(0)
    if shots := os.environ.get("AMPARO_SHOTS"):
        page.screenshot(path=f"{shots}/erase_alone.png", full_page=True)
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("button", name="Take it back")).to_have_count(0)


def test_two_members_erase_a_person_without_javascript(plain, passphrase):
    page = plain
    page.get_by_role("link", name="Members").click()
    page.locator("#add-own").fill(passphrase)
    page.get_by_label("Role").select_option("protection officer")
    page.get_by_role("button", name="Add member").click()
    drawn = page.locator("#drawn").inner_text()
    page.goto(f"{page.base}/cases/KARV/identity/V-2")
    page.locator("summary").first.click()
    page.locator("#f-name").fill("Hasret Dovanić")
    page.get_by_role("button", name="Seal").click()
    page.locator("summary").nth(1).click()
    page.locator("#reason").fill("consent withdrawn")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_text("Another member decides")).to_be_visible()

    other = page.context.browser.new_context(java_script_enabled=False).new_page()
    other.goto(page.base)
    other.get_by_label("Passphrase").fill(drawn)
    other.get_by_role("button", name="Unlock").click()
    other.get_by_role("link", name="KARV V-2").click()
    expect(other.get_by_text("consent withdrawn")).to_be_visible()
    if shots := os.environ.get("AMPARO_SHOTS"):
        other.screenshot(path=f"{shots}/erase_decide.png", full_page=True)
    other.locator("#sure").fill("V-2")
    other.get_by_role("button", name="Destroy").click()
    expect(other.get_by_text("This person was erased")).to_be_visible()

    page.goto(f"{page.base}/cases/KARV")
    page.locator("#why").fill("order of a court")
    page.get_by_role("button", name="Place a hold").click()
    expect(page.get_by_text("Nothing of this case is destroyed")).to_be_visible()
    if shots := os.environ.get("AMPARO_SHOTS"):
        page.screenshot(path=f"{shots}/hold.png", full_page=True)


def test_an_owner_seals_the_vault_anew_without_javascript(plain, passphrase):
    page, shots = plain, os.environ.get("AMPARO_SHOTS")
    page.get_by_role("link", name="Members").click()
    page.get_by_role("link", name="seal the vault anew").click()
    if shots:
        page.screenshot(path=f"{shots}/reseal.png", full_page=True)
    page.locator("#own").fill(passphrase)
    page.get_by_role("button", name="Seal the vault anew").click()
    expect(page.get_by_role("status")).to_contain_text("Write this on paper now")
    expect(page.locator("li.code").first).to_be_visible()
    if shots:
        page.screenshot(path=f"{shots}/resealed.png", full_page=True)
    page.get_by_role("link", name="It is written down").click()
    page.get_by_label("Passphrase").fill(passphrase)
    page.get_by_role("button", name="Unlock").click()
    expect(page.get_by_role("heading", name="What is here")).to_be_visible()


def test_pages_are_sound(client):
    """Each field has a label, no id is given twice, and no script or style stands inside."""
    import lxml.html

    for address in ("/members", "/members/reseal", "/backups", "/exchanges", "/ledger/tools", "/ledger/stamps",
                    "/verify", "/ledger/3", "/cases/KARV/identity/V-2"):  # fmt: skip
        tree = lxml.html.fromstring(client.get(address).content)
        ids = [one.get("id") for one in tree.xpath("//*[@id]")]
        assert len(ids) == len(set(ids)), address
        labelled = {one.get("for") for one in tree.iter("label")}
        for one in tree.xpath("//input[not(@type='hidden')] | //textarea | //select"):
            assert one.get("id") in labelled, (address, one.get("name"))
        for one in tree.xpath("//*[@aria-describedby]"):
            assert one.get("aria-describedby") in ids, address
        assert not tree.xpath("//*[@style] | //script[not(@src)] | //style"), address
        assert len(tree.xpath("//h1")) == 1, address
