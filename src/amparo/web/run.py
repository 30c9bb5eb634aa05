"""Serve the pages of one vault on this machine only."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from amparo.errors import InUse
from amparo.filled import filled
from amparo.store.settings import configure

HOST = "127.0.0.1"
THREADS = 4
LAST_SECONDS = 5
MAX_BODY = 600 * 1024 * 1024


def run(folder: Path, port: int, idle_minutes: int) -> None:
    """Serve the vault at `folder` until Ctrl-C; the vault is closed at the end.

    Raises InUse when the port is taken.
    """
    configure()
    _silence()
    from amparo.web.lock import Door, set_door

    door = Door(folder, idle_minutes * 60.0)
    set_door(door)
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda number, frame: stop.set())
    try:
        server = _make_server(port)
        _in_thread(door.watch, stop)
        # An interrupt raised inside a callback can be lost; a flag that is waited for cannot.
        _in_thread(_serve, server, stop)
        stop.wait()
        server.task_dispatcher.shutdown(timeout=LAST_SECONDS)
    finally:
        stop.set()
        door.close()


def _in_thread(target: Callable[..., None], *words: object) -> None:
    threading.Thread(target=target, args=words, daemon=True).start()


def _serve(server: Any, stop: threading.Event) -> None:
    try:
        server.run()
    finally:
        stop.set()


def _make_server(port: int) -> Any:
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    try:
        # Buffers must never overflow into clear files: evidence passes through them.
        return create_server(
            get_wsgi_application(),
            host=HOST,
            port=port,
            threads=THREADS,
            ident=None,
            max_request_body_size=MAX_BODY,
            inbuf_overflow=MAX_BODY + 1,
            outbuf_overflow=1 << 40,
            outbuf_high_watermark=1 << 40,
        )
    except OSError as error:
        raise InUse(
            filled("the port cannot be used ({why})", why=error.strerror),
            value=str(port),
            remedy="name another one with --port",
        ) from None


def _silence() -> None:
    """No log at all: addresses and error texts of a casework tool are nobody's business."""
    for name in ("django", "waitress"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = False
