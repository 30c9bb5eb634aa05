"""docs/guide/pages.md lists every page that can be opened."""

import re
from pathlib import Path

import pytest
from django.test import RequestFactory

from amparo.store.settings import configure

configure()

from amparo.web.urls import urlpatterns  # noqa: E402

GUIDE = (Path(__file__).parents[2] / "docs/guide/pages.md").read_text()
SAMPLES = {"int": 1}


def is_page(pattern):
    """False for what only acts: a GET of it is refused before anything is looked up."""
    kinds = re.findall(r"<(\w+):(\w+)>", str(pattern.pattern))
    words = {name: SAMPLES.get(kind, "zz") for kind, name in kinds}
    try:
        return pattern.callback(RequestFactory().get("/"), **words).status_code != 405
    except Exception:  # It looked for something: it is a page.
        return True


PAGES = [one for one in urlpatterns if not one.name.startswith("api-") and one.name != "stay"]


@pytest.mark.parametrize("pattern", PAGES, ids=lambda one: one.name)
def test_a_page_is_in_the_guide(pattern):
    if not is_page(pattern):
        return
    path = "/" + re.sub(r"<\w+:(\w+)>", lambda m: m[1].upper(), str(pattern.pattern))
    assert f"`{path}`" in GUIDE, path
