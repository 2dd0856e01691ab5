"""The configuration that polls the sample world, and the readers of its letter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from aggregator.config.schema import Config
from aggregator.demo.server import World
from aggregator.demo.world import Outlet
from aggregator.model import Choice

COUNTRIES = ("KZ", "KG", "UZ", "TJ", "TM", "AF")
LANGUAGES = ("fr", "en", "ru", "de", "kk", "uz", "tg", "fa")


class Subscriber(NamedTuple):
    """A reader who does not exist."""

    address: str
    choice: Choice


SUBSCRIBERS = (
    Subscriber("camille@example.org", Choice("fr")),
    Subscriber("edward@example.org", Choice("en")),
    Subscriber("aigerim@example.net", Choice("ru")),
    Subscriber("bruno@example.com", Choice("fr", countries=("KG", "UZ"))),
    Subscriber("nilufar@example.net", Choice("en", countries=("TJ", "AF"), languages=("en", "tg", "fa"))),
)
"""At domains that are reserved for examples (RFC 2606): no letter could ever arrive."""


def demo_config(world: World, folder: Path, web_port: int) -> Config:
    """Configuration for a world that is being served; everything it keeps goes into `folder`."""
    return Config.model_validate(demo_settings(world, web_port), context={"folder": folder})


def demo_settings(world: World, web_port: int) -> dict[str, Any]:
    """The same as `config.yaml` would say it: what it keeps goes beside that file."""
    return {
        "site": {
            "title": "Across the Steppe",
            "description": "The sample world: invented news of Central Asia, each story told once.",
            "base_url": f"http://127.0.0.1:{web_port}",
            "contact": "desk@example.org",
            "time_zone": "Asia/Almaty",
        },
        "region": {"name": "Central Asia", "countries": COUNTRIES, "languages": LANGUAGES},
        "storage": {"database": "sqlite:///demo.db", "data": "data", "public": "public"},
        "web": {"port": web_port},
        "polling": {"allow_networks": ["127.0.0.0/8"], "host_gap": "0s"},
        "defaults": {"timeout": "5s"},
        "sources": [_source(world, outlet) for outlet in world.outlets],
        "feeds": _feeds(),
        "newsletters": [_weekly()],
        "subscribe": {"open": True},
    }


TYPES: Mapping[str, dict[str, Any]] = {
    "news-sitemap": {"type": "sitemap"},
    "listing": {
        "type": "html",
        "selectors": {"entry": "article.news", "title": "h2", "date": "time", "summary": "p.lead"},
    },
}
"""How to read outlets without a feed, by their shape."""


def _source(world: World, outlet: Outlet) -> dict[str, Any]:
    return {
        **TYPES.get(outlet.shape, {}),
        "id": outlet.id,
        "name": outlet.name,
        "url": world.feed_url(outlet),
        "homepage": world.base_url + outlet.home_path,
        "language": outlet.language,
        "default_country": outlet.default_country,
        "profile": outlet.profile,
        "outlet": outlet.id,  # they share one host, but not one publisher
        "time_zone": outlet.time_zone,
    }


def _feeds() -> list[dict[str, Any]]:
    neighbours = {"id": "ferghana", "title": "Around the Ferghana valley", "countries": ["KG", "TJ", "UZ"]}
    return [neighbours]


def _weekly() -> dict[str, Any]:
    return {
        "id": "weekly",
        "names": {
            "en": "The week across the steppe",
            "fr": "La semaine à travers la steppe",
            "ru": "Неделя в степи",
        },
        "sender": "weekly@example.org",
        "tracks": [{"weekly": "monday"}],
    }
