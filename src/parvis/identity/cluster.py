"""From links to customers: connected components, and link by link where a guard has a say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from parvis.identity.graph import Graph, components
from parvis.identity.judged import Joint, Judged
from parvis.identity.kinds import STATED_BITS
from parvis.identity.persons import Person, agree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from parvis.domain.settings import IdentitySettings

__all__ = ["Clusters", "Stop", "find_clusters"]


@dataclass(frozen=True, slots=True)
class Stop:
    """What a guard kept from being joined."""

    guard: str
    joint: Joint
    detail: str


@dataclass(frozen=True, slots=True)
class Clusters:
    """Which nodes are one customer.

    Parameters
    ----------
    customer, component
        Numbers, of each node: of its customer, and of all that any evidence ties to it.
    stops
        What guards kept apart.
    """

    customer: NDArray[np.int32]
    component: NDArray[np.int32]
    stops: tuple[Stop, ...]


def find_clusters(
    graph: Graph,
    is_shared: NDArray[np.bool_],
    judged: Judged,
    sure_joints: Callable[[NDArray[np.int32]], Sequence[Joint]],
    settings: IdentitySettings,
) -> Clusters:
    """Find which nodes are one customer.

    Most components break no limit and are customers as they are. The others are put together
    anew, the strongest link first, and a link that would break a limit is left out: the
    spanning forest of J. B. Kruskal under constraints. What comes out depends on the links and
    decisions alone, not on their order: any state is found again by replaying them.

    Parameters
    ----------
    graph
        Identifiers and sure links.
    is_shared
        Nodes whose links say nothing.
    judged
        What a model and people say.
    sure_joints
        Returns the sure links between given nodes (not through shared ones), the strongest
        first, in an order that depends on what they say alone.
    settings
        The limits.

    References
    ----------
    J. B. Kruskal, "On the shortest spanning subtree of a graph" (1956),
    doi:10.1090/S0002-9939-1956-0078686-7.
    """
    count, links = len(graph), graph.links
    open_ = ~(is_shared[links.left] | is_shared[links.right])
    added = (*judged.alike, *judged.merges)
    component = components(
        count,
        np.concatenate((links.left[open_], np.array([j.left for j in added], np.int32))),
        np.concatenate((links.right[open_], np.array([j.right for j in added], np.int32))),
    )
    doubtful = _doubtful(graph, component, judged, settings)
    if not doubtful.any():
        return Clusters(component, component, ())
    nodes = np.flatnonzero(doubtful[component]).astype(np.int32)
    inside = doubtful[component]
    forest = _Forest(graph, judged, settings)
    forest.join(sure_joints(nodes))
    forest.join([j for j in judged.alike if inside[j.left]])
    forest.decide([j for j in judged.merges if inside[j.left]])
    customer = component.copy()
    first = int(component.max()) + 1
    numbers: dict[int, int] = {}
    for node in nodes.tolist():
        customer[node] = first + numbers.setdefault(forest.find(node), len(numbers))
    return Clusters(customer, component, tuple(forest.stops))


def _doubtful(
    graph: Graph, component: NDArray[np.int32], judged: Judged, settings: IdentitySettings
) -> NDArray[np.bool_]:
    """Tell of each component whether a guard has a say in it."""
    many = int(component.max()) + 1 if len(component) else 0
    size = np.bincount(component, minlength=many)
    doubtful = size > settings.max_size
    for place, kind in enumerate(graph.kinds):
        limit = settings.max_values_of(kind)
        values = np.bincount(component[graph.kind == place], minlength=many)
        doubtful |= values > limit
    for left, right, _ in judged.parts:
        doubtful[component[left]] |= component[left] == component[right]
    if judged.told:
        node = np.fromiter(judged.told, np.int64, len(judged.told))
        codes: dict[Person, int] = {}
        code = np.fromiter(
            (codes.setdefault(p, len(codes)) for p in judged.told.values()), np.int32, len(node)
        )
        least = np.full(many, np.iinfo(np.int32).max, np.int32)
        most = np.full(many, -1, np.int32)
        np.minimum.at(least, component[node], code)
        np.maximum.at(most, component[node], code)
        doubtful |= (most >= 0) & (least != most)
    return doubtful


@dataclass(slots=True)
class _Tree:
    """One customer while it grows."""

    size: int
    kinds: dict[int, int]
    persons: list[Person]
    foes: set[int]


class _Forest:
    """Customers put together link by link."""

    def __init__(self, graph: Graph, judged: Judged, settings: IdentitySettings) -> None:
        self.stops: list[Stop] = []
        self._graph, self._judged, self._settings = graph, judged, settings
        self._limits = [settings.max_values_of(k) for k in graph.kinds]
        self._parent: dict[int, int] = {}
        self._trees: dict[int, _Tree] = {}
        merged = {frozenset((j.left, j.right)): j.place for j in judged.merges}
        self._foes: dict[int, set[int]] = {}
        for left, right, place in judged.parts:
            if merged.get(frozenset((left, right)), -1) < place:
                self._foes.setdefault(left, set()).add(right)
                self._foes.setdefault(right, set()).add(left)

    def find(self, node: int) -> int:
        """Return the node that stands for a node's tree."""
        parent, root = self._parent, node
        while (above := parent.get(root, root)) != root:
            root = above
        while (above := parent.get(node, node)) != root:
            parent[node] = root
            node = above
        return root

    def join(self, joints: Sequence[Joint]) -> None:
        """Join trees, the first joint first, where no guard objects."""
        for joint in joints:
            one, other = self.find(joint.left), self.find(joint.right)
            if one == other:
                continue
            objection = self._objection(self._tree(one), self._tree(other), joint)
            if objection is None:
                self._unite(one, other)
            else:
                self.stops.append(Stop(objection[0], joint, objection[1]))

    def decide(self, merges: Sequence[Joint]) -> None:
        """Join what people joined: no guard objects but a later decision to keep apart."""
        for merge in merges:
            one, other = self.find(merge.left), self.find(merge.right)
            if one == other:
                continue
            later = [
                place
                for left, right, place in self._judged.parts
                if place > merge.place and {self.find(left), self.find(right)} == {one, other}
            ]
            if later:
                detail = "a later decision keeps two of their identifiers apart"
                self.stops.append(Stop("merge_refused", merge, detail))
            else:
                self._unite(one, other)

    def _tree(self, root: int) -> _Tree:
        tree = self._trees.get(root)
        if tree is None:
            person = self._judged.told.get(root)
            tree = _Tree(
                1,
                {int(self._graph.kind[root]): 1},
                [] if person is None else [person],
                set(self._foes.get(root, ())),
            )
            self._trees[root] = tree
        return tree

    def _objection(self, one: _Tree, other: _Tree, joint: Joint) -> tuple[str, str] | None:
        small, large = (one, other) if one.size <= other.size else (other, one)
        roots = {self.find(joint.left), self.find(joint.right)}
        if any(self.find(f) in roots for f in small.foes):
            return "part", "a person decided to keep them apart"
        if one.size + other.size > self._settings.max_size:
            detail = f"{one.size + other.size} identifiers; at most {self._settings.max_size}"
            return "size", detail
        if joint.rule == "alias":
            return None
        for kind, n in small.kinds.items():
            both = n + large.kinds.get(kind, 0)
            if both > self._limits[kind] and both > n and kind in large.kinds:
                detail = f"{both} × {self._graph.kinds[kind]}; at most {self._limits[kind]}"
                return "limit", detail
        # a model has weighed the names already, and what a silo's books state isn't a guess
        if joint.rule == "same_event" and joint.strength < STATED_BITS:
            for mine in small.persons:
                for theirs in large.persons:
                    if not agree(mine, theirs):
                        return "conflict", f"{mine.called} and {theirs.called}"
        return None

    def _unite(self, one: int, other: int) -> None:
        if self._tree(one).size < self._tree(other).size:
            one, other = other, one
        into, gone = self._tree(one), self._tree(other)
        self._parent[other] = one
        into.size += gone.size
        for kind, n in gone.kinds.items():
            into.kinds[kind] = into.kinds.get(kind, 0) + n
        into.persons.extend(p for p in gone.persons if p not in into.persons)
        into.foes |= gone.foes
        del self._trees[other]
