"""How outlets publish: one pure function per shape, from an outlet to the bytes on the wire.

Every peculiarity was met in the region. The shapes of RSS have a module of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from html import escape

from aggregator.demo import rss_shapes
from aggregator.demo.answer import UTF_8, Answer, Shape, element
from aggregator.demo.dates import written
from aggregator.demo.world import Item, Outlet


def atom(outlet: Outlet, site: str, now: datetime) -> Answer:
    """Atom 1.0 with escaped HTML; the newest entry was updated 45 minutes after it appeared."""
    newest = outlet.items[0]
    entries = "".join(_atom_entry(outlet, item, site, now, revised=item is newest) for item in outlet.items)
    feed = (
        f'{UTF_8}\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">\n'
        + element("title", outlet.name)
        + element("id", f"tag:{outlet.id}.example,2020:feed")
        + f'<link href="{site}{outlet.home_path}"/>\n<link rel="self" href="{site}{outlet.feed_path}"/>\n'
        + element("updated", written(newest.moment(now), "w3c", outlet.time_zone))
        + f"{entries}</feed>\n"
    )
    return Answer(feed.encode(), "application/atom+xml")


def _atom_entry(outlet: Outlet, item: Item, site: str, now: datetime, *, revised: bool) -> str:
    published = item.moment(now)
    updated = published + timedelta(minutes=45) if revised else published
    return (
        "<entry>\n"
        + element("title", item.title)
        + element("id", f"tag:{outlet.id}.example,2020:{item.number}")
        + f'<link href="{site}{outlet.article_path(item)}"/>\n'
        + element("published", written(published, "w3c", outlet.time_zone))
        + element("updated", written(updated, "w3c", outlet.time_zone))
        + f"<author>{element('name', item.author)}</author>\n"
        + "".join(f'<category term="{escape(category)}"/>\n' for category in item.categories)
        + f'<content type="html">{escape(outlet.illustrated(item))}</content>\n</entry>\n'
    )


def html_page(outlet: Outlet, site: str, now: datetime) -> Answer:
    """A web page where the feed used to be, answered with 200."""
    page = (
        f'<!DOCTYPE html>\n<html lang="{outlet.language}">\n<head><meta charset="utf-8">'
        f"<title>{escape(outlet.name)}</title></head>\n<body><h1>{escape(outlet.name)}</h1>"
        f"<p>{escape(outlet.description)}</p><p>© {now.year}</p>"
        f'<p><a href="{site}{outlet.home_path}">Home</a></p></body>\n</html>\n'
    )
    return Answer(page.encode(), "text/html; charset=utf-8")


def overloaded(outlet: Outlet, site: str, now: datetime) -> Answer:  # noqa: ARG001
    """503 with the wish to be asked again in an hour (RFC 9110 section 10.2.3)."""
    body = f"<html><body><h1>503 Service Unavailable</h1><p>{escape(outlet.name)}</p></body></html>\n"
    return Answer(body.encode(), "text/html; charset=utf-8", 503, {"Retry-After": "3600"})


def news_sitemap(outlet: Outlet, site: str, now: datetime) -> Answer:
    """No feed, but a sitemap for search engines: titles and dates, no texts."""
    urls = [
        "<url>\n"
        + element("loc", site + outlet.article_path(item))
        + "<news:news>\n<news:publication>\n"
        + element("news:name", outlet.name)
        + element("news:language", outlet.language)
        + "</news:publication>\n"
        + element("news:publication_date", written(item.moment(now), "w3c", outlet.time_zone))
        + element("news:title", item.title)
        + element("news:keywords", ", ".join(item.categories))
        + "</news:news>\n</url>\n"
        for item in outlet.items
    ]
    sitemap = (
        f'{UTF_8}\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">\n' + "".join(urls) + "</urlset>\n"
    )
    return Answer(sitemap.encode(), "application/xml")


def listing(outlet: Outlet, site: str, now: datetime) -> Answer:  # noqa: ARG001
    """Neither feed nor sitemap: a page that lists articles, with a date in each and menus around them."""
    articles = "".join(
        f'<article class="news"><h2><a href="{outlet.article_path(item)}">{escape(item.title)}</a></h2>\n'
        f'<time datetime="{item.moment(now).isoformat()}">{item.moment(now):%d.%m.%Y}</time>\n'
        f'<p class="lead">{item.opening}</p></article>\n'
        for item in outlet.items
    )
    page = (
        f'<!DOCTYPE html>\n<html lang="{outlet.language}">\n<head><meta charset="utf-8">'
        f"<title>{escape(outlet.name)}</title></head>\n"
        f'<body><nav><a href="{outlet.home_path}">{escape(outlet.name)}</a></nav>\n'
        f"{articles}</body>\n</html>\n"
    )
    return Answer(page.encode(), "text/html; charset=utf-8")


SHAPES: Mapping[str, Shape] = {
    "wordpress": rss_shapes.wordpress,
    "windows-1251": rss_shapes.windows_1251,
    "atom": atom,
    "loose-dates": rss_shapes.loose_dates,
    "cdata-entities": rss_shapes.cdata_entities,
    "wrong-charset": rss_shapes.wrong_charset,
    "local-dates": rss_shapes.local_dates,
    "archive": rss_shapes.archive,
    "broken-xml": rss_shapes.broken_xml,
    "news-sitemap": news_sitemap,
    "listing": listing,
    "html-page": html_page,
    "overloaded": overloaded,
}
