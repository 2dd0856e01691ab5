"""Selections that a region has without being asked for: countries, languages, both together, top stories.

Their ids say what they hold: `kz`, `in-ru`, `kz-in-ru`; no configured selection may take one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jinja2 import Environment

from aggregator.model import Selection, Site
from aggregator.publish.selections import TOP

Environments = Callable[[str], Environment]
"""Templates by interface language."""


def selections(site: Site, languages: Sequence[str], environment: Environments) -> tuple[Selection, ...]:
    """Each country of the region, each of its languages, and each country in each language, in their order.

    `languages`: the region's, ISO 639-1. Titles are in the site's language.
    """
    countries = [(code,) for code in site.countries]
    spoken = [(code,) for code in languages]
    wanted: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        *((country, ()) for country in countries),
        *(((), language) for language in spoken),
        *((country, language) for country in countries for language in spoken),
    ]
    return tuple(named(country, language, site, environment) for country, language in wanted)


def top(site: Site, environment: Environments) -> Selection:
    """The top stories."""
    title = environment(site.language).from_string('{{ _("Top stories") }}').render()
    return Selection(TOP, title)


def named(
    countries: Sequence[str], languages: Sequence[str], site: Site, environment: Environments
) -> Selection:
    """The selection of some countries and languages, under the id that says so."""
    return Selection(
        id=selection_id(countries, languages),
        title=title_of(countries, languages, site, environment),
        countries=tuple(countries),
        languages=tuple(languages),
    )


def selection_id(countries: Sequence[str], languages: Sequence[str]) -> str:
    """`kz`, `in-ru`, `kz-in-ru`, `kz+tj-in-en+ru`: codes in the order given."""
    told = f"in-{'+'.join(languages)}" if languages else ""
    about = "+".join(countries).lower()
    return f"{about}-{told}" if about and told else about or told


def title_of(
    countries: Sequence[str], languages: Sequence[str], site: Site, environment: Environments
) -> str:
    """`Kazakhstan, Tajikistan (Russian)`: names side by side, as no language needs them inflected then."""
    filters = environment(site.language).filters
    about = ", ".join(filters["country"](code) for code in countries)
    told = ", ".join(filters["language_name"](code) for code in languages)
    title = f"{about} ({told})" if about and told else about or told
    return title[:1].upper() + title[1:]
