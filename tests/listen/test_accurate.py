import numpy as np
import pytest

from parvis.listen.encoders.accurate import ACCURATE_WIDTH, accurate_meaning
from parvis.listen.sentiment import moods
from parvis.listen.weighing import views_of

pytestmark = pytest.mark.slow  # the graph is written once for a machine


def test_what_means_the_same_is_near_in_any_language() -> None:
    found = accurate_meaning(
        ["where is my parcel?", "où est mon colis ?", "what a beautiful red dress"]
    )
    assert found.shape == (3, ACCURATE_WIDTH)
    last = found[:, -384:] / np.linalg.norm(found[:, -384:], axis=1, keepdims=True)
    assert last[0] @ last[1] > last[0] @ last[2] + 0.03


def test_a_text_has_the_same_vector_in_whatever_batch() -> None:
    alone = accurate_meaning(["mon colis n'arrive pas"])
    among = accurate_meaning(["mon colis n'arrive pas", "un texte bien plus long " * 8])[:1]
    # 8-bit numbers are scaled by the batch: near, not equal
    assert (alone * among).sum() / np.linalg.norm(alone) / np.linalg.norm(among) > 0.99


def test_the_best_tier_weighs_both_encoders() -> None:
    texts = ["quelle honte, je suis furieuse", "quel plaisir, je suis ravie"]
    found = moods(texts, ["fr", "fr"], views_of(texts, "best"), "best")
    assert [one.label for one in found] == ["negative", "positive"]
