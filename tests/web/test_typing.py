"""Proposals while typing, in a real browser with JavaScript."""

import pytest

from .test_browser import CHROMIUM, address, chromium, enter

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="chromium is not installed"),
]
__all__ = ["address", "chromium"]


@pytest.fixture
def page(chromium, address, passphrase):
    page = enter(chromium, address, passphrase)
    yield page
    assert not page.complaints
    page.context.close()


def test_a_place_typed_in_cyrillic_is_proposed_and_nothing_typed_stands_in_an_address(
    page, address
):
    asked = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(f"{address}/cases/KARV/records/places/add")
    page.locator("#f-name").press_sequentially("Терва", delay=10)
    link = page.locator(".same a", has_text="PL4")
    link.wait_for()
    assert any(one.endswith("/cases/KARV/same") for one in asked)
    assert not any("%D0" in one or "Терва" in one for one in asked)
    page.locator("#f-name").fill("")
    page.locator("#f-name").press_sequentially("Тбил", delay=10)
    page.locator(".same li", has_text="Tbilisi").first.get_by_role("button").click()
    assert page.locator("#f-state").input_value() == "GE"


def test_a_locked_vault_proposes_nothing(page, address):
    page.goto(f"{address}/cases/KARV/records/places/add")
    page.evaluate(
        "fetch('/lock', {method: 'POST', body: new URLSearchParams({csrfmiddlewaretoken: document.querySelector('[name=csrfmiddlewaretoken]').value})})"
    )
    page.wait_for_timeout(500)
    page.locator("#f-name").press_sequentially("Tervask", delay=10)
    page.wait_for_timeout(800)
    assert page.locator(".same *").count() == 0
