"""Trees above the views: they weigh what a text means by its mood and how it is written."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from parvis.listen.complaints import evidence_of
from parvis.listen.contracts import TIERS
from parvis.listen.sentiment import moods
from parvis.listen.weighing import MEMBERS, Views, judged_by
from training.boosting import fit_forest
from training.measures import folds, macro_f1, measured
from training.stacking import opinions
from training.texts import Labelled

__all__ = ["add_trees"]

Floats = NDArray[np.float32]

_FOLDS = 5
# the first is the split of the other heads' figures
_SPLITS = (7, 1, 2, 3, 4)


def add_trees(
    language: str, own: Labelled, classes: tuple[str, ...], arrays: dict[str, Any]
) -> dict[str, Any]:
    """Fit the trees of all tiers of a head of two classes and add them to `arrays`.

    Everything is nested: what the trees learn from are opinions on texts that the views' heads
    hadn't seen, and a fold that measures teaches neither.

    Returns
    -------
    dict
        Figures by tier: `unseen`, of the first split into folds, and `splits`, the mean and
        standard deviation of macro-F1 over several.
    """
    targets = own.targets(classes)
    truth = targets.argmax(axis=1)
    views = Views(*(own.views[name] for name in MEMBERS["best"]))
    beside = {
        tier: evidence_of(own.texts, moods(own.texts, [language] * len(truth), views, tier))
        for tier in TIERS
    }
    found = {tier: [np.zeros_like(targets) for _ in _SPLITS] for tier in TIERS}
    for split, seed in enumerate(_SPLITS):
        dealt = folds(truth, _FOLDS, seed)
        for fold in range(_FOLDS):
            inside, held = np.flatnonzero(dealt != fold), np.flatnonzero(dealt == fold)
            logs = _unseen(own, targets, inside, dealt[inside])
            asked = opinions(list(MEMBERS["best"]), own, targets, inside, held, {})
            for tier in TIERS:
                members = MEMBERS[tier]
                forest = fit_forest(_seen(logs, members, beside[tier][inside]), truth[inside] == 0)
                told = np.hstack([asked[name] for name in members])
                found[tier][split][held] = judged_by(forest, told, beside[tier][held])
        print(f"  split {split + 1} of {len(_SPLITS)}", flush=True)
    logs = _unseen(own, targets, np.arange(len(truth)), folds(truth, _FOLDS))
    for tier in TIERS:
        forest = fit_forest(_seen(logs, MEMBERS[tier], beside[tier]), truth == 0)
        arrays |= forest.arrays(f"{language}/forest {tier}")
    figures: dict[str, Any] = {tier: _figures(truth, found[tier]) for tier in TIERS}
    print(f"  {figures}", flush=True)
    return figures


def _unseen(
    own: Labelled, targets: Floats, rows: NDArray[np.intp], dealt: NDArray[np.intp]
) -> dict[str, Floats]:
    """Collect each view's opinions on some texts, each fold by the others among them."""
    names = list(MEMBERS["best"])
    logs = {name: np.zeros((len(rows), targets.shape[1]), np.float32) for name in names}
    for fold in np.unique(dealt):
        told = opinions(names, own, targets, rows[dealt != fold], rows[dealt == fold], {})
        for name in names:
            logs[name][dealt == fold] = told[name]
    return logs


def _seen(logs: dict[str, Floats], members: tuple[str, ...], beside: Floats) -> Floats:
    margins = [logs[name][:, :1] - logs[name][:, 1:] for name in members]
    return np.hstack([*margins, beside])


def _figures(truth: NDArray[np.intp], found: list[Floats]) -> dict[str, Any]:
    scores = [macro_f1(truth, one.argmax(axis=1), one.shape[1]) for one in found]
    return {
        "unseen": measured(truth, found[0]),
        "splits": {
            "count": len(scores),
            "macro_f1": round(float(np.mean(scores)), 4),
            "deviation": round(float(np.std(scores)), 4),
        },
    }
