"""Filing: the gate first, then the build, then what is taken away."""

import io
import os
import tempfile
import time
import zipfile
from pathlib import Path

import lxml.html
import pytest

from amparo.custody.models import LedgerEntry
from amparo.errors import Refused

FORM = {"forum": "icc-15", "lang": "en", "on": "2026-11-22", "sender": "A group\nA street"}


def wait_for_build(browser):
    """Ask as the page does until the build is done; every answer before says how far it is."""
    for _ in range(600):
        answer = browser.get("/cases/KARV/filing/progress")
        if "Refresh" not in answer:
            return answer
        assert answer.status_code == 200 and b"Under way" in answer.content
        time.sleep(0.2)
    raise AssertionError("the build does not end")


@pytest.fixture(scope="module")
def memory():
    """A folder in memory that no other program writes in, for what a build keeps in clear."""
    from amparo.web import builds

    usual = builds.MEMORY
    with tempfile.TemporaryDirectory(dir=usual if usual.is_dir() else None) as mine:
        os.utime(mine, (0, 0))
        builds.MEMORY = Path(mine)
        yield builds.MEMORY
        builds.MEMORY = usual


@pytest.fixture(scope="module")
def built(door, passphrase, memory):
    """The package of the demo case, as the page hands it out, and what the page then says."""
    from django.test import Client

    browser = Client(SERVER_NAME="127.0.0.1")
    browser.post("/unlock", {"passphrase": passphrase})
    answer = browser.post("/cases/KARV/filing", FORM)
    assert answer.status_code == 302, answer.content
    wait_for_build(browser)
    package = browser.post("/cases/KARV/filing/package")
    return package, lxml.html.fromstring(browser.get("/cases/KARV/filing").content)


def test_the_gate_names_what_is_held_back_and_why(client):
    tree = lxml.html.fromstring(client.get("/cases/KARV/filing").content)
    told = {row.find("th").text_content().lower(): row.find("td").text_content()
            for row in tree.xpath("//section[.//h2[@id='h-gate']]//tbody/tr")}  # fmt: skip
    assert "V-7" in told["no decision of the person concerned"]
    assert "V-8" in told["consent withdrawn"]


def test_the_package_holds_documents_and_exhibits_and_verifies(built, tmp_path):
    from amparo.custody.verify import verify_package

    package, _ = built
    assert package["Content-Disposition"] == 'attachment; filename="KARV-filing.zip"'
    with zipfile.ZipFile(io.BytesIO(package.content)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        archive.extractall(tmp_path)
    assert {"filing.pdf", "filing.docx", "exhibits.csv", "package/bagit.txt"} <= names
    assert (tmp_path / "filing.pdf").read_bytes().startswith(b"%PDF")
    report = verify_package(tmp_path / "package")
    assert not report.as_dict()["faults"]


def test_the_documents_can_be_taken_out_later_with_an_entry(built, client):
    _, tree = built
    actions = tree.xpath("//form[contains(@action, '/filing/I-')]/@action")
    assert len(actions) == 3
    before = LedgerEntry.objects.count()
    answer = client.post(actions[0])
    assert answer.content.startswith(b"%PDF") and "attachment" in answer["Content-Disposition"]
    assert LedgerEntry.objects.count() == before + 1


def test_no_other_item_leaves_by_that_door(built, client, find):
    code = find("statement-v1-ru.txt")
    assert client.post(f"/cases/KARV/filing/{code}").status_code == 404


def test_nothing_is_left_in_clear(built, memory):
    assert memory.stat().st_mtime > 0, "the build did not work there"
    assert not list(memory.iterdir())


@pytest.mark.parametrize(
    "wrong", [{"forum": "nowhere"}, {"lang": "xx"}, {"on": "yesterday"}, {"on": ""}]
)
def test_a_wrong_choice_is_told_and_builds_nothing(client, wrong):
    before = LedgerEntry.objects.count()
    answer = client.post("/cases/KARV/filing", {**FORM, **wrong})
    assert answer.status_code == 400 and b'role="alert"' in answer.content
    assert LedgerEntry.objects.count() == before


def test_a_case_from_which_nothing_may_leave_is_blocked(client):
    client.post("/cases", {"code": "MUTE", "title": "Mute"})
    page = client.get("/cases/MUTE/filing").content
    assert b"must be resolved" in page and b"disabled" in page
    assert client.post("/cases/MUTE/filing", FORM).status_code == 409


def test_the_package_goes_with_the_lock(built, client, passphrase):
    client.post("/lock")
    client.post("/unlock", {"passphrase": passphrase})
    assert client.post("/cases/KARV/filing/package").status_code == 404


def test_a_dossier_is_addressed_to_the_authority_of_a_state(client):
    page = client.get("/cases/KARV/filing?forum=national").content.decode()
    assert "no state is chosen" in page.lower() and "#state" in page
    named = client.get("/cases/KARV/filing?forum=national&state=DE").content.decode()
    assert '<option value="DE" selected>Germany</option>' in named
    assert '<input type="hidden" name="state" value="DE">' in named
    assert "no state is chosen" not in named.lower()
    assert "state=DE" in named.partition("Read and write the text first")[0]
    assert client.get("/cases/KARV/filing?forum=national&state=QQ").status_code == 400


@pytest.mark.parametrize("fault", [None, Refused("it was refused here")])
def test_a_build_that_ends_while_its_page_is_written_is_asked_for_again(client, monkeypatch, fault):
    """No page says "under way" without asking again."""
    from amparo.web import builds

    class Ending(builds.Job):
        @property
        def waited(self):
            self.error, self.done = fault, True
            return 1

    monkeypatch.setattr(builds, "_jobs", {"KARV": Ending("KARV", "M-1", "icc-15", "en")})
    under_way = client.get("/cases/KARV/filing/progress")
    assert b"Under way" in under_way.content and "Refresh" in under_way
    ended = client.get("/cases/KARV/filing/progress")
    assert "Refresh" not in ended
    assert (ended.status_code == 302) is not bool(fault)
    assert (b"It was refused here" in ended.content) is bool(fault)
