"""Pages of vocabularies: what terms there are, and those the organisation adds."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from amparo.casefile.terms import (
    LANGUAGES,
    add_term,
    find_vocabulary,
    import_terms,
    list_vocabularies,
    retire_term,
)
from amparo.errors import AmparoError, BadInput
from amparo.web.faults import status_of
from amparo.web.lock import acting_member

MAX_BYTES = 20_000_000


@require_GET
def show_list(request: HttpRequest) -> HttpResponse:
    """Every vocabulary with its version."""
    return render(request, "vocabularies.html", {"found": list_vocabularies()})


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest, name: str) -> HttpResponse:
    """The terms of one vocabulary; POST adds one."""
    error: AmparoError | None = None
    posted = request.POST
    if request.method == "POST":
        term = posted.get("term", "").strip()
        labels = {lang: posted.get(lang, "").strip() for lang in LANGUAGES}
        said = {"en": term} | {lang: text for lang, text in labels.items() if text}
        try:
            add_term(acting_member(), name, term, said, huridocs=posted.get("huridocs", "").strip())
            return HttpResponseRedirect(reverse("vocabulary", args=[name]))
        except AmparoError as refused:
            error = refused
    found = find_vocabulary(name)
    rows = [(one, [one.label(lang) for lang in LANGUAGES]) for one in found.terms]
    facts = {
        "found": found, "rows": rows, "languages": LANGUAGES, "error": error, "posted": posted,
        "may_add": found.kind != "fixed",
    }  # fmt: skip
    return render(request, "vocabulary.html", facts, status=status_of(error) if error else 200)


@require_POST
def retire(request: HttpRequest, name: str) -> HttpResponse:
    """Offer a term of the organisation no more."""
    retire_term(acting_member(), name, request.POST.get("term", ""))
    return HttpResponseRedirect(reverse("vocabulary", args=[name]))


@require_POST
def import_file(request: HttpRequest) -> HttpResponse:
    """Add every term of a file that the vault lacks."""
    upload = request.FILES.get("file")
    if upload is None or (upload.size or 0) > MAX_BYTES:
        raise BadInput("the file was not sent, or is too large", remedy="at most 20 MB")
    try:
        text = upload.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput("the file is not UTF-8", remedy="save it as UTF-8") from None
    import_terms(acting_member(), text, upload.name or "file")
    return HttpResponseRedirect(reverse("vocabularies"))
