"""A crowd of made-up people as several silos would know them, with households and twins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import numpy as np

__all__ = ["SCHEMA", "Crowd", "crowd"]

SCHEMA: Final = {
    "kind": "string",
    "value": "string",
    "first_name": "string",
    "last_name": "string",
    "full_name": "string",
    "birth_date": "date",
    "street": "string",
    "postal_code": "string",
    "city": "string",
    "country": "string",
    "emails": "array<string>",
    "phones": "array<string>",
    "handles": "array<string>",
    "customer_id": "string",
}


def _listed(words: str) -> list[str]:
    return words.split()


_STARTS: Final = _listed("Al Be Ca Da El Fa Ge Ha Is Jo Ka Li Ma No Ol Pa Ro Sa Te Vi")
_ENDS: Final = _listed("na lle rin do mir ta sel vio ne ric la bert zo ra nn")
_MIDDLES: Final = _listed("bar cou der fon gal lem mar nel por ros sal tur vel wil")
_LASTS: Final = _listed("t r in eau et ard ier on s ez")
_STREETS: Final = _listed("Rue_du_Port Mill_Lane Place_Neuve High_Street Rue_Haute Park_Road")


@dataclass(frozen=True)
class Crowd:
    """Records, and who is behind each.

    Parameters
    ----------
    rows
        Rows of `identity_records`, with `customer_id`.
    person
        The number of the person behind each row.
    """

    rows: list[dict[str, Any]]
    person: list[int]

    def truth(self) -> set[tuple[str, str]]:
        """Return the values of records that are one person and not one customer already."""
        by_person: dict[int, list[dict[str, Any]]] = {}
        for row, person in zip(self.rows, self.person, strict=True):
            by_person.setdefault(person, []).append(row)
        return {
            (min(a["value"], b["value"]), max(a["value"], b["value"]))
            for rows in by_person.values()
            for i, a in enumerate(rows)
            for b in rows[:i]
            if a["customer_id"] != b["customer_id"]
        }


def crowd(records: int, seed: int = 1) -> Crowd:
    """Make records of people: three quarters with a birth date, most with an address or phone.

    A third live with somebody who shares their name, address and often mail or phone; some of
    those are twins. A third have a second record elsewhere, with typos and an older address.
    """
    draw = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    person: list[int] = []
    number = 0
    while len(rows) < records:
        size = int(draw.choice([1, 2, 3], p=[0.72, 0.2, 0.08]))
        home = _home(draw, number)
        born: date | None = None
        for _ in range(size):
            if born is None or draw.random() >= 0.05:
                born = _born(draw)
            one = _person(draw, number, home, born)
            copies = int(draw.choice([1, 2, 3], p=[0.65, 0.27, 0.08]))
            for copy in range(copies):
                rows.append(_record(draw, one, len(rows), copy))
                person.append(number)
            if copies == 3 and draw.random() < 0.5:
                # a silo states that two of them are one
                rows[-1]["customer_id"] = rows[-2]["customer_id"]
            number += 1
    return Crowd(rows[:records], person[:records])


def _pick(draw: np.random.Generator, words: Sequence[str]) -> str:
    # few names are frequent and many are rare
    return words[int(len(words) * draw.random() ** 1.7)]


def _home(draw: np.random.Generator, number: int) -> dict[str, str]:
    last = _pick(draw, _MIDDLES).title() + _pick(draw, _MIDDLES) + _pick(draw, _LASTS)
    town = int(2000 * draw.random() ** 2)
    street = f"{int(draw.integers(1, 120))} {_pick(draw, _STREETS)} {_pick(draw, _MIDDLES)}"
    return {
        "last_name": last,
        "street": street.replace("_", " "),
        "postal_code": f"{10000 + town * 7}",
        "city": f"{_STARTS[town % 20]}{_MIDDLES[town % 14]}ville".title(),
        "email": f"{last.lower()}.{number}@family.example",
        "phone": f"+3399{number:07}",
    }


def _born(draw: np.random.Generator) -> date:
    return date(1940, 1, 1) + timedelta(days=int(draw.integers(0, 24_000)))


def _person(
    draw: np.random.Generator, number: int, home: dict[str, str], born: date
) -> dict[str, Any]:
    first = _pick(draw, _STARTS) + _pick(draw, _ENDS)
    own = f"{first}.{home['last_name']}{number % 97}@mail{number % 11}.example".lower()
    shares = draw.random(2)
    return {
        **home,
        "first_name": first,
        "birth_date": born,
        "email": home["email"] if shares[0] < 0.25 else own,
        "phone": home["phone"] if shares[1] < 0.4 else f"+3388{number:07}",
        "other_email": f"{first[:1]}{home['last_name']}{number}@work.example".lower(),
        "other_home": _home(draw, number),
    }


def _record(
    draw: np.random.Generator, one: dict[str, Any], number: int, copy: int
) -> dict[str, Any]:
    luck = draw.random(12)
    moved = copy > 0 and luck[0] < 0.3
    home = one["other_home"] if moved else one
    email = one["other_email"] if copy > 0 and luck[1] < 0.6 else one["email"]
    first, last = one["first_name"], one["last_name"]
    if copy > 0:
        first = _typo(draw, first) if luck[2] < 0.12 else first
        last = _typo(draw, last) if luck[3] < 0.12 else last
        if luck[4] < 0.03:
            first, last = last, first
    born = one["birth_date"]
    if copy > 0 and luck[5] < 0.04 and born.day <= 12:
        born = born.replace(month=born.day, day=born.month)
    elif copy > 0 and luck[5] < 0.08:
        born = born.replace(year=born.year + 10)
    in_one = luck[6] < 0.05
    return {
        "kind": "user_id",
        "value": f"u{number:07}",
        "first_name": None if in_one else first,
        "last_name": None if in_one else last,
        "full_name": f"{first} {last}" if in_one else None,
        "birth_date": born if luck[7] < 0.75 else None,
        "street": home["street"] if luck[8] < 0.8 else None,
        "postal_code": home["postal_code"] if luck[8] < 0.85 else None,
        "city": home["city"] if luck[8] < 0.85 else None,
        "country": "FR",
        "emails": [email] if luck[9] < 0.93 else [],
        "phones": [one["phone"]] if luck[10] < 0.7 else [],
        "handles": [],
        "customer_id": f"c{number:07}",
    }


def _typo(draw: np.random.Generator, word: str) -> str:
    at = int(draw.integers(1, len(word)))
    letter = "aeinrst"[int(draw.integers(0, 7))]
    how = draw.random()
    if how < 0.4:
        return word[:at] + letter + word[at + 1 :]
    if how < 0.7:
        return word[:at] + word[at + 1 :] or word
    return word[:at] + letter + word[at:]
