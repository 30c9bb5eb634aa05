"""Redaction: what is listed is gone from the copy, the original is untouched, and filings follow."""

from __future__ import annotations

import io
import json
from datetime import date

import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from amparo.errors import BadInput, NotFound, Refused
from amparo.filing.scan import find_secrets
from amparo.store.settings import configure

configure()

PASSPHRASE = "five random words for tests"
DAY = date(2026, 11, 22)
NAME = "Ruslan Dzhabrailov"
ACCOUNT = f"They beat me there. My neighbour {NAME} saw it. We were twelve."
CHAT = (
    "12/03/2019, 10:15 - Anna: they took him\n"
    f"12/03/2019, 10:16 - Anna: it was {NAME}\n"
    "12/03/2019, 10:17 - Anna: call me\n"
)
CASE = """
format: amparo-case/1
case: {code: KARV, title: A case, language: en, summary: Men were held.}
items:
  - {id: I1, file: one.txt, title: Account of V-1, confidentiality: confidential}
  - {id: I2, file: scan.png, title: Photograph, confidentiality: confidential}
  - {id: I3, file: paper.pdf, title: Paper, confidentiality: confidential}
  - {id: I4, file: WhatsApp Chat with A.txt, title: Chat, confidentiality: confidential}
persons: [{id: V-1, role: man of 26}]
sources: [{id: S1, kind: person, title: V-1, person: V-1, first_hand_for: [P1]}]
events: [{id: E1, title: Detentions, began: 2019-02-27}]
acts: [{id: A1, event: E1, kind: torture, crime: "7(1)(f)", victim: V-1, began: 2019-02-27, attribution: state}]
propositions: [{id: P1, text: V-1 was beaten., act: A1, elements: ["7(1)(f).1"]}]
statements:
  - {id: ST1, source: S1, item: I1, part: text, quote: They beat me, proposition: P1, knows_by: perceived}
consents:
  - {id: CO1, subject: V-1, purpose: "filing:icc", recipient: ICC-OTP, identity_level: coded}
"""


def paper() -> bytes:
    """A PDF of two pages with text, an author and a hidden line, as typst sets it."""
    import typst

    source = f"""#set document(author: "{NAME}")
Seen by {NAME} at the mill. #place(hide[{NAME}]) Nothing else.
#pagebreak()
Second page."""
    return typst.compile(source.encode(), format="pdf")


def photograph() -> bytes:
    image = Image.new("RGB", (200, 100), "white")
    image.paste((200, 30, 30), (20, 20, 60, 60))
    told = Image.Exif()
    told[0x013B] = NAME
    buffer = io.BytesIO()
    image.save(buffer, "PNG", exif=told)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    from amparo.casefile.case_file import import_case
    from amparo.crypto.slots import Cost
    from amparo.intake.receive import receive_bytes
    from amparo.vault.unlock import create_vault, open_vault

    folder = tmp_path_factory.mktemp("redaction")
    create_vault(folder / "vault", PASSPHRASE, cost=Cost(64, 1, 1))
    held = open_vault(folder / "vault", PASSPHRASE)
    files = [
        ("one.txt", ACCOUNT.encode()),
        ("scan.png", photograph()),
        ("paper.pdf", paper()),
        ("WhatsApp Chat with A.txt", CHAT.encode()),
    ]
    receive_bytes(held, held.member, files)
    (folder / "case.yaml").write_text(CASE, encoding="utf-8")
    import_case(held.member, folder / "case.yaml")
    yield held
    held.close()


@pytest.fixture
def add(vault):
    """Record redactions for one test and retire them afterwards."""
    from amparo.casefile.records import load_case
    from amparo.casefile.revise import Draft, add_records, next_code, retire_record
    from amparo.casefile.schema import BY_NAME

    made: list[str] = []

    def record(**body):
        code = next_code(load_case("KARV"), BY_NAME["redaction"])
        body.setdefault("reason", "a third person")
        add_records(vault.member, "KARV", [Draft("redaction", code, body)], reason="redaction")
        made.append(code)
        return code

    yield record
    for code in made:
        retire_record(vault.member, "KARV", code, why="test ended")


def copy_of(vault, item, forum="icc-15"):
    from amparo.filing.redaction import redact_item

    made = redact_item(vault, "KARV", item, forum)
    return made, vault.packs.read(made.locator)


def span(text: str = ACCOUNT, words: str = NAME) -> dict[str, int]:
    return {"start": text.index(words), "end": text.index(words) + len(words)}


def test_a_text_loses_the_passage_and_nothing_else(vault, add):
    add(item="I1", part="text", **span())
    made, data = copy_of(vault, "I1")
    text = data.decode()
    assert NAME not in text and not find_secrets({"copy": data}, [NAME])
    assert text.startswith("They beat me there. My neighbour") and "saw it. We were twelve." in text
    assert made.kind == "text"


def test_the_mark_tells_nothing_of_the_length(vault, add):
    from amparo.filing.plan import take_out

    assert take_out("abc Li def", [(4, 6)]).replace("Li", "") == take_out(
        "abc Bartholomew def", [(4, 15)]
    )


def test_the_original_is_untouched_and_the_copy_is_tied_to_it_in_the_ledger(vault, add):
    from amparo.custody.models import LedgerEntry
    from amparo.vault.retrieve import find_item
    from amparo.vault.verify import verify_vault

    add(item="I1", part="text", **span())
    made, _ = copy_of(vault, "I1")
    original = find_item("one.txt")
    assert vault.packs.read(original.locator) == ACCOUNT.encode()
    rows = LedgerEntry.objects.filter(item_digest=made.sha256)
    entries = {row.kind: json.loads(bytes(row.body)) for row in rows}
    assert entries["redact"]["parents"] == [{"item": original.sha256, "relation": "redaction"}]
    assert NAME not in json.dumps(entries)
    assert not verify_vault(vault).faults


def test_a_picture_loses_the_area_and_its_exif(vault, add):
    add(item="I2", part="image", box="0.1, 0.2, 0.3, 0.6")
    _, data = copy_of(vault, "I2")
    image = Image.open(io.BytesIO(data))
    assert image.getpixel((40, 40)) == (0, 0, 0)
    assert image.getpixel((150, 80)) == (255, 255, 255)
    assert not image.getexif() and not image.info
    assert not find_secrets({"copy.png": data}, [NAME])


def test_a_pdf_becomes_pictures_of_its_pages_without_the_words(vault, add):
    from amparo.vault.retrieve import find_item, read_part

    text = read_part(find_item("paper.pdf").sha256, "page:1")
    add(item="I3", part="page:1", **span(text))
    _, data = copy_of(vault, "I3")
    document = pypdfium2.PdfDocument(data)
    assert len(document) == 2
    assert all(not page.get_textpage().get_text_range().strip() for page in document)
    assert not any(document.get_metadata_dict().values())
    assert not find_secrets({"copy.pdf": data}, [NAME])
    assert find_secrets({"original.pdf": paper()}, [NAME])


def ink(data: bytes, page: int) -> tuple[int, int]:
    """Dark pixels, and among them those in a run of at least 40 in a line: a filled area."""
    image = pypdfium2.PdfDocument(data)[page].render(scale=1).to_pil().convert("L")
    dark = image.point(lambda value: 255 if value < 60 else 0)
    rows = [dark.crop((0, y, dark.width, y + 1)).tobytes() for y in range(dark.height)]
    return sum(row.count(255) for row in rows), sum((b"\xff" * 40) in row for row in rows)


def test_a_pdf_copy_fills_the_words_and_shows_the_rest(vault, add):
    from amparo.vault.retrieve import find_item, read_part

    text = read_part(find_item("paper.pdf").sha256, "page:1")
    add(item="I3", part="page:1", **span(text))
    _, data = copy_of(vault, "I3")
    assert ink(paper(), 0)[1] == 0 and ink(data, 0)[1] >= 8
    assert ink(data, 1)[0] > 0 and ink(data, 1)[1] == 0


def test_a_message_of_a_chat_is_taken_out_whole(vault, add):
    add(item="I4", part="message:2")
    _, data = copy_of(vault, "I4")
    text = data.decode()
    assert NAME not in text and "they took him" in text and "call me" in text
    assert "Anna" not in text


def test_the_same_list_gives_the_same_bytes(vault, add):
    add(item="I3", part="page:1", box="0.1, 0.1, 0.2, 0.2")
    assert copy_of(vault, "I3")[1] == copy_of(vault, "I3")[1]


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ({"item": "I1", "part": "text", "start": 9, "end": 4}, "start before end"),
        ({"item": "I1", "part": "text", "start": 0, "end": 9_999}, "ends after its text"),
        ({"item": "I1", "part": "page:4"}, "a part that the item does not have"),
        ({"item": "I1", "part": "text", "box": "0, 0, 1, 1"}, "does not have"),
        ({"item": "I2", "part": "image", "box": "0.5, 0, 0.1, 1"}, "a box is"),
        ({"item": "I2", "part": "image", "start": 0, "end": 3}, "cannot be taken out of a picture"),
        ({"item": "I3", "part": "page:9"}, "a page that the item does not have"),
        ({"item": "I3", "part": "text", "start": 0, "end": 1}, ""),
    ],
)
def test_a_place_that_does_not_exist_is_refused_and_nothing_is_made(vault, add, body, cause):
    from amparo.vault.models import Item

    add(**body)
    before = Item.objects.count()
    with pytest.raises(BadInput) as caught:
        copy_of(vault, body["item"])
    assert cause in caught.value.cause
    assert Item.objects.count() == before


def test_an_item_that_is_not_there_or_not_listed_is_refused(vault):
    with pytest.raises(NotFound):
        copy_of(vault, "I99")
    with pytest.raises(BadInput):
        copy_of(vault, "I1")


# Filings


@pytest.fixture
def build(vault, tmp_path):
    from amparo.filing.bundle import build_filing

    return lambda name="out", **options: build_filing(
        vault, "KARV", tmp_path / name, on=DAY, **options
    )


def test_a_filing_tenders_the_copy_under_the_same_number(vault, add, build):
    plain = build("plain")
    add(item="I1", part="text", **span())
    made, data = copy_of(vault, "I1")
    built = build("redacted")
    (exhibit,) = built.document.exhibits
    assert exhibit.number == plain.document.exhibits[0].number
    assert exhibit.sha256 == made.sha256 and exhibit.item != made.sha256
    assert (built.folder / "package/data/exhibits/E0001.txt").read_bytes() == data
    shown = b"".join(path.read_bytes() for path in built.folder.rglob("*") if path.is_file())
    assert NAME.encode() not in shown
    assert "redacted copy" in exhibit.title


def test_the_package_with_a_redacted_exhibit_verifies(vault, add, build):
    from amparo.custody.verify import verify_package

    add(item="I1", part="text", **span())
    copy_of(vault, "I1")
    built = build()
    report = verify_package(built.folder / "package")
    assert report.as_dict()["clean"] if hasattr(report, "as_dict") else report


def test_a_list_that_changed_blocks_until_the_copy_is_made_again(vault, add, build):
    add(item="I1", part="text", **span())
    copy_of(vault, "I1")
    add(item="I1", part="text", **span(words="twelve"))
    with pytest.raises(Refused, match="older than the list"):
        build()
    copy_of(vault, "I1")
    assert build().folder.exists()


def test_a_redaction_for_another_forum_does_not_hold_here(vault, add, build):
    from amparo.casefile.records import load_case
    from amparo.filing.redaction import copy_for

    add(item="I1", part="text", forum="hrc", **span())
    assert copy_for(load_case("KARV"), "I1", "icc-15")[0].rows == ()
    assert build().document.exhibits[0].sha256 == build("again").document.exhibits[0].item


def test_a_quotation_of_redacted_words_blocks(vault, add, build):
    add(item="I1", part="text", **span(words="beat me"))
    copy_of(vault, "I1")
    with pytest.raises(Refused, match="quotation shows words that are redacted"):
        build()


def test_a_protected_name_in_an_exhibit_refuses_the_build_until_it_is_redacted(
    vault, add, build, tmp_path
):
    with pytest.raises(Refused) as caught:
        build("first", protect=("Руслан Джабраилов",))
    assert "E0001.txt" in caught.value.value
    assert not (tmp_path / "first").exists()
    add(item="I1", part="text", **span())
    copy_of(vault, "I1")
    assert build("second", protect=("Руслан Джабраилов",)).folder.exists()


def test_words_redacted_in_one_item_must_not_stand_in_a_sentence_of_the_case(vault, add, build):
    add(item="I1", part="text", **span(words="We were twelve"))
    copy_of(vault, "I1")
    from amparo.casefile.records import load_case
    from amparo.filing.redaction import secrets_of

    assert secrets_of(load_case("KARV"), "icc-15") == ["We were twelve"]
    add(item="I1", part="text", only_here=True, **span(words="saw it"))
    assert secrets_of(load_case("KARV"), "icc-15") == ["We were twelve"]


spans = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted).filter(lambda s: s[0] < s[1]),
    max_size=6,
)


@given(st.text(alphabet=st.characters(min_codepoint=97, max_codepoint=122), min_size=40), spans)
def test_what_is_outside_of_every_span_stays_in_order(text, found):
    from amparo.filing.plan import MARK, merged, take_out

    pairs = [(start, end) for start, end in found]
    kept = "".join(c for n, c in enumerate(text) if not any(s <= n < e for s, e in pairs))
    copy = take_out(text, pairs)
    assert copy.replace(MARK, "") == kept
    assert copy.count(MARK) == len(merged(pairs))


def turned(angle: int) -> bytes:
    """One page with words in the upper left and lower right, turned by `angle`."""
    import typst

    source = "#set page(width: 300pt, height: 200pt, margin: 10pt)\nTOPLEFT #place(bottom + right)[LOWRIGHT]"
    document = pypdfium2.PdfDocument(typst.compile(source.encode(), format="pdf"))
    document[0].set_rotation(angle)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_words_of_a_turned_page_are_filled_where_they_are_seen(angle):
    from amparo.filing.redaction import ask

    data = turned(angle)
    request = {"op": "pdf", "areas": {}, "words": {"1": ["TOPLEFT"]}, "whole": []}
    made = pypdfium2.PdfDocument(ask(request, data))[0].render(scale=2).to_pil().convert("L")
    dark = [place for place, value in enumerate(made.tobytes()) if value < 40]
    wide = made.size[0]
    columns, rows = [place % wide for place in dark], [place // wide for place in dark]
    assert dark
    # Every stroke of the word lies in a filled area now: nothing grey is left around it,
    # and the other word can still be read.
    near = {0: (0, 0), 90: (1, 0), 180: (1, 1), 270: (0, 1)}[angle]
    high = made.size[1]
    solid = sum(
        1
        for x, y in zip(columns, rows, strict=True)
        if (x > wide / 2) == bool(near[0]) and (y > high / 2) == bool(near[1])
    )
    other = len(dark) - solid
    assert solid > 4 * other > 0


# Pictures as viewers show them, and what else their files hold


def encoded(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def marked_corner() -> Image.Image:
    image = Image.new("RGB", (200, 100), "white")
    image.paste((250, 0, 0), (0, 0, 40, 20))
    return image


def reds(image: Image.Image) -> list[tuple[int, int]]:
    pixels = image.load()
    return [
        (x, y)
        for x in range(image.width)
        for y in range(image.height)
        if pixels[x, y][0] > 150 > 100 > pixels[x, y][1]
    ]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["JPEG", "TIFF"])
def test_an_area_marked_on_a_turned_picture_is_filled_where_it_was_seen(form, orientation):
    from amparo.filing.redaction import ask

    told = Image.Exif()
    told[0x0112] = orientation
    data = encoded(marked_corner(), form, exif=told.tobytes())
    look = {"op": "outline", "page": 1, "areas": [], "grid": False, "pdf": False}
    seen = Image.open(io.BytesIO(ask(look, data)))
    found = reds(seen)
    xs, ys = [x for x, _ in found], [y for _, y in found]
    wide, high = seen.size
    box = (min(xs) / wide, min(ys) / high, (max(xs) + 1) / wide, (max(ys) + 1) / high)
    made = Image.open(io.BytesIO(ask({"op": "image", "areas": [box]}, data)))
    assert made.size == seen.size and found and not reds(made)
    assert sum(pixel == (0, 0, 0) for pixel in made.get_flattened_data()) <= 45 * 25


HIDDEN = {
    "RGBA": lambda: encoded(veiled(), "PNG"),
    "WebP": lambda: encoded(veiled(), "WEBP", lossless=True, exact=True),
    "palette": lambda: encoded(
        marked_corner().convert("P", palette=Image.Palette.WEB), "PNG", transparency=bytes(256)
    ),
}


def veiled() -> Image.Image:
    """Red under full transparency: no viewer shows it, the file holds it."""
    image = marked_corner().convert("RGBA")
    image.putalpha(0)
    return image


@pytest.mark.parametrize("kind", HIDDEN)
def test_pixels_hidden_by_transparency_do_not_come_to_light(kind):
    from amparo.filing.redaction import ask

    data = HIDDEN[kind]()
    assert reds(Image.open(io.BytesIO(data)).convert("RGB")) or kind == "palette"
    assert not reds(Image.open(io.BytesIO(ask({"op": "image", "areas": []}, data))))


def test_the_ledger_says_that_other_pictures_of_a_file_stay_behind(vault, add):
    from amparo.casefile.revise import Draft, add_records
    from amparo.custody.models import LedgerEntry
    from amparo.intake.receive import receive_bytes

    frames = [Image.new("RGB", (60, 40), colour) for colour in ("white", "red")]
    data = encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    receive_bytes(vault, vault.member, [("fax.tif", data)])
    body = {"file": "fax.tif", "title": "Fax", "confidentiality": "confidential"}
    add_records(vault.member, "KARV", [Draft("item", "I9", body)], reason="a fax")
    add(item="I9", part="picture", box="0, 0, 0.5, 0.5")
    made, copy = copy_of(vault, "I9")
    assert not reds(Image.open(io.BytesIO(copy)))
    (row,) = LedgerEntry.objects.filter(item_digest=made.sha256, kind="redact")
    assert "the first of 2 pictures" in json.loads(bytes(row.body))["alteration"]


def test_a_grey_picture_of_16_bits_stays_readable():
    from amparo.filing.redaction import ask

    image = Image.new("I;16", (40, 30), 30_000)
    made = Image.open(io.BytesIO(ask({"op": "image", "areas": []}, encoded(image, "PNG"))))
    assert made.getpixel((5, 5)) == (117, 117, 117)
