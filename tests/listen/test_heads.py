import json
from pathlib import Path

import numpy as np
import pytest

from parvis.errors import ModelError
from parvis.listen.heads import load_head, save_head


@pytest.mark.parametrize("name", ["sentiment", "emotion", "complaint"])
def test_the_heads_that_are_shipped_are_those_of_their_cards(name: str) -> None:
    head = load_head(name)
    assert head.arrays
    assert {"classes", "command", "data", "date", "figures", "sha256"} <= set(head.card)


def test_sentiment_reaches_what_its_card_promises_in_french_and_english() -> None:
    figures = load_head("sentiment").card["figures"]
    least = {("fr", "best"): 0.70, ("en", "best"): 0.67, ("fr", "fast"): 0.66, ("en", "fast"): 0.64}
    for (language, tier), macro_f1 in least.items():
        unseen = figures[language][tier]["unseen"]
        assert unseen["macro_f1"] >= macro_f1
        assert unseen["calibration_error"] <= 0.05


def test_weights_come_back_nearly_as_they_were(tmp_path: Path) -> None:
    weights = {
        "small": np.linspace(-1, 1, 12, dtype=np.float32).reshape(4, 3),
        "large": np.random.default_rng(0).normal(size=(30_000, 3)).astype(np.float32),
    }
    save_head("mood", weights, {"classes": ["a"]}, tmp_path)
    read = load_head("mood", tmp_path)
    assert np.abs(read["small"] - weights["small"]).max() < 1e-3
    assert np.abs(read["large"] - weights["large"]).max() < 0.03


def test_other_weights_than_those_of_the_card_are_refused(tmp_path: Path) -> None:
    save_head("mood", {"a": np.ones(3, np.float32)}, {}, tmp_path)
    card = json.loads((tmp_path / "mood.json").read_text())
    (tmp_path / "mood.json").write_text(json.dumps(card | {"sha256": "0" * 64}))
    with pytest.raises(ModelError, match=r"aren't those of their card.*\n.*train it again"):
        load_head("mood", tmp_path)
