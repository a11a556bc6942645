"""The heads for emotion and complaint, from English tweets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from parvis.listen.weighing import ANY
from training.stacking import fit_language
from training.texts import read_texts
from training.trees import add_trees

__all__ = ["CLASSES", "SETS", "train_kind"]

CLASSES = {
    "emotion": ("anger", "joy", "optimism", "sadness"),
    "complaint": ("complaint", "other"),
}
"""What each head tells apart."""

SETS = {"emotion": "emotion_en", "complaint": "complaints_en"}
"""Which set each head is learnt from."""


def train_kind(kind: str, data: Path, cache: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Train one head for English, and from its meaning alone for other languages.

    Returns
    -------
    tuple
        The weights by name, and the figures of the card; other languages have none.
    """
    print(kind, flush=True)
    texts = read_texts(data, SETS[kind], cache)
    arrays: dict[str, Any] = {}
    figures = {"en": fit_language("en", texts, CLASSES[kind], {}, arrays)}
    if kind == "complaint":
        figures["en"] = add_trees("en", texts, CLASSES[kind], arrays)
    # words of English say nothing of other languages; what they mean does
    fit_language(ANY, texts, CLASSES[kind], {}, arrays, without=("grams", "deep"))
    return arrays, figures
