"""Functions of the engine that are written in Python, for what SQL has no words."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import duckdb
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from parvis.domain.identifiers import Normaliser, NormRules

__all__ = ["add_python_functions"]

_NORM = pa.struct([("normal", pa.string()), ("problem", pa.string())])


def add_python_functions(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the functions known that the engine doesn't bring itself."""
    connection.create_function(
        "identifier_norm",
        _identifier_norms,
        ["VARCHAR", "VARCHAR", "VARCHAR"],
        duckdb.struct_type({"normal": "VARCHAR", "problem": "VARCHAR"}),
        type=PythonUDFType.ARROW,
        null_handling=FunctionNullHandling.SPECIAL,
    )


def _identifier_norms(
    kinds: pa.ChunkedArray, values: pa.ChunkedArray, rules: pa.ChunkedArray
) -> Any:
    if not len(values):
        return pa.array([], _NORM)
    norm = _normaliser(rules[0].as_py()).norm
    pairs = zip(kinds.to_pylist(), values.to_pylist(), strict=True)
    found = [norm(kind or "", value) for kind, value in pairs]
    return pa.StructArray.from_arrays(
        [
            pa.array([n for n, _ in found], pa.string()),
            pa.array([p for _, p in found], pa.string()),
        ],
        fields=list(_NORM),
    )


@lru_cache(maxsize=16)
def _normaliser(rules: str) -> Normaliser:
    return Normaliser(NormRules.from_text(rules))
