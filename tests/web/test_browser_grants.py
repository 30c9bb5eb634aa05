"""Members of several kinds in a real browser without JavaScript."""

from __future__ import annotations

import pytest

from .test_browser import address, chromium, enter, expect, pytestmark  # noqa: F401
from .test_grants import OFFICER, THEIRS, served_folder  # noqa: F401


@pytest.fixture
def sit(chromium, address):  # noqa: F811
    """A page of one member."""
    pages = []

    def down(words):
        page = enter(chromium, address, words, java_script_enabled=False)
        pages.append(page)
        return page

    yield down
    for page in pages:
        assert not page.complaints
        page.context.close()


def test_grant_break_glass_and_notice_without_javascript(sit, address, passphrase):  # noqa: F811
    owner, analyst = sit(passphrase), sit(THEIRS)
    analyst.goto(f"{address}/cases/KARV/records/crossings")
    expect(analyst.get_by_role("link", name="X1").first).to_be_visible()
    analyst.goto(f"{address}/cases/KARV/records/sources")
    expect(analyst.get_by_role("link", name="S1")).to_have_count(0)

    owner.get_by_role("link", name="Who may what").click()
    one = owner.get_by_role("region", name="Give one grant")
    one.get_by_label("Member").select_option("M-2")
    one.get_by_label("Compartment").select_option("source")
    one.get_by_label("Case").select_option("KARV")
    one.get_by_role("button", name="Give").click()
    analyst.reload()
    expect(analyst.get_by_role("link", name="S1").first).to_be_visible()
    row = owner.get_by_role("row").filter(has_text="source").filter(has_text="M-2")
    row.get_by_role("button").click()
    analyst.reload()
    expect(analyst.get_by_role("link", name="S1")).to_have_count(0)

    analyst.goto(f"{address}/grants")
    analyst.get_by_text("Break the glass: see a compartment").click()
    analyst.get_by_label("Case").fill("KARV")
    analyst.get_by_label("Compartment").select_option("source")
    analyst.get_by_label("Why").fill("the court asks within the hour")
    analyst.get_by_role("button", name="Break the glass").click()
    analyst.goto(f"{address}/cases/KARV/records/sources")
    expect(analyst.get_by_role("link", name="S1").first).to_be_visible()

    officer = sit(OFFICER)
    officer.get_by_role("link", name="The glass was broken").click()
    expect(officer.get_by_text("within the hour")).to_be_visible()
    officer.get_by_role("button", name="I have seen notice").click()
    owner.goto(address)
    expect(owner.get_by_text("The glass was broken")).to_have_count(0)


def test_a_name_is_looked_up_without_javascript(sit, address, passphrase):  # noqa: F811
    owner = sit(passphrase)
    owner.goto(f"{address}/cases/KARV/identity/V-1")
    owner.get_by_text("Seal who it is").click() if owner.get_by_text(
        "Seal who it is"
    ).count() else None
    owner.get_by_label("Name", exact=True).first.fill("Хасан Квист")
    owner.get_by_role("button", name="Seal").first.click()
    owner.get_by_role("link", name="Look up a name").click()
    owner.get_by_label("Name").fill("Hassan")
    owner.get_by_role("button", name="Look up").click()
    expect(owner.get_by_role("link", name="KARV V-1")).to_be_visible()
    assert "Hassan" not in owner.url and owner.get_by_text("Квист").count() == 0
