"""HTML without a browser: a tree without scripts, and the text a reader of the page sees.

Nothing is fetched and nothing runs. Blocks become lines; what is hidden by a style
sheet stays, because hiding is a claim of the page that we do not evaluate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from amparo.intake.readers.decode import Decoded, decode
from amparo.intake.reading import clean_text

SILENT = frozenset("script style noscript template head object embed svg math iframe".split())  # noqa: SIM905
BLOCKS = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details",
        "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3",
        "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p", "pre",
        "section",
        "summary", "table", "tbody", "tfoot", "thead", "title", "tr", "ul",
    )
)  # fmt: skip
DEEPEST = 200
_SPACE = re.compile(r"\s+")
_TAG = re.compile(r"<[^<>]{0,5000}>")
_SCRIPT = re.compile(r"<(script|style)\b.*?</\1\s*>", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{2,40})""", re.I)
_XML_CHARSET = re.compile(rb"""^\s*<\?xml[^>]{0,100}encoding\s*=\s*["']([A-Za-z0-9_.-]{2,40})""")


def declared_charset(data: bytes) -> str:
    """The encoding a page names for itself, "" when it names none."""
    match = _XML_CHARSET.search(data[:1024]) or _CHARSET.search(data[:4096])
    return match[1].decode("ascii") if match else ""


def decode_page(data: bytes, declared: str = "") -> Decoded:
    """Decode a page; a declared encoding counts only when the bytes fit it."""
    return decode(data, declared or declared_charset(data))


def parse(page: str) -> Any:
    """The page's tree (lxml), None when there is nothing in it."""
    from lxml import etree

    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    body = clean_text(page).encode("utf-8", "replace")
    return etree.fromstring(body, parser) if body.strip() else None


def too_deep(tree: Any) -> bool:
    """Whether elements are nested so deep that the parser drops what lies below."""
    depth = 0
    node = tree
    while node is not None and depth < DEEPEST:
        node = next((child for child in node if isinstance(child.tag, str)), None)
        depth += 1
    return depth >= DEEPEST


def lost(seen: str, page: str) -> bool:
    """Whether the parser saw much less text than stands between the tags of the page."""
    there = len("".join(stripped(page[:2_000_000]).split()))
    return there > 40 and 2 * len("".join(seen.split())) < there


def stripped(page: str) -> str:
    """The text between the tags, for pages whose tree cannot be had."""
    return _TAG.sub("\n", _SCRIPT.sub(" ", page))


def visible_text(tree: Any) -> str:
    """The text of a tree, one block a line, table cells apart by tabs."""
    lines = (line.replace("\xa0", " ").strip() for line in _lines(tree))
    return "\n".join(line for line in lines if line)


def _lines(tree: Any) -> Iterator[str]:
    line: list[str] = []
    for text, breaks in _pieces(tree):
        if breaks and line:
            yield "".join(line)
            line = []
        line.append(text)
    yield "".join(line)


def _pieces(tree: Any) -> Iterator[tuple[str, bool]]:
    """Texts in reading order, each with whether a new line begins before it."""
    from lxml import etree

    silent = 0
    for event, node in etree.iterwalk(tree, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        breaks = tag in BLOCKS
        if event == "start":
            silent += tag in SILENT
            if not silent:
                lead = "\t" if tag in ("td", "th") else ""
                yield lead + _one_line(node.text, tag), breaks
        else:
            silent -= tag in SILENT
            if not silent and node is not tree:
                yield _one_line(node.tail, ""), breaks


def _one_line(text: str | None, tag: str) -> str:
    if not text:
        return ""
    return text if tag == "pre" else _SPACE.sub(" ", text)


def drop_scripts(tree: Any) -> int:
    """Remove script and style elements; the number of scripts that were there."""
    from lxml import etree

    scripts = sum(1 for _ in tree.iter("script"))
    etree.strip_elements(tree, "script", "style", "noscript", "template", with_tail=False)
    return scripts


def links_of(tree: Any, most: int = 5_000) -> list[str]:
    """Where the page points to, as `text <tab> address`, without addresses inside the page."""
    found: dict[str, None] = {}
    for node in tree.iter("a"):
        address = (node.get("href") or "").strip()
        if address and not address.startswith(("#", "javascript:", "data:")):
            text = " ".join("".join(node.itertext()).split())[:200]
            found.setdefault(f"{text}\t{address[:2_000]}", None)
            if len(found) >= most:
                break
    return list(found)


def text_of_html(data: bytes | str) -> str:
    """Visible text of an HTML body, for mails and other carriers."""
    tree = parse(decode_page(data).text if isinstance(data, bytes) else data)
    if tree is None:
        return ""
    drop_scripts(tree)
    return visible_text(tree)
