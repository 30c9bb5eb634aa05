"""Sixty secrets planted at once: with redaction off each is found, in the file that holds it.

Each secret is a name of its own, so that one found does not hide another that was missed.
"""

from __future__ import annotations

import base64
import importlib.util
import io
import zipfile
from pathlib import Path

import pytest

from amparo.filing.scan import find_secrets
from amparo.store.settings import configure

configure()

HERE = Path(__file__).parent
FIRST = ("Borislav", "Kazimir", "Ludmila", "Zinaida", "Timofei", "Yaroslav", "Nikodim", "Radomir")
LAST = (
    "Dzhabrailov", "Oleshkovich", "Tretyakova", "Zhuravlin", "Kubanskoy", "Pokrovina", "Belozersk",
    "Gorodetsky",
)  # fmt: skip
# Written in the other script where they are planted, as protected in Latin.
CYRILLIC = {
    "Borislav": "Борислав", "Kazimir": "Казимир", "Ludmila": "Людмила", "Zinaida": "Зинаида",
    "Timofei": "Тимофей", "Yaroslav": "Ярослав", "Nikodim": "Никодим", "Radomir": "Радомир",
    "Dzhabrailov": "Джабраилов",
}  # fmt: skip


def _load(name: str):
    spec = importlib.util.spec_from_file_location(f"planted_{name}", HERE / f"test_{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


scan, thumbs, sounds = _load("scan"), _load("thumbnails"), _load("recordings")
NAMES = [f"{first} {last}" for last in LAST for first in FIRST]


def chat(*secrets: str) -> bytes:
    lines = (f"12/03/2019, 10:{n:02d} - Anna: ask {one}" for n, one in enumerate(secrets, 10))
    return ("\n".join(lines) + "\n").encode()


def tagged_sound(*secrets: str) -> bytes:
    data = sounds.sound(seconds=1)
    for tag, one in zip((b"INAM", b"ICMT"), secrets, strict=True):
        told = one.encode()
        told += b"\0" * (len(told) % 2)
        info = b"INFO" + tag + len(told).to_bytes(4, "little") + told
        data += b"LIST" + len(info).to_bytes(4, "little") + info
    return data[:4] + (len(data) - 8).to_bytes(4, "little") + data[8:]


def video(*secrets: str) -> bytes:
    held = sounds.NAME
    try:
        sounds.NAME = " / ".join(secrets)
        return sounds.recording("mp4", video=True, seconds=1)
    finally:
        sounds.NAME = held


def typeset(*secrets: str) -> bytes:
    import typst

    shown, author, hidden, tiny, white, title, described = secrets
    source = f"""#set document(author: "{author}", title: "{title}")
Seen by {shown}. #place(dx: -900pt)[{hidden}] #text(size: 0.5pt)[{tiny}] #text(fill: white)[{white}]
#figure(rect(), alt: "{described}")"""
    return typst.compile(source.encode(), format="pdf")


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"


def story(tag: str, inside: str) -> str:
    return f"<w:{tag} xmlns:w='{WORD}' xmlns:wp='{DRAWING}'>{inside}</w:{tag}>"


def word(*secrets: str) -> bytes:
    """A document that Word and the reader open: well-formed, with its namespaces."""
    body, gone, added, comment, alt, author, note, split = secrets
    members = {
        "[Content_Types].xml": scan.KINDS,
        "word/document.xml": story(
            "document",
            f"<w:body><w:p><w:r><w:t>{body}</w:t></w:r></w:p>"
            f"<w:p><w:del w:author='A'><w:r><w:delText>{gone}</w:delText></w:r></w:del></w:p>"
            f"<w:p><w:ins w:author='{added}'><w:r><w:t>and home</w:t></w:r></w:ins></w:p>"
            f"<w:p><w:r><w:drawing><wp:inline><wp:docPr id='1' name='P' descr='{alt}'/>"
            "</wp:inline></w:drawing></w:r></w:p>"
            f"<w:p><w:r><w:t>{split[:5]}</w:t></w:r><w:r><w:t>{split[5:]}</w:t></w:r></w:p>"
            "</w:body>",
        ),
        "word/comments.xml": story("comments", commented(comment)),
        "word/footnotes.xml": story(
            "footnotes",
            f"<w:footnote><w:p><w:r><w:t>{note}</w:t></w:r></w:p></w:footnote>",
        ),
        "docProps/core.xml": (
            f"<p xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:creator>{author}</dc:creator></p>"
        ),
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def commented(text: str) -> str:
    return f"<w:comment w:id='0' w:author='A'><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:comment>"


def page(*secrets: str) -> bytes:
    shown, alt, remark, style, title = secrets
    return (
        f"<html><head><title>{title}</title></head><body><p>{shown}</p><img alt='{alt}'>"
        f"<!-- {remark} --><p style='display:none'>{style}</p></body></html>"
    ).encode()


def photograph(*secrets: str) -> bytes:
    from PIL import Image

    author, described, comment, thumbnail, after, drawn = secrets
    told = Image.Exif()
    told[0x013B], told[0x010E] = author, described
    image = Image.open(io.BytesIO(thumbs.words(drawn, "PNG"))).resize((1280, 480))
    data = thumbs.saved(image.convert("RGB"), "JPEG", exif=told.tobytes(), comment=comment.encode())
    return data + thumbs.words(thumbnail) + after.encode()


def exif_thumbnails(*secrets: str) -> list[tuple[str, bytes]]:
    forms = ("JPEG", "PNG", "WEBP")
    return [
        (f"thumb{n}.{form.lower()}", thumbs.photograph(thumbs.words(one), form))
        for n, (one, form) in enumerate(zip(secrets, forms, strict=True))
    ]


def archive(*secrets: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(f"{secrets[0]}.txt", "x")
        made.writestr("a.txt", secrets[1])
        made.comment = secrets[2].encode()
    return buffer.getvalue()


def letter(*secrets: str) -> bytes:
    sender, subject, body, attached = secrets
    packed = base64.b64encode(attached.encode()).decode()
    return (
        f"From: {sender} <a@example.org>\r\nTo: b@example.org\r\nSubject: {subject}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="x"\r\n\r\n'
        f"--x\r\nContent-Type: text/plain\r\n\r\n{body}\r\n"
        f'--x\r\nContent-Type: text/plain; name="n.txt"\r\nContent-Transfer-Encoding: base64\r\n'
        f"\r\n{packed}\r\n--x--\r\n"
    ).encode()


def in_cyrillic(name: str) -> str:
    return " ".join(CYRILLIC[word] for word in name.split())


class Plants:
    """The files, and which secret went where."""

    def __init__(self) -> None:
        self.left = list(NAMES)
        self.files: dict[str, bytes] = {}
        self.where: dict[str, str] = {}

    def take(self, count: int, file: str) -> list[str]:
        taken, self.left = self.left[:count], self.left[count:]
        self.where |= dict.fromkeys(taken, file)
        return taken

    def plant(self, file: str, make, count: int) -> None:
        self.files[file] = make(*self.take(count, file))


def plant_all() -> Plants:
    """Sixty secrets in files that leave as exhibits, and four in names and an archive."""
    made = Plants()
    other = [in_cyrillic(one) for one in made.take(8, "cyrillic.txt")]
    made.files["cyrillic.txt"] = f"There were {', and then '.join(other)} there.".encode()
    made.plant("plain.txt", lambda *s: "; and then saw ".join(s).encode(), 6)
    made.plant("wide.txt", lambda *s: "; and then saw ".join(s).encode("utf-16"), 4)
    made.plant("paper.pdf", typeset, 7)
    made.plant("letter.docx", word, 8)
    made.plant("page.html", page, 5)
    made.plant("WhatsApp Chat with A.txt", chat, 5)
    made.plant("sound.wav", tagged_sound, 2)
    made.plant("mail.eml", letter, 4)
    made.plant("papers.zip", archive, 3)
    made.plant("photo.jpg", photograph, 6)
    secrets = made.take(3, "thumb")
    for (name, data), one in zip(exif_thumbnails(*secrets), secrets, strict=True):
        made.files[name], made.where[one] = data, name
    made.plant("video.mp4", video, 2)
    (named,) = made.take(1, "file name")
    made.files[f"{named}.csv"], made.where[named] = b"a,b\n1,2\n", f"{named}.csv"
    return made


@pytest.fixture(scope="module")
def plants() -> Plants:
    return plant_all()


def test_each_of_sixty_planted_secrets_is_found_where_it_was_planted(plants):
    secrets = list(plants.where)
    assert len(secrets) >= 60
    found = {(hit.file, secrets[hit.secret]) for hit in find_secrets(plants.files, secrets)}
    missed = [(one, file) for one, file in plants.where.items() if (file, one) not in found]
    assert not missed


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_each_secret_is_found_when_it_is_the_only_one_protected(plants):
    missed = [
        (one, file)
        for one, file in plants.where.items()
        if not find_secrets({file: plants.files[file]}, [one])
    ]
    assert not missed
