"""Journeys as rows that attribution counts. Pure Ibis, then numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Final

import ibis
import numpy as np
import pyarrow as pa

from parvis.measure.attribution.paths import Paths

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["GROUPS", "named_channel", "paths_in", "walks"]

#: Customers are put together in so many groups at random; a group is drawn as a whole.
GROUPS: Final = 16**3
_DAY: Final = 86_400


def named_channel(touches: ir.Table, spend: ir.Table) -> ir.Table:
    """Call channels as the accounts do that paid for them.

    A touch whose campaign stands in the spending of one channel, and of no other, is of that
    channel; others keep the name that their link tells.

    Returns
    -------
    ir.Table
        The touches, `channel` renamed.
    """
    paid = spend.filter(spend.campaign.notnull())
    each = paid.group_by(known=paid.campaign.lower()).agg(
        paid_by=paid.channel.max(), channels=paid.channel.nunique()
    )
    one = each.filter(each.channels == 1)
    found = touches.left_join(one, touches.campaign.lower() == one.known)
    return found.select(
        **{
            c: ibis.coalesce(one.paid_by, touches.channel) if c == "channel" else touches[c]
            for c in touches.columns
        }
    )


def walks(touches: ir.Table, journeys: ir.Table, as_of: datetime, click_days: int) -> ir.Table:
    """List the touches of journeys that are over.

    Parameters
    ----------
    touches
        Rows of `touchpoints`, channels named.
    journeys
        Rows of `journeys`.
    as_of
        Up to when the tables speak: who met something lately may still buy.
    click_days
        For how long.

    Returns
    -------
    ir.Table
        `journey_id`, `position`, `channel`, `days_before`, `bought` (0 or 1), `value`, `lot` (the
        group of customers).
    """
    moment = ibis.literal(as_of, "timestamp('UTC')")
    still = moment.delta(journeys.ended_at, unit="second") <= click_days * _DAY
    over = journeys.filter(journeys.order_id.notnull() | ~still).select(
        "journey_id",
        bought=journeys.order_id.notnull().cast("int64"),
        value=journeys.value.cast("float64").fill_null(0.0),
    )
    met = touches.inner_join(over, "journey_id")
    return met.select(
        "journey_id",
        "position",
        "channel",
        "days_before",
        "bought",
        "value",
        lot=met.customer_id.hexdigest("md5").substr(0, 3),
    )


def paths_in(batches: Iterable[pa.RecordBatch], channels: tuple[str, ...]) -> Iterator[Paths]:
    """Turn rows of `walks` into paths; a journey is never cut in two.

    Parameters
    ----------
    batches
        Pieces of the rows, by journey and position.
    channels
        All channels there are.
    """
    held: pa.Table | None = None
    for batch in batches:
        rows = pa.Table.from_batches([batch])
        rows = rows if held is None else pa.concat_tables([held, rows])
        firsts = _firsts(rows)
        # the last journey may go on in the next piece
        last = int(firsts[-1]) if len(firsts) else 0
        held = rows.slice(last)
        if last:
            yield _paths(rows.slice(0, last), firsts[:-1], channels)
    if held is not None and len(held):
        yield _paths(held, np.zeros(1, np.int64), channels)


def _firsts(rows: pa.Table) -> np.ndarray:
    return np.flatnonzero(rows["position"].to_numpy() == 1)


def _paths(rows: pa.Table, firsts: np.ndarray, channels: tuple[str, ...]) -> Paths:
    names = rows["channel"].combine_chunks().dictionary_encode()
    place = {name: number for number, name in enumerate(channels)}
    codes = np.array([place[n] for n in names.dictionary.to_pylist()], np.int32)
    lots = rows["lot"].combine_chunks().dictionary_encode()
    groups = np.array([int(n, 16) for n in lots.dictionary.to_pylist()], np.int64)
    bought = rows["bought"].to_numpy()[firsts].astype(float)
    return Paths(
        channels=channels,
        touches=codes[names.indices.to_numpy()],
        offsets=np.append(firsts, len(rows)).astype(np.int64),
        conversions=bought,
        value=rows["value"].to_numpy()[firsts].astype(float),
        nulls=1 - bought,
        groups=groups[lots.indices.to_numpy()][firsts],
        ages=rows["days_before"].to_numpy().astype(float),
    )
