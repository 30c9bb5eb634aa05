"""Filing pages: what the gate says, the build, and what to take away."""

from __future__ import annotations

import io
import tempfile
import threading
import zipfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from amparo.casefile.records import CaseFile, load_case
from amparo.errors import AmparoError, BadInput, NotFound, Refused
from amparo.filing.bundle import build_filing
from amparo.filing.check import Withheld
from amparo.filing.gather import examine, filings
from amparo.filing.words import FORUMS, LANGUAGES, load_forum, load_words
from amparo.vault.models import Item
from amparo.vault.retrieve import export_item, find_item
from amparo.web.faults import status_of
from amparo.web.lock import acting_member, held_vault

MEMORY = Path("/dev/shm")  # noqa: S108 (a private folder is made in it)
MOST_BYTES = 512 * 1024 * 1024
MAX_SENDER = 2_000
READER = "filing"


@dataclass
class _Parcel:
    """The package last built, kept in memory until the vault is locked."""

    case: str = ""
    data: bytes = b""
    guard: threading.Lock = field(default_factory=threading.Lock)


_parcel = _Parcel()


def forget_parcel() -> None:
    """Drop the package kept in memory; called when the vault is locked."""
    with _parcel.guard:
        _parcel.case, _parcel.data = "", b""


@dataclass(frozen=True)
class Asked:
    """What to build, as chosen in the form."""

    forum: str
    lang: str
    on: date
    sender: tuple[str, ...] = ()


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, case: str) -> HttpResponse:
    """What the gate says for a forum and a day; POST builds the filing."""
    known = load_case(case)
    error: AmparoError | None = None
    asked = Asked(FORUMS[0], LANGUAGES[0], datetime.now(UTC).date())
    if request.method == "POST":
        try:
            asked = _read(request)
            _build(known, asked)
            return HttpResponseRedirect(reverse("filing", args=[case]) + "#built")
        except AmparoError as refused:
            error = refused
    return _page(request, known, asked, error)


def _page(
    request: HttpRequest, known: CaseFile, asked: Asked, error: AmparoError | None
) -> HttpResponse:
    found = examine(known.code, load_forum(asked.forum), asked.on)
    facts = {
        "case": known,
        "asked": asked,
        "error": error,
        "fora": [(name, load_words(name, "en").say("forum.name")) for name in FORUMS],
        "languages": [("en", "English"), ("fr", "Français")],
        "blocks": [one for one in found.findings if one.severity == "block"],
        "warnings": [one for one in found.findings if one.severity != "block"],
        "leaving": _count(found.case),
        "held": _group(found.withheld, asked.forum),
        "built": [_describe(told) for told in reversed(filings(known.code))],
        "parcel": len(_parcel.data) if _parcel.case == known.code else 0,
    }
    return render(request, "filing.html", facts, status=status_of(error) if error else 200)


def _count(case: CaseFile) -> list[tuple[str, int]]:
    nouns = ("act", "person", "source", "item", "statement", "proposition")
    return [(noun, len(case.all(noun))) for noun in nouns]


def _read(request: HttpRequest) -> Asked:
    """The form, checked. Raises BadInput."""
    forum, lang = request.POST.get("forum", ""), request.POST.get("lang", "")
    load_words(forum, lang)
    try:
        on = date.fromisoformat(request.POST.get("on", "").strip())
    except ValueError:
        raise BadInput("the day is not a date", remedy="write it as 2026-11-22") from None
    lines = request.POST.get("sender", "")[:MAX_SENDER].splitlines()
    return Asked(forum, lang, on, tuple(line.strip() for line in lines if line.strip()))


def _build(known: CaseFile, asked: Asked) -> None:
    """Build in a private folder, in memory where the system has one, and keep the package."""
    place = str(MEMORY) if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="amparo-", dir=place) as folder:
        out = Path(folder) / "filing"
        build_filing(
            held_vault(), known.code, out,
            forum=asked.forum, lang=asked.lang, on=asked.on, sender=asked.sender,
        )  # fmt: skip
        data = _zip(out)
    with _parcel.guard:
        _parcel.case, _parcel.data = known.code, data


def _zip(folder: Path) -> bytes:
    """The finished filing as one archive; its members carry no time of this machine."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if sum(path.stat().st_size for path in files) > MOST_BYTES:
        raise Refused(
            "the package is too large to be handed out by a page",
            remedy="build it with `amparo filing build`, which writes a folder",
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            name = path.relative_to(folder).as_posix()
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, path.read_bytes())
    return buffer.getvalue()


@require_POST
def take_package(request: HttpRequest, case: str) -> HttpResponse:
    """The package last built as a zip file. Its export is in the ledger since the build."""
    load_case(case)
    with _parcel.guard:
        if _parcel.case != case or not _parcel.data:
            raise NotFound("no package")
        data = _parcel.data
    return _download(data, f"{case}-filing.zip", "application/zip")


@require_POST
def take_document(request: HttpRequest, case: str, code: str) -> HttpResponse:
    """The PDF, DOCX or index of a filing that was built, out of the vault, with an entry."""
    item = find_item(code)
    if item.reader != READER or not item.file_name.startswith(f"{case}-"):
        raise NotFound("no such filing")
    data = export_item(held_vault(), acting_member(), item, purpose=f"take away filing of {case}")
    return _download(data, item.file_name, item.media_type)


def _download(data: bytes, name: str, media_type: str) -> HttpResponse:
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@dataclass(frozen=True)
class Past:
    """A filing that was built, with its documents in the vault."""

    forum: str
    lang: str
    on: str
    exhibits: int
    documents: tuple[tuple[str, Item], ...]


def _describe(told: dict[str, Any]) -> Past:
    pdf = find_item(told["item"])
    made = Item.objects.filter(
        reader=READER, received_at=pdf.received_at, file_name__startswith=f"{told['case']}-"
    )
    documents = tuple((item.file_name.rpartition(".")[2].upper(), item) for item in made)
    return Past(told["forum"], told["lang"], told["date"], len(told["numbers"]), documents)


@dataclass(frozen=True)
class HeldBack:
    """Records that stay behind for one reason."""

    reason: str
    records: tuple[Withheld, ...]


def _group(withheld: tuple[Withheld, ...], forum: str) -> list[HeldBack]:
    """What stays behind, by reason; persons and items come before what hangs on them."""
    words = load_words(forum, "en")
    order = {"person": 0, "item": 1}
    groups: dict[str, list[Withheld]] = {}
    for one in sorted(withheld, key=lambda one: order.get(one.noun, 2)):
        groups.setdefault(words.term("withheld_reasons", one.reason), []).append(one)
    return [HeldBack(reason, tuple(records)) for reason, records in groups.items()]
