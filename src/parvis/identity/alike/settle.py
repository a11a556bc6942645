"""Make single pairs agree with each other: groups that hold together, and one partner each."""

from __future__ import annotations

import heapq
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Settled", "grouped", "is_one_to_one", "merge_threshold", "partners"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_MOST_BITS: Final = 10.0
#: What a pair weighs that was never compared: blocking found nothing in common.
_UNSEEN_BITS: Final = -3.0
_SURE: Final = 0.9
_FEW_DOUBLES: Final = 0.05


@dataclass(frozen=True)
class Settled:
    """Pairs after they were made to agree.

    Parameters
    ----------
    together
        For each pair, whether both records are in one group.
    group
        For each record that has a pair, the number of its group.
    """

    together: NDArray[np.bool_]
    group: dict[int, int]


def grouped(left: Ints, right: Ints, probability: Floats) -> Settled:
    """Put records in groups so that all pairs within speak for it, in sum.

    The surest pair joins first; two groups join if the odds of all pairs between them, those
    that were never compared included, are in favour.

    Parameters
    ----------
    left, right
        The numbers of the records of each pair.
    probability
        How probably they are one.

    References
    ----------
    Bansal, N., Blum, A., & Chawla, S. (2004). Correlation clustering. *Machine Learning*, 56,
    89–113. https://doi.org/10.1023/B:MACH.0000033116.57574.95
    """
    kept = np.clip(probability, 1e-9, 1 - 1e-9)
    bits = np.clip(np.log2(kept) - np.log2(1 - kept), -_MOST_BITS, _MOST_BITS)
    between: dict[int, dict[int, tuple[float, int]]] = defaultdict(dict)
    for a, b, weight in zip(left.tolist(), right.tolist(), bits.tolist(), strict=True):
        between[a][b] = between[b][a] = (weight, 1)
    group: dict[int, int] = {record: record for record in between}
    members: dict[int, list[int]] = {record: [record] for record in between}

    def total(a: int, b: int) -> float:
        weight, seen = between[a][b]
        return weight + _UNSEEN_BITS * (len(members[a]) * len(members[b]) - seen)

    queue = [(-between[a][b][0], a, b) for a in between for b in between[a] if a < b]
    queue = [entry for entry in queue if entry[0] < 0]
    heapq.heapify(queue)
    while queue:
        expected, a, b = heapq.heappop(queue)
        if a not in members or b not in members or b not in between[a]:
            continue
        now = total(a, b) / (len(members[a]) * len(members[b]))
        if now <= 0:
            continue
        if -now > expected + 1e-12:
            heapq.heappush(queue, (-now, a, b))
            continue
        if len(between[a]) < len(between[b]):
            a, b = b, a
        for other, (weight, seen) in between.pop(b).items():
            del between[other][b]
            if other == a:
                continue
            known = between[a].get(other, (0.0, 0))
            between[a][other] = between[other][a] = (known[0] + weight, known[1] + seen)
        for record in members[b]:
            group[record] = a
        members[a] += members.pop(b)
        for other in between[a]:
            likely = total(a, other) / (len(members[a]) * len(members[other]))
            if likely > 0:
                heapq.heappush(queue, (-likely, min(a, other), max(a, other)))
    together = np.array(
        [group[a] == group[b] for a, b in zip(left.tolist(), right.tolist(), strict=True)],
        dtype=bool,
    )
    return Settled(together, group)


def is_one_to_one(left: Ints, right: Ints, probability: Floats, weight: Floats) -> bool:
    """Tell whether two sources seem to hold no doubles.

    A double of a record's partner is as alike as partners are: half the time it weighs more
    than half of the best pairs do. What merely resembles the record weighs less.

    Parameters
    ----------
    left, right
        The numbers of the records of each pair.
    probability, weight
        How probably they are one, and the bits of evidence for it.
    """
    best = partners(left, right, probability) & (probability >= _SURE)
    if not best.any():
        return False
    heavy = weight >= np.median(weight[best])
    doubles = [
        2 * float((np.unique(side[heavy], return_counts=True)[1] > 1).mean())
        for side in (left, right)
    ]
    return max(doubles) <= _FEW_DOUBLES


def partners(left: Ints, right: Ints, probability: Floats) -> NDArray[np.bool_]:
    """Give each record at most one partner: the surest pairs first.

    Returns
    -------
    numpy.ndarray
        For each pair, whether it was chosen.
    """
    chosen = np.zeros(len(left), dtype=bool)
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    for place in np.lexsort((right, left, -probability)).tolist():
        a, b = int(left[place]), int(right[place])
        if a not in taken_left and b not in taken_right:
            chosen[place] = True
            taken_left.add(a)
            taken_right.add(b)
    return chosen


def merge_threshold(probability: Floats, wanted: float, floor: float) -> float:
    """Return the least probability from which on the pairs are right as often as wanted.

    Parameters
    ----------
    probability
        Of the pairs that may be merged.
    wanted
        The mean that the probabilities of all pairs from there on must reach.
    floor
        The threshold is never below.

    Examples
    --------
    >>> import numpy as np
    >>> merge_threshold(np.array([1.0, 0.98, 0.9, 0.6]), 0.95, 0.5)
    0.9
    """
    ordered = np.sort(probability)[::-1]
    if not len(ordered) or ordered[0] < floor:
        return 1.0
    means = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    # of equal probabilities all are merged or none
    last_of_equals = np.append(ordered[1:] < ordered[:-1], True)
    fine = np.flatnonzero(last_of_equals & (means >= wanted) & (ordered >= floor))
    return float(ordered[fine[-1]]) if len(fine) else 1.0
