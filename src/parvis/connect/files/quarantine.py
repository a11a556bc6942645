"""Rows that could not be read: kept whole, with the reason, to be mended and brought again."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import ibis

from parvis.connect.files.contracts import QuarantineReason
from parvis.connect.files.functions import fingerprint, json_keys, json_object
from parvis.connect.files.parse import FAULT_TYPE, Setting
from parvis.connect.files.reading import Contents
from parvis.errors import SourceError
from parvis.lake.functions import json_text

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.workspace import Workspace

__all__ = [
    "MEANINGS",
    "QuarantinedSource",
    "export_quarantine",
    "fault",
    "quarantine_rows",
    "quarantined_sources",
    "reasons_of",
]

#: What each reason means, and what to do.
MEANINGS: Final = {
    "ambiguous_date": "day and month can't be told apart: say --date-format",
    "ambiguous_number": "thousands or decimals? Say --decimal comma or --decimal point",
    "before_1990": "a date before 1990: correct it",
    "before_1970": "a date before 1970: correct it",
    "ends_before": "it ends before it begins: correct the days",
    "differs_from_known": "known with other figures, which were kept: check which are right",
    "in_the_future": "a date more than a day from now: check it, and --date-format",
    "line_too_long": "a line of more than 16 MB: check the quotes",
    "missing": "a field that is needed is empty: fill it in",
    "mixed_currency": "lines of one order in several currencies: check the order number",
    "mixed_customer": "lines of one order belong to several customers: check the order number",
    "mixed_total": "the order's total differs between its lines: if that column is the line's "
    "amount, say --set amount=…",
    "named_twice": "the same name twice: each experiment, and each city in it, is named once",
    "not_a_date": "not a date: correct it",
    "not_a_factor": "a factor of the usual budget was expected: 0 for none, 2 for twice as much",
    "not_a_number": "not a number: correct it",
    "not_a_share": "a part between 0 and 1 was expected, such as 0.2",
    "not_a_whole_number": "a whole number was expected: correct it",
    "not_yes_or_no": "yes or no was expected: correct it",
    "not_json": "not valid JSON: correct it",
    "not_senml": "not a list of SenML records (RFC 8428): check what the device sends",
    "not_a_mail": "neither a header nor a text: not an e-mail message",
    "not_an_id": "an identifier must be text: correct it",
    "not_xml": "not valid XML: correct it, or export the feed again",
    "no_identifier": "nothing tells whose it is: give a customer number or an e-mail address",
    "order_incomplete": "another line of the same order can't be read; the order waits for it",
    "other_currency": "the amount carries another currency's sign: say --currency, or give a "
    "column of currencies",
    "repeated_key": "the same key twice in one object: take one away",
    "quote_not_closed": "a quotation mark isn't closed: double or remove it",
    "refund_shrank": "less is refunded than an earlier file said: check which is right",
    "refund_unknown": "partly refunded, but no column says how much: --set refunded_amount=…",
    "too_deep": "nested more than 64 deep: correct it",
    "too_few_columns": "the line has too few columns; it may have been cut",
    "too_large": "an amount above 10,000,000,000,000: correct it",
    "too_long": "an experiment of more than 400 days: correct the days",
    "too_many_columns": "the line has too many columns: put the delimiter in quotes",
    "total_differs": "sales and returns in one order don't add up to its total: check both",
    "two_designs": "an experiment leaves people out, or changes cities: tell of two",
    "two_figures": "the same day, channel, campaign and place twice, with different figures",
    "unknown_activity": "an activity of a kind that isn't understood; nothing is to be done",
    "unknown_channel": "no money is spent on a channel of that name: correct it, or import the "
    "spending, then the plan again",
    "unknown_city": "no customer and no spending has that city: correct it, or import them, then "
    "the plan again",
    "unknown_currency": "not a currency: use a code such as EUR",
    "unknown_kind": "expected holdout or cities",
    "unknown_record": "a record of a kind that isn't understood; nothing is to be done",
    "wrong_clock": "the device's clock was wrong: before 2000, or over a day after it was received",
    "unknown_subject": "expected email, user_id or anonymous_id",
    "unknown_type": "expected track, identify, page, screen, group or alias",
}


def fault(
    condition: ir.BooleanValue, reason: str, field: str, value: ir.Value | None = None
) -> ir.Value:
    """Give a reason to the rows for which a condition holds; null to the others."""
    told = ibis.struct(
        {
            "reason": ibis.literal(reason),
            "field": ibis.literal(field),
            "value": ibis.null("string") if value is None else value.cast("string"),
        }
    )
    return ibis.ifelse(condition.fill_null(False), told.cast(FAULT_TYPE), ibis.null(FAULT_TYPE))


def quarantine_rows(rows: ir.Table, contents: Contents, setting: Setting) -> ir.Table:
    """Shape bad rows, and lines that couldn't be split, as rows of `quarantine`.

    Parameters
    ----------
    rows
        Rows of the file whose `fault` isn't null.
    contents
        The file.
    setting
        The source and the moment.
    """
    columns = contents.shape.columns
    raw = json_object({name: rows[f"c{i}"] for i, name in enumerate(columns)})
    bad = rows.select(
        row_number=rows.row_number,
        field=rows.fault["field"],
        value=rows.fault["value"],
        reason=rows.fault["reason"],
        raw=raw.cast("string"),
    )
    lines = contents.rejected
    split = lines.select(
        row_number=lines.row_number,
        field=ibis.null("string"),
        value=ibis.null("string"),
        reason=lines.reason,
        raw=json_object({"parvis_line": lines.line}).cast("string"),
    )
    both = bad.union(split)
    # two rows that are alike are two rows, but the same row of the same file again is not
    place = ibis.row_number().over(group_by=[both.reason, both.raw], order_by=both.row_number)
    both = both.mutate(place=place)
    return both.select(
        row_key=fingerprint("quarantine", setting.source, both.reason, both.raw, both.place),
        source=ibis.literal(setting.source),
        file=ibis.literal(contents.shape.path.name),
        row_number=both.row_number,
        field=both.field,
        value=both.value,
        reason=both.reason,
        raw=both.raw.cast("json"),
        received_at=ibis.literal(setting.now, "timestamp('UTC')"),
    )


def reasons_of(quarantine: ir.Table, examples: int = 3) -> tuple[QuarantineReason, ...]:
    """Count rows of the quarantine by reason, with the first few of each."""
    counted = quarantine.group_by("reason").agg(rows=quarantine.count())
    place = ibis.row_number().over(group_by=quarantine.reason, order_by=quarantine.row_number)
    first = quarantine.mutate(place=place).filter(lambda t: t.place < examples)
    first = first.select(
        "reason", "row_number", "field", "value", line=json_text(first.raw, "parvis_line")
    )
    met: dict[str, list[tuple[int | None, str, str]]] = {}
    for row in first.order_by("reason", "row_number").to_pyarrow().to_pylist():
        told = (row["row_number"], row["field"] or "", row["value"] or row["line"] or "")
        met.setdefault(str(row["reason"]), []).append(told)
    return tuple(
        QuarantineReason(
            str(r["reason"]),
            MEANINGS.get(str(r["reason"]), str(r["reason"])),
            int(r["rows"]),
            tuple(met.get(str(r["reason"]), ())),
        )
        for r in counted.order_by([ibis.desc("rows"), "reason"]).to_pyarrow().to_pylist()
    )


@dataclass(frozen=True, slots=True)
class QuarantinedSource:
    """What one file of one source left in the quarantine."""

    source: str
    file: str
    rows: int
    reasons: tuple[QuarantineReason, ...]


def quarantined_sources(workspace: Workspace, source: str = "") -> tuple[QuarantinedSource, ...]:
    """Tell what is in the quarantine, file by file.

    Parameters
    ----------
    source
        Only this one; empty: all.
    """
    rows = _of(workspace, source)
    found = rows.group_by("source", "file").agg(rows=rows.count()).order_by("source", "file")
    told = []
    for row in found.to_pyarrow().to_pylist():
        name = row["file"]
        same = rows.file.isnull() if name is None else rows.file == name
        part = rows.filter((rows.source == row["source"]) & same)
        told.append(
            QuarantinedSource(str(row["source"]), name or "", int(row["rows"]), reasons_of(part))
        )
    return tuple(told)


def _of(workspace: Workspace, source: str) -> ir.Table:
    rows = workspace.table("quarantine")
    return rows.filter(rows.source == source) if source else rows


def export_quarantine(workspace: Workspace, target: Path, source: str = "") -> int:
    """Write the rows of the quarantine as CSV, to be mended and imported again.

    The columns are the file's own, with `parvis_reason`, `parvis_field` and `parvis_row`
    before them, and `parvis_line` for a line that couldn't be split; an import leaves these aside.

    Returns
    -------
    int
        How many rows were written.

    Raises
    ------
    SourceError
        There is nothing to write, or files of different columns would be mixed.
    """
    rows = _of(workspace, source)
    sources = rows.select("source").distinct().order_by("source").to_pyarrow().to_pylist()
    if not sources:
        raise SourceError(
            "The quarantine is empty" + (f" for {source!r}." if source else "."),
            "There is nothing to mend.",
        )
    if len(sources) > 1:
        several = ", ".join(str(s["source"]) for s in sources)
        raise SourceError(
            f"The quarantine holds rows of several sources: {several}.",
            "Write one at a time: --source NAME.",
        )
    keys = rows.select(key=json_keys(rows.raw).unnest())
    order = keys.group_by("key").agg(rows=keys.count()).order_by([ibis.desc("rows"), "key"])
    names = [str(r["key"]) for r in order.to_pyarrow().to_pylist()]
    columns = {n: json_text(rows.raw, '"' + n.replace('"', '\\"') + '"') for n in names}
    told = rows.order_by("file", "row_number").select(
        parvis_reason=rows.reason,
        parvis_field=rows.field,
        parvis_row=rows.row_number,
        **columns,
    )
    _written(told, target)
    return int(rows.count().to_pyarrow().as_py())


def _written(table: ir.Table, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    table.to_csv(part)
    part.replace(target)


def open_orders(rejected: ir.Table, place: int, delimiter: str) -> ir.Table:
    """Return what stands at the order number's place in lines that couldn't be split.

    An order of which a line was cut isn't whole, though its other lines can be read.
    """
    cells = rejected.line.split(delimiter)
    found = ibis.ifelse(cells.length() > place, cells[place].strip(), ibis.null("string"))
    text = found.re_replace('^"|"$', "")
    return rejected.select(order_id=text).filter(lambda t: t.order_id.notnull()).distinct()
