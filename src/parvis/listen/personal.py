"""Personal data that people write into texts: found by its form and its check digits, masked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import phonenumbers

__all__ = ["KINDS", "Found", "masked", "personal_data"]

KINDS = ("iban", "card", "social_security_number", "email", "phone", "address")
"""What is looked for, the surest first: a place belongs to the first kind that claims it."""

_SPACE = r"[ \u00a0\u202f.\-]?"
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[a-z]{2,24}\b", re.IGNORECASE)
_IBAN = re.compile(rf"\b[A-Z]{{2}}\d{{2}}(?:{_SPACE}[A-Z0-9]){{11,30}}\b", re.IGNORECASE)
# ISO 13616's registry: where the euro, its neighbours and the French-speaking countries bank
_IBAN_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18,
    "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28,
    "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MA": 28, "MC": 27,
    "MT": 31, "MU": 30, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19,
    "SK": 24, "SM": 27, "TN": 24, "TR": 26,
}  # fmt: skip
_CARD = re.compile(rf"(?<![\w.])\d(?:{_SPACE}\d){{12,18}}(?![\w])")
_SOCIAL = re.compile(
    rf"(?<!\w)[12]{_SPACE}\d{{2}}{_SPACE}(?:0[1-9]|1[0-2]|[2-9]\d){_SPACE}(?:\d\d|2[ABab]){_SPACE}"
    rf"\d{{3}}{_SPACE}\d{{3}}{_SPACE}\d{{2}}(?!\w)"
)
_STREET_FR = (
    r"(?:rue|avenue|av\.|boulevard|bd|bld|place|chemin|impasse|allée|allee|quai|route|square|cours)"
)
_STREET_EN = r"(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|square|way)"
_NAME = r"[A-ZÀ-Ý0-9a-zà-ÿ'’\-]{1,30}"
_TOWN_FR = rf"(?:\s*,?\s*(?<!\d)\d{{5}}(?!\d)(?:\s+[A-ZÀ-Ý]{_NAME}){{0,3}})"
_ADDRESS_FR = re.compile(
    rf"(?<![\w])\d{{1,4}}(?:\s?(?:bis|ter|quater))?,?\s+(?i:{_STREET_FR})\s+{_NAME}"
    rf"(?:\s+{_NAME}){{0,5}}?(?:{_TOWN_FR}|(?=\s*(?:[,.;!?\n]|$)))"
)
_ADDRESS_EN = re.compile(
    rf"(?<!\w)\d{{1,5}}\s+(?:[A-Z][\w'’]{{1,20}}\s+){{1,3}}(?i:{_STREET_EN})\b\.?"
    r"(?:,?\s+[A-Z][a-z]{1,20}){0,3}(?:,?\s+(?:[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}|\d{5}))?"
)
_FRENCH_PHONE = re.compile(
    rf"(?<![\w+.])(?:(?:\+|00)33{_SPACE}(?:\(0\){_SPACE})?|0)[1-9](?:{_SPACE}\d\d){{4}}(?![\w])"
)
_DIGITS = re.compile(r"\d")
_MOST_PHONES = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of personal data: its kind, and where it stands in the text."""

    kind: str
    start: int
    end: int


def personal_data(text: str, country: str = "FR") -> list[Found]:
    """Find what tells who somebody is.

    Parameters
    ----------
    text
        A bounded text.
    country
        Whose telephone numbers are written without a country code (ISO 3166).

    Returns
    -------
    list of Found
        In the order of the text; they don't overlap.

    References
    ----------
    IBAN: ISO 13616, remainder 97 is 1. Cards: ISO/IEC 7812-1, Luhn. French social security
    number: its key is 97 less the remainder by 97, Corsica's 2A and 2B read as 19 and 18.
    """
    if not _DIGITS.search(text) and "@" not in text:
        return []
    taken: list[Found] = []
    for kind in KINDS:
        for start, end in _SEARCHES[kind](text, country):
            if all(end <= one.start or start >= one.end for one in taken):
                taken.append(Found(kind, start, end))
    return sorted(taken, key=lambda one: one.start)


def masked(text: str, found: list[Found]) -> str:
    """Write a text with its personal data replaced by their kinds, as in “[phone]”."""
    parts, at = [], 0
    for one in found:
        parts += [text[at : one.start], f"[{one.kind}]"]
        at = one.end
    return "".join([*parts, text[at:]])


def _emails(text: str, _: str) -> Iterator[tuple[int, int]]:
    return (m.span() for m in _EMAIL.finditer(text)) if "@" in text else iter(())


def _ibans(text: str, _: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN.finditer(text):
        # a word may follow without a mark between: the country says where the number ends
        length = _IBAN_LENGTHS.get(match.group()[:2].upper(), 0)
        places = [i for i, letter in enumerate(match.group()) if letter.isalnum()][:length]
        if len(places) == length > 0:
            written = match.group()[: places[-1] + 1]
            if _is_iban(re.sub(r"[^A-Z0-9]", "", written.upper())):
                yield match.start(), match.start() + len(written)


def _is_iban(plain: str) -> bool:
    turned = plain[4:] + plain[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _cards(text: str, _: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        digits = [int(d) for d in _DIGITS.findall(match.group())]
        # 0 and 1 begin no payment card; long numbers of parcels often do
        if digits[0] in (2, 3, 4, 5, 6) and _luhn(digits):
            yield match.span()


def _luhn(digits: list[int]) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = digit * 2 if place % 2 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0 and len(set(digits)) > 1


def _social(text: str, _: str) -> Iterator[tuple[int, int]]:
    for match in _SOCIAL.finditer(text):
        plain = re.sub(r"[^0-9AB]", "", match.group().upper())
        number = plain[:13].replace("2A", "19").replace("2B", "18")
        if number.isdigit() and 97 - int(number) % 97 == int(plain[13:]):
            yield match.span()


def _phones(text: str, country: str) -> Iterator[tuple[int, int]]:
    if len(_DIGITS.findall(text)) < 6:
        return
    # a French number is masked by its form alone, be it given out or not
    yield from (match.span() for match in _FRENCH_PHONE.finditer(text))
    finder = phonenumbers.PhoneNumberMatcher(
        text, country, phonenumbers.Leniency.VALID, max_tries=_MOST_PHONES
    )
    for match in finder:
        yield match.start, match.end


def _addresses(text: str, _: str) -> Iterator[tuple[int, int]]:
    for pattern in (_ADDRESS_FR, _ADDRESS_EN):
        for match in pattern.finditer(text):
            yield match.span()


_SEARCHES: dict[str, Callable[[str, str], Iterator[tuple[int, int]]]] = {
    "iban": _ibans,
    "card": _cards,
    "social_security_number": _social,
    "email": _emails,
    "phone": _phones,
    "address": _addresses,
}
