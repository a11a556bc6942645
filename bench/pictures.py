"""Pictures: whether changed copies are found, others aren't, and their text is read."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance

from bench.measure import Row
from bench.picture_scenes import SCENES, TEXTS, WRITTEN, font, written
from parvis.listen.api import near_identical
from parvis.listen.picture_hashes import HASHES_BYTES, picture_hashes

__all__ = ["measure_lookalikes", "measure_picture_text"]

_OF_EACH = 400
_CHANGED = 60
_KNOWN = 200_000
_NEW = 20
_FULL_SIDE = 1.0


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=quality)
    return Image.open(kept).convert("RGB")


def _cut(image: Image.Image, share: float, random: np.random.Generator) -> Image.Image:
    """Cut a share of each side's length away, anywhere."""
    left, top = random.uniform(0, share, 2)
    kept = _FULL_SIDE - share
    box = (
        image.width * left,
        image.height * top,
        image.width * (left + kept),
        image.height * (top + kept),
    )
    return image.crop(tuple(round(edge) for edge in box))


def _framed(image: Image.Image) -> Image.Image:
    edge = round(image.width * 0.05)
    framed = Image.new("RGB", (image.width + 2 * edge, image.height + 2 * edge), "black")
    framed.paste(image, (edge, edge))
    return framed


def _captioned(image: Image.Image, random: np.random.Generator) -> Image.Image:
    band = round(image.height * random.uniform(0.14, 0.25))
    page = Image.new("RGB", (image.width, image.height + band), "white")
    above = random.random() < 0.5
    page.paste(image, (0, band if above else 0))
    words = "Quand le colis arrive enfin"
    place = (10, band // 4 if above else image.height + band // 4)
    ImageDraw.Draw(page).text(place, words, font=font("DejaVuSans-Bold", band // 2), fill="black")
    return page


def _written_over(image: Image.Image, _: np.random.Generator) -> Image.Image:
    image = image.copy()
    place = (image.width * 0.08, image.height * 0.8)
    used = font("DejaVuSans-Bold", image.height // 9)
    ImageDraw.Draw(image).text(place, "PROMO -50 %", font=used, fill="white", stroke_width=2)
    return image


_Change = Callable[[Image.Image, np.random.Generator], Image.Image]
_MIRROR = Image.Transpose.FLIP_LEFT_RIGHT
#: What happens to a picture, and the least share that must be found again.
_CHANGES: dict[str, tuple[_Change, float]] = {
    "saved as JPEG of quality 30": (lambda i, _: _jpeg(i, 30), 0.97),
    "at 0.3 of its size": (lambda i, _: i.resize((i.width * 3 // 10, i.height * 3 // 10)), 0.97),
    "brighter by 30 %": (lambda i, _: ImageEnhance.Brightness(i).enhance(1.3), 0.97),
    "darker by 30 %": (lambda i, _: ImageEnhance.Brightness(i).enhance(0.7), 0.97),
    "mirrored": (lambda i, _: i.transpose(_MIRROR), 0.97),
    "5 % of each side cut": (lambda i, r: _cut(i, 0.05, r), 0.97),
    "15 % of each side cut": (lambda i, r: _cut(i, 0.15, r), 0.90),
    "15 % cut, JPEG of quality 40": (lambda i, r: _jpeg(_cut(i, 0.15, r), 40), 0.90),
    "mirrored, 10 % cut": (lambda i, r: _cut(i.transpose(_MIRROR), 0.10, r), 0.95),
    "20 % of each side cut": (lambda i, r: _cut(i, 0.20, r), 0.0),
    "in a black frame": (lambda i, _: _framed(i), 0.97),
    "with a caption above or below": (_captioned, 0.90),
    "with words over it": (_written_over, 0.0),
    "turned by 2 degrees": (lambda i, r: _cut(i.rotate(2, Image.Resampling.BICUBIC), 0.06, r), 0.0),
}


def measure_lookalikes(scratch: Path) -> list[Row]:  # noqa: ARG001
    """Change pictures and look for them among others of their kind."""
    made = {
        kind: [draw(np.random.default_rng([number, seed])) for seed in range(_OF_EACH)]
        for number, (kind, draw) in enumerate(SCENES.items())
    }
    hashes = {kind: [picture_hashes(image) for image in images] for kind, images in made.items()}
    rows = []
    pairs = _OF_EACH * (_OF_EACH - 1) // 2
    everything = [(kind, one) for kind, some in hashes.items() for one in some]
    false: Counter[tuple[str, str]] = Counter()
    for alike in near_identical([h for _, h in everything], [h for _, h in everything]):
        if alike.new < alike.known:
            false[everything[alike.new][0], everything[alike.known][0]] += 1
    for kind in SCENES:
        share = 1e6 * false[kind, kind] / pairs
        print(f"  {kind}: {share:,.0f} of a million pairs taken for the same", flush=True)
    crossed = sum(count for (one, other), count in false.items() if one != other)
    print(f"  of different kinds: {crossed} of {len(SCENES) * 10 * _OF_EACH**2 // 2:,} pairs")
    rows.append(
        Row(
            "different landscapes taken for the same, of a million pairs",
            1e6 * false["landscape", "landscape"] / pairs,
            "",
            1,
        )
    )
    random = np.random.default_rng(1)
    for name, (change, least) in _CHANGES.items():
        missed: dict[str, int] = defaultdict(int)
        for kind, images in made.items():
            changed = [picture_hashes(change(image, random)) for image in images[:_CHANGED]]
            found = {
                a.new for a in near_identical(changed, hashes[kind][:_CHANGED]) if a.new == a.known
            }
            missed[kind] = _CHANGED - len(found)
        shares = ", ".join(f"{kind} {1 - m / _CHANGED:.2f}" for kind, m in missed.items())
        print(f"  {name}: {shares}", flush=True)
        pictures = missed["landscape"] + missed["person"]
        share = 100 * pictures / (2 * _CHANGED)
        rows.append(Row(f"not found: {name}", share, "%", 100 * (1 - least)))
    return [*rows, _timed()]


def _timed() -> Row:
    random = np.random.default_rng(2)
    known = [random.bytes(HASHES_BYTES) for _ in range(_KNOWN)]
    began = time.process_time()
    near_identical(known[:_NEW], known)
    used = time.process_time() - began
    return Row(f"a picture held against {_KNOWN:,}, processor time", used / _NEW, "s", 0.25)


def measure_picture_text(scratch: Path) -> list[Row]:
    """Write lines into pictures and count the characters that are read otherwise."""
    random = np.random.default_rng(3)
    asked: list[dict[str, Any]] = []
    for kind in WRITTEN:
        for language, lines in TEXTS.items():
            for start in range(0, len(lines), 4):
                some = lines[start : start + (2 if kind == "meme" else 4)]
                image = written(kind, some, random)
                if kind == "compressed":
                    image = _jpeg(image.resize((image.width // 2, image.height // 2)), 35)
                path = scratch / f"{len(asked)}.png"
                image.save(path)
                asked.append({"kind": f"{kind}, {language}", "path": str(path), "text": some})
    (scratch / "asked.json").write_text(json.dumps(asked), "utf-8")
    told = subprocess.run(
        [sys.executable, "-c", _READ, str(scratch / "asked.json")],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(told.stdout)
    wrong: Counter[str] = Counter()
    letters: Counter[str] = Counter()
    for one, read in zip(asked, answer["texts"], strict=True):
        meant = "\n".join(one["text"])
        wrong[one["kind"]] += _edits(read, meant)
        letters[one["kind"]] += len(meant)
    for kind, count in letters.items():
        print(f"  {kind}: {1 - wrong[kind] / count:.3f} of {count} characters", flush=True)
    rows = []
    for language in TEXTS:
        kinds = [kind for kind in letters if kind.endswith(language)]
        share = sum(wrong[k] for k in kinds) / sum(letters[k] for k in kinds)
        rows.append(Row(f"characters in pictures read wrongly, {language}", 100 * share, "%", 3))
    return [
        *rows,
        Row("a picture read with its text, median, processor time", answer["seconds"], "s", 1),
        Row("  memory of that process", answer["memory"], "MB", 1000),
    ]


_READ = """
import json, statistics, sys, time
from pathlib import Path
from typing import Any
from parvis.listen.api import read_picture
texts, times = [], []
asked = json.loads(Path(sys.argv[1]).read_text('utf-8'))
for one in asked:
    began = time.process_time()
    texts.append(read_picture(Path(one['path']).read_bytes()).text)
    times.append(time.process_time() - began)
# what resource tells counts the process that started this one
memory = int(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0]) / 1024
print(json.dumps({'texts': texts, 'seconds': statistics.median(times), 'memory': memory}))
"""


def _edits(one: str, other: str) -> int:
    """Count the characters to add, take away or change (Levenshtein) to get from one to another."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        diagonal, row[0] = row[0], i
        for j, meant in enumerate(other, 1):
            cost = min(row[j] + 1, row[j - 1] + 1, diagonal + (letter != meant))
            diagonal, row[j] = row[j], cost
    return row[-1]
