"""Web pages as files: article, reader comments, the rest and the links as separate parts.

The article is found by trafilatura, the comments first by what page authors call
them (class and id names), then by trafilatura, then by their age stamps. What is in
neither goes into the part `rest`, so that nothing of the page is lost silently.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any
from urllib.parse import unquote_to_bytes

from amparo.intake.readers import markup
from amparo.intake.readers.comments import split_comments
from amparo.intake.readers.draft import Draft, Input
from amparo.intake.readers.page_date import marked_date
from amparo.intake.readers.text import note_encoding
from amparo.intake.reading import DEFAULT, clean_text

LEAST_ARTICLE = 0.25
MOST_TEXT = 2_000_000
MOST_ELEMENTS = 40_000
MOST_COMPARED = 200_000_000
_COMMENTS = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|commentarea|comentarios|commentaires|kommentare"
    r"|disqus(?:_thread)?|fb-comments|livefyre|coral|hypercomments|cackle)(?:[\s_-]|$)",
    re.IGNORECASE,
)
_NOT_COMMENTS = re.compile(
    r"count|link|num|button|no-comment|meta|form|respond|icon", re.IGNORECASE
)
_SINGLEFILE = re.compile(r"Page saved with SingleFile\s+url:\s*(\S+)\s+saved date:\s*([^\n]+)")
_SAVED_FROM = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
_DATA_URI = re.compile(r"data:([\w.+/-]{1,80})((?:;[\w=.+-]{1,60})*),(.*)", re.DOTALL)


# A page of our own, so that what readers make ready when first used is ready before the fork.
_FIRST_PAGE = """<html lang="en"><head><title>First</title><meta name="author" content="A. B.">
<meta property="og:title" content="First"><script type="application/ld+json">{"a": 1}</script>
</head><body><nav><a href="https://a.test/">a</a></nav><article><h1>First</h1>
<p class="author">By A. B.</p><time>3 May 2021</time><p>%s</p><ul><li>one</li></ul>
<table><tr><td>1</td></tr></table><blockquote>two</blockquote></article>
<div class="comments"><p>%s</p></div></body></html>"""


def preload() -> None:
    """Import trafilatura and lxml, and read a page once."""
    page = _FIRST_PAGE % ("The men were taken away in the night. " * 9, "A word on it. " * 3)
    emit_page(page, Draft(DEFAULT))


def read(source: Input, draft: Draft) -> None:
    """Parts `article`, `comments`, `rest`, `links`; embedded pictures as children."""
    data = source.all()
    decoded = markup.decode_page(data)
    note_encoding(decoded, draft)
    emit_page(decoded.text, draft)


def emit_page(page: str, draft: Draft) -> None:
    """Add all parts and children of one page."""
    _note_saving(page, draft)
    tree = markup.parse(page)
    if tree is None:
        return
    if markup.too_deep(tree):
        _emit_plain(page, "nested too deep, read as plain text", draft)
        return
    scripts = markup.drop_scripts(tree)
    if scripts:
        draft.meta("scripts", f"{scripts}, never run")
    links = markup.links_of(tree)
    whole = markup.visible_text(tree)
    if markup.lost(whole, page):
        _emit_plain(page, "damaged, read as plain text", draft)
        return
    _note_head(tree, draft)
    comments = _cut_comments(tree, len(whole))
    remaining = markup.visible_text(tree) if comments else whole
    article, more_comments = _article(tree, draft, remaining)
    comments = comments or more_comments
    _emit_texts(whole, article, comments, draft)
    if links:
        draft.part("links", "\n".join(links), "addresses the page points to", "")
    _emit_pictures(tree, draft)


def _emit_plain(page: str, why: str, draft: Draft) -> None:
    draft.meta("structure", why)
    draft.part("article", markup.stripped(page), "text of the page")


def _emit_texts(whole: str, article: str, comments: str, draft: Draft) -> None:
    if not comments:
        split = split_comments(article)
        if split.cut >= 0:
            article, comments = article[: split.cut].rstrip("\n"), article[split.cut :]
            draft.meta("comment_count", split.comments)
    draft.part("article", article, "article without reader comments")
    if comments:
        draft.part("comments", comments, "comments of readers under the article")
        draft.meta("comments", "kept apart")
    draft.part("rest", _rest(whole, article, comments), "text of the page outside the article")


def _rest(whole: str, article: str, comments: str) -> str:
    """Lines of the page that are in neither article nor comments."""
    lines = list(dict.fromkeys(whole.split("\n")))
    known_lines = {_squeezed(line) for text in (article, comments) for line in text.split("\n")}
    known = _squeezed(article) + "\x00" + _squeezed(comments)
    inside = len(lines) * len(known) < MOST_COMPARED
    left = []
    for line in lines:
        bare = _squeezed(line)
        if bare not in known_lines and not (inside and bare in known):
            left.append(line)
    return "\n".join(left)


def _squeezed(text: str) -> str:
    return re.sub(r"\W+", "", text)


def _cut_comments(tree: Any, total: int) -> str:
    """Take the comment containers out of the tree of `total` letters; their text."""
    texts: list[str] = []
    for node in [node for node in tree.iter() if _is_container(node)]:
        if any(_is_container(above) for above in node.iterancestors()):
            continue
        text = markup.visible_text(node)
        if len(text) < 20 or len(text) > 0.9 * total or node.find(".//article//h1") is not None:
            continue
        texts.append(text)
        parent = node.getparent()
        if parent is not None:
            node.drop_tree() if hasattr(node, "drop_tree") else _drop(node)
    return "\n".join(texts)


def _drop(node: Any) -> None:
    """Remove a node but keep the text that follows it."""
    parent, before = node.getparent(), node.getprevious()
    if node.tail:
        if before is not None:
            before.tail = (before.tail or "") + node.tail
        else:
            parent.text = (parent.text or "") + node.tail
    parent.remove(node)


def _is_container(node: Any) -> bool:
    if node.tag not in ("div", "section", "ol", "ul", "aside", "article", "table", "li"):
        return False
    for name in (node.get("id") or "", *(node.get("class") or "").split()[:20]):
        if _COMMENTS.search(name) and not _NOT_COMMENTS.search(name):
            return True
    return False


def _article(tree: Any, draft: Draft, remaining: str) -> tuple[str, str]:
    """Article and comments as trafilatura sees them; the whole text when it sees too little."""
    import trafilatura
    from lxml import etree
    from trafilatura.settings import set_date_params

    if len(remaining) > MOST_TEXT or sum(1 for _ in tree.iter()) > MOST_ELEMENTS:
        draft.meta("article_basis", "whole page, too large to tell apart")
        return remaining, ""
    page = etree.tostring(tree, encoding="unicode", method="html")
    try:
        found = trafilatura.bare_extraction(
            page,
            include_comments=True,
            include_tables=True,
            favor_recall=True,
            with_metadata=True,
            date_extraction_params=set_date_params(extensive=False),
        )
    except Exception as error:  # trafilatura on odd pages; the plain text is still right
        draft.meta("article_failed", type(error).__name__)
        return remaining, ""
    if found is None:
        return remaining, ""
    fields = found.as_dict() if hasattr(found, "as_dict") else dict(found)
    for key in ("title", "author", "date", "sitename", "url", "description"):
        draft.meta(key, fields.get(key) or "")
    if not fields.get("date"):
        draft.meta("date", marked_date(tree))
    article = clean_text(str(fields.get("text") or ""))
    if len(article) < LEAST_ARTICLE * len(remaining):
        draft.meta("article_basis", "whole page")
        return remaining, ""
    return article, clean_text(str(fields.get("comments") or ""))


def _note_head(tree: Any, draft: Draft) -> None:
    title = tree.find(".//title")
    if title is not None and title.text:
        draft.meta("title", title.text)
    for node in tree.iter("link"):
        if (node.get("rel") or "").lower() == "canonical":
            draft.meta("url", node.get("href") or "")
    draft.meta("declared_language", tree.get("lang") or "")
    for node in list(tree.iter("meta"))[:300]:
        key = (node.get("property") or node.get("name") or "").lower()
        if key.startswith(("og:", "article:", "dc.", "author", "description", "generator")):
            draft.meta(key, node.get("content") or "")


def _note_saving(page: str, draft: Draft) -> None:
    """How the page was saved, as the saving program wrote it down."""
    single = _SINGLEFILE.search(page[:20_000])
    if single:
        draft.meta("saved_by", "SingleFile")
        draft.meta("saved_from", single[1])
        draft.meta("saved_on_as_stated", single[2])
    browser = _SAVED_FROM.search(page[:20_000])
    if browser:
        draft.meta("saved_by", "browser")
        draft.meta("saved_from", browser[1])


def _emit_pictures(tree: Any, draft: Draft) -> None:
    number = 0
    for node in tree.iter("img", "source", "video", "audio"):
        address = node.get("src") or ""
        if address[:5].lower() != "data:":
            continue
        number += 1
        draft.expected += 1
        media_type, data = _data_uri(address)
        if data is None:
            draft.fail("embedded picture is broken")
        else:
            extension = media_type.rpartition("/")[2].split("+")[0] or "bin"
            draft.child(f"embedded-{number}.{extension}", media_type, data)


def _data_uri(address: str) -> tuple[str, bytes | None]:
    match = _DATA_URI.match(address)
    if match is None:
        return "", None
    raw = unquote_to_bytes(match[3])
    if ";base64" not in match[2].lower():
        return match[1], raw
    try:
        return match[1], base64.b64decode(re.sub(rb"\s+", b"", raw), validate=True)
    except (binascii.Error, ValueError):
        return match[1], None
