"""A reader's choice as columns: in one canonical form, so that equal choices are equal text."""

from __future__ import annotations

from collections.abc import Iterable

from aggregator.model import Choice


def canonical(codes: Iterable[str]) -> str:
    """Codes as sorted, comma-separated text; empty when all are admitted."""
    return ",".join(sorted(set(codes)))


def columns(choice: Choice) -> dict[str, str]:
    """The columns of `subscriptions` that hold a choice."""
    return {
        "language": choice.language,
        "countries": canonical(choice.countries),
        "languages": canonical(choice.languages),
    }


def choice(language: str, countries: str, languages: str) -> Choice:
    """A choice from its columns."""
    return Choice(language, _codes(countries), _codes(languages))


def _codes(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()
