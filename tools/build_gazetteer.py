"""Make `src/amparo/casefile/outlines/gazetteer.json`: states, and a city for each time zone.

Places and coordinates: the table `zone.tab` of the tz database, public domain (here by way of
the package pytz). Names in English, French, Russian and Arabic: Unicode CLDR (Unicode licence,
by way of the package babel). Run it with both installed:

    python tools/build_gazetteer.py
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytz
from babel import Locale

TARGET = Path(__file__).parents[1] / "src/amparo/casefile/outlines/gazetteer.json"
LANGUAGES = ("en", "fr", "ru", "ar")
LOCALES = {lang: Locale(lang) for lang in LANGUAGES}
ISO_6709 = re.compile(r"([+-])(\d{2})(\d{2})(\d{2})?([+-])(\d{3})(\d{2})(\d{2})?")


def degrees(text: str) -> list[float]:
    """`+5545+03735` as degrees with two digits."""
    match = ISO_6709.fullmatch(text)
    assert match, text
    found = []
    for sign, whole, minutes, seconds in (match.groups()[:4], match.groups()[4:]):
        value = int(whole) + int(minutes) / 60 + int(seconds or 0) / 3600
        found.append(round(-value if sign == "-" else value, 2))
    return found


def city_names(zone: str) -> dict[str, str]:
    """The city of a zone in each language that has a name of its own for it."""
    plain = zone.rpartition("/")[2].replace("_", " ")
    names = {}
    for lang, locale in LOCALES.items():
        named = locale.time_zones.get(zone, {}).get("city")
        if named or lang == "en":
            names[lang] = named or plain
    return names


def main() -> None:
    """Write the file."""
    rows = [
        line.split("\t")
        for line in pytz.open_resource("zone.tab").read().decode().splitlines()
        if line and not line.startswith("#")
    ]
    states = {
        code: {lang: locale.territories[code] for lang, locale in LOCALES.items()}
        for code in sorted({row[0] for row in rows})
    }
    cities = [
        [row[2], row[0], *degrees(row[1]), city_names(row[2])] for row in rows if row[0] != "AQ"
    ]
    told = {
        "format": "amparo-gazetteer/2",
        "source": "tz database zone.tab, public domain; names: Unicode CLDR, © Unicode, Inc.,"
        " Unicode License v3 (unicode.org/license.txt)",
        "made_with": f"pytz {pytz.__version__}, tools/build_gazetteer.py",
        "states": states,
        "cities": cities,
    }
    lines = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    TARGET.write_text(lines.replace("],[", "],\n[").replace('},"', '},\n"') + "\n", "utf-8")


if __name__ == "__main__":
    main()
