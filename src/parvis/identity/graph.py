"""Identifiers and links as numbers: out of the lake, into arrays, and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pyarrow as pa
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from parvis.identity.evidence import ALIAS
from parvis.identity.kinds import LAST_RANK, RANKS
from parvis.lake.functions import together

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from parvis.lake.engine import Engine

__all__ = ["Graph", "Links", "components", "read_graph"]

#: Makes of kind and normalised identifier what stands for them.
Key = Callable[["ir.Value", "ir.Value"], "ir.Value"]


@dataclass(frozen=True, slots=True)
class Links:
    """Links between nodes; all arrays have one length.

    Parameters
    ----------
    left, right
        Nodes.
    strength
        In bits.
    events
        How many events carried both.
    is_alias
        Whether a silo said so on purpose.
    """

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    strength: NDArray[np.float64]
    events: NDArray[np.int64]
    is_alias: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.left)

    def only(self, kept: NDArray[np.bool_]) -> Links:
        """Return some of them."""
        return Links(
            self.left[kept], self.right[kept], self.strength[kept], self.events[kept],
            self.is_alias[kept],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Graph:
    """Normalised identifiers as nodes 0 to n, and the links between them.

    Parameters
    ----------
    nodes
        The nodes in the engine: `node` and its `key`.
    key
        Makes the key from kind and normalised identifier.
    keys
        The key of each node.
    kinds
        The kinds that occur; `kind` counts in them.
    kind, rank
        Of each node.
    since
        When each was first seen, in microseconds.
    is_rim
        Whether it is there only to be looked at.
    links
        The links.
    """

    nodes: ir.Table
    key: Key
    keys: pa.Array
    kinds: tuple[str, ...]
    kind: NDArray[np.int16]
    rank: NDArray[np.int16]
    since: NDArray[np.int64]
    is_rim: NDArray[np.bool_]
    links: Links

    def __len__(self) -> int:
        return len(self.kind)

    def of_kinds(self, *names: str) -> NDArray[np.bool_]:
        """Tell of each node whether it is of one of these kinds."""
        wanted = [i for i, k in enumerate(self.kinds) if k in names]
        return np.isin(self.kind, wanted)


def read_graph(
    engine: Engine, identifiers: ir.Table, links: ir.Table, rim: ir.Table | None = None
) -> Graph:
    """Bring identifiers and the links between them out of the lake.

    Parameters
    ----------
    engine
        What computes on the lake.
    identifiers
        Rows of `identifiers`; several spellings of one make one node.
    links
        Rows of `identity_links`; those with an end that isn't among the nodes are left out.
    rim
        More nodes: `kind` and `normal`.
    """
    usable = identifiers.filter(identifiers.normal.notnull()).select(
        "kind", "normal", since="first_at", is_rim=ibis.literal(False)
    )
    if rim is not None:
        never = ibis.literal("9999-12-31", "timestamp('UTC')")
        outside = rim.select("kind", "normal", since=never, is_rim=ibis.literal(True))
        usable = together(usable, outside)
    # numbers are joined much faster than texts; they stand for the texts only if no two agree
    nodes = _numbered_nodes(engine, usable)
    if nodes is None:
        return _graph(engine, _spelt_nodes(engine, usable), links, spelt)
    return _graph(engine, nodes, links, numbered)


def numbered(kind: ir.Value, normal: ir.Value) -> ir.Value:
    """Stand for an identifier by a number of 64 bits.

    The engine's hash is fast and not very good, so two of it are taken together.
    """
    return (normal + "~" + kind).hash() ^ ("~" + normal).hash()


def spelt(kind: ir.Value, normal: ir.Value) -> ir.Value:
    """Stand for an identifier by itself."""
    return kind + ":" + normal


@dataclass(frozen=True, slots=True)
class _Nodes:
    """Nodes as they come out of the lake: one entry each in every array."""

    keys: pa.Array
    kinds: tuple[str, ...]
    kind: NDArray[np.int16]
    since: NDArray[np.int64]
    is_rim: NDArray[np.bool_]


def _numbered_nodes(engine: Engine, usable: ir.Table) -> _Nodes | None:
    """Read nodes by their numbers; null where one number stands for two identifiers."""
    kinds = _kinds(engine, usable)
    rows = engine.arrow(
        usable.select(
            "is_rim",
            kind=_code(usable, kinds),
            since=_microseconds(usable.since),
            key=numbered(usable.kind, usable.normal),
            # another number: where it differs, one key stands for two identifiers
            check=(usable.kind + usable.normal).hash(),
        )
    )
    columns = ("key", "check", "kind", "since", "is_rim")
    key, check, kind, since, is_rim = (rows[c].to_numpy() for c in columns)
    nodes = _Nodes(rows["key"].combine_chunks(), kinds, kind, since, is_rim)
    ordered = np.sort(key)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    return nodes if not len(twice) else _each_once(nodes, key, check, twice)


def _each_once(
    nodes: _Nodes,
    key: NDArray[np.uint64],
    check: NDArray[np.uint64],
    twice: NDArray[np.uint64],
) -> _Nodes | None:
    """Make one node of several spellings; null where they aren't of one identifier."""
    place = np.minimum(np.searchsorted(twice, key), len(twice) - 1)
    among = np.flatnonzero(twice[place] == key)
    among = among[np.argsort(key[among], kind="stable")]
    again = key[among][1:] == key[among][:-1]
    if (check[among][1:] != check[among][:-1])[again].any():
        return None
    first = np.flatnonzero(np.r_[True, ~again])
    since, is_rim = nodes.since.copy(), nodes.is_rim.copy()
    since[among[first]] = np.minimum.reduceat(since[among], first)
    is_rim[among[first]] = np.logical_and.reduceat(is_rim[among], first)
    kept = np.ones(len(key), bool)
    kept[among[1:][again]] = False
    return _Nodes(pa.array(key[kept]), nodes.kinds, nodes.kind[kept], since[kept], is_rim[kept])


def _spelt_nodes(engine: Engine, usable: ir.Table) -> _Nodes:
    kinds = _kinds(engine, usable)
    each = usable.select(
        "is_rim",
        kind=_code(usable, kinds),
        since=_microseconds(usable.since),
        key=spelt(usable.kind, usable.normal),
    )
    one = each.group_by("key").agg(
        kind=each.kind.min(), since=each.since.min(), is_rim=each.is_rim.all()
    )
    rows = engine.arrow(one.order_by("key"))
    kind, since, is_rim = (rows[c].to_numpy() for c in ("kind", "since", "is_rim"))
    return _Nodes(rows["key"].combine_chunks(), kinds, kind, since, is_rim)


def _kinds(engine: Engine, usable: ir.Table) -> tuple[str, ...]:
    return tuple(sorted(r["kind"] for r in engine.rows(usable.select("kind").distinct())))


def _code(usable: ir.Table, kinds: tuple[str, ...]) -> ir.IntegerValue:
    each = [(usable.kind == name, np.int16(i)) for i, name in enumerate(kinds)]
    return (ibis.cases(*each) if each else ibis.null("int16")).cast("int16")


def _graph(engine: Engine, nodes: _Nodes, links: ir.Table, key: Key) -> Graph:
    ranks = np.array([RANKS.get(n, LAST_RANK) for n in nodes.kinds] or [0], np.int16)
    numbers = pa.array(np.arange(len(nodes.keys), dtype=np.int32))
    table = engine.show_arrow(pa.table({"key": nodes.keys, "node": numbers}))
    return Graph(
        table,
        key,
        nodes.keys,
        nodes.kinds,
        nodes.kind,
        ranks[nodes.kind],
        nodes.since,
        nodes.is_rim,
        _read_links(engine, table, links, key),
    )


def _microseconds(moment: ir.Value) -> ir.IntegerValue:
    return moment.cast("timestamp").delta(
        ibis.literal("1970-01-01", "timestamp"), unit="microsecond"
    )


def _read_links(engine: Engine, nodes: ir.Table, links: ir.Table, key: Key) -> Links:
    keyed = links.select(
        "strength",
        "events",
        is_alias=links.rule == ALIAS,
        left=key(links.left_kind, links.left_value),
        right=key(links.right_kind, links.right_value),
    )
    # one end after the other: two tables of all nodes at once need twice the memory
    half = keyed.inner_join(nodes.select(left="key", left_node="node"), "left")
    half = engine.stage(half.drop("left"))
    joined = half.inner_join(nodes.select(right="key", right_node="node"), "right")
    columns = ("left_node", "right_node", "strength", "events", "is_alias")
    told = engine.arrow(joined.select(*columns))
    engine.discard(half)
    # the engine's sums are wider than what Ibis takes them for
    at = told.column_names.index("events")
    told = told.set_column(at, "events", told["events"].cast(pa.int64()))
    return Links(*(told[c].to_numpy() for c in columns))


def components(count: int, left: NDArray[np.int32], right: NDArray[np.int32]) -> NDArray[np.int32]:
    """Give each connected component of a graph a number.

    Parameters
    ----------
    count
        How many nodes.
    left, right
        The ends of each edge.

    Returns
    -------
    numpy.ndarray
        The component of each node, shape (count,).

    Examples
    --------
    >>> components(4, np.array([0, 1], np.int32), np.array([1, 2], np.int32)).tolist()
    [0, 0, 0, 1]
    """
    edges = coo_array((np.ones(len(left), np.int8), (left, right)), shape=(count, count))
    return connected_components(edges, directed=False)[1]  # type: ignore[no-any-return]
