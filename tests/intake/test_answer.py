"""The message from the sandbox: whole and sound, or refused with one named reason."""

from __future__ import annotations

import json
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.intake import answer
from amparo.intake.reading import Budget, clean_text

SMALL = Budget(text_chars=100, output_bytes=100, members=3)


def header(**changes: Any) -> dict[str, Any]:
    """A sound header with some fields changed."""
    sound: dict[str, Any] = {
        "reader": "text", "kind": "text", "media_type": "text/plain", "outcome": "ok", "detail": "",
        "expected": 1, "emitted": 1, "failed": 0, "metadata": {"a": "b"},
        "parts": [["text", "label", "en", "some words"]], "children": [["a.txt", "", 3]],
    }  # fmt: skip
    return sound | changes


def message(head: dict[str, Any], blob: bytes = b"abc") -> memoryview:
    return memoryview(b"".join(answer.encode(head, [blob])))


def test_round_trip() -> None:
    found = answer.decode(message(header()), SMALL)
    assert found.parts[0].text == "some words"
    assert found.children[0].data == b"abc"


@pytest.mark.parametrize(
    "changes",
    [
        {"outcome": "splendid"}, {"reader": "evil"}, {"kind": 7}, {"expected": 2}, {"failed": -1},
        {"expected": True, "emitted": True}, {"expected": 10**30, "emitted": 10**30},
        {"parts": [["text", "l", "en", "x" * 101]]}, {"parts": "x"}, {"parts": [["a", "b"]]},
        {"parts": [["a", "", "", "x"], ["a", "", "", "y"]]}, {"parts": [["", "", "", "x"]]},
        {"children": [["a", "", 4]]}, {"children": [["a", "", 2]]}, {"children": [["a", "", -1]]},
        {"children": [["a", "", 0], ["../a", "", 3]]}, {"children": [["a", "", 0]] * 4},
        {"metadata": {str(n): "" for n in range(1000)}}, {"metadata": {"a": 1}}, {"metadata": []},
    ],
)  # fmt: skip
def test_unsound_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(answer.BadAnswer):
        answer.decode(message(header(**changes)), SMALL)


@pytest.mark.parametrize(
    "raw",
    [b"", b"AMP1", b"AMP2" + bytes(4), b"AMP1\xff\xff\xff\xff", b"AMP1\x00\x00\x00\x02[]",
     b"AMP1" + struct.pack(">I", 200_000) + b"[" * 200_000, b"AMP1\x00\x00\x00\x01\xff"],
)  # fmt: skip
def test_broken_frames_are_refused(raw: bytes) -> None:
    with pytest.raises(answer.BadAnswer):
        answer.decode(memoryview(raw), SMALL)


def alone(**changes: Any) -> dict[str, Any]:
    return header(**{"children": [], "expected": 0, "emitted": 0} | changes)


def test_what_lies_alone_inside_is_checked_like_the_rest() -> None:
    found = answer.decode(message(header(inside=alone())), SMALL)
    assert found.inside is not None and found.inside.parts[0].text == "some words"


@pytest.mark.parametrize(
    "changes",
    [
        {"inside": "x"}, {"inside": []}, {"inside": {}}, {"inside": alone(outcome="splendid")},
        {"inside": alone(parts=[["text", "l", "en", "x" * 101]])},
        {"inside": alone(children=[["a", "", 3]])}, {"inside": alone(children=[["a", "", 0]])},
        {"inside": alone(expected=2)}, {"inside": alone(metadata={"a": 1})},
        {"inside": alone(), "children": [["a", "", 1], ["b", "", 2]]},
    ],
)  # fmt: skip
def test_unsound_inside_makes_the_whole_void(changes: dict[str, Any]) -> None:
    with pytest.raises(answer.BadAnswer):
        answer.decode(message(header(**changes)), SMALL)


def test_names_and_texts_are_cleaned_again() -> None:
    dirty = header(
        parts=[["a\nb", "x\x1b[2J", "en; rm", "t\x00\x1b\ud800"]], children=[["../../x\n", "", 3]]
    )
    raw = json.dumps(dirty).encode()
    found = answer.decode(memoryview(b"AMP1" + struct.pack(">I", len(raw)) + raw + b"abc"), SMALL)
    assert found.parts[0].name == "a b"
    assert found.parts[0].language == ""
    assert found.parts[0].text == "t\ufffd"
    assert found.children[0].name == "x"


@given(st.text())
def test_clean_text_is_idempotent_and_never_longer(text: str) -> None:
    cleaned = clean_text(text)
    assert clean_text(cleaned) == cleaned
    assert len(cleaned) <= len(text)
    assert "\r" not in cleaned


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(sorted(header())), _json), st.binary(max_size=20))
def test_any_header_is_decoded_or_refused(changes: dict[str, Any], blob: bytes) -> None:
    raw = json.dumps(header(**changes)).encode()
    try:
        answer.decode(memoryview(b"AMP1" + struct.pack(">I", len(raw)) + raw + blob), SMALL)
    except answer.BadAnswer:
        pass
