"""Which emotion a text shows, where it shows one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from parvis.listen.contracts import Emotion, Mood, Tier
from parvis.listen.heads import load_head
from parvis.listen.weighing import Views, weighed

__all__ = ["NO_EMOTION", "emotions_of"]

NO_EMOTION = "none"
"""What a text shows whose mood is neutral."""

_MEASURED = "en"
_DAMPING = 0.7
_BRIGHT = frozenset({"joy", "optimism"})


def emotions_of(
    languages: Sequence[str], moods: Sequence[Mood], views: Views, tier: Tier
) -> list[Emotion]:
    """Tell the emotion of each text: anger, joy, optimism or sadness, or `NO_EMOTION`.

    The head learnt from tweets that were searched by words of emotion: it knows no text without
    one. So the mood says whether there is one, and whether it is bright or dark; the head says
    which. Its card has figures for English alone; elsewhere its confidence is cut.

    Returns
    -------
    list of Emotion
        One a text.
    """
    head = load_head("emotion")
    names = head.card["classes"]
    shares = weighed(views, languages, tier, head)
    bright = np.array([name in _BRIGHT for name in names])
    found = []
    for row, mood, language in zip(shares, moods, languages, strict=True):
        negative, neutral, positive = mood.probabilities
        likely = row * np.where(bright, positive, negative)
        likely *= (1 - neutral) / max(float(likely.sum()), 1e-9)
        best = int(likely.argmax())
        sure = float(likely[best]) * (1.0 if language == _MEASURED else _DAMPING)
        shown = Emotion(names[best], round(sure, 4))
        found.append(shown if likely[best] > neutral else Emotion(NO_EMOTION, round(neutral, 4)))
    return found
