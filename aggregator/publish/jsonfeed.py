"""Feeds as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).

An item's `url` is the original article, as in Atom and RSS: it is what the item describes, and a click leads
to the same page in every reader. `external_url` is for those who write about a page elsewhere; we pass on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from aggregator.model import Site
from aggregator.publish.feed_head import Head
from aggregator.publish.presentation import Headline, Publisher, ShownStory

VERSION = "https://jsonfeed.org/version/1.1"
EXTENSION = "_regional_news"
"""What JSON Feed has no words for: countries with their codes, and who else covered it."""


def item(story: ShownStory, content: str, site: Site, categories: Sequence[Mapping[str, str]]) -> bytes:
    """One story. `content`: HTML; `categories`: term, scheme and label of each."""
    headline = story.headline
    said = {
        "id": story.uri,
        "url": headline.url,
        "title": headline.title,
        "content_html": content,
        "summary": story.excerpt,
        "image": f"{site.base_url}/{story.picture.large.path}" if story.picture else "",
        "date_published": story.published.isoformat(),
        "date_modified": story.updated.isoformat(),
        "authors": [_author(headline.publisher)],
        "tags": [one["label"] for one in categories],
        "language": headline.tag,
        EXTENSION: {
            "categories": categories,
            "coverage": [_coverage(one) for one in story.coverage],
            "more_coverage": story.more_coverage,
            "subscribers_only": story.paywalled,
        },
    }
    return orjson.dumps(_without_blanks(said))


def document(head: Head, site: Site, items: Sequence[bytes]) -> bytes:
    """The whole feed; `items` as `item` gives them."""
    said = {
        "version": VERSION,
        "title": head.title,
        "home_page_url": head.page,
        "feed_url": head.address("json"),
        "description": head.description,
        "next_url": head.following("json"),
        "favicon": f"{site.base_url}/icon.svg",
        "authors": [{"name": site.title, "url": f"{site.base_url}/"}],
        "language": head.language,
        "hubs": [{"type": "WebSub", "url": hub} for hub in head.hubs],
    }
    return orjson.dumps(_without_blanks(said))[:-1] + b',"items":[' + b",\n".join(items) + b"]}\n"


def _author(publisher: Publisher) -> dict[str, str]:
    return {"name": publisher.name} | ({"url": publisher.homepage} if publisher.homepage else {})


def _coverage(headline: Headline) -> dict[str, str]:
    said = {
        "source": headline.publisher.name,
        "language": headline.tag,
        "url": headline.url,
        "title": headline.title,
    }
    return {key: value for key, value in said.items() if value}


def _without_blanks(said: Mapping[str, Any]) -> dict[str, Any]:
    """What there is nothing to say of is left out, as the format wishes."""
    return {key: value for key, value in said.items() if value}
