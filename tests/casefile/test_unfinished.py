"""Forms left unfinished: kept for their member alone, and no part of the record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from amparo.access.scope import acting, current
from amparo.casefile import unfinished
from amparo.casefile.case_file import export_case, import_text
from amparo.casefile.unfinished import (
    find_unfinished,
    forget_unfinished,
    keep_unfinished,
    list_unfinished,
)
from amparo.custody.models import LedgerEntry
from amparo.errors import BadInput, NotFound, Refused
from amparo.vault.verify import verify_vault

CASE = "format: amparo-case/1\ncase: {code: KARV, title: A case, language: en}\n"


@pytest.fixture
def case(vault):
    import_text(vault.member, CASE, "case.yaml", lambda name: "")
    return "KARV"


def test_a_form_is_kept_changed_and_dropped(vault, case):
    number = keep_unfinished("M-1", case, "event", "E1", {"title": "Unsayable"}, {})
    assert keep_unfinished("M-1", case, "event", "", {"title": "Later"}, {}, number) == number
    (left,) = list_unfinished()
    assert (left.code, left.values, left.plural) == ("", {"title": "Later"}, "events")
    assert "Later" not in export_case(case)
    forget_unfinished("M-1", case, number)
    assert list_unfinished() == []
    with pytest.raises(NotFound):
        find_unfinished(case, number)
    assert verify_vault(vault).faults == []
    assert not any(b"Unsayable" in bytes(row.body) for row in LedgerEntry.objects.all())


def test_nobody_else_sees_it_and_who_may_not_add_keeps_none(vault, case):
    number = keep_unfinished("M-1", case, "event", "", {"title": "Mine"}, {})
    with acting(replace(current(), member="M-2")):
        assert list_unfinished() == []
        with pytest.raises(NotFound):
            forget_unfinished("M-2", case, number)
        other = keep_unfinished("M-2", case, "event", "", {"title": "Theirs"}, {}, number)
        assert other != number
    assert [one.values["title"] for one in list_unfinished(case)] == ["Mine"]
    with acting(replace(current(), member="M-3", whole=False)), pytest.raises((Refused, NotFound)):
        keep_unfinished("M-3", case, "event", "", {}, {})


def test_what_is_too_long_or_too_much_is_refused(vault, case, monkeypatch):
    with pytest.raises(BadInput):
        keep_unfinished("M-1", case, "event", "", {"title": "x" * 300_000}, {})
    monkeypatch.setattr(unfinished, "MOST", 1)
    number = keep_unfinished("M-1", case, "event", "", {}, {})
    with pytest.raises(BadInput):
        keep_unfinished("M-1", case, "event", "", {}, {})
    assert keep_unfinished("M-1", case, "event", "", {"title": "x"}, {}, number) == number


def test_on_the_command_line(run, vault_folder, vault, case):
    keep_unfinished("M-1", case, "event", "E1", {"title": "A raid"}, {})
    vault.close()
    assert "title=A raid" in run("case", "unfinished", vault_folder, case).stdout
    run("case", "unfinished", vault_folder, case, "--forget", 9, expect=3)
    assert "raid" not in run("case", "unfinished", vault_folder, case, "--forget", 1).stdout
    run("case", "unfinished", vault_folder, "NONE", expect=3)
