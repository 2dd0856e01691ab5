"""Entries that are no news, by the operator's word: newsletter posts, the photo of the day, horoscopes."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from aggregator.model import Exclusions


def reason(rules: Exclusions, title: str, categories: Sequence[str], url: str) -> str:
    """Why an entry is stored without being told, naming the rule that says so; empty for news."""
    folded = title.casefold()
    for beginning in rules.titles:
        if folded.startswith(beginning.casefold()):
            return f"its title begins with {beginning!r}"
    named = {category.casefold() for category in categories}
    for category in rules.categories:
        if category.casefold() in named:
            return f"its category is {category!r}"
    path = urlsplit(url).path if rules.paths else ""
    for beginning in rules.paths:
        if path.startswith(beginning):
            return f"its address is below {beginning}"
    return ""
