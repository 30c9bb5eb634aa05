"""Capturing from the pages: asked before anything is sent, told what came, nothing half-held."""

import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from amparo.intake.browser import PROGRAMS
from amparo.vault.models import Item

pytestmark = pytest.mark.skipif(not any(map(shutil.which, PROGRAMS)), reason="no Chromium here")


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        self.server.seen.append(self.path)
        body = b"<title>t</title><p>The gate was shut at noon, said the miller of Lorvane.</p>"
        self.send_response(404 if self.path == "/none" else 200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture(scope="module")
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.seen = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.address = f"http://127.0.0.1:{server.server_port}"
    yield server
    server.shutdown()
    server.server_close()


def test_nothing_is_sent_before_the_answer(client, site):
    site.seen.clear()
    wish = {
        "url": f"{site.address}/page?of=somebody",
        "route": "direct",
        "proxy": "",
        "wacz": "yes",
    }
    page = client.post("/items/capture", wish)
    text = page.content.decode()
    assert page.status_code == 200 and "Use the network?" in text
    assert "127.0.0.1" in text and "directly" in text and not site.seen
    done = client.post("/items/capture", {**wish, "sure": "yes"})
    assert done.status_code == 302 and done["Location"] == "/items/captured"
    told = client.get("/items/captured").content.decode()
    assert "Page captured" in told and "/page?of=somebody" in told and "direct" in told
    assert site.seen[0] == "/page?of=somebody"
    package = Item.objects.get(file_name="capture.wacz")
    assert package.code in told and package.outcome == "ok"


def test_an_error_page_is_held_in_part(client, site):
    wish = {"url": f"{site.address}/none", "route": "direct", "sure": "yes"}
    assert client.post("/items/capture", wish).status_code == 302
    told = client.get("/items/captured").content.decode()
    assert "captured in part" in told and "404" in told


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"url": "file:///etc/passwd", "route": "direct"}, "not a web address"),
        ({"url": "http://a.org/", "route": ""}, "by which way"),
        ({"url": "http://a.org/", "route": "proxy", "proxy": ""}, "no proxy is named"),
        ({"url": "http://a.org/", "route": "proxy", "proxy": "ssh://x:1"}, "not a proxy"),
        ({"url": "http://127.0.0.1:9/", "route": "direct", "sure": "yes"}, "nothing was captured"),
        (
            {"url": "http://a.org/", "route": "proxy", "proxy": "socks5://127.0.0.1:9",
             "sure": "yes"},
            "nothing was captured",
        ),
    ],
)  # fmt: skip
def test_what_goes_wrong_is_said_and_nothing_is_held(client, wish, words):
    before = Item.objects.count()
    page = client.post("/items/capture", wish)
    assert page.status_code in (400, 404) and words in page.content.decode().lower()
    assert Item.objects.count() == before


def test_a_stranger_captures_nothing(stranger, site):
    site.seen.clear()
    wish = {"url": f"{site.address}/x", "route": "direct", "sure": "yes"}
    assert stranger.post("/items/capture", wish)["Location"] == "/unlock"
    assert stranger.get("/items/captured").status_code == 302 and not site.seen


def test_the_site_is_not_in_the_address(client):
    page = client.get("/items/capture").content.decode()
    assert 'method="post"' in page and "Through Tor" in page
