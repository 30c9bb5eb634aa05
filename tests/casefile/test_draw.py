"""The pictures: what the record says, no more than consent and precision allow, and valid SVG."""

from __future__ import annotations

import re
from datetime import date
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from amparo.casefile.claim_graph import Use
from amparo.casefile.draw import PICTURES, draw, use_of
from amparo.casefile.draw_chart import chart_csv, write_csv
from amparo.casefile.draw_map import CELLS, draw_map, spots_of
from amparo.casefile.draw_network import MOST_NODES, draw_network, network_of
from amparo.casefile.draw_scope import scope_of
from amparo.casefile.draw_timeline import bars_of, draw_timeline
from amparo.casefile.layers import distances, lay_out
from amparo.casefile.outline import land_within
from amparo.casefile.proof_chart import chart
from amparo.casefile.rasterise import rasterise
from amparo.casefile.records import CaseFile, Row, load_case
from amparo.casefile.schema import PRECISIONS
from amparo.errors import BadInput, Refused

ICC = Use("filing:icc", "ICC-OTP", date(2020, 6, 1))
SVG = "{http://www.w3.org/2000/svg}"


def case_of(*rows: Row) -> CaseFile:
    return CaseFile("TEST", {"title": "t"}, "", {row.code: row for row in rows})


def row(noun: str, code: str, **body) -> Row:
    return Row(noun, code, 1, "draft", body)


@pytest.mark.parametrize("what", PICTURES)
def test_picture_is_sound_the_same_twice_and_speaks(demo_vault, what):
    case = load_case("KARV")
    for use in (Use(), ICC):
        made = draw(case, what, use)
        assert made == draw(case, what, use)
        tree = etree.fromstring(made.svg.encode())
        assert tree.get("role") == "img" and tree.find(f"{SVG}desc").text.strip()
        assert not tree.xpath("//*[@style or @onload or @href]|//*[local-name()='script']")
        assert made.rows and all(len(line) == len(made.headings) for line in made.rows)
        assert made.scope in tree.find(f"{SVG}desc").text


def test_nobody_without_consent_is_in_any_picture(demo_vault):
    """Every code of a person who may not leave for the court is absent from SVG and table."""
    case = load_case("KARV")
    kept = scope_of(case, ICC).case
    gone = {p.code for p in case.all("person")} - {p.code for p in kept.all("person")}
    assert gone and kept.all("person")
    for what in ("timeline", "map", "network"):
        made = draw(case, what, ICC)
        told = made.svg + " ".join(cell for line in made.rows for cell in line)
        assert made.left_out
        for code in gone:
            assert not re.search(rf"(?<![\w-]){code}(?![\w-])", told), (what, code)


def test_no_consent_at_all_draws_no_person(demo_vault):
    case = load_case("KARV")
    bare = scope_of(case, Use("statistics", "", date(2020, 6, 1))).case
    assert not bare.all("person") and not bare.all("act") and not bare.all("place")


def test_consent_for_figures_only_does_not_cover_a_picture():
    person = row("person", "V-1", role="x")
    act = row("act", "A1", kind="beating", victim="V-1", began="2020")
    for level, shown in (("aggregate", False), ("coded", True), ("named", True)):
        given_ = row("consent", "CO1", subject="V-1", purpose="media", identity_level=level)
        case = case_of(person, act, given_)
        assert ("A1" in draw_timeline(case, Use("media")).svg) is shown


def test_what_names_a_hidden_person_stays_behind():
    event = row("event", "E1", title="Arrest of V-1", began="2020")
    case = case_of(row("person", "V-1", role="x"), row("person", "V-10", role="y"), event,
                   row("event", "E2", title="A raid", began="2020"))  # fmt: skip
    assert [r.code for r in scope_of(case, Use("media")).case.all("event")] == ["E2"]


@pytest.mark.parametrize(
    ("began", "ended", "said", "dash"),
    [
        ("2019-03-02", "2019-03-09", "to the day", False),
        ("2019-03", "2019-04-09", "somewhere from 2019-03-01 to 2019-04-09", True),
        ("2019-03-02~", "2019-03-09", "said to be uncertain or about", True),
        ("2019-03-02", None, "one side is open or not known", True),
        ("../2019-03-02", "2019-04", "one side is open or not known", True),
        (None, None, "not dated", False),
    ],
)
def test_dates_are_drawn_no_surer_than_they_are(began, ended, said, dash):
    made = draw_timeline(case_of(row("event", "E1", title="x", began=began, ended=ended)))
    assert made.rows[0][-1] == said
    assert ("stroke-dasharray" in made.svg) is dash


def test_certain_days_lie_within_the_possible_ones(demo_vault):
    for bar in bars_of(load_case("KARV")):
        if bar.core and bar.first and bar.last:
            assert bar.first <= bar.core[0] <= bar.core[1] <= bar.last


dates = st.sampled_from(["2019", "201X", "2019-03", "2019-21", "2019-03-04", "2019?", "0001",
                         "9999", "2019-12-31/..", "../2020", "20XX", "2019-03-04%", None])  # fmt: skip


@given(st.lists(st.tuples(dates, dates), max_size=5))
def test_any_dates_can_be_drawn(pairs):
    rows = [row("event", f"E{n}", title="x", began=one, ended=other)
            for n, (one, other) in enumerate(pairs)]  # fmt: skip
    made = draw_timeline(case_of(*rows))
    etree.fromstring(made.svg.encode())
    assert "nan" not in made.svg and len(made.rows) == len(pairs)


def place(**body) -> Row:
    return row("place", "PL1", **{"name": "Depot in Quarry Street", **body})


@given(
    st.floats(-89.9, 89.9), st.floats(-179.9, 179.9),
    st.sampled_from(PRECISIONS), st.sampled_from(PRECISIONS),
)  # fmt: skip
def test_a_place_is_never_drawn_finer_than_it_may_leave(lat, lon, known, published):
    spot = spots_of(case_of(place(
        lat=lat, lon=lon, precision=known, published_precision=published, state="XV",
    )), strict=True)[0]  # fmt: skip
    coarser = max(known, published, key=PRECISIONS.index)
    assert spot.shown_to == coarser
    if coarser in CELLS:
        west, south, east, north = spot.box
        assert east - west == pytest.approx(CELLS[coarser]) == north - south
        assert west - 1e-6 <= lon <= east + 1e-6 and south - 1e-6 <= lat <= north + 1e-6
    elif coarser == "unknown":
        assert spot.box is None
    if PRECISIONS.index(published) > PRECISIONS.index(known):
        assert "Quarry" not in spot.label


@given(st.floats(0.001, 1.999), st.floats(0.001, 1.999))
def test_two_places_of_one_region_cannot_be_told_apart(one, other):
    made = [
        draw_map(case_of(place(lat=10 + v, lon=20 + v, precision="building", region="K",
                               published_precision="region"))).svg
        for v in (one, other)
    ]  # fmt: skip
    assert made[0] == made[1]


def test_without_a_published_precision_nothing_leaves_on_a_map():
    act = row("act", "A1", kind="raid", place="PL1")
    case = case_of(place(lat=1, lon=2, precision="point"), act)
    assert draw_map(case).rows[0][3].startswith("at ")
    assert draw_map(case, Use("media")).rows[0][3] == "not on the map"


def test_a_name_that_nobody_cleared_does_not_leave():
    act = row("act", "A1", kind="raid", place="PL1")
    for precision in (None, "unknown", "point"):
        case = case_of(place(precision=precision, state="XV"), act)
        assert "Quarry" in draw_map(case).rows[0][1]
        for drawn in (draw_map, draw_network):
            made = drawn(case, Use("media"))
            assert "Quarry" not in made.svg + str(made.rows)


def test_a_date_said_to_be_about_is_sure_on_no_day():
    bar = bars_of(case_of(row("event", "E1", title="x", began="2019-03-02~", ended="2019-03-09")))[
        0
    ]
    assert bar.core is None and bar.is_vague


def test_the_world_has_coasts_and_the_open_sea_has_none():
    assert len(land_within((-180, -90, 180, 90))) > 100
    assert land_within((-20, -40, -19, -39)) == []
    size = (Path(__file__).parents[2] / "src/amparo/casefile/outlines/land.json").stat().st_size
    assert size < 300_000


def test_network_joins_what_the_record_joins(demo_vault):
    case = load_case("KARV")
    nodes, lines = network_of(case, strict=False)
    told = {(line.one, line.other) for line in lines}
    for act in case.all("act"):
        assert (act["victim"], act["event"]) in told
    assert {n.sort for n in nodes.values()} == {"place", "person", "event", "alleged", "unit"}
    assert all("alleged" in n.label for n in nodes.values() if n.sort == "alleged")
    assert all(line.records for line in lines)


def test_a_large_network_says_what_it_leaves_to_the_table():
    acts = [row("act", f"A{n}", kind="x", event="E1", victim=f"V-{n}") for n in range(200)]
    people = [row("person", f"V-{n}", role="x") for n in range(200)]
    made = draw_network(case_of(row("event", "E1", title="x"), *people, *acts))
    assert len(made.rows) == 200
    assert made.svg.count("<rect") == MOST_NODES + 1
    assert "51 more stand in the table only" in made.svg


@pytest.mark.parametrize("what", PICTURES)
def test_hostile_words_stay_words(what):
    nasty = "<script>&\"'\x00\x1b\ud800]]>"
    case = case_of(row("event", "E1", title=nasty, began="2020", places=["PL1"]),
                   row("place", "PL1", name=nasty, precision="town", lat=1, lon=1))  # fmt: skip
    tree = etree.fromstring(draw(case, what, Use()).svg.encode())
    assert not tree.xpath("//*[local-name()='script']")


def test_empty_case_draws():
    for what in PICTURES:
        etree.fromstring(draw(case_of(), what, Use()).svg.encode())


def test_chart_as_table_has_every_element_and_claim(demo_vault):
    import csv
    import io

    made = chart("KARV")
    rows = list(csv.reader(io.StringIO(chart_csv(made).decode("utf-8-sig"))))
    told = {(line[0].split(" ")[0], line[1], line[4]) for line in rows[1:]}
    for crime in made.crimes:
        for element in crime.elements:
            for claim in element.claims:
                assert (crime.crime, element.element, claim.proposition) in told
    assert len({len(line) for line in rows}) == 1


def test_a_cell_never_becomes_a_formula():
    told = write_csv(("a",), [("=1+1",), ("@x",), ("plain",)]).decode()
    assert "'=1+1" in told and "'@x" in told and "'plain" not in told


def test_png_by_the_typesetter(demo_vault):
    import amparo.filing

    fonts = Path(amparo.filing.__file__).parent / "fonts"
    made = draw_map(load_case("KARV"))
    assert rasterise(made.svg, fonts).startswith(b"\x89PNG")


def test_use_is_checked():
    with pytest.raises(BadInput, match="recipient needs a purpose"):
        use_of("", "ICC-OTP")
    with pytest.raises(BadInput, match="no such picture"):
        draw(case_of(), "pie", Use())


def test_commands_write_files_and_entries(run, demo_vault_folder, tmp_path):
    out = tmp_path / "t.svg"
    done = run("case", "draw", demo_vault_folder, "KARV", "timeline", "--out", out,
               "--purpose", "filing:icc", "--recipient", "ICC-OTP", "--table")  # fmt: skip
    assert etree.fromstring(out.read_bytes()).tag == f"{SVG}svg"
    assert "Depot" in done.stdout and "stay behind" in done.stderr
    assert "timeline as svg of KARV" in run("ledger", "show", demo_vault_folder, "--json").stdout
    run("case", "draw", demo_vault_folder, "KARV", "timeline", "--out", out, expect=2)
    run("case", "draw", demo_vault_folder, "KARV", "chains", "--of", "P3", "--out",
        tmp_path / "p.svg")  # fmt: skip
    told = run("ledger", "show", demo_vault_folder, "--json").stdout
    assert "chains of P3 as svg of KARV" in told
    run("case", "draw", demo_vault_folder, "KARV", "map", "--out", tmp_path / "t.gif", expect=2)
    run("case", "chart", demo_vault_folder, "KARV", "--csv", tmp_path / "c.csv",
        "--svg", tmp_path / "c.svg")  # fmt: skip
    assert (tmp_path / "c.csv").read_text("utf-8-sig").startswith("crime,")


def test_chains_for_a_use_show_nobody_without_consent(demo_vault):
    case = load_case("KARV")
    kept = scope_of(case, ICC).case
    gone = {r.code for n in ("person", "source") for r in case.all(n)} - kept.rows.keys()
    drawn = 0
    for claim in case.all("proposition"):
        if claim.code not in kept.rows:
            with pytest.raises(Refused):
                draw(case, "chains", ICC, claim.code)
            continue
        made = draw(case, "chains", ICC, claim.code)
        told = " ".join([made.svg, *made.told, *(cell for line in made.rows for cell in line)])
        etree.fromstring(made.svg.encode())
        for code in gone:
            assert not re.search(rf"(?<![\w-]){code}(?![\w-])", told), (claim.code, code)
        assert all(file not in told for file in filter(None, (i["file"] for i in case.all("item"))))
        drawn += 1
    assert gone and drawn > 5
    assert "V-1" in draw(case, "chains", Use(), "P3").svg


def test_who_may_be_counted_but_not_shown_has_no_code():
    rows = [
        row("person", "V-1", role="x"), row("item", "I1", file="secret-name.txt"),
        row("source", "S1", kind="person", title="V-1", person="V-1"),
        row("proposition", "P1", text="It happened."),
        row("statement", "ST1", source="S1", item="I1", part="text", quote="q", proposition="P1",
            knows_by="perceived"),
        row("consent", "CO1", subject="V-1", purpose="media", identity_level="aggregate"),
    ]  # fmt: skip
    made = draw(case_of(*rows), "chains", Use("media"), "P1")
    told = made.svg + " ".join(made.told)
    assert made.counts == ((1, 1), (0, 0))
    assert "a source" in told and not {"S1", "V-1", "secret"} & set(re.findall(r"[\w-]+", told))


@given(
    st.dictionaries(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4)), st.integers(2, 4)
)
def test_no_line_runs_behind_a_box(joined, width):
    columns = [[f"n{n}" for n in range(10) if n % width == place] for place in range(width)]
    lines = [
        (f"n{a}", f"n{b}") for a, row_ in joined.items() for b in row_ if a % width != b % width
    ]
    made = lay_out(columns, lines)
    for one, other in lines:
        first, last = sorted((made.column[one], made.column[other]))
        assert len(made.lanes[one, other]) == last - first - 1
        for column, lane in enumerate(made.lanes[one, other], first + 1):
            taken = [made.row[code] for code in columns[column]]
            assert all(abs(lane - other_row) >= 1 for other_row in taken)


@given(st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3)))
def test_what_leads_on_stands_before(before):
    far = distances("a", before)
    assert far["a"] == 0
    reached, circle = {"a"}, False
    waiting = ["a"]
    while waiting:
        for step in before.get(waiting.pop(), ()):
            if step not in reached:
                reached.add(step)
                waiting.append(step)
    assert far.keys() == reached
    graph = {n: [b for b in before.get(n, ()) if b in reached] for n in reached}
    try:
        tuple(TopologicalSorter(graph).static_order())
    except CycleError:
        circle = True
    if not circle:
        assert all(far[b] > far[a] for a, steps in graph.items() for b in steps)
