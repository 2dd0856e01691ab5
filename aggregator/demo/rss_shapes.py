"""How outlets write RSS: one pure function per shape, every peculiarity met in feeds of the region."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from html import escape

from aggregator.demo.answer import UTF_8, Answer, cdata, element
from aggregator.demo.dates import written
from aggregator.demo.world import Item, Outlet

FOOTERS = {
    "en": "The post {title} appeared first on {site}.",
    "fr": "L’article {title} est apparu en premier sur {site}.",
    "ru": "Сообщение {title} появились сначала на {site}.",
}
"""What WordPress writes under every article, by language."""
CDATA_ENTITIES = {"«": "&laquo;", "»": "&raquo;", "ʻ": "&#699;", "ʼ": "&#700;"}


def wordpress(outlet: Outlet, site: str, now: datetime) -> Answer:
    """WordPress: full texts with a footer, guids of the form `?p=4007`, teasers where a paywall begins."""
    return Answer(_wordpress(outlet, site, now, UTF_8).encode(), "application/rss+xml; charset=UTF-8")


def windows_1251(outlet: Outlet, site: str, now: datetime) -> Answer:
    """WordPress in windows-1251, which the XML declaration says and the Content-Type does not."""
    feed = _wordpress(outlet, site, now, '<?xml version="1.0" encoding="windows-1251"?>')
    return Answer(feed.encode("cp1251", "xmlcharrefreplace"), "text/xml")


def _wordpress(outlet: Outlet, site: str, now: datetime, declaration: str) -> str:
    items = []
    for item in outlet.items:
        footer = _footer(outlet, item, site)
        content = f"<p>{item.opening}</p>\n<p>{outlet.paywall}</p>" if item.paid else outlet.illustrated(item)
        items.append(
            element("title", item.title)
            + element("link", site + outlet.article_path(item))
            + cdata("dc:creator", item.author)
            + element("pubDate", written(item.moment(now), "rfc822", "UTC"))
            + "".join(cdata("category", category) for category in item.categories)
            + f'<guid isPermaLink="false">{site}{outlet.home_path}?p={item.number}</guid>\n'
            + cdata("description", f"<p>{item.opening} [&#8230;]</p>\n{footer}")
            + cdata("content:encoded", f"{content}\n{footer}")
        )
    return _feed(outlet, site, items, declaration)


def _footer(outlet: Outlet, item: Item, site: str) -> str:
    title = f'<a href="{site}{outlet.article_path(item)}">{escape(item.title)}</a>'
    home = f'<a href="{site}{outlet.home_path}">{escape(outlet.name)}</a>'
    return f"<p>{FOOTERS[outlet.language].format(title=title, site=home)}</p>"


def loose_dates(outlet: Outlet, site: str, now: datetime) -> Answer:
    """A date style per item, some without zone or missing; guids are bare numbers that claim to be links."""
    items = [
        element("title", item.title)
        + element("link", site + outlet.article_path(item))
        + element("guid", str(item.number))
        + _date(outlet, item, now, item.date)
        + element("description", item.body)
        for item in outlet.items
    ]
    return Answer(_feed(outlet, site, items).encode(), "application/xml; charset=utf-8")


def cdata_entities(outlet: Outlet, site: str, now: datetime) -> Answer:
    """HTML entities inside CDATA titles, pictures in enclosures without a type, tracking keys in links."""
    items = [
        cdata("title", _with_entities(item.title))
        + element("link", f"{site}{outlet.article_path(item)}?utm_source=rss&utm_medium=feed")
        + f'<guid isPermaLink="true">{site}{outlet.article_path(item)}</guid>\n'
        + _date(outlet, item, now, "rfc822")
        + "".join(cdata("category", category) for category in item.categories)
        + (f'<enclosure url="{site}{outlet.image_path(item)}"/>\n' if item.image else "")
        + cdata("description", _with_entities(item.body))
        for item in outlet.items
    ]
    return Answer(_feed(outlet, site, items).encode(), "text/xml; charset=utf-8")


def _with_entities(text: str) -> str:
    for character, entity in CDATA_ENTITIES.items():
        text = text.replace(character, entity)
    return text


def wrong_charset(outlet: Outlet, site: str, now: datetime) -> Answer:
    """UTF-8 that the Content-Type calls windows-1251; links relative to the feed, dates without a time."""
    items = [
        element("title", item.title)
        + element("link", item.slug)
        + element("guid", f"{outlet.id}-{item.number}")
        + _date(outlet, item, now, "day")
        + "".join(element("category", category) for category in item.categories)
        + element("description", outlet.illustrated(item))
        for item in outlet.items
    ]
    return Answer(_feed(outlet, site, items).encode(), "text/xml; charset=windows-1251")


def local_dates(outlet: Outlet, site: str, now: datetime) -> Answer:
    """Local times that name no zone; full texts beside a summary."""
    items = [
        element("title", item.title)
        + element("link", site + outlet.article_path(item))
        + f'<guid isPermaLink="true">{site}{outlet.article_path(item)}</guid>\n'
        + cdata("dc:creator", item.author)
        + _date(outlet, item, now, "local")
        + "".join(element("category", category) for category in item.categories)
        + element("description", item.opening)
        + cdata("content:encoded", outlet.illustrated(item))
        for item in outlet.items
    ]
    return Answer(_feed(outlet, site, items).encode(), "application/rss+xml; charset=utf-8")


def archive(outlet: Outlet, site: str, now: datetime) -> Answer:
    """Everything ever published, months of it, with W3C dates where RSS asks for RFC 822."""
    items = [
        element("title", item.title)
        + element("link", site + outlet.article_path(item))
        + f'<guid isPermaLink="true">{site}{outlet.article_path(item)}</guid>\n'
        + _date(outlet, item, now, "w3c")
        + "".join(element("category", category) for category in item.categories)
        + element("description", outlet.illustrated(item))
        for item in outlet.items
    ]
    return Answer(_feed(outlet, site, items).encode(), "application/rss+xml")


def broken_xml(outlet: Outlet, site: str, now: datetime) -> Answer:
    """Written by hand: bare ampersands, `&nbsp;`, which XML does not know, and no closing tags at the end."""
    items = [
        f"<title>{item.title}</title>\n<link>{site}{outlet.article_path(item)}</link>\n"
        f'<guid isPermaLink="false">{outlet.id}:{item.number}</guid>\n'
        + _date(outlet, item, now, "rfc822")
        + f"<description>{escape(item.body).replace('&amp;', '&')}&nbsp;</description>\n"
        for item in outlet.items
    ]
    unfinished = _feed(outlet, site, items).partition("</channel>")[0]
    return Answer(unfinished.encode(), "text/xml; charset=utf-8")


def _feed(outlet: Outlet, site: str, items: Iterable[str], declaration: str = UTF_8) -> str:
    return (
        f'{declaration}\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
        + element("title", outlet.name)
        + element("link", site + outlet.home_path)
        + element("description", outlet.description)
        + element("language", outlet.language)
        + "".join(f"<item>\n{item}</item>\n" for item in items)
        + "</channel>\n</rss>\n"
    )


def _date(outlet: Outlet, item: Item, now: datetime, style: str) -> str:
    date = written(item.moment(now), style, outlet.time_zone)
    return element("pubDate", date) if date else ""
