"""Listening to a sealed recording: by ranges, entered once a session, to who may see it only."""

import io
import json
import math
import struct
import wave

import lxml.html
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from amparo.vault.models import Item

RATE = 8000


def tone(seconds=2):
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        samples = (int(9000 * math.sin(n / 4)) for n in range(RATE * seconds))
        made.writeframes(b"".join(struct.pack("<h", one) for one in samples))
    return buffer.getvalue()


@pytest.fixture
def voice(client):
    """A voice note taken in by a page."""
    found = Item.objects.filter(file_name="voice.wav").first()
    if found is None:
        client.post("/items/add", {"files": [SimpleUploadedFile("voice.wav", tone())]})
        found = Item.objects.get(file_name="voice.wav")
    return found


def views(item):
    from amparo.custody.models import LedgerEntry

    rows = LedgerEntry.objects.filter(item_digest=item.sha256, kind="view")
    return [json.loads(bytes(row.body))["result"] for row in rows]


def body(answer):
    return b"".join(answer.streaming_content)


def test_the_page_offers_a_player_that_asks_for_nothing_by_itself(client, voice):
    answer = client.get(f"/items/{voice.code}")
    (player,) = lxml.html.fromstring(answer.content).xpath("//audio")
    assert player.get("src") == f"/items/{voice.code}/play"
    assert player.get("preload") == "none" and player.get("controls") is not None
    assert "media-src 'self'" in answer["Content-Security-Policy"]


def test_all_of_it_and_ranges_of_it_are_the_sealed_bytes(client, voice):
    address, data = f"/items/{voice.code}/play", tone()
    whole = client.get(address)
    assert whole.status_code == 200 and body(whole) == data
    assert whole["Cache-Control"] == "no-store" and whole["Accept-Ranges"] == "bytes"
    assert whole["X-Content-Type-Options"] == "nosniff"
    size = len(data)
    for asked, start, stop in (
        ("bytes=0-", 0, size),
        ("bytes=100-199", 100, 200),
        ("bytes=-50", size - 50, size),
        (f"bytes={size - 1}-{size + 500}", size - 1, size),
    ):
        part = client.get(address, HTTP_RANGE=asked)
        assert part.status_code == 206 and body(part) == data[start:stop], asked
        assert part["Content-Range"] == f"bytes {start}-{stop - 1}/{size}"
        assert part["Content-Length"] == str(stop - start)


@pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=9-3", "bytes=-", "bytes=a-b", "x"])
def test_a_range_that_cannot_be_met_is_refused(client, voice, asked):
    answer = client.get(f"/items/{voice.code}/play", HTTP_RANGE=asked)
    assert answer.status_code == 416
    assert answer["Content-Range"] == f"bytes */{voice.size}"


def test_the_ledger_says_once_a_session_that_it_was_played(door, client, voice, passphrase):
    from django.test import Client

    browser = Client(SERVER_NAME="127.0.0.1")
    browser.post("/unlock", {"passphrase": passphrase})
    before = views(voice)
    browser.head(f"/items/{voice.code}/play")
    assert views(voice) == before
    for asked in ("bytes=50-60", "bytes=0-10", "bytes=10-"):
        browser.get(f"/items/{voice.code}/play", HTTP_RANGE=asked)
    assert views(voice) == [*before, "played on a page"]


def test_what_is_no_recording_or_is_asked_from_outside_is_not_played(client, stranger, voice):
    text = Item.objects.filter(kind="text").first()
    assert client.get(f"/items/{text.code}/play").status_code == 404
    assert client.get("/items/I-9999/play").status_code == 404
    assert client.post(f"/items/{voice.code}/play").status_code == 405
    answer = stranger.get(f"/items/{voice.code}/play")
    assert answer.status_code == 302 and answer["Location"] == "/unlock"


def test_a_long_range_is_answered_in_part():
    from amparo.web.playback import MOST_AT_ONCE, _span

    assert _span("bytes=5-", 1 << 30) == (5, 5 + MOST_AT_ONCE)
