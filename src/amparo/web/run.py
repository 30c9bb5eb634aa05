"""Serve the pages of one vault on this machine only."""

from __future__ import annotations

import logging
import signal
import threading
from pathlib import Path

from amparo.errors import InUse
from amparo.store.settings import configure

HOST = "127.0.0.1"
THREADS = 4
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
    threading.Thread(target=door.watch, args=(stop,), daemon=True).start()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        _serve(port)
    finally:
        stop.set()
        door.close()


def _serve(port: int) -> None:
    from django.core.wsgi import get_wsgi_application
    from waitress.server import create_server

    try:
        # Buffers must never overflow into clear files: evidence passes through them.
        server = create_server(
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
            f"the port cannot be used ({error.strerror})",
            value=str(port),
            remedy="name another one with --port",
        ) from None
    server.run()


def _silence() -> None:
    """No log at all: addresses and error texts of a casework tool are nobody's business."""
    for name in ("django", "waitress"):
        logger = logging.getLogger(name)
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = False
