"""The main job on the demo case, from `amparo demo`, and the answers a lawyer would expect.

The expected answers are those of docs/guide/demo-case.md, in its order.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

RUN = (sys.executable, "-m", "amparo")


def _amparo(*words: str, passphrase: Path | None = None) -> str:
    environment = dict(os.environ)
    if passphrase:
        environment["AMPARO_PASSPHRASE_FILE"] = str(passphrase)
    done = subprocess.run(
        (*RUN, *words), capture_output=True, text=True, env=environment, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("story") / "demo"
    said = _amparo("demo", "--dir", str(folder))
    assert "nothing is broken" in said
    return folder


@pytest.fixture(scope="module")
def court(demo: Path) -> dict[str, str]:
    said = _amparo(
        "law", "assess", str(demo / "vault"), "KARV", "--json", passphrase=_passphrase(demo)
    )
    summary = json.loads(said)["summary"]
    return {line["act"]: line["result"] for line in summary if line["forum"] == "icc"}


@pytest.fixture(scope="module")
def chart(demo: Path) -> dict[str, Any]:
    said = _amparo(
        "case", "chart", str(demo / "vault"), "KARV", "--json", passphrase=_passphrase(demo)
    )
    found: dict[str, Any] = json.loads(said)
    return found


def _passphrase(demo: Path) -> Path:
    return demo / "passphrase.txt"


def test_what_was_completed_inside_a_state_that_is_no_party_is_closed(
    court: dict[str, str],
) -> None:
    assert {act: court[act] for act in ("A1", "A2", "A4", "A6", "A13")} == dict.fromkeys(
        ("A1", "A2", "A4", "A6", "A13"), "closed"
    )


def test_an_unknown_nationality_leaves_the_answer_unknown(court: dict[str, str]) -> None:
    assert court["A3"] == court["A5"] == court["A12"] == "unknown"


def test_deportation_into_a_party_is_arguable_and_into_another_state_closed(
    court: dict[str, str],
) -> None:
    assert [court[act] for act in ("A7", "A8", "A10", "A11")] == ["arguable"] * 4
    assert court["A9"] == "closed"
    assert "open" not in court.values()


def test_genocide_fails_and_persecution_is_proposed(chart: dict[str, Any]) -> None:
    (label,) = chart["labels"]
    assert label["result"] == "closed"
    assert "6.G1" in " ".join(label["reasons"])
    assert label["proposed"][0].startswith("7(1)(h)")


@pytest.mark.parametrize(
    ("proposition", "chains"),
    [
        pytest.param("P2", [2, 3], id="two witnesses, whom three press pages repeat"),
        pytest.param("P7", [1, 1], id="one voice in two newspapers"),
        pytest.param("P8", [1, 1], id="two heard together"),
        pytest.param("P12", [2, 2], id="a traveller and a border officer"),
        pytest.param("P18", [0, 1], id="a circular of unknown origin"),
        pytest.param("P20", [0, 2], id="hearsay of a killing"),
        pytest.param("P24", [0, 1], id="a total without its accounts"),
        pytest.param("P30", [0, 1], id="told by somebody not heard"),
    ],
)
def test_voices_are_counted_not_pages(
    chart: dict[str, Any], proposition: str, chains: list[int]
) -> None:
    assert chart["chains"][proposition] == chains


def test_a_killing_by_a_relative_asks_for_attribution(chart: dict[str, Any]) -> None:
    (murder,) = (line for line in chart["crimes"] if line["crime"] == "7(1)(a)")
    assert any("A6" in gap for gap in murder["gaps"])


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_filing_says_nothing_of_those_who_did_not_consent(demo: Path, lang: str) -> None:
    with pypdfium2.PdfDocument(demo / f"filing-{lang}" / "filing.pdf") as document:
        text = " ".join(page.get_textpage().get_text_range() for page in document)
    assert "V-1" in text and "задержали" in text
    for held_back in ("V-6", "V-7", "V-8", "Sandrel", "Quill", "18 April 2019", "12 to 15 March"):
        assert held_back not in text, held_back


def test_a_word_form_is_found_in_two_encodings(demo: Path) -> None:
    said = _amparo("search", str(demo / "vault"), "задержали", passphrase=_passphrase(demo))
    assert "statement-v1-ru.txt" in said and "lawyer-letter-2020-ru.pdf" in said
