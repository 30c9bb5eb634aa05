"""Other ways in which bytes hold words: strings and names of PDF, escapes of markup, mail, data
and addresses, base64, runs of letters in binary files.

Runs in the locked-down child of `blackout`. What is told may hold noise: it is searched, never
shown. Sources: ISO 32000-1, 7.3.4, 7.3.5 and 7.4; RFC 2045, 2047, 3986, 4648, 8259.
"""

from __future__ import annotations

import binascii
import quopri
import re
import zlib
from base64 import a85decode, b64decode, urlsafe_b64decode
from collections.abc import Callable, Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from html import unescape
from urllib.parse import unquote_plus

MOST_UNPACKED = 64 << 20
MOST_IN_BASE64 = 16 << 20
# As far back as the dictionary of a stream is looked for.
_DICTIONARY = 2_000
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_FILTER = re.compile(rb"/(FlateDecode|ASCII85Decode|ASCIIHexDecode|RunLengthDecode|LZWDecode"
                     rb"|DCTDecode|JPXDecode|Fl|A85|AHx|RL|LZW|DCT)(?![A-Za-z])")  # fmt: skip
_LITERAL = re.compile(rb"\(((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+)\)", re.DOTALL)
_HEX = re.compile(rb"<([0-9A-Fa-f\s]{4,})>")
_NAME = re.compile(rb"/([^\s/<>\[\](){}%]{4,127})")
_IN_NAME = re.compile(rb"#([0-9A-Fa-f]{2})")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|.)", re.DOTALL)
_MEANT = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_UNICODE = re.compile(r"\\u\{?([0-9A-Fa-f]{4,6})\}?|\\x([0-9A-Fa-f]{2})")
_DECIMAL = re.compile(r"\\u(-?\d{2,5}) ?\??")
_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}")
_QUOTED = re.compile(rb"=[0-9A-F]{2}(?:.{0,40}?=[0-9A-F]{2}){1}", re.DOTALL)
_ENTITY = re.compile(r"&#?\w{2,8};")
_ENCODED_WORD = re.compile(
    r"=\?[\w\-*]+\?[bBqQ]\?[^?\s]*\?=(?:\s+=\?[\w\-*]+\?[bBqQ]\?[^?\s]*\?=)*"
)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-]{12,}(?:\r?\n[A-Za-z0-9+/_\-]{4,})*={0,2}")
_RUN_8 = re.compile(rb"(?:[\t\n\r -~]|[\xc3-\xd4\xd8-\xdb][\x80-\xbf]){6,}")
_RUN_LE = re.compile(rb"(?:[\t\n\r -~]\x00|[\x00-\xff][\x01-\x06]){4,}")
_RUN_BE = re.compile(rb"(?:\x00[\t\n\r -~]|[\x01-\x06][\x00-\xff]){4,}")


def tell_words(piece: bytes, depth: int = 1) -> Iterator[tuple[str, str]]:
    """(how it was written, text) for each other way in which the piece holds words."""
    if b"\x00" in piece:
        for how, text in _runs(piece):
            yield how, text
            if depth:
                yield from tell_words(text.encode(), depth)
        return
    if depth:
        yield from _in_base64(piece)
    text = piece.decode("utf-8", "replace")
    if _PERCENT.search(text):
        yield "percent-encoded", unquote_plus(text)
    if _ENTITY.search(text):
        yield "entities", unescape(text)
    if "\\u" in text or "\\x" in text:
        yield "escaped", _UNICODE.sub(lambda m: _character(int(m[1] or m[2], 16)), text)
        yield "escaped", _DECIMAL.sub(lambda m: _character(int(m[1]) % 0x10000), text)
    if _QUOTED.search(piece):
        yield "quoted-printable", quopri.decodestring(piece).decode("utf-8", "replace")
    if "=?" in text:
        yield "encoded words", "\n".join(map(_header, _ENCODED_WORD.findall(text)))


def _character(code: int) -> str:
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else " "


def _header(word: str) -> str:
    try:
        return str(make_header(decode_header(word)))
    except (HeaderParseError, LookupError, UnicodeDecodeError, binascii.Error, ValueError):
        return ""


def _runs(piece: bytes) -> Iterator[tuple[str, str]]:
    """Letters among bytes that are no text: 8 bits and UTF-8, UTF-16 in both orders."""
    for pattern, encoding in ((_RUN_8, "utf-8"), (_RUN_LE, "utf-16-le"), (_RUN_BE, "utf-16-be")):
        found = [one.decode(encoding, "ignore") for one in pattern.findall(piece)]
        if found:
            yield f"letters in {encoding}", "\n".join(found)


def _in_base64(piece: bytes) -> Iterator[tuple[str, str]]:
    left = MOST_IN_BASE64
    for match in _BASE64.finditer(piece):
        packed = match[0].replace(b"\r", b"").replace(b"\n", b"").rstrip(b"=")
        packed = packed[: left - left % 4]
        left -= len(packed)
        unpack: Callable[[bytes], bytes] = b64decode
        if b"-" in packed or b"_" in packed:
            unpack = urlsafe_b64decode
        try:
            data = unpack(packed + b"=" * (-len(packed) % 4))
        except (binascii.Error, ValueError):
            continue
        if _is_text(data):
            yield "base64", data.decode("utf-8", "replace")
            for how, text in tell_words(data, 0):
                yield f"base64, {how}", text
        elif b"\x00" in data:
            yield from (("base64", text) for _, text in _runs(data))
        if left < 12:
            return


def _is_text(data: bytes) -> bool:
    plain = sum(byte >= 32 or byte in (9, 10, 13) for byte in data[:200])
    return plain >= 0.95 * len(data[:200])


# PDF


def tell_pdf(piece: bytes) -> Iterator[tuple[str, str]]:
    """Strings and names of PDF in the file itself, or in one of its streams."""
    strings = [_string(_ESCAPE.sub(_meant, found)) for found in _LITERAL.findall(piece)]
    strings += [_string(_from_hex(found)) for found in _HEX.findall(piece)]
    yield "strings", "\n".join(strings)
    names = [_IN_NAME.sub(lambda m: bytes([int(m[1], 16)]), one) for one in _NAME.findall(piece)]
    yield "names", "\n".join(one.decode("utf-8", "replace") for one in names)


def _meant(match: re.Match[bytes]) -> bytes:
    told = match[1]
    if told[:1].isdigit():
        return bytes([int(told, 8) & 0xFF])
    return b"" if told in (b"\n", b"\r", b"\r\n") else _MEANT.get(told, told)


def _from_hex(digits: bytes) -> bytes:
    bare = b"".join(digits.split())
    return bytes.fromhex((bare + b"0" * (len(bare) % 2)).decode())


def _string(data: bytes) -> str:
    for mark, encoding in ((b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le")):
        if data.startswith(mark):
            return data[2:].decode(encoding, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def unpack_streams(data: bytes) -> Iterator[bytes]:
    """What each stream of a PDF holds, unpacked as its filters say; pictures as they are."""
    for match in _STREAM.finditer(data):
        told = data[max(0, match.start() - _DICTIONARY) : match.start()]
        filters = _FILTER.findall(told[max(told.rfind(b" obj"), told.rfind(b"endobj"), 0) :])
        end = data.find(b"endstream", match.end())
        held = data[match.end() : end if end > 0 else len(data)]
        yield _unpacked(held, filters or [b"FlateDecode"])


def _unpacked(held: bytes, filters: list[bytes]) -> bytes:
    for name in filters:
        unpack = _UNPACK.get(name)
        if unpack is None:
            return held
        try:
            held = unpack(held)
        except (ValueError, zlib.error, binascii.Error, IndexError):
            return held
    return held


def _inflate(held: bytes) -> bytes:
    return zlib.decompressobj().decompress(held, MOST_UNPACKED)


def _a85(held: bytes) -> bytes:
    return a85decode(held.split(b"~>")[0].removeprefix(b"<~"))


def _ahx(held: bytes) -> bytes:
    return _from_hex(held.split(b">")[0])


def _run_length(held: bytes) -> bytes:
    out, at = bytearray(), 0
    while at < len(held) and held[at] != 128 and len(out) < MOST_UNPACKED:
        length = held[at]
        if length < 128:
            out += held[at + 1 : at + 2 + length]
            at += length + 2
        else:
            out += held[at + 1 : at + 2] * (257 - length)
            at += 2
    return bytes(out)


def _lzw(held: bytes) -> bytes:
    """LZW with codes of 9 to 12 bits and early change (ISO 32000-1, 7.4.4)."""
    out, table, last, width, bits, count = bytearray(), [], b"", 9, 0, 0
    for byte in held:
        bits, count = (bits << 8) | byte, count + 8
        if count < width:
            continue
        count -= width
        code, bits = bits >> count, bits & ((1 << count) - 1)
        if code == 257 or len(out) > MOST_UNPACKED:
            break
        if code == 256:
            table, last, width = [bytes([n]) for n in range(256)] + [b"", b""], b"", 9
            continue
        entry = table[code] if code < len(table) else last + last[:1]
        out += entry
        if last:
            table.append(last + entry[:1])
        last, width = entry, min(12, max(9, (len(table) + 1).bit_length()))
    return bytes(out)


_UNPACK: dict[bytes, Callable[[bytes], bytes]] = {
    b"FlateDecode": _inflate, b"Fl": _inflate, b"ASCII85Decode": _a85, b"A85": _a85,
    b"ASCIIHexDecode": _ahx, b"AHx": _ahx, b"RunLengthDecode": _run_length, b"RL": _run_length,
    b"LZWDecode": _lzw, b"LZW": _lzw,
}  # fmt: skip
