"""Serving ends cleanly, refuses a taken port, and lets nothing overflow into clear files."""

import signal
import socket
import subprocess
import sys
import time

import pytest

from amparo.web import run


def serve(folder, port):
    return subprocess.Popen(
        [sys.executable, "-m", "amparo", "serve", str(folder), "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait_until_it_listens(process, port):
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            return
        except OSError:
            assert process.poll() is None, process.communicate()
            time.sleep(0.1)


def test_a_taken_port_is_told(vault_folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = serve(vault_folder, port)
        _, err = process.communicate(timeout=240)
    assert process.returncode == 5
    assert str(port) in err and "--port" in err and "Traceback" not in err


def test_what_is_no_vault_is_told(tmp_path):
    process = serve(tmp_path, 8999)
    _, err = process.communicate(timeout=240)
    assert process.returncode == 6 and "not a vault" in err


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(vault_folder, sign):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = serve(vault_folder, port)
    wait_until_it_listens(process, port)
    process.send_signal(sign)
    _, err = process.communicate(timeout=240)
    assert (process.returncode, err) == (0, "")


def test_a_second_interrupt_does_no_harm(vault_folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = serve(vault_folder, port)
    assert process.stdout.readline().startswith("Open http://127.0.0.1:")
    wait_until_it_listens(process, port)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=240)
    assert (process.returncode, err) == (0, "")


def test_only_this_machine_can_reach_it_and_bodies_stay_in_memory(monkeypatch):
    asked = {}

    def create_server(app, **options):
        asked.update(options)

    monkeypatch.setattr("waitress.server.create_server", create_server)
    run._make_server(8998)
    assert asked["host"] == "127.0.0.1"
    assert asked["inbuf_overflow"] > asked["max_request_body_size"]
    assert asked["outbuf_overflow"] > 1 << 30
