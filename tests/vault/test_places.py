"""One contract for backups wherever they lie: in a folder, and in a bucket on this machine."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import shutil
import subprocess
import sys
from urllib.parse import urlsplit

import pytest

from amparo.custody.models import LedgerEntry, LogState
from amparo.custody.work import work
from amparo.errors import AmparoError, BadInput, Broken, NotFound, Refused, StorageFailed
from amparo.intake.receive import receive_bytes
from amparo.vault.backup import last_backup
from amparo.vault.bucket import open_bucket
from amparo.vault.remote import Current, back_up_anywhere, read_current
from amparo.vault.reseal import reseal
from amparo.vault.restore import restore_from
from amparo.vault.retrieve import find_item
from amparo.vault.unlock import create_vault, open_vault
from amparo.vault.verify import verify_vault

from ..conftest import PASSPHRASE

DATA = os.urandom(200_000)
SECRET = "secret-that-nobody-may-see"
pytest.importorskip("obstore")


@pytest.fixture(scope="module")
def server():
    """An S3 that is not ours (moto), on loopback."""
    moto = pytest.importorskip("moto.server")
    logging.getLogger("werkzeug").disabled = True
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        made = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        made.start()
        yield f"http://127.0.0.1:{made.get_host_and_port()[1]}"
        made.stop()


@pytest.fixture
def bucket_env(server, monkeypatch):
    for name in list(os.environ):
        if name.startswith("AWS_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ENDPOINT_URL", server)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "office")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    return server


@pytest.fixture(params=["folder", "bucket"])
def place(request, tmp_path):
    """Where the backup goes, as the command line names it."""
    if request.param == "folder":
        return str(tmp_path / "copy")
    return new_bucket(request.getfixturevalue("bucket_env"), tmp_path)


@pytest.fixture
def bucket(bucket_env, tmp_path):
    return new_bucket(bucket_env, tmp_path)


def new_bucket(server, tmp_path) -> str:
    import boto3

    name = f"vaults-{abs(hash(str(tmp_path)))}"
    client = boto3.client(
        "s3", endpoint_url=server, region_name="us-east-1",
        aws_access_key_id="office", aws_secret_access_key=SECRET,
    )  # fmt: skip
    client.create_bucket(Bucket=name)
    return f"s3://{name}/office/evidence"


def objects(url: str) -> dict[str, int]:
    """Everything in the bucket, as another client sees it."""
    import boto3

    client = boto3.client(
        "s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="us-east-1",
        aws_access_key_id="office", aws_secret_access_key=SECRET,
    )  # fmt: skip
    told = client.list_objects_v2(Bucket=urlsplit(url).netloc)
    return {one["Key"]: one["Size"] for one in told.get("Contents", [])}


@pytest.fixture
def filled(vault):
    receive_bytes(vault, "M-1", [("a.bin", DATA), ("b.txt", b"letters of the harbour")])
    return vault


def check_restored(place: str, folder) -> None:
    done = restore_from(place, folder, PASSPHRASE)
    assert done.faults == ()
    vault = open_vault(folder, PASSPHRASE)
    try:
        assert vault.packs.read(find_item("a.bin").locator) == DATA
        assert LedgerEntry.objects.order_by("-sequence")[0].kind == "restore"
        assert verify_vault(vault).faults == []
    finally:
        vault.close()


def test_what_was_backed_up_comes_back(filled, place, tmp_path):
    assert last_backup() is None
    done = back_up_anywhere(filled, place)
    assert done.kept == 0 and done.copied > len(DATA)
    assert done.entries == LogState.objects.get().size
    assert last_backup()["entries_since"] == 0
    assert verify_vault(filled).faults == []
    filled.close()
    check_restored(place, tmp_path / "back")


def test_a_record_on_a_server_goes_to_a_bucket_and_comes_back_without_the_server(
    server_vault_folder, bucket, tmp_path
):
    vault = open_vault(server_vault_folder, PASSPHRASE)
    receive_bytes(vault, "M-1", [("a.bin", DATA)])
    assert back_up_anywhere(vault, bucket).copied > len(DATA)
    vault.close()
    check_restored(bucket, tmp_path / "back")


def test_the_next_backup_copies_only_what_is_new(filled, place, tmp_path):
    back_up_anywhere(filled, place)
    receive_bytes(filled, "M-1", [("c.txt", b"one more letter")])
    assert last_backup()["entries_since"] > 0
    done = back_up_anywhere(filled, place)
    assert 0 < done.copied < 10_000 < done.kept
    filled.close()
    check_restored(place, tmp_path / "back")
    vault = open_vault(tmp_path / "back", PASSPHRASE)
    assert vault.packs.read(find_item("c.txt").locator) == b"one more letter"
    vault.close()


def test_a_backup_while_another_process_writes_is_consistent(filled, place, tmp_path):
    script = (
        "import sys, os\n"
        "from pathlib import Path\n"
        "from amparo.store.settings import configure\nconfigure()\n"
        "from amparo.vault.unlock import open_vault\n"
        "from amparo.intake.receive import receive_bytes\n"
        f"vault = open_vault(Path({str(filled.folder)!r}), {PASSPHRASE!r})\n"
        "print('ready', flush=True)\n"
        "for n in range(400): receive_bytes(vault, 'M-1', [(f'{n}.txt', os.urandom(3000))])\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert writer.stdout.readline() == "ready\n"
        for _ in range(2):
            back_up_anywhere(filled, place)
        assert writer.poll() is None, "it must have been writing all the time"
    finally:
        writer.kill()
        writer.wait()
    filled.close()
    check_restored(place, tmp_path / "back")


def test_a_backup_cut_off_is_still_the_earlier_one(filled, place, tmp_path, monkeypatch):
    from amparo.vault import backup, bucket

    back_up_anywhere(filled, place)
    size = LogState.objects.get().size
    receive_bytes(filled, "M-1", [("c.bin", os.urandom(5_000))])
    put, calls = bucket.Bucket.put, []

    def fail_at(*words):
        calls.append(words)
        if len(calls) == stop:
            raise StorageFailed("the network went away")
        put(*words)

    for stop in (1, 2, 3):
        calls.clear()
        with monkeypatch.context() as patch:
            patch.setattr(backup, "write_header", lambda *_: 1 / 0)
            patch.setattr(bucket.Bucket, "put", fail_at)
            with pytest.raises((ZeroDivisionError, StorageFailed)):
                back_up_anywhere(filled, place)
    filled.close()
    shutil.rmtree(tmp_path / "back", ignore_errors=True)
    done = restore_from(place, tmp_path / "back", PASSPHRASE)
    assert done.faults == () and done.entries == size
    vault = open_vault(filled.folder, PASSPHRASE)
    back_up_anywhere(vault, place)
    vault.close()
    check_restored(place, tmp_path / "again")


def test_the_place_of_another_vault_or_a_newer_state_is_not_written_over(
    filled, place, tmp_path, cheap_cost
):
    back_up_anywhere(filled, place)
    filled.close()
    create_vault(tmp_path / "other", PASSPHRASE, cost=cheap_cost)
    other = open_vault(tmp_path / "other", PASSPHRASE)
    with pytest.raises(BadInput, match="another vault"):
        back_up_anywhere(other, place)
    other.close()
    vault = open_vault(filled.folder, PASSPHRASE)
    shutil.copytree(filled.folder, tmp_path / "older")
    for _ in range(3):
        with work("M-1", "x") as custody:
            custody.enter("verify", result="x")
    back_up_anywhere(vault, place)
    vault.close()
    older = open_vault(tmp_path / "older", PASSPHRASE)
    with pytest.raises(Broken, match="newer than the vault"):
        back_up_anywhere(older, place)
    older.close()


def test_restore_of_an_older_state_is_refused_or_written_down(filled, place, tmp_path):
    back_up_anywhere(filled, place)
    with work("M-1", "later") as custody:
        custody.enter("verify", result="something done after the backup")
    size = LogState.objects.get().size
    filled.close()
    with pytest.raises(Refused, match="older"):
        restore_from(place, filled.folder, PASSPHRASE)
    done = restore_from(place, filled.folder, PASSPHRASE, accept_rollback=True)
    assert done.before == size > done.entries and done.set_aside.is_dir()
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_after_re_sealing_nothing_of_the_old_key_is_left(filled, place, tmp_path, cheap_cost):
    done = back_up_anywhere(filled, place)
    reseal(filled, PASSPHRASE, cost=cheap_cost)
    vault = open_vault(filled.folder, PASSPHRASE)
    again = back_up_anywhere(vault, place)
    assert again.kept == 0 and again.copied >= done.copied
    vault.close()
    check_restored(place, tmp_path / "back")


def test_every_object_that_is_damaged_or_gone_is_found_on_the_way_back(filled, bucket, tmp_path):
    import boto3

    back_up_anywhere(filled, bucket)
    receive_bytes(filled, "M-1", [("c.txt", b"one more letter")])
    back_up_anywhere(filled, bucket)
    filled.close()
    client = boto3.client(
        "s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"], region_name="us-east-1",
        aws_access_key_id="office", aws_secret_access_key=SECRET,
    )  # fmt: skip
    where = urlsplit(bucket).netloc
    for key in objects(bucket):
        body = client.get_object(Bucket=where, Key=key)["Body"].read()
        for damaged in (body[:-1], body[:-9] + bytes([body[-9] ^ 1]) + body[-8:], b"", None):
            if damaged is None:
                client.delete_object(Bucket=where, Key=key)
            else:
                client.put_object(Bucket=where, Key=key, Body=damaged)
            with pytest.raises(AmparoError) as told:
                restore_from(bucket, tmp_path / "back", PASSPHRASE)
            assert isinstance(told.value, Broken | BadInput | NotFound | StorageFailed), key
            assert not (tmp_path / "back").exists()
        client.put_object(Bucket=where, Key=key, Body=body)
    check_restored(bucket, tmp_path / "back")


def test_what_current_names_cannot_lead_outside(bucket):
    for packs, state in (
        ({"../../x.pack": []}, "states/1.tar"),
        ({}, "../vault.toml"),
        (
            {"000001.pack": [{"name": "/etc/passwd", "end": 1, "sha256": "", "tail": ""}]},
            "states/1",
        ),
        ({"000001.pack": [{"name": "packs/1", "end": "1", "sha256": "", "tail": ""}]}, "states/1"),
    ):
        told = {"format": "amparo-backup/1", "origin": "amparo/aa", "vkey": "k", "entries": 1,
                "state": state, "sha256": "0" * 64, "packs": packs}  # fmt: skip
        open_bucket(bucket).put("current", json.dumps(told).encode())
        with pytest.raises(BadInput, match="no backup of ours"):
            read_current(open_bucket(bucket))
    good = Current("amparo/aa", "k", 1, "states/1.tar", "0" * 64, {})
    open_bucket(bucket).put("current", good.encode())
    assert read_current(open_bucket(bucket)) == good


def test_a_stretch_that_did_not_arrive_as_it_was_sent_is_not_acknowledged(
    filled, bucket, monkeypatch
):
    from amparo.vault import bucket as module

    put = module.Bucket.put

    def spoil(self, name, content):
        put(self, name, b"spoilt" if name.startswith("packs/") else content)

    monkeypatch.setattr(module.Bucket, "put", spoil)
    with pytest.raises(Broken, match="not what was put there"):
        back_up_anywhere(filled, bucket)
    assert read_current(open_bucket(bucket)) is None


def test_nothing_is_left_over_and_names_tell_nothing(filled, bucket):
    for number in range(3):
        receive_bytes(filled, "M-1", [(f"Anna Novak {number}.txt", os.urandom(2000))])
        back_up_anywhere(filled, bucket)
    held = objects(bucket)
    assert len([key for key in held if "/states/" in key]) == 1
    assert len([key for key in held if "/packs/" in key]) == 3
    assert not any("novak" in key.lower() for key in held)


def test_what_is_wrong_is_told_without_the_secret(filled, bucket, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("amparo.vault.bucket.RETRIES", {"max_retries": 0})
    with pytest.raises(StorageFailed) as told:
        back_up_anywhere(filled, bucket)
    assert SECRET not in str(told.value) + repr(told.value.__dict__) + repr(open_bucket(bucket))
    for name, value in (("AWS_REGION", ""), ("AWS_ENDPOINT_URL", "http://elsewhere.example")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            with pytest.raises(BadInput):
                open_bucket(bucket)
    for url in (
        "s3://",
        "s3://b",
        "s3://vaults",
        "s3://vaults/../x",
        "s3://VAULTS/x",
        "s3://v a/x",
    ):
        with pytest.raises(BadInput):
            open_bucket(url)


def test_without_the_client_library_it_is_said_what_to_install(bucket, monkeypatch):
    monkeypatch.setitem(sys.modules, "obstore", None)
    with pytest.raises(BadInput, match="not installed"):
        open_bucket(bucket)


def test_commands(run, vault_folder, bucket, tmp_path):
    (tmp_path / "letter.txt").write_text("letters of the harbour")
    run("item", "add", vault_folder, tmp_path / "letter.txt")
    first = json.loads(run("backup", vault_folder, bucket, "--json").stdout)
    second = json.loads(run("backup", vault_folder, bucket, "--json").stdout)
    assert first["bytes_copied"] > 0 == second["bytes_copied"]
    assert json.loads(run("vault", "show", vault_folder, "--json").stdout)["last_backup"]["at"]
    shutil.rmtree(vault_folder)
    run("restore", bucket, vault_folder)
    run("verify", vault_folder)
    said = run("backup", vault_folder, bucket, env={"AWS_ACCESS_KEY_ID": ""}, expect=2)
    assert "AWS_ACCESS_KEY_ID" in said.stderr and SECRET not in said.stderr
    run("restore", bucket + "/none", tmp_path / "none", expect=2)
