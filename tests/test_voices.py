"""Who tells stories, as the configuration says it."""

from __future__ import annotations

from aggregator.config.schema import Config
from aggregator.wiring import voices


def test_sources_of_one_site_have_one_voice_unless_the_operator_says_otherwise() -> None:
    sources = [
        {"id": "sun-kk", "url": "https://kk.sun.example.com/feed", "weight": 2},
        {"id": "sun-ru", "url": "https://feeds.example.net/9", "homepage": "https://ru.sun.example.com/"},
        {"id": "moon", "url": "https://moon.example.org/feed", "outlet": "night-press"},
    ]
    heard = voices.of(
        Config.model_validate(
            {
                "site": {"title": "N", "base_url": "https://news.example.org", "contact": "desk@example.org"},
                "region": {"name": "Steppe", "countries": ["KZ"]},
                "sources": [{**source, "name": source["id"]} for source in sources],
            }
        )
    )
    assert heard.weights == {"sun-kk": 2.0, "sun-ru": 1.0, "moon": 1.0}
    assert heard.outlets == {"sun-kk": "example.com", "sun-ru": "example.com", "moon": "night-press"}
