"""Customers: each row says who somebody is (`identify`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.files.contracts import FileMapping
from parvis.connect.files.fields import fields_of
from parvis.connect.files.functions import fingerprint, json_object
from parvis.connect.files.handles import handles_of
from parvis.connect.files.parse import Setting
from parvis.connect.files.quarantine import fault
from parvis.connect.files.reading import Contents
from parvis.connect.files.rows import (
    Shaped,
    extra_columns,
    identifiers_of,
    is_email,
    phone_text,
    with_faults,
)
from parvis.connect.landing import events_shaped
from parvis.domain.event import EventType

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch

__all__ = ["shape_customers"]

_NO_TRAITS: Final = ("user_id", "anonymous_id", "contact_id", "occurred_at", "received_at")


def _traits_map(values: dict[str, ir.Value]) -> ir.MapValue:
    """Make a map of texts, without those that are null, in order of name."""
    told = [
        ibis.struct({"name": ibis.literal(n), "value": values[n].cast("string")})
        for n in sorted(values)
    ]
    if not told:
        return ibis.null("map<string, string>")
    there = ibis.array(told).filter(lambda t: t["value"].notnull())
    return ibis.map(there.map(lambda t: t["name"]), there.map(lambda t: t["value"]))


def shape_customers(
    scratch: Scratch, typed: ir.Table, contents: Contents, mapping: FileMapping, setting: Setting
) -> Shaped:
    """Turn parsed rows into `identify` events, and rows that nobody can be told by."""
    email = ibis.ifelse(is_email(typed.f_email), typed.f_email, ibis.null("string"))
    phone = phone_text(typed.f_phone)
    # numbers of two CRMs may be alike
    contact = (
        ibis.literal(f"{setting.source}:") + typed.f_contact_id
        if mapping.has("contact_id")
        else ibis.null("string")
    )
    accounts = handles_of(typed, mapping)
    nobody = (
        typed.f_user_id.isnull()
        & typed.f_anonymous_id.isnull()
        & contact.isnull()
        & email.isnull()
        & phone.isnull()
        & ibis.and_(*(account.isnull() for account in accounts.values()))
    )
    known_name = "email" if mapping.has("email") and not mapping.has("user_id") else "user_id"
    rows = scratch.stage(
        with_faults(
            typed.mutate(
                good_email=email,
                good_phone=phone,
                contact=contact,
                **{f"of_{kind}": account for kind, account in accounts.items()},
            ),
            [fault(nobody, "no_identifier", known_name, typed[f"f_{known_name}"])],
        )
    )
    good = rows.filter(rows.fault.isnull())
    read = [f for f in fields_of("customers") if mapping.has(f) and f not in _NO_TRAITS]
    traits: dict[str, ir.Value] = {n: good[f"f_{n}"] for n in read}
    birthday = mapping.read_of("birthday")
    if birthday is not None and birthday.column:
        # what isn't a date stays as it was written
        text = contents.shape.columns.index(birthday.column)
        traits["birthday"] = ibis.coalesce(good.f_birthday.cast("string"), good[f"c{text}"])
    traits |= {n: good[c] for n, c in extra_columns(contents, mapping, read).items()}
    content = json_object(
        {
            **{f"t {n}": v for n, v in traits.items()},
            "user": good.f_user_id,
            "anonymous": good.f_anonymous_id,
            "contact": good.contact,
            "at": good.f_occurred_at,
        }
    )
    now = ibis.literal(setting.now, "timestamp('UTC')")
    at = good.f_occurred_at.fill_null(now)
    # without a date in the file, all that is known is that it holds now
    dated = ibis.ifelse(good.f_occurred_at.notnull(), ibis.null("boolean"), ibis.literal(False))
    handles = {kind: good[f"of_{kind}"] for kind in accounts}
    whose = ibis.coalesce(
        good.f_user_id,
        good.f_anonymous_id,
        good.contact,
        good.good_email,
        good.good_phone,
        *handles.values(),
    )
    events = events_shaped(
        good.select(
            message_id=fingerprint(setting.source, "customer", whose, content),
            source=ibis.literal(setting.source),
            type=ibis.literal(str(EventType.IDENTIFY)),
            occurred_at=at,
            received_at=ibis.coalesce(good.f_received_at, at),
            user_id=good.f_user_id,
            anonymous_id=good.f_anonymous_id,
            identifiers=identifiers_of(
                {
                    "user_id": good.f_user_id,
                    "anonymous_id": good.f_anonymous_id,
                    "contact_id": good.contact,
                    "email": good.good_email,
                    "phone": good.good_phone,
                    **handles,
                }
            ),
            properties=json_object({"date_known": dated}),
            traits=_traits_map(traits),
        )
    )
    odd = int(
        good.filter(good.f_email.notnull() & good.good_email.isnull()).count().to_pyarrow().as_py()
    )
    notes = (
        (f"{odd:,} e-mail addresses aren't valid; they were kept as a trait alone.",) if odd else ()
    )
    return Shaped("events", scratch.stage(events), rows.filter(rows.fault.notnull()), notes)
