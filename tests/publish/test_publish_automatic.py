"""Selections that a region has without being asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from jinja2 import Environment

from aggregator.model import Selection, Site
from aggregator.publish import automatic

Environments = Callable[[str], Environment]


def test_countries_languages_and_both_together_stand_in_the_order_of_the_region(
    site: Site, environment: Environments
) -> None:
    found = automatic.selections(replace(site, countries=("KZ", "TJ")), ("ru", "fa"), environment)
    assert [(one.id, one.title) for one in found] == [
        ("kz", "Kazakhstan"),
        ("tj", "Tajikistan"),
        ("in-ru", "Russian"),
        ("in-fa", "Persian"),
        ("kz-in-ru", "Kazakhstan (Russian)"),
        ("kz-in-fa", "Kazakhstan (Persian)"),
        ("tj-in-ru", "Tajikistan (Russian)"),
        ("tj-in-fa", "Tajikistan (Persian)"),
    ]
    assert found[4] == Selection("kz-in-ru", "Kazakhstan (Russian)", countries=("KZ",), languages=("ru",))


@pytest.mark.parametrize(
    ("language", "titles", "top"),
    [
        ("ru", ["Казахстан", "Французский", "Казахстан (французский)"], "Главное"),
        ("fr", ["Kazakhstan", "Français", "Kazakhstan (français)"], "À la une"),
    ],
)
def test_titles_are_in_the_language_of_the_site(
    language: str, titles: list[str], top: str, site: Site, environment: Environments
) -> None:
    own = replace(site, countries=("KZ",), language=language)
    assert [one.title for one in automatic.selections(own, ("fr",), environment)] == titles
    assert automatic.top(own, environment) == Selection("top", top)
