"""The gazetteer on the command line. Needs no vault."""

from __future__ import annotations

from typing import Annotated

import typer

from amparo.cli.show import AsJson, print_json, print_rows


def gazetteer(
    text: Annotated[str, typer.Argument(metavar="NAME", help="Name of a place, in any script.")],
    as_json: AsJson = False,
) -> None:
    """Find a place in the small gazetteer that comes with the program. Offline.

    It holds states, their regions, and the city of each time zone: no villages. The point of a
    region is the middle of its towns.

    Example: amparo gazetteer Тбилиси
    """
    from amparo.casefile.gazetteer import find_places

    found = find_places(text)
    if as_json:
        print_json([one.as_dict() for one in found])
        return
    print_rows(
        ("name", "state", "precision", "lat", "lon"),
        (
            (o.name, o.state, o.precision, *("" if c is None else c for c in (o.lat, o.lon)))
            for o in found
        ),
    )
