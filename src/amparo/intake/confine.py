"""Take rights away from the current process, for good: rlimits, namespaces, Landlock, seccomp.

Called in the sandbox's child right before it looks at untrusted bytes. Every layer
says whether it holds; a layer the kernel does not offer is left out, the others
apply all the same. Sources: landlock(7), seccomp(2), setrlimit(2), Linux UAPI headers.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

LINUX = sys.platform.startswith("linux")
_libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG = 1
PR_SET_DUMPABLE = 4
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
CLONE_NEWIPC = 0x08000000
CLONE_THREAD = 0x00010000

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# System call numbers: (x86_64, aarch64); -1 where the architecture has no such call.
_CALLS: dict[str, tuple[int, int]] = {
    "read": (0, 63), "write": (1, 64), "close": (3, 57), "stat": (4, -1), "fstat": (5, 80),
    "lstat": (6, -1), "poll": (7, -1), "lseek": (8, 62), "mmap": (9, 222), "mprotect": (10, 226),
    "munmap": (11, 215), "brk": (12, 214), "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139), "pread64": (17, 67), "pwrite64": (18, 68), "readv": (19, 65),
    "writev": (20, 66), "access": (21, -1), "select": (23, -1), "sched_yield": (24, 124),
    "mremap": (25, 216), "madvise": (28, 233), "dup": (32, 23), "dup2": (33, -1),
    "nanosleep": (35, 101), "getpid": (39, 172), "exit": (60, 93), "uname": (63, 160),
    "getdents": (78, -1), "getcwd": (79, 17), "readlink": (89, -1), "gettimeofday": (96, 169),
    "getrlimit": (97, 163), "getrusage": (98, 165), "sysinfo": (99, 179), "times": (100, 153),
    "getuid": (102, 174), "getgid": (104, 176), "geteuid": (107, 175), "getegid": (108, 177),
    "getppid": (110, 173), "getpgrp": (111, -1), "sigaltstack": (131, 132),
    "arch_prctl": (158, -1), "gettid": (186, 178), "time": (201, -1), "futex": (202, 98),
    "sched_getaffinity": (204, 123), "getdents64": (217, 61), "set_tid_address": (218, 96),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "exit_group": (231, 94), "pselect6": (270, 72), "ppoll": (271, 73),
    "set_robust_list": (273, 99), "newfstatat": (262, 79), "readlinkat": (267, 78),
    "faccessat": (269, 48), "dup3": (292, 24), "pipe2": (293, 59), "pipe": (22, -1),
    "getrandom": (318, 278), "membarrier": (324, 283), "statx": (332, 291), "rseq": (334, 293),
    "faccessat2": (439, 439), "sched_getparam": (143, 121), "sched_getscheduler": (145, 120),
    "getcpu": (309, 168), "fadvise64": (221, 223), "ftruncate": (77, 46), "statfs": (137, 43),
    "fstatfs": (138, 44), "set_mempolicy": (238, 237), "restart_syscall": (219, 128),
}  # fmt: skip
_CALLS_TO_RUN_PROGRAMS: dict[str, tuple[int, int]] = {
    "execve": (59, 221), "wait4": (61, 260), "vfork": (58, -1), "fork": (57, -1),
    "clone": (56, 220), "waitid": (247, 95), "close_range": (436, 436),
}  # fmt: skip
_CLONE = (56, 220)
_CLONE3 = (435, 435)
_OPEN = (2, -1)
_OPENAT = (257, 56)
_FCNTL = (72, 25)
_IOCTL = (16, 29)
_TGKILL = (234, 131)
_PRLIMIT = (302, 261)

EPERM = 1
EACCES = 13
ENOTTY = 25
ENOSYS = 38
_ALLOW = 0x7FFF0000
_ERRNO = 0x00050000
_KILL = 0x80000000


def address_space() -> int:
    """Bytes of address space in use, found without /proc by trying limits (about 1 MiB exact)."""
    if not LINUX:
        return 0
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    low, high = 0, 1 << 20
    _libc.mmap.restype = ctypes.c_void_p
    _libc.mmap.argtypes = [
        ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long,
    ]  # fmt: skip
    _libc.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
    try:
        while high - low > 1:
            middle = (low + high) // 2
            resource.setrlimit(resource.RLIMIT_AS, (middle << 20, hard))
            at = _libc.mmap(None, 4096, 3, 0x22, -1, 0)
            if at == ctypes.c_void_p(-1).value:
                low = middle
            else:
                _libc.munmap(at, 4096)
                high = middle
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    return high << 20


def limit_resources(
    *, memory_bytes: int, cpu_seconds: int, file_bytes: int, files: int, base: int = 0
) -> bool:
    """The floor: rlimits. `memory_bytes` is what may be used on top of what is used now.

    `base` is what is used now, when the caller knows it; finding it out takes a while.
    """
    base = base or address_space()
    limits = [
        (resource.RLIMIT_AS, base + memory_bytes),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_FSIZE, file_bytes),
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_CORE, 0),
    ]
    held = True
    for limit, value in limits:
        _, hard = resource.getrlimit(limit)
        wanted = value if hard == resource.RLIM_INFINITY else min(value, hard)
        try:
            resource.setrlimit(limit, (wanted, wanted))
        except (ValueError, OSError):
            held = False
    return held


def leave_network() -> bool:
    """A network namespace of our own without any interface, where the kernel allows one."""
    if not LINUX:
        return False
    if _libc.unshare(CLONE_NEWNET | CLONE_NEWIPC) == 0:
        return True
    return bool(_libc.unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWIPC) == 0)


def drop_privileges() -> bool:
    """No capability, none to be gained by running a program, no debugger attached."""
    if not LINUX:
        return False
    if _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    for capability in range(64):
        if _libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0 and capability > 40:
            break
    header = struct.pack("Ii", 0x20080522, 0)
    return bool(_libc.capset(header, bytes(24)) == 0)


def hide() -> None:
    """Be unreadable for other processes of the same user: no debugger, no /proc/pid/mem."""
    if LINUX:
        _libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def die_with_parent() -> None:
    """Be killed when the thread that forked us ends; only for a parent of one thread."""
    if LINUX:
        _libc.prctl(PR_SET_PDEATHSIG, 9, 0, 0, 0)


_READ_FILE, _READ_DIR, _EXECUTE = 1 << 2, 1 << 3, 1 << 0
_FS_RIGHTS = {
    1: (1 << 13) - 1,
    2: (1 << 14) - 1,
    3: (1 << 15) - 1,
    4: (1 << 15) - 1,
    5: (1 << 16) - 1,
}
_O_PATH = 0o10000000


def landlock_version() -> int:
    """ABI version of Landlock, 0 where there is none."""
    if not LINUX:
        return 0
    return max(0, int(_libc.syscall(444, None, ctypes.c_size_t(0), 1)))


def lock_land(readable: Sequence[str], runnable: Sequence[str] = ()) -> int:
    """Only `readable` trees may be read and `runnable` ones run; nothing written, no network.

    Returns the ABI version in force, 0 when the kernel has no Landlock.
    """
    rules = make_rules(readable, runnable)
    return enter_rules(rules) if rules >= 0 else 0


def make_rules(readable: Sequence[str], runnable: Sequence[str] = ()) -> int:
    """A descriptor of such rules, which processes may enter; -1 when there is no Landlock."""
    version = landlock_version()
    if not version:
        return -1
    rights = _FS_RIGHTS[min(version, 5)]
    attributes = struct.pack("QQQ", rights, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    rules = int(_libc.syscall(444, attributes, ctypes.c_size_t(size), 0))
    if rules < 0:
        return -1
    for path in readable:
        _allow(rules, path, _READ_FILE | _READ_DIR)
    for path in runnable:
        _allow(rules, path, _READ_FILE | _READ_DIR | _EXECUTE)
    return rules


def enter_rules(rules: int) -> int:
    """Be bound by rules from now on, and close them; the ABI version in force, 0 for failure."""
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    held = _libc.syscall(446, rules, 0) == 0
    os.close(rules)
    return landlock_version() if held else 0


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        at = os.open(path, _O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not Path(path).is_dir():
            rights &= ~_READ_DIR
        _libc.syscall(445, ruleset, 1, struct.pack("=Qi", rights, at), 0)
    finally:
        os.close(at)


class _Fprog(ctypes.Structure):
    _fields_ = (("len", ctypes.c_ushort), ("filter", ctypes.c_void_p))


# Stands in the filter until it is known which process it is for.
_OWN_PID = b"\x5a\xa5\xc3\x3c"


def prepare_filter() -> None:
    """Write the filters ahead, so that each child finds them written."""
    machine = platform.machine()
    if machine in AUDIT_ARCH:
        for run_programs in (False, True):
            _program(AUDIT_ARCH[machine], list(AUDIT_ARCH).index(machine), run_programs)


def filter_calls(*, run_programs: bool = False) -> bool:
    """Seccomp: only calls a parser needs; no socket, no write-open, no process, no ptrace.

    `run_programs` also lets it start programs (tesseract), which inherit the filter.
    Everything else answers EPERM. False where the architecture is not known to us.
    """
    machine = platform.machine()
    if not LINUX or machine not in AUDIT_ARCH:
        return False
    column = list(AUDIT_ARCH).index(machine)
    own = struct.pack("I", os.getpid())
    program = _program(AUDIT_ARCH[machine], column, run_programs).replace(_OWN_PID, own)
    code = ctypes.create_string_buffer(program, len(program))
    fprog = _Fprog(len(program) // 8, ctypes.addressof(code))
    _libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return bool(_libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(fprog), 0, 0) == 0)


_LD, _JEQ, _JGE, _JSET, _RET, _AND = 0x20, 0x15, 0x35, 0x45, 0x06, 0x54
_NR, _ARCH = 0, 4
_FORBIDDEN_OPEN = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _argument(index: int) -> int:
    """Offset of the low half of a system call's argument (little-endian machines only)."""
    return 16 + 8 * index


@cache
def _program(arch: int, column: int, run_programs: bool) -> bytes:
    """The filter as classic BPF: arch, then one test per call, then EPERM.

    Where a process may name itself, `_OWN_PID` stands.
    """
    (own,) = struct.unpack("I", _OWN_PID)
    lines: list[tuple[int, int, int, int]] = [
        (_LD, 0, 0, _ARCH), (_JEQ, 1, 0, arch), (_RET, 0, 0, _KILL), (_LD, 0, 0, _NR),
    ]  # fmt: skip
    for index, call in ((1, _OPEN), (2, _OPENAT)):
        lines += _when(call[column], _deny_bits(index, _FORBIDDEN_OPEN, EACCES))
    if not run_programs:
        lines += _when(_CLONE[column], _need_bits(0, CLONE_THREAD, EPERM))
    lines += _when(_CLONE3[column], [(_RET, 0, 0, _ERRNO | ENOSYS)])
    lines += _when(_TGKILL[column], _need_value(0, own, EPERM, run_programs))
    lines += _when(_PRLIMIT[column], _need_value(2, 0, EPERM, False))
    lines += _when(_IOCTL[column], _one_of(1, (0x5401, 0x5421, 0x5450, 0x5451, 0x541B), ENOTTY))
    lines += _when(_FCNTL[column], _one_of(1, (0, 1, 2, 3, 4, 1030, 1032, 1034), EPERM))
    calls = dict(_CALLS) | (_CALLS_TO_RUN_PROGRAMS if run_programs else {})
    for numbers in calls.values():
        if numbers[column] >= 0:
            lines += [(_JEQ, 0, 1, numbers[column]), (_RET, 0, 0, _ALLOW)]
    lines.append((_RET, 0, 0, _ERRNO | EPERM))
    return b"".join(struct.pack("HBBI", *line) for line in lines)


_Lines = list[tuple[int, int, int, int]]


def _when(number: int, body: _Lines) -> _Lines:
    """Run `body`, which must end by returning, when the call has this number."""
    return [(_JEQ, 0, len(body), number), *body] if number >= 0 else []


def _deny_bits(index: int, bits: int, error: int) -> _Lines:
    return [
        (_LD, 0, 0, _argument(index)), (_JSET, 0, 1, bits),
        (_RET, 0, 0, _ERRNO | error), (_RET, 0, 0, _ALLOW),
    ]  # fmt: skip


def _need_bits(index: int, bits: int, error: int) -> _Lines:
    return [
        (_LD, 0, 0, _argument(index)), (_JSET, 1, 0, bits),
        (_RET, 0, 0, _ERRNO | error), (_RET, 0, 0, _ALLOW),
    ]  # fmt: skip


def _need_value(index: int, value: int, error: int, anyway: bool) -> _Lines:
    if anyway:
        return [(_RET, 0, 0, _ALLOW)]
    return [
        (_LD, 0, 0, _argument(index)), (_JEQ, 1, 0, value),
        (_RET, 0, 0, _ERRNO | error), (_RET, 0, 0, _ALLOW),
    ]  # fmt: skip


def _one_of(index: int, values: Sequence[int], error: int) -> _Lines:
    lines: _Lines = [(_LD, 0, 0, _argument(index))]
    for value in values:
        lines += [(_JEQ, 0, 1, value), (_RET, 0, 0, _ALLOW)]
    return [*lines, (_RET, 0, 0, _ERRNO | error)]
