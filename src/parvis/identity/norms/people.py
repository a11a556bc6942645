"""What silos say of a person (names, address, birth date), one way to write each. Pure Ibis.

For comparing people, and beside what was written: nothing here is an identifier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

from parvis.lake.functions import strip_accents

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["birth_date", "person_name", "postal_address"]

#: Short words of addresses; an English one that ends an address, or a French one before a name.
_SHORT: Final = (
    (r"\b(?:av|ave|aven)\b", "avenue"),
    (r"\b(?:bd|bld|blvd|boul|bvd)\b", "boulevard"),
    (r"^r\b", "rue"),
    (r"\b(?:ch|che|chem)\b", "chemin"),
    (r"\b(?:all|al)\b", "allee"),
    (r"\bimp\b", "impasse"),
    (r"\b(?:pl|plc)\b", "place"),
    (r"\b(?:rte|rt)\b", "route"),
    (r"\b(?:sq|sqr)\b", "square"),
    (r"\b(?:fg|fbg)\b", "faubourg"),
    (r"\bcrs\b", "cours"),
    (r"\blot\b", "lotissement"),
    (r"\bres\b", "residence"),
    (r"\bgal\b", "general"),
    (r"\bmal\b", "marechal"),
    (r"\b(?:pdt|pres)\b", "president"),
    (r"\bste\b", "sainte"),
    (r"\bst$", "street"),
    (r"\bst\b", "saint"),
    (r"\bdr$", "drive"),
    (r"\bdr\b", "docteur"),
    (r"\brd\b", "road"),
    (r"\bln\b", "lane"),
    (r"str$", "strasse"),
)
_SMALL_WORDS: Final = r"\b(?:de|du|des|d|la|le|les|l|the|of)\b"
_FIRST_HOUSE: Final = r"^([0-9]{1,5}) ?(bis|ter|quater|[a-d])?\b"
_LAST_HOUSE: Final = r"\b([0-9]{1,5}) ?([a-d])?$"
_PARTICLE: Final = (
    r"\b(d|da|das|de|del|della|den|der|des|di|do|dos|du|el|ibn|l|la|le|les|mac|mc|o|saint|sainte|"
    r"van|vander|von|zu) "
)


def _words(text: ir.StringValue) -> ir.StringValue:
    plain = strip_accents(text.lower().replace("œ", "oe").replace("æ", "ae").replace("ß", "ss"))
    return plain.re_replace(r"[^\p{L}\p{N}]+", " ").strip()


def postal_address(street: ir.StringValue) -> ir.StructValue:
    """Take an address apart: the number of the house, and the street in full words.

    Parameters
    ----------
    street
        With the number of the house before or behind: ``12 bis, av. du Gal. Leclerc``.

    Returns
    -------
    ir.StructValue
        `house` (``12bis``) and `street` (``avenue general leclerc``): without accents, case and
        small words; null where there is none.

    Examples
    --------
    >>> row = postal_address(ibis.literal("12 bis, av. du Gal. Leclerc"))
    >>> row["street"].type()
    String(nullable=True)
    """
    words = _words(street)
    first = words.re_extract(_FIRST_HOUSE, 0)
    house = first.nullif("").fill_null(words.re_extract(_LAST_HOUSE, 0))
    rest = words.re_replace(_FIRST_HOUSE, " ")
    rest = ibis.ifelse(first == "", rest.re_replace(_LAST_HOUSE, " "), rest).strip()
    for short, whole in _SHORT:
        rest = rest.re_replace(short, whole)
    named = rest.re_replace(_SMALL_WORDS, " ").re_replace(" +", " ").strip()
    return ibis.struct({"house": house.replace(" ", "").nullif(""), "street": named.nullif("")})


def person_name(name: ir.StringValue) -> ir.StringValue:
    """Write a person's name in small letters, without accents, particles joined to what follows.

    Returns
    -------
    ir.StringValue
        ``d’Artagnan`` as ``dartagnan``, ``Le Gall`` as ``legall``, ``Martin-Durand`` as
        ``martin durand``; null where there are no letters.

    Examples
    --------
    >>> person_name(ibis.literal("Le Gall")).type()
    String(nullable=True)
    """
    words = _words(name).re_replace(r"[\p{N}]+", "").re_replace(r"\bst\b", "saint")
    words = words.re_replace(r"\bste\b", "sainte").re_replace(" +", " ").strip()
    # twice: de la Tour
    return words.re_replace(_PARTICLE, r"\1").re_replace(_PARTICLE, r"\1").nullif("")


def birth_date(text: ir.StringValue) -> ir.DateValue:
    """Read a birth date as silos write them; null where it isn't one for sure.

    The day comes before the month where both orders are possible, as everywhere but in the
    United States; a year has four digits, and is one in which somebody alive was born.

    Examples
    --------
    >>> birth_date(ibis.literal("15/03/1960")).type()
    Date(nullable=True, unit='D')
    """
    told = text.strip()
    first = r"^([0-9]{4})[-./ ]?([0-9]{2})[-./ ]?([0-9]{2})(?:[T ].*)?$"
    last = r"^([0-9]{1,2})[-./ ]([0-9]{1,2})[-./ ]([0-9]{4})(?:[T ].*)?$"
    year_first = [told.re_extract(first, i) for i in (1, 2, 3)]
    one, other, year = (told.re_extract(last, i) for i in (1, 2, 3))
    american = other.try_cast("int64") > 12
    year_last = [year, ibis.ifelse(american, one, other), ibis.ifelse(american, other, one)]
    parts = [
        ibis.ifelse(told.re_search(first), a, b) for a, b in zip(year_first, year_last, strict=True)
    ]
    written = parts[0] + "-" + parts[1].lpad(2, "0") + "-" + parts[2].lpad(2, "0")
    found = written.try_cast("date")
    likely = found.year().between(1880, 2100)
    return ibis.ifelse(likely, found, ibis.null("date"))
