"""Rules of a forum: who must be known to it, and what blocks without them."""

from __future__ import annotations

from datetime import date

import pytest

from amparo.errors import Refused
from amparo.filing.words import FORUMS, load_forum
from amparo.store.settings import configure

configure()

DAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def vault(tmp_path_factory, make_fora_vault):
    held = make_fora_vault(tmp_path_factory.mktemp("coded"), "coded")
    yield held
    held.close()


@pytest.mark.parametrize("forum", [one for one in FORUMS if load_forum(one).identity == "named"])
def test_an_anonymous_victim_blocks_where_the_forum_must_know_them(vault, tmp_path, forum):
    from amparo.filing.bundle import build_filing
    from amparo.filing.gather import examine

    blocks = examine("KARV", load_forum(forum), DAY).blocks
    assert [(one.cause, one.where) for one in blocks] == [
        ("this forum does not accept an anonymous victim", "V-1")
    ]
    with pytest.raises(Refused):
        build_filing(vault, "KARV", tmp_path / "out", forum=forum, on=DAY)
    assert not (tmp_path / "out").exists()
    assert not examine("KARV", load_forum("icc-15"), DAY).blocks
