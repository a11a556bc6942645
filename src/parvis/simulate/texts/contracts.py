"""What is asked of the texts, what they may name, and what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.errors import ParvisError

LANGUAGES = ("fr", "en")
KINDS = (
    "post",
    "comment",
    "review",
    "mail",
    "reply",
    "blog_comment",
    "article",
    "campaign",
    "mail_answer",
)
SENTIMENTS = ("negative", "neutral", "positive")
INTENTS = ("none", "complaint", "question", "purchase", "praise", "leave", "spam")
TOPICS = (
    "quality",
    "price",
    "delivery",
    "support",
    "app",
    "taste",
    "size",
    "design",
    "store",
    "ecology",
    "outage",
)
EMOTIONS = ("none", "anger", "joy", "sadness", "surprise", "fear")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What each text must be: arrays of one length *n*, indices into the tuples of this module.

    Parameters
    ----------
    language, kind, sentiment, intent, topic
        Indices into `LANGUAGES`, `KINDS`, `SENTIMENTS`, `INTENTS` and `TOPICS`; shape (n,).
    product
        Index into `Lexicon.products`; shape (n,).
    competitor
        Index into `Lexicon.competitors` of the one that the text names, -1 for none; shape (n,).

    Raises
    ------
    ParvisError
        If the arrays differ in length, or an index is out of its tuple.

    Examples
    --------
    >>> one = np.zeros(1, np.int8)
    >>> ask = Wanted(one, one, one, one, one, one.astype(np.int16), one.astype(np.int16) - 1)
    >>> len(ask)
    1
    """

    language: NDArray[np.int8]
    kind: NDArray[np.int8]
    sentiment: NDArray[np.int8]
    intent: NDArray[np.int8]
    topic: NDArray[np.int8]
    product: NDArray[np.int16]
    competitor: NDArray[np.int16]

    def __post_init__(self) -> None:
        sizes = {f.name: len(getattr(self, f.name)) for f in fields(self)}
        if len(set(sizes.values())) > 1:
            raise ParvisError(
                f"The arrays of the wanted texts differ in length: {sizes}.",
                "Give seven arrays of one length, one element a text.",
            )
        for name, known in _KNOWN.items():
            _check_range(name, getattr(self, name), 0, len(known))

    def __len__(self) -> int:
        return len(self.kind)

    def rows(self, where: slice | NDArray[np.intp]) -> Wanted:
        """Keep some of the texts.

        Parameters
        ----------
        where
            A slice, or row numbers of shape (m,).

        Returns
        -------
        Wanted
            The m texts, in that order.
        """
        return Wanted(*(getattr(self, f.name)[where] for f in fields(self)))


_KNOWN = {
    "language": LANGUAGES,
    "kind": KINDS,
    "sentiment": SENTIMENTS,
    "intent": INTENTS,
    "topic": TOPICS,
}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The names of a trade, as the texts say them.

    Parameters
    ----------
    brand
        The brand's name: "Brumelle".
    handle
        What posts mention it by: "@brumelle".
    products
        Name and category of each: `("Aube", "capsules")`.
    competitors
        Their names.
    categories
        Category to how a sentence calls it in French and in English, with the article:
        `{"capsules": ("les capsules", "the capsules")}`.

    Raises
    ------
    ParvisError
        If a product's category has no wording, or there is no product.
    """

    brand: str
    handle: str
    products: tuple[tuple[str, str], ...]
    competitors: tuple[str, ...]
    categories: Mapping[str, tuple[str, str]]

    def __post_init__(self) -> None:
        if not self.products:
            raise ParvisError(
                "The lexicon has no product.",
                "Give at least one as (name, category): texts are about products.",
            )
        bare = sorted({category for _, category in self.products} - set(self.categories))
        if bare:
            raise ParvisError(
                f"The categories {bare} of the lexicon's products have no wording.",
                "Add each to `categories`, with its French and its English name.",
            )


@dataclass(frozen=True, slots=True)
class Texts:
    """Texts and what is true of each, row by row in the order they were asked for.

    Parameters
    ----------
    body
        The plain text, n rows; mails, reviews and articles may hold line breaks.
    title
        A mail's subject, a review's or an article's title, null for the other kinds; n rows.
    labels
        n rows: `language`, `sentiment`, `intent`, `topic`, `emotion` (strings), `is_ironic`,
        `is_negated` (the opinion is told with a negation), `has_emoji`, `is_code_switched`
        (booleans), `misspellings` (int8: how many words are misspelt).
    """

    body: pa.StringArray | pa.ChunkedArray
    title: pa.StringArray | pa.ChunkedArray
    labels: pa.Table


def check_names(wanted: Wanted, lexicon: Lexicon) -> None:
    """Refuse products and competitors that the lexicon doesn't have.

    Parameters
    ----------
    wanted
        n texts.
    lexicon
        The names.

    Raises
    ------
    ParvisError
        If an index is out of the lexicon's tuple.
    """
    _check_range("product", wanted.product, 0, len(lexicon.products))
    _check_range("competitor", wanted.competitor, -1, len(lexicon.competitors))


def _check_range(name: str, values: NDArray[np.integer], low: int, end: int) -> None:
    if len(values) and (values.min() < low or values.max() >= end):
        raise ParvisError(
            f"The wanted texts' {name} runs from {values.min()} to {values.max()}.",
            f"Give indices from {low} to {end - 1}.",
        )
