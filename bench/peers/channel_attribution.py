"""ChannelAttribution on published journeys: the peer, run by an environment of its own."""

from __future__ import annotations

import json
import statistics
import sys
import time
from importlib.metadata import version

import ChannelAttribution
import pandas as pd

__all__: list[str] = []

_TIMES = 5


def main(journeys: str, exact: str) -> None:
    """Print the seconds of a run and the deviation, given the paths of journeys and of figures."""
    data = pd.read_csv(journeys)
    taken = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        found = ChannelAttribution.markov_model(
            data,
            "path",
            "total_conversions",
            var_value="total_conversion_value",
            var_null="total_null",
            order=1,
            verbose=False,
            flg_pro=False,
        )
        taken.append(time.perf_counter() - began)
    credited = found.set_index("channel_name")["total_conversions"]
    wanted = pd.read_csv(exact).set_index("channel_name")["markov1_exact_conversions"]
    off = (credited.reindex(wanted.index) - wanted).abs().max(skipna=False)
    told = {
        "version": version("ChannelAttribution"),
        "seconds": statistics.median(taken),
        "off": float(off),
    }
    print(json.dumps(told))


main(*sys.argv[1:])
