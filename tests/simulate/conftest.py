"""A small brand, written once and looked at by many tests."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from parvis.simulate.api import SimulateOptions, SimulateReport, simulate
from parvis.simulate.people import draw_people
from parvis.simulate.scene import Scene
from parvis.simulate.seeds import Seeds
from parvis.simulate.staging import set_scene
from parvis.simulate.world import World, read_world


@dataclass(frozen=True)
class Brand:
    """A written brand, and how it was asked for."""

    folder: Path
    world: World
    options: SimulateOptions
    report: SimulateReport


@pytest.fixture(scope="session")
def brand(tmp_path_factory: pytest.TempPathFactory) -> Brand:
    """Write the tiny world with 1,200 customers and 120 days, once a worker."""
    folder = tmp_path_factory.mktemp("brand") / "out"
    options = SimulateOptions(customers=1200, days=120, seed=11, workers=1)
    return Brand(folder, read_world("tiny"), options, simulate(folder, "tiny", options))


def scene_of(world: World | str, customers: int = 4000, days: int = 120, seed: int = 5) -> Scene:
    """Set a scene without writing anything."""
    told = read_world(world) if isinstance(world, str) else world
    seeds = Seeds(seed)
    return set_scene(told, draw_people(told, customers, days, seeds), days, seeds)


def changed(world: str, **parts: dict[str, object]) -> World:
    """Read a world and change keys of some of its tables."""
    told = read_world(world)
    tables = {name: getattr(told, name).model_copy(update=values) for name, values in parts.items()}
    return told.model_copy(update=tables)
