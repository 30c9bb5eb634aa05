"""With the vault locked, nothing that went in is in any byte outside of the encryption."""

from __future__ import annotations

import gzip
import random
import zipfile
from pathlib import Path

import pytest

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
    assert "1 passages" in found or texts[3] in found, "it must have been read to prove anything"
    run("search", vault_folder, rest[5], env=env)
    said = run("item", "show", vault_folder, rest[6], env=env, expect=3)
    assert rest[6] not in said.stdout
    run("backup", vault_folder, tmp_path / "copy", env=env)
    run("verify", vault_folder, env=env)
    outside = [vault_folder, temp, home, tmp_path / "copy"]
    assert traces([source], words[:480]), "the words are in what went in"
    assert traces(outside, words) == set()
