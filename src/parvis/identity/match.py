"""The doubtful: look for people whom silos know apart, and keep what was found as evidence."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis

from parvis.identity.preview import evidence_of
from parvis.identity.resolve import Evidence, resolve

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine
    from parvis.lake.workspace import Workspace

__all__ = ["MatchReport", "last_matching", "match", "match_is_due"]

#: With fewer people than this there is nothing to learn from.
_LEAST_RECORDS = 50

_NOTE = "identity.json"


@dataclass(frozen=True, slots=True)
class MatchReport:
    """What a search for people who are alike did.

    Parameters
    ----------
    records
        Records of people that were looked at.
    merged, to_review
        Pairs in the band that joins, and in the band that a person looks at.
    new, gone
        Pairs that were not known before; that no longer hold.
    seconds
        How long it took.
    model
        What was compared and how, and what it learnt; empty where there was too little.
    reason
        Why nothing was found, if so.
    """

    records: int
    merged: int
    to_review: int
    new: int
    gone: int
    seconds: float
    model: dict[str, Any]
    reason: str = ""


def match(workspace: Workspace) -> MatchReport:
    """Look for records of people that are alike; the next build joins those that surely are.

    Everything is looked at anew, with what is sure already as a lesson: the silos' own numbers
    tell what one person's records look like. What was found is evidence like any other, and a
    person's decision outranks it.

    Parameters
    ----------
    workspace
        A workspace that is built.

    Returns
    -------
    MatchReport
        How many pairs, and the model. The model is also kept in the workspace's
        `models/identity.json`.
    """
    from parvis.identity.alike.contracts import AlikeRules
    from parvis.identity.alike.people import match_people

    began = time.perf_counter()
    settings = workspace.settings.identity
    engine = workspace.engine.session()
    try:
        records = engine.stage(_with_customers(workspace, engine))
        count = engine.count(records)
        rules = AlikeRules(merge=settings.merge_precision, review=settings.review_probability)
        now = datetime.now(UTC)
        found = match_people(engine, records, now, rules)
        pairs = engine.stage(_as_before(engine, found.pairs))
        written = engine.reconcile("identity_matches", pairs, None)
        bands = {
            r["band"]: r["n"] for r in engine.rows(pairs.group_by("band").agg(n=pairs.count()))
        }
        model = json.loads(found.model.to_json())
    finally:
        engine.close()
    report = MatchReport(
        count, bands.get("merge", 0), bands.get("review", 0), written.added, written.removed,
        time.perf_counter() - began, model, found.model.reason,
    )  # fmt: skip
    _note(workspace, report, now)
    return report


def match_is_due(workspace: Workspace) -> bool:
    """Tell whether people should be looked for again: enough of them, and long enough ago."""
    last = last_matching(workspace)
    if last is not None:
        passed = datetime.now(UTC) - datetime.fromisoformat(last["matched_at"])
        if passed < timedelta(days=workspace.settings.identity.match_every_days):
            return False
    records = workspace.engine.table("identity_records")
    names = (records[c].notnull() for c in ("first_name", "last_name", "full_name"))
    named = records.filter(ibis.or_(*names))
    enough = named.limit(_LEAST_RECORDS)
    return workspace.engine.count(enough) >= _LEAST_RECORDS


def last_matching(workspace: Workspace) -> dict[str, Any] | None:
    """Return what the last search found and by which model; null: there was none."""
    try:
        return json.loads(_path(workspace).read_text("utf-8"))  # type: ignore[no-any-return]
    except (OSError, ValueError):
        return None


def _with_customers(workspace: Workspace, engine: Engine) -> ir.Table:
    """Say of each record whose it is for sure: without any earlier match or decision.

    A decision is about two: one on a mother and her child must not teach that households are
    one person. What is found is thus a function of the facts, and withdrawing leaves no trace.
    """
    evidence = evidence_of(engine)
    sure = Evidence(
        evidence.identifiers, evidence.links, evidence.records, evidence.matches.limit(0),
        evidence.decisions.limit(0),
    )  # fmt: skip
    owners = resolve(engine, sure, workspace.settings.identity).identities
    # the name that came with a household's address is one of several people's
    whose = owners.filter(owners.normal.notnull(), ~owners.is_shared)
    whose = whose.select("kind", "customer_id", value="normal")
    return evidence.records.inner_join(whose.distinct(), ["kind", "value"])


def _as_before(engine: Engine, pairs: ir.Table) -> ir.Table:
    """Keep the time of what was found before, so that nothing seems new that isn't."""
    old = engine.table("identity_matches")
    ends = ["left_kind", "left_value", "right_kind", "right_value"]
    known = old.select(*ends, "band", was=old.probability, found_at=old.matched_at)
    both = pairs.left_join(known, ends)
    same = (
        both.found_at.notnull()
        & (both.band == both.band_right)
        & ((both.was - both.probability).abs() < 1e-9)
    )
    return both.select(
        *(pairs.columns[i] for i in range(len(pairs.columns)) if pairs.columns[i] != "matched_at"),
        matched_at=same.ifelse(both.found_at, both.matched_at),
    ).select(*pairs.columns)


def _note(workspace: Workspace, report: MatchReport, at: datetime) -> None:
    told = {
        "matched_at": at.isoformat(),
        "records": report.records,
        "merged": report.merged,
        "to_review": report.to_review,
        "model": report.model,
    }
    text = json.dumps(told, indent=1, ensure_ascii=False)
    workspace.files.keep_note(_NOTE, text)


def _path(workspace: Workspace) -> Path:
    return workspace.files.models / _NOTE
