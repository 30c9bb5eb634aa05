"""What the process gives away: tried in a child, which cannot undo it."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import resource
from amparo.crypto.memory import lock, protect_process
done = protect_process()
assert resource.getrlimit(resource.RLIMIT_CORE) == (0, 0), done
assert done["core_dumps_off"], done
print(open("/proc/self/status").read() if done["not_dumpable"] else "", lock(bytearray(4096)))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
def test_core_dumps_are_off() -> None:
    subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True)


LOCKED = """
import gc
from amparo.crypto.keys import derive, new_key
from amparo.crypto.memory import _address_of
import ctypes
def held():
    return int(next(l for l in open("/proc/self/status") if l.startswith("VmLck")).split()[1])
before = held()
keys = derive(new_key())
assert held() > before, "no page was locked"
place = _address_of(keys.objects)
assert ctypes.string_at(place, 32) == keys.objects != bytes(32)
keys.wipe()
assert ctypes.string_at(place, 32) == bytes(32)
assert all(getattr(keys, name) == bytes(32) for name in keys.__dataclass_fields__)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux only")
def test_keys_are_locked_where_they_are_derived_and_overwritten_when_wiped() -> None:
    done = subprocess.run([sys.executable, "-c", LOCKED], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_swap_is_told(tmp_path) -> None:
    from amparo.intake.examine import _swap

    head = "Filename\tType\tSize\tUsed\tPriority\n"
    (tmp_path / "dm-9/dm").mkdir(parents=True)
    (tmp_path / "dm-9/dm/uuid").write_text("CRYPT-PLAIN-swap\n")
    for lines, holds in (
        ("", True), ("/dev/zram0 partition 1 0 5\n", True), ("/dev/dm-9 partition 1 0 5\n", True),
        ("/dev/sda2 partition 1 0 5\n", False), ("/dev/zram0 x\n/swapfile file 1 0 5\n", False),
    ):  # fmt: skip
        (tmp_path / "swaps").write_text(head + lines)
        assert _swap(tmp_path / "swaps", tmp_path).holds is holds, lines
    assert not _swap(tmp_path / "none", tmp_path).holds
