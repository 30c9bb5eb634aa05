"""From a paragraph of an item to a statement: codes and numbers in, the words looked up here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from amparo.casefile.passages import locate
from amparo.casefile.records import CaseFile
from amparo.errors import BadInput, NotFound
from amparo.vault.models import Item, Part, Passage
from amparo.vault.retrieve import find_item, read_part
from amparo.web.paragraphs import find_paragraph


@dataclass(frozen=True)
class Place:
    """The paragraph a statement begins from. `paragraph` is "start-end" in the part."""

    item: Item
    part: Part
    text: str
    paragraph: str
    values: dict[str, object] = field(default_factory=dict)


def prefill(known: CaseFile, asked: Mapping[str, str]) -> Place | None:
    """The values of a statement made from `?item=I-0001&part=0&at=120[&from=130&to=150]`."""
    numbers = {key: asked.get(key, "") for key in ("part", "at", "from", "to")}
    if not asked.get("item") or not (numbers["part"].isdigit() and numbers["at"].isdigit()):
        return None
    item = find_item(asked["item"])
    passage = _passage(item, int(numbers["part"]), int(numbers["at"]))
    part = passage.part
    shown = find_paragraph(part, passage, int(numbers["at"]))
    start, end = shown.start, shown.end
    if numbers["from"].isdigit() and numbers["to"].isdigit():
        start, end = max(start, int(numbers["from"])), min(end, int(numbers["to"]))
    values: dict[str, object] = {
        "item": _code_in_case(known, item),
        "part": part.name,
        "quote": (part.text[start:end] or shown.text).strip(),
        "language": shown.language,
    }
    return Place(item, part, shown.text, f"{shown.start}-{shown.end}", values)


def _passage(item: Item, position: int, at: int) -> Passage:
    found = (
        Passage.objects.filter(part__item=item, part__position=position, start__lte=at)
        .select_related("part")
        .order_by("-start")
        .first()
    )
    if found is None:
        raise NotFound("no such paragraph")
    return found


def _code_in_case(known: CaseFile, item: Item) -> str:
    """The id under which the case cites the item, or the vault's own."""
    cited = (row.code for row in known.all("item") if row["sha256"] == item.sha256)
    return next(cited, item.code)


def find_start(known: CaseFile, raw: Mapping[str, object], paragraph: str) -> int | None:
    """Where the quotation begins in its part when it lies in that paragraph, else None.

    A quotation that stands in the part twice is settled by the paragraph it came from.
    """
    begin, _, end = paragraph.partition("-")
    if not (begin.isdigit() and end.isdigit()):
        return None
    cited = known.get(str(raw.get("item", "")))
    try:
        sha256 = cited["sha256"] if cited else find_item(str(raw.get("item", ""))).sha256
        text = read_part(sha256, str(raw.get("part", "")))
        start, _ = locate(text[: int(end)][int(begin) :], str(raw.get("quote", "")), None, "quote")
    except (BadInput, NotFound):
        return None
    return int(begin) + start
