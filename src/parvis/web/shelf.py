"""One state of the lake, laid out for the pages.

The lake is laid out for scans: to find one customer's rows in it takes 60 to 150 ms (2 cores,
1.5 M order lines). The pages ask for customers by name, so each state of the lake is copied
once, sorted by customer, into the engine's own temporary tables (3 s, in the background; what
doesn't fit in memory spills), and a page then takes 2 to 25 ms. All that a page says comes from
one shelf, hence from one state.
"""

from __future__ import annotations

import contextlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast
from zoneinfo import ZoneInfo

import ibis
import pyarrow as pa

from parvis.identity import api as identity
from parvis.lake.engine import Engine
from parvis.lake.workspace import Workspace
from parvis.listen.api import masked, personal_data
from parvis.profile import api as profile
from parvis.web import said, texts_laid
from parvis.web.statements import Statement

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["Shelf", "Situation"]

T = TypeVar("T")

_KEPT: Final = 600

_LINE_COLUMNS: Final = (
    "customer_id", "ordered_on", "source", "order_id", "line_number", "product_id", "name",
    "category", "brand", "quantity", "currency", "net_amount", "net_base", "refunded_amount",
    "message_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Situation:
    """What the tables speak of.

    Parameters
    ----------
    version
        The lake's state.
    as_of, built_at
        Up to which moment the built tables speak, and when they were built; null: never.
    simulated
        The silos whose rows are made up.
    """

    version: int
    zone: str
    currency: str
    as_of: datetime | None
    built_at: datetime | None
    simulated: frozenset[str] = frozenset()

    @property
    def day(self) -> date | None:
        """The day that `as_of` is, in the workspace's zone."""
        return None if self.as_of is None else self.as_of.astimezone(ZoneInfo(self.zone)).date()


class Shelf:
    """One state of the lake, laid out for the pages.

    Parameters
    ----------
    workspace
        Whose lake.
    version
        The state; the lake must be at it now.
    """

    def __init__(self, workspace: Workspace, version: int) -> None:
        self.version = version
        self.workspace = workspace
        self._engine = workspace.engine.session()
        self._alone = threading.RLock()
        self._reached = False
        self._kept = _Kept()
        self._tables: dict[str, ir.Table] = {}
        self._lake: dict[str, ir.Table] = {}
        try:
            self._stock()
        except BaseException:
            self._engine.close()
            raise
        names = (t.get_name() for t in self._tables.values())
        #: What the SQL of a question about the shelf depends on.
        self.names = (*names, str(self.situation.as_of), self.situation.zone)

    def _stock(self) -> None:
        settings = self.workspace.settings
        state = self._at("build_state")
        row = state.agg(as_of=state.as_of.max(), built_at=state.built_at.max())
        last = row.to_pyarrow().to_pylist()[0]
        self.situation = Situation(
            self.version, settings.time.zone, settings.money.currency,
            last["as_of"], last["built_at"], profile.simulated_sources(self.engine),
        )  # fmt: skip
        by_customer = {
            "profiles": self._at("profiles").order_by("customer_id"),
            **self._who(),
            "orders": self._at("orders").order_by("customer_id", "ordered_at"),
            "order_lines": self._at("order_lines")
            .select(*_LINE_COLUMNS)
            .order_by("customer_id", "source", "order_id"),
            "sessions": self._at("sessions").order_by("customer_id"),
            "all_events": self._all_events(),
            "build_state": state,
            "texts": texts_laid.texts(self._at, settings.time.zone, self._masked()),
            "copied": texts_laid.copied(self._at),
            "topics": self._at("topics"),
            "stances": texts_laid.stances(self._at),
            "voices": said.voices(self._at),
            "heard": said.heard(self._at),
            "said_by_day": said.counted_by_day(self._at, settings.time.zone),
            "named_by_day": said.counted_by_name(self._at, settings.time.zone),
        }
        for name, rows in by_customer.items():
            self._tables[name] = self._engine.stage(rows)
        kinds = texts_laid.text_kinds(self._tables["texts"])
        self._tables["text_kinds"] = self._engine.stage(kinds)

    def _who(self) -> dict[str, ir.Table]:
        """Who is who: identifiers, evidence and records by customer, and what is in doubt."""
        owners = self._engine.stage(self._at("identities").order_by("customer_id"))
        doubts = identity.Doubts(
            self._at("identity_matches"), self._engine.stage(self._at("identity_stops")),
            self._at("identity_decisions"), owners, self._at("profiles"),
        )  # fmt: skip
        self._tables["identities"] = owners
        links = self._at("identity_links")
        seen = self._at("identifiers").drop("normal")
        found = owners.left_join(seen, ["kind", "value"]).drop("kind_right", "value_right")
        whose = owners.filter(owners.normal.notnull()).select("kind", "normal", "customer_id")
        told = self._at("identity_records").inner_join(
            whose.distinct().rename(value="normal"), ["kind", "value"]
        )
        return {
            "known_identifiers": found.order_by("customer_id"),
            "ties": identity.ties(self._engine, links, doubts).order_by("customer_id"),
            "known_records": told.order_by("customer_id"),
            "review": identity.review_queue(self._engine, doubts).order_by("place"),
        }

    def _masked(self) -> ir.Table:
        """Take personal data out of the texts that hold some."""
        held = self._engine.arrow(texts_laid.held(self._at))
        country = self.workspace.settings.identity.country
        words = [masked(t, personal_data(t, country)) for t in held["words"].to_pylist()]
        bare = held.set_column(1, "words", pa.array(words, pa.string()))
        return texts_laid.masked_words(self._engine.stage_arrow(bare))

    def _all_events(self) -> ir.Table:
        """All events, each with its customer and its trail; null where it has none."""
        events = self._at("events").drop("products", "import_id")
        identities = self._at("identities")
        decided = identity.decided(events, identities)
        owners = identities.select("kind", "value", "customer_id", "is_known")
        whose = decided.left_join(owners, ["kind", "value"])
        trails = profile.trailed(events).select("message_id", "trail")
        whose = whose.left_join(trails, "message_id")
        whose = whose.select(*events.columns, "customer_id", "is_known", "trail")
        return whose.order_by("customer_id", "occurred_at", "message_id")

    def known_events(self) -> ir.Table:
        """Return the events of customers up to the date, as profiles are made from them."""
        events, as_of = self.table("all_events"), self.situation.as_of
        if as_of is None:
            return events.limit(0)
        return profile.known_at(events, as_of).filter(lambda t: t.customer_id.notnull())

    def _at(self, name: str) -> ir.Table:
        if name not in self._lake:
            self._lake[name] = self._engine.table_at(name, self.version)
        return self._lake[name]

    # what the pages ask

    def table(self, name: str) -> ir.Table:
        """Return a table of this state: from the shelf, else from the lake."""
        if name in self._tables:
            return self._tables[name]
        self._reached = True
        return self._at(name)

    @property
    def engine(self) -> Engine:
        """The shelf as the features ask for it; they only ever call `table`."""
        return cast("Engine", self)

    def rows(self, statement: Statement, **values: str | int) -> list[dict[str, Any]]:
        """Run a statement on this state."""
        with self._alone:
            query = statement.sql(self)
            backend: Any = ibis.get_backend(self._tables["profiles"])
            found = backend.con.execute(query, values).to_arrow_table()
        return found.to_pylist()  # type: ignore[no-any-return]

    def kept(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what `make` returns, computed once for this state."""
        return self._kept.get(key, make)  # type: ignore[no-any-return]

    def computed(self, key: Hashable, make: Callable[[Engine], T]) -> T:
        """Like `kept`, for what asks the tables itself."""

        def alone() -> T:
            with self._alone:
                return make(self.engine)

        return self.kept(key, alone)

    def apart(self, make: Callable[[Engine], T]) -> T:
        """Return what `make` returns, which computes with tables of its own on this state."""
        with self._alone:
            return make(cast("Engine", _Whole(self, self._engine)))

    @contextlib.contextmanager
    def watching(self) -> Iterator[list[bool]]:
        """Tell (in the list, afterwards) whether a table of the lake was asked for."""
        reached: list[bool] = []
        with self._alone:
            self._reached = False
            yield reached
            if self._reached:
                reached.append(True)

    def close(self) -> None:
        """Let go of it, when the request that uses it now is done."""
        with self._alone:
            self._engine.close()


class _Whole:
    """An engine whose tables are the shelf's."""

    def __init__(self, shelf: Shelf, engine: Engine) -> None:
        self._engine = engine
        self.table = shelf.table

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


class _Slot:
    __slots__ = ("full", "lock", "value")

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.full = False
        self.value: Any = None


class _Kept:
    """What was computed, the latest used last; each is computed by one request only."""

    def __init__(self) -> None:
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > _KEPT:
                self._slots.popitem(last=False)
        if not slot.full:
            with slot.lock:
                if not slot.full:
                    slot.value = make()
                    slot.full = True
        return slot.value
