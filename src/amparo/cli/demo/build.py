"""Build the evidence of the demo case: about thirty small files from the sources beside this one.

The same sources and library versions give the same bytes. Nothing here is real: the
states XV, XW and XZ, their towns, units, outlets and people are invented.
"""

from __future__ import annotations

import csv
import io
import zipfile
from codecs import BOM_UTF16_LE
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from amparo.cli.demo import office, pictures

SOURCES = Path(__file__).parent / "sources"
CASE_FILE = Path(__file__).parent / "case.yaml"
OVERLAY_FILE = Path(__file__).parent / "book.yaml"
SWOLLEN_BYTES = 32 << 20


def build_files(folder: Path) -> list[Path]:
    """Write every file of the demo case into `folder`, made if absent; their paths, by name."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in sorted(RECIPES):
        path = folder / name
        path.write_bytes(RECIPES[name]())
        paths.append(path)
    return paths


def _source(name: str) -> str:
    return (SOURCES / name).read_text(encoding="utf-8")


def _encoded(name: str, encoding: str, *, newline: str = "\n") -> bytes:
    return _source(name).replace("\n", newline).encode(encoding)


def _plain(name: str) -> Callable[[], bytes]:
    return lambda: _encoded(name, "utf-8")


def _letter(*, sender: str, to: str, date: str, subject: str, message_id: str) -> EmailMessage:
    letter = EmailMessage(policy=SMTP)
    letter["From"] = sender
    letter["To"] = to
    letter["Date"] = date
    letter["Subject"] = subject
    letter["Message-ID"] = message_id
    return letter


def _clerk_letter() -> bytes:
    letter = _letter(
        sender="W-1 <w1@mail.example>",
        to="Lantern Group <office@lantern.example>",
        date="Mon, 17 Jun 2019 22:41:05 +0400",
        subject="the list",
        message_id="<20190617224105.1@mail.example>",
    )
    letter.set_content(_source("clerk-roster.txt"), cte="quoted-printable")
    letter.add_attachment(
        _source("duty-roster.csv").encode(),
        maintype="text",
        subtype="csv",
        filename="duty-roster.csv",
    )
    letter.set_boundary("=-amparo-demo-1")
    return letter.as_bytes()


def _forwarded_letter() -> bytes:
    letter = _letter(
        sender="Volunteer <volunteer@lantern.example>",
        to="Lantern Group <office@lantern.example>",
        date="Thu, 20 Jun 2019 08:03:00 +0200",
        subject="Fwd: conversation with families",
        message_id="<20190620080300.2@lantern.example>",
    )
    letter.set_content(_source("forwarded-families.txt"), cte="quoted-printable")
    return letter.as_bytes()


def _journeys() -> bytes:
    return office.xlsx(list(csv.reader(io.StringIO(_source("journeys.csv")))), "Journeys")


def _pictures_folder() -> bytes:
    return office.zip_bytes(
        [
            ("what-is-in-this-folder.txt", _encoded("what-is-in-this-folder.txt", "utf-8")),
            ("gate-sketch.png", pictures.gate_sketch()),
        ]
    )


def _truncated_report() -> bytes:
    whole = pictures.typeset_pdf(_source("lantern-report-2019.typ"))
    return whole[: len(whole) * 2 // 5]


def _swelling_archive() -> bytes:
    """A few hundred bytes of zip whose one member swells to 32 MiB."""
    return office.zip_bytes(
        [("list-of-members.csv", b"\0" * SWOLLEN_BYTES)], method=zipfile.ZIP_BZIP2
    )


RECIPES: dict[str, Callable[[], bytes]] = {
    "WhatsApp Chat with Quarry Street.txt": _plain("WhatsApp Chat with Quarry Street.txt"),
    "border-record-v1.pdf": lambda: pictures.typeset_pdf(_source("border-record-v1.typ")),
    "channel-screenshot.png": lambda: pictures.screenshot(
        _source("channel-screenshot.typ"), "Screenshot of the spokesman's channel, sent by W-2"
    ),
    "clerk-roster.eml": _clerk_letter,
    "courant-2019-05-08.html": _plain("courant-2019-05-08.html"),
    "courier-2019-05-06.html": _plain("courier-2019-05-06.html"),
    "depot-gate.jpg": pictures.gate_photograph,
    "depot-order-scan.pdf": lambda: pictures.scanned_pdf(_source("depot-order-scan.typ")),
    "depot-pictures.zip": _pictures_folder,
    "empty.txt": lambda: b"",
    "entretien-v3-v4-fr.txt": lambda: (
        BOM_UTF16_LE + _encoded("entretien-v3-v4-fr.txt", "utf-16-le", newline="\r\n")
    ),
    "federal-notice-2019-05-21.html": _plain("federal-notice-2019-05-21.html"),
    "forwarded-families.eml": _forwarded_letter,
    "harbour-ledger-2019-05-14.txt": _plain("harbour-ledger-2019-05-14.txt"),
    "hostile-bomb.zip": _swelling_archive,
    "hostile-page.html": _plain("hostile-page.html"),
    "incidents.csv": _plain("incidents.csv"),
    "journeys.xlsx": _journeys,
    "lantern-report-2019.pdf": lambda: pictures.typeset_pdf(_source("lantern-report-2019.typ")),
    "lawyer-letter-2020-ru.pdf": lambda: pictures.typeset_pdf(_source("lawyer-letter-2020-ru.typ")),
    "medical-note-v2.docx": lambda: office.docx(_source("medical-note-v2.txt")),
    "ministry-denial-2019-04-03.txt": _plain("ministry-denial-2019-04-03.txt"),
    "note-cousin-v5.odt": lambda: office.odt(_source("note-cousin-v5.txt")),
    "note-v6-en.txt": _plain("note-v6-en.txt"),
    "statement-v1-ru.txt": lambda: _encoded("statement-v1-ru.txt", "cp1251", newline="\r\n"),
    "statement-v2-en.docx": lambda: office.docx(_source("statement-v2-en.txt")),
    "statement-v7-en.txt": _plain("statement-v7-en.txt"),
    "statement-v8-en.rtf": lambda: office.rtf(_source("statement-v8-en.txt")),
    "telegram-result.json": _plain("telegram-result.json"),
    "truncated-report.pdf": _truncated_report,
}
