"""Audio and video by PyAV (optional extra `media`): facts, tags, and a few frames as pictures."""

from __future__ import annotations

import io
from typing import Any

from amparo.intake.readers.draft import Corrupt, Draft, Input, Unsupported
from amparo.intake.readers.media_ends import ends_early

FRAMES = 4
WIDEST = 480


def preload() -> None:
    """Import PyAV when it is installed."""
    import av
    from PIL import Image, JpegImagePlugin

    av.logging.set_level(None)
    del av, Image, JpegImagePlugin


def read(source: Input, draft: Draft) -> None:
    """Duration, streams and tags; for video up to four key frames as JPEG children."""
    try:
        import av
    except ImportError:
        raise Unsupported("audio and video need the extra `media` (PyAV)") from None
    source.stream.seek(0)
    try:
        with av.open(source.stream, mode="r") as container:
            _note(container, draft)
            if container.streams.video and not _is_cover(container):
                draft.kind = "video"
                _emit_frames(container, draft)
            elif container.streams.audio:
                draft.kind = "audio"
            else:
                raise Corrupt("no audio or video inside")
    except (av.error.FFmpegError, OSError, ValueError, EOFError):
        if not draft.metadata:
            raise Corrupt("the recording cannot be read") from None
        draft.outcome, draft.detail = "partial", "the recording is damaged or cut short"
        return
    if ends_early(source):
        draft.outcome = "partial"
        draft.detail = "the recording is cut short: the file is smaller than it states"


def _is_cover(container: Any) -> bool:
    """Whether the only picture is the cover of a sound recording."""
    stream = container.streams.video[0]
    return bool(container.streams.audio) and stream.codec_context.name in ("mjpeg", "png")


def _note(container: Any, draft: Draft) -> None:
    draft.meta("format", container.format.name)
    if container.duration:
        draft.meta("duration_seconds", f"{container.duration / 1_000_000:.3f}")
    for key, value in list(container.metadata.items())[:60]:
        draft.meta(f"tag:{key}", value)
    for stream in list(container.streams)[:16]:
        context = stream.codec_context
        facts = [stream.type, context.name if context else "unknown codec"]
        if stream.type == "video":
            facts += [f"{context.width}x{context.height}", f"{stream.average_rate or 0} frames/s"]
        elif stream.type == "audio":
            facts += [f"{context.sample_rate} Hz", f"{context.channels} channels"]
        draft.meta(f"stream:{stream.index}", ", ".join(map(str, facts)))


def _emit_frames(container: Any, draft: Draft) -> None:
    """Key frames at the quarters of the recording, or the first ones without a duration."""
    stream = container.streams.video[0]
    context = stream.codec_context
    if context.width * context.height > draft.budget.pixels:
        draft.meta("frames", "limit: pixels")
        return
    context.skip_frame = "NONKEY"
    length = container.duration or 0
    seen: set[int] = set()
    for quarter in range(FRAMES):
        if (quarter and not length) or draft.spent() > 0.5:
            break
        if quarter:
            container.seek(int(length * quarter / FRAMES))
        frame = next(container.decode(stream), None)
        if frame is None or frame.pts in seen:
            continue
        seen.add(frame.pts)
        _emit_frame(frame, draft)
    draft.meta("frames", len(seen))


def _emit_frame(frame: Any, draft: Draft) -> None:
    picture = frame.to_image()
    picture.thumbnail((WIDEST, WIDEST))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    moment = f"{float(frame.time or 0):09.3f}".replace(".", "_")
    draft.expected += 1
    draft.child(f"frame-{moment}.jpeg", "image/jpeg", out.getvalue())
