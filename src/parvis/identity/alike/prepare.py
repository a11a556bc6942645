"""Bring fields to a form in which they can be compared and blocked on. Pure Ibis.

Each field becomes a column `f0`, `f1` … of plain letters and digits, with what comparing needs
beside it; and each gives keys: columns on which records that are alike tend to agree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import ibis

from parvis.identity.alike.contracts import PLACE_KINDS, Field, Kind
from parvis.lake.functions import strip_accents

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Key", "Prepared", "prepare", "skeleton"]

#: Words that a text is found again by: the rarest of it.
_RARE_WORDS: Final = 4
_LEAST_RECORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Key:
    """A column to block on.

    Parameters
    ----------
    column
        Its name in the prepared records.
    field
        The index of the field that it comes from.
    cause
        What it goes wrong with: the fields of an address change together.
    words
        What records agree on, in words.
    is_list
        Whether it holds a list, of which one member must agree.
    """

    column: str
    field: int
    cause: int
    words: str
    is_list: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """Records ready to be compared: a row each, with `unique_id`, and the keys they offer."""

    records: ir.Table
    keys: tuple[Key, ...]


def skeleton(name: ir.StringValue) -> ir.StringValue:
    """Reduce a name to what is heard of it: its first letter and the consonants after it.

    In the manner of Soundex, but without its four letters: names that differ in vowels, doubled
    letters and consonants that sound alike agree.

    Examples
    --------
    >>> import ibis
    >>> ibis.duckdb.connect().execute(skeleton(ibis.literal("meier")))
    'mr'
    """
    close = name.replace(" ", "").replace("ph", "f").replace("ck", "k").replace("sch", "s")
    close = close.translate("zcqgjvwbd", "skkkkffpt").re_replace("(?:h|y)", "")
    heard = close.substr(1).re_replace("[aeiou]", "")
    for letter in "lmnrstkfp":
        heard = heard.re_replace(f"{letter}{letter}+", letter)
    return (close.substr(0, 1) + heard).nullif("")


def _plain(value: ir.Value) -> ir.StringValue:
    text = strip_accents(value.cast("string")).lower().re_replace(r"[^\p{L}\p{N}]+", " ")
    return text.strip().nullif("")


def _letters(value: ir.Value) -> ir.StringValue:
    return _plain(value).re_replace(r"[\p{N}]+", "").strip().nullif("")


def _digits(value: ir.Value) -> ir.StringValue:
    return value.cast("string").re_replace(r"[^0-9]+", "").nullif("")


def _date(value: ir.Value) -> ir.StringValue:
    digits = _digits(value).substr(0, 8)
    return (digits.length() == 8).ifelse(digits, ibis.null("string"))


def _number(value: ir.Value) -> ir.StringValue:
    as_number = value.cast("string").try_cast("float64")
    return ibis.coalesce(as_number.cast("int64").cast("string"), _plain(value))


def _mail(value: ir.Value) -> ir.StringValue:
    return value.cast("string").strip().lower().nullif("")


def _user(mail: ir.StringValue) -> ir.StringValue:
    return mail.split("@")[0].nullif("")


def _words(text: ir.StringValue) -> ir.ArrayValue:
    return text.split(" ").unique()


def _last_names(names: ir.Value) -> ir.ArrayValue:
    each = names.cast("string").split(",").map(lambda n: _letters(n).split(" ")[-1])
    return each.filter(lambda n: n.notnull() & (n != "")).unique()


def _members(values: ir.ArrayValue) -> ir.ArrayValue:
    known = values.filter(lambda v: v.notnull() & (v != "")).unique().sort()
    return (known.length() > 0).ifelse(known, ibis.null(known.type()))


def _normal(value: ir.Value, kind: Kind) -> ir.Value:
    if kind in ("emails", "phones", "handles"):
        return _members(value)
    plain: dict[str, Callable[[ir.Value], ir.Value]] = {
        "given_name": _letters,
        "surname": _letters,
        "full_name": _letters,
        "date": _date,
        "email": _mail,
        "phone": _digits,
        "number": _number,
        "handle": _mail,
    }
    return plain.get(kind, _plain)(value)


def _beside(raw: ir.Value, normal: ir.Value, kind: Kind) -> dict[str, ir.Value]:
    """Return what comparing needs beside the normal form, by the end of the column's name."""
    if kind == "email":
        return {"user": _user(normal)}
    if kind == "emails":
        return {"users": _members(normal.map(_user))}
    if kind in ("text", "address", "full_name"):
        return {"words": _words(normal)}
    if kind == "names":
        return {"words": _last_names(raw)}
    return {}


def _keys(normal: ir.Value, kind: Kind) -> dict[str, tuple[str, ir.Value]]:
    """Return what to block on besides the normal form: end of the name, words, value."""
    if kind in ("given_name", "surname", "city"):
        return {
            "sound": ("sounds like", skeleton(normal)),
            "start": ("begins like", normal.substr(0, 3)),
        }
    if kind == "date":
        return {
            "month": ("month and year of", normal.substr(0, 6)),
            "day": ("day and month of", normal.substr(4, 4)),
            "year": ("year of", normal.substr(0, 4)),
        }
    if kind == "email":
        user = _user(normal)
        start = user.re_replace("[^a-z]+", "").substr(0, 5)
        return {"user": ("user of", user), "start": ("beginning of", start)}
    if kind == "phone":
        return {"end": ("end of", normal.right(6))}
    if kind == "address":
        number, street = normal.re_extract("[0-9]+", 0), normal.re_replace("[0-9 ]+", "")
        return {
            "place": ("number and beginning of", (number + street.substr(0, 4)).nullif("")),
            "start": ("beginning of", street.substr(0, 5)),
        }
    if kind == "text":
        return {"start": ("beginning of", normal.substr(0, 12))}
    return {}


def _rare_words(records: ir.Table, words: str) -> ir.Table:
    """Choose the words of each record that the fewest others have."""
    each = records.select("unique_id", word=records[words].unnest())
    each = each.filter(each.word != "")
    often = each.group_by("word").agg(records=each.count())
    counted = each.inner_join(often.filter(often.records >= _LEAST_RECORDS), "word")
    order = ibis.window(group_by="unique_id", order_by=[counted.records, counted.word])
    ranked = counted.mutate(rank=ibis.row_number().over(order))
    few = ranked.filter(ranked["rank"] < _RARE_WORDS)
    return few.group_by("unique_id").agg(rare=few.word.collect())


def prepare(records: ir.Table, fields: Sequence[Field], also: Sequence[str] = ()) -> Prepared:
    """Normalise the fields of records and make keys of them.

    Parameters
    ----------
    records
        One row a record, with `unique_id` (a number) and the fields.
    fields
        What to compare.
    also
        Columns that go through as they are.
    """
    columns: dict[str, ir.Value] = {}
    keys: list[Key] = []
    rare: list[str] = []
    places = [i for i, f in enumerate(fields) if f.kind in PLACE_KINDS]
    for index, field in enumerate(fields):
        name, raw = f"f{index}", records[field.name]
        cause = places[0] if index in places else index
        normal = _normal(raw, field.kind)
        columns[name] = normal
        columns |= {f"{name}_{end}": v for end, v in _beside(raw, normal, field.kind).items()}
        is_list = field.kind in ("emails", "phones", "handles")
        keys.append(Key(name, index, cause, field.name, is_list))
        if field.kind == "emails":
            keys.append(Key(f"{name}_users", index, cause, f"user of {field.name}", True))
        if field.kind in ("text", "full_name", "names"):
            rare.append(name)
            keys.append(Key(f"{name}_rare", index, cause, f"a rare word of {field.name}", True))
        for end, (words, value) in _keys(normal, field.kind).items():
            columns[f"{name}_{end}"] = value
            keys.append(Key(f"{name}_{end}", index, cause, f"{words} {field.name}"))
    ready = records.select("unique_id", *also, **columns)
    for name in rare:
        found = _rare_words(ready, f"{name}_words").rename({f"{name}_rare": "rare"})
        ready = ready.left_join(found, "unique_id").drop("unique_id_right")
    return Prepared(ready, tuple(keys))
