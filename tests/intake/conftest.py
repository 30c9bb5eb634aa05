"""Builders of good and hostile files, and one sandbox for all tests of a process."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from amparo.intake.sandbox import Sandbox


def _module(name: str) -> ModuleType:
    known = sys.modules.get(f"intake_{name}")
    if known is not None:
        return known
    spec = importlib.util.spec_from_file_location(
        f"intake_{name}", Path(__file__).parent / f"{name}.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[f"intake_{name}"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def good() -> ModuleType:
    """The module that builds sound files."""
    return _module("build_good")


@pytest.fixture(scope="session")
def pack_rar() -> ModuleType:
    """The module that compresses as RAR does."""
    return _module("pack_rar")


@pytest.fixture(scope="session")
def hostile() -> ModuleType:
    """The module that builds files meant to harm."""
    _module("build_good")
    return _module("build_hostile")


@pytest.fixture(scope="session")
def box() -> Iterator[Sandbox]:
    """A running sandbox."""
    with Sandbox() as sandbox:
        yield sandbox
