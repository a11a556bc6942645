"""Say of each text whose copy it is: a campaign, a robot, or a sentence that went round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.listen import api as listen
from parvis.work.reading import said_words

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from numpy.typing import NDArray

    from parvis.lake.engine import Engine

__all__ = ["find_copies"]

#: Texts that are compared at once, with each other and with all before them.
_CHUNK: Final = 10_000


def find_copies(workspace: Workspace, at_most: int = 20_000) -> int:
    """Compare the texts that weren't compared yet, the oldest first; return how many.

    Each is held against the first text of each group of copies: where one has enough runs of
    characters in common, it belongs to that group, else it may begin one. The next build shows it.
    """
    engine = workspace.engine.session()
    try:
        waiting = engine.arrow(_waiting(engine, at_most))
        for at in range(0, len(waiting), _CHUNK):
            part = waiting.slice(at, _CHUNK).to_pydict()
            _file(engine, part["text_key"], listen.signatures(part["text"]))
        return len(waiting)
    finally:
        engine.close()


def _waiting(engine: Engine, at_most: int) -> ir.Table:
    """List words that weren't compared: what the brand writes may be copied, too."""
    texts = engine.table("mentions")
    new = texts.anti_join(engine.table("text_copies"), "text_key").mutate(text=said_words(texts))
    each = new.filter(new.text != "")
    one = each.group_by("text_key").agg(text=each.text.arbitrary(), at=each.occurred_at.min())
    return one.order_by("at", "text_key").limit(at_most)


def _file(engine: Engine, keys: list[str], signed: NDArray[np.uint32]) -> None:
    long = signed.any(axis=1)
    sums = listen.bands(signed)
    of, likeness = _known(engine, keys, signed, sums)
    # what is nobody's copy may be one of another that is as new
    alone = np.flatnonzero(long & (likeness == 0))
    first = alone[listen.copies(signed[alone])]
    others = first != alone
    likeness[alone[others]] = listen.likeness(signed[alone[others]], signed[first[others]])
    for place, begun in zip(alone.tolist(), first.tolist(), strict=True):
        of[place] = keys[begun]
    leads = np.zeros(len(keys), bool)
    leads[alone[~others]] = True
    rows: list[dict[str, Any]] = [
        {
            "text_key": key,
            "copy_of": of[n],
            "likeness": 1.0 if leads[n] else float(likeness[n]),
            "signature": signed[n].tobytes() if leads[n] else None,
            "bands": sums[n].tolist() if leads[n] else None,
        }
        for n, key in enumerate(keys)
    ]
    engine.append("text_copies", _staged(engine, rows))


def _known(
    engine: Engine, keys: list[str], signed: NDArray[np.uint32], sums: NDArray[np.int64]
) -> tuple[list[str], NDArray[np.float64]]:
    """Find of which known text each is a copy (empty: of none), and how much it is like it."""
    of, best = [""] * len(keys), np.zeros(len(keys))
    asked = [
        {"place": n, "band": band, "sum": value}
        for n in np.flatnonzero(signed.any(axis=1)).tolist()
        for band, value in enumerate(sums[n].tolist())
    ]
    known = engine.table("text_copies").filter(lambda t: t.bands.notnull())
    if not asked or not engine.count(known.limit(1)):
        return of, best
    new = engine.stage_rows(asked, {"place": "int64", "band": "int64", "sum": "int64"})
    summed = known.select("text_key", "signature", sum=known.bands).unnest("sum", offset="band")
    near = new.inner_join(summed, ["band", "sum"]).select("place", "text_key").distinct()
    found = engine.arrow(near.inner_join(known.select("text_key", "signature"), "text_key"))
    engine.discard(new)
    places = found["place"].to_numpy()
    other = np.frombuffer(b"".join(found["signature"].to_pylist()), signed.dtype)
    likeness = listen.likeness(signed[places], other.reshape(-1, signed.shape[1]))
    for place, key, alike in zip(
        places.tolist(), found["text_key"].to_pylist(), likeness.tolist(), strict=True
    ):
        # of several that are as like, always the same one
        if alike >= listen.ALIKE and (alike, of[place]) > (best[place], key):
            of[place], best[place] = key, alike
    return of, best


def _staged(engine: Engine, rows: list[dict[str, Any]]) -> ir.Table:
    return engine.stage_rows(rows, dict(TABLES["text_copies"].ibis.items()))
