"""`parvis listen picture`, as somebody types it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from typer.testing import CliRunner

from parvis.cli import listening
from parvis.cli.app import app
from parvis.listen import pictures
from parvis.listen.api import NO_READER, text_reader_name


def run(*words: object):
    return CliRunner().invoke(app, ["listen", "picture", *map(str, words)])


@pytest.fixture
def scene(tmp_path) -> Path:
    rough = np.random.default_rng(1).integers(0, 256, (7, 9, 3), np.uint8)
    file = tmp_path / "scene.png"
    Image.fromarray(rough).resize((240, 160), Image.Resampling.BICUBIC).save(file)
    return file


def test_a_mirrored_copy_and_a_file_that_is_none(scene, tmp_path):
    copy, letter = tmp_path / "copy.jpg", tmp_path / "letter.jpg"
    with Image.open(scene) as image:
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(copy)
    letter.write_text("Dear all,")
    told = run(scene, letter, tmp_path / "nowhere.png", copy, "--no-text")
    assert told.exit_code == 1
    assert f"looks like {scene} mirrored" in told.stdout
    assert "PNG, 240 × 160 pixels" in told.stdout
    assert f"{letter}: What should be a picture is none" in told.stderr
    assert "nowhere.png: it can't be read: No such file" in told.stderr


def test_lines_of_json_for_another_program(scene):
    told = run("--json", "--no-text", scene, scene)
    assert told.exit_code == 0, told.output
    one, other = (json.loads(line) for line in told.stdout.splitlines())
    assert one["looks_like"] == []
    assert other["looks_like"] == [{"file": str(scene), "mirrored": False}]
    assert one["text"] is None
    assert sum(c["share"] for c in one["colours"]) <= 1.001


@pytest.mark.skipif(text_reader_name() is None, reason="parvis[pictures] isn't installed")
def test_the_text_is_told_line_by_line(tmp_path):
    file = tmp_path / "sign.png"
    image = Image.new("RGB", (420, 130), "white")
    draw = ImageDraw.Draw(image)
    draw.text((20, 20), "Never again", fill="black", font_size=30)
    draw.text((20, 75), "Closed on Monday", fill="black", font_size=30)
    image.save(file)
    told = run(file)
    assert told.exit_code == 0, told.output
    assert "\n    Never again\n    Closed on Monday\n" in told.stdout


def test_without_what_reads_text_it_says_what_to_install(scene, monkeypatch):
    for module in (listening, pictures):
        monkeypatch.setattr(module, "text_reader_name", lambda: None)
    told = run(scene)
    assert told.exit_code == 0
    assert "pip install 'parvis[pictures]'" in NO_READER
    assert "parvis[pictures]" in told.stderr.replace("\n", "")
    assert "colours:" in told.stdout
    assert "text" not in told.stdout.replace(str(scene), "")
