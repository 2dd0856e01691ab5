"""What is wrong with the templates of letters, found by rendering an invented issue."""

from __future__ import annotations

from aggregator.config.schema import Config
from aggregator.errors import Fault
from aggregator.newsletter import proof
from aggregator.newsletter.notices import NoticePress
from aggregator.newsletter.render import Press
from aggregator.wiring.template_sets import templates


def letter_faults(config: Config) -> list[Fault]:
    """Faults of templates, styles and wordings of letters and notices, by file and line, each once."""
    letters, site = templates(config, "email"), config.publisher()
    press = Press(letters.environment, letters.version(), site)
    found = [
        fault
        for newsletter in config.newsletters_offered()
        for fault in proof.faults(press, newsletter, site)
    ]
    words = templates(config, "notices")
    found += NoticePress(words.environment, words.languages(), site).faults()
    return list(dict.fromkeys(found))


def letters_in_english(config: Config) -> list[str]:
    """Languages of newsletters that have no wordings: their letters speak English."""
    worded = templates(config, "email").languages()
    wanted = {language for one in config.newsletters_offered() for language in one.interface_languages}
    return sorted(wanted - set(worded))
