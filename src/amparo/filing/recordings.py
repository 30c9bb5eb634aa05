"""Sound without what must not leave. Runs in the locked-down child of `blackout`.

It comes out as a plain WAV file: samples alone, silent where listed, no tag. The original's
bytes are never copied. Video is shown by `stills`.
"""

from __future__ import annotations

import io
import wave
from typing import Any

MOST_SECONDS = 6 * 3600
RATE = 48_000


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


def silence_track(request: dict[str, Any], data: bytes) -> bytes:
    """The sound of a video in the same way; empty where it has none, or where all is silent."""
    with open_recording(data) as container:
        if request["silent"] == "all" or not container.streams.audio:
            return b""
    return _write_wave(*_decode(data), _spans(request))


def _spans(request: dict[str, Any]) -> list[tuple[float, float]]:
    if request["silent"] == "all":
        return [(0.0, float(MOST_SECONDS))]
    return [(begin, last_of(end)) for begin, end in request["silent"]]


def last_of(end: float | None) -> float:
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


def open_recording(data: bytes) -> Any:
    try:
        import av
    except ImportError:
        raise Unreadable("this recording needs the extra `media` (PyAV)") from None
    try:
        return av.open(io.BytesIO(data), mode="r")
    except (av.error.FFmpegError, OSError, ValueError):
        raise Unreadable("the recording cannot be read") from None


def _decode(data: bytes) -> tuple[bytearray, int, int]:
    """(samples of 16 bits, rate, channels): one or two channels, at most 48 kHz."""
    import av

    samples = bytearray()
    with open_recording(data) as container:
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
