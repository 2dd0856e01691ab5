"""How outlets publish: one pure function per shape, from an outlet to the bytes on the wire.

Every peculiarity here was met in feeds of the region. Functions take the outlet, the address of the world
without a trailing slash, and the present moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import escape

from aggregator.demo.dates import written
from aggregator.demo.world import Item, Outlet

UTF_8 = '<?xml version="1.0" encoding="UTF-8"?>'
FOOTERS = {
    "en": "The post {title} appeared first on {site}.",
    "fr": "L’article {title} est apparu en premier sur {site}.",
    "ru": "Сообщение {title} появились сначала на {site}.",
}
"""What WordPress writes under every article, by language."""
CDATA_ENTITIES = {"«": "&laquo;", "»": "&raquo;", "ʻ": "&#699;", "ʼ": "&#700;"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sends."""

    body: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Shape = Callable[[Outlet, str, datetime], Answer]


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
        content = f"<p>{item.opening}</p>\n<p>{outlet.paywall}</p>" if item.paid else item.body
        items.append(
            _element("title", item.title)
            + _element("link", site + outlet.article_path(item))
            + _cdata("dc:creator", item.author)
            + _element("pubDate", written(item.moment(now), "rfc822", "UTC"))
            + "".join(_cdata("category", category) for category in item.categories)
            + f'<guid isPermaLink="false">{site}{outlet.home_path}?p={item.number}</guid>\n'
            + _cdata("description", f"<p>{item.opening} [&#8230;]</p>\n{footer}")
            + _cdata("content:encoded", f"{content}\n{footer}")
        )
    return _rss(outlet, site, items, declaration)


def _footer(outlet: Outlet, item: Item, site: str) -> str:
    title = f'<a href="{site}{outlet.article_path(item)}">{escape(item.title)}</a>'
    home = f'<a href="{site}{outlet.home_path}">{escape(outlet.name)}</a>'
    return f"<p>{FOOTERS[outlet.language].format(title=title, site=home)}</p>"


def atom(outlet: Outlet, site: str, now: datetime) -> Answer:
    """Atom 1.0 with escaped HTML; the newest entry was updated 45 minutes after it appeared."""
    newest = outlet.items[0]
    entries = "".join(_atom_entry(outlet, item, site, now, revised=item is newest) for item in outlet.items)
    feed = (
        f'{UTF_8}\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}">\n'
        + _element("title", outlet.name)
        + _element("id", f"tag:{outlet.id}.example,2020:feed")
        + f'<link href="{site}{outlet.home_path}"/>\n<link rel="self" href="{site}{outlet.feed_path}"/>\n'
        + _element("updated", written(newest.moment(now), "w3c", outlet.time_zone))
        + f"{entries}</feed>\n"
    )
    return Answer(feed.encode(), "application/atom+xml")


def _atom_entry(outlet: Outlet, item: Item, site: str, now: datetime, *, revised: bool) -> str:
    published = item.moment(now)
    updated = published + timedelta(minutes=45) if revised else published
    return (
        "<entry>\n"
        + _element("title", item.title)
        + _element("id", f"tag:{outlet.id}.example,2020:{item.number}")
        + f'<link href="{site}{outlet.article_path(item)}"/>\n'
        + _element("published", written(published, "w3c", outlet.time_zone))
        + _element("updated", written(updated, "w3c", outlet.time_zone))
        + f"<author>{_element('name', item.author)}</author>\n"
        + "".join(f'<category term="{escape(category)}"/>\n' for category in item.categories)
        + f'<content type="html">{escape(item.body)}</content>\n</entry>\n'
    )


def loose_dates(outlet: Outlet, site: str, now: datetime) -> Answer:
    """A date style per item, some without zone or missing; guids are bare numbers that claim to be links."""
    items = [
        _element("title", item.title)
        + _element("link", site + outlet.article_path(item))
        + _element("guid", str(item.number))
        + _date(outlet, item, now, item.date)
        + _element("description", item.body)
        for item in outlet.items
    ]
    return Answer(_rss(outlet, site, items).encode(), "application/xml; charset=utf-8")


def cdata_entities(outlet: Outlet, site: str, now: datetime) -> Answer:
    """HTML entities inside CDATA titles, pictures in enclosures without a type, tracking keys in links."""
    items = [
        _cdata("title", _with_entities(item.title))
        + _element("link", f"{site}{outlet.article_path(item)}?utm_source=rss&utm_medium=feed")
        + f'<guid isPermaLink="true">{site}{outlet.article_path(item)}</guid>\n'
        + _date(outlet, item, now, "rfc822")
        + "".join(_cdata("category", category) for category in item.categories)
        + (f'<enclosure url="{site}{outlet.image_path(item)}"/>\n' if item.image else "")
        + _cdata("description", _with_entities(item.body))
        for item in outlet.items
    ]
    return Answer(_rss(outlet, site, items).encode(), "text/xml; charset=utf-8")


def _with_entities(text: str) -> str:
    for character, entity in CDATA_ENTITIES.items():
        text = text.replace(character, entity)
    return text


def wrong_charset(outlet: Outlet, site: str, now: datetime) -> Answer:
    """UTF-8 that the Content-Type calls windows-1251; links relative to the feed, dates without a time."""
    items = [
        _element("title", item.title)
        + _element("link", item.slug)
        + _element("guid", f"{outlet.id}-{item.number}")
        + _date(outlet, item, now, "day")
        + "".join(_element("category", category) for category in item.categories)
        + _element("description", item.body)
        for item in outlet.items
    ]
    return Answer(_rss(outlet, site, items).encode(), "text/xml; charset=windows-1251")


def local_dates(outlet: Outlet, site: str, now: datetime) -> Answer:
    """Local times that name no zone; full texts beside a summary."""
    items = [
        _element("title", item.title)
        + _element("link", site + outlet.article_path(item))
        + f'<guid isPermaLink="true">{site}{outlet.article_path(item)}</guid>\n'
        + _cdata("dc:creator", item.author)
        + _date(outlet, item, now, "local")
        + "".join(_element("category", category) for category in item.categories)
        + _element("description", item.opening)
        + _cdata("content:encoded", item.body)
        for item in outlet.items
    ]
    return Answer(_rss(outlet, site, items).encode(), "application/rss+xml; charset=utf-8")


def archive(outlet: Outlet, site: str, now: datetime) -> Answer:
    """Everything ever published, months of it, with W3C dates where RSS asks for RFC 822."""
    items = [
        _element("title", item.title)
        + _element("link", site + outlet.article_path(item))
        + f'<guid isPermaLink="true">{site}{outlet.article_path(item)}</guid>\n'
        + _date(outlet, item, now, "w3c")
        + "".join(_element("category", category) for category in item.categories)
        + _element("description", item.body)
        for item in outlet.items
    ]
    return Answer(_rss(outlet, site, items).encode(), "application/rss+xml")


def broken_xml(outlet: Outlet, site: str, now: datetime) -> Answer:
    """Written by hand: bare ampersands, `&nbsp;`, which XML does not know, and no closing tags at the end."""
    items = [
        f"<title>{item.title}</title>\n<link>{site}{outlet.article_path(item)}</link>\n"
        f'<guid isPermaLink="false">{outlet.id}:{item.number}</guid>\n'
        + _date(outlet, item, now, "rfc822")
        + f"<description>{escape(item.body).replace('&amp;', '&')}&nbsp;</description>\n"
        for item in outlet.items
    ]
    unfinished = _rss(outlet, site, items).partition("</channel>")[0]
    return Answer(unfinished.encode(), "text/xml; charset=utf-8")


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
        + _element("loc", site + outlet.article_path(item))
        + "<news:news>\n<news:publication>\n"
        + _element("news:name", outlet.name)
        + _element("news:language", outlet.language)
        + "</news:publication>\n"
        + _element("news:publication_date", written(item.moment(now), "w3c", outlet.time_zone))
        + _element("news:title", item.title)
        + _element("news:keywords", ", ".join(item.categories))
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
    "wordpress": wordpress,
    "windows-1251": windows_1251,
    "atom": atom,
    "loose-dates": loose_dates,
    "cdata-entities": cdata_entities,
    "wrong-charset": wrong_charset,
    "local-dates": local_dates,
    "archive": archive,
    "broken-xml": broken_xml,
    "news-sitemap": news_sitemap,
    "listing": listing,
    "html-page": html_page,
    "overloaded": overloaded,
}


def _rss(outlet: Outlet, site: str, items: Iterable[str], declaration: str = UTF_8) -> str:
    return (
        f'{declaration}\n<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
        + _element("title", outlet.name)
        + _element("link", site + outlet.home_path)
        + _element("description", outlet.description)
        + _element("language", outlet.language)
        + "".join(f"<item>\n{item}</item>\n" for item in items)
        + "</channel>\n</rss>\n"
    )


def _date(outlet: Outlet, item: Item, now: datetime, style: str) -> str:
    date = written(item.moment(now), style, outlet.time_zone)
    return _element("pubDate", date) if date else ""


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(text, quote=False)}</{name}>\n"


def _cdata(name: str, text: str) -> str:
    return f"<{name}><![CDATA[{text}]]></{name}>\n"
