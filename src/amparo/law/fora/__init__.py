"""Fora besides the Court: treaty bodies, human-rights courts, procedures."""

from amparo.law.fora.committees import achpr, cat, ced, cedaw, hrc
from amparo.law.fora.courts import echr, iachr
from amparo.law.fora.procedures import osce, wgad, wgeid
from amparo.law.fora.standing import Before, Rule, bring

RULES: tuple[Rule, ...] = (echr, hrc, cat, cedaw, ced, wgad, wgeid, osce, iachr, achpr)

__all__ = ["RULES", "Before", "Rule", "bring"]
