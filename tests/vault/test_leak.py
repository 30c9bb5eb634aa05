"""With the vault locked, nothing that went in is in any byte outside of the encryption."""

from __future__ import annotations

import contextlib
import gzip
import http.cookiejar
import json
import mmap
import os
import random
import re
import socket
import stat
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from pathlib import Path

import pytest

from ..conftest import PASSPHRASE

CASE = """
format: amparo-case/1
case: {{code: LEAK, title: "{0}", language: en, summary: "{1}"}}
persons:
  - {{id: V-1, counting_unit: one person, note: "{2}"}}
"""


def canaries(count: int) -> list[str]:
    """Words that nothing else holds: five letters, digits, five letters."""
    chance, letters = random.Random(11), "bcdfghjklmnpqrstvwxz"

    def word() -> str:
        return "".join(chance.choice(letters) for _ in range(7))

    return [f"{word()}{chance.randrange(1000, 9999)}{word()}" for _ in range(count)]


def traces(folders: list[Path], needles: list[str]) -> set[tuple[str, str]]:
    """(needle, file) for every needle in a name or a byte of a file below the folders."""
    found = set()
    for folder in folders:
        for path in folder.rglob("*"):
            data = path.read_bytes() if path.is_file() else b""
            data += str(path.relative_to(folder)).encode()
            for needle in needles:
                if any(needle.encode(how) in data for how in ("utf-8", "utf-16-le", "utf-16-be")):
                    found.add((needle, path.name))
    return found


def test_the_search_finds_what_is_there(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"x" + "qzvkwtr1234bcdfghj".encode("utf-16-le"))
    assert traces([tmp_path], ["qzvkwtr1234bcdfghj", "nothere"]) == {
        ("qzvkwtr1234bcdfghj", "a.bin")
    }


@pytest.mark.timeout(400)
def test_a_locked_vault_shows_none_of_five_hundred_words(run, vault_folder, tmp_path):
    words = canaries(500)
    names, texts, rest = words[:20], words[20:480], words[480:]
    source, temp, home = tmp_path / "source", tmp_path / "temp", tmp_path / "home"
    for folder in (source, temp, home):
        folder.mkdir()
    for number, name in enumerate(names):
        text = "\n\n".join(texts[number * 23 : number * 23 + 23])
        if number % 4 == 0:
            with zipfile.ZipFile(source / f"{name}.zip", "w") as archive:
                archive.writestr(f"{name}.txt", text)
        elif number % 4 == 1:
            (source / f"{name}.html").write_text(f"<html><body><p>{text}</p></body></html>")
        elif number % 4 == 2:
            (source / f"{name}.txt.gz").write_bytes(gzip.compress(text.encode()))
        else:
            (source / f"{name}.txt").write_text(text, encoding="utf-16")
    (source / "case.yaml").write_text(CASE.format(*rest[:3]))
    (source / "who.txt").write_text(f"name: {rest[3]}\naddress: {rest[4]}\n")
    env = {"TMPDIR": str(temp), "HOME": str(home), "XDG_CACHE_HOME": str(home / "cache")}
    run("item", "add", vault_folder, source, env=env)
    run("case", "import", vault_folder, source / "case.yaml", env=env)
    run("person", "seal", vault_folder, "LEAK", "V-1", "--from", source / "who.txt", env=env)
    found = run("search", vault_folder, texts[3], env=env).stdout
    assert "1 passage" in found or texts[3] in found, "it must have been read to prove anything"
    run("search", vault_folder, rest[5], env=env)
    said = run("item", "show", vault_folder, rest[6], env=env, expect=3)
    assert rest[6] not in said.stdout
    run("backup", vault_folder, tmp_path / "copy", env=env)
    run("verify", vault_folder, env=env)
    outside = [vault_folder, temp, home, tmp_path / "copy"]
    assert traces([source], words[:480]), "the words are in what went in"
    assert traces(outside, words) == set()


class Browser:
    """Forms and pages of a served vault, as a browser without JavaScript asks for them."""

    def __init__(self, address: str) -> None:
        self.address = address
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)

    def get(self, path: str) -> str:
        with self.opener.open(self.address + path, timeout=60) as answer:
            return answer.read().decode("utf-8", "replace")

    def post(self, form: str, path: str, files: dict[str, bytes] | None = None, **fields) -> str:
        """Send the form at `path` with the token that the page `form` has."""
        token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', self.get(form))[1]
        parts = [("csrfmiddlewaretoken", "", token.encode())]
        parts += [(name, "", value.encode()) for name, value in fields.items()]
        parts += [("files", f'; filename="{name}"', data) for name, data in (files or {}).items()]
        body = b"".join(
            f'--edge\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode()
            + value
            + b"\r\n"
            for name, more, value in parts
        )
        kind = {"Content-Type": "multipart/form-data; boundary=edge"}
        asked = urllib.request.Request(self.address + path, body + b"--edge--\r\n", kind)
        with self.opener.open(asked, timeout=120) as answer:
            return answer.read().decode("utf-8", "replace")


def family(pid: int) -> list[int]:
    """A process and all that came out of it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in task.read_text().split():
                found += family(int(child))
    return found


def held_files(pid: int, since: float) -> dict[str, bytes]:
    """Contents of what a process has open or mapped: regular files, deleted ones and memory
    files too; of programs and libraries only what changed since."""
    found: dict[str, bytes] = {}
    for one in family(pid):
        for handle in (*Path(f"/proc/{one}/fd").iterdir(), *mapped(one)):
            with contextlib.suppress(OSError):
                told = handle.stat()
                if stat.S_ISREG(told.st_mode) and (told.st_nlink == 0 or told.st_mtime > since):
                    found[f"{one} {handle.name} {handle.readlink()}"] = handle.read_bytes()
    return found


def mapped(pid: int) -> list[Path]:
    with contextlib.suppress(OSError):
        return list(Path(f"/proc/{pid}/map_files").iterdir())
    return []


def test_files_that_a_process_holds_are_looked_into(tmp_path):
    began = time.time() - 1
    with tempfile.TemporaryFile(dir=tmp_path) as gone:
        gone.write(b"qzvkwtr1234bcdfghj")
        gone.flush()
        page = mmap.mmap(gone.fileno(), 0)
        assert sum(b"qzvkwtr1234" in data for data in held_files(os.getpid(), began).values()) >= 2
        page.close()


@pytest.mark.timeout(400)
def test_a_served_vault_that_was_used_and_locked_shows_none_of_five_hundred_words(
    vault_folder, tmp_path
):
    words = canaries(500)
    names, texts, typed = words[:20], words[20:460], words[460:]
    temp, home, began = tmp_path / "temp", tmp_path / "home", time.time() - 1
    for folder in (temp, home):
        folder.mkdir()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = (tmp_path / "out").open("w+b")
    process = subprocess.Popen(
        [sys.executable, "-m", "amparo", "serve", str(vault_folder), "--port", str(port)],
        stdout=said, stderr=said, stdin=subprocess.DEVNULL, cwd=home,
        env={**os.environ, "TMPDIR": str(temp), "HOME": str(home),
             "XDG_CACHE_HOME": str(home / "cache"), "AMPARO_PASSPHRASE_FILE": ""},
    )  # fmt: skip
    try:
        browser = Browser(f"http://127.0.0.1:{port}")
        wait_for(process, port)
        browser.post("/unlock", "/unlock", passphrase=PASSPHRASE)
        use(browser, names, texts, typed)
        browser.post("/", "/lock")
        assert "Unlock" in browser.get("/items")
        held = held_files(process.pid, began)
        for place, data in held.items():
            for word in words:
                assert word.encode() not in data and word.encode("utf-16-le") not in data, place
        said.flush()
        output = (tmp_path / "out").read_bytes()
        assert b"Open http://127.0.0.1" in output
        assert not [word for word in words if word.encode() in output]
        assert PASSPHRASE.encode() not in output + b"".join(held.values())
        assert traces([vault_folder, temp, home], words) == set()
        assert process.poll() is None, "it was served all the time"
    finally:
        process.terminate()
        process.wait(120)
        said.close()
    assert traces([vault_folder, temp, home], words) == set()


def use(browser: Browser, names: list[str], texts: list[str], typed: list[str]) -> None:
    """Take in, search, open a case, edit, seal, look at pages: as people do."""
    files = {}
    for number, name in enumerate(names):
        text = "\n\n".join(texts[number * 22 : number * 22 + 22])
        files[f"{name}.txt"] = text.encode("utf-16" if number % 2 else "utf-8")
    told = browser.post("/items/add", "/items/add", files=files)
    assert "20 expected = 20 deposited" in told
    assert names[3] in browser.get("/items")
    assert texts[0] in browser.get("/items/I-0001")
    assert texts[30] in browser.post("/search", "/search", query=texts[30])
    browser.post("/search", "/search", query=typed[0])
    head = {"code": "LEAK", "title": typed[1], "language": "en", "summary": typed[2]}
    case = json.dumps({"format": "amparo-case/1", "case": head})
    make_case(browser, case)
    add = "/cases/LEAK/records/persons/add"
    person = {"id": "V-1", "counting_unit": "one person", "note": typed[3]}
    assert "V-1" in browser.post(add, add, **person)
    change = "/cases/LEAK/record/V-1/change"
    seen = re.search(r'name="seen[^"]*" value="(\d+)"', browser.get(change))
    more = {"seen": seen[1]} if seen else {}
    browser.post(change, change, **{**person, "note": typed[4]}, **more)
    identity = "/cases/LEAK/identity/V-1"
    browser.post(identity, f"{identity}/seal", name=typed[5], note=typed[6])
    assert typed[5] in browser.post(identity, f"{identity}/show", purpose="a call")
    for path in ("/", "/cases", "/cases/LEAK", "/cases/LEAK/record/V-1", "/ledger", "/verify",
                 "/cases/LEAK/record/V-1/versions", "/items/outcomes", "/machine"):  # fmt: skip
        browser.get(path)
    browser.post("/verify", "/verify")
    with contextlib.suppress(urllib.error.HTTPError):
        browser.post("/verify", "/verify/package", place=f"/nowhere/{typed[7]}")
    with contextlib.suppress(urllib.error.HTTPError):
        browser.get(f"/items/{typed[8]}")


def make_case(browser: Browser, case: str) -> None:
    """Import a case file, the form's field being `file`."""
    token = re.search(r'csrfmiddlewaretoken" value="(\w+)"', browser.get("/cases"))[1]
    body = (
        f'--edge\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
        f'--edge\r\nContent-Disposition: form-data; name="file"; filename="case.yaml"\r\n\r\n{case}\r\n'
        "--edge--\r\n"
    )
    kind = {"Content-Type": "multipart/form-data; boundary=edge"}
    asked = urllib.request.Request(f"{browser.address}/cases/import", body.encode(), kind)
    with browser.opener.open(asked, timeout=60) as answer:
        assert answer.status == 200


def wait_for(process: subprocess.Popen, port: int) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=0.2).close()
            return
        assert process.poll() is None
        time.sleep(0.1)
