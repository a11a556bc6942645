"""From a world to the words that its texts may name."""

from __future__ import annotations

from parvis.simulate.texts import Lexicon
from parvis.simulate.world.model import World

__all__ = ["lexicon_of"]


def lexicon_of(world: World, brand: str = "") -> Lexicon:
    """Return what texts about a brand may name.

    Parameters
    ----------
    brand
        Whose texts; empty: the world's own brand.
    """
    name = brand or world.brand.name
    rivals = tuple(c.name for c in world.competitors if c.name != brand)
    return Lexicon(
        brand=name,
        handle="@" + (name.lower().replace(" ", "") if brand else world.brand.handle),
        products=tuple((p.name, p.category) for p in world.products),
        competitors=rivals,
        categories={c.name: (c.fr, c.en) for c in world.categories},
    )
