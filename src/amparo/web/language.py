"""The language of the pages: chosen on any page, kept by the browser, else what it asks for.

Templates are written in English and stay readable: for another language their text is
replaced while they are loaded, run by run between tags, from `locale/<code>.po`. What the
catalogue lacks stays English. Nothing is compiled and nothing is generated.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loaders import app_directories, cached
from django.views.decorators.http import require_POST

from amparo.casefile.picture import Tongue
from amparo.casefile.terms import our_vocabularies
from amparo.filled import Filled

LANGUAGES = {"en": "English", "fr": "Français"}
# What stands on the pages, what errors and the gate tell, what is kept (see retell.py).
CATALOGUES = {"fr": ("fr.po", "fr-told.po", "fr-kept.po")}
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
COOKIE = "amparo-language"
A_YEAR = 365 * 24 * 3600
_current: ContextVar[str] = ContextVar("language", default="en")

_ENTRY = re.compile(r'^msgid (".*")\nmsgstr (".*")$', re.MULTILINE)
# French parts a two-part sign from its word, and never at the end of a line.
_NO_BREAK = re.compile("(?<=«) | (?=[:;!?»](?!\\w))")
_TOKEN = re.compile(r"(<!--.*?-->|<[^>]*>|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
_SPOKEN = re.compile(r'\b(aria-label|data-busy|placeholder|title|alt)="([^"]+)"')
_PADDED = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)


@cache
def catalogue(code: str) -> dict[str, str]:
    """English text -> text in the language: a plain reading of our own .po file."""
    return {key: said for one in CATALOGUES.get(code, ()) for key, said in entries(one).items()}


@cache
def entries(name: str) -> dict[str, str]:
    """What one of our .po files holds."""
    text = files("amparo.web").joinpath("locale", name).read_text("utf-8")
    pairs = ((ast.literal_eval(a), ast.literal_eval(b)) for a, b in _ENTRY.findall(text))
    return {key: _NO_BREAK.sub("\N{NO-BREAK SPACE}", said) for key, said in pairs if key and said}


def language() -> str:
    """Code of the language of the page being made."""
    return _current.get()


def say(text: object) -> str:
    """A text of the program in the language of the page; as it is where none is given.

    A first letter written small or large finds its entry either way, and so does the name of a
    field. A sentence with values in it is looked up by its pattern.
    """
    known = catalogue(language())
    if known and isinstance(text, Filled):
        return text.again(say)
    told = str(text)
    if not known or not told:
        return told
    if told in known:
        return known[told]
    turned = (told[0].swapcase() + told[1:]).replace("_", " ")
    if turned not in known:
        return told
    said = known[turned]
    return (said[0].upper() if told[0].isupper() else said[0].lower()) + said[1:]


def tongue() -> Tongue:
    """The language of the page, for pictures: our vocabularies too."""
    code = language()
    return Tongue(code, lambda text: _terms(code).get(text) or say(text))


@cache
def _terms(code: str) -> dict[str, str]:
    held = our_vocabularies().values() if code != "en" else ()
    return {one.term: one.label(code) for vocabulary in held for one in vocabulary.terms}


def translate_source(source: str, known: dict[str, str]) -> str:
    """The source of a template with every run of text that the catalogue has replaced."""
    if not known:
        return source
    return "".join(
        _SPOKEN.sub(lambda m: f'{m[1]}="{known.get(m[2], m[2])}"', token)
        if place % 2
        else _run(token, known)
        for place, token in enumerate(_TOKEN.split(source))
    )


def _run(text: str, known: dict[str, str]) -> str:
    """One run of text; titles such as "Cases · Amparo" piece by piece."""
    if text.strip() and " · " in text and text.strip() not in known:
        return " · ".join(_run(piece, known) for piece in text.split(" · "))
    match = _PADDED.fullmatch(text)
    assert match
    inner = " ".join(match[2].split())
    return match[1] + known.get(inner, match[2]) + match[3]


class Source(app_directories.Loader):
    """Templates of the folder, in the language of the page."""

    def get_contents(self, origin: Any) -> str:
        """The source, translated."""
        return translate_source(super().get_contents(origin), catalogue(language()))


class Loader(cached.Loader):
    """Compiled templates, kept for each language."""

    def cache_key(self, template_name: str, skip: Any = None) -> str:
        """The name with the language in front."""
        return f"{language()}:{super().cache_key(template_name, skip)}"


def chosen(request: HttpRequest) -> str:
    """The language of the cookie, else the first we have of those the browser asks for."""
    kept = request.COOKIES.get(COOKIE, "")
    if kept in LANGUAGES:
        return kept
    for part in request.headers.get("Accept-Language", "")[:200].split(","):
        code = part.partition(";")[0].strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return "en"


class LanguageMiddleware:
    """Every page in the language of who reads it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = _current.set(chosen(request))
        try:
            response = self.get_response(request)
            response["Content-Language"] = language()
            return response
        finally:
            _current.reset(token)


def describe_language(request: HttpRequest) -> dict[str, object]:
    """Template context: the language, its direction, and those to choose from."""
    code = language()
    return {
        "page_language": code,
        "page_direction": "rtl" if code in RIGHT_TO_LEFT else "ltr",
        "page_languages": LANGUAGES.items(),
    }


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the choice in the browser, and lead back to the page it was made on.

    The page tells its address in the Referer: a page of what is not there must not hold it.
    """
    code = request.POST.get("language", "")
    back = urlsplit(request.headers.get("Referer", "")).path
    safe = back if re.fullmatch(r"/[A-Za-z0-9()./_-]*", back) and "//" not in back else "/"
    response = HttpResponseRedirect(safe)
    if code in LANGUAGES:
        response.set_cookie(COOKIE, code, max_age=A_YEAR, httponly=True, samesite="Strict")
    return response
