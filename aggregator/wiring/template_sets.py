"""The operator's templates over the shipped ones."""

from __future__ import annotations

from aggregator.config.schema import Config
from aggregator.templating import Templates, shipped_templates


def templates(config: Config, part: str) -> Templates:
    """Those of one part: `site` or `email`."""
    own = (config.templates,) if config.templates else ()
    return Templates(part, (*own, shipped_templates()), config.site.time_zone)
