"""A customer's identifiers and what ties them, drawn as a tree of the strongest evidence.

Each identifier has a row of its own, so that no two labels meet however many there are, and the
same drawing serves a wide page and a phone.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from markupsafe import Markup, escape

__all__ = ["Node", "Strand", "Tree", "draw_tree", "grown"]

Key = tuple[str, str]

_ROW_PX: Final = 24
_STEP_PX: Final = 22
_LEFT_PX: Final = 9
_LETTER_PX: Final = 6.7


@dataclass(frozen=True, slots=True)
class Node:
    """An identifier.

    Parameters
    ----------
    key
        Kind and normalised value.
    kind
        The kind in words.
    is_record
        Whether a silo's books name a person by it.
    is_cut
        Whether it is shared, or another customer's: its links don't count.
    """

    key: Key
    kind: str
    is_record: bool = False
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Strand:
    """The strongest evidence between two identifiers.

    Parameters
    ----------
    told
        The evidence in words.
    is_stopped
        Whether a guard stopped it.
    """

    left: Key
    right: Key
    strength: float
    told: str
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Tree:
    """Rows from top to bottom.

    Parameters
    ----------
    rows
        Each an identifier, how deep it hangs, the row of the one it hangs on (null: none) and
        by what.
    left_out
        Identifiers that aren't drawn.
    """

    rows: tuple[tuple[Node, int, int | None, Strand | None], ...]
    left_out: tuple[Node, ...]


def grown(root: Key, nodes: Sequence[Node], strands: Iterable[Strand], most: int) -> Tree:
    """Hang identifiers on the one after which the customer is called, by the strongest evidence.

    Parameters
    ----------
    root
        Where it begins.
    nodes
        All identifiers, the most telling first.
    strands
        What ties them.
    most
        How many rows at most.

    References
    ----------
    R. C. Prim, "Shortest connection networks and some generalizations" (1957),
    doi:10.1002/j.1538-7305.1957.tb01515.x: the tree of the strongest evidence.

    Examples
    --------
    >>> ann, mail = ("user_id", "ann"), ("email", "ann@a.example")
    >>> tie = Strand(ann, mail, 20.0, "seen in one event")
    >>> tree = grown(ann, [Node(ann, "account"), Node(mail, "e-mail")], [tie], 40)
    >>> [(node.kind, depth) for node, depth, *_ in tree.rows]
    [('account', 0), ('e-mail', 1)]
    """
    known = {n.key: n for n in nodes}
    beside: dict[Key, list[Strand]] = {}
    for strand in strands:
        if strand.left in known and strand.right in known:
            beside.setdefault(strand.left, []).append(strand)
            beside.setdefault(strand.right, []).append(strand)
    above = _hung(root, known, beside)
    kept = _most_telling(nodes, above, root, most)
    return Tree(
        tuple(_listed(root, nodes, above, kept)), tuple(n for n in nodes if n.key not in kept)
    )


def _hung(
    root: Key, known: Mapping[Key, Node], beside: Mapping[Key, list[Strand]]
) -> dict[Key, tuple[Key, Strand]]:
    """Find on which identifier each hangs. What is stopped is a leaf, and used last."""
    above: dict[Key, tuple[Key, Strand]] = {}
    waiting: list[tuple[bool, float, Key, Key, Strand]] = []

    def reach(key: Key) -> None:
        if known[key].is_cut:
            return
        for strand in beside.get(key, ()):
            other = strand.right if strand.left == key else strand.left
            if other != root and other not in above:
                item = (strand.is_stopped, -strand.strength, other, key, strand)
                heapq.heappush(waiting, item)

    if root in known:
        reach(root)
    while waiting:
        _, _, key, parent, strand = heapq.heappop(waiting)
        if key not in above:
            above[key] = parent, strand
            reach(key)
    return above


def _most_telling(
    nodes: Sequence[Node], above: Mapping[Key, tuple[Key, Strand]], root: Key, most: int
) -> set[Key]:
    """Choose which are drawn: the most telling, with all that they hang on."""
    kept = {root}
    for node in nodes:
        chain, key = [], node.key
        while key not in kept:
            chain.append(key)
            if key not in above:
                break
            key = above[key][0]
        if len(kept) + len(chain) <= most:
            kept.update(chain)
    return kept


def _listed(
    root: Key,
    nodes: Sequence[Node],
    above: Mapping[Key, tuple[Key, Strand]],
    kept: set[Key],
) -> Iterable[tuple[Node, int, int | None, Strand | None]]:
    below: dict[Key, list[Node]] = {}
    loose: list[Node] = []
    for node in nodes:
        if node.key in kept and node.key != root:
            below.setdefault(above[node.key][0], []).append(node) if node.key in above else (
                loose.append(node)
            )
    count = 0
    stack: list[tuple[Node, int, int | None]] = [(n, 0, None) for n in reversed(loose)]
    stack += [(n, 0, None) for n in nodes if n.key == root]
    while stack:
        node, depth, parent = stack.pop()
        yield node, depth, parent, above[node.key][1] if parent is not None else None
        stack += [(n, depth + 1, count) for n in reversed(below.get(node.key, ()))]
        count += 1


def draw_tree(tree: Tree, label: str, more: Sequence[str], width: int) -> Markup:
    """Draw identifiers and what ties them.

    Parameters
    ----------
    tree
        What to draw.
    label
        What a screen reader says of the drawing; a table stands beside it.
    more
        What isn't drawn, by kind: "+212 browsers".
    width
        In pixels; under 500 the evidence isn't written beside the identifiers.
    """
    height = _ROW_PX * (len(tree.rows) + len(more)) + 4
    beside = 400 if width >= 500 else width
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [f'<svg {size} role="img" aria-label="{escape(label)}">']
    depths = [depth for _, depth, *_ in tree.rows]
    places = [(_LEFT_PX + depth * _STEP_PX, _y(row)) for row, depth in enumerate(depths)]
    edges = [
        (strand.is_stopped, _edge(places[parent], places[row], strand))
        for row, (_, _, parent, strand) in enumerate(tree.rows)
        if parent is not None and strand is not None
    ]
    # what counts is drawn over what was stopped
    parts += [edge for _, edge in sorted(edges, key=lambda e: not e[0])]
    for row, (node, _, _, strand) in enumerate(tree.rows):
        x, y = places[row]
        parts += [_dot(node, x, y), _words(node, x, y, int((beside - x - 14) / _LETTER_PX))]
        if strand is not None and beside < width:
            told = _cut(strand.told, int((width - beside) / 6.2))
            colour = "var(--bad)" if strand.is_stopped else "var(--ink-2)"
            parts.append(f'<text x="{beside}" y="{y + 4}" fill="{colour}">{escape(told)}</text>')
    for place, text in enumerate(more):
        y = _y(len(tree.rows) + place) + 4
        x = _LEFT_PX + _STEP_PX + 10
        parts.append(f'<text x="{x}" y="{y}" fill="var(--ink-2)">{escape(text)}</text>')
    parts.append("</svg>")
    return Markup("".join(parts))  # noqa: S704 - every text in it is escaped above


def _y(row: int) -> int:
    return row * _ROW_PX + _ROW_PX // 2


def _edge(above: tuple[int, int], below: tuple[int, int], strand: Strand) -> str:
    (x0, y0), (x1, y1) = above, below
    thick = 1 + min(2.0, max(0.0, strand.strength) / 15)
    colour = "var(--bad)" if strand.is_stopped else "var(--baseline)"
    dash = ' stroke-dasharray="4 3"' if strand.is_stopped else ""
    bend = f"M{x0} {y0 + 5}V{y1 - 6}Q{x0} {y1} {x0 + 6} {y1}H{x1 - 5}"
    return (
        f'<path d="{bend}" fill="none" stroke="{colour}" stroke-width="{thick:.1f}"{dash}>'
        f"<title>{escape(strand.told)}</title></path>"
    )


def _dot(node: Node, x: int, y: int) -> str:
    fill = "var(--accent)" if node.is_record and not node.is_cut else "var(--paper)"
    colour = "var(--bad)" if node.is_cut else "var(--accent)"
    dash = ' stroke-dasharray="2 2"' if node.is_cut else ""
    return (
        f'<circle cx="{x}" cy="{y}" r="5" fill="{fill}" stroke="{colour}" '
        f'stroke-width="1.5"{dash}/>'
    )


def _words(node: Node, x: int, y: int, letters: int) -> str:
    value = _cut(node.key[1], max(8, letters - len(node.kind) - 1))
    return (
        f'<text x="{x + 10}" y="{y + 4}" fill="var(--ink)"><tspan fill="var(--ink-2)">'
        f"{escape(node.kind)}</tspan> {escape(value)}"
        f"<title>{escape(node.key[1][:400])}</title></text>"
    )


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: max(1, letters - 1)] + "…"
