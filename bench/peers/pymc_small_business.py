"""PyMC-Marketing with nutpie on a published mix: the peer, run by an environment of its own.

Set up as its documentation begins: geometric adstock, default priors, a yearly season of two pairs
of waves, four chains, and logistic saturation; or Hill's, by which the published mix was made.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pymc_marketing.mmm import GeometricAdstock, HillSaturation, LogisticSaturation
from pymc_marketing.mmm.multidimensional import MMM

__all__: list[str] = []

_CONTROLS = ["c1", "c2"]
_SATURATIONS = {"logistic": LogisticSaturation, "hill": HillSaturation}
_CHAINS, _TUNED, _DRAWN = 4, 1000, 1000


def main(weeks: str, truth: str, saturation: str) -> None:
    """Print what came out, given the paths of the mix and of its truth."""
    given = json.loads(Path(truth).read_text("utf-8"))["transformed_spend"]
    true = {name.removeprefix("contribution_"): made for name, made in given.items()}
    data = pd.read_csv(weeks, parse_dates=["date"])
    began = time.perf_counter()
    mix = _fitted(data, list(true), saturation)
    made = mix.idata.posterior["channel_contribution_original_scale"].sum("date")
    draws = made.stack(draw_of_chain=("chain", "draw")).sel(channel=list(true)).to_numpy()
    seconds = time.perf_counter() - began
    wanted = np.array(list(true.values()))
    low, high = np.quantile(draws, [0.05, 0.95], axis=1)
    found: dict[str, Any] = {
        "version": version("pymc-marketing"),
        "seconds": seconds,
        "error": float(np.abs(draws.mean(axis=1) / wanted - 1).mean()),
        "r_hat": _largest_r_hat(mix),
        "inside": int(((low <= wanted) & (wanted <= high)).sum()),
        "truths": len(wanted),
    }
    print(json.dumps(found))


def _fitted(data: pd.DataFrame, channels: list[str], saturation: str) -> Any:
    mix = MMM(
        date_column="date",
        target_column="y",
        channel_columns=channels,
        control_columns=_CONTROLS,
        adstock=GeometricAdstock(l_max=8),
        saturation=_SATURATIONS[saturation](),
        yearly_seasonality=2,
    )
    spent = data[["date", *channels, *_CONTROLS]]
    mix.build_model(spent, data["y"])
    mix.add_original_scale_contribution_variable(["channel_contribution"])
    mix.fit(
        spent,
        data["y"],
        nuts_sampler="nutpie",
        chains=_CHAINS,
        tune=_TUNED,
        draws=_DRAWN,
        random_seed=1,
        progressbar=False,
    )
    return mix


def _largest_r_hat(mix: Any) -> float:
    """Return the largest of those of what was drawn, not of what follows from it."""
    import arviz

    drawn = [v.name for v in mix.model.free_RVs]
    told = arviz.rhat(mix.idata.posterior[drawn])
    return float(max(told[name].max() for name in drawn))


warnings.simplefilter("ignore")
logging.disable(logging.WARNING)
main(*sys.argv[1:])
