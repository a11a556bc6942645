"""The advertising accounts: each platform's own report, by day, campaign and town."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.simulate.scene import Scene
from parvis.simulate.writing import Pen, words

__all__ = ["Report", "reports", "write_spend"]


@dataclass(frozen=True, slots=True)
class _Style:
    """How a platform writes its report: headings, the query of a line, how it is read."""

    head: str
    line: str
    options: tuple[str, ...] = ()


_STYLES: Final = (
    _Style(
        "Day,Campaign,City,Cost,Currency code,Impr.,Clicks\n",
        "SELECT day || ',' || cell(campaign) || ',' || city || ',' || euros(cents) || ',' "
        "|| currency || ',' || impressions || ',' || clicks || chr(10) FROM spend",
    ),
    _Style(
        "Reporting starts;Campaign name;Region;Amount spent;Currency;Impressions;Link clicks\n",
        "SELECT day || ';' || cell(campaign) || ';' || city || ';' || euros(cents) || ';' "
        "|| currency || ';' || impressions || ';' || clicks || chr(10) FROM spend",
    ),
    _Style(
        "\ufeffDate;Campagne;Ville;Dépense;Devise;Impressions\r\n",
        "SELECT strftime(day, '%d/%m/%Y') || ';' || cell(campaign) || ';' || city || ';' "
        "|| comma(cents) || ';' || currency || ';' || impressions || chr(13) || chr(10) "
        "FROM spend",
        ("decimal:comma", "date:DD/MM/YYYY"),
    ),
)


@dataclass(frozen=True, slots=True)
class Report:
    """A channel's report: its file under ``ads/`` and how it is to be read."""

    channel: str
    file: str
    options: tuple[str, ...]


def _style(scene: Scene, c: int) -> _Style:
    # what nobody can click is bought through an agency, which writes by hand
    if scene.channels[c].cost_per_click <= 0:
        return _STYLES[2]
    accounts = sorted({channel.account for channel in scene.channels})
    return _STYLES[accounts.index(scene.channels[c].account) % 2]


def reports(scene: Scene) -> tuple[Report, ...]:
    """Tell which reports there are."""
    return tuple(
        Report(
            channel.name,
            f"{channel.account}-{channel.stem}.csv",
            _style(scene, c).options,
        )
        for c, channel in enumerate(scene.channels)
    )


def write_spend(scene: Scene, landed: NDArray[np.int64], pen: Pen, folder: Path) -> int:
    """Write the reports of all accounts.

    Parameters
    ----------
    landed
        (days, cities, channels) visits that came through each channel.

    Returns
    -------
    int
        How many rows.
    """
    rng, total = scene.seeds.of("ads"), 0
    for c, report in enumerate(reports(scene)):
        channel = scene.channels[c]
        cents = campaign_cents(scene, c)
        share = cents / np.maximum(cents.sum(axis=2, keepdims=True), 1)
        # some clicks never see the page; the platform counts them all the same
        clicks = rng.poisson(landed[:, :, c, None] / 0.85 * share) * (cents > 0)
        clicks = np.maximum(clicks, 0)
        rate = channel.click_rate if channel.click_rate > 0 else 1.0
        seen = clicks / rate if channel.click_rate > 0 else cents * 0.9
        impressions = np.maximum(rng.poisson(seen), clicks) * (cents > 0)
        day, city, campaign = np.nonzero(cents)
        first = np.datetime64(scene.world.brand.starts_on, "D")
        table = pa.table(
            {
                "day": pa.array(first + day),
                "city": words(city, [x.name for x in scene.world.cities]),
                "campaign": words(campaign, channel.campaigns),
                "cents": pa.array(cents[day, city, campaign]),
                "clicks": pa.array(clicks[day, city, campaign]),
                "impressions": pa.array(impressions[day, city, campaign].astype(np.int64)),
                "currency": words(np.zeros(len(day), np.int64), [scene.world.brand.currency]),
            }
        )
        style = _style(scene, c)
        path = folder / "ads" / report.file
        total += pen.lines(path, {"spend": table}, style.line, style.head.encode())
    return total


def campaign_cents(scene: Scene, c: int) -> NDArray[np.int64]:
    """Split a channel's spending over its campaigns, to the cent.

    Returns
    -------
    ndarray
        (days, cities, campaigns).
    """
    cents = scene.story.spend_cents[:, :, c]
    count = len(scene.channels[c].campaigns)
    weights = np.cumsum(1.0 / np.arange(1, count + 1))
    upto = np.rint(cents[:, :, None] * (weights / weights[-1])).astype(np.int64)
    split: NDArray[np.int64] = np.diff(upto, axis=2, prepend=0)
    return split
