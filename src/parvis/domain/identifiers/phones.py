"""Telephone numbers in the international form, by each country's numbering plan.

A number counts where the country's plan has numbers of that form, be they given out or not.
Most need one regular expression, taken from the plans of `phonenumbers`; what is out of the
ordinary is left to that library. Both ways give the same.

References
----------
ITU-T E.164; RFC 3966 (``;ext=``). David Drysdale, "phonenumbers", a port of libphonenumber.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberFormat

from parvis.domain.identifiers.problems import FAKE, NOT_A_PHONE
from parvis.domain.identifiers.text import Norm

__all__ = ["phone_norm"]

_SEPARATORS: Final = re.compile(r"[\s().\-/]")
_PLAIN: Final = re.compile(r"\+[1-9][0-9]{6,14}|0[0-9]{6,14}")
_LETTERS: Final = re.compile(r"[^\W\d_]+")
#: What may stand with the digits: extensions, in the languages that the library reads.
_WORDS: Final = frozenset({"x", "ext", "extn", "extension", "tel", "poste", "p", "isub"})
_FAKE_ENDS: Final = ("12345678", "0102030405")
_LONGEST: Final = 64


class _Plan(NamedTuple):
    code: str
    prefix: str
    abroad: re.Pattern[str]
    whole: re.Pattern[str]
    parsed_away: re.Pattern[str] | None


def phone_norm(text: str, country: str) -> Norm:
    """Bring a telephone number to E.164, with its extension where it has one.

    Parameters
    ----------
    text
        Cleaned.
    country
        ISO 3166 code: where a number without a country's number is dialled.

    Examples
    --------
    >>> phone_norm("06 39 98 12 34", "FR").normal
    '+33639981234'
    >>> phone_norm("+33 (0)6 39 98 12 34", "GB").normal
    '+33639981234'
    """
    if len(text) > _LONGEST:
        return Norm(None, NOT_A_PHONE)
    number = _by_plan(text, country) or _by_library(text, country)
    if number is None:
        return Norm(None, NOT_A_PHONE)
    digits = number.partition(";")[0]
    if digits.endswith(_FAKE_ENDS) or len(set(digits[-7:])) == 1:
        return Norm(None, FAKE)
    return Norm(number)


def _by_plan(text: str, country: str) -> str | None:
    bare = _SEPARATORS.sub("", text)
    if not _PLAIN.fullmatch(bare):
        return None
    if bare[0] == "+":
        plan = _plan_of_code(bare[1:4])
        national = bare[len(plan.code) + 1 :] if plan else ""
    else:
        plan = _plan_of_region(country)
        if plan is None or plan.prefix != "0" or plan.abroad.match(bare):
            return None
        national = bare[1:]
    if plan is None or (plan.parsed_away and plan.parsed_away.match(national)):
        return None
    return f"+{plan.code}{national}" if plan.whole.match(national) else None


@lru_cache(maxsize=1024)
def _plan_of_code(signs: str) -> _Plan | None:
    for length in (1, 2, 3):
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(signs[:length]))
        if regions:
            # of countries that share a number the first's plan holds for all
            return _plan_of_region(regions[0])
    return None


@lru_cache(maxsize=512)
def _plan_of_region(region: str) -> _Plan | None:
    code = phonenumbers.country_code_for_region(region)
    plan = PhoneMetadata.metadata_for_region(region, None) if code else None
    whole = plan.general_desc.national_number_pattern if plan and plan.general_desc else None
    if plan is None or whole is None:
        return None
    away = plan.national_prefix_for_parsing
    return _Plan(
        str(code),
        plan.national_prefix or "",
        re.compile(plan.international_prefix or "00"),
        re.compile(f"(?:{whole})$"),
        re.compile(away) if away else None,
    )


def _by_library(text: str, country: str) -> str | None:
    # the library would take letters for the keys they stand on
    if any(w.lower() not in _WORDS for w in _LETTERS.findall(text)):
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        return None
    # numbers kept for films and tests, and ranges opened lately, are in no list of kinds
    plan = _plan_of_code(str(number.country_code))
    national = phonenumbers.national_significant_number(number)
    if not (plan and plan.whole.match(national)) and not phonenumbers.is_valid_number(number):
        return None
    written = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{written};ext={number.extension}" if number.extension else written
