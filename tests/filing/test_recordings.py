"""Sound and video: what is listed is silent or filled in the copy, and no tag goes with it."""

from __future__ import annotations

import io
import json
import math
import struct
import wave
import zipfile

import pytest
from PIL import Image

from amparo.errors import BadInput
from amparo.filing.redaction import ask
from amparo.filing.scan import find_secrets

NAME = "Ruslan Dzhabrailov"
RATE = 8000


def sound(seconds: float = 3, width: int = 2, channels: int = 1) -> bytes:
    """A tone, as WAV, with the name in a chunk of information."""
    middle, top = (128, 100) if width == 1 else (0, 20_000)
    form = "B" if width == 1 else "<h"
    samples = b"".join(
        struct.pack(form, middle + int(top * math.sin(n / 3 + 1))) * channels
        for n in range(int(RATE * seconds))
    )
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as made:
        made.setnchannels(channels)
        made.setsampwidth(width)
        made.setframerate(RATE)
        made.writeframes(samples)
    told = NAME.encode()
    told += b"\0" * (len(told) % 2)
    info = b"INFOIART" + struct.pack("<I", len(told)) + told
    data = buffer.getvalue() + b"LIST" + struct.pack("<I", len(info)) + info
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


def opened(data: bytes):
    with wave.open(io.BytesIO(data)) as made:
        return made.getframerate(), made.getnchannels(), made.readframes(made.getnframes())


def silence(data: bytes, spans, **more) -> bytes:
    return ask({"op": "sound", "silent": spans, "scenes": [], "areas": [], **more}, data)


def recording(container: str, *, video: bool = False, seconds: int = 4, rate: int = 5) -> bytes:
    """A recording made by PyAV with the name as its title; video: white with a red square."""
    av = pytest.importorskip("av")
    buffer = io.BytesIO()
    with av.open(buffer, "w", format=container) as made:
        made.metadata["title"] = NAME
        made.metadata["comment"] = NAME
        if video:
            stream = made.add_stream("mpeg4", rate=rate)
            stream.width, stream.height, stream.pix_fmt = 160, 120, "yuv420p"
            for _ in range(rate * seconds):
                image = Image.new("RGB", (160, 120), "white")
                image.paste((220, 20, 20), (0, 0, 80, 60))
                made.mux(stream.encode(av.VideoFrame.from_image(image)))
            made.mux(stream.encode(None))
        else:
            codec = container
            stream = made.add_stream(codec, rate=RATE if codec == "flac" else 44_100)
            stream.layout = "mono"
            rate = stream.rate
            frame = av.AudioFrame(format="s16", layout="mono", samples=rate * seconds)
            frame.sample_rate = rate
            frame.planes[0].update(
                b"".join(
                    struct.pack("<h", int(15_000 * math.sin(n / 5))) for n in range(rate * seconds)
                )
            )
            resampler = av.AudioResampler(stream.format, "mono", rate, stream.frame_size or None)
            for piece in (*resampler.resample(frame), *resampler.resample(None)):
                made.mux(stream.encode(piece))
            made.mux(stream.encode(None))
    return buffer.getvalue()


@pytest.mark.parametrize("width", [1, 2])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_seconds_listed_are_silent_and_the_others_as_they_were(width, channels):
    data = sound(width=width, channels=channels)
    made = silence(data, [[1.0, 2.0]])
    rate, count, samples = opened(made)
    _, _, before = opened(data)
    frame = width * channels
    assert (rate, count, len(samples)) == (RATE, channels, len(before))
    quiet = b"\x80" if width == 1 else b"\0"
    assert samples[RATE * frame : 2 * RATE * frame] == quiet * (RATE * frame)
    assert samples[: RATE * frame] == before[: RATE * frame]
    assert samples[(2 * RATE + 1) * frame :] == before[(2 * RATE + 1) * frame :]


def test_tags_of_the_sound_stay_behind():
    data = sound()
    assert find_secrets({"a.wav": data}, [NAME])
    assert not find_secrets({"a.wav": silence(data, [[0, 1]])}, [NAME])


def test_a_voice_without_an_end_is_silent_to_the_end():
    _, _, samples = opened(silence(sound(), [[1.0, None]]))
    assert not any(samples[2 * RATE :]) and any(samples[: 2 * RATE])


def test_a_whole_recording_is_silent():
    _, _, samples = opened(silence(sound(), "all"))
    assert not any(samples)


@pytest.mark.parametrize("container", ["mp3", "flac"])
def test_other_kinds_of_sound_come_out_as_wave_without_their_tags(container):
    data = recording(container)
    assert find_secrets({"a": data}, [NAME])
    made = silence(data, [[1, 2]])
    assert not find_secrets({"a.wav": made}, [NAME])
    rate, channels, samples = opened(made)
    frame = 2 * channels
    assert not any(samples[rate * frame : 2 * rate * frame]) and any(samples[: rate * frame // 2])


def test_video_becomes_stills_with_areas_filled_and_no_tag():
    data = recording("mp4", video=True)
    assert find_secrets({"a.mp4": data}, [NAME])
    request = {"op": "stills", "silent": [], "areas": [[0.6, 0.6, 1, 1]]}
    made = ask({**request, "scenes": [[2.0, 3.0, [0, 0, 0.5, 0.5]]]}, data)
    assert not find_secrets({"a.zip": made}, [NAME])
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        shown = {one: Image.open(io.BytesIO(archive.read(one))) for one in archive.namelist()}
    assert len(shown) == 4
    for name, image in shown.items():
        corner, far = image.getpixel((20, 20)), image.getpixel((150, 110))
        assert max(far) < 30
        assert (max(corner) < 30) == ("000002" in name or "00002." in name), name
    assert made == ask({**request, "scenes": [[2.0, 3.0, [0, 0, 0.5, 0.5]]]}, data)


@pytest.mark.parametrize("operation", ["sound", "stills"])
def test_what_is_no_recording_is_said_in_a_phrase(operation):
    with pytest.raises(BadInput) as caught:
        ask(
            {"op": operation, "silent": [], "scenes": [], "areas": []},
            b"RIFF0000WAVE" + NAME.encode(),
        )
    assert NAME not in str(caught.value)


@pytest.mark.parametrize("rate", [1, 5, 25])
def test_a_still_on_the_page_is_the_still_of_the_copy(rate, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    data = recording("mp4", video=True, seconds=6, rate=rate)
    told = json.loads(ask({"op": "moments"}, data))
    assert told["step"] == 1 and 6 <= told["count"] <= 7
    request = {"silent": [], "scenes": [], "areas": []}
    with zipfile.ZipFile(io.BytesIO(ask({**request, "op": "stills"}, data))) as archive:
        names = archive.namelist()
    seconds = [float(name.partition("-at-")[2].removesuffix("-s.jpg")) for name in names]
    assert len(seconds) == 6
    for number, second in enumerate(seconds, 1):
        one = json.loads(ask({"op": "moments", "number": number}, data))
        assert one["second"] == pytest.approx(second, abs=0.001)


def test_a_video_that_cannot_be_sought_is_read_from_its_beginning():
    from amparo.filing import stills

    data = recording("mpegts", video=True, seconds=4)
    second, image = stills.find_still(data, 3)
    assert 2 <= second < 3.5 and image.size == (160, 120)


def test_a_still_past_the_end_is_told():
    with pytest.raises(BadInput, match="no such still"):
        ask({"op": "moments", "number": 40}, recording("mp4", video=True))
