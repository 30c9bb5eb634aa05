"""A captured page as files: WARC 1.1, and the same WARC with its index in a WACZ 1.1.1.

Sources: ISO 28500:2017 (WARC 1.1); Web Archive Collection Zipped 1.1.1; CDXJ with SURT keys.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from amparo.intake.capture import Capture, Response

WARC_NAME = "data.warc.gz"
WACZ_VERSION = "1.1.1"


@dataclass(frozen=True)
class _Record:
    """Where a response lies in the WARC: offset and length of its compressed record."""

    response: Response
    offset: int
    length: int


def write_warc(taken: Capture) -> bytes:
    """The responses as a compressed WARC 1.1, with a warcinfo record that says how."""
    return _write(taken)[0]


def write_wacz(taken: Capture) -> bytes:
    """The WARC with an index, the list of pages and a digest of every member."""
    warc, records = _write(taken)
    members = {
        f"archive/{WARC_NAME}": warc,
        "indexes/index.cdx": "".join(sorted(map(_index_line, records))).encode(),
        "pages/pages.jsonl": _pages(taken),
    }
    package = _package(taken, members)
    # The digest of the list of digests: what a signature would be made over.
    seal = {"path": "datapackage.json", "hash": _digest(package)}
    members |= {"datapackage.json": package, "datapackage-digest.json": _json(seal)}
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _zip_time(taken.started))
            # A reader seeks in the WARC by the index: it must lie as it is.
            stored = name.startswith("archive/")
            info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def _write(taken: Capture) -> tuple[bytes, list[_Record]]:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    info = {"software": f"amparo; {taken.tool}", "format": "WARC File Format 1.1"}
    info |= {key.replace(":", "-").replace(" ", "-"): v for key, v in taken.facts().items()}
    writer.write_record(writer.create_warcinfo_record("capture.warc.gz", info))
    records = []
    for one in taken.responses:
        offset = out.tell()
        status = f"{one.status} {_line(one.phrase)}".strip()
        headers = [(_line(name), _line(value)) for name, value in one.headers]
        headers.append(("Content-Length", str(len(one.body))))
        about = {"WARC-Date": one.at}
        if one.cut:
            about["WARC-Truncated"] = "time" if one.cut == "time" else "length"
        record = writer.create_warc_record(
            _line(one.url),
            "response",
            payload=BytesIO(one.body),
            length=len(one.body),
            http_headers=StatusAndHeaders(status, headers, protocol="HTTP/1.1"),
            warc_headers_dict=about,
        )
        writer.write_record(record)
        records.append(_Record(one, offset, out.tell() - offset))
    return out.getvalue(), records


def _line(text: str) -> str:
    return " ".join(text.split("\n")).replace("\r", " ").encode("utf-8", "replace").decode()


def _index_line(record: _Record) -> str:
    one = record.response
    digest = base64.b32encode(hashlib.sha1(one.body).digest()).decode()  # noqa: S324
    facts = {
        "url": _line(one.url), "mime": _media_type(one), "status": str(one.status),
        "digest": f"sha1:{digest}", "length": str(record.length), "offset": str(record.offset),
        "filename": WARC_NAME,
    }  # fmt: skip
    moment = "".join(c for c in one.at if c.isdigit())
    return f"{reversed_host(one.url)} {moment} {json.dumps(facts)}\n"


def _media_type(one: Response) -> str:
    found = (value for name, value in one.headers if name.lower() == "content-type")
    return _line(next(found, "")).split(";")[0].strip()


def reversed_host(url: str) -> str:
    """Sort-friendly form (SURT) by which an index is searched: `org,example)/path?query`."""
    parts = urlsplit(_line(url).lower())
    host = parts.hostname or ""
    is_number = ":" in host or host.replace(".", "").isdigit()
    name = host if is_number else ",".join(reversed(host.split(".")))
    default = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != default else ""
    query = f"?{parts.query}" if parts.query else ""
    return f"{name}{port}){parts.path or '/'}{query}".replace(" ", "%20")


def _pages(taken: Capture) -> bytes:
    head = {"format": "json-pages-1.0", "id": "pages", "title": "All Pages"}
    page = {"id": "page", "url": taken.url, "ts": taken.started, "title": taken.url}
    return _json(head) + b"\n" + _json(page) + b"\n"


def _package(taken: Capture, members: dict[str, bytes]) -> bytes:
    resources = [
        {
            "name": name.rpartition("/")[2], "path": name, "hash": _digest(data),
            "bytes": len(data),
        }
        for name, data in members.items()
    ]  # fmt: skip
    return _json({
        "profile": "data-package", "wacz_version": WACZ_VERSION, "software": "amparo",
        "created": taken.started, "title": "captured page", "mainPageUrl": taken.url,
        "mainPageDate": taken.started, "resources": resources,
    })  # fmt: skip


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")


def _digest(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def _zip_time(stamp: str) -> tuple[int, int, int, int, int, int]:
    """Time of capture as a zip states it, so that the same capture gives the same bytes."""
    return (
        int(stamp[:4]), int(stamp[5:7]), int(stamp[8:10]),
        int(stamp[11:13]), int(stamp[14:16]), int(stamp[17:19]),
    )  # fmt: skip
