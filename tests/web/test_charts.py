"""The proof chart, the chains, the law: what the library answers is what the page shows."""

import lxml.html

from amparo.casefile.claim_graph import weigh
from amparo.casefile.proof_chart import chart
from amparo.casefile.records import load_case


def tree_of(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return lxml.html.fromstring(answer.content)


def test_every_element_stands_in_the_chart_with_its_state(client):
    made = chart("KARV")
    tree = tree_of(client, "/cases/KARV/chart")
    assert "contradicted" in tree.xpath("//section[h2/@id='claims']")[0].text_content()
    shown = [
        (row.find("th/span").text, row.xpath("td[1]/span")[0].text)
        for row in tree.xpath("//table/tbody/tr")
    ]
    lines = [line for crime in made.crimes for line in crime.elements] + list(made.context)
    assert shown == [(line.element, line.state) for line in lines]
    assert len({line.element for line in made.context}) == len(made.context) > 0


def test_for_and_against_stay_two_figures(client):
    tree = tree_of(client, "/cases/KARV/chains/P2")
    found = weigh(load_case("KARV"), "P2")[1]
    figures = [b.text for b in tree.xpath("//b[contains(@class, 'chains')]")]
    assert figures == [
        f"[{side.strict.k}, {side.generous.k}]" for side in (found.supported, found.denied)
    ]


def test_nobody_is_said_to_be_left_out_of_the_team_s_own_view(client):
    for code in ("P2", "P8"):
        assert (
            "consent does not cover"
            not in tree_of(client, f"/cases/KARV/chains/{code}").text_content()
        )


def test_the_picture_says_in_words_what_it_shows(client):
    tree = tree_of(client, "/cases/KARV/chains/P7")
    picture = tree.xpath("//*[local-name()='svg']")[0]
    assert picture.get("role") == "img" and picture.get("aria-labelledby")
    assert not picture.xpath(".//*[@style] | .//*[local-name()='style' or local-name()='script']")
    assert tree.xpath("//section[.//h2[text()='As a table']]//tbody/tr")


def test_chains_of_what_is_no_proposition_are_not_there(client):
    assert client.get("/cases/KARV/chains/ST1").status_code == 404


def test_genocide_is_shown_as_a_hypothesis_that_fails(client):
    told = tree_of(client, "/cases/KARV/chart").text_content()
    assert "“genocide”" in told and "hypothesis" in told and "6.G1" in told
    assert "7(1)(h)" in told[told.index("“genocide”") :]


def test_no_page_of_the_law_gives_a_probability(client):
    for address in ("/cases/KARV/chart", "/cases/KARV/law", "/cases/KARV/law/A7"):
        told = tree_of(client, address).text_content().lower()
        assert "%" not in told and "guilty" not in told and "likely" not in told


def test_each_act_is_answered_for_each_forum(client):
    tree = tree_of(client, "/cases/KARV/law")
    matrix = tree.xpath("//table[contains(@class, 'matrix')]")[0]
    heads = [cell.text_content() for cell in matrix.xpath("thead/tr/th")]
    acts = [row for row in load_case("KARV").all("act") if row["crime"]]
    rows = matrix.xpath("tbody/tr")
    assert [row.xpath("th/a")[0].text for row in rows] == [act.code for act in acts]
    words = {"open", "arguable", "unknown", "closed"}
    for row in rows:
        cells = row.xpath("td")
        assert len(cells) == len(heads) - 1
        assert all(span.text in words for span in row.xpath("td//span"))


def test_an_answer_names_reasons_sources_and_what_is_missing(client):
    tree = tree_of(client, "/cases/KARV/law/A7")
    court = tree.xpath("//details[@open]")[0]
    assert "International Criminal Court" in court.xpath("summary")[0].text_content()
    told = court.text_content()
    assert (
        "arguable" in told and "Missing" in told and "Rule and sources" in told and "icc." in told
    )


def test_a_case_without_acts_says_what_to_add(client):
    client.post("/cases", {"code": "BARE", "title": "Bare"})
    page = tree_of(client, "/cases/BARE/law").text_content()
    assert "no act" in page.lower()
    assert tree_of(client, "/cases/BARE/chart").text_content()


def test_the_book_shows_its_crimes_and_elements(client):
    from amparo.law.book import load

    tree = tree_of(client, "/law")
    assert len(tree.xpath("//tbody/tr")) == len(load().crimes)
    crime = tree_of(client, "/law/7(1)(h)").text_content()
    assert "7(1)(h).1" in crime and "7.X1" in crime
    assert client.get("/law/99").status_code == 404


def test_ways_to_the_court_and_its_questions_are_named(client):
    told = tree_of(client, "/cases/KARV/law").text_content()
    assert "article 15" in told and "may refer" in told
    assert "17(1)" in told and "What answers it" in told
    assert "Merrowia" in tree_of(client, "/cases/KARV/law/A7").text_content()
