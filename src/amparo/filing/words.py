"""The fixed sentences of a filing: data files under `templates/`, one set for each language.

`templates/words/<lang>.yaml` holds what every forum shares, `templates/<forum>/<lang>.yaml`
what one forum needs, `templates/bodies` what all but the first share. All are nested mappings
of sentences with `{fields}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

import yaml

from amparo.errors import BadInput
from amparo.filing.spacing import set_sentence
from amparo.filled import filled

LANGUAGES = ("en", "fr")
FORUMS = ("icc-15", "hrc", "cat", "special-procedures", "echr", "national")
# Every forum begins with the sentences of this one and changes those that differ.
FIRST = "icc-15"


class Words:
    """Sentences of one forum in one language, by dotted key."""

    def __init__(self, forum: str, lang: str, sentences: Mapping[str, str]) -> None:
        self.forum = forum
        self.lang = lang
        self.sentences = MappingProxyType(dict(sentences))

    def say(self, key: str, /, **fields: object) -> str:
        """The sentence `key` with its fields filled; KeyError when there is none."""
        return self.sentences[key].format(**fields)

    def term(self, group: str, word: str) -> str:
        """The word shown for a term of a vocabulary; the term itself where none is given."""
        return self.sentences.get(f"{group}.{word}", word)

    def language(self, code: str) -> str:
        """The name of a language, or its code."""
        return self.term("languages", code)


@dataclass(frozen=True)
class Forum:
    """What the gate and the engine need to know of a forum."""

    id: str
    purpose: str
    recipient: str
    law: tuple[str, ...]
    languages: tuple[str, ...]
    recipient_class: str = ""
    state: str = ""
    words_from: tuple[str, ...] = ()
    identity: str = "coded"
    signature: bool = False
    needs: tuple[str, ...] = ()
    most_words: int = 0
    most_words_blocks: bool = False
    section_words: Mapping[str, str] = field(default_factory=dict, hash=False)
    sections: tuple[str, ...] = ()
    particulars: tuple[str, ...] = ()
    requests: tuple[str, ...] = ()
    rights_of: str = ""
    rights: Mapping[str, str] = field(default_factory=dict, hash=False)

    def right(self, crime: str) -> str:
        """Articles proposed for a crime id, by the longest id given that it begins with."""
        keys = [key for key in self.rights if crime == key or crime.startswith(f"{key}-")]
        return self.rights[max(keys, key=len)] if keys else ""

    @property
    def lacks_state(self) -> bool:
        """True where the law answers for many States and none of them is addressed yet."""
        return any(one.endswith("-") for one in self.law)

    def answers(self, forum: str) -> bool:
        """True when an answer of the law for `forum` belongs into this filing."""
        return any(forum == one or (one[-1] == "-" and forum.startswith(one)) for one in self.law)


@cache
def load_forum(forum: str) -> Forum:
    """The forum's rules; BadInput names a forum that has none."""
    if forum not in FORUMS:
        raise _no_forum(forum)
    path = files("amparo.filing").joinpath("templates", forum, "forum.yaml")
    found = _plain(path.read_text(encoding="utf-8"))
    told: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in found.items()
    }
    for name in ("signature", "most_words_blocks"):
        told[name] = told[name] == "true"
    return Forum(forum, **{**told, "most_words": int(told["most_words"])})


def _no_forum(forum: str) -> BadInput:
    return BadInput(
        "no template for this forum",
        value=forum,
        remedy=filled("Use one of: {names}.", names=", ".join(FORUMS)),
    )


def _no_language(lang: str) -> BadInput:
    return BadInput(
        "no template in this language",
        value=lang,
        remedy=filled("Use one of: {names}.", names=", ".join(LANGUAGES)),
    )


@cache
def load_words(forum: str, lang: str) -> Words:
    """Read the sentences; BadInput names a forum or a language that has none."""
    if forum not in FORUMS:
        raise _no_forum(forum)
    if lang not in LANGUAGES:
        raise _no_language(lang)
    sentences: dict[str, str] = {}
    for folder in dict.fromkeys(("words", FIRST, *load_forum(forum).words_from, forum)):
        sentences |= _read(folder, lang)
    return Words(forum, lang, sentences)


def reason_why(reason: str) -> str:
    """Why something stays behind, in English words; the reason itself where none are given."""
    return load_words(FIRST, "en").term("withheld_reasons", reason)


def read_sentences(folder: str, lang: str) -> dict[str, str]:
    """Sentences of one folder of templates. Raises BadInput for a language that has none."""
    if lang not in LANGUAGES:
        raise _no_language(lang)
    return _read(folder, lang)


def _read(folder: str, lang: str) -> dict[str, str]:
    path = files("amparo.filing").joinpath("templates", folder, f"{lang}.yaml")
    sentences = _flatten(_plain(path.read_text(encoding="utf-8")))
    return {key: set_sentence(text, lang) for key, text in sentences}


def _plain(text: str) -> dict[str, Any]:
    """YAML of our own in which every scalar is text, so that the keys "yes" and "on" are words."""
    found: dict[str, Any] = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 (makes no objects)
    return found


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in tree.items():
        if isinstance(value, Mapping):
            pairs += _flatten(value, f"{prefix}{key}.")
        else:
            pairs.append((f"{prefix}{key}", str(value).rstrip("\n")))
    return pairs
