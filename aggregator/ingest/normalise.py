"""An entry as published to an entry as we keep it: identity, address, plain text, safe HTML, date in UTC."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter
from typing import Literal
from zoneinfo import ZoneInfo

from aggregator.ingest import as_published, clean, exclusions, pictures, plain_text, titles, urls
from aggregator.ingest.dates import read_date
from aggregator.model import Entry, PublishedEntry, Source

GuidPolicy = Literal["guid", "link", "title"]

LONGEST_GUID = 500
"""Characters; a longer identity is replaced by its hash, so that any index takes it."""
LONGEST_NAME = 200
MOST_CATEGORIES = 20
_TITLE_FROM_TEXT = 100

_TEXTS = attrgetter(*(field.name for field in fields(PublishedEntry) if field.name != "categories"))
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_].*)?")
_NO_LANGUAGE = frozenset({"und", "mul", "mis", "zxx"})
_MAIL_ADDRESS = re.compile(r"<?\b[\w.+-]+@[\w-]+\.[\w.-]+\b>?")
_IN_BRACKETS = re.compile(r"\s*\((.*)\)\s*")


def raw_hash(published: PublishedEntry, policy: GuidPolicy = "guid") -> bytes:
    """16 bytes over all fields as published: equal means that there is nothing to do.

    What `policy` does not trust may change with every poll and does not count.
    """
    if policy != "guid":
        published = replace(published, guid="", link=published.link if policy == "link" else "")
    # NUL keeps the fields apart: XML forbids it, and parsing leaves none.
    texts = "\0".join((*_TEXTS(published), *published.categories))
    return blake2b(texts.encode("utf-8", "backslashreplace"), digest_size=16).digest()


def identity(published: PublishedEntry, policy: GuidPolicy = "guid", *, trust_guid: bool = True) -> str:
    """What makes an entry the same one within its source: its guid, else its link, else its title and date.

    By `policy` it is the folded link or the title instead, where the entry has one: for sites whose guids
    change by themselves. `trust_guid` is False when several entries of one body share the guid.
    """
    name = _by_policy(published, policy) or (published.guid if trust_guid else "") or published.link
    if not name:
        return _digest(f"{published.title}\n{published.published}")
    return name if len(name) <= LONGEST_GUID else _digest(name)


def _by_policy(published: PublishedEntry, policy: GuidPolicy) -> str:
    if policy == "link":
        return urls.canonical(urls.absolute(published.link, "")) or published.link
    return plain_text.title(published.title) if policy == "title" else ""


def normalise(
    published: PublishedEntry,
    guid: str,
    source: Source,
    feed_url: str,
    now: datetime,
    site_ending: str = "",
) -> Entry:
    """Clean and bound every field; `feed_url` is what relative links hang on, `now` stands in for a missing
    date.

    `guid` is the entry's `identity`, `site_ending` what the titles of its body share. A revision of an
    undated entry gets `now` too: who keeps entries keeps their first date.
    """
    base = urls.absolute(published.base, feed_url) or feed_url
    url = urls.absolute(published.link, base)
    body = _body(published, base if published.base else url or base)
    when, guessed = _moment(published, source, now)
    title = titles.without_endings(plain_text.title(published.title), (*source.strip_title, site_ending))
    categories = _categories(published.categories)
    return Entry(
        source_id=source.id,
        guid=guid,
        raw_hash=raw_hash(published, source.guid_policy),
        url=url,
        canonical_url=urls.canonical(url),
        title=title or _title_from(body.text),
        text=body.text,
        html=body.html,
        published=when,
        date_guessed=guessed,
        author=_author(published.author),
        categories=categories,
        image=urls.absolute(_image(published), base),
        declared_language=declared_language(published),
        paywalled=source.paywall == "full" or (source.paywall == "metered" and body.paywalled),
        excluded=exclusions.reason(source.exclude, title, categories, url),
        as_published=as_published.pack(published),
    )


def _body(published: PublishedEntry, base: str) -> clean.CleanBody:
    """The content, or the summary where the content holds no text."""
    body = clean.body(published.content or published.summary, base)
    if body.text or not published.content:
        return body
    return clean.body(published.summary, base)


def _moment(published: PublishedEntry, source: Source, now: datetime) -> tuple[datetime, bool]:
    return read_date(
        published.published or published.updated,
        zone=ZoneInfo(source.time_zone),
        day_first=source.day_first,
        first_seen=now,
    )


def _image(published: PublishedEntry) -> str:
    return published.image or pictures.first(published.content) or pictures.first(published.summary)


def _digest(text: str) -> str:
    return "blake2b:" + blake2b(text.encode("utf-8", "backslashreplace"), digest_size=16).hexdigest()


def _title_from(text: str) -> str:
    """The first words of an entry without a headline, as messengers' feeds have them."""
    line = text.partition("\n")[0]
    if len(line) <= _TITLE_FROM_TEXT:
        return line
    return line[:_TITLE_FROM_TEXT].rpartition(" ")[0] + "…"


def _author(author: str) -> str:
    """A name: RSS writes `mail@host (Name)`, and nobody's mail address is republished."""
    # Shortened before the search for addresses, whose time grows with the square of the length.
    name = _MAIL_ADDRESS.sub("", plain_text.plain(author)[: 2 * LONGEST_NAME])
    if match := _IN_BRACKETS.fullmatch(name):
        name = match[1]
    return name.strip(" ,;<>()")[:LONGEST_NAME]


def _categories(categories: Iterable[str]) -> tuple[str, ...]:
    names = dict.fromkeys(plain_text.plain(category)[:LONGEST_NAME] for category in categories)
    return tuple(name for name in names if name)[:MOST_CATEGORIES]


def declared_language(published: PublishedEntry) -> str | None:
    """`ru-RU` to `ru` (BCP 47's primary subtag); None for what names no language."""
    match = _LANGUAGE.fullmatch(published.language.strip())
    code = match[1].lower() if match else ""
    return code if code and code not in _NO_LANGUAGE else None
