from __future__ import annotations

from datetime import date

from amparo.law import assess, book, deadlines, facts

BOOK = book.load()
FACTS = """
as_of: 2026-11-22
acts:
  - {id: SECRET-NAME, crime: "7(1)(f)", began_on: 2017-03-16, places: [{state: RU}], attribution: state,
     remedies: [{decided_on: 2026-10-01, final: true}]}
  - {id: A2, crime: "7(1)(f)", began_on: 2017-03-16, places: [{state: RU}], attribution: state,
     remedies: [{decided_on: 2018-10-01, final: true}]}
  - {id: A3, crime: "7(1)(f)", began_on: 2017-03-16, places: [{state: RU}], attribution: state}
"""


def _found() -> list[deadlines.Deadline]:
    return deadlines.find(assess.assess(facts.parse(FACTS, "f", BOOK), BOOK))


def test_time_limits_that_run_come_soonest_first_and_presumptions_are_marked() -> None:
    found = [(d.act, d.forum, d.ends_on.isoformat(), d.is_presumption) for d in _found()]
    assert found == [
        ("A2", "hrc", "2023-10-01", True),
        ("SECRET-NAME", "echr", "2027-02-01", False),
        ("SECRET-NAME", "hrc", "2031-10-01", True),
    ]


def test_the_calendar_names_no_act_and_keeps_its_form() -> None:
    text = deadlines.calendar(_found(), BOOK, date(2026, 11, 22), "fr")
    assert "SECRET" not in text
    assert text.startswith("BEGIN:VCALENDAR\r\n") and text.endswith("END:VCALENDAR\r\n")
    assert "DTSTART;VALUE=DATE:20270201" in text
    assert text.count("BEGIN:VEVENT") == 3 and text.count("TRIGGER:-P30D") == 3
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert text == deadlines.calendar(_found(), BOOK, date(2026, 11, 22), "fr")
