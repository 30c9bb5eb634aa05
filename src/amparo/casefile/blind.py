"""Look up sealed names, in any script, without a name in any table.

The words of a name become keys of their sounds (`casefile.script`), the keys become HMACs
under the vault's `blind_index` key (`vault.identity`). Equal sounds are found, and nothing
else can be asked: no beginning of a name, no list of names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from amparo.access.roles import IDENTITY, SEE
from amparo.access.scope import refuse_unless_anywhere
from amparo.casefile.script import name_keys, query_keys, word_keys, words_of_name
from amparo.custody.work import work
from amparo.errors import BadInput
from amparo.vault.identity import persons_named, seal_identity
from amparo.vault.unlock import Vault

MOST_WORDS = 12
_ENOUGH = 3
SOUNDS, CONSONANTS = "sounds", "consonants"


@dataclass(frozen=True)
class Match:
    """A person whose sealed name may be the one asked for; `agrees` in sounds or consonants."""

    case: str
    person: str
    agrees: str

    def as_dict(self) -> dict[str, Any]:
        """Shape for `--json`."""
        return asdict(self)


def seal_person(vault: Vault, case: str, person: str, values: Mapping[str, str]) -> None:
    """Seal who a person is, and keep the names' keys, in every script, to look them up by."""
    names = " ".join(values.get(field, "") for field in ("name", "other_names"))
    seal_identity(vault, case, person, values, name_keys(names))


def find_persons(vault: Vault, name: str) -> list[Match]:
    """Persons of whose sealed name every word asked for may be a word; surest first.

    Raises Refused without the identity grant in any case, BadInput for what is no name.
    """
    refuse_unless_anywhere(IDENTITY, SEE)
    words = words_of_name(name)
    if not words or len(words) > MOST_WORDS:
        raise BadInput("this is no name to look up", remedy="give one to twelve words")
    with work(vault.member, "look up a name") as custody:
        custody.enter("view", result="a name was looked up")
    asked = [(query_keys(word), _bones(word)) for word in words]
    found = persons_named(vault, {key for sure, maybe in asked for key in sure | maybe})
    matches = []
    for (case, person), keys in found.items():
        if all(keys & (sure | maybe) for sure, maybe in asked):
            is_sure = all(keys & sure for sure, _ in asked)
            matches.append(Match(case, person, SOUNDS if is_sure else CONSONANTS))
    return sorted(matches, key=lambda one: (one.agrees != SOUNDS, one.case, one.person))


def _bones(word: str) -> frozenset[str]:
    """Consonants alone, where there are enough to say something."""
    return frozenset(k for k in word_keys(word) if k[0] == "s" and len(k) - 2 >= _ENOUGH)
