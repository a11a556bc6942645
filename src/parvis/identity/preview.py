"""What a decision or a new rule would change, told before it does."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from parvis.identity.contracts import Identifier, Preview
from parvis.identity.decide import decided_row
from parvis.identity.decisions import Verdict
from parvis.identity.health import largest
from parvis.identity.norms import NormRules, normalised
from parvis.identity.resolve import Evidence, resolve
from parvis.identity.scope import News, concerned, within
from parvis.lake.functions import together
from parvis.lake.schema import TABLES

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.domain.settings import IdentitySettings
    from parvis.lake.engine import Engine

__all__ = ["evidence_of", "preview", "preview_rules"]

#: How many examples are told.
_EXAMPLES = 20


def evidence_of(engine: Engine) -> Evidence:
    """Return all the evidence that a lake has."""
    return Evidence(
        engine.table("identifiers"),
        engine.table("identity_links"),
        engine.table("identity_records"),
        engine.table("identity_matches"),
        engine.table("identity_decisions"),
    )


def preview(
    engine: Engine,
    settings: IdentitySettings,
    decisions: Sequence[tuple[Verdict, Identifier, Identifier]],
    withdrawn: Sequence[str] = (),
) -> Preview:
    """Tell what decisions would change, without making them.

    Parameters
    ----------
    engine
        A session of its own; what is computed on the way is left in it.
    settings
        The workspace's rules.
    decisions
        Verdict and both identifiers (kind and normalised value), in the order in which they
        would be made.
    withdrawn
        Ids of decisions that would be taken back.
    """
    known = engine.table("identity_decisions")
    extra = _rows(decisions) + _withdrawals(engine, withdrawn)
    schema = dict(TABLES["identity_decisions"].ibis.items())
    made = engine.stage_rows(extra, schema)
    evidence = evidence_of(engine)
    then = Evidence(
        evidence.identifiers, evidence.links, evidence.records, evidence.matches,
        together(known, made),
    )  # fmt: skip
    touched = together(
        made.select(kind="left_kind", normal="left_value"),
        made.select(kind="right_kind", normal="right_value"),
    )
    before = engine.table("identities")
    none = evidence.identifiers.limit(0)
    found = concerned(engine, then, before, News(touched, none, none), settings)
    after = resolve(engine, within(engine, then, found), settings).identities
    return _difference(engine, found.standing, after)


def preview_rules(engine: Engine, settings: IdentitySettings) -> Preview:
    """Tell what other rules would change, without following them.

    All customers are computed again, so it takes as long as that.

    Parameters
    ----------
    engine
        A session of its own.
    settings
        The rules that are thought of: limits, what never links, what is blocked.
    """
    evidence = evidence_of(engine)
    named = evidence.identifiers.drop("normal", "problem")
    anew = engine.stage(normalised(named, NormRules.of(settings)))
    # a link whose ends are compared otherwise now falls away; none can come from rules alone
    then = Evidence(
        anew, evidence.links, evidence.records, evidence.matches, evidence.decisions
    )  # fmt: skip
    after = resolve(engine, then, settings).identities
    return _difference(engine, engine.table("identities"), after)


def _rows(decisions: Sequence[tuple[Verdict, Identifier, Identifier]]) -> list[dict[str, Any]]:
    return [
        # later than all that was decided
        decided_row(verdict, (left, right), "", "") | {"decision_id": f"~{place:05}"}
        for place, (verdict, left, right) in enumerate(decisions)
    ]


def _withdrawals(engine: Engine, withdrawn: Sequence[str]) -> list[dict[str, Any]]:
    if not withdrawn:
        return []
    made = engine.table("identity_decisions")
    found = engine.rows(made.filter(made.decision_id.isin(list(withdrawn))))
    return [
        {**row, "decision_id": f"~w{place:05}", "verdict": "withdraw",
         "withdraws": row["decision_id"]}
        for place, row in enumerate(found)
    ]  # fmt: skip


def _difference(engine: Engine, before: ir.Table, after: ir.Table) -> Preview:
    now = engine.stage(before.select("kind", "value", was="customer_id"))
    then = after.select("kind", "value", will="customer_id")
    both = engine.stage(now.inner_join(then, ["kind", "value"]))
    moved = engine.stage(both.filter(both.was != both.will))
    counts = engine.rows(
        both.agg(
            customers_before=both.was.nunique(),
            customers_after=both.will.nunique(),
            identifiers=(both.was != both.will).sum().fill_null(0),
        )
    )[0]
    gone = both.select(c="was").distinct().anti_join(both.select(c="will").distinct(), "c")
    new = both.select(c="will").distinct().anti_join(both.select(c="was").distinct(), "c")
    orders = engine.table("orders")
    theirs = orders.semi_join(gone.select(customer_id="c"), "customer_id")
    at_stake = engine.rows(
        theirs.agg(orders=theirs.count(), sales=theirs.net_base.sum().fill_null(0))
    )[0]
    examples = engine.rows(moved.order_by("kind", "value").limit(_EXAMPLES))
    return Preview(
        identifiers=int(counts["identifiers"]),
        customers_before=counts["customers_before"],
        customers_after=counts["customers_after"],
        gone=engine.count(gone),
        new=engine.count(new),
        largest_before=largest(engine, both, "was"),
        largest_after=largest(engine, both, "will"),
        orders=at_stake["orders"],
        sales=Decimal(at_stake["sales"] or 0),
        examples=tuple((r["kind"], r["value"], r["was"], r["will"]) for r in examples),
    )
