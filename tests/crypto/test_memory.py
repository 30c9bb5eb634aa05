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
