"""The site's templates in each of its interface languages, with what all pages share.

A page stands once per language, `<language>/<path>`, and names the same page in the others: as `hreflang`
alternates for machines and as a switch for readers. All wording and markup is in `templates/site`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale
from jinja2 import Environment

from aggregator.model import File, Selection, Site
from aggregator.publish.directory import directory
from aggregator.publish.once import Once

ANNOUNCED_FEEDS = 12
"""Feeds that the head of a page names; readers of feeds list them when they are given the site's address."""
AT_THE_FRONT = ("index.html", "400.html", "410.html")
"""Pages whose switch of languages leads to the front pages: they are one, or have no address of their own."""


class SiteTemplates:
    """Renders pages of one site."""

    def __init__(
        self, environment: Callable[[str], Environment], site: Site, selections: Sequence[Selection]
    ) -> None:
        """`environment`: templates by interface language. `selections`: those with feeds as files."""
        self.site = site
        self.zone = ZoneInfo(site.time_zone)
        self.languages = site.languages or (site.language,)
        self.root = urlsplit(site.base_url).path.rstrip("/")
        """Path of the site on its host."""
        self.weights = {source.id: source.weight for source in site.sources.values()}
        self.environment = environment
        self._blocks = {language: Once() for language in self.languages}
        self.style = environment(site.language).get_template("site/style.css").render().encode()
        listed = directory(selections, site)
        self._shared: Mapping[str, object] = {
            "site": site,
            "root": self.root,
            "languages": [(code, own_name(code)) for code in self.languages],
            "style_version": hashlib.sha256(self.style).hexdigest()[:8],
            "directory": listed,
            "announced": listed.announced[:ANNOUNCED_FEEDS],
        }

    def page(self, language: str, template: str, address: str = "", /, **values: object) -> File:
        """One page in one language.

        `address`: where it stands below the language's folder, with the query of an address that has one; by
        default under the template's own name.
        """
        address = address or template
        path = address.partition("?")[0]
        content = self._rendered(
            language,
            template,
            once=self._blocks[language],
            path=path,
            address="" if address in AT_THE_FRONT else address,
            home=f"{self.root}/{language}",
            **values,
        )
        return File(f"{language}/{path}", content)

    def shared(self, template: str, **values: object) -> File:
        """A file that stands once for all languages, under the template's own name."""
        return File(template, self._rendered(self.site.language, template, **values))

    def fragment(self, language: str, template: str, /, **values: object) -> str:
        """A part of something that is no page."""
        return self.environment(language).get_template(f"site/{template}").render(**values).strip()

    def _rendered(self, language: str, template: str, **values: object) -> bytes:
        found = self.environment(language).get_template(f"site/{template}")
        return found.render(**self._shared, **values).encode()


def own_name(language: str) -> str:
    """A language's name in itself, as it stands at the beginning of a line."""
    name = Locale.parse(language).get_language_name() or language
    return name[:1].upper() + name[1:]
