"""The same person, place or source is proposed in any script, while it is being typed."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from amparo.casefile.records import CaseFile, Row
from amparo.casefile.same import find_likely, find_same


def case_of(**rows):
    nouns = {"PL": "place", "V": "person", "S": "source"}
    made = {
        code.replace("_", "-"): Row(
            nouns[code.rstrip("0123456789_")], code.replace("_", "-"), 1, "draft", body
        )
        for code, body in rows.items()
    }
    return CaseFile("T", {}, "", made)


CASE = case_of(
    PL1={"name": "Selmar", "names": {"ru": "Сельмар"}},
    PL2={"name": "Police station, Ordun"},
    PL3={"name": "Police station, Tervask"},
    V_1={"role": "cousin of Hassan, baker in Selmar"},
    V_2={"role": "baker in Ordun"},
    S1={"title": "The Merrow Courier"},
    S2={"title": "The Harbour Ledger"},
)


def codes(noun, text):
    return [one.code for one in find_same(CASE, [noun], text)]


def test_a_place_is_found_in_another_script_and_half_typed():
    assert codes("place", "Сельмар") == ["PL1"]
    assert codes("place", "Терваск") == ["PL3"]
    assert codes("place", "Tervas") == ["PL3"]
    assert codes("place", "أوردون") == ["PL2"]


def test_names_within_a_role_are_found_across_scripts():
    assert codes("person", "двоюродный брат Хасан") == [] or "V-1" in codes("person", "Хасан")
    assert codes("person", "Хасан") == ["V-1"] == codes("person", "حسن")


def test_rare_words_weigh_more_than_common_ones():
    assert codes("place", "Police station, Ordun")[0] == "PL2"
    assert codes("source", "courier")[0] == "S1"


def test_an_id_is_found_by_its_beginning():
    assert codes("person", "v-2") == ["V-2"]


def test_nothing_like_it_proposes_nothing():
    assert codes("place", "Quill pass") == []
    assert codes("place", "") == codes("place", " ,;") == []


def test_only_what_is_nearly_the_same_is_asked_about_before_saving():
    assert [s.code for s in find_likely(CASE, "place", {"name": "Сельмар"})] == ["PL1"]
    assert find_likely(CASE, "place", {"name": "Depot in Selmar, Quarry Street"}) == []
    assert [s.code for s in find_likely(CASE, "source", {"title": "Merrow courier"})] == ["S1"]
    assert find_likely(CASE, "event", {"title": "Selmar"}) == []


@given(st.text(max_size=60))
def test_whatever_is_typed_is_answered(text):
    found = find_same(CASE, ["place", "person", "source"], text)
    assert all(0.5 <= one.share <= 1.0 + 1e-9 for one in found) and len(found) <= 5
