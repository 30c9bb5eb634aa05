"""XML of office files: no entities, no network, no document type, bounded depth."""

from __future__ import annotations

from typing import Any

from amparo.intake.readers.draft import Corrupt


def parse_xml(data: bytes) -> Any:
    """The root element; a document type with entities is refused as corrupt."""
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
    if root is None:
        raise Corrupt("XML cannot be read")
    return root
