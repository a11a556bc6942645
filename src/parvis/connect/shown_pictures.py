"""The pictures that an HTML text shows, by their addresses."""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import urljoin

__all__ = ["MOST_PICTURES", "shown_pictures"]

#: Of one text.
MOST_PICTURES: Final = 24
#: No more of a text is searched.
_REACH: Final = 1_000_000
#: A picture of fewer pixels a side is a smiley, a rule, or counts who reads.
_SMALLEST: Final = 32
_TAG: Final = re.compile(r"<img\s[^>]{0,4000}>", re.IGNORECASE)
_ATTRIBUTE: Final = re.compile(
    r"""([a-zA-Z-]{1,20})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""",
)
_SMILEY: Final = re.compile(r"emoji|smiley", re.IGNORECASE)


def shown_pictures(markup: str, base: str = "") -> list[dict[str, str]]:
    """List the pictures of an HTML text: `url`, and `alt`, which says what they show.

    Smileys, pictures that count readers, and pictures within the text itself (``data:``) aren't
    among them.

    Parameters
    ----------
    markup
        HTML, whole or broken.
    base
        Where it stands: addresses may be given from there.

    Examples
    --------
    >>> shown_pictures('<p><img src="/a.jpg" alt="Th&eacute;"></p>', "https://blog.example/1")
    [{'url': 'https://blog.example/a.jpg', 'alt': 'Thé'}]
    """
    found: dict[str, str] = {}
    for tag in _TAG.finditer(markup, 0, _REACH):
        told = {
            m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "")
            for m in _ATTRIBUTE.finditer(tag[0])
        }
        # what is loaded once it is looked at has its address elsewhere
        source = next((told[n] for n in ("data-src", "data-lazy-src", "src") if told.get(n)), "")
        if not source or _SMILEY.search(told.get("class", "")) or _is_small(told):
            continue
        try:
            url = urljoin(base, source.strip())
        except ValueError:
            continue
        if url.startswith(("http://", "https://")):
            found.setdefault(url, told.get("alt", "").strip())
        if len(found) == MOST_PICTURES:
            break
    return [{"url": url, "alt": alt} for url, alt in found.items()]


def _is_small(told: dict[str, str]) -> bool:
    sizes = [told.get(n, "").removesuffix("px") for n in ("width", "height")]
    return any(s.isdigit() and int(s) < _SMALLEST for s in sizes)
