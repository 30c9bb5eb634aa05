"""Each rule of the gate: a case that raises it, the step it names, and the finding is gone."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date

import pytest

from amparo.filing.rulebook import RULES
from amparo.filing.words import load_forum
from amparo.store.settings import configure

configure()

DAY = date(2026, 11, 22)
# Reminders: nothing that is recorded takes them away, because they ask for a hand or an eye.
REMINDERS = {"signature", "group"}


@pytest.fixture(scope="module")
def template(tmp_path_factory, make_fora_vault):
    folder = tmp_path_factory.mktemp("steps")
    make_fora_vault(folder, "coded").close()
    return folder / "vault"


@pytest.fixture
def desk(template, tmp_path, cheap_cost):
    from amparo.vault.unlock import open_vault

    from .conftest import PASSPHRASE

    shutil.copytree(template, tmp_path / "vault")
    held = open_vault(tmp_path / "vault", PASSPHRASE)
    yield Bench(held, cheap_cost)
    held.close()


@dataclass
class Bench:
    """A vault, and the hands that a member has: add, change, retire."""

    vault: object
    cost: object

    def add(self, noun, code, **raw):
        from amparo.casefile.revise import Draft, add_records

        add_records("M-1", "KARV", [Draft(noun, code, raw)], reason="test")

    def change(self, code, **raw):
        from amparo.casefile.records import load_case
        from amparo.casefile.revise import change_record

        row = load_case("KARV").get(code)
        body = {**row.body, **raw}
        change_record("M-1", "KARV", code, body, seen_version=row.version)

    def drop(self, *codes):
        from amparo.casefile.revise import retire_record

        for code in codes:
            retire_record("M-1", "KARV", code, why="test")

    def agree(self, subject, forum="hrc", level="coded", **raw):
        rules = load_forum(forum)
        self.add(
            "consent", f"CO8{subject}", subject=subject, purpose=rules.purpose,
            recipient=rules.recipient, identity_level=level, **raw,
        )  # fmt: skip

    def told(self, rule, forum, lang=""):
        """Where the gate, or the desk with its text, finds that rule."""
        from amparo.filing.desk import open_desk
        from amparo.filing.gather import examine

        if rule in ("reference", "length", "length-advised") or rule.startswith("section-length"):
            found = open_desk("KARV", forum, "en", DAY).findings
        else:
            found = examine("KARV", load_forum(forum), DAY, lang=lang).findings
        return [one.where for one in found if one.rule == rule]


def _witness(desk, **person):
    """A second person who speaks in the first item, with nothing decided."""
    desk.add("person", "V-2", role="baker", **person)
    desk.add("source", "S2", kind="person", title="V-2", person="V-2")
    desk.add("statement", "ST8", source="S2", item="I1", part="text", quote="They beat me",
             proposition="P2", knows_by="perceived")  # fmt: skip


def _vulnerable(desk, **account):
    desk.change("V-1", vulnerable="true")
    if account:
        desk.add("account", "AC1", person="V-1", on="2019-04-01", item="I1", **account)


def _redact(desk, start, end):
    desk.add("redaction", "RD1", item="I1", part="text", start=start, end=end, reason="a name")


def _copy(desk, forum="hrc"):
    from amparo.filing.redaction import redact_item

    redact_item(desk.vault, "KARV", "I1", forum)


def _second_member(desk):
    from amparo.vault.rekey import add_member

    from .conftest import PASSPHRASE

    add_member(desk.vault, PASSPHRASE, "some other words for it", cost=desk.cost)


def _finalise(desk):
    from amparo.casefile.review import FINAL, IN_REVIEW, move

    for code in ("ST1", "ST2", "ST3"):
        move("M-2", "KARV", code, IN_REVIEW)
        move("M-2", "KARV", code, FINAL)


def _retire_word(desk):
    from amparo.casefile.terms import add_term, retire_term

    add_term("M-1", "degree", "drove the car", {"en": "drove the car"})
    desk.change("INV1", degree="drove the car")
    retire_term("M-1", "degree", "drove the car")


def _move_quote(desk):
    """As a slip of an older program may have left it: no form would take it."""
    from amparo.casefile.models import Record
    from amparo.custody.work import work

    with work("M-1", "test") as custody:
        custody.enter("record", case="KARV", result="a slip")
        row = Record.every.get(code="ST1", current=True)
        Record.every.filter(pk=row.pk).update(body={**row.body, "start": 3})


def _erase(desk):
    from amparo.vault.identity import erase_identity, seal_identity

    seal_identity(desk.vault, "KARV", "V-1", {"name": "Nobody Real"})
    erase_identity(desk.vault, "KARV", "V-1", reason="asked for it")


def _without_erased(desk):
    desk.drop("INV1", "ST1", "ST2", "ST3", "S1", "P1", "P2", "RM1", "A1")
    desk.drop(*(f"CO{n}" for n in range(6)), "V-1")


def _text(desk, place, text, forum="hrc", code="SEC1"):
    desk.add("section", code, forum=forum, language="en", place=place, title="Title", text=text)


def _limit(desk, words, strict, place):
    desk.add("limit", "LM1", forum="hrc", place=place, words=words, strict=strict)


def _longer(desk):
    desk.change("LM1", words=9_000)


def _shorter(desk):
    desk.change("SEC1", text="Short.")


# rule: (forum, what raises it, the step that the rule names)
STEPS = {
    "four-eyes": ("hrc", _second_member, _finalise),
    "nothing": (
        "hrc",
        lambda d: [d.change(f"CO{n}", withdrawn_on="2020-01-01") for n in range(6)]
        + [d.change("I3", confidentiality="confidential")],
        lambda d: d.agree("V-1", given_on="2026-01-01"),
    ),
    "own-words": (
        "hrc",
        lambda d: (_witness(d), d.add("summary", "SU1", summary="V-2 was beaten.")),
        lambda d: d.change("SU1", summary="A baker was beaten."),
    ),
    "held-back": ("hrc", _witness, lambda d: d.agree("V-2")),
    "undecided": (
        "hrc",
        lambda d: (
            d.add("source", "S2", kind="person", title="somebody"),
            d.change("ST2", **{"from": ["S2"], "knows_by": "told by"}),
        ),
        lambda d: d.agree("S2"),
    ),
    "place": (
        "hrc",
        lambda d: d.change("PL1", precision="town", published_precision="country"),
        lambda d: d.change("P2", text="Men were held in Lithuania."),
    ),
    "second-account": (
        "hrc",
        lambda d: (
            _vulnerable(d),
            d.add("statement", "ST8", source="S1", item="I3", part="text", quote="No person",
                  proposition="P2", knows_by="perceived"),
        ),
        lambda d: d.drop("ST8"),
    ),
    "untrained": (
        "hrc",
        lambda d: _vulnerable(d, trained="false", in_depth="true"),
        lambda d: _leave_account_out(d),
    ),
    "training": ("hrc", lambda d: _vulnerable(d, in_depth="true"),
                 lambda d: d.change("AC1", trained="true")),
    "quotation": ("hrc", _move_quote, lambda d: d.change("ST1", start=0)),
    "erased": ("hrc", _erase, _without_erased),
    "vocabulary": ("hrc", _retire_word, lambda d: d.change("INV1", degree="present")),
    "copy": ("hrc", lambda d: _redact(d, 15, 20), _copy),
    "shown": ("hrc", lambda d: _redact(d, 0, 9), lambda d: d.change("RD1", start=15, end=20)),
    "untranslated": (
        "hrc", lambda d: d.change("ST1", language="ru"),
        lambda d: d.add("translation", "TR1", statement="ST1", language="en", text="They beat me",
                        by="T-1"),
    ),
    "untranslated-text": (
        "hrc", lambda d: None,
        lambda d: [
            d.add("translation", f"TR{n}", language="fr", text="en français", by="T-1", **at)
            for n, at in enumerate(_places(d))
        ],
    ),
    "machine": (
        "hrc",
        lambda d: (
            d.change("ST1", language="ru"),
            d.add("translation", "TR1", statement="ST1", language="en", text="They beat me",
                  by="program", machine="true"),
        ),
        lambda d: d.change("TR1", checked_by="T-2"),
    ),
    "identity": ("hrc", lambda d: None, lambda d: d.agree("V-1", level="named")),
    "publication": (
        "special-procedures", lambda d: None,
        lambda d: d.agree("V-1", "special-procedures", publish_name="no"),
    ),
    "state": ("hrc", lambda d: d.change("A1", place=None), lambda d: d.change("A1", place="PL1")),
    "rights": (
        "cat", lambda d: d.change("A1", crime="7(1)(d)"),
        lambda d: _text(d, "claims", "A1: article 16.", "cat"),
    ),
    "remedies": (
        "hrc", lambda d: d.drop("RM1"),
        lambda d: d.add("remedy", "RM2", act="A1", body="Supreme Court", decided_on="2020-01-01"),
    ),
    "final": (
        "echr", lambda d: d.change("RM1", final=None),
        lambda d: d.change("RM1", final="true"),
    ),
    "elsewhere": ("hrc", lambda d: None, lambda d: d.add("procedure", "PR1", body="none")),
    "pending": (
        "hrc", lambda d: d.add("procedure", "PR1", body="UN-CAT", state="pending"),
        lambda d: d.change("PR1", state="withdrawn"),
    ),
    "views": (
        "icc-15", lambda d: None,
        lambda d: d.add("consultation", "CN1", persons=["V-1"], on="2019-08-21", view="A trial."),
    ),
    "date": (
        "special-procedures", lambda d: d.change("A1", began=None),
        lambda d: d.change("A1", began="2019-02-27"),
    ),
    "where": (
        "special-procedures", lambda d: d.change("A1", place=None),
        lambda d: d.change("A1", place="PL1"),
    ),
    "section-length": (
        "hrc",
        lambda d: (_text(d, "interim", "Nothing is asked for now."), _limit(d, 3, "true", "interim")),
        _shorter,
    ),
    "section-length-advised": (
        "hrc",
        lambda d: (_text(d, "interim", "Nothing is asked for now."), _limit(d, 3, "false", "interim")),
        _shorter,
    ),
    "length": ("hrc", lambda d: _limit(d, 50, "true", None), _longer),
    "length-advised": ("hrc", lambda d: _limit(d, 50, "false", None), _longer),
    "reference": (
        "hrc", lambda d: _text(d, "interim", "Said.[[statement:ST99]]"), _shorter,
    ),
}  # fmt: skip
# Shown elsewhere: who may take out (test_diligence), the sender (asked at the build), the State
# addressed (test_address), and routes of the law, which end by a choice of forum.
ELSEWHERE = {"compartment", "sender", "addressee", "closed"}


def _leave_account_out(desk):
    """Statements taken from the account are retired, the account stays in the record."""
    desk.drop("INV1", "ST1", "ST2")


def _places(desk):
    from amparo.casefile.records import load_case
    from amparo.filing.gather import examine
    from amparo.filing.translate import untranslated

    found = examine("KARV", load_forum("hrc"), DAY)
    for place in untranslated(found.case, "fr"):
        code, _, field = place.partition(", ")
        yield {"field": field} | ({} if load_case("KARV").get(code) is None else {"record": code})


def test_no_rule_is_forgotten():
    assert set(RULES) == set(STEPS) | REMINDERS | ELSEWHERE


@pytest.mark.parametrize("rule", STEPS)
def test_the_step_that_a_rule_names_makes_its_finding_go(desk, rule):
    forum, raise_it, step = STEPS[rule]
    lang = {"untranslated-text": "fr", "untranslated": "en", "machine": "en"}.get(rule, "")
    raise_it(desk)
    before = desk.told(rule, forum, lang)
    assert before, "nothing raises it"
    step(desk)
    assert not set(desk.told(rule, forum, lang)) & set(before)


def test_every_route_closed_before_one_forum_is_not_so_before_another(desk):
    desk.change("A1", crime="7(1)(d)")
    assert desk.told("closed", "cat") == ["KARV"]
    assert desk.told("closed", "hrc") == []


def test_reminders_are_told_and_block_nothing(desk):
    desk.add("person", "V-9", role="men in the cellar", counting_unit="group of unknown size")
    assert desk.told("group", "hrc") == ["V-9"]
    assert desk.told("signature", "hrc") == ["section signature"]
    assert all(RULES[rule].severity == "warn" for rule in REMINDERS)
