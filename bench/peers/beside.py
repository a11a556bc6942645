"""Measuring beside its peers, on what both were published for: same data, same machine, one run.

A peer's figures have no limit: they are told, not demanded. Of PyMC-Marketing the time includes
what it compiles before it samples, since each new model needs that.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from math import inf
from pathlib import Path

from bench.measure import Row
from bench.measuring import DATA, measure_attribution, measure_small_business
from bench.peers.environment import SkippedPeer, ask, python_with

__all__ = ["measure_peers"]


def measure_peers(scratch: Path) -> list[Row]:
    """Measure Parvis, then the peer, on the published journeys and on a published mix."""
    return [
        *measure_attribution(scratch),
        *_or_why("ChannelAttribution", _channel_attribution),
        *measure_small_business(scratch),
        *_or_why("PyMC-Marketing", partial(_pymc_marketing, "logistic")),
        *_or_why("PyMC-Marketing", partial(_pymc_marketing, "hill")),
    ]


def _or_why(peer: str, measure: Callable[[], list[Row]]) -> list[Row]:
    try:
        return measure()
    except SkippedPeer as why:
        print(f"{peer} skipped: {why}", flush=True)
        return [Row(f"{peer} skipped: {why}", None, "", inf)]


def _channel_attribution() -> list[Row]:
    # it imports matplotlib without asking for it
    python = python_with("channel_attribution", ["ChannelAttribution>=2.2,<3", "matplotlib"])
    data = DATA / "attribution"
    told = ask(
        python,
        "channel_attribution.py",
        str(data / "PathData_Data.csv.gz"),
        str(data / "exact_markov_order1_computed_here.csv"),
    )
    return [
        Row(f"ChannelAttribution {told['version']}: off by", told["off"], "outcomes", inf),
        Row("… credited, warm", told["seconds"], "s", inf),
    ]


def _pymc_marketing(saturation: str) -> list[Row]:
    python = python_with("pymc_marketing", ["pymc-marketing>=0.17,<1", "nutpie"])
    data = DATA / "mmm"
    told = ask(
        python,
        "pymc_small_business.py",
        str(data / "small_business.csv"),
        str(data / "small_business_truth.json"),
        saturation,
    )
    name = f"PyMC-Marketing {told['version']}, nutpie, {saturation}"
    return [
        Row(f"{name}: compiled and fitted", told["seconds"], "s", inf),
        Row("… r-hat", told["r_hat"], "", inf),
        Row("… mean error of contributions", 100 * told["error"], "%", inf),
        Row(
            f"… of {told['truths']} truths outside the 90 % interval",
            told["truths"] - told["inside"],
            "",
            inf,
        ),
    ]
