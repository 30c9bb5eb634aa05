"""Stills of a video: the moments shown, and a copy without what must not leave.

Runs in the locked-down child of `blackout`, with PyAV and no other program. A video comes out as
a ZIP of stills, areas filled, and of its silenced sound. The moments lie evenly: every second, or
further apart where that would be more than MOST_STILLS.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from amparo.filing.recordings import Unreadable, last_of, open_recording, silence_track

MOST_STILLS = 60
WIDEST = 1280
QUALITY = 85


def show_stills(request: dict[str, Any], data: bytes) -> bytes:
    """A ZIP of stills, with boxes filled in the seconds listed, and of the silenced sound."""
    from amparo.filing.blackout import fill, save

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        count = 0
        for number, (second, image) in enumerate(_every(data), 1):
            fill(image, boxes_at(request, second))
            name = f"still-{number:03d}-at-{second:09.3f}-s.jpg"
            archive.writestr(_member(name), save(image, "JPEG", quality=QUALITY))
            count += 1
        if not count:
            raise Unreadable("the video shows no picture that can be read")
        if sound := silence_track(request, data):
            archive.writestr(_member("sound.wav"), sound)
    return buffer.getvalue()


def boxes_at(request: dict[str, Any], second: float) -> list[Any]:
    """The areas taken out of the picture at this second: everywhere, and in its scenes."""
    scenes = request["scenes"]
    boxes = [box for begin, end, box in scenes if begin <= second < last_of(end)]
    return [*request["areas"], *boxes]


def tell_stills(request: dict[str, Any], data: bytes) -> bytes:
    """JSON: how many moments there are, how many seconds apart, and the true second of one."""
    with open_recording(data) as container:
        step, count = _moments(container)
    told: dict[str, float] = {"step": step, "count": count}
    if (number := request.get("number")) is not None:
        told["second"] = find_still(data, number)[0]
    return json.dumps(told).encode()


def draw_still(request: dict[str, Any], data: bytes) -> bytes:
    """One still as a PNG with the grid, its areas outlined."""
    from amparo.filing.outline import outline

    second, image = find_still(data, request["number"])
    return outline(image, boxes_at(request, second), request)


def find_still(data: bytes, number: int) -> tuple[float, Any]:
    """(second, picture) of a moment, the first is 1. Raises Unreadable past the end."""
    import av

    with open_recording(data) as container:
        step, count = _moments(container)
        due = (number - 1) * step
        if not 1 <= number <= count:
            raise Unreadable("the video has no such still")
        try:
            container.seek(int(due * 1_000_000))
            frames = container.decode(video=0)
            frame = next(frames)
            if _second(frame) <= due:
                while _second(frame) < due:
                    frame = next(frames)
                return _second(frame), _picture(frame)
        except (av.error.FFmpegError, StopIteration):
            pass  # no index to seek by: read it from the beginning
    for second, image in _every(data):
        if second >= due:
            return second, image
    raise Unreadable("the video has no such still")


def _moments(container: Any) -> tuple[float, int]:
    """Seconds between two stills, and how many there are at most."""
    if not container.streams.video:
        raise Unreadable("the recording holds no pictures")
    length = (container.duration or 0) / 1_000_000
    step = max(1.0, length / MOST_STILLS)
    return step, min(MOST_STILLS, int(length / step) + 1) if length else MOST_STILLS


def _every(data: bytes) -> Iterator[tuple[float, Any]]:
    """(second, picture) of each moment: the first frame at it or after; pixels alone."""
    import av

    with open_recording(data) as container:
        step, count = _moments(container)
        due, shown = 0.0, 0
        try:
            for frame in container.decode(video=0):
                second = _second(frame)
                if second < due:
                    continue
                yield second, _picture(frame)
                due, shown = (int(second / step) + 1) * step, shown + 1
                if shown >= count:
                    return
        except av.error.FFmpegError:
            raise Unreadable("the recording is damaged") from None


def _second(frame: Any) -> float:
    return float(frame.time or 0.0)


def _picture(frame: Any) -> Any:
    from PIL import Image

    shown = frame.to_image().convert("RGB")
    shown.thumbnail((WIDEST, WIDEST))
    return Image.frombytes("RGB", shown.size, shown.tobytes())


def _member(name: str) -> zipfile.ZipInfo:
    return zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
