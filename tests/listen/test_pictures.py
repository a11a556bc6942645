import contextlib
import io
import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from parvis.errors import PictureError
from parvis.listen import picture_files, pictures
from parvis.listen.api import picture_model_name, read_picture


def _saved(image: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    kept = io.BytesIO()
    image.save(kept, kind, **how)
    return kept.getvalue()


def _scene(seed: int, width: int = 240, height: int = 160) -> Image.Image:
    rough = np.random.default_rng(seed).integers(0, 256, (7, 9, 3), np.uint8)
    return Image.fromarray(rough).resize((width, height), Image.Resampling.BICUBIC)


def _png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    zeros = zlib.compress(bytes(10_000_000), 9)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", head) + chunk(b"IDAT", zeros) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", picture_files.FORMATS)
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
        (b"%PDF-1.7 something", "none"),
        (_saved(_scene(2), "TIFF"), "none"),
        (bytes(30_000_001), "30 MB"),
        (_png_that_claims(60_000, 60_000), "too large"),
        (_png_that_claims(9_000, 9_000), "9,000 × 9,000"),
    ],
    ids=["empty", "text", "svg", "page", "pdf", "tiff", "heavy", "bomb", "large"],
)
def test_what_cannot_be_a_picture_is_refused_with_what_it_is(data: bytes, says: str) -> None:
    with pytest.raises(PictureError, match=says) as refused:
        read_picture(data)
    assert refused.value.next_step


@pytest.mark.parametrize("kind", picture_files.FORMATS)
def test_a_picture_that_is_cut_short_is_refused(kind: str) -> None:
    whole = _saved(_scene(2), kind)
    for share in (0.02, 0.3, 0.9):
        with pytest.raises(PictureError):
            read_picture(whole[: int(len(whole) * share)], text=False)


@pytest.mark.parametrize("kind", picture_files.FORMATS)
def test_damaged_bytes_are_read_or_refused_and_nothing_else(kind: str) -> None:
    whole = _saved(_scene(3, 60, 40), kind)
    random = np.random.default_rng(0)
    for _ in range(40):
        damaged = bytearray(whole)
        for place in random.integers(0, len(whole), 4):
            damaged[place] = random.integers(0, 256)
        with contextlib.suppress(PictureError):
            assert read_picture(bytes(damaged), text=False).thumbnail


def test_a_picture_of_endless_passes_is_refused_before_it_is_unpacked() -> None:
    image = Image.new("L", (6_000, 6_000), 128)
    whole = _saved(image, "JPEG", progressive=True)
    scan = whole[whole.rindex(b"\xff\xda") : -2]
    with pytest.raises(PictureError, match="passes"):
        read_picture(whole[:-2] + scan * 100 + b"\xff\xd9")


def test_text_that_unpacks_to_gigabytes_is_not_unpacked() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("note", "0" * 50_000_000, zip=True)
    with pytest.raises(PictureError):
        read_picture(_saved(_scene(4), pnginfo=notes), text=False)


def test_a_camera_on_its_side_is_turned_upright() -> None:
    image = Image.new("RGB", (200, 100), "red")
    image.paste("blue", (0, 0, 100, 100))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: its left is up
    seen = read_picture(_saved(image, "JPEG", exif=exif, quality=95), text=False)
    assert (seen.width, seen.height) == (100, 200)
    with Image.open(io.BytesIO(seen.thumbnail)) as small:
        red, _, blue = small.convert("RGB").getpixel((50, 20))
        assert blue > 200 > 50 > red
        assert not small.getexif()


def _alpha() -> Image.Image:
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 100, 50))
    return image


@pytest.mark.parametrize(
    ("image", "kind", "first"),
    [
        (Image.new("CMYK", (80, 80), (0, 255, 255, 0)), "JPEG", "#ff0000"),
        (Image.fromarray(np.full((80, 80), 40_000, np.uint16)), "PNG", "#9c9c9c"),
        (Image.new("P", (80, 80), 0), "GIF", "#000000"),
        (Image.new("1", (80, 80), 1), "PNG", "#ffffff"),
        (Image.new("LA", (80, 80), (0, 0)), "PNG", "#ffffff"),
    ],
    ids=["cmyk", "sixteen bits", "palette", "one bit", "grey, transparent"],
)
def test_each_kind_of_pixels_has_its_colour(image: Image.Image, kind: str, first: str) -> None:
    (colour, share), *others = read_picture(_saved(image, kind), text=False).colours
    assert (colour, share, others) == (first, 1.0, [])


def test_transparent_pixels_are_white() -> None:
    assert read_picture(_saved(_alpha()), text=False).colours == (
        ("#c80000", 0.5),
        ("#ffffff", 0.5),
    )


def test_near_shades_are_one_colour_and_few_are_told() -> None:
    flag = np.zeros((90, 90, 3), np.uint8)
    flag[:30], flag[30:60], flag[60:] = (0, 40, 150), (250, 250, 250), (220, 30, 50)
    noisy = np.clip(flag + np.random.default_rng(0).normal(0, 4, flag.shape), 0, 255)
    colours = read_picture(_saved(Image.fromarray(noisy.astype(np.uint8))), text=False).colours
    assert len(colours) == 3
    assert all(0.30 < share < 0.36 for _, share in colours)
    many = read_picture(_saved(_scene(5)), text=False).colours
    assert 2 <= len(many) <= 5
    assert sum(share for _, share in many) <= 1.0001


def test_the_first_frame_of_an_animation_is_read() -> None:
    frames = [Image.new("RGB", (40, 40), c) for c in ("#00c800", "#c80000", "#0000c8")]
    moving = _saved(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert read_picture(moving, text=False).colours == (("#00c800", 1.0),)


def test_the_same_bytes_are_read_the_same_and_named_by_what_read_them() -> None:
    data = _saved(_scene(6))
    assert read_picture(data, text=False) == read_picture(data, text=False)
    assert read_picture(data, text=False).model == picture_model_name(text=False)
    assert picture_model_name() != picture_model_name(text=False)


def test_without_the_extra_the_text_alone_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "text_reader_name", lambda: None)
    seen = read_picture(_saved(_scene(7)))
    assert seen.text is None
    assert seen.text_confidence is None
    assert seen.model == picture_model_name(text=False)
    assert seen.hashes


_READ_IT = """
import json, sys
from pathlib import Path
from parvis.listen.pictures import read_picture
seen = read_picture(Path(sys.argv[1]).read_bytes(), text=False)
peak = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
print(json.dumps([seen.width, int(peak) / 1024]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak")
def test_memory_stays_bounded_with_the_largest_picture(tmp_path: Path) -> None:
    picture = tmp_path / "large.png"
    Image.new("RGB", (7_000, 7_000), "teal").save(picture, compress_level=1)
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            _READ_IT,
            str(picture),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    width, peak_mb = json.loads(told.stdout)
    assert width == 7_000
    assert peak_mb < 600
