"""Worlds: the ready ones are possible, and an impossible one is told key, value and range."""

from __future__ import annotations

from pathlib import Path

import pytest

from parvis.errors import WorldError
from parvis.simulate.world import WORLDS, read_world, world_toml


@pytest.mark.parametrize("name", WORLDS)
def test_ready_worlds_can_be_read(name: str) -> None:
    world = read_world(name)
    assert sum(c.share for c in world.cities) == pytest.approx(1)
    assert 'base = "default"' in world_toml(name) or name == "default"


def test_every_channel_sets_all_of_them() -> None:
    assert {c.roas for c in read_world("all-wasted").channels} == {0.0}
    assert {c.follows_demand for c in read_world("confounded").channels} == {1.5}
    assert len({c.roas for c in read_world("default").channels}) > 3


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[advertising]\nbudget_share = -1",
            ["advertising.budget_share = -1", "0 or more and at most 2"],
        ),
        (
            "[people]\nloyalty_share = 1.4",
            ["people.loyalty_share = 1.4", "0 or more and at most 1"],
        ),
        (
            "[every_channel]\nhalf_life_days = 0",
            ["channels.0.half_life_days = 0", "more than 0 and at most 365"],
        ),
        ("[every_channel]\nshare = 0.9", ["channels: the shares sum to 6.300: expected 1"]),
        ("[people]\nacount_share = 0.2", ["people.acount_share is not a key", "account_share"]),
        ("[braand]\nname = 'x'", ["braand is not a key", "did you mean brand?"]),
        (
            (
                "[[experiments]]\nname='x'\nkind='holdout'\nchannel='telly'\nstarts_on=2025-01-01\n"
                "days=3\nshare=0.2"
            ),
            ["experiments.0.channel = 'telly'", "expected one of tv, search"],
        ),
        (
            (
                "[[experiments]]\nname='x'\nkind='cities'\nchannel='tv'\ncities=['Gotham']\n"
                "starts_on=2025-01-01\ndays=3\nbudget=0.2"
            ),
            ["experiments.0.cities = 'Gotham'", "Paris"],
        ),
        (
            "[[experiments]]\nname='x'\nkind='holdout'\nchannel='tv'\nstarts_on=2025-01-01\ndays=3",
            ["experiments.0", "expected a share for a holdout"],
        ),
        ("[brand]\nzone = 'Mars/Olympus'", ["brand.zone = 'Mars/Olympus'", "IANA zone"]),
        ("[crisis]\ntopic = 'weather'", ["crisis.topic = 'weather'", "expected one of quality"]),
        ("[brand]\nstarts_on = 'soon'", ["brand.starts_on = 'soon'"]),
        ("[demand]\nweekdays = [1, 2]", ["demand.weekdays"]),
        (
            "[[products]]\nsku='a'\nname='b'\ncategory='cars'\nprice=1\nweight=1",
            ["products.0.category = 'cars'", "expected one of capsules"],
        ),
        ("base = 'deflt'", ["no world 'deflt'", "default"]),
        ("[people", ["not valid TOML"]),
    ],
)
def test_an_impossible_world_is_told_key_value_and_range(
    tmp_path: Path, text: str, told: list[str]
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(text if text.startswith("base") else f'base = "default"\n{text}\n')
    with pytest.raises(WorldError) as failure:
        read_world(file)
    message = str(failure.value)
    for part in told:
        assert part in message


def test_a_missing_file_and_an_unknown_world_are_told(tmp_path: Path) -> None:
    with pytest.raises(WorldError, match="can't be read"):
        read_world(tmp_path / "nowhere.toml")
    with pytest.raises(WorldError, match="did you mean 'confounded'"):
        read_world("confunded")


def test_a_world_cannot_stand_on_itself(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("base = 3\n")
    with pytest.raises(WorldError, match="base = 3"):
        read_world(file)
