import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from parvis.listen.api import near_identical
from parvis.listen.picture_hashes import HASHES_BYTES, picture_hashes


def _scene(seed: int) -> Image.Image:
    random = np.random.default_rng(seed)
    rough = Image.fromarray(random.integers(0, 256, (9, 12, 3), np.uint8))
    image = rough.resize((360, 240), Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(4):
        x, y = (float(v) for v in random.uniform(0, 200, 2))
        draw.rectangle((x, y, x + 60, y + 40), fill=tuple(random.integers(0, 256, 3).tolist()))
    return image


def _saved_badly(image: Image.Image) -> Image.Image:
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=20)
    return Image.open(kept).convert("RGB")


def _framed(image: Image.Image) -> Image.Image:
    frame = Image.new("RGB", (400, 280), "black")
    frame.paste(image, (20, 20))
    return frame


def _captioned(image: Image.Image) -> Image.Image:
    page = Image.new("RGB", (360, 285), "white")
    page.paste(image, (0, 45))
    ImageDraw.Draw(page).text((10, 10), "Quand le colis arrive enfin", fill="black", font_size=24)
    return page


@pytest.mark.parametrize(
    ("change", "mirrored"),
    [
        (_saved_badly, False),
        (lambda i: i.resize((90, 60)), False),
        (lambda i: ImageEnhance.Brightness(i).enhance(1.3), False),
        (lambda i: i.crop((54, 36, 360, 240)), False),
        (lambda i: i.crop((20, 5, 340, 215)), False),
        (lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT), True),
        (lambda i: i.transpose(Image.Transpose.FLIP_LEFT_RIGHT).crop((0, 0, 320, 210)), True),
        (_framed, False),
        (_captioned, False),
    ],
    ids=[
        "saved badly",
        "smaller",
        "brighter",
        "a corner cut",
        "sides cut",
        "mirrored",
        "mirrored, cut",
        "framed",
        "captioned",
    ],
)
def test_a_changed_picture_is_found_among_others(
    change: Callable[[Image.Image], Image.Image], mirrored: bool
) -> None:
    known = [picture_hashes(_scene(seed)) for seed in range(30)]
    found = near_identical([picture_hashes(change(_scene(7)))], known)
    assert [(one.new, one.known, one.mirrored) for one in found] == [(0, 7, mirrored)]


def test_either_may_be_the_part_and_the_many_may_be_either() -> None:
    whole, part = _scene(3), _scene(3).crop((0, 36, 306, 240))
    others = [picture_hashes(_scene(seed)) for seed in range(50, 150)]
    one, other = picture_hashes(whole), picture_hashes(part)
    told = near_identical([one], [*others, other])
    assert [pair.known for pair in told] == [100]
    back = near_identical([*others, other], [one])
    assert [(pair.new, pair.known, pair.apart) for pair in back] == [(100, 0, told[0].apart)]
    assert [pair.known for pair in near_identical([other], [*others, one])] == [100]


def test_a_picture_of_one_shade_is_like_nothing() -> None:
    plain = picture_hashes(Image.new("RGB", (64, 64), "white"))
    assert plain == b""
    scene = picture_hashes(_scene(1))
    assert len(scene) == HASHES_BYTES
    assert near_identical([plain, scene], [plain, plain, scene])[0].known == 2
    assert len(near_identical([plain, scene], [plain, plain, scene])) == 1
    assert near_identical([], [scene]) == near_identical([scene], []) == []
    assert near_identical([plain], [plain]) == []


def test_blocks_do_not_change_what_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    hashes = [picture_hashes(_scene(seed)) for seed in (1, 2, 1, 3, 2)]
    whole = near_identical(hashes, hashes)
    monkeypatch.setattr("parvis.listen.picture_hashes._BLOCK", 2)
    assert near_identical(hashes, hashes) == whole
    assert {(one.new, one.known) for one in whole if one.new < one.known} == {(0, 2), (1, 4)}
