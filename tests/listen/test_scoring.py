import io
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parvis.cli.app import app
from parvis.errors import FileUnreadable
from parvis.listen.scoring import lines_of, scored_lines

_LINES = [
    '{"text": "J\'adore ce magasin, merci à toute l\'équipe, c\'est parfait !", "lang": "fr"}',
    '{"text": "worst airline ever, terrible service and rude staff"}',
    "no json",
    '{"txt": "a"}',
    "[1]",
    '{"text": "", "lang": "fr"}',
    json.dumps({"text": "mot" * 400_000}),
]


def test_lines_are_scored_in_their_order_and_bad_ones_say_why() -> None:
    found = list(scored_lines((line.encode() for line in _LINES), "fast"))
    assert [one.get("label") for one in found] == [
        "positive", "negative", None, None, None, "neutral", found[6]["label"],
    ]  # fmt: skip
    assert [one.get("lang") for one in found[:2]] == ["fr", "en"]
    assert "no JSON" in found[2]["error"]
    assert 'Expected an object with "text"' in found[3]["error"]
    assert found[6]["cut"] is True
    for one in found[:2]:
        assert sum(one["probabilities"].values()) == pytest.approx(1)
        assert one["confidence"] == max(one["probabilities"].values())


def test_a_line_without_end_takes_no_memory() -> None:
    source = io.BytesIO(b"x" * 9_000_000 + b'\n{"text": "good"}\n')
    assert [len(line) for line in lines_of(source)] == [4_000_001, 17]


def test_the_command_writes_what_it_scored(tmp_path: Path) -> None:
    asked, written = tmp_path / "asked.jsonl", tmp_path / "written.jsonl"
    asked.write_text("\n".join(_LINES[:3]), encoding="utf-8")
    ran = CliRunner().invoke(
        app, ["listen", "score", str(asked), "--tier", "fast", "--out", str(written)]
    )
    assert ran.exit_code == 0
    answers = [json.loads(line) for line in written.read_text(encoding="utf-8").splitlines()]
    assert [one.get("tier") for one in answers] == ["fast", "fast", None]
    assert "3 lines scored; 1 could not be read" in ran.stderr


def test_a_file_that_is_not_there_is_told() -> None:
    ran = CliRunner().invoke(app, ["listen", "score", "nowhere.jsonl"])
    assert isinstance(ran.exception, FileUnreadable)
