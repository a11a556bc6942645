import numpy as np
import pytest

from parvis.listen.forest import Forest
from parvis.listen.heads import load_head, save_head

_NEVER = 6e4


def _forest() -> Forest:
    # is the first above 1, and then, is the second above 2?
    return Forest(
        np.array([[0, 1, 1, 0, 0, 0, 0]]),
        np.array([[1.0, 2.0, 2.0, *[_NEVER] * 4]], np.float32),
        np.array([[-1.0, 0, 0.5, 0, 0.25, 0, 2.0, 0]], np.float32),
        0.5,
    )


@pytest.mark.parametrize(
    ("row", "answer"), [((1, 2), -1.0), ((1, 3), 0.5), ((2, 2), 0.25), ((2, 3), 2.0)]
)
def test_questions_are_asked_one_after_the_other(row: tuple[int, int], answer: float) -> None:
    assert _forest().scores(np.array([row], np.float32)).tolist() == [0.5 + answer]


def test_trees_add_up() -> None:
    one = _forest()
    two = Forest(*(np.repeat(a, 2, axis=0) for a in (one.columns, one.thresholds, one.leaves)), 0.5)
    rows = np.array([[0, 0], [5, 5]], np.float32)
    assert two.scores(rows).tolist() == [-1.5, 4.5]


def test_a_forest_comes_back_from_its_file(tmp_path) -> None:
    one = _forest()
    save_head("odd", one.arrays("en/forest fast"), {}, tmp_path)
    back = Forest.of(load_head("odd", tmp_path), "en/forest fast")
    rows = np.random.default_rng(0).normal(1.5, 1, (200, 2)).astype(np.float32)
    assert np.array_equal(back.scores(rows), one.scores(rows))
