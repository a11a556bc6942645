"""From HTML to the text that a person would read.

Two ways to the same text: `plain_text` in Python for any markup, and `simple_text` in the
engine for the few tags that most posts have, many at once.

References
----------
WHATWG, "HTML", 13.2.5: what a tokenizer takes for a tag, a comment, a character reference.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

import ibis

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch

__all__ = [
    "MOST_SIGNS",
    "bounded",
    "is_simple",
    "plain_text",
    "readable",
    "simple_text",
    "with_plain_text",
]

#: The longest text that is kept; a longer one is cut, and marked so.
MOST_SIGNS: Final = 1_000_000

_BLOCKS: Final = {
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "dl", "pre", "table",
    "section", "article", "header", "footer", "aside", "main", "figure", "form", "fieldset",
    "address", "hr",
}  # fmt: skip
_LINES: Final = {
    "div", "li", "tr", "dt", "dd", "figcaption", "caption", "option", "legend", "center",
}  # fmt: skip
#: What stands between these is not for reading.
_UNREAD: Final = {
    "script", "style", "head", "title", "template", "noscript", "iframe", "object", "svg",
    "math", "textarea", "select",
}  # fmt: skip
#: What isn't words even where nothing says that it ends.
_CODE: Final = {"script", "style", "svg", "math", "textarea", "select"}
_TAG: Final = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>""", re.DOTALL)
_MARKED_UP: Final = re.compile(r"<(?:/[a-zA-Z]|[a-zA-Z][a-zA-Z0-9]*[\s/>]|!--)")
_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_PICTURE: Final = re.compile(r"""\balt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_SMILEY: Final = re.compile(r"emoji|smiley", re.IGNORECASE)
#: Quotes of attributes are looked for this far; a longer tag ends at the next ">".
_TAG_REACH: Final = 4_000

_SIMPLE: Final = (
    r"(?:[^<&]|</?(?:p|br|a|span)(?: [^<>]*)?/?>|&(?:amp|lt|gt|quot|apos|nbsp|#39|#x27);)*"
)


def plain_text(markup: str) -> str:
    r"""Return what a person would read of an HTML text.

    Paragraphs are parted by an empty line, a link is its text, scripts and styles are dropped,
    character references are decoded. A sign of "less" that begins no tag is kept. It takes
    time in proportion to the length, whatever the markup.

    Parameters
    ----------
    markup
        HTML, whole or broken, or plain text.

    Examples
    --------
    >>> plain_text('<p>Ouvert &agrave; <a href="/x">Lyon</a><br>d&egrave;s lundi</p><p>&lt;3</p>')
    'Ouvert à Lyon\ndès lundi\n\n<3'
    """
    page = _Page()
    place, kept_whole = 0, 0
    # what was looked for in vain needn't be looked for again
    unclosed = set[str]()
    while True:
        start = markup.find("<", place)
        text = markup[place:] if start < 0 else markup[place:start]
        if text:
            page.write(text if kept_whole else _SPACE.sub(" ", text))
        if start < 0:
            return page.text()
        place, name, closes, attributes = _tag_at(markup, start, unclosed)
        if not name:
            page.write(markup[start:place])
        elif name in _UNREAD and not closes:
            place = _end_of(markup, name, place, unclosed)
        elif name == "pre":
            kept_whole = max(kept_whole + (-1 if closes else 1), 0)
            page.part("\n\n")
        elif name == "br":
            page.write("\n")
        elif name in _BLOCKS:
            page.part("\n\n")
        elif name in _LINES:
            page.part("\n")
            if name == "li" and not closes:
                page.write("- ")
        elif name in ("td", "th"):
            page.write(" ")
        elif name == "img" and _SMILEY.search(attributes):
            # blogs write smileys as pictures; without them a sentence changes its sense
            found = _PICTURE.search(attributes)
            page.write((found[1] or found[2] or "") if found else "")


def readable(text: str) -> str:
    r"""Return a text that may or may not hold HTML as a person would read it.

    Examples
    --------
    >>> readable("Tom & Ann,<br>ici"), readable("Tom &amp; Ann"), readable("1 < 2 & 3")
    ('Tom & Ann,\nici', 'Tom & Ann', '1 < 2 & 3')
    """
    if _MARKED_UP.search(text):
        return plain_text(text)
    return html.unescape(text) if "&" in text else text


class _Page:
    """Text as it is laid out: gaps between blocks come only once something follows."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._gap = ""

    def part(self, gap: str) -> None:
        """Let what follows stand apart from what was written."""
        self._gap = max(self._gap, gap)

    def write(self, text: str) -> None:
        """Add text that may hold character references."""
        if self._gap and text.isspace() and "\n" not in text:
            return
        self._parts.append(self._gap)
        self._parts.append(html.unescape(text))
        self._gap = ""

    def text(self) -> str:
        """Return all of it, with at most one empty line between lines."""
        whole = "".join(self._parts).replace("\x00", "").replace("\r\n", "\n")
        kept: list[str] = []
        for line in whole.replace("\r", "\n").split("\n"):
            line = line.strip(" \t")
            if line or (kept and kept[-1]):
                kept.append(line)
        return "\n".join(kept).strip("\n")


def _tag_at(markup: str, start: int, unclosed: set[str]) -> tuple[int, str, bool, str]:
    """Read what begins with "<": where it ends, its name in small letters (none: it's text)."""
    following = markup[start + 1 : start + 2]
    if following == "!" or following == "?":
        if markup.startswith("<!--", start) and "!--" not in unclosed:
            if (end := markup.find("-->", start + 2)) >= 0:
                return end + 3, "!", False, ""
            unclosed.add("!--")
        # a comment that isn't closed hides no more than a tag would
        end = markup.find(">", start + 2)
        return (len(markup) if end < 0 else end + 1), "!", False, ""
    if not (following.isascii() and following.isalpha()) and following != "/":
        return start + 1, "", False, ""
    found = _TAG.match(markup, start, start + _TAG_REACH)
    if found:
        return found.end(), found[2].lower(), bool(found[1]), found[3]
    end = markup.find(">", start)
    if end < 0:
        return len(markup), "", False, ""
    inside = markup[start + 1 : end].split(None, 1)
    name = inside[0].strip("/").lower() if inside else ""
    return end + 1, name or "!", following == "/", ""


def _end_of(markup: str, name: str, place: int, unclosed: set[str]) -> int:
    """Return where an element that isn't read ends; unclosed, a script goes on to the end."""
    if name in unclosed:
        return place
    found = re.compile(f"</{name}[\\s/>]", re.IGNORECASE).search(markup, place)
    if not found:
        if name in _CODE:
            return len(markup)
        unclosed.add(name)
        return place
    end = markup.find(">", found.end() - 1)
    return len(markup) if end < 0 else end + 1


def bounded(text: str, most: int = MOST_SIGNS) -> tuple[str, bool]:
    """Cut a text that is too long; tell whether it was.

    Examples
    --------
    >>> bounded("Bonjour", 3)
    ('Bon', True)
    """
    return (text, False) if len(text) <= most else (text[:most], True)


def is_simple(markup: ir.StringValue) -> ir.BooleanValue:
    """Tell whether `simple_text` reads an HTML text as `plain_text` does."""
    return markup.re_search(f"^{_SIMPLE}$")


def simple_text(markup: ir.StringValue) -> ir.StringValue:
    """Return what a person would read of HTML that `is_simple`: p, br, a, span, basic entities."""
    # a single space stays where it is: to replace each by itself is what takes the time
    text = markup.re_replace(r"[ \t\r\n\f]{2,}|[\t\r\n\f]", " ")
    text = text.re_replace(r"</?p(?: [^<>]*)?/?>", "\n\n")
    text = text.re_replace(r"</?br(?: [^<>]*)?/?>", "\n")
    text = text.re_replace(r"</?(?:a|span)(?: [^<>]*)?/?>", "")
    for reference, sign in (
        ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&#x27;", "'"),
        ("&apos;", "'"), ("&nbsp;", "\xa0"), ("&amp;", "&"),
    ):  # fmt: skip
        text = text.replace(reference, sign)
    text = text.re_replace(r" +\n *|\n +", "\n").re_replace(r"\n{3,}", "\n\n")
    return text.re_replace(r"^[ \n]+|[ \n]+$", "")


def with_plain_text(scratch: Scratch, rows: ir.Table, markup: str, into: str) -> ir.Table:
    """Add the plain text of a column of HTML; each different text is read once.

    Parameters
    ----------
    rows
        A staged table.
    markup, into
        The column of HTML, and the name of the column to add.

    Returns
    -------
    ir.Table
        The same rows; the text is null where the HTML is.
    """
    column = rows[markup]
    hard = rows.filter(column.notnull() & ~is_simple(column)).select(markup=markup).distinct()
    read = [
        {"markup": r["markup"], "told": plain_text(bounded(r["markup"])[0])}
        for r in scratch.rows(hard)
    ]
    if not read:
        return rows.mutate(**{into: simple_text(column)})
    known = scratch.stage_rows(read, {"markup": "string", "told": "string"})
    joined = rows.left_join(known, rows[markup] == known.markup).drop("markup")
    text = ibis.coalesce(joined.told, simple_text(joined[markup]))
    return joined.mutate(**{into: text}).drop("told")
