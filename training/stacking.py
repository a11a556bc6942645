"""Trains a head: its views by language, and the stack that weighs them."""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from parvis.listen.softmax import Linear, fit_softmax, softmax
from parvis.listen.weighing import FLOOR, MEMBERS
from training.measures import folds, measured
from training.texts import Labelled

__all__ = ["fit_language", "opinions", "prior_of"]

_PENALTIES = {"meaning": 1200.0, "deep": 1500.0, "accurate": 900.0, "grams": 1.0}
_STACK_PENALTY = 60.0
_FOLDS = 5


def fit_language(
    language: str,
    own: Labelled,
    classes: tuple[str, ...],
    priors: dict[str, Linear],
    arrays: dict[str, Any],
    dealt: NDArray[np.intp] | None = None,
    without: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Fit all tiers of one language and add the weights to `arrays`.

    Returns
    -------
    dict
        Figures on texts that weren't learnt from, by tier.
    """
    names = [name for name in MEMBERS["best"] if name not in without]
    targets = own.targets(classes)
    truth = targets.argmax(axis=1)
    dealt = folds(truth, _FOLDS) if dealt is None else dealt
    unseen = {name: np.zeros_like(targets) for name in names}
    for fold in np.unique(dealt):
        told = opinions(names, own, targets, dealt != fold, dealt == fold, priors)
        for name in names:
            unseen[name][dealt == fold] = told[name]
    for name in names:
        head = _fit_member(name, own.views[name], targets, priors.get(name))
        arrays[f"{language}/{name}/weights"] = head.weights
        arrays[f"{language}/{name}/bias"] = head.bias
    figures: dict[str, Any] = {}
    for tier, members in MEMBERS.items():
        used = [name for name in members if name in names]
        logs = np.hstack([unseen[name] for name in used])
        stack = _stack(logs, targets)
        arrays[f"{language}/stack {tier}/weights"], arrays[f"{language}/stack {tier}/bias"] = (
            stack.weights,
            stack.bias,
        )
        found = np.zeros_like(targets)
        for fold in np.unique(dealt):
            inside = dealt != fold
            found[~inside] = softmax(_stack(logs[inside], targets[inside]).scores(logs[~inside]))
        figures[tier] = {"unseen": measured(truth, found)}
        if own.validation.any() and len(np.unique(dealt)) == _FOLDS:
            figures[tier]["validation"] = _on_validation(own, targets, used, priors, logs)
        print(f"  {tier}: {figures[tier]}", flush=True)
    return figures


def _on_validation(
    own: Labelled,
    targets: NDArray[np.float32],
    used: list[str],
    priors: dict[str, Linear],
    logs: NDArray[np.float32],
) -> dict[str, Any]:
    held = own.validation
    stack = _stack(logs[~held], targets[~held])
    told = opinions(used, own, targets, ~held, held, priors)
    scores = stack.scores(np.hstack([told[name] for name in used]))
    return measured(targets[held].argmax(axis=1), softmax(scores))


def opinions(
    names: list[str],
    own: Labelled,
    targets: NDArray[np.float32],
    learnt: NDArray[Any],
    asked: NDArray[Any],
    priors: dict[str, Linear],
) -> dict[str, NDArray[np.float32]]:
    """Learn from some texts what each view says of others.

    Returns
    -------
    dict
        By view, logarithms of probabilities: asked texts by classes.
    """
    told = {}
    for name in names:
        view = own.views[name]
        head = _fit_member(name, view[learnt], targets[learnt], priors.get(name))
        told[name] = _opinion(head, view[asked])
    return told


def _opinion(head: Linear, view: Any) -> NDArray[np.float32]:
    return np.asarray(np.log(softmax(head.scores(view)) + FLOOR), np.float32)


def _stack(logs: NDArray[np.float32], targets: NDArray[np.float32]) -> Linear:
    classes = targets.shape[1]
    members = logs.shape[1] // classes
    equal = np.vstack([np.eye(classes, dtype=np.float32)] * members) * (1.2 / members)
    prior = Linear(equal, np.zeros(classes, np.float32))
    return fit_softmax(logs, targets, _STACK_PENALTY, prior=prior)


def prior_of(name: str, others: list[Labelled], classes: tuple[str, ...]) -> Linear:
    """Fit what languages share, from which a language of its own then departs."""
    # each language is brought to its own mean and spread: what is left is what they share
    views = np.concatenate([_standard(s.views[name], s.views[name]) for s in others])
    return fit_softmax(
        views, np.concatenate([s.targets(classes) for s in others]), _PENALTIES[name]
    )


def _standard(view: NDArray[np.float32], by: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray((view - by.mean(axis=0)) / (by.std(axis=0) + 1e-4), np.float32)


def _fit_member(name: str, view: Any, targets: NDArray[np.float32], prior: Linear | None) -> Linear:
    """Fit one view; scaling is folded into the weights, so that they read the raw view."""
    if name == "grams":
        return _fit_grams(view, targets, _PENALTIES[name])
    mean, spread = view.mean(axis=0), view.std(axis=0) + 1e-4
    head = fit_softmax((view - mean) / spread, targets, _PENALTIES[name], prior=prior)
    weights = head.weights / spread[:, None]
    return Linear(weights, head.bias - mean @ weights)


def _fit_grams(view: sp.csr_matrix, targets: NDArray[np.float32], penalty: float) -> Linear:
    # columns are scaled by how well they tell the classes apart (Wang and Manning 2012, Baselines
    # and Bigrams, ACL P12-2018), all three classes at once
    there = view.copy()
    there.data = np.ones_like(there.data)
    telling = np.zeros(view.shape[1], np.float32)
    for one in range(targets.shape[1]):
        inside = 0.3 + there.T @ targets[:, one]
        outside = 0.3 + there.T @ (1 - targets[:, one])
        ratio = np.log((inside / inside.sum()) / (outside / outside.sum()))
        telling = np.maximum(telling, np.abs(ratio))
    power = np.asarray(view.power(2).sum(axis=0)).ravel()
    telling /= np.sqrt((power * telling**2).sum() / view.shape[0] / 2)
    head = fit_softmax((view @ sp.diags(telling)).tocsr(), targets, penalty)
    return Linear((head.weights * telling[:, None]).astype(np.float32), head.bias)
