"""Text to entries as published: RSS, Atom, RDF and JSON Feed, well-formed or not.

feedparser is the tolerant parser that rules. It gets text whose characters are settled (`decode`), neither
sanitises nor resolves links (`clean` and `normalise` do, once), and never sees a URL or a file name.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from itertools import islice
from operator import attrgetter, le
from typing import Any, ClassVar
from urllib.parse import urljoin

from aggregator.errors import NotAFeedError
from aggregator.ingest import excess, hints, hubs, jsonfeed, sniff, tolerant, wellformed
from aggregator.ingest.decode import decode, holds_forbidden, mend_references, without_forbidden
from aggregator.model import NO_HINTS, Hints, PublishedEntry, SourceState

LONGEST_FIELD = 2_000
LONGEST_BODY = 200_000
"""Characters of an entry's summary or content; what is longer is cut."""
MOST_CATEGORIES = 50

_OTHER_FORMATS = {
    "opml": "an OPML list of feeds: poll the feeds that it names",
    "urlset": "a sitemap: look for the site's feed",
    "sitemapindex": "a sitemap index: look for the site's feed",
}
_HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})


class UnreadableFeedError(NotAFeedError):
    """A body that holds no feed; the message names type, size, first tag and cure."""

    state: ClassVar[SourceState] = SourceState.PARSE_ERROR


class HtmlInsteadError(UnreadableFeedError):
    """A web page where a feed should be."""

    state: ClassVar[SourceState] = SourceState.HTML_INSTEAD


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed as its source published it."""

    entries: tuple[PublishedEntry, ...]
    title: str = ""
    language: str = ""
    hints: Hints = NO_HINTS
    warning: str = ""
    """What was wrong although it could be read; empty when well-formed."""


def parse(body: bytes, content_type: str, url: str, max_entries: int) -> ParsedFeed:
    """Read a body as a feed; of more than `max_entries` entries the first ones are kept.

    Fields are cut at LONGEST_FIELD and LONGEST_BODY characters. Raises UnreadableFeedError (HtmlInsteadError
    for a web page) naming `url`.
    """
    decoded = decode(body, content_type)
    what = f"{url} ({sniff.describe(body, content_type)})"
    if sniff.is_html(body):
        raise HtmlInsteadError(
            f"an HTML page instead of a feed at {what}: open it and look for its feed link"
        )
    if decoded.text.startswith(("{", "[")):
        feed = _parse_json(decoded.text, what, max_entries)
    else:
        feed = _parse_xml(decoded.text, what, sniff.first_tag(body), max_entries)
    return replace(feed, warning="; ".join(filter(None, (decoded.warning, feed.warning))))


# ---------------------------------------------------------------------------------------------------- JSON


def _parse_json(text: str, what: str, max_entries: int) -> ParsedFeed:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFeedError(f"damaged JSON at {what}: {type(error).__name__}: {error}") from error
    if not jsonfeed.is_feed(document):
        raise UnreadableFeedError(f"JSON that is no JSON Feed at {what}: check the feed's address")
    entries, warning = bounded(jsonfeed.published_entries(document), max_entries)
    title, language = document.get("title"), document.get("language")
    announced = Hints(announced=hubs.in_json_feed(document))
    return ParsedFeed(entries, str(title or ""), str(language or ""), announced, warning)


# ----------------------------------------------------------------------------------------------------- XML


def _parse_xml(text: str, what: str, root: str, max_entries: int) -> ParsedFeed:
    text, cut_off = excess.cut(text, max_entries)
    if too_much := excess.found_in(text):
        raise UnreadableFeedError(
            f"{what} holds {too_much}: look at it, and disable the source if it stays so"
        )
    mended = mend_references(text)
    plainly = parse_plainly(mended, max_entries, cut_off)
    return plainly or parse_with_feedparser(mended, what, root, max_entries, cut_off)


def parse_plainly(text: str, max_entries: int, cut_off: int = 0) -> ParsedFeed | None:
    """Read a feed the short way; None when only feedparser can be trusted with it."""
    plain = wellformed.read(text)
    if plain is None:
        return None
    # A strict parser lets no forbidden character through, however it was escaped.
    entries, warning = bounded(plain.entries, max_entries, cut_off, shorten=_shortened)
    return ParsedFeed(entries, plain.title, plain.language, hints.of_feed(text, plain.hints), warning)


def parse_with_feedparser(text: str, what: str, root: str, max_entries: int, cut_off: int = 0) -> ParsedFeed:
    """Read a feed with feedparser, which rules. Raises UnreadableFeedError naming `what`."""
    try:
        result = tolerant.read(text, root)
    except Exception as error:
        # feedparser is not written for hostile input: whatever it raises is said of this body alone.
        raise UnreadableFeedError(
            f"no feed could be read at {what}: {type(error).__name__}: {error}"
        ) from error
    found = _many(result, "entries")
    if not found and not result.get("version"):
        raise UnreadableFeedError(_why_no_feed(result, what, root))
    feed = _one(result, "feed")
    language = _text(feed, "language")
    site = _text(feed, "link") if str(result.get("version")).startswith("rss") else ""
    read = (_entry(each, language, site) for each in found)
    entries, warning = bounded(read, max_entries, cut_off)
    malformed = f"malformed: {_complaint(result)}" if result.get("bozo") else ""
    return ParsedFeed(
        entries,
        _text(feed, "title"),
        language,
        hints.of_feed(text, feed),
        "; ".join(filter(None, (malformed, warning))),
    )


def _why_no_feed(result: Mapping[str, Any], what: str, root: str) -> str:
    if root in _OTHER_FORMATS:
        return f"{what} is {_OTHER_FORMATS[root]}"
    complaint = f" ({_complaint(result)})" if result.get("bozo") else ""
    return f"no feed at {what}{complaint}: check the feed's address in a browser"


def _complaint(result: Mapping[str, Any]) -> str:
    error = result.get("bozo_exception")
    get_message = getattr(error, "getMessage", None)
    return f"{type(error).__name__}: {get_message() if get_message else error}"


# ----------------------------------------------------------------------------------------- entries


def _entry(entry: Mapping[str, Any], feed_language: str, site: str) -> PublishedEntry:
    """One entry; `site` is the channel's link, on which RSS hangs relative addresses."""
    contents = [part for part in _many(entry, "content") if _is_text(part)]
    details = [*contents, _one(entry, "title_detail")]
    summary = [_one(entry, "summary_detail")]
    return PublishedEntry(
        guid=_text(entry, "id"),
        link=_on(site, _link(entry)),
        title=_as_html(_one(entry, "title_detail")) or _text(entry, "title"),
        summary=_as_html(_one(entry, "summary_detail")) or _text(entry, "summary"),
        content=max((_as_html(part) for part in contents), key=len, default=""),
        author=_text(_one(entry, "author_detail"), "name") or _text(entry, "author"),
        published=_text(entry, "published"),
        updated=_text(entry, "updated"),
        language=next((name for part in details if (name := _text(part, "language"))), "") or feed_language,
        categories=tuple(filter(None, (_text(tag, "term") for tag in _many(entry, "tags")))),
        image=_on(site, _image(entry)),
        base=next((base for part in (*details, *summary) if (base := _text(part, "base"))), ""),
    )


def _text(holder: Mapping[str, Any], name: str) -> str:
    value = _raw(holder, name)
    return value.strip() if isinstance(value, str) else ""


def _one(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = _raw(holder, name)
    return value if isinstance(value, dict) else {}


def _many(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = _raw(holder, name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _raw(holder: Mapping[str, Any], name: str) -> object:
    """What feedparser found, without its mapping of one name to another (`updated` to `published`)."""
    return dict.get(holder, name) if isinstance(holder, dict) else None


def _is_text(part: Mapping[str, Any]) -> bool:
    return _text(part, "type") in _HTML_TYPES or _text(part, "type").startswith("text/")


def _as_html(part: Mapping[str, Any]) -> str:
    """A text construct as markup, whichever type it was declared to have."""
    value = _text(part, "value")
    return value if _text(part, "type") in _HTML_TYPES else html.escape(value, quote=False)


def _link(entry: Mapping[str, Any]) -> str:
    """The article's address: the one behind a FeedBurner redirect, never a bare number used as guid."""
    link = _text(entry, "feedburner_origlink") or _text(entry, "link")
    if link == _text(entry, "id") and not link.startswith(("http://", "https://", "/")):
        return ""
    return link


def _on(site: str, address: str) -> str:
    """An address made absolute against the site's; as it is where there is none."""
    try:
        return urljoin(site, address) if site and address else address
    except ValueError:
        return address


def _image(entry: Mapping[str, Any]) -> str:
    """The first picture among Media RSS contents, thumbnails and enclosures; some have no type."""
    links = _many(entry, "links")
    candidates: Iterable[Mapping[str, Any]] = (
        *(media for media in _many(entry, "media_content") if _is_picture(media, "url")),
        *_many(entry, "media_thumbnail"),
        *(link for link in links if _text(link, "rel") == "enclosure" and _is_picture(link, "href")),
    )
    return next((url for each in candidates if (url := _text(each, "url") or _text(each, "href"))), "")


def _is_picture(media: Mapping[str, Any], address: str) -> bool:
    kind = _text(media, "type") or _text(media, "medium")
    path = _text(media, address).partition("?")[0].lower()
    return kind.startswith("image") or (
        not kind and path.endswith((".jpg", ".jpeg", ".png", ".webp", ".gif"))
    )


_TEXTS = tuple(field.name for field in fields(PublishedEntry) if field.name != "categories")
_texts_of = attrgetter(*_TEXTS)
_LONGEST = tuple(LONGEST_BODY if name in {"summary", "content"} else LONGEST_FIELD for name in _TEXTS)


def _shortened(entry: PublishedEntry) -> PublishedEntry:
    """Bounded fields."""
    return entry if _is_short(entry) else _cut(entry)


def _cut(entry: PublishedEntry) -> PublishedEntry:
    """Bounded fields without NUL and the like, which escapes and base64 can bring in behind the decoder."""
    texts, categories = _texts_of(entry), entry.categories
    if _is_short(entry) and not holds_forbidden("".join((*texts, *categories))):
        return entry
    cut = (without_forbidden(text[:longest]) for text, longest in zip(texts, _LONGEST, strict=True))
    return PublishedEntry(
        **dict(zip(_TEXTS, cut, strict=True)),
        categories=tuple(without_forbidden(each[:LONGEST_FIELD]) for each in categories[:MOST_CATEGORIES]),
    )


def _is_short(entry: PublishedEntry) -> bool:
    categories = entry.categories
    return (
        all(map(le, map(len, _texts_of(entry)), _LONGEST))
        and len(categories) <= MOST_CATEGORIES
        and max(map(len, categories), default=0) <= LONGEST_FIELD
    )


def bounded(
    entries: Iterable[PublishedEntry],
    most: int,
    cut_off: int = 0,
    shorten: Callable[[PublishedEntry], PublishedEntry] = _cut,
) -> tuple[tuple[PublishedEntry, ...], str]:
    """The first entries, with their fields cut; and a warning when there are more, or were cut off before."""
    remaining = iter(entries)
    kept = tuple(map(shorten, islice(remaining, most)))
    dropped = cut_off + sum(1 for _ in remaining)
    return kept, f"{dropped} entries beyond the first {most} were left out" if dropped else ""
