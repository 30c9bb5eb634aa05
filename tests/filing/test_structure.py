"""The PDF, object by object: what PDF/A-2a and PDF/UA-1 ask for and qpdf can show.

veraPDF cannot be had here. These checks are ours and do not replace it; typst, which sets the
PDF, refuses what it knows to be against both standards.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import pytest

from amparo.filing.typeset import typeset
from amparo.filing.word import write_word
from amparo.filing.words import LANGUAGES, load_words

qpdf = pytest.mark.skipif(shutil.which("qpdf") is None, reason="SKIPPED LOUDLY: qpdf is missing")


class Objects:
    """Every object of a PDF as qpdf's JSON (version 2) shows it."""

    def __init__(self, path):
        done = subprocess.run(
            ["qpdf", "--json=2", "--json-stream-data=inline", "--decode-level=generalized", path],
            capture_output=True,
            check=True,
        )
        self.all = json.loads(done.stdout)["qpdf"][1]

    def value(self, one):
        """What a reference points at: a value, or the dictionary of a stream."""
        while isinstance(one, str) and re.fullmatch(r"\d+ \d+ R", one):
            found = self.all[f"obj:{one}"]
            one = found["value"] if "value" in found else found["stream"]["dict"]
        return one

    def stream(self, reference: str) -> bytes:
        import base64

        return base64.b64decode(self.all[f"obj:{reference}"]["stream"]["data"])

    @property
    def root(self):
        return self.value(self.value(self.all["trailer"]["value"])["/Root"])

    def dictionaries(self):
        for one in self.all.values():
            body = one.get("value", one.get("stream", {}).get("dict"))
            if isinstance(body, dict):
                yield body

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
    return found


@qpdf
def test_qpdf_finds_no_error_and_no_encryption(objects):
    done = subprocess.run(["qpdf", "--check", objects.path], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    assert "not encrypted" in done.stdout
    assert "/Encrypt" not in objects.value(objects.all["trailer"]["value"])


@qpdf
def test_it_is_tagged_and_says_its_language_and_title(objects):
    assert objects.value(objects.root["/MarkInfo"])["/Marked"] is True
    assert objects.root["/Lang"].removeprefix("u:") == objects.lang
    assert objects.value(objects.root["/ViewerPreferences"])["/DisplayDocTitle"] is True
    tags = [tag for tag, _ in objects.tags()]
    assert {"/H1", "/P", "/Table", "/TH", "/TD"} <= set(tags), sorted(set(tags))


@qpdf
def test_its_metadata_names_both_standards_and_the_same_title(objects):
    xmp = objects.stream(objects.root["/Metadata"]).decode()
    assert re.search(r"pdfaid:part[>=\"']+2", xmp) and re.search(r"conformance[>=\"']+A", xmp)
    assert re.search(r"pdfuaid:part[>=\"']+1", xmp)
    assert "Detention in the Republic of Karvenia" in xmp


@qpdf
def test_fonts_are_embedded_and_map_to_text(objects):
    described = [one for one in objects.dictionaries() if one.get("/Type") == "/FontDescriptor"]
    assert described
    for one in described:
        assert {"/FontFile", "/FontFile2", "/FontFile3"} & set(one), one.get("/FontName")
    whole = [one for one in objects.dictionaries() if one.get("/Subtype") == "/Type0"]
    assert whole and all("/ToUnicode" in one for one in whole)


@qpdf
def test_colours_have_an_output_intent_and_nothing_acts_by_itself(objects):
    (intent, *_) = objects.value(objects.root["/OutputIntents"])
    assert "/DestOutputProfile" in objects.value(intent)
    for one in objects.dictionaries():
        assert not {"/JS", "/JavaScript", "/AA", "/Launch", "/EmbeddedFile", "/EF"} & set(one)
        assert one.get("/S") not in ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData")
    assert "/OpenAction" not in objects.root


@qpdf
def test_headings_skip_no_level_and_figures_have_words(objects):
    levels = [int(tag[2:]) for tag, _ in objects.tags() if re.fullmatch(r"/H[1-6]", tag)]
    assert levels and levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in zip(levels, levels[1:], strict=False))
    for tag, body in objects.tags():
        if tag == "/Figure":
            assert body.get("/Alt"), "a figure without words"


@qpdf
def test_every_table_has_headers_with_their_scope(objects):
    tables = [body for tag, body in objects.tags() if tag == "/Table"]
    assert tables
    for table in tables:
        heads = [body for tag, body in objects.tags(table) if tag == "/TH"]
        assert heads
        for head in heads:
            told = objects.value(head["/A"])
            told = told if isinstance(told, list) else [told]
            assert any("/Scope" in objects.value(one) for one in told)


@qpdf
def test_links_have_words_and_pages_go_by_structure(objects):
    for one in objects.dictionaries():
        if one.get("/Type") == "/Page":
            assert one.get("/Tabs") == "/S" or not one.get("/Annots")
        if one.get("/Subtype") == "/Link":
            assert "/StructParent" in one


@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="SKIPPED LOUDLY: LibreOffice is not installed"
)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_libreoffice_opens_the_docx_and_reads_the_words_of_the_pdf(make_document, tmp_path, lang):
    import pypdfium2

    words = load_words("icc-15", lang)
    document = make_document(lang=lang)
    (tmp_path / "filing.docx").write_bytes(write_word(document, words))
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/home"]
    command += ["--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "filing.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
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
