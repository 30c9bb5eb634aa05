"""Queries asked of a small index in four languages: what is found, and what is not.

The index is FTS5 as in the vault, in memory; `plan_query` writes the question.
"""

from __future__ import annotations

import sqlite3

import pytest

from amparo.casefile.plan_query import plan_query
from amparo.casefile.query import parse_query
from amparo.casefile.script import fold_text
from amparo.casefile.vocabulary import spellings_of

from .words_in_memory import Terms


class Index:
    """Texts by number, asked in the query language."""

    def __init__(self, texts: list[str]) -> None:
        self.base = sqlite3.connect(":memory:")
        tokens = "tokenize='unicode61 remove_diacritics 2'"
        self.base.execute(f"CREATE VIRTUAL TABLE t USING fts5(x, {tokens})")
        self.base.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, 'row')")
        rows = [(number, fold_text(text)) for number, text in enumerate(texts)]
        self.base.executemany("INSERT INTO t(rowid, x) VALUES (?, ?)", rows)
        self.terms = Terms(term for (term,) in self.base.execute("SELECT term FROM v"))

    def ask(self, query: str) -> set[int]:
        plan = plan_query(parse_query(query), self.terms)
        found = self.base.execute("SELECT rowid FROM t WHERE t MATCH ?", (plan.match,))
        return {number for (number,) in found}


NAMES = {
    "Hasan": "Хасан Khasan Hassan Hasan حسن",
    "Husayn": "Хусейн Hussein Husain حسين",
    "Muhammad": "Магомед Magomed Mohammed Muhammad Мухаммад محمد",
    "Zelimkhan": "Зелимхан Zelimkhan Zelimchan زليمخان",
    "Aslan": "Аслан Aslan أصلان",
    "Ramzan": "Рамзан Ramzan رمضان",
    "Ali": "Али Ali علي",
    "Ibrahim": "Ибрагим Ibragim Ibrahim إبراهيم",
    "Yusuf": "Юсуф Юсуп Yusuf Youssef يوسف",
    "Umar": "Умар Omar Umar عمر",
    "Musa": "Муса Musa Moussa موسى",
    "Aisha": "Айшат Aishat عائشة",
    "Kadirov": "Кадиров Kadirov قديروف",
}


@pytest.fixture(scope="module")
def names() -> tuple[Index, list[str]]:
    families = [name for name, spelt in NAMES.items() for _ in spelt.split()]
    texts = [f"{word} 17" for spelt in NAMES.values() for word in spelt.split()]
    texts += ["he said so", "عن حال المدينة", "the prison", "a person"]
    return Index(texts), families


@pytest.mark.parametrize(
    ("family", "word"), [(name, word) for name, spelt in NAMES.items() for word in spelt.split()]
)
def test_every_spelling_of_a_name_finds_every_other_and_no_other_name(names, family, word):
    index, families = names
    wanted = {number for number, name in enumerate(families) if name == family}
    assert index.ask(word) == wanted


@pytest.mark.parametrize("word", ["Магомеда", "Магомедом", "Магомеду"])
def test_a_russian_case_of_a_name_finds_all_spellings(names, word):
    index, families = names
    wanted = {number for number, name in enumerate(families) if name == "Muhammad"}
    assert wanted <= index.ask(word)


def test_an_ordinary_word_is_not_taken_for_a_name(names):
    index, families = names
    assert index.ask("سعيد") == set() and spellings_of("said")
    assert index.ask("prison") == {len(families) + 2}


FORMS = [
    "Сёла горели, и он его пытался спасти",
    "Села горели ночью",
    "Йунус вернулся",
    "Цӏечу-Аьхка аул",
    "رأى الشاهدُ الحادثةَ في المـــدينة",
    "L’œuvre fut brûlée à Genève",
    "They were detained; the detention was secret",
    "Les détenus furent arrêtés dans une prison secrète",
    "Задержанных пытали в секретной тюрьме",
]


@pytest.fixture(scope="module")
def forms() -> Index:
    return Index(FORMS)


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("сёла", {0, 1}),
        ("села", {0, 1}),
        ("Й\u0443нус", {2}),
        ("И\u0306унус", {2}),
        *[(f"Ц{bar}ечу", {3}) for bar in "\u04c0\u04cf1Il|"],
        ("راى", {4}),
        ("الحادثه", {4}),
        ("مدينة", {4}),
        ("المدينه", {4}),
        ("oeuvre", {5}),
        ("BRULEE", {5}),
        ("Geneve", {5}),
        ("detain", {6}),
        ("arrêter", {7}),
        ("détenu", {6, 7}),
        ("задержали", {8}),
        ("тюрьма", {8}),
        ('"secret prison"', set()),
        ("«prison secrète»", {7}),
        ("detain*", {6}),
        ("secret detention", {6, 7}),
        ("тюрьма OR brûlée", {5, 8}),
        ("горели -ночью", {0}),
        ("горели NOT спасти", {1}),
        ("(тюрьма OR горели) ночью", {1}),
        ("пытали near/3 тюрьме", {8}),
        ("задержанных near/1 тюрьме", set()),
        ("detaned", {6}),
        ("тюрме", {8}),
    ],
)
def test_what_a_query_finds(forms, query, wanted):
    assert forms.ask(query) == wanted
