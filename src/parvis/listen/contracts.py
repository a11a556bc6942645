"""What is said of a text, as frozen types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["LABELS", "TIERS", "Emotion", "Mood", "Tier"]

Tier = Literal["fast", "accurate", "best"]

TIERS: tuple[Tier, ...] = ("fast", "accurate", "best")
"""From the quickest to the most accurate; `best` takes both encoders together."""

LABELS = ("negative", "neutral", "positive")
"""The moods, in the order of their probabilities."""


@dataclass(frozen=True, slots=True)
class Mood:
    """The mood of a text.

    Parameters
    ----------
    probabilities
        Of `LABELS`, in their order; they sum to one and are calibrated.
    tier
        What it was computed by.
    """

    probabilities: tuple[float, float, float]
    tier: Tier | Literal["transformer"]

    @property
    def label(self) -> str:
        """The most probable of `LABELS`."""
        return LABELS[max(range(3), key=self.probabilities.__getitem__)]

    @property
    def confidence(self) -> float:
        """How probable the label is."""
        return max(self.probabilities)


@dataclass(frozen=True, slots=True)
class Emotion:
    """The emotion that a text shows, and how probable it is."""

    name: str
    confidence: float
