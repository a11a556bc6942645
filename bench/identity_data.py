"""Links to measure with, and how close customers come to the truth."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import ibis

from parvis.identity import api as identity
from parvis.identity.preview import evidence_of
from parvis.lake.build.plan import step_version
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.work.identity import IDENTITY_STEPS

__all__ = ["Found", "as_if_built", "links_of", "pairs_found", "put_links"]


def links_of(path: Path, count: int) -> None:
    """Write a file of links: people with two browsers, a mail address and a telephone number.

    One number in sixty is another person's as well, so that some components hold two accounts.
    """
    people = count // 4
    link = """{kind} AS left_kind, {value} AS left_value, 'user_id' AS right_kind,
        'C' || lpad(u::VARCHAR, 9, '0') AS right_value, 'same_event' AS rule,
        {bits}::DOUBLE AS strength, {letter} || u AS message_id, 'crm' AS source,
        TIMESTAMPTZ '2025-01-01' + INTERVAL (u % 400) DAY AS first_at,
        first_at AS last_at, first_at AS known_at, 1::BIGINT AS events FROM people"""
    parts = [
        ("'anonymous_id'", "md5('a' || u)", "14", "'a'"),
        ("'anonymous_id'", "md5('b' || u)", "14", "'b'"),
        ("'email'", "'user' || u || '@mail' || (u % 97) || '.example'", "20", "'e'"),
        ("'phone'", "'+336' || lpad(u::VARCHAR, 8, '0')", "18", "'p'"),
    ]
    names = ("kind", "value", "bits", "letter")
    each = [link.format(**dict(zip(names, part, strict=True))) for part in parts]
    query = " UNION ALL SELECT ".join(each)
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (WITH people AS (SELECT range AS u FROM range({people})) SELECT {query}) "
            f"TO '{path}' (FORMAT parquet)"
        )


def put_links(shop: Workspace, path: Path) -> None:
    """Put a file of links into the lake, with the identifiers that they tie."""
    engine = shop.engine.session()
    links = engine.read_parquet([path])
    engine.append("identity_links", links)
    ends = [
        links.select(
            "first_at",
            "last_at",
            "known_at",
            "events",
            kind=links[f"{side}_kind"],
            value=links[f"{side}_value"],
        )
        for side in ("left", "right")
    ]
    told = identity.added_up(ends[0].union(ends[1]))
    named = told.mutate(normal=told.value, problem=ibis.null("string"))
    engine.append("identifiers", named)
    engine.close()


def as_if_built(shop: Workspace) -> None:
    """Note that what was put into the lake is what a build would have made of events."""
    made = ("identifiers", "identity_links", "identity_records")
    engine = shop.engine.session()
    now = datetime.now(UTC)
    rows = [
        {
            "step": step.table,
            "version": step_version(step, shop.settings),
            "snapshot": engine.snapshot(),
            "as_of": now,
            "built_at": now,
            "seconds": 0.0,
            "rows_written": 0,
            "rows_removed": 0,
        }
        for step in IDENTITY_STEPS
        if step.table in made
    ]
    schema = dict(TABLES["build_state"].ibis.items())
    engine.append("build_state", engine.stage_rows(rows, schema))
    engine.close()


@dataclass(frozen=True, slots=True)
class Found:
    """How close customers come to the truth.

    Parameters
    ----------
    wrong, missed
        Shares of the pairs of identifiers that are in one customer and shouldn't be; of those
        that should be and aren't. Of identifiers on which some silo gives a lead.
    wrong_of_people, missed_of_people
        The same without browsers, which are many and easy.
    largest
        Identifiers of the largest customer.
    """

    wrong: float
    missed: float
    wrong_of_people: float
    missed_of_people: float
    largest: int


def pairs_found(shop: Workspace, truth: Path) -> Found:
    """Compare all pairs of identifiers with the truth of a simulated brand.

    What no silo leads from is left out, for nobody could know it: browsers in which nobody ever
    logged in, and accounts on networks that say neither name nor address. Of what a household
    shares (a mail address of two) the truth names no one person, so it is left out too.
    """
    engine = shop.engine.session()
    owners = engine.table("identities").filter(lambda t: t.normal.notnull())
    owners = engine.stage(owners.select("kind", "normal", "customer_id").distinct())
    links = engine.table("identity_links")
    tied = links.select(kind="left_kind", normal="left_value").union(
        links.select(kind="right_kind", normal="right_value")
    )
    tied = engine.stage(tied.distinct())
    true = engine.stage(_truth(engine, truth))
    known = true.inner_join(owners, ["kind", "normal"])
    leads = tied.union(true.filter(true.kind == "contact_id").select("kind", "normal"))
    known = engine.stage(known.semi_join(leads, ["kind", "normal"]))
    wrong, missed = _shares(engine, known)
    people = known.filter(known.kind != "anonymous_id")
    wrong_of_people, missed_of_people = _shares(engine, people)
    sizes = engine.table("identities").group_by("customer_id").agg(n=ibis._.count())
    largest = engine.rows(sizes.agg(n=sizes.n.max()))[0]["n"]
    engine.close()
    return Found(wrong, missed, wrong_of_people, missed_of_people, largest)


def _truth(engine: object, folder: Path) -> ibis.Table:
    read = engine.read_parquet  # type: ignore[attr-defined]
    people = read([folder / "people.parquet"])
    mails = people.group_by("email").agg(person=people.person.min(), n=people.count())
    browsers = read(sorted((folder / "cookies").glob("*.parquet")))
    browsers = browsers.filter(browsers.person.notnull())
    of_one = browsers.group_by("anonymous_id").agg(
        person=browsers.person.min(), n=browsers.person.nunique()
    )
    contacts = read([folder / "contacts.parquet"])
    accounts = read([folder / "accounts.parquet"])
    accounts = accounts.filter(accounts.person.notnull(), accounts.leads_by != "nothing")
    parts = [
        people.select(kind=ibis.literal("user_id"), normal="customer_number", person="person"),
        people.select(
            kind=ibis.literal("phone"), normal="+" + people.phone.cast("string"), person="person"
        ),
        mails.filter(mails.n == 1).select(
            kind=ibis.literal("email"), normal="email", person="person"
        ),
        of_one.filter(of_one.n == 1).select(
            kind=ibis.literal("anonymous_id"), normal="anonymous_id", person="person"
        ),
        contacts.select(
            kind=ibis.literal("contact_id"), normal="crm:" + contacts.contact_id, person="person"
        ),
        accounts.filter(accounts.network == "fediverse").select(
            kind=ibis.literal("fediverse"),
            normal=accounts.username + "@social.example",
            person="person",
        ),
        accounts.filter(accounts.network == "bluesky").select(
            kind=ibis.literal("bluesky_handle"),
            normal=accounts.username + ".sky.example",
            person="person",
        ),
    ]
    loose = [p.select(*(p[c].cast(t) for c, t in _TYPES.items())) for p in parts]
    return loose[0].union(*loose[1:])


_TYPES = {"kind": "string", "normal": "string", "person": "int64"}


def _shares(engine: object, known: ibis.Table) -> tuple[float, float]:
    rows = engine.rows  # type: ignore[attr-defined]

    def pairs(*columns: str) -> int:
        sizes = known.group_by(*columns).agg(n=known.count())
        return int(rows(sizes.agg(p=(sizes.n * (sizes.n - 1) / 2).sum()))[0]["p"] or 0)

    of_persons, of_customers = pairs("person"), pairs("customer_id")
    right = pairs("person", "customer_id")
    return 1 - right / of_customers, 1 - right / of_persons


def customers(folder: Path) -> None:
    """Print the seconds that customers take from nothing, and how many there are."""
    with Workspace.open(folder) as shop:
        engine = shop.engine.session()
        began = time.perf_counter()
        resolved = identity.resolve(engine, evidence_of(engine), shop.settings.identity)
        seconds = time.perf_counter() - began
        owners = resolved.identities
        found = engine.rows(owners.agg(n=owners.customer_id.nunique()))[0]["n"]
        print(seconds, found)


if __name__ == "__main__":
    customers(Path(sys.argv[2]))
