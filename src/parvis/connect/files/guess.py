"""Which column is which field: by what it is called, and by what stands in it."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from parvis.connect.files.contracts import FieldRead, FileMapping, Kind
from parvis.connect.files.fields import Field, fields_of

__all__ = ["guess", "plain_name"]

_ENOUGH: Final = 0.82
_EMAIL: Final = re.compile(r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
_DATE: Final = re.compile(
    r"^\D{0,12}\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|^\d{8}$|^\d{10}(\d{3})?(\d{3})?$|^\d{5}(\.\d+)?$"
    r"|\d{1,2}\W{1,3}[^\W\d_]{3,9}\W{1,3}\d{2,4}|^[^\W\d_]{3,9}\W{1,3}\d{1,2}\W+\d{4}"
)
_NUMBER: Final = re.compile(
    r"^\W*([A-Z]{3}|[€$£])?\W*\d[\d.,'’\s\u00a0\u202f]*(e[+-]?\d+)?\W*([A-Z]{3}|[€$£])?\W*$"
)

_SNOWPLOW: Final[dict[str, tuple[str, str | None]]] = {
    "message_id": ("event_id", None),
    "type": ("event", None),
    "name": ("event_name", None),
    "occurred_at": ("derived_tstamp", None),
    "original_timestamp": ("dvce_created_tstamp", None),
    "sent_at": ("dvce_sent_tstamp", None),
    "received_at": ("collector_tstamp", None),
    "user_id": ("user_id", None),
    "anonymous_id": ("domain_userid", None),
    "session_id": ("domain_sessionid", None),
    "url": ("page_url", None),
    "title": ("page_title", None),
    "referrer": ("page_referrer", None),
    "page_view_id": ("contexts_com_snowplowanalytics_snowplow_web_page_1_0_0", "[0].id"),
    "is_robot": ("contexts_com_iab_snowplow_spiders_and_robots_1_0_0", "[0].spiderOrRobot"),
    "channel": ("mkt_medium", None),
    "campaign": ("mkt_campaign", None),
}
_SEGMENT: Final[dict[str, tuple[str, str | None]]] = {
    "message_id": ("messageId", None),
    "type": ("type", None),
    "name": ("event", None),
    "occurred_at": ("timestamp", None),
    "original_timestamp": ("originalTimestamp", None),
    "sent_at": ("sentAt", None),
    "received_at": ("receivedAt", None),
    "user_id": ("userId", None),
    "anonymous_id": ("anonymousId", None),
    "properties": ("properties", None),
    "traits": ("traits", None),
    "context": ("context", None),
}
_SHOPIFY: Final[dict[str, tuple[str, str | None]]] = {
    "order_id": ("Name", None),
    "occurred_at": ("Created at", None),
    "email": ("Email", None),
    "phone": ("Phone", None),
    "total": ("Total", None),
    "price": ("Lineitem price", None),
    "quantity": ("Lineitem quantity", None),
    "discount": ("Lineitem discount", None),
    "order_discount": ("Discount Amount", None),
    "coupon": ("Discount Code", None),
    "shipping": ("Shipping", None),
    "tax": ("Taxes", None),
    "currency": ("Currency", None),
    "status": ("Financial Status", None),
    "updated_at": ("Cancelled at", None),
    "refunded_amount": ("Refunded Amount", None),
    "sku": ("Lineitem sku", None),
    "name": ("Lineitem name", None),
    "brand": ("Vendor", None),
    "channel": ("Source", None),
}
_KNOWN: Final[tuple[tuple[Kind, frozenset[str], dict[str, tuple[str, str | None]], str], ...]] = (
    # the columns that tell a known shape, what it is, and where its clock stands
    ("events", frozenset({"event_id", "collector_tstamp", "derived_tstamp"}), _SNOWPLOW, "UTC"),
    ("events", frozenset({"type", "messageId"}), _SEGMENT, "UTC"),
    ("events", frozenset({"type", "properties"}), _SEGMENT, "UTC"),
    ("events", frozenset({"type", "userId"}), _SEGMENT, "UTC"),
    ("events", frozenset({"type", "anonymousId"}), _SEGMENT, "UTC"),
    ("orders", frozenset({"Name", "Financial Status", "Lineitem quantity"}), _SHOPIFY, ""),
)


def plain_name(name: str) -> str:
    """Write a column's name in lower case, without accents, signs and camel humps.

    Examples
    --------
    >>> plain_name("N° de Commande"), plain_name("orderId"), plain_name("Unit_Price (EUR)")
    ('n de commande', 'order id', 'unit price eur')
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).replace("n°", "n ").replace("N°", "n ")
    bare = unicodedata.normalize("NFKD", spaced).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall(r"[a-z]+|\d+", bare))


def guess(kind: Kind, columns: Sequence[str], samples: Mapping[str, Sequence[str]]) -> FileMapping:
    """Guess a mapping.

    Parameters
    ----------
    kind
        What the file holds.
    columns
        The names of its columns.
    samples
        For each column, a few of its values that aren't empty.

    Returns
    -------
    FileMapping
        With the fields that were found; required ones may be missing.
    """
    for holds, telling, fields, zone in _KNOWN:
        if holds == kind and telling <= set(columns):
            reads = tuple(
                FieldRead(f, column=c, path=p) for f, (c, p) in fields.items() if c in columns
            )
            return FileMapping(kind, reads, zone=zone)
    known = fields_of(kind)
    scored = sorted(
        (
            (_score(field, column, samples.get(column, ())), -place, -order, field, column)
            for order, field in enumerate(known.values())
            for place, column in enumerate(columns)
            if not column.lower().startswith("parvis_")
        ),
        key=lambda s: s[:3],
        reverse=True,
    )
    taken: dict[str, str] = {}
    for score, _, _, field, column in scored:
        if score >= _ENOUGH and field.name not in taken and column not in taken.values():
            taken[field.name] = column
    return FileMapping(kind, tuple(FieldRead(f, column=taken[f]) for f in known if f in taken))


def _score(field: Field, column: str, values: Sequence[str]) -> float:
    name = plain_name(re.sub(r" \(\d+\)$", "", column))
    names = field.names
    if name in names:
        best = 1.0 - names.index(name) * 0.001
    elif len(name) > 4 and difflib.get_close_matches(name, names, 1, 0.9):
        best = 0.9
    else:
        # "Unit price (EUR)", "order date (UTC)": a known name with something after it
        bare = re.sub(r" (eur|euros?|usd|gbp|chf|utc|ttc|in eur)$", "", name)
        best = 0.85 if bare != name and bare in names else 0.0
    return best if best and _plausible(field, values) else 0.0


def _plausible(field: Field, values: Sequence[str]) -> bool:
    """Tell whether the values can be what the name promises; bad rows are allowed for."""
    if not values:
        return True
    checks = {
        "moment": _DATE,
        "day": _DATE,
        "amount": _NUMBER,
        "number": _NUMBER,
        "whole": _NUMBER,
        "email": _EMAIL,
    }
    check = checks.get(field.read_as)
    if check is None:
        # a number where a word is expected is no name of a product
        return not (field.name == "name" and all(_NUMBER.match(v) for v in values))
    return sum(bool(check.search(v)) for v in values) * 5 >= len(values)
