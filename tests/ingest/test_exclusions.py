from __future__ import annotations

import pytest

from aggregator.ingest.exclusions import reason
from aggregator.model import Exclusions

RULES = Exclusions(titles=("[Newsletter]", "Фото дня"), categories=("Horoscope",), paths=("/lottery/",))


@pytest.mark.parametrize(
    ("title", "categories", "url", "why"),
    [
        ("[newsletter] Our week", (), "", "its title begins with '[Newsletter]'"),
        ("ФОТО ДНЯ: туман", (), "", "its title begins with 'Фото дня'"),
        ("Stars", ("News", "horoscope"), "", "its category is 'Horoscope'"),
        ("Numbers", (), "https://steppe.example/lottery/7?a=1", "its address is below /lottery/"),
        ("About [Newsletter]s", ("Horoscopes",), "https://steppe.example/news/lottery/7", ""),
    ],
)
def test_an_exclusion_names_the_rule_behind_it(
    title: str, categories: tuple[str, ...], url: str, why: str
) -> None:
    assert reason(RULES, title, categories, url) == why
    assert reason(Exclusions(), title, categories, url) == ""
