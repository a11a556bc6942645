"""The parameters of a simulated brand: what they are, how they are read."""

from parvis.simulate.world.model import Channel, City, Experiment, Product, World
from parvis.simulate.world.read import WORLDS, read_world, world_toml

__all__ = [
    "WORLDS",
    "Channel",
    "City",
    "Experiment",
    "Product",
    "World",
    "read_world",
    "world_toml",
]
