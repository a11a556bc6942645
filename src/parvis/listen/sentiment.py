"""Whether a text is negative, neutral or positive, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from parvis.listen.contracts import Mood, Tier
from parvis.listen.heads import Head, load_head
from parvis.listen.weighing import Views, weighed

__all__ = ["moods"]


def moods(
    texts: Sequence[str],
    languages: Sequence[str],
    views: Views,
    tier: Tier,
    head: Head | None = None,
) -> list[Mood]:
    """Compute the mood of texts.

    Parameters
    ----------
    texts
        Bounded texts.
    languages
        One a text, as ISO 639-1 codes.
    views
        Of the same texts.
    tier
        What computes the mood.
    head
        Trained weights; the project's own if missing.

    Returns
    -------
    list of Mood
        One a text. A text that says nothing is neutral.
    """
    found = weighed(views, languages, tier, head or load_head("sentiment"))
    return [
        Mood(_rounded(row) if text.strip() else (0.0, 1.0, 0.0), tier)
        for text, row in zip(texts, found, strict=True)
    ]


def _rounded(row: NDArray[np.float32]) -> tuple[float, float, float]:
    negative, positive = round(float(row[0]), 4), round(float(row[2]), 4)
    return negative, round(1 - negative - positive, 4), positive
