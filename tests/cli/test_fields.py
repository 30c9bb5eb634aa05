"""Fields as words of a command line."""

import pytest

from amparo.cli.case import _pairs
from amparo.errors import BadInput


def test_a_field_may_be_written_with_dashes():
    told = ["--set-by", "our own rule", "--begin_seconds=2", "--place", "a-b"]
    assert _pairs(told) == {"set_by": "our own rule", "begin_seconds": "2", "place": "a-b"}


@pytest.mark.parametrize("words", [["place", "x"], ["--place"], ["--", "x"]])
def test_what_is_no_field_is_told(words):
    with pytest.raises(BadInput):
        _pairs(words)
