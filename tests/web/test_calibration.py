"""The chart of calibration says no more than its intervals bear."""

from __future__ import annotations

import pytest

from parvis.listen.api import Bin, Interval, Measured, measured
from parvis.web.charts.calibration import calibration_figure
from parvis.web.language import load_languages

ENGLISH = load_languages()["en"]


def told(*bins: tuple[int, float, float]) -> Measured:
    found = tuple(
        Bin(said - 0.05, said + 0.05, texts, said, Interval(right, right - 0.1, right + 0.1))
        for texts, said, right in bins
    )
    return Measured(100, Interval(0.7, 0.6, 0.8), Interval(0.6, 0.5, 0.7), 0.1, found)


@pytest.mark.parametrize(
    ("bins", "says"),
    [
        (((40, 0.6, 0.55), (60, 0.9, 0.85)), "as sure as it should be"),
        (((40, 0.6, 0.65), (60, 0.9, 0.6)), "too sure: right 60 % of the time where it says 90 %"),
        (((60, 0.6, 0.9),), "too modest: right 90 % of the time where it says 60 %"),
        (((4, 0.9, 0.0), (60, 0.7, 0.7)), "as sure as it should be"),
    ],
)
def test_the_title_says_what_the_groups_bear(
    bins: tuple[tuple[int, float, float], ...], says: str
) -> None:
    figure = calibration_figure(told(*bins), ENGLISH)
    assert figure is not None
    assert says in figure.title.replace("\u202f", " ").replace("\xa0", " ")


def test_a_chart_of_measured_labels_is_drawn() -> None:
    truth = ["negative", "positive", "neutral", "negative"] * 20
    figure = calibration_figure(measured(truth, [(0.7, 0.2, 0.1)] * 80), ENGLISH)
    assert figure is not None
    assert "too sure" in figure.title
