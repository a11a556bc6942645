"""Headers and bodies as text, whatever charset they say they are in.

References
----------
RFC 2045 and RFC 2047 (MIME: transfer encodings, encoded words in headers); WHATWG, "Encoding"
(what is labelled ISO-8859-1 is read as Windows-1252).
"""

from __future__ import annotations

import codecs
import re
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final

__all__ = ["decoded", "header_bytes", "header_text"]

_LATIN: Final = ("iso8859-1", "latin-1", "cp1252", "ascii")
#: Families of charsets; what Python knows besides (punycode, unicode_escape) is no charset.
_CHARSETS: Final = (
    "utf-8", "utf-16", "utf-32", "iso8859", "iso2022", "cp", "koi8", "gb", "big5", "shift_jis",
    "euc_", "mac-", "hz", "tis-620", "johab",
)  # fmt: skip
_LONGEST_HEADER: Final = 20_000
_FOLDED: Final = re.compile(r"[\r\n]+[ \t]*")


def decoded(content: bytes, charset: str) -> str:
    """Decode a text that may lie about its charset.

    Declared, then UTF-8, then Windows-1252; what fits none is U+FFFD, never dropped. A text
    that is declared Latin and is valid UTF-8 beyond ASCII is UTF-8: by chance that hardly
    ever happens.

    Parameters
    ----------
    content
        Bytes.
    charset
        What is declared; may be empty, unknown or wrong.

    Examples
    --------
    >>> decoded("thé".encode(), "iso-8859-1"), decoded("thé".encode("latin-1"), "utf-8")
    ('thé', 'thé')
    """
    try:
        name = codecs.lookup(charset.strip("\"' ")).name if charset else ""
    except (LookupError, UnicodeError, ValueError):
        name = ""
    tried = [name] if name.startswith(_CHARSETS) and name not in _LATIN else []
    for each in (*tried, "utf-8"):
        try:
            return content.decode(each)
        except (UnicodeError, LookupError):
            continue
    return content.decode("cp1252", "replace")


def header_bytes(value: str) -> str:
    """Return a header as it stands, bytes beyond ASCII decoded; encoded words stay."""
    raw = value[:_LONGEST_HEADER].replace("\x00", "")
    return raw if raw.isascii() else decoded(raw.encode("utf-8", "surrogateescape"), "")


def header_text(value: str) -> str:
    """Return a header as text: unfolded, its encoded words decoded.

    Parameters
    ----------
    value
        As the parser gives it, bytes beyond ASCII as surrogates.

    Examples
    --------
    >>> header_text("=?utf-8?q?Th=C3=A9?= =?utf-8?q?_vert?=")
    'Thé vert'
    """
    raw = _FOLDED.sub(" ", header_bytes(value))
    if "=?" not in raw:
        return raw.strip()
    try:
        parts = decode_header(raw)
    except (HeaderParseError, ValueError):
        return raw.strip()
    text = "".join(
        part if isinstance(part, str) else decoded(part, charset or "") for part, charset in parts
    )
    return " ".join(text.replace("\x00", "").split())
