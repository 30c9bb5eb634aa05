"""Bulk entry: take the empty workbook, send it back filled in, see every row, confirm.

The upload stays in the memory of the server until it is entered or the vault is locked.
"""

from __future__ import annotations

import secrets

from django.core.cache import cache
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from amparo.casefile.records import CaseFile, load_case
from amparo.errors import AmparoError, BadInput
from amparo.filled import filled
from amparo.intake.tabulate import Preview, enter, make_template, preview, read_table
from amparo.web.faults import status_of
from amparo.web.lock import acting_member

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_BYTES = 10_000_000
SECONDS_KEPT = 3_600


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, case: str) -> HttpResponse:
    """Where to take and send the workbook; POST checks one and shows every row."""
    known = load_case(case)
    if request.method == "GET":
        return _page(request, known)
    try:
        name, data = _upload(request.FILES.get("file"))
        found = preview(case, read_table(data, name))
    except AmparoError as refused:
        return _page(request, known, error=refused)
    token = "" if found.faults else _keep(request, case, data)
    return _page(request, known, found=found, token=token)


def _page(
    request: HttpRequest, known: CaseFile, *, found: Preview | None = None, token: str = "",
    error: AmparoError | None = None,
) -> HttpResponse:  # fmt: skip
    # What is wrong stands first: nobody looks for three rows among three hundred.
    lines = sorted(found.lines, key=lambda line: not line.fault) if found else []
    facts = {"case": known, "found": found, "lines": lines, "token": token, "error": error}
    return render(request, "bulk_show.html", facts, status=status_of(error) if error else 200)


def _upload(file: UploadedFile | None) -> tuple[str, bytes]:  # type: ignore[type-arg]
    if file is None:
        raise BadInput("the workbook was not sent", remedy="choose the file in its field")
    if (file.size or 0) > MAX_BYTES:
        raise BadInput(
            "the workbook is too large", remedy=filled("at most {most} bytes", most=MAX_BYTES)
        )
    return file.name or "workbook.xlsx", file.read()


def _keep(request: HttpRequest, case: str, data: bytes) -> str:
    """Keep one checked workbook for this session; the vault's lock clears it."""
    token = secrets.token_hex(16)
    request.session["bulk"] = token
    cache.set(f"bulk:{token}", (case, data), SECONDS_KEPT)
    return token


@require_POST
def confirm(request: HttpRequest, case: str) -> HttpResponse:
    """Enter the workbook that was shown, all rows or none."""
    load_case(case)
    token = request.POST.get("token", "")
    held = cache.get(f"bulk:{token}") if token and token == request.session.get("bulk") else None
    if held is None or held[0] != case:
        raise BadInput("there is no checked workbook", remedy="send it again; nothing was written")
    enter(acting_member(), case, read_table(held[1], "workbook.xlsx"))
    cache.delete(f"bulk:{token}")
    return HttpResponseRedirect(reverse("case", args=[case]))


@require_POST
def template(request: HttpRequest, case: str) -> HttpResponse:
    """The empty workbook; it holds nothing of the case."""
    response = HttpResponse(make_template(load_case(case)), content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="{case}-entry.xlsx"'
    return response
