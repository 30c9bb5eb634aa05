"""The demo vault of the shared fixtures, one copy for each module, and browsers in front of it."""

import shutil

import pytest

from amparo.store.settings import configure

configure()


@pytest.fixture(scope="session")
def passphrase():
    """Opens the vaults of the shared fixtures."""
    from pathlib import Path
    from runpy import run_path

    return run_path(str(Path(__file__).parents[1] / "conftest.py"))["PASSPHRASE"]


@pytest.fixture(scope="module")
def served_folder(demo_vault_template, tmp_path_factory):
    """A copy of the demo vault for one module."""
    folder = tmp_path_factory.mktemp("served") / "vault"
    shutil.copytree(demo_vault_template, folder)
    return folder


@pytest.fixture(scope="module")
def door(served_folder):
    """The door of the pages, before anybody has unlocked."""
    from amparo.web.lock import Door, set_door

    made = Door(served_folder, 600.0)
    set_door(made)
    yield made
    made.close()


@pytest.fixture
def stranger(door):
    """A browser that has not unlocked."""
    from django.test import Client

    return Client(SERVER_NAME="127.0.0.1")


@pytest.fixture
def client(door, passphrase):
    """A browser that has; the test itself looks at every row."""
    from django.test import Client

    from amparo.access.scope import whole

    browser = Client(SERVER_NAME="127.0.0.1")
    answer = browser.post("/unlock", {"passphrase": passphrase})
    assert answer.status_code == 302
    with whole():
        yield browser


@pytest.fixture
def find(client):
    """Code of the item of a file name."""
    from amparo.vault.models import Item

    return lambda name: Item.objects.get(file_name=name).code
