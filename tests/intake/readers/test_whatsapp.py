"""WhatsApp's export in its dialects: every message, in order, nothing dropped."""

from __future__ import annotations

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from amparo.intake.readers.draft import Draft
from amparo.intake.readers.whatsapp import emit_chat, parse_chat
from amparo.intake.reading import DEFAULT
from amparo.intake.sandbox import Sandbox

STARTS = [
    "03/03/2017, 02:11 - ", "3/3/17, 2:11 AM - ", "3/3/17, 2:11\u202fp.m. - ", "03.03.17, 02:11 - ",
    "2017-03-03, 02:11 - ", "[03/03/2017, 02:11:05] ", "[3.3.17, 2:11:05 PM] ", "\u200e[03/03/2017 02:11:05] ",
    "[2017/03/03, 02:11:05] ", "03/03/2017 à 02:11 - ", "٣\u200f/٣\u200f/٢٠١٧، ٢:١١ ص - ", "۳/۳/۲۰۱۷، ۲:۱۱ - ",
    "3/3/2017, 02.11 - ", "03-03-2017 02:11 - ", "03.03.2017 в 02:11 - ", "03/03/2017 às 02:11 - ",
    "03.03.17, 02:11 Uhr - ", "2017. 03. 03. 2:11 - ", "2017년 3월 3일 오전 2:11 - ", "2017/3/3 上午2:11 - ",
    "3/3/2017, 2:11 p.\u00a0m. - ",
]  # fmt: skip


@pytest.mark.parametrize("start", STARTS)
def test_every_dialect_starts_a_message(start: str) -> None:
    text = f"{start}Vera: first\nsecond line\n{start}Anton: other\n"
    messages = list(parse_chat(text))
    assert [(row.sender, row.text) for row in messages] == [
        ("Vera", "first\nsecond line"),
        ("Anton", "other"),
    ]
    assert all(row.at in start.replace("\u200f", "") for row in messages)


@pytest.mark.parametrize("start", STARTS)
def test_every_dialect_is_detected(start: str, box: Sandbox) -> None:
    text = f"{start}Vera: first words\n{start}Anton: other words\n"
    reading = box.read(text.encode(), name="chat.txt")
    assert (reading.kind, reading.expected, reading.emitted) == ("chat", 2, 2)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (("3/5/23", "15/5/23"), "day before month"),
        (("3/5/23", "5/15/23"), "month before day"),
        (("٣/٥/٢٠٢٣", "١٥/٥/٢٠٢٣"), "day before month"),
        (("2023-03-05", "2023-03-06"), "year before month before day"),
        (("3/5/23", "12/12/23"), "order of day and month unknown"),
        (("15/3/23", "3/15/23"), "order of day and month unknown"),
    ],
)
def test_the_order_of_dates_is_told_where_they_show_it(days: tuple[str, str], told: str) -> None:
    draft = Draft(DEFAULT)
    emit_chat("".join(f"{day}, 21:14 - Vera: words\n" for day in days), draft)
    assert draft.metadata["times"].endswith(f"; {told}")


def test_flags_files_and_codes(good: ModuleType, box: Sandbox) -> None:
    reading = box.read(good.WHATSAPP["android-en"].encode(), name="_chat.txt")
    labels = [part.label for part in reading.untrusted_parts]
    assert labels[0].startswith("notice | 03/03/2017, 02:10")
    assert labels[1] == "A | 03/03/2017, 02:11"
    assert labels[2].endswith("file: IMG-20170303-WA0001.jpg")
    assert labels[3].endswith("deleted")
    assert labels[4].endswith("edited")
    assert reading.untrusted_parts[1].text == "They came: to the flat\nand took him"
    assert reading.untrusted_metadata["sender:A"] == "Vera"


@pytest.mark.parametrize("dialect", ["ios-fr", "android-ru", "android-ar"])
def test_deleted_in_other_languages(dialect: str, good: ModuleType) -> None:
    messages = list(parse_chat(good.WHATSAPP[dialect]))
    assert messages[-1].flags == ("deleted",)


def _words(without: str = "") -> st.SearchStrategy[str]:
    alphabet = st.characters(
        blacklist_categories=("Cs", "Cc"), blacklist_characters=":\u2028\u2029\x85" + without
    )
    return st.text(alphabet=alphabet, min_size=1, max_size=12)


# A name with a quotation that ends after the colon cannot be told from a group's name.
@given(
    st.lists(st.tuples(st.sampled_from(STARTS), _words('"«»“”„'), _words()), min_size=1, max_size=8)
)
def test_each_written_message_comes_back(rows: list[tuple[str, str, str]]) -> None:
    lines = [f"{start}{name.strip() or 'x'}: {text}" for start, name, text in rows]
    found = list(parse_chat("\n".join(lines)))
    assert len(found) == len(rows)
    assert [message.text.strip() for message in found] == [text.strip() for _, _, text in rows]


@given(st.text(max_size=400) | st.text(alphabet="0123/:,. -[]aAmMPp\n\u200e", max_size=200))
def test_any_text_is_parsed_without_loss(text: str) -> None:
    """No exception, and all characters that are not date stamps are still there."""
    found = list(parse_chat(text))
    letters = sum(1 for char in text if char.isalpha() and char not in "aAmMpPsSصم")
    kept = sum(
        sum(
            1
            for char in row.sender + row.text + row.at
            if char.isalpha() and char not in "aAmMpPsSصم"
        )
        for row in found
    )
    assert kept >= letters or any(row.flags for row in found)


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        ("<View once photo omitted>", "attachment omitted"), ("<Médias omis>", "attachment omitted"),
        ("\u200eimage omise", "attachment omitted"), ("<Медиа пропущено>", "attachment omitted"),
        ("\u200fتم استبعاد الصورة", "attachment omitted"), ("\u200eBild weggelassen", "attachment omitted"),
        ("\u200eimagen omitida", "attachment omitted"), ("<Mídia oculta>", "attachment omitted"),
        ("<Media omessi>", "attachment omitted"), ("حذفتَ هذه الرسالة", "deleted"),
        ("Du hast diese Nachricht gelöscht.", "deleted"), ("Eliminaste este mensaje.", "deleted"),
        ("Mensagem apagada", "deleted"), ("Це повідомлення видалено", "deleted"),
        ("oi <Mensagem editada>", "edited"), ("Text <Diese Nachricht wurde bearbeitet.>", "edited"),
        ("texto <Se editó este mensaje.>", "edited"), ("\u200eVera added Zed", "notice"),
    ],
)  # fmt: skip
def test_what_the_program_says_is_told_from_words(line: str, flag: str) -> None:
    (message,) = parse_chat(f"03/03/2017, 02:11 - Vera: {line}")
    assert message.flags == (flag,)


@pytest.mark.parametrize(
    "words", ["he says the image omitted the van", "see IMG.jpg (file attached) there", "null"]
)
def test_words_that_sound_like_the_program_stay_words(words: str) -> None:
    (message,) = parse_chat(f"03/03/2017, 02:11 - Vera: {words}")
    assert (message.text, message.flags, message.files) == (words, (), ())


@pytest.mark.parametrize(
    "notice",
    ['Vera created group "Quarry: families"', "Вера создала группу «Семьи: Карвель»",
     'Vera changed the subject from "A: b" to "C: d"'],
)  # fmt: skip
def test_a_colon_in_a_groups_name_makes_no_sender(notice: str) -> None:
    (message,) = parse_chat(f"03/03/2017, 02:11 - {notice}")
    assert (message.sender, message.text, message.flags) == ("", notice, ("notice",))


@pytest.mark.parametrize("name", ["«", "Vera »", 'Vera "', "Вера «младшая»"])
def test_a_quotation_mark_in_a_name_does_not_hide_the_sender(name: str) -> None:
    (message,) = parse_chat(f"03/03/2017, 02:11 - {name}: I saw the van")
    assert (message.sender, message.text) == (name, "I saw the van")


@pytest.mark.parametrize("name", ["Чат WhatsApp с Верой.txt", "WhatsApp-Chat mit Vera.txt",
                                  "محادثة واتساب مع فيرا.txt", "_chat.txt"])  # fmt: skip
def test_exports_of_phones_in_other_languages(name: str, good: ModuleType, box: Sandbox) -> None:
    data = good.zipped({name: good.WHATSAPP["android-en"], "IMG-20170303-WA0001.jpg": b"\xff\xd8"})
    reading = box.read(data, name="export.zip")
    assert (reading.kind, reading.reader) == ("chat", "whatsapp")
    assert "attachments_not_in_export" not in reading.untrusted_metadata
