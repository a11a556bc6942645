"""Whether somebody complains, as a head learnt it from English."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from parvis.listen.contracts import Mood, Tier
from parvis.listen.heads import load_head
from parvis.listen.signs import SIGNS, signs_of
from parvis.listen.weighing import Views, weighed

__all__ = ["complaining", "evidence_of"]

_LEARNT = "en"


def complaining(
    texts: Sequence[str],
    languages: Sequence[str],
    moods: Sequence[Mood],
    views: Views,
    tier: Tier,
) -> NDArray[np.float32]:
    """Tell how probable it is that each text complains.

    In English small trees judge together what the text means, its mood and how it is written; in
    other languages what it means is all there is.

    Parameters
    ----------
    texts
        Bounded texts.
    languages
        One a text, as ISO 639-1 codes.
    moods
        Of the same texts.
    views
        Of the same texts.
    tier
        Which views count.

    Returns
    -------
    numpy.ndarray
        Probabilities, one a text; calibrated for English.
    """
    beside = np.zeros((len(texts), len(SIGNS) + 3), np.float32)
    rows = [row for row, language in enumerate(languages) if language == _LEARNT]
    beside[rows] = evidence_of([texts[row] for row in rows], [moods[row] for row in rows])
    return weighed(views, languages, tier, load_head("complaint"), beside)[:, 0]


def evidence_of(texts: Sequence[str], moods: Sequence[Mood]) -> NDArray[np.float32]:
    """Set a text's mood beside its signs.

    Returns
    -------
    numpy.ndarray
        Texts by the three moods and `SIGNS`.
    """
    felt = np.array([one.probabilities for one in moods], np.float32).reshape(-1, 3)
    return np.hstack([felt, signs_of(texts)])
