"""Pages that tell what was kept in English: a check, a package, the ledger, items, an error."""

import lxml.html
import pytest

from amparo.web import language
from amparo.web.cards import offered


@pytest.fixture
def french(client):
    client.post("/language", {"language": "fr"})
    yield client
    client.post("/language", {"language": "en"})


def lines(answer):
    """Lines of the lists on a page, with spaces that are easy to write."""
    tree = lxml.html.fromstring(answer.content)
    found = [" ".join(one.text_content().split()) for one in tree.xpath("//main//ul/li")]
    return [one for one in found if one]


def in_english(client, address):
    client.post("/language", {"language": "en"})
    answer = client.get(address)
    client.post("/language", {"language": "fr"})
    return answer


def flip(pack):
    data = bytearray(pack.read_bytes())
    data[len(data) // 2] ^= 1
    pack.write_bytes(data)


def test_what_a_sound_vault_was_checked_for_is_told_in_french(french):
    told = lines(french.post("/verify", follow=True))
    assert any(one.startswith("Relevé : ") for one in told)
    assert any("écritures donnent par hachage le point de contrôle signé" in one for one in told)
    assert len(told) >= 6 and set(told) & set(lines(in_english(french, "/verify"))) == set()


def test_what_is_broken_is_told_in_french_with_its_place(french, served_folder):
    pack = next((served_folder / "packs").glob("*.pack"))
    stray = served_folder / "ledger" / "tile" / "notes.txt"
    flip(pack)
    stray.write_bytes(b"x")
    try:
        told = lines(french.post("/verify", follow=True))
    finally:
        flip(pack)
        stray.unlink()
    assert "ledger/tile/notes.txt : ce fichier n’est pas du registre" in told
    assert any(one.startswith(f"packs/{pack.name}, octets ") for one in told)
    assert set(told) & set(lines(in_english(french, "/verify"))) == set()


def test_what_is_broken_in_a_package_is_told_in_french(french, tmp_path):
    (tmp_path / "package.note").write_bytes(b"")
    (tmp_path / "data").mkdir()
    told = lines(french.post("/verify/package", {"place": str(tmp_path)}))
    assert "data : un dossier vide n’a pas sa place ici" in told
    assert "checkpoint : le fichier manque" in told or any("le fichier manque" in t for t in told)
    assert not any(" the " in f" {one} " for one in told)


def test_the_ledger_is_told_in_french_and_what_was_signed_stays(french):
    page = french.get("/ledger").content.decode()
    assert "dossier ouvert" in page and "case opened" not in page
    assert "fiches ajoutées" in page and "records added" not in page
    number = lxml.html.fromstring(page).xpath("//tr[td[contains(., 'dossier ouvert')]]/td/a")[0]
    entry = french.get(f"/ledger/{number.text}").content.decode()
    assert "dossier ouvert" in entry and "&quot;case opened&quot;" in entry


def test_remarks_of_readers_are_told_in_french(french):
    page = french.get("/items").content.decode()
    assert "limite atteinte\N{NO-BREAK SPACE}: taux de compression" in page
    assert "limit: ratio" not in page
    assert "limit: ratio" not in french.get("/items/outcomes").content.decode()


def test_the_place_that_an_error_names_is_told_in_french(french):
    answer = french.post("/search", {"query": '"told'}, follow=True).content.decode()
    assert "caractère 1 de la recherche" in answer and "character" not in answer


def test_routes_to_fora_and_titles_of_sources_are_told_in_french(french):
    from amparo.casefile.law_facts import book_of, facts_of
    from amparo.casefile.records import load_case
    from amparo.law.assess import assess

    known = load_case("KARV")
    book = book_of(known)
    answers = assess(facts_of(known, book), book).as_dict("en")["answers"]
    routes = {one["route"] for one in answers if one["act"] == "A1"}
    page = french.get("/cases/KARV/law/A1").content.decode()
    shown = {one.text.strip() for one in lxml.html.fromstring(page).xpath("//h3")}
    assert len(routes) > 10 and {one[0].upper() + one[1:] for one in routes} & shown == set()
    assert "Connaissances du rédacteur" in page and "Drafter" not in page
    assert "Compétence universelle\N{NO-BREAK SPACE}: Allemagne" in page


def test_terms_that_we_offer_are_told_in_their_own_field_only(french):
    page = french.get("/cases/KARV/law/A1").content.decode()
    assert "détention arbitraire" in page and "arbitrary detention" not in page
    assert "coups de tuyau" in french.get("/cases/KARV/record/A2").content.decode()
    form = french.get("/cases/KARV/record/A1/change").content.decode()
    assert 'value="arbitrary detention"' in form, "what is kept stays"


def test_a_term_stays_as_it_was_written_where_it_is_not_offered():
    token = language._current.set("fr")
    try:
        assert offered("act", "kind", "arbitrary detention") == "détention arbitraire"
        assert offered("act", "kind", "what they did") == "what they did"
        assert offered("source", "title", "arbitrary detention") == "arbitrary detention"
    finally:
        language._current.reset(token)
    assert offered("act", "kind", "arbitrary detention") == "arbitrary detention"
