"""Pictures that nobody took: invented landscapes, drawn from a name, always the same for the same name."""

from __future__ import annotations

import random
from functools import cache
from io import BytesIO
from math import pi, sin
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1200, 800
FINE = 2
"""Drawn so many times larger: edges are smooth once it is scaled down."""
Colour = tuple[int, int, int]

SKIES: dict[str, tuple[tuple[Colour, Colour], ...]] = {
    "mountains": (((94, 142, 186), (232, 226, 210)), ((120, 132, 170), (246, 206, 176))),
    "steppe": (((116, 168, 208), (240, 232, 208)), ((150, 160, 186), (250, 214, 160))),
    "water": (((86, 136, 176), (226, 232, 226)), ((130, 128, 160), (244, 200, 178))),
    "desert": (((150, 176, 196), (246, 226, 190)), ((176, 140, 140), (250, 204, 150))),
    "city": (((118, 126, 156), (236, 204, 178)), ((140, 160, 180), (230, 222, 206))),
    "night": (((14, 22, 46), (58, 72, 110)), ((20, 24, 40), (84, 78, 104))),
}
"""By scene: colours above and at the horizon, in two kinds of light."""
NEAR: dict[str, Colour] = {
    "mountains": (38, 52, 58),
    "steppe": (176, 140, 66),
    "water": (44, 62, 66),
    "desert": (190, 128, 74),
    "city": (58, 56, 70),
    "night": (10, 14, 26),
}
"""By scene: the colour of what is nearest; what is far fades into the sky."""


@cache
def jpeg(scene: str, name: str) -> bytes:
    """A landscape of this kind: one of `SKIES`."""
    from PIL import ImageDraw

    chance = random.Random(f"{scene}/{name}")  # noqa: S311 - a drawing needs no secrets
    above, horizon = chance.choice(SKIES[scene])
    image = _gradient(above, horizon)
    draw = ImageDraw.Draw(image)
    _light(draw, scene, horizon, chance)
    for depth in range(4):
        _ridge(draw, depth, scene, horizon, chance)
    if scene in _FOREGROUNDS:
        _FOREGROUNDS[scene](draw, horizon, chance)
    encoded = BytesIO()
    image.reduce(FINE).save(encoded, "JPEG", quality=88)
    return encoded.getvalue()


def _gradient(above: Colour, horizon: Colour) -> Image.Image:
    from PIL import Image

    column = Image.new("RGB", (1, HEIGHT * FINE))
    for y in range(HEIGHT * FINE):
        column.putpixel((0, y), _mixed(above, horizon, min(1.0, y / (HEIGHT * FINE * 0.62))))
    return column.resize((WIDTH * FINE, HEIGHT * FINE), Image.Resampling.NEAREST)


def _light(draw: ImageDraw.ImageDraw, scene: str, horizon: Colour, chance: random.Random) -> None:
    """The sun, or the moon among stars."""
    if scene == "night":
        for _ in range(220):
            x, y = chance.random() * WIDTH * FINE, chance.random() ** 1.5 * HEIGHT * 0.55 * FINE
            size = chance.choice((1, 1, 2, 3))
            draw.ellipse((x, y, x + size, y + size), fill=(226, 228, 240))
    x, y = chance.uniform(0.18, 0.82) * WIDTH * FINE, chance.uniform(0.16, 0.34) * HEIGHT * FINE
    radius = chance.uniform(34, 52) * FINE
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_mixed(horizon, (255, 250, 232), 0.7))


def _ridge(draw: ImageDraw.ImageDraw, depth: int, scene: str, horizon: Colour, chance: random.Random) -> None:
    """One range of hills out of four, the farthest first: nearer is lower, darker and less smooth."""
    steep = {"mountains": 0.17, "water": 0.12, "city": 0.10}.get(scene, 0.035)
    rough = 0.5 if scene in {"mountains", "water", "city"} else 0.12
    base = (0.46 + 0.10 * depth) * HEIGHT * FINE
    waves = [
        (2.0**octave, chance.uniform(0, 2 * pi), (rough**octave) * chance.uniform(0.6, 1.0))
        for octave in range(7)
    ]
    points = []
    for x in range(0, WIDTH * FINE + 1, 4):
        t = x / (WIDTH * FINE) * 2 * pi
        height = sum(_crest(t * turns + phase, scene) * weight for turns, phase, weight in waves)
        points.append((x, base - height * steep * (1 - 0.16 * depth) * HEIGHT * FINE))
    colour = _mixed(horizon, NEAR[scene], (0.28, 0.5, 0.74, 1.0)[depth])
    draw.polygon([*points, (WIDTH * FINE, HEIGHT * FINE), (0, HEIGHT * FINE)], fill=colour)


def _crest(t: float, scene: str) -> float:
    """A wave from -1 to 1: round for dunes and fields, pointed for mountains."""
    return sin(t) if scene in {"desert", "steppe", "night"} else 1 - 2 * abs(sin(t / 2))


def _field(draw: ImageDraw.ImageDraw, horizon: Colour, chance: random.Random) -> None:
    """Furrows that meet at the horizon."""
    vanishing = chance.uniform(0.3, 0.7) * WIDTH * FINE
    top, bottom = HEIGHT * 0.8 * FINE, HEIGHT * FINE
    draw.rectangle((0, top, WIDTH * FINE, bottom), fill=_mixed(NEAR["steppe"], horizon, 0.45))
    for number in range(-26, 27):
        x = vanishing + number * 190 * FINE
        shade = _mixed(NEAR["steppe"], (120, 96, 44), 0.4)
        draw.polygon(
            [(vanishing + number * 34 * FINE, top), (x, bottom), (x + 60 * FINE, bottom)], fill=shade
        )


def _lake(draw: ImageDraw.ImageDraw, horizon: Colour, chance: random.Random) -> None:
    """Water that holds the sky, with streaks of light."""
    top = int(HEIGHT * 0.76 * FINE)
    for y in range(top, HEIGHT * FINE):
        share = (y - top) / (HEIGHT * FINE - top)
        draw.line(
            (0, y, WIDTH * FINE, y), fill=_mixed(_mixed(horizon, (90, 130, 150), 0.35), (40, 70, 92), share)
        )
    for _ in range(90):
        y = top + chance.random() ** 1.6 * (HEIGHT * FINE - top)
        x, length = chance.random() * WIDTH * FINE, chance.uniform(30, 220) * FINE
        draw.line((x, y, x + length, y), fill=_mixed(horizon, (180, 200, 206), 0.4), width=FINE)


def _houses(draw: ImageDraw.ImageDraw, horizon: Colour, chance: random.Random) -> None:
    """Blocks of flats against the mountains, some windows lit."""
    x = -40.0 * FINE
    while x < WIDTH * FINE:
        width, height = chance.uniform(60, 130) * FINE, chance.uniform(110, 300) * FINE
        top = HEIGHT * FINE - height
        draw.rectangle(
            (x, top, x + width, HEIGHT * FINE), fill=_mixed(NEAR["city"], horizon, chance.uniform(0, 0.2))
        )
        for row in range(int(height / (26 * FINE))):
            for column in range(int(width / (22 * FINE))):
                if chance.random() < 0.34:
                    left, upper = x + (8 + column * 22) * FINE, top + (10 + row * 26) * FINE
                    draw.rectangle((left, upper, left + 9 * FINE, upper + 12 * FINE), fill=(246, 208, 140))
        x += width + chance.uniform(4, 26) * FINE


def _train(draw: ImageDraw.ImageDraw, horizon: Colour, chance: random.Random) -> None:
    """A night train: a row of lit windows across the plain."""
    y, end = HEIGHT * 0.83 * FINE, chance.uniform(0.62, 0.86) * WIDTH * FINE
    draw.rectangle((0, y - 4 * FINE, end, y + 26 * FINE), fill=(24, 30, 46))
    for x in range(0, int(end) - 30 * FINE, 26 * FINE):
        if x // (26 * FINE) % 9:
            draw.rectangle((x, y + 3 * FINE, x + 15 * FINE, y + 14 * FINE), fill=(250, 216, 150))
    draw.line(
        (0, y + 30 * FINE, WIDTH * FINE, y + 30 * FINE), fill=_mixed(horizon, (0, 0, 0), 0.55), width=FINE
    )


_FOREGROUNDS = {"steppe": _field, "water": _lake, "city": _houses, "night": _train}


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    """From `one` (0) to `other` (1)."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue
