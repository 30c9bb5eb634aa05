"""The browser's only way out when no proxy is named: names are resolved, judged and pinned here.

A SOCKS5 server on this machine, for one capture. A public page must not reach the machines
of its viewer, and a public name may lead there (DNS rebinding): so the addresses of a name
are looked up once, judged, and the very address judged is the one connected to. Where a
proxy is named, it resolves the names, and which network it stands in is its own matter.
Source: RFC 1928.
"""

from __future__ import annotations

import contextlib
import ipaddress
import select
import socket
import threading
from collections.abc import Iterator
from types import TracebackType

WAIT = 20.0
IDLE = 120.0
MOST_AT_ONCE = 64
PRIVATE = "the name leads into a private network"
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_CONNECT, _NUMBER4, _NAME, _NUMBER6 = 1, 1, 3, 4
_REFUSED, _UNREACHABLE = 2, 4


class Denied(Exception):
    """No connection is made; the text says why."""

    def __init__(self, why: str, code: int = _REFUSED) -> None:
        super().__init__(why)
        self.code = code


def is_local(host: str) -> bool:
    """True for a name or number of this machine or of a private network, without asking anyone."""
    host = host.rstrip(".").lower()
    if host == "localhost" or host.endswith((".localhost", ".local", ".internal", ".lan")):
        return True
    try:
        return not _judged(ipaddress.ip_address(host.strip("[]"))).is_global
    except ValueError:
        return False


def _judged(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 one carries inside it, else the address itself."""
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        return address.ipv4_mapped or address.sixtofour or address
    return address


class Gateway:
    """Listens while open; `faults` says by host why a connection was not made."""

    def __init__(self, *, allow_local: bool) -> None:
        self.allow_local = allow_local
        self.faults: dict[str, str] = {}
        self.pinned: dict[str, list[tuple[socket.AddressFamily, str]]] = {}
        self._guard = threading.Lock()
        self._room = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"socks5://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self) -> Gateway:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Take no more and end what is under way."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._guard:
            for one in self._open:
                with contextlib.suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def resolve(self, host: str) -> list[tuple[socket.AddressFamily, str]]:
        """Addresses of a host, the same for the whole capture. Raises Denied."""
        with self._guard:
            if host in self.pinned:
                return self.pinned[host]
        try:
            rows = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Denied("the name is not known", _UNREACHABLE) from None
        found: list[tuple[socket.AddressFamily, str]] = [
            (row[0], str(row[4][0]).partition("%")[0]) for row in rows
        ]
        if not self.allow_local and any(is_local(number) for _, number in found):
            raise Denied(PRIVATE)
        with self._guard:
            return self.pinned.setdefault(host, found)

    def _serve(self) -> None:
        while True:
            try:
                inner, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._handle, args=(inner,), daemon=True).start()

    def _handle(self, inner: socket.socket) -> None:
        with self._room, inner, self._watched(inner), contextlib.suppress(OSError, EOFError):
            inner.settimeout(WAIT)
            host, port = _asked(inner)
            try:
                outer = self._connect(host, port)
            except Denied as why:
                self.faults[host] = str(why)
                inner.sendall(bytes((5, why.code, 0, 1)) + bytes(6))
                return
            with outer, self._watched(outer):
                inner.sendall(b"\x05\x00\x00\x01" + bytes(6))
                _relay(inner, outer)

    @contextlib.contextmanager
    def _watched(self, one: socket.socket) -> Iterator[None]:
        with self._guard:
            self._open.add(one)
        try:
            yield
        finally:
            with self._guard:
                self._open.discard(one)

    def _connect(self, host: str, port: int) -> socket.socket:
        why = "no answer"
        for family, number in self.resolve(host):
            outer = socket.socket(family, socket.SOCK_STREAM)
            outer.settimeout(WAIT)
            try:
                outer.connect((number, port))
            except OSError as error:
                outer.close()
                why = (error.strerror or str(error) or why).lower()
            else:
                return outer
        raise Denied(why, _UNREACHABLE)


def _exactly(stream: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        piece = stream.recv(count - len(data))
        if not piece:
            raise EOFError
        data += piece
    return data


def _asked(inner: socket.socket) -> tuple[str, int]:
    """Greeting and request: host and port. Raises EOFError on anything but CONNECT."""
    version, methods = _exactly(inner, 2)
    _exactly(inner, methods)
    if version != 5:
        raise EOFError
    inner.sendall(b"\x05\x00")
    _, command, _, kind = _exactly(inner, 4)
    if kind == _NAME:
        host = _exactly(inner, _exactly(inner, 1)[0]).decode("ascii", "replace")
    elif kind in (_NUMBER4, _NUMBER6):
        family = socket.AF_INET if kind == _NUMBER4 else socket.AF_INET6
        host = socket.inet_ntop(family, _exactly(inner, 4 if kind == _NUMBER4 else 16))
    else:
        raise EOFError
    port = int.from_bytes(_exactly(inner, 2), "big")
    if command != _CONNECT:
        raise EOFError
    return host, port


def _relay(inner: socket.socket, outer: socket.socket) -> None:
    """Bytes both ways until one side is done or nothing moves any more."""
    other = {inner: outer, outer: inner}
    while True:
        ready, _, _ = select.select([inner, outer], [], [], IDLE)
        if not ready:
            return
        for one in ready:
            data = one.recv(65_536)
            if not data:
                return
            other[one].sendall(data)
