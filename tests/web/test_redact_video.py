"""Redacting a video on its page: stills with a grid, an area of some of them, and the copy."""

import importlib.util
import io
import json
import zipfile
from pathlib import Path

import lxml.html
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from amparo.casefile.records import load_case
from amparo.casefile.revise import Draft, add_records
from amparo.vault.models import Item

ASK = "?forum=icc-15&lang=en&on=2026-11-22&version=coded"
PAGE = f"/cases/KARV/redact/I90{ASK}"
_SPEC = importlib.util.spec_from_file_location(
    "clips", Path(__file__).parents[1] / "filing" / "test_recordings.py"
)
clips = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(clips)


@pytest.fixture
def clip(client, monkeypatch):
    """A video of nine seconds in the case, on a machine without ffmpeg."""
    monkeypatch.setenv("PATH", "/nowhere")
    found = Item.objects.filter(file_name="clip.mp4").first()
    if found is None:
        data = clips.recording("mp4", video=True, seconds=9)
        client.post("/items/add", {"files": [SimpleUploadedFile("clip.mp4", data)]})
        found = Item.objects.get(file_name="clip.mp4")
        body = {"file": "clip.mp4", "confidentiality": "confidential"}
        add_records("M-1", "KARV", [Draft("item", "I90", body)], reason="test")
    return found


def mark(client, **fields):
    return client.post(PAGE, {"reason": "a face", "scope": "all", "shown_in": "none", **fields})


def marks():
    return {row.code: row for row in load_case("KARV").all("redaction") if row["item"] == "I90"}


def picture(answer):
    assert answer["Content-Type"] == "image/png"
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


def test_the_page_shows_stills_with_a_grid_some_at_a_time(client, clip):
    tree = lxml.html.fromstring(client.get(PAGE).content)
    shown = [one.text_content() for one in tree.xpath("//div[@class='stills']//figcaption")]
    assert shown[:2] == ["Still 1, at 0:00", "Still 2, at 0:01"] and len(shown) == 6
    assert "Page 1 of 2" in tree.text_content()
    (first, *_) = tree.xpath("//div[@class='stills']//img/@src")
    image = picture(client.get(first))
    assert image.size == (160, 120)
    later = lxml.html.fromstring(client.get(f"{PAGE}&page=2").content)
    assert later.xpath("//div[@class='stills']//figcaption")[0].text_content() == "Still 7, at 0:06"


def test_an_area_of_some_stills_is_filled_in_the_copy_and_the_ledger_ties_it(client, clip):
    from amparo.custody.models import LedgerEntry

    before = set(marks())
    assert mark(client, number="3-4", area="A1:F8").status_code == 302
    (code,) = set(marks()) - before
    row = marks()[code]
    assert (row["begin_seconds"], row["end_seconds"], row["kind"]) == (2.0, 4.0, "face")
    assert row["box"] == "0, 0, 0.5, 0.5"
    # Red on the film; shaded dark red where it is marked.
    free, shaded = (picture(client.get(f"/cases/KARV/redact/I90/page/{n}{ASK}")) for n in (2, 3))
    assert free.getpixel((40, 35)) != shaded.getpixel((40, 35))
    assert client.post(f"/cases/KARV/redact/I90/make{ASK}").status_code == 302
    copy = _copy(clip)
    entry = LedgerEntry.objects.filter(kind="redact", item_digest=copy.sha256).get()
    assert json.loads(bytes(entry.body))["parents"][0]["item"] == clip.sha256
    from amparo.web.lock import held_vault

    with zipfile.ZipFile(io.BytesIO(held_vault().packs.read(copy.locator))) as archive:
        names = sorted(archive.namelist())
        assert len(names) == 9
        for number, name in enumerate(names, 1):
            corner = Image.open(io.BytesIO(archive.read(name))).getpixel((20, 20))
            assert (max(corner) < 30) == (number in (3, 4)), name


def _copy(clip):
    from amparo.vault.models import Derivation

    return Derivation.objects.get(parent=clip, relation="redaction").child


def test_without_a_number_every_still_is_meant(client, clip):
    before = set(marks())
    assert mark(client, area="L16").status_code == 302
    (code,) = set(marks()) - before
    assert marks()[code]["begin_seconds"] is None and marks()[code]["part"] == "video"


@pytest.mark.parametrize("number", ["0", "11", "4-3", "two", "61"])
def test_a_still_that_is_not_there_is_told_and_marks_nothing(client, clip, number):
    before = set(marks())
    answer = mark(client, number=number, area="A1")
    assert answer.status_code == 422 or answer.status_code == 400
    assert "no still" in answer.content.decode() or "no such still" in answer.content.decode()
    assert set(marks()) == before
    assert client.get(f"/cases/KARV/redact/I90/page/99{ASK}").status_code >= 400
