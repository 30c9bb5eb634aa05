"""Which language a text is taken for: those that people write in, and their script first."""

from __future__ import annotations

import pytest

from amparo.intake.readers.language import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hola\n<Multimedia omitido>\nadiós", "es"),
        ("ok see you tmrw bro", "en"),
        ("Neredesin? Seni bekliyorum", "tr"),
        ("Wo bist du heute Abend gewesen", "de"),
        ("привет как дела сегодня вечером", "ru"),
        ("أين أنت الآن يا أخي", "ar"),
        ("hm", ""),
    ],
)
def test_short_messages(text: str, language: str) -> None:
    assert language_of(text) == language


@pytest.mark.parametrize(
    "words", ["Dialogue Hello ass Script Info Events", "Adiós amigo mío, vale"]
)
def test_no_small_neighbour_is_proposed(words: str) -> None:
    assert len(language_of(words)) == 2
