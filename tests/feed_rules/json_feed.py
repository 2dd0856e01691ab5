"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/): types, required members, dates, ids, addresses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from itertools import chain
from typing import Any

from tests.feed_rules import addresses, characters, dates, languages, markup, plain_text
from tests.feed_rules.fault import Fault
from tests.feed_rules.xml_document import LARGEST

VERSION = "https://jsonfeed.org/version/1.1"
Check = Callable[[str, Any, datetime], Iterator[Fault]]


def faults(content: bytes, address: str, now: datetime) -> list[Fault]:
    """What is wrong with a JSON feed. `address`: where it is published."""
    if len(content) > LARGEST:
        return [Fault("ValidatorLimit", "document", f"{len(content)} bytes")]
    try:
        feed = json.loads(content.decode("utf-8"), object_pairs_hook=_without_doubles, parse_constant=_refuse)
    except ValueError as error:
        return [Fault("NotJson", "document", str(error))]
    if not isinstance(feed, dict):
        return [Fault("NotJson", "document", type(feed).__name__)]
    return list(
        chain(_text_faults("feed", feed), _object(_FEED, "feed", feed, now), _feed_faults(feed, address))
    )


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError(f"a member twice in {[key for key, _ in pairs]}")
    return dict(pairs)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _text_faults(place: str, value: Any) -> Iterator[Fault]:
    """Unfit characters in any text, wherever it stands."""
    if isinstance(value, str):
        yield from characters.faults(place, value)
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from _text_faults(f"{place}.{key}", below)
    elif isinstance(value, list):
        for at, below in enumerate(value):
            yield from _text_faults(f"{place}[{at}]", below)


def _feed_faults(feed: Mapping[str, Any], address: str) -> Iterator[Fault]:
    if feed.get("version") != VERSION:
        yield Fault("InvalidVersion", "feed", str(feed.get("version")))
    if feed.get("feed_url") != address:
        yield Fault("SelfDoesntMatchLocation", "feed", f"{feed.get('feed_url')}, not {address}")
    if feed.get("next_url") == address:
        yield Fault("LinkToSelf", "feed", address)
    items = [item for item in feed.get("items", ()) if isinstance(item, dict)]
    ids = [str(item.get("id")) for item in items]
    if len(set(ids)) < len(ids):
        yield Fault("DuplicateEntries", "items", max(ids, key=ids.count))
    for at, item in enumerate(items):
        if not {"content_html", "content_text"} & set(item):
            yield Fault("MissingTextualContent", f"items[{at}]")
        if not item.get("authors") and not feed.get("authors"):
            yield Fault("MissingElement", f"items[{at}]", "authors")


# --------------------------------------------------------------------------------------------- members


def _object(
    shape: Mapping[str, tuple[bool, Check]], place: str, value: Any, now: datetime
) -> Iterator[Fault]:
    """`shape`: by member, whether it is required and what it must be; extensions begin with `_`."""
    if not isinstance(value, dict):
        yield Fault("InvalidType", place, type(value).__name__)
        return
    for key, (required, check) in shape.items():
        if key in value:
            yield from check(f"{place}.{key}", value[key], now)
        elif required:
            yield Fault("MissingElement", place, key)
    for key in value:
        if key.startswith("_"):
            if not isinstance(value[key], dict) or "." in key:
                yield Fault("InvalidType", f"{place}.{key}", "an extension is an object")
        elif key not in shape:
            yield Fault("UndefinedElement", place, key)


def _each(check: Check) -> Check:
    def checked(place: str, value: Any, now: datetime) -> Iterator[Fault]:
        if not isinstance(value, list):
            yield Fault("InvalidType", place, type(value).__name__)
            return
        for at, one in enumerate(value):
            yield from check(f"{place}[{at}]", one, now)

    return checked


def _like(shape: Mapping[str, tuple[bool, Check]]) -> Check:
    return lambda place, value, now: _object(shape, place, value, now)


def _text(place: str, value: Any, now: datetime) -> Iterator[Fault]:
    if not isinstance(value, str):
        yield Fault("InvalidType", place, type(value).__name__)
    elif not value.strip():
        yield Fault("NotBlank", place)


def _title(place: str, value: Any, now: datetime) -> Iterator[Fault]:
    yield from (
        _text(place, value, now) if not isinstance(value, str) else plain_text.title_faults(place, value)
    )


def _web(place: str, value: Any, now: datetime) -> Iterator[Fault]:
    if not isinstance(value, str) or not addresses.web(value):
        yield Fault("InvalidFullLink", place, str(value))


def _identifier(place: str, value: Any, now: datetime) -> Iterator[Fault]:
    if not isinstance(value, str) or not addresses.absolute(value):
        yield Fault("InvalidFullLink", place, str(value))
    elif not addresses.canonical(value):
        yield Fault("NonCanonicalURI", place, value)


def _date(place: str, value: Any, now: datetime) -> Iterator[Fault]:
    yield from dates.rfc3339(place, value if isinstance(value, str) else repr(value), now)


def _language(place: str, value: Any, now: datetime) -> Iterator[Fault]:
    yield from languages.faults(place, value if isinstance(value, str) else repr(value))


def _html(place: str, value: Any, now: datetime) -> Iterator[Fault]:
    yield from markup.faults(value) if isinstance(value, str) else _text(place, value, now)


def _number(place: str, value: Any, now: datetime) -> Iterator[Fault]:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        yield Fault("InvalidType", place, repr(value))


def _boolean(place: str, value: Any, now: datetime) -> Iterator[Fault]:
    if not isinstance(value, bool):
        yield Fault("InvalidType", place, repr(value))


_AUTHORS = _each(_like({"name": (True, _title), "url": (False, _web), "avatar": (False, _web)}))
_ATTACHMENT = {
    "url": (True, _web), "mime_type": (True, _text), "title": (False, _title),
    "size_in_bytes": (False, _number), "duration_in_seconds": (False, _number),
}  # fmt: skip
_ITEM: dict[str, tuple[bool, Check]] = {
    "id": (True, _identifier), "url": (False, _web), "external_url": (False, _web), "title": (True, _title),
    "content_html": (False, _html), "content_text": (False, _text), "summary": (False, _text),
    "image": (False, _web), "banner_image": (False, _web), "date_published": (True, _date),
    "date_modified": (False, _date), "authors": (False, _AUTHORS), "tags": (False, _each(_title)),
    "language": (False, _language), "attachments": (False, _each(_like(_ATTACHMENT))),
}  # fmt: skip
_FEED: dict[str, tuple[bool, Check]] = {
    "version": (True, _web), "title": (True, _title), "home_page_url": (True, _web),
    "feed_url": (True, _web), "description": (False, _text), "user_comment": (False, _text),
    "next_url": (False, _web), "icon": (False, _web), "favicon": (False, _web),
    "authors": (False, _AUTHORS), "language": (False, _language), "expired": (False, _boolean),
    "hubs": (False, _each(_like({"type": (True, _text), "url": (True, _web)}))),
    "items": (True, _each(_like(_ITEM))),
}  # fmt: skip
