"""A classifier of the team's own choice: a transformer by folder or by its hub name."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parvis.errors import ModelError
from parvis.listen.contracts import LABELS
from parvis.listen.softmax import softmax

__all__ = ["TransformerChoice", "transformer_probabilities"]

_GRAPHS = ("model.onnx", "onnx/model.onnx", "model_quantized.onnx", "onnx/model_quantized.onnx")
_MOST_PIECES = 256
_BATCH = 16


@dataclass(frozen=True)
class TransformerChoice:
    """Which model, and what its classes mean.

    Parameters
    ----------
    model
        A folder with an ONNX graph and a `tokenizer.json`, or a hub name (`owner/name`).
    labels
        Which mood each class of the model means, by its number: {0: "negative", …}. It must be
        said: models number their classes as they like.
    local_files_only
        Take a hub name from what was downloaded before, and never from the network.
    """

    model: str
    labels: Mapping[int, str] = field(default_factory=dict)
    local_files_only: bool = True


def transformer_probabilities(
    texts: Sequence[str], choice: TransformerChoice
) -> NDArray[np.float32]:
    """Compute the moods of bounded texts by the chosen model.

    Returns
    -------
    numpy.ndarray
        Texts by `LABELS`.

    Raises
    ------
    ModelError
        The model isn't there, or its classes aren't those that were said.
    """
    if set(choice.labels.values()) != set(LABELS):
        raise ModelError(
            f"The label map of {choice.model!r} names {sorted(set(choice.labels.values()))}.",
            f"Say for each class of the model which of {', '.join(LABELS)} it means; each of the "
            "three at least once.",
        )
    session, tokenizer = _opened(choice.model, choice.local_files_only)
    means = np.zeros((max(choice.labels) + 1, len(LABELS)), np.float32)
    for number, label in choice.labels.items():
        means[number, LABELS.index(label)] = 1
    found = np.zeros((len(texts), len(LABELS)), np.float32)
    for start in range(0, len(texts), _BATCH):
        scores = _scores(session, tokenizer, texts[start : start + _BATCH])
        if scores.shape[1] != len(means) or len(choice.labels) != len(means):
            raise ModelError(
                f"{choice.model!r} has {scores.shape[1]} classes, its label map "
                f"{len(choice.labels)}.",
                "Map every class of the model, by its number from 0.",
            )
        found[start : start + _BATCH] = softmax(scores) @ means
    return found


def _scores(session: Any, tokenizer: Any, texts: Sequence[str]) -> NDArray[np.float32]:
    encoded = tokenizer.encode_batch(list(texts))
    longest = max(1, *(len(one.ids) for one in encoded))
    ids = np.zeros((len(texts), longest), np.int64)
    mask = np.zeros((len(texts), longest), np.int64)
    for row, one in enumerate(encoded):
        ids[row, : len(one.ids)] = one.ids
        mask[row, : len(one.ids)] = 1
    given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    wanted = {one.name for one in session.get_inputs()}
    answer = session.run(None, {name: value for name, value in given.items() if name in wanted})
    return np.asarray(answer[0], np.float32)


@functools.cache
def _opened(model: str, local_files_only: bool) -> tuple[Any, Any]:
    import onnxruntime
    from tokenizers import Tokenizer

    folder = _folder(model, local_files_only)
    graph = next((folder / name for name in _GRAPHS if (folder / name).is_file()), None)
    pieces = folder / "tokenizer.json"
    if graph is None or not pieces.is_file():
        raise ModelError(
            f"The model {model!r} can't be used: {folder} has no "
            f"{'ONNX graph' if graph is None else 'tokenizer.json'}.",
            f"Export it to ONNX: expected tokenizer.json and one of {', '.join(_GRAPHS)}.",
        )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    tokenizer = Tokenizer.from_file(str(pieces))
    tokenizer.no_padding()
    tokenizer.enable_truncation(_MOST_PIECES)
    try:
        session = onnxruntime.InferenceSession(
            str(graph), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:
        # its own errors have no common base but this
        raise ModelError(
            f"The model {graph} can't be opened: {error}.", "Export it to ONNX again."
        ) from error
    return session, tokenizer


def _folder(model: str, local_files_only: bool) -> Path:
    if Path(model).is_dir():
        return Path(model)
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model, local_files_only=local_files_only))
    except Exception as error:
        # a name that is none, no network, nothing kept: each has its own error
        raise ModelError(
            f"The model {model!r} isn't here: no folder has that path, and no model of that name "
            "was downloaded before.",
            "Give the folder of a model, or allow its download once (local_files_only = false). "
            "Until then the normal tier is used.",
        ) from error
