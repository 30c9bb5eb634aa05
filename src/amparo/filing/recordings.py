"""Sound and stills without what must not leave. Runs in the locked-down child of `blackout`.

Sound comes out as a plain WAV file: samples alone, silent where listed, no tag. Video comes out
as a ZIP of stills, areas filled, and its sound. The originals' bytes are never copied.
"""

from __future__ import annotations

import io
import wave
import zipfile
from collections.abc import Iterator
from typing import Any

MOST_SECONDS = 6 * 3600
MOST_STILLS = 60
WIDEST = 1280
RATE = 48_000
QUALITY = 85


class Unreadable(Exception):
    """The bytes are no recording that can be read; the message is a fixed phrase."""


def preload() -> bool:
    """Import PyAV before the process is locked down; False where it is not installed."""
    try:
        import av
        from PIL import JpegImagePlugin
    except ImportError:
        return False
    av.logging.set_level(None)
    del JpegImagePlugin
    return True


def silence(request: dict[str, Any], data: bytes) -> bytes:
    """A WAV file of the sound, silent in `request["silent"]` (seconds), or all of it."""
    spans = _spans(request)
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        try:
            return _silence_wave(data, spans)
        except (wave.Error, EOFError, ValueError):
            pass  # WAVE also holds what only PyAV decodes
    return _write_wave(*_decode(data), spans)


def show_stills(request: dict[str, Any], data: bytes) -> bytes:
    """A ZIP of stills, with boxes filled in the seconds listed, and of the silenced sound."""
    from amparo.filing.blackout import fill, save

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        count = 0
        for number, (second, image) in enumerate(_stills(data), 1):
            boxes = [box for begin, end, box in request["scenes"] if begin <= second < _end(end)]
            fill(image, [*request["areas"], *boxes])
            name = f"still-{number:03d}-at-{second:09.3f}-s.jpg"
            archive.writestr(_member(name), save(image, "JPEG", quality=QUALITY))
            count += 1
        if not count:
            raise Unreadable("the video shows no picture that can be read")
        if request["silent"] != "all" and _has_sound(data):
            sound = _write_wave(*_decode(data), _spans(request))
            archive.writestr(_member("sound.wav"), sound)
    return buffer.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))


def _spans(request: dict[str, Any]) -> list[tuple[float, float]]:
    if request["silent"] == "all":
        return [(0.0, float(MOST_SECONDS))]
    return [(begin, _end(end)) for begin, end in request["silent"]]


def _end(end: float | None) -> float:
    """JSON has no infinity: null means to the end."""
    return float(MOST_SECONDS) if end is None else end


def _silence_wave(data: bytes, spans: list[tuple[float, float]]) -> bytes:
    with wave.open(io.BytesIO(data)) as source:
        rate, channels, width = source.getframerate(), source.getnchannels(), source.getsampwidth()
        if source.getnframes() > MOST_SECONDS * rate:
            raise Unreadable("the recording is too long")
        samples = bytearray(source.readframes(source.getnframes()))
    # Eight-bit samples are unsigned: their silence is the middle.
    _mute(samples, rate, channels * width, spans, b"\x80" if width == 1 else b"\x00")
    return _wave_file(bytes(samples), rate, channels, width)


def _write_wave(
    samples: bytearray, rate: int, channels: int, spans: list[tuple[float, float]]
) -> bytes:
    _mute(samples, rate, channels * 2, spans, b"\x00")
    return _wave_file(bytes(samples), rate, channels, 2)


def _mute(
    samples: bytearray, rate: int, frame: int, spans: list[tuple[float, float]], quiet: bytes
) -> None:
    for begin, end in spans:
        first = min(int(begin * rate) * frame, len(samples))
        last = min((int(end * rate) + 1) * frame, len(samples))
        samples[first:last] = quiet * (last - first)


def _wave_file(samples: bytes, rate: int, channels: int, width: int) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as made:
        made.setnchannels(channels)
        made.setsampwidth(width)
        made.setframerate(rate)
        made.writeframes(samples)
    return buffer.getvalue()


def _open(data: bytes) -> Any:
    try:
        import av
    except ImportError:
        raise Unreadable("this recording needs the extra `media` (PyAV)") from None
    try:
        return av.open(io.BytesIO(data), mode="r")
    except (av.error.FFmpegError, OSError, ValueError):
        raise Unreadable("the recording cannot be read") from None


def _has_sound(data: bytes) -> bool:
    with _open(data) as container:
        return bool(container.streams.audio)


def _decode(data: bytes) -> tuple[bytearray, int, int]:
    """(samples of 16 bits, rate, channels): one or two channels, at most 48 kHz."""
    import av

    samples = bytearray()
    with _open(data) as container:
        if not container.streams.audio:
            raise Unreadable("the recording holds no sound")
        context = container.streams.audio[0].codec_context
        rate, channels = min(context.sample_rate or RATE, RATE), min(context.channels or 1, 2)
        resampler = av.AudioResampler("s16", "mono" if channels == 1 else "stereo", rate)
        limit = MOST_SECONDS * rate * channels * 2
        try:
            for frame in container.decode(audio=0):
                for made in resampler.resample(frame):
                    samples += bytes(made.planes[0])[: made.samples * channels * 2]
                if len(samples) > limit:
                    raise Unreadable("the recording is too long")
            for made in resampler.resample(None):
                samples += bytes(made.planes[0])[: made.samples * channels * 2]
        except av.error.FFmpegError:
            raise Unreadable("the recording is damaged") from None
    return samples, rate, channels


def _stills(data: bytes) -> Iterator[tuple[float, Any]]:
    """(second, picture) of at most MOST_STILLS moments, evenly spread; pixels alone."""
    import av
    from PIL import Image

    with _open(data) as container:
        if not container.streams.video:
            raise Unreadable("the recording holds no pictures")
        length = (container.duration or 0) / 1_000_000
        step, due = max(1.0, length / MOST_STILLS), 0.0
        count = 0
        try:
            for frame in container.decode(video=0):
                second = float(frame.time or 0.0)
                if second < due:
                    continue
                shown = frame.to_image().convert("RGB")
                shown.thumbnail((WIDEST, WIDEST))
                yield second, Image.frombytes("RGB", shown.size, shown.tobytes())
                due, count = second + step, count + 1
                if count >= MOST_STILLS:
                    return
        except av.error.FFmpegError:
            raise Unreadable("the recording is damaged") from None
