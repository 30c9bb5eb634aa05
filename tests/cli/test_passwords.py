"""`amparo item outcomes --rerun` with passwords: from a file or standard input, never an argument."""

import py7zr

SECRET = "poplar-and-seventeen"  # noqa: S105


def test_a_file_of_passwords_opens_an_archive(run, tmp_path):
    vault, locked = tmp_path / "vault", tmp_path / "locked.7z"
    with py7zr.SevenZipFile(locked, "w", password=SECRET, header_encryption=True) as archive:
        archive.writestr(b"They came at dawn to the mill.", "inside.txt")
    run("init", vault)
    added = run("item", "add", vault, locked)
    assert "encrypted (a password is needed)" in added.stdout
    assert "1 need a password: amparo item outcomes" in added.stderr
    passwords = tmp_path / "passwords.txt"
    passwords.write_text(f"wrong\n{SECRET}\n")
    rerun = ("item", "outcomes", vault, "--rerun", "--outcome", "encrypted")
    told = run(*rerun, "--password-file", "-", stdin="wrong\n").stdout
    assert "encrypted -> encrypted\tsame; no password given opens it" in told
    told = run(*rerun, "--password-file", passwords).stdout
    assert "encrypted -> ok\tchanged" in told and "inside it 1 more" in told and SECRET not in told
    assert "inside.txt" in run("search", vault, "dawn").stdout
    run("verify", vault)


def test_passwords_that_cannot_be_had_or_used_are_refused(run, tmp_path):
    vault, empty = tmp_path / "vault", tmp_path / "empty.txt"
    run("init", vault)
    empty.write_text("\n")
    for options, words in (
        (("--password-file", empty), "Add --rerun"),
        (("--rerun", "--password-file", empty), "is empty"),
        (("--rerun", "--password-file", tmp_path / "none"), "cannot be read"),
        (("--rerun", "--ask-password"), "no terminal"),
        (("--rerun", "--item", "I-0009"), "no such item"),
    ):
        expect = 3 if "--item" in options else 2
        told = run("item", "outcomes", vault, *options, expect=expect).stderr
        assert words.lower() in told.lower(), told
