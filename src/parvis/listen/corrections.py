"""A team's corrections retrain its own heads: what was learnt before is where they start from."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from parvis.errors import ListeningError
from parvis.listen.contracts import LABELS, Tier
from parvis.listen.heads import Head
from parvis.listen.softmax import Linear, fit_softmax, softmax
from parvis.listen.weighing import ANY, FLOOR, MEMBERS, Views, weighed

__all__ = ["FEWEST", "Correction", "retrain"]

FEWEST = 20
"""Corrections in a language below which its head stays as it is."""

_PENALTIES = {"meaning": 150.0, "deep": 250.0, "accurate": 250.0, "grams": 0.5}
_STACK_PENALTY = 5.0
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says the mood of a text is.

    Parameters
    ----------
    text
        Bounded.
    language
        ISO 639-1.
    label
        One of `LABELS`.
    """

    text: str
    language: str
    label: str


def retrain(corrections: Sequence[Correction], base: Head, views: Views, tier: Tier) -> Head:
    """Learn a team's own head from its corrections, on top of a head that was trained before.

    Each view learns the team's texts by itself, and a new stack weighs what it says against what
    the head said before; with few corrections the latter has the word, with many the former.

    Parameters
    ----------
    corrections
        The more, the better: 100 help, 1,000 help much.
    base
        The head before, with weights for the tier.
    views
        Of the corrected texts, in their order, as the tier needs them.
    tier
        The tier that learns; the others stay as they were.

    Returns
    -------
    Head
        The same head where a language has fewer than `FEWEST` corrections.

    Raises
    ------
    ListeningError
        A correction's label is none of `LABELS`.
    """
    strange = sorted({one.label for one in corrections} - set(LABELS))
    if strange:
        raise ListeningError(
            f"A correction says {strange[0]!r}, which is no mood.",
            f"Say one of {', '.join(LABELS)}.",
        )
    arrays = dict(base.arrays)
    by_language: dict[str, int] = {}
    languages = np.array([one.language for one in corrections])
    targets = np.array([[one.label == name for name in LABELS] for one in corrections], np.float32)
    for language in sorted(set(languages.tolist())):
        rows = np.flatnonzero(languages == language)
        if len(rows) >= FEWEST:
            by_language[language] = len(rows)
            _learn(arrays, base, language, tier, _rows(views, rows), targets[rows])
    if not by_language:
        return Head({**base.card, "corrections": {}}, base.arrays)
    # other weights than those of the card before: who asks which heads these are must see it
    learnt = hashlib.sha256(b"".join(arrays[key].tobytes() for key in sorted(arrays)))
    card = {**base.card, "corrections": by_language, "sha256": learnt.hexdigest()}
    return Head(card, arrays)


def _rows(views: Views, rows: NDArray[np.intp]) -> Views:
    accurate = None if views.accurate is None else views.accurate[rows]
    return Views(views.meaning[rows], views.deep[rows], views.grams[rows], accurate)


def _learn(
    arrays: dict[str, NDArray[np.float32]],
    base: Head,
    language: str,
    tier: Tier,
    views: Views,
    targets: NDArray[np.float32],
) -> None:
    known = language if f"{language}/stack {tier}/weights" in base else ANY
    _inherit(arrays, known, language)
    everything = np.arange(len(targets))
    dealt = everything % _FOLDS
    own: list[NDArray[np.float32]] = []
    names = MEMBERS[tier]
    for name in names:
        view = views.of(name, everything)
        unseen = np.zeros_like(targets)
        for fold in range(_FOLDS):
            inside = dealt != fold
            head = _fitted(name, view[inside], targets[inside])
            unseen[~inside] = np.log(softmax(head.scores(view[~inside])) + FLOOR)
        own.append(unseen)
        head = _fitted(name, view, targets)
        arrays[f"{language}/own {name}/weights"] = head.weights
        arrays[f"{language}/own {name}/bias"] = head.bias
    before = np.log(weighed(views, [known] * len(targets), tier, base) + FLOOR)
    trust = len(targets) / (len(targets) + 200.0)
    eye = np.eye(len(LABELS), dtype=np.float32)
    start = np.vstack([eye * (1 - trust), *[eye * trust / len(names)] * len(names)])
    stack = fit_softmax(
        np.hstack([before, *own]),
        targets,
        _STACK_PENALTY,
        prior=Linear(start, np.zeros(len(LABELS), np.float32)),
    )
    arrays[f"{language}/own stack {tier}/weights"] = stack.weights
    arrays[f"{language}/own stack {tier}/bias"] = stack.bias


def _inherit(arrays: dict[str, NDArray[np.float32]], known: str, language: str) -> None:
    if known != language:
        for key in [one for one in arrays if one.startswith(f"{known}/")]:
            arrays[f"{language}/{key.removeprefix(f'{known}/')}"] = arrays[key]


def _fitted(
    name: str, view: NDArray[np.float32] | sp.csr_matrix, targets: NDArray[np.float32]
) -> Linear:
    if name == "grams":
        return fit_softmax(view, targets, _PENALTIES[name])
    dense = np.asarray(view, np.float32)
    mean, spread = dense.mean(axis=0), dense.std(axis=0) + 1e-4
    head = fit_softmax((dense - mean) / spread, targets, _PENALTIES[name])
    weights = head.weights / spread[:, None]
    return Linear(weights, head.bias - mean @ weights)
