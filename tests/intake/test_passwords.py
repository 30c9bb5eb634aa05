"""Files that need a password: said to be so, opened with it, and the password kept nowhere."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import random
import shutil
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path
from types import ModuleType

import pytest

from amparo.intake.readers import libarchive
from amparo.intake.reading import OUTCOMES
from amparo.intake.sandbox import Sandbox

PASSWORD = "тополь-17"  # noqa: S105
WORDS = b"They came at dawn to the mill."
needs_libarchive = pytest.mark.skipif(not libarchive.library(), reason="no libarchive here")


def zip_with(body: bytes, method: int, extra: bytes, crc: int) -> bytes:
    """One member `inside.txt` with the encryption bit set."""
    facts = struct.pack(
        "<HHHHHIIIHH", 20, 1, method, 0, 0x21, crc, len(body), len(WORDS), 10, len(extra)
    )
    member = b"PK\x03\x04" + facts + b"inside.txt" + extra + body
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<HHHII", 0, 0, 0, 0, 0)
    entry += b"inside.txt" + extra
    return member + entry + struct.pack(
        "<4sHHHHIIH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), len(member), 0
    )  # fmt: skip


def zip_crypto() -> bytes:
    """PKWARE's traditional encryption (APPNOTE 6.1)."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def step(key: int, byte: int) -> int:
        return ~zlib.crc32(bytes([byte]), ~key & 0xFFFFFFFF) & 0xFFFFFFFF

    def update(byte: int) -> None:
        keys[0] = step(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = step(keys[2], keys[1] >> 24)

    for byte in PASSWORD.encode():
        update(byte)
    out = bytearray()
    crc = zlib.crc32(WORDS)
    for byte in bytes(11) + bytes([crc >> 24]) + WORDS:
        low = (keys[2] | 2) & 0xFFFF
        out.append(byte ^ ((low * (low ^ 1)) >> 8 & 0xFF))
        update(byte)
    return zip_with(bytes(out), 0, b"", crc)


def zip_aes() -> bytes:
    """WinZip AES-256, AE-2."""
    from Cryptodome.Cipher import AES
    from Cryptodome.Util import Counter

    salt = bytes(range(16))
    keys = hashlib.pbkdf2_hmac("sha1", PASSWORD.encode(), salt, 1000, 66)
    counter = Counter.new(128, initial_value=1, little_endian=True)
    sealed = AES.new(keys[:32], AES.MODE_CTR, counter=counter).encrypt(WORDS)
    seal = hmac.new(keys[32:64], sealed, "sha1").digest()[:10]
    extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 0)
    return zip_with(salt + keys[64:] + sealed + seal, 99, extra, 0)


def sevenzip(*, names: bool) -> bytes:
    import py7zr

    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=PASSWORD, header_encryption=names) as archive:
        archive.writestr(WORDS, "inside.txt")
    return out.getvalue()


def locked_pdf(good: ModuleType, folder: Path) -> bytes:
    """Encrypted by qpdf, AES-256."""
    if not shutil.which("qpdf"):
        pytest.skip("no qpdf here")
    plain, locked = folder / "plain.pdf", folder / "locked.pdf"
    plain.write_bytes(good.pdf(["They came at dawn to the mill."]))
    subprocess.run(["qpdf", "--encrypt", PASSWORD, "owner", "256", "--", plain, locked], check=True)
    return locked.read_bytes()


def enlarged(package: bytes) -> bytes:
    """With a member more."""
    out = io.BytesIO(package)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("docProps/more.bin", bytes(8192), zipfile.ZIP_STORED)
    return out.getvalue()


def office(plain: bytes) -> bytes:
    """A newer Office file wrapped by agile encryption ([MS-OFFCRYPTO] 2.3.4.10)."""
    from msoffcrypto.format.ooxml import OOXMLFile

    assert len(plain) > 4096, "smaller ones are wrapped wrongly by the library"
    out = io.BytesIO()
    OOXMLFile(io.BytesIO(plain)).encrypt(PASSWORD, out)
    return out.getvalue()


def locked_doc(good: ModuleType) -> bytes:
    """An old Word file under RC4 ([MS-OFFCRYPTO] 2.3.6): the streams, in blocks of 512 bytes."""
    from Cryptodome.Cipher import ARC4
    from msoffcrypto.method.rc4 import DocumentRC4

    salt, verifier = bytes(range(16)), bytes(range(16, 32))
    seed = hashlib.md5(PASSWORD.encode("utf-16-le")).digest()[:5]
    inner = hashlib.md5((seed + salt) * 16).digest()[:5]
    first = ARC4.new(hashlib.md5(inner + bytes(4)).digest())
    proof = first.encrypt(verifier) + first.encrypt(hashlib.md5(verifier).digest())
    head = struct.pack("<HH", 1, 1) + salt + proof

    def seal(stream: bytes) -> bytes:
        sealed: bytes = DocumentRC4.decrypt(PASSWORD, salt, io.BytesIO(stream)).read()
        return sealed

    body, table = good.doc_streams(encrypted=True)
    body = bytearray(body)
    struct.pack_into("<I", body, 14, len(head))
    table = bytes(len(head)) + table
    struct.pack_into("<I", body, 0x01A2, len(head))
    sealed = bytes(body[:68]) + seal(bytes(body))[68:]
    return good.compound({"WordDocument": sealed, "1Table": head + seal(table)[len(head) :]})


@pytest.mark.parametrize("kind", ["docx", "xlsx", "pptx"])
def test_office(kind: str, good: ModuleType, box: Sandbox) -> None:
    plain = enlarged(getattr(good, kind)())
    data = office(plain)
    for passwords in ((), ("wrong",)):
        reading = box.read(data, name=f"a.{kind}", passwords=passwords)
        assert (reading.outcome, reading.detail) == ("encrypted", "a password is needed")
        assert (reading.kind, reading.reader) == (kind, "office")
    reading = box.read(data, name=f"a.{kind}", passwords=("wrong", PASSWORD))
    assert (reading.outcome, reading.expected, reading.emitted) == ("ok", 1, 1)
    (copy,) = reading.untrusted_children
    assert (copy.name, copy.data) == (f"unlocked.{kind}", plain)
    assert reading.untrusted_metadata["opened"] == "with a password"
    assert box.read(data, name="a.bin").kind == "unknown"


def test_old_word(good: ModuleType, box: Sandbox) -> None:
    data = locked_doc(good)
    for passwords in ((), ("wrong",)):
        reading = box.read(data, name="a.doc", passwords=passwords)
        assert (reading.outcome, reading.detail) == ("encrypted", "a password is needed")
    reading = box.read(data, name="a.doc", passwords=("wrong", PASSWORD))
    assert (reading.outcome, reading.emitted) == ("ok", 1)
    copy = box.read(reading.untrusted_children[0].data, name="unlocked.doc")
    assert copy.outcome == "ok" and "Office of Karvel" in copy.text()


def test_old_sheet(box: Sandbox) -> None:
    """A workbook that LibreOffice 7.4 saved as Excel 97 under a password (RC4 CryptoAPI)."""
    written = Path(__file__).parents[1] / "vectors" / "locked.xls.b85"
    data = zlib.decompress(base64.b85decode(written.read_text().replace("\n", "")))
    for passwords in ((), ("wrong",)):
        reading = box.read(data, name="a.xls", passwords=passwords)
        assert (reading.outcome, reading.detail) == ("encrypted", "a password is needed")
    reading = box.read(data, name="a.xls", passwords=("wrong", "poplar"))
    assert (reading.outcome, reading.emitted) == ("ok", 1)
    copy = box.read(reading.untrusted_children[0].data, name="unlocked.xls")
    assert copy.outcome == "ok" and "They came at dawn to the mill." in copy.text()
    assert box.read(data[:3_000], name="a.xls", passwords=("poplar",)).outcome == "corrupt"


def test_a_kind_that_no_password_opens_here_says_so(good: ModuleType, box: Sandbox) -> None:
    said = "a password is needed, and this kind is not opened here even with it"
    files = {"one.txt": b"not the words of the member", "two.txt": b"nor these"}
    for data, name in (
        (good.rar(files, locked=True), "a.rar"),
        (good.zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"x",
                      "META-INF/manifest.xml": b"<encryption-data/>"}, zipfile.ZIP_STORED), "a.odt"),
    ):  # fmt: skip
        reading = box.read(data, name=name, passwords=(PASSWORD,))
        assert (reading.outcome, reading.detail) == ("encrypted", said), name
        assert not reading.untrusted_children, "sealed bytes are not the member's"


@needs_libarchive
@pytest.mark.parametrize("build", [zip_crypto, zip_aes])
def test_zip(build: object, box: Sandbox) -> None:
    data = build()  # type: ignore[operator]
    for passwords in ((), ("wrong",)):
        reading = box.read(data, name="a.zip", passwords=passwords)
        assert (reading.outcome, reading.detail) == ("encrypted", "a password is needed")
        assert (reading.expected, reading.failed) == (1, 1)
    reading = box.read(data, name="a.zip", passwords=("wrong", PASSWORD))
    assert (reading.outcome, reading.emitted) == ("ok", 1)
    assert reading.untrusted_children[0].data == WORDS
    assert reading.untrusted_metadata["opened"] == "with a password"


@pytest.mark.parametrize("names", [False, True])
def test_sevenzip(names: bool, box: Sandbox) -> None:
    data = sevenzip(names=names)
    for passwords in ((), ("wrong",)):
        reading = box.read(data, name="a.7z", passwords=passwords)
        assert (reading.outcome, reading.detail) == ("encrypted", "a password is needed")
    reading = box.read(data, name="a.7z", passwords=("wrong", PASSWORD))
    assert (reading.outcome, reading.expected, reading.emitted) == ("ok", 1, 1)
    assert reading.untrusted_children[0].data == WORDS


def test_pdf(good: ModuleType, box: Sandbox, tmp_path: Path) -> None:
    data = locked_pdf(good, tmp_path)
    for passwords in ((), ("wrong",)):
        assert box.read(data, name="a.pdf", passwords=passwords).outcome == "encrypted"
    reading = box.read(data, name="a.pdf", passwords=("wrong", PASSWORD))
    assert (reading.outcome, reading.expected, reading.emitted) == ("ok", 1, 1)
    copy = box.read(reading.untrusted_children[0].data, name="unlocked.pdf")
    assert copy.outcome == "ok" and "They came at dawn" in copy.text()


def test_a_wrong_password_is_not_told_from_another(box: Sandbox) -> None:
    """Nothing of a password comes back, right or wrong."""
    reading = box.read(sevenzip(names=True), name="a.7z", passwords=(PASSWORD,))
    assert PASSWORD not in repr(reading)


@needs_libarchive
def test_a_bomb_under_a_password_is_still_a_bomb(box: Sandbox) -> None:
    import py7zr

    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", password=PASSWORD) as archive:
        archive.writestr(bytes(8 << 20), "zeros.bin")
    reading = box.read(out.getvalue(), name="a.7z", passwords=(PASSWORD,))
    assert (reading.outcome, reading.detail) == ("refused", "limit: ratio")


@needs_libarchive
def test_damage_under_a_password_has_an_outcome(good: ModuleType, box: Sandbox) -> None:
    dice = random.Random(11)
    for name, data in (
        ("a.zip", zip_crypto()), ("b.zip", zip_aes()),
        ("c.7z", sevenzip(names=True)), ("d.7z", sevenzip(names=False)),
        ("e.docx", office(enlarged(good.docx()))), ("f.doc", locked_doc(good)),
    ):  # fmt: skip
        for _ in range(6):
            broken = bytearray(data)
            for _ in range(3):
                broken[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
            reading = box.read(bytes(broken), name=name, passwords=("wrong", PASSWORD))
            assert reading.outcome in OUTCOMES - {"crashed"}, (name, reading.detail)
            assert reading.expected == reading.emitted + reading.failed
            for child in reading.untrusted_children:
                assert child.data == WORDS or "unlocked" in child.name, name
