"""What went wrong, as a page: cause, value, remedy. Never a traceback, never content."""

from __future__ import annotations

from pathlib import PurePath

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from amparo.errors import (
    AmparoError,
    Broken,
    InUse,
    Locked,
    NotFound,
    Refused,
    Stale,
    StorageFailed,
)

_STATUS: dict[type[AmparoError], int] = {
    Broken: 500,
    InUse: 503,
    Locked: 403,
    NotFound: 404,
    Refused: 409,
    Stale: 409,
    StorageFailed: 507,
}


def status_of(error: AmparoError) -> int:
    """HTTP status of an error; 400 for what was given wrongly."""
    return _STATUS.get(type(error), 400)


def tell(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """The page for an error; None leaves Django's own to its handlers."""
    if isinstance(error, NotFound | Http404 | PermissionDenied):
        return not_found(request)
    if isinstance(error, AmparoError):
        return show(request, error)
    if isinstance(error, SuspiciousOperation):
        return bad_request(request)
    return _fault(request, error)


def show(request: HttpRequest, error: AmparoError) -> HttpResponse:
    """Cause, value and remedy."""
    return render(request, "error.html", {"error": error}, status=status_of(error))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing there, or not allowed to be seen: the same page."""
    error = NotFound("nothing is here", remedy="go back, or begin at the start page")
    return render(request, "error.html", {"error": error}, status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """A request that is malformed or too large."""
    error = AmparoError(
        "this request is malformed or too large",
        remedy="for very large files use `amparo item add`, which has no such limit",
    )
    return render(request, "error.html", {"error": error}, status=400)


def refuse_forged(request: HttpRequest) -> HttpResponse:
    """A form that did not come from a page of this session."""
    error = AmparoError(
        "this form is too old, or did not come from a page of this session",
        remedy="open the page again and repeat; nothing was changed",
    )
    return render(request, "error.html", {"error": error}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """A fault outside the views."""
    return _page_of_fault(request, "")


def _fault(request: HttpRequest, error: Exception) -> HttpResponse:
    """A fault of ours: its kind and place only, since its text may quote a narrative."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = PurePath(trace.tb_frame.f_code.co_filename).name if trace else ""
    line = trace.tb_lineno if trace else 0
    return _page_of_fault(request, f"{type(error).__name__} at {name}:{line}")


def _page_of_fault(request: HttpRequest, place: str) -> HttpResponse:
    error = AmparoError(
        "a fault in the program; nothing was half-written",
        value=place,
        remedy="report the line above, it holds nothing of your data",
    )
    return render(request, "error.html", {"error": error}, status=500)
