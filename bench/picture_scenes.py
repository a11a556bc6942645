"""Pictures made by code, for measuring: scenes, products, screens; posters, receipts, memes."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

__all__ = ["SCENES", "TEXTS", "WRITTEN", "font", "written"]

_FONTS = ("DejaVuSans", "DejaVuSerif", "DejaVuSans-Bold", "DejaVuSansMono")
_FOLDER = Path("/usr/share/fonts/truetype/dejavu")

TEXTS = {
    "fr": (
        "Grande braderie ce samedi",
        "Où êtes-vous passés ? Ça coûte 12,50 €",
        "L'été dernier à Orléans, nous étions déçus",
        "Fermé du 3 au 17 août, réouverture à Noël",
        "Le garçon a goûté la pâte à crêpes du château",
        "Jusqu'à -50 % sur tout le rayon bébé",
        "Service après-vente : 04 00 00 00 00",
        "Je n'ai jamais reçu mon colis, c'est inadmissible",
    ),
    "en": (
        "Big summer sale this Saturday",
        "Where have you been? It costs $12.50",
        "We were so disappointed with the delivery",
        "Closed from 3 to 17 August, back at Christmas",
        "The quick brown fox jumps over the lazy dog",
        "Up to 50% off the whole baby range",
        "Customer service: call us every day",
        "I never got my parcel, this is unacceptable",
    ),
}
"""Lines that are written into pictures."""

_WORDS = sorted({word for lines in TEXTS.values() for line in lines for word in line.split()})


@cache
def font(name: str, size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return a font; Pillow's own where DejaVu isn't installed."""
    path = _FOLDER / f"{name}.ttf"
    if path.exists():
        return ImageFont.truetype(str(path), size)
    return ImageFont.load_default(size)


def _colour(random: np.random.Generator, low: int = 0, high: int = 256) -> tuple[int, int, int]:
    red, green, blue = (int(x) for x in random.integers(low, high, 3))
    return red, green, blue


def _clouds(random: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Make noise whose power falls with frequency as that of photographs does."""
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    frequency = np.hypot(down, across)
    frequency[0, 0] = 1
    layers = []
    for _ in range(4):
        waves = random.normal(size=(2, *frequency.shape)) / frequency ** random.uniform(0.9, 1.5)
        waves[:, 0, 0] = 0
        layer = np.fft.irfft2(waves[0] + 1j * waves[1], (height, width))
        layers.append(layer / layer.std())
    return np.stack([0.75 * layers[0] + 0.25 * layer for layer in layers[1:]], axis=2)


def _picture(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def _landscape(random: np.random.Generator) -> Image.Image:
    width, height = 384, 256
    place = np.linspace(0, 1, height)[:, None, None]
    sky = 1 / (1 + np.exp((place - random.uniform(0.3, 0.7)) * random.uniform(8, 60)))
    light, ground = np.array(_colour(random, 120, 250)), np.array(_colour(random, 20, 150))
    rough = _clouds(random, width, height) * random.uniform(15, 45)
    image = _picture(sky * light + (1 - sky) * ground + rough)
    draw = ImageDraw.Draw(image)
    for _ in range(random.integers(0, 7)):
        left, top = random.uniform(0, 0.9) * width, random.uniform(0.1, 0.9) * height
        box = (
            left,
            top,
            left + random.uniform(0.04, 0.3) * width,
            top + random.uniform(0.04, 0.4) * height,
        )
        (draw.ellipse if random.random() < 0.5 else draw.rectangle)(box, fill=_colour(random))
    return image


def _person(random: np.random.Generator) -> Image.Image:
    width, height = 256, 320
    wall = np.array(_colour(random, 60, 230))
    image = _picture(wall + _clouds(random, width, height) * random.uniform(4, 25))
    draw = ImageDraw.Draw(image)
    x, y = width * random.uniform(0.42, 0.58), height * random.uniform(0.33, 0.45)
    a, b = width * random.uniform(0.15, 0.24), height * random.uniform(0.16, 0.24)
    draw.ellipse((x - 2 * a, y + b * 0.8, x + 2 * a, height * 1.4), fill=_colour(random))
    if random.random() < 0.7:
        hair = (x - a * 1.15, y - b * 1.3, x + a * 1.15, y + b * random.uniform(0.2, 1.2))
        draw.ellipse(hair, fill=_colour(random, 0, 140))
    skin = np.minimum(255, np.array([225, 180, 150]) * random.uniform(0.4, 1.1)).astype(int)
    draw.ellipse((x - a, y - b, x + a, y + b), fill=tuple(skin.tolist()))
    return image.filter(ImageFilter.GaussianBlur(random.uniform(0.5, 2)))


def _product(random: np.random.Generator) -> Image.Image:
    side = 300
    image = Image.new("RGB", (side, side), "white")
    draw = ImageDraw.Draw(image)
    left, top = side * random.uniform(0.2, 0.4), side * random.uniform(0.15, 0.4)
    box = (
        left,
        top,
        left + side * random.uniform(0.25, 0.5),
        top + side * random.uniform(0.3, 0.6),
    )
    kind = random.integers(0, 3)
    if kind < 2:
        (draw.rectangle, draw.ellipse)[kind](box, fill=_colour(random, 0, 200))
    else:
        corners = random.uniform(0.1, 0.9, (random.integers(3, 9), 2)) * side
        draw.polygon([(float(x), float(y)) for x, y in corners], fill=_colour(random, 0, 200))
    price = f"{random.integers(1, 500)} €"
    draw.text((side * 0.3, side * 0.9), price, font=font("DejaVuSans-Bold", 20), fill="black")
    return image


def _document(random: np.random.Generator) -> Image.Image:
    width, height = 300, 400
    image = Image.new("RGB", (width, height), (250, 250, 248))
    draw = ImageDraw.Draw(image)
    size = int(random.integers(11, 22))
    used = font(_FONTS[random.integers(0, 4)], size)
    top, left = int(random.integers(8, 40)), int(random.integers(8, 40))
    for y in range(top, height - 30, int(size * 1.4)):
        if random.random() < 0.85:
            line = " ".join(random.choice(_WORDS, random.integers(1, 8)))
            draw.text((left, y), line[: int((width - left) / size * 1.9)], font=used, fill="black")
    return image


def _screen(random: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", (400, 260), "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 400, 24), fill=(40, 60, 90))
    draw.text(
        (14, 34), " ".join(random.choice(_WORDS, 3)), font=font("DejaVuSans", 18), fill="black"
    )
    for i in range(3):
        draw.rectangle((14 + 128 * i, 66, 130 + 128 * i, 120), outline=(180, 180, 180))
        number = str(random.integers(0, 99999))
        draw.text((22 + 128 * i, 74), number, font=font("DejaVuSans-Bold", 20), fill="black")
    curve = np.clip(np.cumsum(random.normal(size=40)) * 5, -55, 60)
    points = [(14 + i * 9.3, 190 + float(y)) for i, y in enumerate(curve)]
    draw.line(points, fill=(200, 60, 40), width=2)
    return image


SCENES: dict[str, Callable[[np.random.Generator], Image.Image]] = {
    "landscape": _landscape,
    "person": _person,
    "product": _product,
    "document": _document,
    "screen": _screen,
}
"""Kinds of pictures, none of which shows what another of its kind shows."""

WRITTEN = ("poster", "receipt", "meme", "small print", "tilted", "compressed")
"""Ways in which text stands in a picture."""


def written(kind: str, lines: tuple[str, ...], random: np.random.Generator) -> Image.Image:
    """Write lines into a picture of one of the kinds of `WRITTEN`."""
    if kind == "meme":
        image = _landscape(random).resize((768, 512))
        draw = ImageDraw.Draw(image)
        used = font("DejaVuSans-Bold", 26)
        for y, line in zip((16, 460), lines, strict=False):
            draw.text((24, y), line, font=used, fill="white", stroke_width=3, stroke_fill="black")
        return image
    size, width, name = {
        "receipt": (16, 420, "DejaVuSansMono"),
        "small print": (11, 400, "DejaVuSans"),
    }.get(kind, (34, 1000, _FONTS[random.integers(0, 3)]))
    paper, ink = (
        ("white", "black") if width < 500 else (_colour(random, 170), _colour(random, 0, 70))
    )
    used = font(name, size)
    if width < 500:
        width = int(max(used.getbbox(line)[2] for line in lines)) + 24
    image = Image.new("RGB", (width, int(size * 1.7) * len(lines) + 2 * size), paper)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((size * 0.7, size + row * int(size * 1.7)), line, font=used, fill=ink)
    if kind == "tilted":
        return image.rotate(
            float(random.uniform(2, 6)) * random.choice((-1, 1)),
            Image.Resampling.BICUBIC,
            expand=True,
            fillcolor=paper,
        )
    return image
