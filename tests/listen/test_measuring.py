"""How often it is right: intervals that hold what they promise, and what stands of labels."""

from __future__ import annotations

import numpy as np
import pytest

from parvis.errors import ListeningError
from parvis.listen.api import LABELS, WITHDRAWN, Label, measured, told_labels
from parvis.listen.measuring import wilson


def test_an_interval_holds_the_truth_nineteen_times_in_twenty():
    chance = np.random.default_rng(7)
    hits = chance.binomial(60, 0.7, 2_000)
    inside = [wilson(int(h), 60).low <= 0.7 <= wilson(int(h), 60).high for h in hits]
    assert 0.93 <= np.mean(inside) <= 0.98


def test_shares_at_the_ends_stay_between_nothing_and_all():
    assert (wilson(0, 20).low, wilson(20, 20).high) == (0.0, 1.0)
    assert wilson(0, 20).high > 0.1
    assert wilson(20, 20).low < 0.9


def test_a_model_that_is_as_sure_as_it_is_right_has_no_error():
    given = [[0.8, 0.1, 0.1]] * 100
    truth = ["negative"] * 80 + ["neutral"] * 20
    told = measured(truth, given)
    assert told.accuracy.value == 0.8
    assert told.calibration_error == pytest.approx(0.0)
    assert [(b.texts, round(b.said, 2), b.right.value) for b in told.bins] == [(100, 0.8, 0.8)]
    boastful = measured(["neutral"] * 50, [[0.99, 0.005, 0.005]] * 50)
    assert boastful.calibration_error == pytest.approx(0.99)


def test_macro_f1_is_the_mean_over_the_moods_that_occur():
    given = np.eye(3)[[0, 0, 1, 1]]
    told = measured(["negative", "neutral", "neutral", "neutral"], given.tolist())
    # negative: 1 right, 1 too many; neutral: 2 right, 1 missed
    assert told.macro_f1.value == pytest.approx((2 / 3 + 4 / 5) / 2)
    assert told.macro_f1.low <= told.macro_f1.value <= told.macro_f1.high
    assert told == measured(["negative", "neutral", "neutral", "neutral"], given.tolist())


def test_the_last_label_stands_whatever_the_order_of_rows():
    made = [
        Label.new("k", "sentiment", value, was="neutral", by="ada")
        for value in (*LABELS, WITHDRAWN)
    ]
    rows = [{n: getattr(x, n) for n in Label.__slots__} for x in reversed(made)]
    (labels,) = told_labels(rows).values()
    assert [x.value for x in labels] == [*LABELS, WITHDRAWN]


@pytest.mark.parametrize(
    ("subject", "value"), [("sentiment", "yes"), ("intent:complaint", "negative"), ("tone", "sad")]
)
def test_what_a_text_cannot_be_is_refused(subject, value):
    with pytest.raises(ListeningError, match=f"{subject}|{value}"):
        Label.new("k", subject, value, was=None, by="ada")
