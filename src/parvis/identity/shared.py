"""Identifiers that several persons use, and which therefore say nothing of whose they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

import numpy as np

from parvis.identity.graph import Graph, Links, components
from parvis.identity.judged import Judged
from parvis.identity.kinds import RECORDS
from parvis.identity.persons import Person, agree

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from parvis.domain.settings import IdentitySettings

__all__ = ["Sharing", "find_shared"]

#: A second person must have been seen this often, or nearly as often as the first, to count.
_SERIOUS_EVENTS: Final = 2
_SERIOUS_OF_FIRST: Final = 0.25


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who uses what.

    Parameters
    ----------
    is_shared
        Of each node: several persons use it.
    claims
        Of each node: with how many known persons it was seen.
    why
        What was found, for those that are shared.
    """

    is_shared: NDArray[np.bool_]
    claims: NDArray[np.int32]
    why: dict[int, str]


def find_shared(graph: Graph, judged: Judged, settings: IdentitySettings) -> Sharing:
    """Find the identifiers that several persons use: a family's computer, a shop's tablet.

    An identifier is shared when it was seen with more persons than `max_persons`, each of them
    seriously (twice, or about as often as the first, and in at least `shared_share` of the
    events); or when the silos' books name two people for it whose names or birth dates
    contradict each other. A person seen with it once in a hundred times doesn't make it shared:
    the other keeps it, and the link of the one is listed.

    Parameters
    ----------
    graph
        Identifiers and links.
    judged
        What a model and people say: whom they join is one person here too.
    settings
        The limits.
    """
    count, links = len(graph), graph.links
    alone = [k for k in graph.kinds if settings.max_values_of(k) == 1]
    of_person = graph.of_kinds(*alone)
    is_alias = links.is_alias
    same = (*judged.alike, *judged.merges)
    person = components(
        count,
        np.concatenate((links.left[is_alias], np.array([j.left for j in same], np.int32))),
        np.concatenate((links.right[is_alias], np.array([j.right for j in same], np.int32))),
    )
    ends = _ends(links, of_person)
    claims = np.where(of_person, 1, 0).astype(np.int32)
    shared = np.zeros(count, bool)
    why: dict[int, str] = {}
    _by_persons(ends, person, settings, (claims, shared, why))
    _by_names(graph, judged.told, person, (shared, why))
    return Sharing(shared, claims, why)


@dataclass(frozen=True, slots=True)
class _Ends:
    """Links seen from the identifier (`node`) to the person it was seen with (`of`)."""

    node: NDArray[np.int32]
    of: NDArray[np.int32]
    events: NDArray[np.int64]


def _ends(links: Links, of_person: NDArray[np.bool_]) -> _Ends:
    left, right = of_person[links.left], of_person[links.right]
    forth, back = right & ~left, left & ~right
    return _Ends(
        np.concatenate((links.left[forth], links.right[back])),
        np.concatenate((links.right[forth], links.left[back])),
        np.concatenate((links.events[forth], links.events[back])),
    )


_Found = tuple["NDArray[np.int32]", "NDArray[np.bool_]", dict[int, str]]


def _by_persons(
    ends: _Ends, person: NDArray[np.int32], settings: IdentitySettings, found: _Found
) -> None:
    claims, shared, why = found
    whose = person[ends.of]
    claims[ends.node] = 1
    least = np.full(len(claims), np.iinfo(np.int32).max, np.int32)
    most = np.full(len(claims), -1, np.int32)
    np.minimum.at(least, ends.node, whose)
    np.maximum.at(most, ends.node, whose)
    # of the many identifiers only the few with two persons are looked at one by one
    several = (most >= 0) & (least != most)
    kept = several[ends.node]
    node, whose, events = ends.node[kept], whose[kept], ends.events[kept]
    order = np.lexsort((whose, node))
    node, whose, events = node[order], whose[order], events[order]
    begins = np.flatnonzero(np.r_[True, (node[1:] != node[:-1]) | (whose[1:] != whose[:-1])])
    if not len(node):
        return
    sums = np.add.reduceat(events, begins)
    node = node[begins]
    starts = np.flatnonzero(np.r_[True, node[1:] != node[:-1]])
    total = np.add.reduceat(sums, starts)
    first = np.maximum.reduceat(sums, starts)
    persons = np.diff(np.r_[starts, len(node)])
    place = np.repeat(np.arange(len(starts)), persons)
    serious = (sums >= settings.shared_share * total[place]) & (
        (sums >= _SERIOUS_EVENTS) | (sums >= _SERIOUS_OF_FIRST * first[place])
    )
    users = np.maximum(np.add.reduceat(serious.astype(np.int64), starts), 1)
    claims[node[starts]] = persons
    for n, u in zip(node[starts].tolist(), users.tolist(), strict=True):
        if u > settings.max_persons:
            shared[n] = True
            why[n] = f"used by {u} persons"


def _by_names(
    graph: Graph,
    told: Mapping[int, Person],
    person: NDArray[np.int32],
    found: tuple[NDArray[np.bool_], dict[int, str]],
) -> None:
    shared, why = found
    if not told:
        return
    named = np.zeros(len(graph), bool)
    named[np.fromiter(told, np.int64, len(told))] = True
    records = graph.of_kinds(*RECORDS)
    ends = _ends(graph.links, records & named)
    ends = _only_open(ends, records, shared)
    codes: dict[Person, int] = {}
    code = np.zeros(len(graph), np.int32)
    for node, one in told.items():
        code[node] = codes.setdefault(one, len(codes))
    least = np.full(len(graph), np.iinfo(np.int32).max, np.int32)
    most = np.full(len(graph), -1, np.int32)
    np.minimum.at(least, ends.node, code[ends.of])
    np.maximum.at(most, ends.node, code[ends.of])
    kept = ((most >= 0) & (least != most))[ends.node]
    beside: dict[int, dict[int, Person]] = {}
    for node, of in zip(ends.node[kept].tolist(), ends.of[kept].tolist(), strict=True):
        persons, one = beside.setdefault(node, {}), told[of]
        # of one person's several records one will do: the same in whatever order they come
        persons[int(person[of])] = min(persons.get(int(person[of]), one), one, key=repr)
    for node, persons in beside.items():
        people = sorted(set(persons.values()), key=repr)[:_MOST_COMPARED]
        for one, other in combinations(people, 2):
            if not agree(one, other):
                shared[node] = True
                why[node] = f"{one.called} and {other.called} both use it"
                break


#: With more people than this an identifier is shared by their number.
_MOST_COMPARED: Final = 40


def _only_open(ends: _Ends, records: NDArray[np.bool_], shared: NDArray[np.bool_]) -> _Ends:
    kept = ~(records[ends.node] | shared[ends.node])
    return _Ends(ends.node[kept], ends.of[kept], ends.events[kept])
