"""The PDF, object by object: what PDF/A-2a and PDF/UA-1 ask for and qpdf can show.

veraPDF cannot be had here. These checks are ours and do not replace it; typst, which sets the
PDF, refuses what it knows to be against both standards.
"""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess

import pytest

from amparo.filing.typeset import typeset
from amparo.filing.word import write_word
from amparo.filing.words import FORUMS, LANGUAGES, load_forum, load_words

qpdf = pytest.mark.skipif(shutil.which("qpdf") is None, reason="SKIPPED LOUDLY: qpdf is missing")


class Objects:
    """Every object of a PDF as qpdf's JSON (version 2) shows it."""

    def __init__(self, path):
        done = subprocess.run(
            ["qpdf", "--json=2", "--json-stream-data=inline", "--decode-level=generalized", path],
            capture_output=True,
            check=True,
        )
        self.told = json.loads(done.stdout)
        self.all = self.told["qpdf"][1]

    def value(self, one):
        """What a reference points at: a value, or the dictionary of a stream."""
        while isinstance(one, str) and re.fullmatch(r"\d+ \d+ R", one):
            found = self.all[f"obj:{one}"]
            one = found["value"] if "value" in found else found["stream"]["dict"]
        return one

    def stream(self, reference: str) -> bytes:
        return base64.b64decode(self.all[f"obj:{reference}"]["stream"]["data"])

    @property
    def root(self):
        return self.value(self.value(self.all["trailer"]["value"])["/Root"])

    def dictionaries(self):
        for one in list(self.all.values()):
            body = one.get("value", one.get("stream", {}).get("dict"))
            yield from _nested(body)

    def tags(self, node=None):
        """(tag, dictionary, depth-first) of the structure tree."""
        node = self.value(self.root["/StructTreeRoot"] if node is None else node)
        if not isinstance(node, dict):
            return
        if "/S" in node:
            yield node["/S"], node
        kids = self.value(node.get("/K", []))
        for kid in kids if isinstance(kids, list) else [kids]:
            if isinstance(kid, str) or (isinstance(kid, dict) and "/S" in kid):
                yield from self.tags(kid)


def _nested(body):
    if isinstance(body, dict):
        yield body
        for inner in list(body.values()):
            yield from _nested(inner)
    elif isinstance(body, list):
        for inner in body:
            yield from _nested(inner)


@pytest.fixture(scope="module")
def printed(tmp_path_factory, request):
    folder = tmp_path_factory.mktemp("printed")
    kept = {}

    def print_once(make_document, lang):
        if lang not in kept:
            path = folder / f"{lang}.pdf"
            path.write_bytes(typeset(make_document(lang=lang), load_words("icc-15", lang)))
            kept[lang] = path
        return kept[lang]

    return print_once


@pytest.fixture(params=LANGUAGES)
def objects(request, printed, make_document):
    path = printed(make_document, request.param)
    found = Objects(path)
    found.lang, found.path = request.param, path
    found.title = "Detention in the Republic of Karvenia"
    return found


# What is checked, by the clause that asks for it. Each takes the objects and asserts.


def is_not_encrypted(objects):
    """ISO 19005-2, 6.1.3."""
    assert "/Encrypt" not in objects.value(objects.all["trailer"]["value"])


def has_an_identifier(objects):
    """ISO 19005-2, 6.1.3."""
    assert len(objects.value(objects.all["trailer"]["value"])["/ID"]) == 2


def is_tagged(objects):
    """ISO 19005-2, 6.7.2.2; ISO 14289-1, 7.1."""
    assert objects.value(objects.root["/MarkInfo"])["/Marked"] is True
    assert "/StructTreeRoot" in objects.root


def says_its_language(objects):
    """ISO 19005-2, 6.7.4; ISO 14289-1, 7.2."""
    assert objects.root["/Lang"].removeprefix("u:") == objects.lang


def shows_its_title(objects):
    """ISO 14289-1, 7.1."""
    assert objects.value(objects.root["/ViewerPreferences"])["/DisplayDocTitle"] is True
    xmp = objects.stream(objects.root["/Metadata"]).decode()
    assert objects.title in xmp


def names_both_standards(objects):
    """ISO 19005-2, 6.6.4; ISO 14289-1, 5."""
    xmp = objects.stream(objects.root["/Metadata"]).decode()
    assert re.search(r"pdfaid:part[>=\"']+2", xmp) and re.search(r"conformance[>=\"']+A", xmp)
    assert re.search(r"pdfuaid:part[>=\"']+1", xmp)


def embeds_its_fonts(objects):
    """ISO 19005-2, 6.2.11.4.1; ISO 14289-1, 7.21.4.1."""
    described = [one for one in objects.dictionaries() if one.get("/Type") == "/FontDescriptor"]
    assert described
    for one in described:
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(one), one.get("/FontName")


def maps_glyphs_to_text(objects):
    """ISO 19005-2, 6.2.11.7.2; ISO 14289-1, 7.21.7."""
    whole = [one for one in objects.dictionaries() if one.get("/Subtype") == "/Type0"]
    assert whole and all("/ToUnicode" in one for one in whole)


def has_an_output_intent(objects):
    """ISO 19005-2, 6.2.3."""
    (intent, *_) = objects.value(objects.root["/OutputIntents"])
    assert "/DestOutputProfile" in objects.value(intent)


def does_nothing_by_itself(objects):
    """ISO 19005-2, 6.5.1 and 6.5.2."""
    for one in objects.dictionaries():
        assert not {"/JS", "/JavaScript", "/AA", "/Launch"} & set(one)
        assert one.get("/S") not in ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData")
    assert "/OpenAction" not in objects.root


def holds_no_file(objects):
    """ISO 19005-2, 6.8."""
    for one in objects.dictionaries():
        assert not {"/EmbeddedFile", "/EF", "/EmbeddedFiles"} & set(one)


def skips_no_heading(objects):
    """ISO 14289-1, 7.4.2."""
    levels = [int(tag[2:]) for tag, _ in objects.tags() if re.fullmatch(r"/H[1-6]", tag)]
    assert levels and levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in zip(levels, levels[1:], strict=False))


def describes_its_figures(objects):
    """ISO 14289-1, 7.3."""
    for tag, body in objects.tags():
        if tag == "/Figure":
            assert body.get("/Alt"), "a figure without words"


def heads_its_tables(objects):
    """ISO 14289-1, 7.5."""
    tables = [body for tag, body in objects.tags() if tag == "/Table"]
    assert tables
    for table in tables:
        heads = [body for tag, body in objects.tags(table) if tag == "/TH"]
        assert heads
        for head in heads:
            told = objects.value(head["/A"])
            told = told if isinstance(told, list) else [told]
            assert any("/Scope" in objects.value(one) for one in told)


def ties_links_to_structure(objects):
    """ISO 14289-1, 7.18.1 and 7.18.5."""
    links = [one for one in objects.dictionaries() if one.get("/Subtype") == "/Link"]
    assert links and all("/StructParent" in one for one in links)


def orders_by_structure(objects):
    """ISO 14289-1, 7.18.3."""
    for one in objects.dictionaries():
        if one.get("/Type") == "/Page":
            assert one.get("/Tabs") == "/S" or not one.get("/Annots")


CHECKS = (
    is_not_encrypted, has_an_identifier, is_tagged, says_its_language, shows_its_title,
    names_both_standards, embeds_its_fonts, maps_glyphs_to_text, has_an_output_intent,
    does_nothing_by_itself, holds_no_file, skips_no_heading, describes_its_figures,
    heads_its_tables, ties_links_to_structure, orders_by_structure,
)  # fmt: skip


@qpdf
def test_qpdf_finds_no_error(objects):
    done = subprocess.run(["qpdf", "--check", objects.path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@qpdf
@pytest.mark.parametrize("check", CHECKS, ids=lambda one: one.__name__)
def test_it_holds_what_the_clause_asks_for(objects, check):
    check(objects)


def _first(objects, **wanted):
    keys = {f"/{key}": value for key, value in wanted.items()}
    return next(o for o in objects.dictionaries() if all(o.get(k) == v for k, v in keys.items()))


def _trailer(objects):
    return objects.value(objects.all["trailer"]["value"])


def _retitle(objects, old, new):
    metadata = objects.all[f"obj:{objects.root['/Metadata']}"]["stream"]
    xml = base64.b64decode(metadata["data"]).decode()
    assert re.search(old, xml)
    metadata["data"] = base64.b64encode(re.sub(old, new, xml).encode()).decode()


def _tag(objects, wanted):
    return next(body for tag, body in objects.tags() if tag == wanted)


def _harm_figure(objects):
    """A figure without words: the first heading becomes one."""
    body = _tag(objects, "/P")
    body["/S"] = "/Figure"
    body.pop("/Alt", None)


def _harm_heads(objects):
    for tag, body in list(objects.tags()):
        if tag == "/TH":
            body["/S"] = "/TD"


def _add(dictionary, **more):
    dictionary.update({f"/{key}": value for key, value in more.items()})


HARM = {
    "has_an_identifier": lambda o: _trailer(o).pop("/ID"),
    "is_tagged": lambda o: o.value(o.root["/MarkInfo"]).update({"/Marked": False}),
    "says_its_language": lambda o: o.root.pop("/Lang"),
    "shows_its_title": lambda o: o.root.pop("/ViewerPreferences"),
    "names_both_standards": lambda o: _retitle(o, r"pdfuaid:part", "pdfuaid:other"),
    "embeds_its_fonts": lambda o: [
        d.pop(k, None) for d in o.dictionaries() if d.get("/Type") == "/FontDescriptor"
        for k in ("/FontFile", "/FontFile2", "/FontFile3")
    ],
    "maps_glyphs_to_text": lambda o: _first(o, Subtype="/Type0").pop("/ToUnicode"),
    "has_an_output_intent": lambda o: o.root.pop("/OutputIntents"),
    "does_nothing_by_itself": lambda o: _add(
        o.root, OpenAction={"/S": "/JavaScript", "/JS": "u:app.alert(1)"}
    ),
    "holds_no_file": lambda o: _add(o.root, Names={"/EmbeddedFiles": {"/Names": []}}),
    "skips_no_heading": lambda o: _tag(o, "/H1").update({"/S": "/H3"}),
    "describes_its_figures": _harm_figure,
    "heads_its_tables": _harm_heads,
    "ties_links_to_structure": lambda o: _first(o, Subtype="/Link").pop("/StructParent"),
    "orders_by_structure": lambda o: [
        d.pop("/Tabs", None) for d in o.dictionaries() if d.get("/Type") == "/Page"
    ],
}  # fmt: skip


@qpdf
@pytest.mark.parametrize("check", CHECKS, ids=lambda one: one.__name__)
def test_a_pdf_that_was_harmed_fails_the_check(check, printed, make_document, tmp_path):
    whole, harmed = printed(make_document, "en"), tmp_path / "harmed.pdf"
    objects = Objects(whole)
    if check is is_not_encrypted:
        command = ["qpdf", "--encrypt", "", "owner", "256", "--", whole, harmed]
    else:
        HARM[check.__name__](objects)
        (tmp_path / "harmed.json").write_text(json.dumps(objects.told))
        command = ["qpdf", "--json-input", tmp_path / "harmed.json", harmed]
    # qpdf gives every file that it writes an identifier: that harm is done to the objects alone.
    if check is not has_an_identifier:
        subprocess.run(command, check=True, capture_output=True)
        objects = Objects(harmed)
    objects.lang, objects.title = "en", "Detention in the Republic of Karvenia"
    with pytest.raises((AssertionError, KeyError)):
        check(objects)


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="SKIPPED LOUDLY: LibreOffice is not installed"
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_libreoffice_opens_the_docx_and_reads_the_words_of_the_pdf(make_document, tmp_path, lang):
    words = load_words("icc-15", lang)
    _compare_in_libreoffice(make_document(lang=lang), words, tmp_path)


def _compare_in_libreoffice(document, words, tmp_path):
    """LibreOffice reads the DOCX, and finds in it the words of the PDF."""
    import pypdfium2

    (tmp_path / "filing.docx").write_bytes(write_word(document, words))
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/home"]
    command += ["--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "filing.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    theirs = _words(pypdfium2.PdfDocument((tmp_path / "filing.pdf").read_bytes()))
    ours = _words(pypdfium2.PdfDocument(typeset(document, words)))
    assert len(ours) > 50
    lost = ours - theirs
    # The running foot and words broken at line ends differ; words do not.
    assert sum(lost.values()) <= 0.04 * sum(ours.values()), lost


def _words(document):
    from collections import Counter

    text = " ".join(page.get_textpage().get_text_range() for page in document)
    text = re.sub("[\ufffe\u00ad-]\\s*", "", text)
    # A PDF holds Arabic in the order of its glyphs, not of its letters.
    return Counter(re.findall(r"[^\W\d_\u0600-\u06ff]{3,}", text))


# The demo case before all six fora: one in every run, all of them with the slow tests.

SLOW = pytest.mark.slow
QUICK = ("hrc", "fr")
FILINGS = [
    pytest.param(forum, lang, marks=() if (forum, lang) == QUICK else SLOW, id=f"{forum}-{lang}")
    for forum in FORUMS
    for lang in LANGUAGES
]


@pytest.fixture(scope="module")
def demo_open(demo_vault_template, tmp_path_factory):
    from amparo.vault.unlock import open_vault

    from ..conftest import PASSPHRASE

    folder = tmp_path_factory.mktemp("demo") / "vault"
    shutil.copytree(demo_vault_template, folder)
    held = open_vault(folder, PASSPHRASE)
    yield held
    held.close()


def _compose_demo(forum, lang):
    from datetime import UTC, date, datetime

    from amparo.filing.compose import compose
    from amparo.filing.gather import examine, gather

    day = date(2026, 11, 22)
    found = examine("KARV", load_forum(forum), day, lang=lang)
    assert not found.blocks
    material = gather(found, load_forum(forum), lang, day, ("Lantern Group",))
    return compose(material, load_words(forum, lang), datetime(2026, 11, 22, tzinfo=UTC))


@qpdf
@pytest.mark.parametrize(("forum", "lang"), FILINGS)
def test_the_demo_case_holds_the_clauses_before_every_forum(demo_open, tmp_path, forum, lang):
    path = tmp_path / "filing.pdf"
    document = _compose_demo(forum, lang)
    path.write_bytes(typeset(document, load_words(forum, lang)))
    done = subprocess.run(["qpdf", "--check", path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    objects = Objects(path)
    objects.lang, objects.path, objects.title = lang, path, document.title
    for check in CHECKS:
        check(objects)
    pages = [one for one in objects.dictionaries() if one.get("/Type") == "/Page"]
    assert len(pages) > 10 and all("/Contents" in page for page in pages)


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="SKIPPED LOUDLY: LibreOffice is not installed"
)
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("forum", FORUMS)
def test_libreoffice_reads_the_demo_case_before_every_forum(demo_open, tmp_path, forum, lang):
    words = load_words(forum, lang)
    _compare_in_libreoffice(_compose_demo(forum, lang), words, tmp_path)
