"""Who may leave, and four eyes, in a real browser without JavaScript."""

from __future__ import annotations

import os

import pytest

from .test_browser import address, chromium, enter, expect, pytestmark  # noqa: F401
from .test_leaving import THEIRS, served_folder  # noqa: F401


@pytest.fixture
def sit(chromium, address):  # noqa: F811
    pages = []

    def down(words):
        page = enter(chromium, address, words, java_script_enabled=False)
        pages.append(page)
        return page

    yield down
    for page in pages:
        assert not page.complaints
        page.context.close()


def look(page, name):
    """A picture for whoever set AMPARO_PICTURES."""
    if folder := os.environ.get("AMPARO_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_who_may_leave_and_four_eyes_without_javascript(sit, address, passphrase):  # noqa: F811
    owner, lawyer = sit(passphrase), sit(THEIRS)
    owner.goto(f"{address}/cases/KARV")
    owner.get_by_role("link", name="May this leave?").click()
    owner.get_by_label("For what").fill("filing:icc")
    owner.get_by_label("To whom").fill("ICC-OTP")
    owner.get_by_role("button", name="Ask").click()
    expect(
        owner.get_by_role("row").filter(has_text="V-7").get_by_text("none").first
    ).to_be_visible()
    look(owner, "leaving")
    owner.get_by_label("For what").fill("somewhere")
    owner.get_by_role("button", name="Ask").click()
    expect(owner.get_by_text("no such purpose")).to_be_visible()

    owner.goto(f"{address}/cases/KARV")
    owner.get_by_label("For", exact=True).select_option("0")
    owner.get_by_role("button", name="Download KARV.yaml").click()
    expect(owner.get_by_text("another member must agree")).to_be_visible()
    look(owner, "asked")
    lawyer.goto(address)
    lawyer.get_by_role("link", name="request to hand something out").click()
    look(lawyer, "requests")
    lawyer.get_by_role("button", name="Agree to request").click()
    owner.goto(f"{address}/cases/KARV")
    owner.get_by_label("For", exact=True).select_option("0")
    with owner.expect_download() as taken:
        owner.get_by_role("button", name="Download KARV.yaml").click()
    text = taken.value.path().read_text()
    assert "V-1" in text and "V-7" not in text
    owner.complaints.clear()  # The refusal was an answer of 409.
