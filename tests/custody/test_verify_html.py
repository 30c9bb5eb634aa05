"""verify.html in Chromium, opened from file:// with the network off."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from amparo.crypto.sign import Signer

spec = importlib.util.spec_from_file_location("packages", Path(__file__).with_name("packages.py"))
assert spec and spec.loader
packages = importlib.util.module_from_spec(spec)
spec.loader.exec_module(packages)

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")]


@pytest.fixture(scope="module")
def page() -> Iterator[Any]:
    with sync_api.sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(offline=True)
        asked: list[str] = []
        context.on("request", lambda request: asked.append(request.url))
        one = context.new_page()
        one.asked = asked
        yield one
        browser.close()


def check(page: Any, package: Path, *, plain: bool = False, key: str = "") -> dict[str, Any]:
    page.goto("about:blank")
    page.goto((package / "verify.html").as_uri() + ("#plain" if plain else ""))
    if key:
        page.fill("#key", key)
    page.set_input_files("#folder", package)
    page.wait_for_selector("#result:not([hidden])")
    report: dict[str, Any] = page.evaluate("globalThis.lastReport")
    report["verdict"] = page.inner_text("#verdict")
    return report


@pytest.fixture
def package(tmp_path: Path) -> Path:
    packages.make_package(tmp_path / "package")
    return tmp_path / "package"


@pytest.mark.parametrize("plain", [False, True])
def test_a_sound_package_passes(page: Any, package: Path, plain: bool) -> None:
    report = check(page, package, plain=plain, key=packages.SIGNERS[0].verifier.vkey)
    assert report["faults"] == []
    assert report["keyGiven"]
    assert "Whole and unchanged" in report["verdict"]
    assert [one["name"] for one in report["cosigned"]] == ["witness.example/partner"] * 2
    assert [one["sequence"] for one in report["entries"]] == [0, 1, 2, 3, 9, 19]


def test_nothing_but_the_page_itself_is_ever_asked_for(page: Any, package: Path) -> None:
    check(page, package)
    assert all(url.startswith(("file://", "about:", "blob:")) for url in page.asked)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize(
    "name",
    [
        "data/E-01 statement.txt",
        "custody/entries.jsonl",
        "custody/checkpoint",
        "package.note",
        "custody/proofs/9.tlog-proof",
        "manifest-sha256.txt",
        "custody/log.vkey",
        "custody/cosigned/5.checkpoint",
        "custody/consistency/5-20",
        "custody/witnesses.vkey",
        "custody/former.vkey",
    ],
)
def test_a_flipped_bit_is_named(page: Any, package: Path, name: str, plain: bool) -> None:
    path = package / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    report = check(page, package, plain=plain)
    assert any(fault["place"].startswith(name) for fault in report["faults"])
    assert report["verdict"].startswith("NOT")


def test_added_and_missing_files_are_named(page: Any, package: Path) -> None:
    (package / "data" / "extra.txt").write_text("x")
    (package / "custody/proofs/3.tlog-proof").unlink()
    named = {fault["place"] for fault in check(page, package)["faults"]}
    assert {"data/extra.txt", "custody/proofs/3.tlog-proof"} <= named


def test_the_wrong_key_is_told(page: Any, package: Path) -> None:
    report = check(page, package, key=Signer(packages.ORIGIN, b"\x09" * 32).verifier.vkey)
    assert any("not the one that you were given" in fault["fault"] for fault in report["faults"])


def test_own_code_agrees_with_python(page: Any, package: Path) -> None:
    page.goto((package / "verify.html").as_uri())
    signer = Signer("a", os.urandom(32))
    text = "a\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"
    value, public = signer.sign(text).value, signer.verifier.public
    call = "([key, sig, text]) => Amparo.ed25519Plain(Amparo.hexBytes(key), Amparo.hexBytes(sig), Amparo.utf8(text))"
    assert page.evaluate(call, [public.hex(), value.hex(), text])
    for place in (0, 31, 32, 63):
        wrong = bytearray(value)
        wrong[place] ^= 1
        assert not page.evaluate(call, [public.hex(), bytes(wrong).hex(), text])
    order = 2**252 + 27742317777372353535851937790883648493
    shifted = value[:32] + (int.from_bytes(value[32:], "little") + order).to_bytes(32, "little")
    assert not page.evaluate(call, [public.hex(), shifted.hex(), text])
    for size in (0, 1, 55, 56, 63, 64, 111, 112, 127, 128, 1000):
        data = bytes(index % 251 for index in range(size))
        assert (
            page.evaluate("(d) => Amparo.hex(Amparo.sha256(Amparo.hexBytes(d)))", data.hex())
            == hashlib.sha256(data).hexdigest()
        )
        assert (
            page.evaluate("(d) => Amparo.hex(Amparo.sha512Plain(Amparo.hexBytes(d)))", data.hex())
            == hashlib.sha512(data).hexdigest()
        )


def test_a_signature_of_an_unknown_kind_is_passed_over_and_ed25519_still_demanded(
    page: Any, tmp_path: Path
) -> None:
    packages.make_package(tmp_path / "two", signers=packages.POST_QUANTUM)
    ours = packages.POST_QUANTUM[0].verifier.vkey
    for key in ("", ours):
        report = check(page, tmp_path / "two", key=key)
        assert report["faults"] == [] and report["unchecked"] == 1
        assert report["key"] == ours
    both, entries = packages.POST_QUANTUM, packages.ledger()
    only = packages.extract(entries, [0], signers=both[1:])
    stripped = packages.Extract(**{**vars(only), "log_keys": [one.verifier for one in both]})
    packages.build_package(tmp_path / "one", [], stripped, both[:1], made_at="2026-11-22T21:00:00Z")
    faults = check(page, tmp_path / "one")["faults"]
    assert any("did not sign" in fault["fault"] for fault in faults)


def test_a_past_that_no_proof_joins_to_the_present_is_named(page: Any, package: Path) -> None:
    """The witness's checkpoint of another past, everything else signed anew around it."""
    entries = packages.ledger()
    other = packages.extract([packages.entry(9, b"x")] * 5 + entries[5:], [])
    mine = packages.extract(entries, [0])
    forged = packages.Extract(**{**vars(mine), "cosigned": other.cosigned})
    folder = package.with_name("forged")
    packages.build_package(
        folder,
        list(packages.FILES.items()),
        forged,
        packages.SIGNERS,
        made_at="2026-11-22T21:00:00Z",
    )
    faults = check(page, folder)["faults"]
    assert [fault["place"] for fault in faults] == ["custody/cosigned/5.checkpoint"]
    assert "rewritten" in faults[0]["fault"]
