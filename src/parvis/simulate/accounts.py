"""Accounts on social networks: customers' and strangers', and how far they lead to a person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.simulate.happenings.orders import mixed
from parvis.simulate.names import Names
from parvis.simulate.people import People
from parvis.simulate.seeds import Seeds
from parvis.simulate.world.model import World
from parvis.simulate.writing import Pen

__all__ = ["BLUESKY", "FEDIVERSE", "Accounts", "open_accounts"]

FEDIVERSE: Final = 0
BLUESKY: Final = 1

#: How an account leads to its customer: not at all; by a name like theirs; by the mail address
#: in its profile; by its handle, which the CRM knows.
NOT_AT_ALL, BY_NAME, BY_MAIL, BY_CRM = range(4)

_NICKS: Final = (
    "noisette", "bruyere", "pixel", "caramel", "hirondelle", "tempo", "minuit", "vagabonde",
    "moka", "saturne", "pommier", "zephyr", "lichen", "comete", "biscuit", "galet", "renarde",
    "orage", "papier", "violon", "driftwood", "marmalade", "lantern", "harbour", "thistle",
    "raincoat", "teapot", "cobalt", "pebble", "sparrow", "mossy", "velvet", "northside", "bramble",
    "foxglove", "copper", "wanderer", "midnight", "lowtide", "sunday",
)  # fmt: skip

_HANDLES: Final = """
SELECT CASE WHEN leads = 1 THEN plain || CASE WHEN number % 3 = 0 THEN '' ELSE '_' END || number
    ELSE nick || number END AS username, lower(first::VARCHAR || ' ' || last::VARCHAR) AS named
FROM (SELECT *, regexp_replace(strip_accents(lower(first::VARCHAR || last::VARCHAR)),
    '[^a-z]', '', 'g') AS plain FROM accounts)
"""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Who speaks on social networks; one value an account.

    Parameters
    ----------
    network
        FEDIVERSE or BLUESKY.
    person
        The customer behind it; -1: a stranger.
    language, temper, satisfaction
        As of `People`.
    leads
        How the account leads to its person: `NOT_AT_ALL`, `BY_NAME`, `BY_MAIL`, `BY_CRM`.
    username
        Unique in its network.
    """

    network: NDArray[np.int8]
    person: NDArray[np.int32]
    language: NDArray[np.int8]
    temper: NDArray[np.float64]
    satisfaction: NDArray[np.float64]
    leads: NDArray[np.int8]
    username: pa.StringArray

    def __len__(self) -> int:
        return len(self.network)


def open_accounts(world: World, people: People, names: Names, seeds: Seeds, pen: Pen) -> Accounts:
    """Give customers and strangers their accounts."""
    rng = seeds.of("accounts")
    person = np.concatenate(
        (np.flatnonzero(people.on_fediverse), np.flatnonzero(people.on_bluesky))
    ).astype(np.int32)
    network = np.repeat(
        [FEDIVERSE, BLUESKY], [people.on_fediverse.sum(), people.on_bluesky.sum()]
    ).astype(np.int8)
    strangers = round(len(person) * world.social.strangers)
    person = np.concatenate((person, np.full(strangers, -1, np.int32)))
    network = np.concatenate((network, rng.integers(0, 2, strangers).astype(np.int8)))
    count, known = len(person), person >= 0
    whose = np.maximum(person, 0)
    french = sum(c.share for c in world.cities if c.language == "fr")
    language = np.where(known, people.language[whose], rng.random(count) > french)
    lot = rng.random(count)
    leads = np.where(lot < 0.18, BY_CRM, np.where(lot < 0.30, BY_MAIL, np.where(lot < 0.55, 1, 0)))
    # the CRM can only know the handles of its contacts
    leads = np.where((leads == BY_CRM) & ~people.is_contact[whose], NOT_AT_ALL, leads)
    leads = np.where(known, leads, NOT_AT_ALL).astype(np.int8)
    place = np.arange(count, dtype=np.uint64)
    table = pa.table(
        {
            "leads": pa.array(leads),
            "number": pa.array(place.astype(np.int64)),
            "first": names.first.take(pa.array(whose)),
            "last": names.last.take(pa.array(whose)),
            "nick": pa.DictionaryArray.from_arrays(
                pa.array((mixed(place) % np.uint64(len(_NICKS))).astype(np.int32)), list(_NICKS)
            ),
        }
    )
    return Accounts(
        network=network,
        person=person,
        language=language.astype(np.int8),
        temper=np.where(known, people.temper[whose], rng.gamma(0.6, 1 / 0.6, count)),
        satisfaction=np.where(known, people.satisfaction[whose], rng.standard_normal(count)),
        leads=leads,
        username=pen.columns({"accounts": table}, _HANDLES)["username"].combine_chunks(),
    )
