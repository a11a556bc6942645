"""Spend: what one channel, campaign and place cost on one day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from parvis.connect.files.contracts import FileMapping
from parvis.connect.files.functions import fingerprint, json_object
from parvis.connect.files.parse import Setting
from parvis.connect.files.quarantine import fault
from parvis.connect.files.reading import Contents
from parvis.connect.files.rows import Shaped, extra_columns, with_faults

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.files.scratch import Scratch

__all__ = ["shape_spend"]


def shape_spend(
    scratch: Scratch, typed: ir.Table, contents: Contents, mapping: FileMapping, setting: Setting
) -> Shaped:
    """Turn parsed rows into rows of `spend`.

    Rows of one key that another column tells apart (an ad group, a device) are added up; rows
    that are alike count once; rows that only differ in their figures are set aside, as is what
    contradicts an earlier file: which of the two is right, nobody here can tell.
    """
    extras = extra_columns(contents, mapping).values()
    needed = ("day", "channel", "amount")
    key = fingerprint(
        setting.source, typed.f_day, typed.f_channel, typed.f_campaign, typed.f_geography
    )
    detail = json_object({c: typed[c] for c in extras}).cast("string")
    figures = json_object(
        {n: typed[f"f_{n}"] for n in ("amount", "currency", "impressions", "clicks")}
    ).cast("string")
    rows = typed.mutate(key=key, detail=detail, figures=figures)
    rows = with_faults(rows, [fault(rows[f"f_{n}"].isnull(), "missing", n) for n in needed])
    rows = scratch.stage(rows)
    good = rows.filter(rows.fault.isnull())
    groups = scratch.stage(
        good.group_by("key").agg(
            details=good.detail.nunique(),
            contents=(good.detail + good.figures).nunique(),
            currencies=good.f_currency.nunique(),
        )
    )
    joined = good.join(groups, "key")
    told = joined.f_amount.cast("string") + " " + joined.f_currency
    judged = with_faults(
        joined,
        [
            fault(joined.contents > joined.details, "two_figures", "amount", told),
            fault(joined.currencies > 1, "mixed_currency", "currency", joined.f_currency),
        ],
    )
    judged = scratch.stage(judged.select(*rows.columns))
    kept = judged.filter(judged.fault.isnull())
    # rows that are alike in all columns are one row, exported twice
    kept = kept.distinct(on=["key", "detail", "figures"], keep="first")
    day = kept.group_by("key").agg(
        day=kept.f_day.min(),
        channel=kept.f_channel.min(),
        campaign=kept.f_campaign.min(),
        geography=kept.f_geography.min(),
        amount=kept.f_amount.sum().cast("decimal(18, 4)"),
        currency=kept.f_currency.min(),
        impressions=kept.f_impressions.sum(),
        clicks=kept.f_clicks.sum(),
        known_at=kept.f_received_at.max(),
        parts=kept.count(),
    )
    day = scratch.stage(day)
    known = scratch.table("spend").select(
        key="row_key", k_amount="amount", k_currency="currency", k_impressions="impressions",
        k_clicks="clicks",
    )  # fmt: skip
    against = day.join(known, "key")
    differs = against.filter(
        (against.amount != against.k_amount)
        | (against.currency != against.k_currency)
        | ~against.impressions.identical_to(against.k_impressions)
        | ~against.clicks.identical_to(against.k_clicks)
    )
    texts = [
        a.cast("string") + " " + c + ibis.coalesce(", " + i.cast("string") + " impressions", "")
        + ibis.coalesce(", " + k.cast("string") + " clicks", "")
        for a, c, i, k in (
            (differs.amount, differs.currency, differs.impressions, differs.clicks),
            (differs.k_amount, differs.k_currency, differs.k_impressions, differs.k_clicks),
        )
    ]  # fmt: skip
    against = scratch.stage(differs.select(other="key", both=texts[0] + "; known: " + texts[1]))
    late = judged.filter(judged.fault.isnull()).join(against, [("key", "other")])
    late = late.mutate(fault=fault(late.other.notnull(), "differs_from_known", "amount", late.both))
    bad = rows.filter(rows.fault.notnull())
    for more in (judged.filter(judged.fault.notnull()), late):
        bad = bad.union(more.select(*rows.columns))
    now = ibis.literal(setting.now, "timestamp('UTC')")
    fresh = day.anti_join(against, [("key", "other")])
    spend = fresh.select(
        row_key="key",
        source=ibis.literal(setting.source),
        day="day",
        channel="channel",
        campaign="campaign",
        geography="geography",
        amount="amount",
        currency="currency",
        impressions="impressions",
        clicks="clicks",
        received_at=fresh.known_at.fill_null(now),
        import_id=ibis.null("string"),
    )
    summed = int(day.filter(day.parts > 1).count().to_pyarrow().as_py())
    by = ", ".join(list(extra_columns(contents, mapping))[:3])
    notes = (
        (f"{summed:,} days are told in several rows (by {by}); they were added up.",)
        if summed
        else ()
    )
    return Shaped("spend", scratch.stage(spend), scratch.stage(bad), notes)
