"""Words written in other ways inside of bytes are told: escapes, base64, PDF strings, binary runs."""

from __future__ import annotations

import base64
import json
import quopri
import urllib.parse
import zlib

import pytest

from amparo.filing.unwrap import tell_pdf, tell_words, unpack_streams

NAME = "Руслан Джабраилов"


def told(piece: bytes) -> str:
    return "\n".join(text for _, text in tell_words(piece))


WAYS = {
    "percent": urllib.parse.quote(NAME).encode(),
    "form": urllib.parse.quote_plus(NAME).encode(),
    "entities": "".join(f"&#{ord(c)};" for c in NAME).encode(),
    "hex entities": "".join(f"&#x{ord(c):x};" for c in NAME).encode(),
    "JSON": json.dumps(NAME).encode(),
    "RTF": "".join(f"\\u{ord(c)}?" for c in NAME).encode(),
    "quoted-printable": quopri.encodestring(NAME.encode()),
    "base64": base64.b64encode(f"it was {NAME}".encode()),
    "base64 in lines": base64.encodebytes(f"it was {NAME}, again and again {NAME}".encode() * 3),
    "base64 for addresses": base64.urlsafe_b64encode(f"??>> {NAME}".encode()),
    "encoded word": b"=?utf-8?b?" + base64.b64encode(NAME.encode()) + b"?=",
    "encoded word, quoted": b"=?utf-8?q?"
    + b"".join(b"=%02X" % byte for byte in NAME.encode())
    + b"?=",
    "UTF-16 in binary": b"\x00\x01\x02" + NAME.encode("utf-16-le") + b"\x00\x00",
    "UTF-16BE in binary": b"\x01\x00\x02\x00" + NAME.encode("utf-16-be"),
    "UTF-8 in binary": b"\x00\xff\xfe" + NAME.encode() + b"\x00",
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_words_are_told(way):
    assert NAME in told(b"before " + WAYS[way] + b" after"), told(WAYS[way])


PDF_STRINGS = {
    "literal": b"(" + NAME.encode() + b")",
    "octal": "".join(f"\\{byte:03o}" for byte in NAME.encode()).join("()").encode(),
    "UTF-16 in hex": b"<FEFF" + NAME.encode("utf-16-be").hex().encode() + b">",
    "UTF-16 in hex, with spaces": b"<fe ff\n" + NAME.encode("utf-16-be").hex(" ").encode() + b">",
    "UTF-16 literal, escaped": b"(\xfe\xff"
    + NAME.encode("utf-16-be").replace(b"(", b"\\(").replace(b"\\", b"\\\\")
    + b")",
    "in parentheses": b"(a \\( b (" + NAME.encode() + b") c)",
}


@pytest.mark.parametrize("way", PDF_STRINGS)
def test_strings_of_pdf_are_told(way):
    text = "\n".join(text for _, text in tell_pdf(b"<< /Contents " + PDF_STRINGS[way] + b" >>"))
    assert NAME in text


def test_names_of_pdf_are_told():
    text = "\n".join(text for _, text in tell_pdf(b"[65 /Ruslan#20Dzhabrailov /A]"))
    assert "Ruslan Dzhabrailov" in text


def lzw(data: bytes) -> bytes:
    """Nine-bit codes alone, the table cleared before it asks for ten."""
    codes = []
    for start in range(0, len(data), 200):
        codes += [256, *data[start : start + 200]]
    codes.append(257)
    bits = "".join(f"{code:09b}" for code in codes)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[n : n + 8], 2) for n in range(0, len(bits), 8))


FILTERS = {
    "/FlateDecode": zlib.compress,
    "[/ASCII85Decode /FlateDecode]": lambda d: base64.a85encode(zlib.compress(d)) + b"~>",
    "/ASCIIHexDecode": lambda d: d.hex().encode() + b">",
    "/RunLengthDecode": lambda d: b"".join(bytes([0, b]) for b in d) + b"\x80",
    "/LZWDecode": lzw,
    "[ /AHx /Fl ]": lambda d: zlib.compress(d).hex().encode() + b">",
}


@pytest.mark.parametrize("filters", FILTERS)
def test_streams_are_unpacked_as_their_filters_say(filters):
    plain = f"it was {NAME}, I saw {NAME} there. ".encode() * 9
    packed = FILTERS[filters](plain)
    data = b"1 0 obj\n<< /Filter %s /Length %d >>\nstream\n%s\nendstream\nendobj" % (
        filters.encode(), len(packed), packed,
    )  # fmt: skip
    assert [*unpack_streams(data)] == [plain]


def test_lzw_grows_its_codes():
    from amparo.filing.unwrap import _lzw

    # "-----A---B" of ISO 32000-1, 7.4.4.2, example 2.
    assert _lzw(bytes.fromhex("800b6050220c0c8501")) == b"-----A---B"


@pytest.mark.parametrize("broken", [b"", b"(" * 5000, b"<4", b"%zz&#;\\u12=?x?b?%?=", b"\x00" * 99])
def test_what_is_broken_is_passed_over(broken):
    assert isinstance(told(broken), str)
    assert [*tell_pdf(broken)]
    assert isinstance([*unpack_streams(b"/Filter /LZWDecode stream\n" + broken)], list)
