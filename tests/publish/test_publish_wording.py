"""Wordings are complete, and colours can be read."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
TEXTS = ("ink", "quiet", "accent", "warn")
GROUNDS = ("paper", "tint")
OPTIONS = {"trim_blocks": "true", "lstrip_blocks": "true", "newstyle_gettext": "true"}
AA = 4.5
"""Least contrast of body text, WCAG 2.2 success criterion 1.4.3."""


@cache
def messages() -> list[str | tuple[str, ...]]:
    found = extract_from_dir(
        TEMPLATES / "site",
        method_map=[("**.html", "jinja2"), ("**.css", "jinja2")],
        options_map={"**.html": OPTIONS, "**.css": OPTIONS},
    )
    return sorted({message for _, _, message, _, _ in found}, key=str)


def catalogue(language: str) -> dict[object, object]:
    with (TEMPLATES / "locale" / language / "site.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale=language)}


@pytest.mark.parametrize("language", ["fr", "ru", "de"])
def test_every_wording_of_the_pages_is_translated(language: str) -> None:
    translated = catalogue(language)
    missing = [one for one in messages() if not translated.get(one) or not all(translated[one])]  # type: ignore[call-overload]
    assert missing == []


@pytest.mark.parametrize("language", ["fr", "ru", "de"])
def test_no_translation_has_lost_its_wording(language: str) -> None:
    assert [one for one in catalogue(language) if one and one not in messages()] == []


@pytest.mark.parametrize("language", ["fr", "ru", "de"])
def test_translations_keep_what_is_filled_in(language: str) -> None:
    slot = re.compile(r"%\(\w+\)s")
    for given, said in catalogue(language).items():
        whole, parts = (given[0], said) if isinstance(given, tuple) else (given, (said,))
        assert all(set(slot.findall(part)) == set(slot.findall(str(whole))) for part in parts)  # type: ignore[union-attr]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_text_can_be_read_on_every_ground_in_light_and_dark() -> None:
    style = (TEMPLATES / "site" / "style.css").read_text()
    schemes = [
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block)) for block in style.split(":root {")[1:3]
    ]
    assert len(schemes) == 2
    for scheme, text, ground in product(schemes, TEXTS, GROUNDS):
        light, dark = sorted((luminance(scheme[text]), luminance(scheme[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= AA, (text, ground, scheme)


def test_numbers_can_be_read_on_every_shade_of_a_calendar() -> None:
    style = (TEMPLATES / "site" / "style.css").read_text()
    blocks = style.split(":root {")[1:3]
    for scheme in [dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", block)) for block in blocks]:
        for shade, text in ((1, "light"), (2, "light"), (3, "dark"), (4, "dark")):
            pair = (luminance(scheme[f"shade-{shade}"]), luminance(scheme[f"on-{text}-shade"]))
            assert (max(pair) + 0.05) / (min(pair) + 0.05) >= AA, (shade, scheme)


@pytest.mark.parametrize("language", ["fr", "ru", "de"])
def test_translations_have_as_many_plural_forms_as_their_language(language: str) -> None:
    forms = {"fr": 2, "ru": 3, "de": 2}[language]
    plurals = [said for given, said in catalogue(language).items() if isinstance(given, tuple)]
    assert plurals
    assert all(len(said) == forms for said in plurals)  # type: ignore[arg-type]
