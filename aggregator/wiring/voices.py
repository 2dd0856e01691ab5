"""Who tells stories: the weight that each source has, and its publisher."""

from __future__ import annotations

from yarl import URL

from aggregator.config.schema import Config
from aggregator.editorial.rank import Voices
from aggregator.ingest.domains import registrable_domain
from aggregator.model import Source


def of(config: Config) -> Voices:
    """The configured sources' voices, those that rest included: their stories may still stand."""
    sources = config.publisher().sources
    return Voices(
        weights={source.id: source.weight for source in sources.values()},
        outlets={source.id: outlet(source) for source in sources.values()},
    )


def outlet(source: Source) -> str:
    """Who publishes a source: by the operator's word, or by the domain of its site."""
    return source.outlet or registrable_domain(URL(source.homepage or source.url).host or source.id)
