"""Whether two first names, or two birth dates, can be one person's written differently.

They stop the joining of two people of one household, who share a mail address or a telephone.
So a slip of the keys agrees, and another name doesn't, however near: Louis and Louise.

References
----------
Boytsov, "Indexing methods for approximate dictionary searching", 2011: optimal string
alignment, the distance of Damerau and Levenshtein without overlapping changes.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from parvis.identity.norms.names import COMMON_NAMES, full_names, name_words

__all__ = ["birth_dates_agree", "first_names_agree", "is_one_slip"]

#: A slip in a shorter name makes another one too easily.
_SHORTEST: Final = 4
_ENDINGS: Final = frozenset({"e", "a", "o", "ne", "le", "te", "se", "ie", "ette", "ine"})
#: What systems write where they know no date.
_NO_DATES: Final = frozenset({date(1900, 1, 1), date(1970, 1, 1), date(1901, 1, 1)})


def first_names_agree(one: str, other: str) -> bool:
    """Tell whether two first names can be one person's.

    Accents, case, hyphens and titles count for nothing; an initial, a short form and a slip of
    the keys agree with the name; a first name agrees with a compound that begins with it.

    Examples
    --------
    >>> first_names_agree("Jean-Pierre", "JEAN"), first_names_agree("Jean-Pierre", "Jean-Paul")
    (True, False)
    >>> first_names_agree("Bob", "Robert"), first_names_agree("A.", "Alice")
    (True, True)
    >>> first_names_agree("Alxandre", "Alexandre"), first_names_agree("Louis", "Louise")
    (True, False)
    """
    words, others = name_words(one), name_words(other)
    # where nothing can be read nothing contradicts
    if not words or not others or "".join(words) == "".join(others):
        return True
    return all(map(_words_agree, words, others))


def _words_agree(one: str, other: str) -> bool:
    if one == other:
        return True
    short, long = sorted((one, other), key=len)
    if len(short) == 1:
        return long.startswith(short)
    if full_names(one) & full_names(other):
        return True
    # two names that both exist are two names
    if one in COMMON_NAMES and other in COMMON_NAMES:
        return False
    if len(short) < _SHORTEST or not is_one_slip(one, other):
        return False
    gendered = long.startswith(short) and long[len(short) :] in _ENDINGS
    cut_short = long in COMMON_NAMES and short not in COMMON_NAMES
    ends_otherwise = len(one) == len(other) and one[:-1] == other[:-1]
    known = one in COMMON_NAMES or other in COMMON_NAMES
    return cut_short if gendered else known or not ends_otherwise


def is_one_slip(one: str, other: str) -> bool:
    """Tell whether one sign more, less, other or two changed places make one text the other.

    Examples
    --------
    >>> is_one_slip("martin", "matrin"), is_one_slip("martin", "marie")
    (True, False)
    """
    if abs(len(one) - len(other)) > 1:
        return False
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    left, right = one[start:], other[start:]
    if len(left) == len(right):
        return left[1:] == right[1:] or (
            left[:2] == right[1::-1] and len(left) > 1 and left[2:] == right[2:]
        )
    return left[1:] == right if len(left) > len(right) else left == right[1:]


def birth_dates_agree(one: date, other: date) -> bool:
    """Tell whether two birth dates can be one person's.

    One wrong digit, two digits that changed places, a day for a month, another century, and
    the first of January of the same year (where only the year was known) agree; so does a date
    that systems write for want of one.

    Examples
    --------
    >>> birth_dates_agree(date(1980, 3, 4), date(1980, 4, 3))
    True
    >>> birth_dates_agree(date(1980, 3, 4), date(1952, 11, 30))
    False
    """
    if one == other or one in _NO_DATES or other in _NO_DATES:
        return True
    if one.year == other.year and date(one.year, 1, 1) in (one, other):
        return True
    same_year, same_day = one.year == other.year, (one.month, one.day) == (other.month, other.day)
    if same_year and (one.month, one.day) == (other.day, other.month):
        return True
    if same_day and abs(one.year - other.year) == 100:
        return True
    return is_one_slip(f"{one:%Y%m%d}", f"{other:%Y%m%d}") and _in_one_part(one, other)


def _in_one_part(one: date, other: date) -> bool:
    parts = ((one.year, other.year), (one.month, other.month), (one.day, other.day))
    return sum(a != b for a, b in parts) == 1
