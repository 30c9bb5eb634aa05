"""The further kinds: each gives back the words, children and facts that were put in."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
from types import ModuleType

import pytest

from amparo.intake import reconcile
from amparo.intake.readers.draft import Input
from amparo.intake.readers.media_ends import ends_early
from amparo.intake.reading import Reading
from amparo.intake.sandbox import Sandbox

from .test_zip_heads import through_a_pipe


def read(name: str, good: ModuleType, box: Sandbox) -> Reading:
    reading = box.read(good.MORE[name](), name=name)
    assert reading.outcome == "ok", reading.detail
    assert reconcile.balanced(reading)
    return reading


def part(reading: Reading, name: str) -> str:
    return next(part.text for part in reading.untrusted_parts if part.name == name)


def children(reading: Reading) -> dict[str, bytes]:
    return {child.name: child.data for child in reading.untrusted_children}


def test_every_kind_of_the_good_set_is_read(good: ModuleType, box: Sandbox) -> None:
    assert len(good.MORE) >= 20
    for name in good.MORE:
        assert read(name, good, box).kind != "unknown", name


def test_telegram_html(good: ModuleType, box: Sandbox) -> None:
    reading = read("messages.html", good, box)
    labels = [part.label for part in reading.untrusted_parts]
    assert labels[2] == "A | 03.03.2017 02:12:00 UTC+03:00", "a joined message has the same sender"
    assert labels[3].endswith("reply to message:2 | file: photos/photo_1.jpg")
    assert part(reading, "message:2") == "Они пришли ночью"


def test_signal_rows(good: ModuleType, box: Sandbox) -> None:
    reading = read("signal.json", good, box)
    assert part(reading, "message:1") == "Они пришли ночью"
    assert reading.untrusted_parts[1].label.endswith("reply to message:1 | file: van.jpg")
    assert reading.untrusted_metadata["sender:B"] == "self"


def test_signal_keeps_earlier_wordings_and_notices(box: Sandbox) -> None:
    at = {"sent_at": 1488496260000, "conversationId": "c1"}
    rows = [
        {
            **at,
            "type": "incoming",
            "source": "x",
            "body": "now",
            "editHistory": [{"body": "before"}],
        },
        {**at, "type": "call-history", "callId": "77"},
    ]
    reading = box.read(json.dumps(rows).encode(), name="signal.json")
    assert [part.text for part in reading.untrusted_parts] == [
        "now\n[earlier version: before]", '{"type": "call-history", "callId": "77"}',
    ]  # fmt: skip
    item = {"authorId": "2", "dateSent": "1488496260000"}
    frames = [
        {"recipient": {"id": "2", "contact": {"aci": "x", "profileGivenName": "Vera"}}},
        {"chatItem": {**item, "standardMessage": {"text": {"body": "now"}},
                      "revisions": [{"standardMessage": {"text": {"body": "before"}}}]}},
        {"chatItem": {**item, "contactMessage": {"contact": {"name": "Zed"}}}},
    ]  # fmt: skip
    text = box.read("\n".join(map(json.dumps, frames)).encode(), name="main.jsonl").text()
    assert "[earlier version: before]" in text and "Zed" in text


def test_a_method_not_known_here_is_unsupported(good: ModuleType, box: Sandbox) -> None:
    data = bytearray(good.zipped({"a.txt": b"one"}))
    for magic, at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(magic) + at] = 97
    reading = box.read(bytes(data), name="a.zip")
    assert (reading.outcome, reading.detail) == ("unsupported", "compression method not supported")


def test_signal_frames(good: ModuleType, box: Sandbox) -> None:
    reading = read("main.jsonl", good, box)
    assert part(reading, "message:1") == "Они пришли ночью"
    assert reading.untrusted_metadata["sender:A"] == "Vera"
    assert reading.untrusted_parts[1].label.endswith("deleted")


def test_whatsapp_archive(good: ModuleType, box: Sandbox) -> None:
    reading = read("WhatsApp Chat with Vera.zip", good, box)
    assert (reading.kind, reading.expected) == ("chat", 7)
    assert children(reading) == {"IMG-20170303-WA0001.jpg": good.jpeg_with_position()}
    assert "VID-2.mp4" in reading.untrusted_metadata["attachments_not_in_export"]


def test_mbox(good: ModuleType, box: Sandbox) -> None:
    found = children(read("folder.mbox", good, box))
    assert found["message-1.eml"] == good.mail("en").rstrip(b"\n") + b"\n"
    assert found["message-2.eml"] == good.mail("ru").rstrip(b"\n") + b"\n"


def test_sheets(good: ModuleType, box: Sandbox) -> None:
    reading = read("table.xlsx", good, box)
    lines = part(reading, "sheet:Лист").split("\n")
    assert [line.partition("\t")[2] for line in lines] == list(good.TEXTS.values())
    assert part(reading, "sheet:hidden").split("\n")[4] == "\t\tfar cell", "line 5 is row 5"
    assert "hidden" in next(p.label for p in reading.untrusted_parts if p.name == "sheet:hidden")
    assert part(reading, "notes") == "A1\tlook here"
    assert good.TEXTS["ru"] in part(read("table.ods", good, box), "sheet:Список")


def test_csv(good: ModuleType, box: Sandbox) -> None:
    reading = read("names.csv", good, box)
    assert part(reading, "text").startswith("имя;дата\nВера")
    assert reading.untrusted_metadata["rows"] == "3"


@pytest.mark.parametrize("language", ["en", "fr", "ru", "ar"])
def test_odt_and_rtf(language: str, good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.odt(language), name="a.odt")
    assert part(reading, "text") == f"Karvel\n{good.TEXTS[language]}\none   two\tthree"
    for name, words in (
        ("footnotes", "see annex"), ("comments", "check this"), ("deletions", "struck out words"),
        ("header", "Office of Karvel"),
    ):  # fmt: skip
        assert part(reading, name) == words
    assert children(reading)["Pictures/1.png"] == good.png()
    rich = box.read(good.rtf(language), name="a.rtf")
    assert good.TEXTS[language] in part(rich, "text")
    assert children(rich)["picture-1.png"] == good.png()


def test_presentations(good: ModuleType, box: Sandbox) -> None:
    reading = read("talk.pptx", good, box)
    assert part(reading, "slide:2") == good.TEXTS["ar"]
    assert part(reading, "notes:1") == "say this aloud"
    reading = read("slides.odp", good, box)
    assert part(reading, "slide:1") == good.TEXTS["fr"]
    assert part(reading, "notes:1") == "say this aloud"


def test_mhtml(good: ModuleType, box: Sandbox) -> None:
    reading = read("saved.mhtml", good, box)
    article = re.sub(r"\s+", " ", part(reading, "article"))
    for sentence in good.TEXTS["ru"].split(". "):
        assert sentence.strip(". ") in article
    assert "Courage" in part(reading, "comments")
    assert children(reading)["1-van.png"] == good.png()
    assert reading.untrusted_metadata["saved_from"] == "https://press.example/1"


@pytest.mark.parametrize("name", ["files.tar.gz", "files.7z"])
def test_archives(name: str, good: ModuleType, box: Sandbox) -> None:
    found = children(read(name, good, box))
    language = "ru" if name.endswith("7z") else "ar"
    assert found == {"a.txt": b"one", "b/c.txt": good.TEXTS[language].encode()}


def test_one_compressed_file(good: ModuleType, box: Sandbox) -> None:
    assert children(read("letter.txt.gz", good, box)) == {"letter.txt": good.TEXTS["fr"].encode()}


def test_web_archives(good: ModuleType, box: Sandbox) -> None:
    reading = read("capture.warc.gz", good, box)
    assert children(reading)["1-1"] == good.page("en"), "content encoding is undone"
    assert "404" in part(reading, "captures")
    plain = box.read(good.warc(compress=False), name="a.warc")
    assert children(plain) == children(reading)
    reading = read("capture.wacz", good, box)
    assert reading.untrusted_metadata["digests"] == "match the package's own list"
    lie = box.read(good.wacz(lie=True), name="a.wacz")
    assert (lie.outcome, lie.detail) == ("partial", "digests of the package do not match")


def test_subtitles(good: ModuleType, box: Sandbox) -> None:
    reading = read("talk.srt", good, box)
    assert reading.untrusted_parts[1].label == "00:00:05,000 --> 00:00:09,500"
    assert "<i>" not in part(reading, "cue:2")
    assert part(read("talk.vtt", good, box), "cue:1") == good.TEXTS["fr"]


def test_proof(good: ModuleType, box: Sandbox) -> None:
    reading = read("proof.zip", good, box)
    assert reading.untrusted_metadata["digests"] == "1 of 1 stated digests match a file inside"
    assert reading.untrusted_metadata["signatures"] == "0 of 1 verified"
    assert reading.untrusted_metadata["signature: photo.jpg.asc"] == "no key inside"
    lie = box.read(good.proof(lie=True), name="proof.zip")
    assert (lie.outcome, lie.detail) == ("partial", "a stated digest matches no file inside")


def test_signatures_are_verified_by_the_key_inside(good: ModuleType, box: Sandbox) -> None:
    reading = read("signed.zip", good, box)
    facts = reading.untrusted_metadata
    assert (reading.outcome, reading.kind) == ("ok", "archive"), reading.detail
    assert facts["signatures"].startswith("2 of 2 verified; the keys came with the files")
    told = [value for key, value in facts.items() if key.startswith("signature: ")]
    assert len(told) == 2 and all(re.fullmatch("good by key [0-9a-f]{40}", one) for one in told)


def test_a_signature_that_does_not_fit_makes_it_partial(good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.signed(lie=True), name="signed.zip")
    assert (reading.outcome, reading.emitted) == ("partial", 5)
    assert reading.detail == "a signature does not verify by the keys inside"
    assert reading.untrusted_metadata["signatures"].startswith("1 of 2 verified")
    alone = box.read(good.signed(key=False), name="signed.zip")
    assert alone.outcome == "ok" and alone.untrusted_metadata["signatures"] == "0 of 2 verified"


def test_signed_text_in_any_archive(good: ModuleType, box: Sandbox) -> None:
    from pysequoia import SignatureMode, Tsk, sign

    maker = Tsk.generate("A <a@invented.example>")
    words = sign(maker.signer(), b"They came at dawn.\n", mode=SignatureMode.CLEAR)
    key = str(maker.extract_certificate()).encode()
    reading = box.read(good.zipped({"note.asc": words, "key.asc": key}), name="a.zip")
    assert reading.untrusted_metadata["signature: note.asc"].startswith("good by key ")
    bent = words.replace(b"dawn", b"noon")
    reading = box.read(good.zipped({"note.asc": bent, "key.asc": key}), name="a.zip")
    assert reading.outcome == "partial"


def test_a_warc_compressed_as_a_whole(good: ModuleType, box: Sandbox) -> None:
    """Records are to be compressed one by one; who packs the file by hand does not know that."""
    plain = good.warc(compress=False)
    packed = gzip.compress(plain)
    ways = [box.read(data, name=name) for data, name in (
        (plain, "a.warc"), (good.warc(), "a.warc.gz"), (packed, "a.warc.gz"),
    )]  # fmt: skip
    assert [(one.outcome, one.emitted) for one in ways] == [("ok", 2)] * 3
    assert ways[0].untrusted_children == ways[1].untrusted_children == ways[2].untrusted_children


@pytest.mark.parametrize("way", ["plain", "by record", "as a whole"])
def test_a_warc_cut_short_is_not_called_whole(good: ModuleType, box: Sandbox, way: str) -> None:
    """Half a page is no page: it is counted as failed, and what came before stays."""
    whole = good.warc(compress=way == "by record")
    whole = gzip.compress(whole) if way == "as a whole" else whole
    wanted = [child.data for child in box.read(whole, name="a.warc").untrusted_children]
    assert len(wanted) == 2
    for cut in (0.05, 0.5, 0.9, 0.97):
        reading = box.read(whole[: int(len(whole) * cut)], name="a.warc.gz")
        found = [child.data for child in reading.untrusted_children]
        assert reading.outcome in ("partial", "corrupt"), cut
        assert found == wanted[: len(found)] and reading.expected == len(found) + reading.failed


def test_a_record_that_is_not_what_its_digest_says(good: ModuleType, box: Sandbox) -> None:
    whole = good.warc(compress=False)
    assert "digests" not in box.read(whole, name="a.warc").untrusted_metadata
    bent = whole.replace(b"404 Not Found", b"200 Was Found")
    assert "do not match" in box.read(bent, name="a.warc").untrusted_metadata["digests"]


@pytest.mark.parametrize(
    "name", ["a.eml", "saved.mhtml", "letter.rtf", "note.wav", "capture.warc.gz"]
)
def test_what_is_cut_short_is_not_called_whole(good: ModuleType, box: Sandbox, name: str) -> None:
    """An attachment of which half is there, a film that ends early: told, and kept."""
    whole = good.mail() if name == "a.eml" else good.MORE[name]()
    assert box.read(whole, name=name).outcome == "ok"
    for cut in (0.5, 0.7, 0.95):
        reading = box.read(whole[: int(len(whole) * cut)], name=name)
        assert (reading.outcome, "cut short" in reading.detail) == ("partial", True), cut


@pytest.mark.parametrize(
    ("data", "early"),
    [
        (b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\x10mdat12345678", False),
        (b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\x10mdat1234567", True),
        (b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\0mdat12345678", False),
        (b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\1mdat\0\0\0\0\0\0\0\x12aa", False),
        (b"\0\0\0\x10ftypmp42\0\0\0\0\0\0\0\1mdat\0\0\0\1\0\0\0\x12aa", True),
        (b"RIFF\x08\0\0\0AVI abcd", False),
        (b"RIFF\x18\0\0\0AVI abcd", True),
        (b"RIFF\xff\xff\xff\xffWAVEabcd", False),
        (b"OggS\0" + b"1" * 21 + b"\2\2\1abc", False),
        (b"OggS\0" + b"1" * 21 + b"\2\2\1ab", True),
        (b"OggS\0" + b"1" * 21 + b"\2\2", True),
        (b"OggS\0" + b"1" * 21 + b"\0" + b"OggS\0" + b"1" * 9, True),
        (b"\x1a\x45\xdf\xa3\x81a\x18\x53\x80\x67\x83abc", False),
        (b"\x1a\x45\xdf\xa3\x81a\x18\x53\x80\x67\x83ab", True),
        (b"\x1a\x45\xdf\xa3\x81a\x18\x53\x80\x67\x40\x03ab", True),
        (b"\x1a\x45\xdf\xa3\x81a\x18\x53\x80\x67\xffab", False),
        (b"\x1a\x45\xdf\xa3\x81a\x18\x53\x80\x67", False),
        (b"\x1a\x45\xdf\xa3\0", False),
        (b"ID3 something else", False),
    ],
)
def test_where_a_recording_says_it_ends(data: bytes, early: bool) -> None:
    assert ends_early(Input.of(data, "a")) is early


@pytest.mark.parametrize(
    ("container", "codec"), [("ogg", "libopus"), ("webm", "libopus"), ("matroska", "pcm_s16le")]
)
def test_a_voice_note_cut_short(box: Sandbox, container: str, codec: str) -> None:
    """What telephones send: most cuts fall inside a page, or before the end of the segment."""
    av = pytest.importorskip("av")
    out = io.BytesIO()
    with av.open(out, "w", format=container) as made:
        stream = made.add_stream(codec, rate=48_000)
        stream.layout = "mono"
        frame = av.AudioFrame(format="s16", layout="mono", samples=48_000 * 3)
        frame.sample_rate = 48_000
        frame.planes[0].update(os.urandom(2 * frame.samples))
        resampler = av.AudioResampler(stream.format, "mono", 48_000, stream.frame_size or None)
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            made.mux(stream.encode(piece))
        made.mux(stream.encode(None))
    whole = out.getvalue()
    assert box.read(whole, name="note").outcome == "ok"
    for share in (0.5, 0.77, 0.99):
        reading = box.read(whole[: int(len(whole) * share)], name="note")
        assert (reading.kind, reading.outcome) == ("audio", "partial")
        assert "cut short" in reading.detail


def test_apple_mail(good: ModuleType, box: Sandbox) -> None:
    """The count before the mail and the list behind it are no part of it."""
    mail = good.mail()
    note = b'<?xml version="1.0"?><plist><dict><key>flags</key></dict></plist>'
    reading = box.read(b"%d\n%s%s" % (len(mail), mail, note), name="12.emlx")
    plain = box.read(mail, name="12.eml")
    parts = {part.name: part.text for part in reading.untrusted_parts}
    assert (reading.kind, parts.pop("apple-mail")) == ("eml", note.decode())
    assert parts == {part.name: part.text for part in plain.untrusted_parts}
    assert reading.untrusted_children == plain.untrusted_children


def test_a_zip_cut_short(good: ModuleType, box: Sandbox) -> None:
    """What came before the break is read; that the rest is missing is said, not guessed."""
    whole = good.zipped({"a.txt": b"first", "b.txt": bytes(range(256)) * 90, "c.txt": b"last"})
    cut = whole[: whole.index(b"c.txt") - 60]
    reading = box.read(cut, name="phone.zip")
    assert (reading.outcome, reading.expected, reading.emitted) == ("partial", 2, 1)
    assert [child.data for child in reading.untrusted_children] == [b"first"]
    assert "cut short" in reading.detail
    no_directory = whole[: whole.index(b"PK\x01\x02")]
    reading = box.read(no_directory, name="phone.zip")
    assert (reading.outcome, reading.emitted, reading.failed) == ("partial", 3, 0)
    assert box.read(whole[:20], name="phone.zip").outcome == "corrupt"


@pytest.mark.parametrize(
    "name", ["docx", "odt", "odp", "ods", "xlsx", "pptx", "wacz", "whatsapp_zip", "proof"]
)
def test_a_document_cut_short_gives_what_stands_before_the_break(
    good: ModuleType, box: Sandbox, name: str
) -> None:
    """Its text is often whole: only the directory at the very end is missing."""
    whole = getattr(good, name)()
    full = box.read(whole, name="as it was sent")
    assert full.outcome == "ok"
    reading = box.read(whole[: whole.rindex(b"PK\x01\x02")], name="as it came")
    assert (reading.outcome, "cut short" in reading.detail) == ("partial", True)
    assert (reading.kind, reading.reader) == (full.kind, full.reader)
    assert reading.untrusted_parts == full.untrusted_parts
    assert reading.untrusted_children == full.untrusted_children
    assert box.read(whole[:40], name="as it came").outcome == "corrupt"


def test_a_zip_that_states_sizes_behind_its_members(good: ModuleType, box: Sandbox) -> None:
    """As programs write them that cannot go back; the member that breaks is counted, not given."""
    bodies = [bytes(range(256)) * 90, b"", b"second", os.urandom(70_000), b"last"]
    whole = through_a_pipe(bodies)
    assert whole[6] & 8
    heads = [whole.index(b"%d.bin" % number) - 30 for number in range(5)]
    behind = whole.index(b"PK\x01\x02")
    for cut, count, failed in (
        (heads[1], 1, 0), (heads[3], 3, 0), (behind, 5, 0), (len(whole) - 30, 5, 0),
        (heads[3] + 20, 3, 0), (heads[3] + 60, 3, 1), (heads[4] - 500, 3, 1),
    ):  # fmt: skip
        reading = box.read(whole[:cut], name="a.zip")
        assert (reading.outcome, reading.emitted, reading.failed) == ("partial", count, failed)
        assert [child.data for child in reading.untrusted_children] == bodies[:count]
    bent = bytearray(whole[:behind])
    bent[heads[3] + 2_000] ^= 1
    reading = box.read(bytes(bent), name="a.zip")
    kept = [child.data for child in reading.untrusted_children]
    assert (kept, reading.failed) == ([*bodies[:3], bodies[4]], 1)


def test_rar(good: ModuleType, box: Sandbox) -> None:
    reading = read("files.rar", good, box)
    children = {child.name: child.data for child in reading.untrusted_children}
    assert (reading.outcome, reading.expected, reading.emitted) == ("ok", 2, 2)
    assert children == {"a.txt": b"one", "b/показания.txt": good.TEXTS["ru"].encode()}
    old = read("old.rar", good, box)
    assert old.untrusted_children[0].data == good.TEXTS["fr"].encode()
    for whole in (good.rar4(), good.rar({"a.txt": b"x" * 4000, "b.txt": b"two"})):
        damaged = bytearray(whole)
        damaged[120] ^= 1
        reading = box.read(bytes(damaged), name="a.rar")
        assert reading.outcome in ("partial", "corrupt") and reading.failed == 1
        assert reading.detail == "member does not match its checksum"
    cut = box.read(good.rar({"a.txt": b"x" * 4000})[:2000], name="a.rar")
    assert cut.outcome == "corrupt"
    up = box.read(good.rar({"../../etc/x.txt": b"1"}), name="a.rar")
    assert [child.name for child in up.untrusted_children] == ["etc/x.txt"]


@pytest.mark.parametrize("lang", ["en", "fr", "ru", "ar"])
def test_rar_compressed(good: ModuleType, pack_rar: ModuleType, box: Sandbox, lang: str) -> None:
    """Literals, repeats and the tables of both versions, and a damaged bit of each found out."""
    text = good.TEXTS[lang].encode() + b"ha" * 900 + bytes(range(256)) + b"\0" * 70
    whole = good.rar({"a.txt": text, "b.txt": b"two"}, pack=pack_rar.pack5)
    for archive, count in ((whole, 2), (good.rar4(text, pack_rar.pack3), 1)):
        assert b"ha" * 9 not in archive and len(archive) < len(text) + 700
        reading = box.read(archive, name="a.rar")
        assert (reading.outcome, reading.emitted, reading.failed) == ("ok", count, 0)
        assert reading.untrusted_children[0].data == text
        damaged = bytearray(archive)
        damaged[archive.index(b".txt") + 150] ^= 4
        reading = box.read(bytes(damaged), name="a.rar")
        assert reading.outcome in ("partial", "corrupt") and reading.failed >= 1
        assert text not in [child.data for child in reading.untrusted_children]


def test_rar_links_and_other_sums(good: ModuleType, box: Sandbox) -> None:
    """A link to another member is that member again, not an empty file."""
    from amparo.intake.readers.rar_heads import blake2sp

    # BLAKE2sp of nothing: blake2.net, test vectors.
    assert blake2sp(b"").hex()[:16] == "dd0e891776933f43"
    files = {"a.txt": b"one" * 300, "b.txt": b"two"}
    reading = box.read(good.rar(files, links={"c.txt": "a.txt", "d.txt": "gone.txt"}), name="a.rar")
    children = {child.name: child.data for child in reading.untrusted_children}
    assert children == {**files, "c.txt": files["a.txt"]}
    assert (reading.expected, reading.emitted, reading.failed) == (4, 3, 1)
    assert reading.detail == "link to a member that is not there"
    sums = {name: blake2sp(data) for name, data in files.items()}
    assert box.read(good.rar(files, hashes=sums), name="a.rar").outcome == "ok"
    sums["b.txt"] = bytes(32)
    reading = box.read(good.rar(files, hashes=sums), name="a.rar")
    assert (reading.emitted, reading.detail) == (1, "member does not match its checksum")


def test_rar_without_its_library(monkeypatch: pytest.MonkeyPatch, good: ModuleType) -> None:
    from amparo.intake.readers import libarchive, rar
    from amparo.intake.readers.draft import Draft, Input, Unsupported
    from amparo.intake.reading import Budget

    monkeypatch.setattr(libarchive, "library", lambda: None)
    with pytest.raises(Unsupported, match="needs libarchive"):
        rar.read(Input.of(good.rar(), "a.rar"), Draft(Budget()))


@pytest.mark.parametrize(("name", "kind"), [("photo.avif", "avif"), ("photo.heic", "heif")])
def test_pictures_of_telephones(name: str, kind: str, good: ModuleType, box: Sandbox) -> None:
    reading = read(name, good, box)
    facts = reading.untrusted_metadata
    assert (reading.outcome, reading.media_type) == ("ok", f"image/{kind}"), reading.detail
    assert (facts["width"], facts["height"]) == ("64", "48") and len(facts["likeness"]) == 33
    if kind == "heif":
        assert facts["exif:DateTime"] == "2017:03:03 02:10:00"


def test_sound(good: ModuleType, box: Sandbox) -> None:
    reading = read("note.wav", good, box)
    assert reading.kind == "audio"
    assert reading.untrusted_metadata["duration_seconds"] == "1.000"


def test_video_gives_frames(box: Sandbox) -> None:
    av = pytest.importorskip("av")
    from PIL import Image

    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height = 64, 48
        for shade in range(10):
            frame = av.VideoFrame.from_image(Image.new("RGB", (64, 48), (shade * 20, 0, 0)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    reading = box.read(out.getvalue(), name="a.mp4")
    assert (reading.kind, reading.outcome) == ("video", "ok"), reading.detail
    assert reading.untrusted_metadata["duration_seconds"] == "2.000"
    assert reading.untrusted_children[0].data.startswith(b"\xff\xd8\xff")


def test_unsupported_says_why(box: Sandbox) -> None:
    reading = box.read(bytes(range(256)) * 4, name="a.xyz")
    assert (reading.outcome, reading.detail) == ("unsupported", "no reader for this kind of file")


@pytest.mark.parametrize("language", ["en", "fr", "ru", "ar"])
def test_outlook_mail(language: str, good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.msg(language), name="a.msg")
    assert (reading.kind, reading.outcome) == ("msg", "ok")
    assert part(reading, "body") == good.TEXTS[language]
    assert "From: Анна <anna@press.example>" in part(reading, "header")
    assert reading.untrusted_metadata["date"] == "2017-03-05 16:00:00 UTC"
    assert children(reading) == {"фото.png": good.png()}


@pytest.mark.parametrize("language", ["en", "fr", "ru", "ar"])
def test_old_word(language: str, good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.doc(language), name="a.doc")
    assert (reading.kind, reading.outcome) == ("doc", "ok")
    assert part(reading, "text") == "Office of Karvel\n" + good.TEXTS[language]
    locked = box.read(good.doc(language, encrypted=True), name="a.doc")
    assert locked.outcome == "encrypted"


def test_encrypted_office_file(good: ModuleType, box: Sandbox) -> None:
    data = good.compound({"EncryptionInfo": b"x" * 64, "EncryptedPackage": b"y" * 5000})
    assert box.read(data, name="a.docx").outcome == "encrypted"


def test_an_enclosed_outlook_mail_is_read_in_place(good: ModuleType, box: Sandbox) -> None:
    def mail(subject: str, words: str, **more: object) -> dict[str, object]:
        return {
            "__properties_version1.0": bytes(24),
            "__substg1.0_0037001F": subject.encode("utf-16-le"),
            "__substg1.0_1000001F": words.encode("utf-16-le"), **more,
        }  # fmt: skip

    deepest = mail("deep", good.TEXTS["fr"])
    inner = mail("forwarded", good.TEXTS["ar"], **{
        "__attach_version1.0_#00000000": {
            "__substg1.0_3707001F": "note.bin".encode("utf-16-le"),
            "__substg1.0_37010102": b"\x00exact\xff" * 9,
        },
        "__attach_version1.0_#00000001": {"__substg1.0_3701000D": deepest},
    })  # fmt: skip
    reading = box.read(good.msg("en", inner), name="a.msg")
    assert (reading.outcome, reading.expected, reading.emitted) == ("ok", 4, 4), reading.detail
    assert part(reading, "enclosed:2:body") == good.TEXTS["ar"]
    assert "Subject: forwarded" in part(reading, "enclosed:2:header")
    assert part(reading, "enclosed:2:enclosed:2:body") == good.TEXTS["fr"]
    assert part(reading, "body") == good.TEXTS["en"]
    children = {child.name: child.data for child in reading.untrusted_children}
    assert children["note.bin"] == b"\x00exact\xff" * 9 and len(children) == 2
    assert reading.untrusted_metadata["enclosed mails"].startswith("read in place")


@pytest.mark.parametrize(
    "name", ["a.part1.rar", "a.part02.rar", "a.r00", "a.7z.001", "a.zip.002", "a.z01"]
)
def test_a_volume_of_a_divided_archive_is_said_to_be_one(name: str, box: Sandbox) -> None:
    data = (
        b"7z\xbc\xaf\x27\x1c" + bytes(range(256)) if name.endswith("001") else bytes(range(256)) * 4
    )
    reading = box.read(data, name=name)
    assert (reading.kind, reading.outcome) == ("archive", "unsupported")
    assert reading.detail.startswith("one volume of a divided archive")


def test_a_volume_of_a_rar_archive(good: ModuleType, box: Sandbox) -> None:
    whole = good.rar({"a.txt": b"one", "b.txt": b"two" * 400})
    assert box.read(whole, name="renamed.part1.rar").outcome == "ok"
    cut = box.read(whole[:-600], name="a.part1.rar")
    assert cut.outcome == "partial" and cut.detail.startswith("one volume of a divided archive")
    assert [child.data for child in cut.untrusted_children] == [b"one"]


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video"), (b"FLV\x01", "video"), (b"caff", "audio"),
     (b"FORM\x00\x00\x00\x00AIFF", "audio"), (b"\xff\xf3\x40\xc4", "audio")],
)  # fmt: skip
def test_recordings_are_told_by_their_bytes(start: bytes, kind: str) -> None:
    from amparo.intake import detect

    assert detect.guess(start + bytes(200), "a.bin").kind == kind
