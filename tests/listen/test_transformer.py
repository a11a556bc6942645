from pathlib import Path

import numpy as np
import onnx
import pyarrow as pa
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers

from parvis.errors import ModelError
from parvis.listen.api import TransformerChoice, UnderstandingOptions, understand
from parvis.listen.transformer import transformer_probabilities

_MAP = {0: "positive", 1: "negative", 2: "neutral"}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Write a model that knows two words: its scores are sums over a text's words."""
    folder = tmp_path_factory.mktemp("model")
    words = {"[UNK]": 0, "bon": 1, "nul": 2}
    tokenizer = Tokenizer(models.WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(folder / "tokenizer.json"))
    table = np.array([[0, 0, 1], [5, 0, 0], [0, 5, 0]], np.float32)
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["table", "input_ids"], ["each"]),
            helper.make_node("ReduceSum", ["each", "axis"], ["logits"], keepdims=0),
        ],
        "two-words",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "m"])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["n", 3])],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(np.array([1], np.int64), "axis"),
        ],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    made.ir_version = 9
    onnx.save(made, folder / "model.onnx")
    return str(folder)


def test_classes_mean_what_the_map_says(model: str) -> None:
    found = transformer_probabilities(["bon", "nul"], TransformerChoice(model, _MAP))
    assert found.argmax(axis=1).tolist() == [2, 0]


def test_texts_are_understood_by_the_chosen_model(model: str) -> None:
    options = UnderstandingOptions(transformer=TransformerChoice(model, _MAP))
    row = understand(pa.table({"text_id": ["1"], "text": ["nul"]}), options).to_pylist()[0]
    assert (row["sentiment"], row["tier"]) == ("negative", "transformer")


def test_a_map_that_leaves_a_mood_out_is_refused(model: str) -> None:
    with pytest.raises(ModelError, match="each of the three at least once"):
        transformer_probabilities(["bon"], TransformerChoice(model, {0: "positive"}))


def test_a_model_that_is_not_here_is_told_and_the_normal_tier_used(
    caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    choice = TransformerChoice(str(tmp_path / "none"), _MAP)
    with pytest.raises(ModelError, match=r"isn't here.*\n.*local_files_only = false"):
        transformer_probabilities(["bon"], choice)
    found = understand(
        pa.table({"text_id": ["1"], "text": ["bon"]}), UnderstandingOptions(transformer=choice)
    )
    assert found["tier"].to_pylist() == ["fast"]
    assert "fast tier is used instead" in caplog.text
