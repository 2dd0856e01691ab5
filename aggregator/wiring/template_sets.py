"""The operator's templates over the shipped ones."""

from __future__ import annotations

from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.templating import Templates, shipped_templates


def templates(config: Config, part: str) -> Templates:
    """Those of one part: `site` or `email`."""
    own = (config.templates,) if config.templates else ()
    return Templates(part, (*own, shipped_templates()), config.site.time_zone)


def interface_languages(config: Config) -> tuple[str, ...]:
    """Languages in which pages are offered, that of the site first.

    Raises `UsageError` for a configured one without wordings: its pages would be in English.
    """
    worded = templates(config, "site").languages()
    wanted = config.site.languages or worded
    if silent := [one for one in (config.site.language, *config.site.languages) if one not in worded]:
        raise UsageError(
            f"There are no words for pages in `{silent[0]}`. Take some of {', '.join(worded)} as "
            f"`site.language` and `site.languages`, or write {silent[0]}/site.po in the folder `locale` of "
            "your own `templates`."
        )
    return tuple(dict.fromkeys((config.site.language, *wanted)))
