"""XML of office files: no entities, no network, no document type, bounded depth."""

from __future__ import annotations

from typing import Any

from amparo.intake.readers.draft import Corrupt, Draft, LimitReached


def parse_xml(data: bytes, draft: Draft | None = None) -> Any:
    """The root element; entities are refused, and repaired damage makes the draft partial."""
    from lxml import etree

    if b"<!ENTITY" in data[:100_000]:
        raise Corrupt("XML with entity definitions")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False,
        huge_tree=False, recover=True, remove_pis=True, remove_comments=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Corrupt("XML cannot be read") from None
    if any("xcessive depth" in error.message for error in parser.error_log):
        raise LimitReached("depth")
    if root is None:
        raise Corrupt("XML cannot be read")
    if len(parser.error_log) and draft is not None:
        draft.outcome, draft.detail = "partial", "XML is damaged"
    return root
