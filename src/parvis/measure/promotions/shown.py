"""From what was shown and sold to what showing did: by place, category and product."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from parvis.measure.promotions.counts import Fit, Grid
from parvis.measure.promotions.findings import false_shares
from parvis.measure.promotions.fits import WAYS, Fitted, fitted, is_told
from parvis.measure.promotions.laying import Shelf, Ways
from parvis.measure.promotions.pooling import Pooled, drawn_together, pooled

__all__ = ["LEAST_SHOWN", "judge_shown"]

Floats = NDArray[np.float64]

#: A product's own factor is told if it was shown in so many weeks of shops that had orders.
LEAST_SHOWN: Final = 20
#: A place is told if so many products were shown in it.
_LEAST_PLACED: Final = 10
#: A category is told if so many of its products are.
_LEAST_PRODUCTS: Final = 4
_SURE: Final = 1.96
_FALSE: Final = 0.1
#: Between these factors nothing worth telling happened.
_ALIKE: Final = (0.9, 1.1)


@dataclass(frozen=True, slots=True)
class _Told:
    """One finding as logarithms: against other weeks, at the same price, in other shops."""

    raw: tuple[float, float]
    same_price: tuple[float, float]
    shops: tuple[float, float]


_UNTOLD: Final = (float("nan"), float("nan"))
_NOTHING: Final = _Told(_UNTOLD, _UNTOLD, _UNTOLD)


def judge_shown(
    shelves: Sequence[Shelf], ways: Ways, fits: Fitted | None = None
) -> list[dict[str, Any]]:
    """Tell what each way of showing did to sales.

    What is published of displays is held against the same product in other shops in the same week:
    these have the same price and season. A mailer goes to all shops at once: it is held against
    other weeks of the same season, product and shop, its price held. Both are allowed as much
    bias as the week before shows, in which nothing was shown yet.

    Parameters
    ----------
    fits
        Of these shelves; null: they are fitted.

    Returns
    -------
    list
        Rows of `promotion_effects`; none where nothing was shown.
    """
    if not shelves:
        return []
    fits = fits or fitted(shelves)
    each = fits.each
    rows: list[dict[str, Any]] = []
    for at, way in enumerate(WAYS):
        if not (ways.displays, ways.mailers)[at]:
            continue
        eve = _eve(each, at)
        checks: dict[str, Any] = {"eve": _exp(eve.mean, eve.error) if eve else None}
        if at == 1:
            cuts = np.array([s.cut for s in shelves if np.isfinite(s.cut)])
            checks["cut"] = round(float(cuts.mean()), 3) if cuts.size else None
        bias = (_low(eve), _high(eve)) if eve else (0.0, 0.0)
        rows += _by_level(shelves, each, way, at, bias, checks)
    rows += _by_place(shelves, ways, rows, fits.placed)
    return rows


def _published(at: int) -> str:
    return tuple(WAYS.values())[at]


def _eve(each: Mapping[str, Sequence[Fit]], at: int) -> Pooled | None:
    """Pool what the week before shows."""
    found = _column(each[_published(at)], 2 * at + 1)
    return pooled(*found[1:]) if len(found[1]) > 1 else None


def _column(fits: Sequence[Fit], factor: int) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Return which products tell a factor, it, and its error."""
    value = np.array([f.factors[factor] for f in fits])
    error = np.array([f.error[factor] for f in fits])
    who = np.flatnonzero(is_told(value, error))
    return who, value[who], error[who]


def _by_level(
    shelves: Sequence[Shelf],
    each: Mapping[str, Sequence[Fit]],
    way: str,
    at: int,
    bias: tuple[float, float],
    checks: Mapping[str, Any],
) -> Iterator[dict[str, Any]]:
    """Tell of all products, each category and each product."""
    weight = np.array([_shown(s.grid, at) for s in shelves])
    sold = np.array([_units(s.grid, at) for s in shelves])
    enough = weight >= LEAST_SHOWN
    names = np.array([s.category for s in shelves], dtype=object)
    levels: dict[str, dict[str, dict[str, tuple[float, float]]]] = {}
    differs: dict[str, float] = {}
    for kind, fits in each.items():
        who, value, error = _column(fits, 2 * at)
        kept = enough[who]
        who, value, error = who[kept], value[kept], error[kept]
        if not len(who):
            continue
        levels[kind], differs[kind] = _hierarchy(who, value, error, names, shelves)
    main = _published(at)
    if main not in levels:
        return
    for level in ("all", "category", "product"):
        keys = [k for k in levels[main] if k.split("|", 1)[0] == level]
        said = [levels[main][k][""] for k in keys]
        false = false_shares(np.array([_sure(v, e, bias) for v, e in said]))
        for key, share in zip(keys, false, strict=True):
            name = key.split("|", 1)[1]
            mine = _members(level, name, shelves, names) & enough
            told = _Told(*(levels.get(k, {}).get(key, {"": _UNTOLD})[""]
                           for k in ("raw", "same_price", "shops")))  # fmt: skip
            more = dict(checks) | {"shops": _exp(*told.shops)}
            if level == "all":
                more["differ"] = round(differs[main], 4)
            size = (int(mine.sum()), int(weight[mine].sum()), float(sold[mine].sum()))
            label = _label(level, name, shelves)
            yield _row(way, "", level, name, label, told, main, bias, float(share), more, size)


def _hierarchy(
    who: NDArray[np.int64],
    value: Floats,
    error: Floats,
    names: NDArray[Any],
    shelves: Sequence[Shelf],
) -> tuple[dict[str, dict[str, tuple[float, float]]], float]:
    """Draw products to their category, and categories to the whole."""
    whole = pooled(value, error)
    found = {"all|": {"": (whole.mean, whole.error)}}
    around, around_error = np.full(len(who), whole.mean), np.full(len(who), whole.error)
    groups = {}
    for name in sorted(set(names[who])):
        inside = names[who] == name
        if name and inside.sum() >= _LEAST_PRODUCTS:
            groups[name] = pooled(value[inside], error[inside], whole.differ)
    if len(groups) > 1:
        means = np.array([g.mean for g in groups.values()])
        errors = np.array([g.error for g in groups.values()])
        between = pooled(means, errors).differ
        size = len(groups)
        drawn, sure = drawn_together(
            means, errors, np.full(size, whole.mean), np.full(size, whole.error), between
        )
        for name, mean, spread in zip(groups, drawn, sure, strict=True):
            found[f"category|{name}"] = {"": (float(mean), float(spread))}
            inside = names[who] == name
            around[inside], around_error[inside] = mean, spread
    mine, spread = drawn_together(value, error, around, around_error, whole.differ)
    for at, one in enumerate(who):
        key = f"product|{shelves[one].product_id}"
        found[key] = {"": (float(mine[at]), float(spread[at]))}
    return found, whole.differ


def _by_place(
    shelves: Sequence[Shelf],
    ways: Ways,
    rows: Sequence[Mapping[str, Any]],
    fits: Mapping[str, Fit],
) -> Iterator[dict[str, Any]]:
    """Tell of each place in the shop and in the mailer."""
    first = {"display": 0, "mailer": len(ways.displays) + 1}
    for at, way in enumerate(WAYS):
        places = (ways.displays, ways.mailers)[at]
        whole = next((r for r in rows if r["way"] == way and r["level"] == "all"), None)
        if whole is None:
            continue
        eve = json.loads(whole["checks"])["eve"]
        bias = (float(np.log(eve[1])), float(np.log(eve[2]))) if eve else (0.0, 0.0)
        told = [
            _Told(
                *(
                    _UNTOLD if at == 1 and kind == "shops" else
                    _one(fits[kind], first[way] + n)
                    for kind in ("raw", "same_price", "shops")
                )
            )
            for n in range(len(places))
        ]  # fmt: skip
        main = _published(at)
        estimates = [getattr(t, main) for t in told]
        sure = [_sure(v, e, bias) if np.isfinite(v) and e > 0 else 0.0 for v, e in estimates]
        false = false_shares(np.array(sure))
        for n, place in enumerate(places):
            counts = [(s.grid.display if at == 0 else s.grid.mailer) == n + 1 for s in shelves]
            seen = [c & (s.grid.orders > 0) for c, s in zip(counts, shelves, strict=True)]
            size = (
                sum(bool(c.any()) for c in seen),
                sum(int(c.sum()) for c in seen),
                float(
                    sum(
                        s.grid.units[c].sum(dtype=np.float64)
                        for c, s in zip(seen, shelves, strict=True)
                    )
                ),
            )
            mine = told[n] if size[0] >= _LEAST_PLACED else _NOTHING
            yield _row(way, place, "all", "", place, mine, main, bias, float(false[n]), {}, size)


def _one(fit: Fit, at: int) -> tuple[float, float]:
    return float(fit.factors[at]), float(fit.error[at])


def _row(
    way: str,
    spot: str,
    level: str,
    name: str,
    label: str,
    told: _Told,
    main: str,
    bias: tuple[float, float],
    false: float,
    checks: Mapping[str, Any],
    size: tuple[int, int, float],
) -> dict[str, Any]:
    value, error = getattr(told, main)
    known = bool(np.isfinite(value) and np.isfinite(error) and error > 0)
    low = value - _SURE * error - max(bias[1], 0.0) if known else np.nan
    high = value + _SURE * error - min(bias[0], 0.0) if known else np.nan
    verdict, why = _verdict(low, high, false) if known else ("can't tell", "few")
    raw, same = _exp(*told.raw), _exp(*told.same_price)
    return {
        "way": way,
        "spot": spot,
        "level": level,
        "name": name,
        "label": label,
        "products": size[0],
        "shown": size[1],
        "units": size[2],
        "raw": raw and raw[0],
        "raw_low": raw and raw[1],
        "raw_high": raw and raw[2],
        "same_price": same and same[0],
        "same_price_low": same and same[1],
        "same_price_high": same and same[2],
        "effect": float(np.exp(value)) if known else None,
        "effect_low": float(np.exp(low)) if known else None,
        "effect_high": float(np.exp(high)) if known else None,
        "false_share": false if known else None,
        "verdict": verdict,
        "why": why,
        "checks": json.dumps(checks, ensure_ascii=False),
    }


def _verdict(low: float, high: float, false: float) -> tuple[str, str | None]:
    if low > 0 and false <= _FALSE:
        return "sold more", None
    if high < 0 and false <= _FALSE:
        return "sold less", None
    if low > np.log(_ALIKE[0]) and high < np.log(_ALIKE[1]):
        return "no difference", None
    return "can't tell", "wide"


def _sure(value: float, error: float, bias: tuple[float, float]) -> float:
    """Return how many errors a finding is from none, once the most bias is taken off."""
    rest = value - max(bias[1], 0.0) if value > 0 else value - min(bias[0], 0.0)
    return rest / error if rest * value > 0 else 0.0


def _members(
    level: str, name: str, shelves: Sequence[Shelf], names: NDArray[Any]
) -> NDArray[np.bool_]:
    if level == "all":
        return np.ones(len(shelves), bool)
    if level == "category":
        return np.asarray(names == name, bool)
    return np.array([s.product_id == name for s in shelves])


def _label(level: str, name: str, shelves: Sequence[Shelf]) -> str:
    if level == "product":
        return next(s.label for s in shelves if s.product_id == name)
    return name


def _shown(grid: Grid, at: int) -> int:
    return int((_inside(grid, at)).sum())


def _units(grid: Grid, at: int) -> float:
    return float(grid.units[_inside(grid, at)].sum(dtype=np.float64))


def _inside(grid: Grid, at: int) -> NDArray[np.bool_]:
    code = grid.display if at == 0 else grid.mailer
    found: NDArray[np.bool_] = (code > 0) & (code < grid.levels[at]) & (grid.orders > 0)
    return found


def _low(found: Pooled) -> float:
    return found.mean - _SURE * found.error


def _high(found: Pooled) -> float:
    return found.mean + _SURE * found.error


def _exp(value: float, error: float) -> list[float] | None:
    if not (np.isfinite(value) and np.isfinite(error)):
        return None
    reach = _SURE * error
    return [round(float(np.exp(v)), 4) for v in (value, value - reach, value + reach)]
