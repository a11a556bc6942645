"""What is true of a text by the way it was made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parvis.simulate.texts.contracts import EMOTIONS, INTENTS, KINDS, SENTIMENTS, Wanted
from parvis.simulate.texts.draft import Manner, Mask

#: How many writers of a kind speak loosely, misspell, leave out capitals: 0 to 1.
_MANNERS = {
    "post": (0.6, 0.3, 0.15),
    "comment": (0.7, 0.4, 0.3),
    "review": (0.35, 0.25, 0.06),
    "mail": (0.1, 0.15, 0.01),
    "reply": (0.7, 0.4, 0.3),
    "blog_comment": (0.3, 0.15, 0.04),
    "article": (0.0, 0.0, 0.0),
    "campaign": (0.0, 0.0, 0.0),
    "mail_answer": (0.0, 0.0, 0.0),
}

#: Which emotion a sentiment comes with, in the order of `EMOTIONS`.
_EMOTION_SHARES = {
    "negative": (0.45, 0.30, 0.0, 0.12, 0.06, 0.07),
    "neutral": (0.95, 0.0, 0.0, 0.0, 0.05, 0.0),
    "positive": (0.50, 0.0, 0.38, 0.0, 0.12, 0.0),
}

#: Only these can be said with irony: an ironic question would be read as a question.
_IRONIC_INTENTS = ("none", "complaint", "leave")


@dataclass(frozen=True, slots=True)
class Marks:
    """The truth about n texts; all of shape (n,).

    Parameters
    ----------
    emotion
        Index into `EMOTIONS`.
    is_ironic, has_emoji, is_code_switched
        What the text is, has and does.
    """

    emotion: NDArray[np.intp]
    is_ironic: Mask
    has_emoji: Mask
    is_code_switched: Mask

    @classmethod
    def plain(cls, size: int) -> Marks:
        """Make marks of texts without any.

        Parameters
        ----------
        size
            How many texts.

        Returns
        -------
        Marks
            Of shape (size,).
        """
        no = np.zeros((3, size), bool)
        return cls(np.zeros(size, np.intp), no[0], no[1], no[2])


def by_kind(wanted: Wanted, shares: dict[str, float]) -> NDArray[np.float64]:
    """Look up a share that depends on the kind.

    Parameters
    ----------
    wanted
        n texts.
    shares
        Kind to share, 0 where it isn't told.

    Returns
    -------
    numpy.ndarray
        Shape (n,).
    """
    return np.array([shares.get(kind, 0.0) for kind in KINDS])[wanted.kind]


def is_intent(wanted: Wanted, *intents: str) -> Mask:
    """Find the texts with one of some intents.

    Parameters
    ----------
    wanted
        n texts.
    intents
        Of `INTENTS`.

    Returns
    -------
    numpy.ndarray
        Shape (n,).
    """
    return np.array([intent in intents for intent in INTENTS])[wanted.intent]


def draw_manner(wanted: Wanted, rng: np.random.Generator) -> Manner:
    """Decide how the writers write.

    Parameters
    ----------
    wanted
        n texts.
    rng
        The source of chance.

    Returns
    -------
    Manner
        Of shape (n,).
    """
    shares = np.array([_MANNERS[kind] for kind in KINDS])[wanted.kind]
    is_relaxed, is_sloppy, is_low = rng.random(shares.shape).T < shares.T
    speaker = rng.integers(0, 2, len(wanted), np.int32)
    return Manner(is_relaxed | is_sloppy, is_sloppy, ~is_low, speaker)


def draw_marks(
    wanted: Wanted,
    rng: np.random.Generator,
    irony: dict[str, float],
    emoji: dict[str, float],
    switching: dict[str, float],
) -> Marks:
    """Decide which texts are ironic, show an emotion, an emoji, another language.

    Parameters
    ----------
    wanted
        n texts.
    rng
        The source of chance.
    irony, emoji, switching
        Kind to share; irony is of the negative texts.

    Returns
    -------
    Marks
        Of shape (n,).
    """
    chance = rng.random((4, len(wanted)))
    negative = wanted.sentiment == SENTIMENTS.index("negative")
    is_ironic = (
        negative & is_intent(wanted, *_IRONIC_INTENTS) & (chance[0] < by_kind(wanted, irony))
    )
    bounds = np.cumsum([_EMOTION_SHARES[sentiment] for sentiment in SENTIMENTS], axis=1)
    emotion = (chance[1][:, None] >= bounds[wanted.sentiment, :-1]).sum(axis=1)
    return Marks(
        np.where(is_ironic, EMOTIONS.index("none"), emotion),
        is_ironic,
        chance[2] < by_kind(wanted, emoji),
        ~is_ironic & (chance[3] < by_kind(wanted, switching)),
    )
