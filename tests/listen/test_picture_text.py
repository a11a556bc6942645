import socket
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image, ImageDraw, ImageFont

from parvis.errors import PictureError
from parvis.listen.api import text_reader_name
from parvis.listen.picture_text import read_text

pytestmark = pytest.mark.skipif(
    text_reader_name() is None, reason="parvis[pictures] isn't installed"
)

_DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


@pytest.fixture
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.usefixtures("_no_network")
@pytest.mark.skipif(not _DEJAVU.exists(), reason="a font with accents isn't installed")
def test_lines_are_read_from_top_to_bottom_with_their_accents() -> None:
    image = Image.new("RGB", (700, 220), (250, 240, 220))
    draw, font = ImageDraw.Draw(image), ImageFont.truetype(str(_DEJAVU), 30)
    draw.text((20, 20), "Où êtes-vous passés ?", fill="black", font=font)
    draw.text((20, 90), "Ça coûte", fill="darkred", font=font)
    draw.text((420, 90), "12,50 euros", fill="darkred", font=font)
    draw.text((20, 160), "Never again, thank you", fill="black", font=font)
    told = read_text(image)
    assert told.text == "Où êtes-vous passés ?\nÇa coûte 12,50 euros\nNever again, thank you"
    assert told.confidence is not None
    assert told.confidence > 0.9


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_picture_on_its_side_or_its_head_is_turned(turn: int) -> None:
    image = Image.new("RGB", (420, 190), "white")
    for row, line in enumerate(("Never again", "Closed on Monday", "Big summer sale")):
        ImageDraw.Draw(image).text((20, 20 + 55 * row), line, fill="black", font_size=30)
    told = read_text(image.rotate(turn, expand=True))
    assert told.text == "Never again\nClosed on Monday\nBig summer sale"


def test_a_picture_without_text_has_none() -> None:
    assert read_text(Image.radial_gradient("L").convert("RGB")).text == ""


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 3), (9, 900), (2_000, 9)])
def test_thin_pictures_are_no_trouble(size: tuple[int, int]) -> None:
    told = read_text(Image.new("RGB", size, "navy"))
    assert (told.text, told.confidence) == ("", None)


def test_reading_stops_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    image = Image.new("RGB", (300, 400), "white")
    draw = ImageDraw.Draw(image)
    for row in range(10):
        draw.text((10, 10 + 38 * row), f"line number {row}", fill="black", font_size=20)
    ticks = iter([0.0, 1.0, 99.0])
    # a clock of its own: other threads look at the real one meanwhile
    clock = SimpleNamespace(monotonic=lambda: next(ticks))
    monkeypatch.setattr("parvis.listen.picture_text.time", clock)
    assert read_text(image).text.count("\n") == 5


def test_a_failure_of_the_models_is_told_as_one_of_the_picture(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Failing:
        def detect_and_crop(self, *_: object) -> None:
            raise RuntimeError("no such operator\nout of range")

    monkeypatch.setattr("parvis.listen.picture_text._engine", Failing)
    with pytest.raises(PictureError, match="out of range"):
        read_text(Image.new("RGB", (64, 64)))
