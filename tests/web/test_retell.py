"""What is kept in English is told in French on a page; what people wrote is not touched."""

import re

import pytest

from amparo.web import language, retell
from amparo.web.forms import words
from amparo.web.language import CATALOGUES, entries
from amparo.web.templatetags.words import REMARKS, remark

from .kept import kept, noted

PLACE = re.compile(r"\{\w+\}")
# Names of things, the same in every language.
NAMES = {
    "chromium", "win32", "obstore", "charset-normalizer", "SingleFile", "Signal", "UTC",
    "WhatsApp", "Telegram Desktop", "current", "header", "footer",
}  # fmt: skip
FILES = re.compile(
    r"[\w.-]*/[\w./\\*-]*|\b[\w-]+\.(?:note|toml|db|yaml|csv)\b|\b\w+_\w+\b|ref:|tesseract, "
)
# Patterns whose values run into their text: what they become.
BECOMES = {
    "{code} coded, version {version}{value}": ("P1 coded, version 2: final",),
    "{what} of {case} {told}": (
        "timeline as svg of KARV for filing:icc to ICC-OTP", "case file of KARV for media",
        "chains of P1 as png of KARV for the team's own use", "map of KARV for media to press",
    ),
    "request {number} of {asked_by} {told}": (
        "request 3 of M-2 agreed", "request 3 of M-2 refused",
    ),
    "{name} is not the one that was entered": (
        "request 3 is not the one that was entered", "decision 3 is not the one that was entered",
    ),
    "{action} {compartment}": ("see medical", "export alleged perpetrator"),
    "{how}{member}: {what}, {value}": (
        "break-glass: M-2: lawyer, every case", "M-2: see medical, export narrative, KARV",
    ),
    "{member}: {action} {compartment} taken back": ("M-2: see medical taken back",),
    "erasure of {person} {how}": ("erasure of V-1 refused", "erasure of V-1 taken back"),
    "{code} {result}": ("OV1 asked", "OV1 granted", "OV1 refused"),
    "key and identity of {person} destroyed{as_asked}{more}": (
        "key and identity of V-1 destroyed",
        "key and identity of V-1 destroyed, as asked in entry 9; unfinished forms dropped: 1,"
        " kept searches dropped: 0",
    ),
    "an object of the record is not there{missing}": (
        "an object of the record is not there",
        "an object of the record is not there: the pack is missing (I-0003)",
    ),
    "{told}, version {version}": ("act-kind: term retired, version 2",),
    "{told}, back from {size} entries with root {value}": (
        "restored a backup of 3 entries, back from 5 entries with root 00ff",
    ),
    "{what}: checkpoint {size} by {authority}": (
        "stamp: checkpoint 3 by tsa-one", "upgrade: checkpoint 3 by a.example",
    ),
}  # fmt: skip


@pytest.fixture
def in_french():
    token = language._current.set("fr")
    yield
    language._current.reset(token)


def plain(text):
    """A text told in French, with spaces that are easy to write."""
    return retell.retell(text).replace("\N{NO-BREAK SPACE}", " ")


def is_data(text):
    """Whether nothing but values, codes and names of files stands in a text."""
    return text in NAMES or not re.search(r"[A-Za-z]{2}", FILES.sub("", text))


def left(text):
    """The parts of a text that no page could tell in French."""
    text = re.sub(r"^\((.*)\)$", r"\1", text.strip(" ,;:"))
    if is_data(text) or retell._whole(text, 0):
        return []
    for mark, most in ((" | ", -1), ("; ", -1), (": ", 1)):
        if len(parts := text.split(mark, most)) > 1:
            return [one for part in parts for one in left(part)]
    if found := retell._BRACKETED.fullmatch(text):
        return [one for part in found.groups() for one in left(part)]
    return [] if retell._listed(text, 0) or retell._granted(text) else [text]


def test_everything_that_is_kept_and_shown_again_has_french(in_french):
    found = kept()
    wanting = {
        f"{name}: {pattern}": rest
        for pattern, name in found.items()
        if pattern not in BECOMES and (rest := left(PLACE.sub("7", pattern)))
    }
    assert wanting == {}, "write their French into web/locale/fr-kept.po"
    assert len(found) > 400


@pytest.mark.parametrize("pattern", sorted(BECOMES))
def test_what_a_value_changes_is_told_too(in_french, pattern):
    assert pattern in kept(), "it is not in the source any more"
    assert {text: rest for text in BECOMES[pattern] if (rest := left(text))} == {}
    assert all(retell.retell(text) != text for text in BECOMES[pattern])


def test_remarks_are_told_part_by_part(in_french):
    tell = plain
    assert tell("limit: ratio") == "limite atteinte : taux de compression"
    assert tell("pages without text layer; OCR switched off") == (
        "des pages sans couche de texte ; OCR désactivé"
    )
    assert tell("word/media/x.png: member is damaged") == (
        "word/media/x.png : un fichier contenu est abîmé"
    )
    assert tell("3 x limit: pixels; 1 x a remark nobody wrote") == (
        "3 × limite atteinte : nombre de pixels ; 1 × a remark nobody wrote"
    )
    assert tell("A | 10/03/2019, 21:18 | attachment omitted") == (
        "A | 10/03/2019, 21:18 | pièce jointe omise"
    )


def test_a_finding_is_told_with_its_place(in_french):
    tell = plain
    assert tell("ledger entry 7: out of order") == "écriture 7 du registre : hors de l’ordre"
    assert tell("Packs: 39 objects, 21 bytes in 1 packs") == (
        "Lots : 39 objet(s), 21 octets, dans 1 lot(s)"
    )
    assert tell("packs/000001.pack bytes 16-80: an object is damaged") == (
        "packs/000001.pack, octets 16 à 80 : un objet est abîmé"
    )
    assert tell("packs/000001.pack bytes 16-80: an object is cut off (I-0003)") == (
        "packs/000001.pack, octets 16 à 80 : un objet est coupé (I-0003)"
    )


def test_what_people_wrote_stays_as_it_is(in_french):
    for text in ("told to leave by M-2", "for the court of appeal", "Deposit", "notes", "Mark"):
        assert retell.retell_whole(text) == text
    assert plain("member M-3 joined: Text") == "le membre M-3 est arrivé : Text"
    assert retell.retell("the driver said: she left; they followed") == (
        "the driver said: she left; they followed"
    )


def test_signs_are_not_parted_from_their_words_at_the_end_of_a_line(in_french):
    assert retell.retell("limit: ratio") == "limite atteinte\N{NO-BREAK SPACE}: taux de compression"
    assert "\N{NO-BREAK SPACE}; " in retell.retell("page is broken; member is damaged")


def test_a_purpose_of_ours_is_told_and_one_of_theirs_only_where_all_of_it_is_known(in_french):
    assert retell.retell_whole("add statement") == "ajouter\N{NO-BREAK SPACE}: déclaration"
    assert retell.retell_whole("filing icc-15") == "communication icc-15"
    assert retell.retell_whole("add what she said") == "add what she said"


def test_english_is_left_as_it_was_written():
    assert retell.retell("limit: ratio") == "limit: ratio"
    assert retell.retell_whole("export item") == "export item"


def test_long_text_is_not_taken_apart(in_french):
    text = "; ".join(["member is damaged"] * 400)
    assert retell.retell(text) == text


@pytest.mark.parametrize("piece", ["a: ", "a; b: ", "a | b; c: (d) ", "x, ", "(x) "])
def test_a_name_made_of_many_parts_is_shown_as_it_is(in_french, piece):
    name = (piece * 999)[:990] + "."
    assert retell.retell(name) == name


def places(pattern):
    return sorted(PLACE.findall(pattern))


def test_french_of_what_is_kept_has_the_same_values_and_lies_in_no_other_file():
    ours = entries(CATALOGUES["fr"][-1])
    assert [key for key, said in ours.items() if places(key) != places(said)] == []
    others = {key for name in CATALOGUES["fr"][:-1] for key in entries(name)}
    assert [key for key in ours if key in others] == []


def test_the_reader_finds_sentences_of_each_kind():
    found = kept()
    assert found["limit: depth"].startswith("intake/readers/"), "a limit"
    assert "member does not match its checksum" in found, "why a member failed"
    assert "bad answer: counts do not add up" in found, "an answer that is none"
    assert "{name}: missing or of a wrong length" in found, "a fault of a tile"
    assert "identity of {person} sealed" in found, "a result in the ledger"
    assert "restore from a backup" in found, "what work was done"
    assert "entry {index}" in found, "the value of an error"
    assert "page {number}" in found, "the label of a part"


def test_what_readers_say_of_a_file_is_told_and_what_the_file_says_is_not(in_french):
    ours = {key: texts for key, texts in noted().items() if "{" not in key and ":" not in key}
    assert [key for key in ours if not (key in NAMES or retell._whole(words(key), 0))] == []
    told = {key for key, texts in ours.items() if any(" " in one for one in texts - NAMES)}
    assert told - REMARKS == set() and len(told) > 12
    assert remark("OCR switched off", "ocr") == "OCR désactivé"
    assert remark("OCR switched off", "title") == "OCR switched off"
    assert remark("2 x member is damaged", "failures") == "2 × un fichier contenu est abîmé"
    assert remark("good 00FF", "signature: a.sig") == "valable 00FF"


def test_no_text_takes_long_to_compare(in_french):
    """Places that may hold anything multiply what has to be tried: few of them, in short texts."""
    open_places = [
        sum("[0-9]+" not in place for place in re.findall(r"\(\?P<[^)]*\)", one.regex.pattern))
        for one in retell._patterns("fr")
    ]
    assert max(open_places) <= retell.MOST_PLACES == 3
    area = "within {} to {} north, {} to {} east"
    assert retell.retell(area.format(1, 2, 3, 4)) == area.format(1, 2, 3, 4)
    long = "2 x member is damaged; " * 60
    assert len(long) > retell.LONGEST and retell.retell(long) == long
