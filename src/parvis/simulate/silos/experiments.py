"""The experiments: who was kept from a channel, and which towns' budgets were changed.

References
----------
Segment, "Spec: A/B Testing": `Experiment Viewed`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from parvis.simulate.happenings.orders import drawn_lots
from parvis.simulate.names import Names
from parvis.simulate.scene import Scene
from parvis.simulate.story import window
from parvis.simulate.writing import Pen, words

__all__ = ["write_experiments"]

_LINE: Final = """
SELECT '{"type":"track","messageId":"exp-' || hex(person, name) || '","userId":"'
    || customer || '","event":"Experiment Viewed","properties":{'
    || '"experiment_id":"' || name || '","experiment_name":"' || name || '","variation_name":"'
    || variation || '"},"timestamp":"' || iso(us) || '","receivedAt":"' || iso(us)
    || '","context":{"library":{"name":"experiments","version":"1"}},"channel":"server"}'
    || chr(10)
FROM lots
"""


def write_experiments(scene: Scene, names: Names, pen: Pen, folder: Path) -> int:
    """Write the assignments of holdouts, and the plans of both kinds of tests.

    Only customers with a number can be kept from a channel by name; the others' lots are drawn
    all the same, and nobody tells.

    Returns
    -------
    int
        How many assignments.
    """
    total, parts = 0, []
    people = scene.people
    everyone = np.arange(len(people), dtype=np.int32)
    for place, experiment in enumerate(scene.world.experiments):
        during = window(scene.world, experiment, scene.story.days)
        if experiment.kind != "holdout" or experiment.share is None or during.start == during.stop:
            continue
        there = people.has_account & (people.joined <= during.start) & (people.left > during.start)
        person = everyone[there]
        kept = drawn_lots(scene.seeds, place, person) < experiment.share
        moment = int(scene.midnights[during.start])
        parts.append(
            pa.table(
                {
                    "person": pa.array(person),
                    "customer": names.customer.take(pa.array(person)),
                    "name": words(np.zeros(len(person), np.int64), [experiment.name]),
                    "variation": words(kept.astype(np.int64), ["exposed", "holdout"]),
                    "us": pa.array(np.full(len(person), moment)),
                }
            )
        )
    if parts:
        table = pa.concat_tables(parts).unify_dictionaries().combine_chunks()
        path = folder / "experiments" / "assignments.ndjson"
        total = pen.lines(path, {"lots": table}, _LINE)
    _write_city_tests(scene, folder)
    _write_holdouts(scene, folder)
    return total


def _write_holdouts(scene: Scene, folder: Path) -> None:
    """Write down what the team planned of its holdouts: until when, how many are left out.

    And which part of all whom the channel reaches the lots are drawn of: those with an account, as
    the shop counts its customers.
    """
    covers = scene.world.people.account_share
    rows = [
        f"{e.name},{e.channel},{e.starts_on},{e.days},{e.share:g},{covers:g}\n"
        for e in scene.world.experiments
        if e.kind == "holdout"
        and e.share is not None
        and len(range(*window(scene.world, e, scene.story.days).indices(scene.story.days)))
    ]
    if rows:
        path = folder / "experiments" / "holdouts.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("name,channel,starts_on,days,share,covers\n" + "".join(rows))


def _write_city_tests(scene: Scene, folder: Path) -> None:
    rows = [
        f"{e.name},{e.channel},{'|'.join(e.cities)},{e.starts_on},{e.days},{e.budget:g}\n"
        for e in scene.world.experiments
        if e.kind == "cities"
        and e.budget is not None
        and len(range(*window(scene.world, e, scene.story.days).indices(scene.story.days)))
    ]
    if rows:
        path = folder / "experiments" / "city-tests.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("name,channel,cities,starts_on,days,budget\n" + "".join(rows))
