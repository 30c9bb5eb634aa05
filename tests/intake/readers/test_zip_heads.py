"""A zip file that lost its directory: what comes out of it is what went in, or does not come."""

from __future__ import annotations

import io
import random
import zipfile
from types import ModuleType

import pytest

from amparo.intake.readers import zip_heads
from amparo.intake.readers.draft import Draft, Input, Stop
from amparo.intake.readers.zipped import open_zip, read_member
from amparo.intake.reading import Budget
from amparo.intake.sandbox import Sandbox

CHANCE = random.Random(7)
BODIES = [bytes(range(256)) * 20, b"", b"second", CHANCE.randbytes(3_000), b"last"]


class Pipe(io.RawIOBase):
    """Where nobody can go back: sizes and sums are written behind each member."""

    def __init__(self) -> None:
        self.packed = io.BytesIO()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        return self.packed.write(data)


def through_a_pipe(bodies: list[bytes]) -> bytes:
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for number, body in enumerate(bodies):
            archive.writestr(f"{number}.bin", body)
    return pipe.packed.getvalue()


def members(data: bytes) -> list[bytes | str]:
    """Bytes of each member that comes out, or why it does not; nothing where none can."""
    draft = Draft(Budget())
    mended = zip_heads.mend(Input.of(data, "a.zip"), draft.budget)
    if mended is None:
        return []
    found: list[bytes | str] = []
    with open_zip(mended) as archive:
        for info in archive.infolist():
            try:
                found.append(read_member(archive, info, draft))
            except Stop as reason:
                found.append(reason.detail)
    return found


@pytest.mark.parametrize("kind", ["behind", "deflated", "stored"])
def test_whatever_is_cut_or_bent_no_member_comes_out_changed(good: ModuleType, kind: str) -> None:
    method = zipfile.ZIP_STORED if kind == "stored" else zipfile.ZIP_DEFLATED
    files = {f"{number}.bin": body for number, body in enumerate(BODIES)}
    whole = through_a_pipe(BODIES) if kind == "behind" else good.zipped(files, method)
    directory, came = whole.index(b"PK\x01\x02"), 0
    for number in range(300):
        data = bytearray(
            whole[: CHANCE.randrange(4, directory)] if number % 4 else whole[:directory]
        )
        for _ in range(number % 3):
            data[CHANCE.randrange(len(data))] ^= 1 << CHANCE.randrange(8)
        for one, body in zip(members(bytes(data)), BODIES, strict=False):
            assert one == body or isinstance(one, str)
            came += one == body
    assert members(whole[:directory]) == BODIES and came > 300


def test_a_member_of_which_nothing_unpacks_is_not_an_empty_file() -> None:
    whole = through_a_pipe(BODIES)
    start = whole.index(b"3.bin") + len(b"3.bin")
    for cut in range(start, start + 40):
        out = members(whole[:cut])
        assert out[:3] == BODIES[:3] and all(isinstance(one, str) for one in out[3:]), cut


def test_what_has_a_directory_or_no_member_or_is_too_large_is_left(good: ModuleType) -> None:
    whole = good.zipped({"a.txt": b"first"})
    cut = Input.of(whole[:-30], "a.zip")
    assert zip_heads.mend(cut, Budget()) is not None
    for left in (
        Input.of(whole, "a.zip"),
        Input.of(b"PK\x03\x04 and no more", "a.zip"),
        Input.of(b"PK\x05\x06", "a.zip"),
        Input(cut.stream, 1 << 32, cut.head, "a.zip"),
    ):
        assert zip_heads.mend(left, Budget()) is None


def test_an_unknown_version_of_the_format_is_said_to_be_one(good: ModuleType) -> None:
    whole = bytearray(good.zipped({"a.txt": b"first"}))
    whole[whole.index(b"PK\x01\x02") + 6] = 99
    with Sandbox() as box:
        reading = box.read(bytes(whole), name="a.zip")
    assert (reading.kind, reading.outcome) == ("archive", "unsupported")


def test_a_bomb_without_a_directory_stays_within_its_limits() -> None:
    bomb = through_a_pipe([bytes(8 << 20)] * 3)
    budget = Budget(output_bytes=4 << 20)
    draft = Draft(budget)
    mended = zip_heads.mend(Input.of(bomb[: bomb.index(b"PK\x01\x02")], "a.zip"), budget)
    assert mended is not None
    with open_zip(mended) as archive, pytest.raises(Stop):
        read_member(archive, archive.infolist()[0], draft)
