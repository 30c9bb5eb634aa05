"""What the package itself adds is searched: each file, and the proofs many at a time."""

from __future__ import annotations

import pytest

from amparo.errors import Refused
from amparo.filing import issue

NAME = "Ruslan Dzhabrailov"
PROOFS = [f"custody/proofs/{number}.tlog-proof" for number in range(1, 6)]


@pytest.fixture
def folder(tmp_path):
    for name in ("README.txt", "custody/entries.jsonl", "data/exhibits/E0001.txt", *PROOFS):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("c2sp.org/tlog-proof@v1\n")
    return tmp_path


@pytest.mark.parametrize("name", ["README.txt", "custody/entries.jsonl", PROOFS[0], PROOFS[-1]])
def test_a_secret_in_what_the_package_adds_is_refused(folder, name, monkeypatch):
    monkeypatch.setattr(issue, "AT_A_TIME", 2)
    with (folder / name).open("a") as file:
        file.write(f"made by {NAME}\n")
    with pytest.raises(Refused) as caught:
        issue._search_package(folder, (NAME,))
    assert NAME not in str(caught.value)
    assert name.rpartition("/")[2].partition(".tlog")[0] in caught.value.value


def test_a_secret_in_the_name_of_a_proof_is_refused(folder):
    (folder / "custody/proofs" / f"{NAME}.tlog-proof").write_text("x")
    with pytest.raises(Refused):
        issue._search_package(folder, (NAME,))


def test_what_holds_none_passes_and_data_were_searched_before(folder):
    (folder / "data/exhibits/E0001.txt").write_text(NAME)
    issue._search_package(folder, (NAME,))
    issue._search_package(folder, ())
