"""Reviews: what a review site exports, one schema.org `Review` a line.

References
----------
schema.org, "Review", "Product", "Rating".
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parvis.simulate.happenings.moods import NEGATIVE, POSITIVE
from parvis.simulate.happenings.voices import Sayings
from parvis.simulate.names import Names
from parvis.simulate.scene import Block, Scene
from parvis.simulate.texts import Texts
from parvis.simulate.writing import Pen, words

__all__ = ["review_ids", "write_reviews"]

_PUBLISHER: Final = "Avis d'ici"
_LINE: Final = """
SELECT '{"@context":"https://schema.org","@type":"Review","@id":"' || id
    || '","itemReviewed":{"@type":"Product","name":' || quoted(product) || ',"sku":"' || sku
    || '"},"reviewRating":{"@type":"Rating","ratingValue":' || rating
    || ',"bestRating":5,"worstRating":1},"author":{"@type":"Person","name":' || quoted(author)
    || CASE WHEN email IS NULL THEN '' ELSE ',"email":' || quoted(email) END
    || '},"name":' || quoted(title) || ',"reviewBody":' || quoted(body) || ',"datePublished":"'
    || iso(us) || '","inLanguage":"' || language || '","publisher":{"@type":"Organization","name":'
    || quoted({publisher}) || '}}' || chr(10) AS line
FROM reviews
"""


def review_ids(block: Block, count: int) -> pa.StringArray:
    """Name the reviews of a block."""
    number = pa.array((block.number + 1) * 1_000_000 + np.arange(count)).cast(pa.string())
    return pc.binary_join_element_wise("https://avis.example/r/", number, "")


def write_reviews(
    scene: Scene,
    names: Names,
    block: Block,
    told: tuple[Sayings, Texts],
    pen: Pen,
    folder: Path,
) -> int:
    """Write the reviews of a block's orders.

    Six in ten are verified: the site knows the buyer's mail address. The others show a first
    name and an initial.

    Returns
    -------
    int
        How many.
    """
    said, texts = told
    if not len(said):
        return 0
    rng, person = scene.seeds.of("stars", block.number), said.author
    content = said.sentiment
    stars = np.where(
        content == POSITIVE,
        rng.choice([4, 5], len(said), p=[0.35, 0.65]),
        np.where(content == NEGATIVE, rng.choice([1, 2], len(said), p=[0.6, 0.4]), 3),
    )
    here = pa.array(person)
    verified = rng.random(len(said)) < 0.6
    last = names.last.take(here).cast(pa.string())
    initial = pc.binary_join_element_wise(
        names.first.take(here).cast(pa.string()),
        pc.binary_join_element_wise(pc.utf8_slice_codeunits(last, 0, 1), ".", ""),
        " ",
    )
    products = scene.world.products
    table = pa.table(
        {
            "id": review_ids(block, len(said)),
            "product": words(said.product, [p.name for p in products]),
            "sku": words(said.product, [p.sku for p in products]),
            "rating": pa.array(stars),
            "author": initial,
            "email": pc.if_else(
                pa.array(verified), names.email.take(here), pa.scalar(None, pa.string())
            ),
            "title": pc.cast(texts.title, pa.string()),
            "body": pc.cast(texts.body, pa.string()),
            "us": pa.array(said.at),
            "language": words(said.language, ["fr", "en"]),
        }
    )
    path = folder / "social" / "reviews" / f"reviews-{block.number + 1:04d}.ndjson"
    publisher = "'" + _PUBLISHER.replace("'", "''") + "'"
    return pen.lines(path, {"reviews": table}, _LINE.replace("{publisher}", publisher))
