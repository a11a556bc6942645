import io

import numpy as np
import pytest
from PIL import Image

from parvis.errors import PictureError
from parvis.listen.api import read_picture


def _saved(image: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    kept = io.BytesIO()
    image.save(kept, kind, **how)
    return kept.getvalue()


def _scene(seed: int, width: int = 240, height: int = 160) -> Image.Image:
    rough = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), np.uint8)
    return Image.fromarray(rough).resize((width, height), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "AVIF"])
def test_each_format_is_opened_and_has_a_small_picture(kind: str) -> None:
    seen = read_picture(_saved(_scene(1, 800, 400), kind), text=False)
    assert (seen.format, seen.width, seen.height) == (kind, 800, 400)
    with Image.open(io.BytesIO(seen.thumbnail)) as small:
        assert (small.format, small.size) == ("WEBP", (320, 160))


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no bytes"),
        (b"not a picture at all", "begins with 6e 6f 74"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"<!DOCTYPE html><html>sign in</html>", "web page"),
        (_saved(_scene(2))[:2000], "damaged or cut short"),
        (_saved(_scene(2), "JPEG")[:2000], "damaged or cut short"),
    ],
)
def test_what_is_no_picture_is_refused_with_what_it_is(data: bytes, says: str) -> None:
    with pytest.raises(PictureError, match=says):
        read_picture(data)
