"""The last look: file names and hidden codes are found, and the error does not repeat them."""

from __future__ import annotations

import pytest

from amparo.errors import Refused
from amparo.filing.leaks import find_leaks, is_telling, refuse_leaks


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("see IVAN PETROV.docx here", ("ivan petrov.docx",)),
        ("see Ivan Petrov.docxes", ()),
        ("nothing", ()),
    ],
)
def test_file_names_are_found_as_whole_words_in_any_case(text, leaks):
    assert find_leaks(text, ["Ivan Petrov.docx", ""]) == leaks


def test_a_leak_is_refused_without_telling_the_name():
    with pytest.raises(Refused) as caught:
        refuse_leaks(["as in Ivan Petrov.docx", "V-2"], ["Ivan Petrov.docx"], ["V-2"])
    assert "Ivan" not in str(caught.value)
    assert "1 file names, 1 codes" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "telling"), [("mimetype", False), ("a.b", False), ("Ivan", True), ("a.txt", True)]
)
def test_a_plain_word_is_not_taken_for_a_file_name(name, telling):
    assert is_telling(name) is telling
