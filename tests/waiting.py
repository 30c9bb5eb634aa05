"""Chromium's tests look at a page until it shows what is expected: a busy machine answers late."""

import pytest

sync_api = pytest.importorskip("playwright.sync_api")
expect = sync_api.expect
expect.set_options(timeout=60_000)
