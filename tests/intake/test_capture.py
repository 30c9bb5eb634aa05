"""Pages captured from a server on this machine: what came, what was refused, what went wrong."""

from __future__ import annotations

import json
import os
import select
import shutil
import socket
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest

from amparo.custody.models import LedgerEntry
from amparo.errors import BadInput
from amparo.intake import browser
from amparo.intake.capture import Limits, capture, check_address, check_proxy
from amparo.intake.pack_page import write_wacz, write_warc
from amparo.intake.receive import receive_capture
from amparo.intake.reread import choose, reread
from amparo.vault.models import Item
from amparo.vault.verify import verify_vault

pytestmark = pytest.mark.skipif(
    not any(map(shutil.which, browser.PROGRAMS)), reason="no Chromium here"
)

PAGES = {
    "/dynamic": b"<p id=x>wait</p><script>fetch('/data').then(r => r.text())"
    b".then(t => {x.textContent = 'They came ' + t; document.title = 'done'})</script>",
    "/data": b"at dawn",
    "/tall": b"<div style='height:5000px;background:linear-gradient(red,blue)'>tall</div>",
    "/hostile": b"<script>"
    b"document.cookie = 'id=1'; try {localStorage.setItem('a', 'b')} catch (e) {}"
    b"alert(1); confirm(2); window.open('/popup'); onbeforeunload = () => 'stay';"
    b"fetch('file:///etc/passwd').catch(() => 0);"
    b"new Image().src = 'ftp://127.0.0.1/x';"
    b"try {new WebSocket('ws://' + location.host + '/socket')} catch (e) {}"
    b"let open = 'try {new WebSocket(`ws://"
    b"' + location.host + '/socket`)} catch (e) {}';"
    b"new Worker(URL.createObjectURL(new Blob([open])));"
    b"let f = document.createElement('iframe'); document.documentElement.append(f);"
    b"try {new f.contentWindow.WebSocket('ws://' + location.host + '/socket')} catch (e) {}"
    b"let a = document.createElement('a'); a.href = '/data'; a.download = 'x.exe'; "
    b"document.body && document.body.append(a); a.click();"
    b"for (let i = 0; i < 200; i++) history.pushState({}, '', '?' + i);"
    b"</script><p>still here</p>",
    "/busy": b"<p>busy</p><script>while (true) {}</script>",
    "/frame": b"<iframe src='/data'></iframe><p>outer</p>",
}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.0"

    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.seen.append((self.path, self.headers.get("Cookie")))
        self.server.callers.append(self.client_address[1])
        path = self.path.split("?")[0]
        if path == "/loop":
            return self.answer(302, b"", Location="/loop")
        if path == "/first":
            return self.answer(301, b"", Location="/second")
        if path == "/second":
            return self.answer(302, b"", Location="/dynamic")
        if path == "/huge":
            return self.pour()
        if path == "/slow":
            self.answer(200, b"<p>begins")
            return self.server.stop.wait(30)
        if path == "/silent":
            return self.server.stop.wait(30)
        if path in PAGES:
            return self.answer(200, PAGES[path])
        return self.answer(404, b"<h1>There is no such page</h1>")

    def answer(self, status, body, **headers):
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Set-Cookie", "session=secret; Path=/")
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def pour(self):
        self.answer(200, b"<p>")
        try:
            for _ in range(400):
                self.wfile.write(b"x" * (1 << 18))
        except OSError:
            pass


@pytest.fixture(scope="module")
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.seen, server.callers, server.stop = [], [], threading.Event()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.address = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.stop.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def profiles(monkeypatch):
    """Folders of the browsers that this test started; others may run beside it."""
    made = []

    class Watched(browser.Browser):
        def _start(self):
            made.append(self.folder)
            super()._start()

    monkeypatch.setattr("amparo.intake.record_page.Browser", Watched)
    return made


def test_a_page_made_by_scripts(site, vault, profiles):
    taken = capture(f"{site.address}/dynamic")
    assert (taken.outcome, taken.status, taken.route) == ("ok", 200, "direct")
    assert b"They came at dawn" in taken.html
    assert taken.screenshot.startswith(b"\x89PNG")
    tally = receive_capture(vault, "M-1", taken)
    assert tally.failed == 0 and tally.deposited == 3
    archive = Item.objects.get(file_name="capture.warc.gz")
    assert archive.kind == "warc" and archive.outcome == "ok"
    assert archive.metadata["capture:url"].endswith("/dynamic")
    assert archive.metadata["capture:tool"].startswith(("Chrome", "HeadlessChrome"))
    made = {d.child.file_name: d.relation for d in archive.derived.all()}
    assert made["page.png"] == made["page.html"] == "rendering" and "part" in made.values()
    entry = json.loads(bytes(LedgerEntry.objects.get(kind="collect").body))
    assert entry["item"] == archive.sha256 and entry["source"]["url"] == site.address
    assert [one.state for one in reread(vault, "M-1", choose(reader="warc"))] == ["same"]
    assert not verify_vault(vault).faults
    assert len(profiles) == 1 and not profiles[0].exists()


def test_redirects_are_kept_one_by_one(site):
    from warcio.archiveiterator import ArchiveIterator

    taken = capture(f"{site.address}/first")
    assert taken.final_url.endswith("/dynamic") and taken.outcome == "ok"
    records = [r for r in ArchiveIterator(BytesIO(write_warc(taken))) if r.rec_type == "response"]
    statuses = [r.http_headers.get_statuscode() for r in records]
    assert statuses[:3] == ["301", "302", "200"]
    assert records[0].http_headers.get_header("Location") == "/second"


def test_no_cookie_is_sent_back_or_kept(site):
    site.seen.clear()
    for _ in range(2):
        taken = capture(f"{site.address}/first")
    assert len(site.seen) >= 8
    assert {cookie for _, cookie in site.seen} == {None}
    assert b"secret" not in write_warc(taken)
    assert all(name.lower() != "set-cookie" for r in taken.responses for name, _ in r.headers)


@pytest.mark.parametrize(
    ("path", "outcome", "detail"),
    [
        ("/none", "partial", "the server answered 404"),
        ("/loop", "partial", "ERR_TOO_MANY_REDIRECTS"),
        ("/slow", "partial", "limit: time"),
        ("/silent", "failed", "limit: time"),
        ("/huge", "partial", "limit: bytes"),
        ("/busy", "partial", "limit: time"),
    ],
)
def test_what_goes_wrong_is_said(site, path, outcome, detail):
    taken = capture(f"{site.address}{path}", limits=Limits(6, 8 << 20, picture=3))
    assert taken.outcome == outcome and detail in taken.detail
    assert sum(len(r.body) for r in taken.responses) <= 10 << 20


def test_a_closed_port(site):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    taken = capture(f"http://127.0.0.1:{port}/", limits=Limits(5))
    assert taken.outcome == "failed" and "connection refused" in taken.detail


def test_a_page_that_attacks_its_viewer(site):
    site.seen.clear()
    taken = capture(f"{site.address}/hostile", limits=Limits(20))
    assert b"still here" in taken.html and b"root:" not in taken.html
    paths = {path.split("?")[0] for path, _ in site.seen}
    assert "/popup" not in paths and "/socket" not in paths
    assert all(r.url.startswith("http") for r in taken.responses)


def test_a_tall_page_is_on_the_picture(site):
    import struct

    taken = capture(f"{site.address}/tall")
    _, height = struct.unpack(">II", taken.screenshot[16:24])
    assert height >= 5_000


def test_frames_are_taken_too(site):
    taken = capture(f"{site.address}/frame")
    assert {r.url.rsplit("/", 1)[1] for r in taken.responses} >= {"frame", "data"}
    assert taken.final_url.endswith("/frame")


class Socks:
    """A small SOCKS5 server: every name leads to this machine. `asked` and `ports` tell of it."""

    def __init__(self):
        self.asked, self.ports = [], set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"socks5://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                inner, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.relay, args=(inner,), daemon=True).start()

    def relay(self, inner):
        inner.recv(2 + inner.recv(2, socket.MSG_PEEK)[1])
        inner.sendall(b"\x05\x00")
        named = inner.recv(4)[3] == 3
        host = inner.recv(inner.recv(1)[0]).decode() if named else socket.inet_ntoa(inner.recv(4))
        port = int.from_bytes(inner.recv(2), "big")
        self.asked.append(host)
        outer = socket.create_connection(("127.0.0.1", port))
        self.ports.add(outer.getsockname()[1])
        inner.sendall(b"\x05\x00\x00\x01" + bytes(6))
        while True:
            for ready in select.select([inner, outer], [], [])[0]:
                data = ready.recv(65_536)
                if not data:
                    return inner.close(), outer.close()
                (outer if ready is inner else inner).sendall(data)


def test_everything_goes_through_the_proxy_and_nothing_beside_it(site):
    """The page and what it asks of other servers; the names are asked of the proxy."""
    proxy = Socks()
    site.callers.clear()
    with proxy.listener, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as beside:
        beside.bind(("127.0.0.1", 0))
        beside.settimeout(0.5)
        port, udp = site.server_port, beside.getsockname()[1]
        PAGES["/reaching"] = (
            f"<link rel=dns-prefetch href=//early.invalid><link rel=preconnect href=//soon.invalid:{port}>"
            f"<img src=http://other.invalid:{port}/data><img src=http://127.0.0.1:{port}/data>"
            f"<script>try {{new WebSocket('ws://socket.invalid:{port}/')}} catch (e) {{}}"
            f"let c = new RTCPeerConnection({{iceServers: [{{urls: 'stun:127.0.0.1:{udp}'}}]}});"
            "c.createDataChannel('x'); c.createOffer().then(o => c.setLocalDescription(o));</script>"
        ).encode()
        taken = capture(
            f"http://nowhere.invalid:{port}/reaching", proxy=proxy.address, limits=Limits(20)
        )
        with pytest.raises(TimeoutError):
            beside.recv(1)
    assert taken.outcome == "ok" and taken.route == f"proxy {proxy.address}"
    assert {"nowhere.invalid", "other.invalid"} <= set(proxy.asked)
    names = {r.url.split("/")[2].split(":")[0] for r in taken.responses if r.status == 200}
    assert names >= {"nowhere.invalid", "other.invalid"}
    assert site.callers and set(site.callers) <= proxy.ports, "somebody came without the proxy"


def test_a_proxy_that_is_not_there_lets_nothing_out(site):
    site.callers.clear()
    taken = capture(f"{site.address}/dynamic", proxy="socks5://127.0.0.1:9", limits=Limits(15))
    assert taken.outcome == "failed" and taken.detail and not taken.responses
    assert not site.callers


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "ftp://a.org/", "a.org", "http://", "http://u:p@a.org/", "http://a b/"],
)
def test_addresses_that_are_refused(url):
    with pytest.raises(BadInput):
        check_address(url)


@pytest.mark.parametrize("proxy", ["127.0.0.1:9050", "socks5://", "socks5://a:b@c:1", "ssh://a:1"])
def test_proxies_that_are_refused(proxy):
    with pytest.raises(BadInput):
        check_proxy(proxy)


def amparo(passphrase_file, *words, **environment):
    return subprocess.run(
        [sys.executable, "-m", "amparo", "item", "capture", *map(str, words)],
        capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120,
        env={**os.environ, "AMPARO_PASSPHRASE_FILE": str(passphrase_file), **environment},
    )  # fmt: skip


def test_the_command(site, vault_folder, tmp_path):
    from runpy import run_path

    file = tmp_path / "passphrase"
    file.write_text(run_path(str(Path(__file__).parents[1] / "conftest.py"))["PASSPHRASE"])
    asked = amparo(file, vault_folder, f"{site.address}/dynamic")
    assert asked.returncode == 2 and "--yes" in asked.stderr
    done = amparo(file, vault_folder, f"{site.address}/dynamic", "--yes")
    assert done.returncode == 0, done.stderr
    assert "page.png" in done.stdout
    missing = amparo(file, vault_folder, f"{site.address}/none", "--yes", "--json")
    assert missing.returncode == 8
    assert json.loads(missing.stdout)["capture:status"] == "404"
    nothing = amparo(file, vault_folder, "http://127.0.0.1:9/", "--yes")
    assert nothing.returncode == 3 and "nothing was captured" in nothing.stderr
    bare = amparo(file, vault_folder, f"{site.address}/dynamic", "--yes", PATH="/nonexistent")
    assert bare.returncode == 7 and "chromium" in bare.stderr and "Traceback" not in bare.stderr


def test_a_wacz_is_read_back_whole(site, vault):
    taken = capture(f"{site.address}/first")
    tally = receive_capture(vault, "M-1", taken, wacz=True)
    assert tally.failed == 0
    package = Item.objects.get(file_name="capture.wacz")
    assert (package.kind, package.outcome) == ("warc", "ok")
    assert package.metadata["digests"] == "match the package's own list"
    assert package.metadata["capture:url"] == taken.url
    made = {d.child.file_name for d in package.derived.all()}
    assert {"page.png", "page.html"} <= made
    inside = {d.name_in_parent: d.child for d in package.derived.all()}
    assert inside["archive/data.warc.gz"].kind == "warc"


def test_the_index_of_a_wacz_leads_to_the_records(site):
    import zipfile

    from warcio.archiveiterator import ArchiveIterator

    taken = capture(f"{site.address}/first")
    with zipfile.ZipFile(BytesIO(write_wacz(taken))) as archive:
        warc = archive.read("archive/data.warc.gz")
        assert archive.getinfo("archive/data.warc.gz").compress_type == zipfile.ZIP_STORED
        lines = archive.read("indexes/index.cdx").decode().splitlines()
        stated = json.loads(archive.read("datapackage.json"))
        page = json.loads(archive.read("pages/pages.jsonl").splitlines()[1])
    assert lines == sorted(lines) and len(lines) == len(taken.responses)
    assert stated["wacz_version"] == "1.1.1" and page["url"] == taken.url
    for line in lines:
        facts = json.loads(line.split(" ", 2)[2])
        begin = int(facts["offset"])
        piece = warc[begin : begin + int(facts["length"])]
        (record,) = ArchiveIterator(BytesIO(piece))
        assert record.rec_headers.get_header("WARC-Target-URI") == facts["url"]
        assert record.http_headers.get_statuscode() == facts["status"]


def test_a_public_name_that_leads_home_is_refused(site, monkeypatch):
    """The resolver lies: evil.example.org is this machine. The page and its server stay unseen."""
    real = socket.getaddrinfo

    def lie(host, *args, **kwargs):
        host = "127.0.0.1" if str(host).endswith("example.org") else host
        return real(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", lie)
    site.seen.clear()
    taken = capture(f"http://evil.example.org:{site.server_port}/dynamic", limits=Limits(10))
    assert taken.outcome == "failed" and "private network" in taken.detail
    assert taken.refused == 1 and not site.seen


def test_a_name_is_asked_once_and_pinned(monkeypatch):
    """A second answer (DNS rebinding) is never asked for."""
    from amparo.intake.gateway import Denied, Gateway

    asked = []

    def answer(host, *args, **kwargs):
        asked.append(host)
        number = "93.184.215.14" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (number, 0))]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    with Gateway(allow_local=False) as gateway:
        first = gateway.resolve("a.example.org")
        assert gateway.resolve("a.example.org") == first == [(socket.AF_INET, "93.184.215.14")]
        assert asked == ["a.example.org"]
        with pytest.raises(Denied, match="private network"):
            gateway.resolve("b.example.org")


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True), ("a.localhost", True), ("printer.lan", True), ("10.0.0.1", True),
        ("169.254.169.254", True), ("[::1]", True), ("::ffff:192.168.1.1", True), ("0.0.0.0", True),
        ("fd00::1", True), ("2002:7f00:1::", True), ("LOCALHOST.", True), ("100.64.0.1", True),
        ("example.org", False), ("93.184.215.14", False), ("2606:4700::1111", False),
        ("64:ff9b::7f00:1", True),
    ],
)  # fmt: skip
def test_what_counts_as_a_private_address(host, local):
    from amparo.intake.gateway import is_local

    assert is_local(host) is local
