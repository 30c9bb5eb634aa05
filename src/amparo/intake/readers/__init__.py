"""The readers, as an explicit list: which module reads what, and in which version.

This table is all that the rest of the program sees of the readers. The modules
named here are imported only by the sandbox's own process, never by ours.
Raise `version` whenever a reader's output changes, so that items read by an older
one can be found and read again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata


@dataclass(frozen=True)
class Reader:
    """One reader: `module` under this package, the `kinds` it gives, libraries it rests on."""

    name: str
    kinds: tuple[str, ...]
    version: str
    libraries: tuple[str, ...] = ()
    runs_ocr: bool = False


READERS: tuple[Reader, ...] = (
    Reader("text", ("text",), "2", ("charset-normalizer", "py3langid")),
    Reader("html", ("html",), "2", ("trafilatura", "lxml")),
    Reader("pdf", ("pdf",), "4", ("pypdfium2",), runs_ocr=True),
    Reader("docx", ("docx",), "2", ("lxml",)),
    Reader("eml", ("eml",), "2"),
    Reader("image", ("image",), "4", ("pillow", "pi-heif", "c2pa-python"), runs_ocr=True),
    Reader("whatsapp", ("chat",), "4"),
    Reader("telegram", ("chat",), "3"),
    Reader("telegram_html", ("chat",), "2", ("lxml",)),
    Reader("signal", ("chat",), "2"),
    Reader("zip", ("archive",), "5", ("pysequoia",)),
    Reader("mbox", ("mbox",), "1"),
    Reader(
        "sheet", ("xlsx", "xls", "ods"), "4", ("python-calamine", "olefile", "msoffcrypto-tool")
    ),
    Reader("csv", ("csv",), "1", ("charset-normalizer",)),
    Reader("odf", ("odt", "odp"), "3", ("lxml",)),
    Reader("rtf", ("rtf",), "2", ("striprtf",)),
    Reader("pptx", ("pptx",), "2", ("lxml",)),
    Reader("mhtml", ("mhtml",), "2", ("trafilatura", "lxml")),
    Reader("tarball", ("archive",), "1"),
    Reader("sevenzip", ("archive",), "1", ("py7zr",)),
    Reader("rar", ("archive",), "2"),
    Reader("warc", ("warc",), "2", ("warcio",)),
    Reader("wacz", ("warc",), "2"),
    Reader("subtitles", ("subtitles",), "1"),
    Reader("media", ("audio", "video"), "3", ("av", "pillow")),
    Reader("proof", ("archive",), "3", ("pysequoia",)),
    Reader("msg", ("msg",), "2", ("olefile",)),
    Reader("doc", ("doc",), "2", ("olefile", "msoffcrypto-tool")),
    Reader("office", ("docx", "xlsx", "pptx", "unknown"), "1", ("msoffcrypto-tool",)),
    Reader("unknown", ("unknown", "archive"), "3"),
)
BY_NAME = {reader.name: reader for reader in READERS}


@lru_cache(maxsize=64)
def version_of(name: str) -> str:
    """Version of a reader and its libraries, e.g. `1 (lxml 6.1.3)`."""
    reader = BY_NAME[name]
    libraries = ", ".join(f"{library} {_installed(library)}" for library in reader.libraries)
    return f"{reader.version} ({libraries})" if libraries else reader.version


def _installed(library: str) -> str:
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return "missing"
