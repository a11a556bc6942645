"""Files of documents as lines: what is mended, what is told, what is left aside."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parvis.connect.lines import RepeatedKey, lines_of, parsed
from parvis.connect.silo import Silo
from parvis.errors import FileUnreadable


def read(path: Path) -> list[tuple[int, str, str]]:
    return [tuple(line) for line in lines_of(Silo("x", (path,), path.parent), path)]


def test_lines_keep_their_numbers_and_lose_what_the_lake_cannot_hold(tmp_path):
    path = tmp_path / "a.ndjson"
    path.write_bytes(
        b'\xef\xbb\xbf{"a":1}\r\n\n  \n'
        b'{"b":"x\\u0000y\\\\u0000"}\n{"c":"th\xe9"}\n{"d":"\x00"}\n{"last":1}'
    )
    assert read(path) == [
        (1, '{"a":1}', ""),
        (4, '{"b":"xy\\\\u0000"}', ""),
        (5, '{"c":"th\ufffd"}', ""),
        (6, '{"d":""}', "not_json"),
        (7, '{"last":1}', ""),
    ]


def test_depth_counts_outside_of_texts_alone(tmp_path):
    path = tmp_path / "a.ndjson"
    deep, wide, text = "[" * 300 + "]" * 300, "[" + "[]," * 300 + "1]", json.dumps("[" * 500)
    path.write_text("\n".join([deep, wide, text]), "utf-8")
    assert [reason for _, _, reason in read(path)] == ["too_deep", "", ""]


def test_a_line_that_is_too_long_is_told_and_the_next_is_read(tmp_path):
    path = tmp_path / "a.ndjson.gz"
    path.write_bytes(gzip.compress(b'{"a":"' + b"x" * 16_000_000 + b'"}\n{"b":1}\n'))
    found = read(path)
    assert [(number, reason) for number, _, reason in found] == [(1, "line_too_long"), (2, "")]
    assert len(found[0][1]) == 1_000_000


def test_a_list_and_a_collection_are_their_items(tmp_path):
    path = tmp_path / "a.json"
    for whole in ([{"a": 1}], {"orderedItems": [{"a": 1}]}, {"@graph": [{"a": 1}]}, {"a": 1}):
        path.write_text(json.dumps(whole, indent=2), "utf-8")
        assert [json.loads(text) for _, text, _ in read(path)] == [{"a": 1}]
    path.write_text("{", "utf-8")
    with pytest.raises(FileUnreadable, match="one JSON text"):
        read(path)


def test_a_table_needs_a_column_of_documents(tmp_path):
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"document": ['{"a":\n1}']}), path)
    assert read(path) == [(1, '{"a": 1}', "")]
    pq.write_table(pa.table({"other": ["x"]}), path)
    with pytest.raises(FileUnreadable, match="no column `document`"):
        read(path)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(FileUnreadable, match="cut or damaged"):
        read(path)


@pytest.mark.parametrize("text", ["{", '{"a": NaN}', '{"a": Infinity}', "", "[" * 100_000])
def test_what_is_not_json_is_told(text):
    with pytest.raises(ValueError, match=r".+"):
        parsed(text)


def test_a_repeated_key_is_told():
    with pytest.raises(RepeatedKey):
        parsed('{"a": {"b": 1, "b": 2}}')
    assert parsed('{"a": {"b": 1}, "b": 2}') == {"a": {"b": 1}, "b": 2}
