"""What must fit together across the sections of a configuration.

These checks look at the plain values, not at the typed schema, so that one fault elsewhere never hides
another. They skip whatever has not the shape they need: the schema reports that.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from typing import Any

from aggregator.config import codes, secret_files
from aggregator.config.settings import default_of
from aggregator.config.yaml_source import Steps
from aggregator.model import GROUP_PREFIX, Region

Problem = tuple[Steps, str]
"""Where something is wrong, and what."""
EVERYTHING = "everything"
"""Id of the feed that holds every story; it needs no configuration."""
ON_REQUEST = ("search", "source", "topic")
"""What the names of feeds that are made on request begin with."""


def problems(values: dict[str, Any]) -> Iterator[Problem]:
    """Everything that does not fit together."""
    for section in ("sources", "feeds", "newsletters"):
        yield from _duplicate_ids(values, section)
    yield from _unknown_sources(values)
    yield from _unknown_groups(values)
    yield from _reserved_feeds(values)
    yield from _moved_feeds(values)
    yield from _mistaken_codes(values)
    yield from _secrets(values)
    yield from _mailboxes(values)
    yield from _selectors(values)
    yield from _former_ids(values)


def _items(values: dict[str, Any], section: str) -> Iterator[tuple[Steps, dict[str, Any]]]:
    listed = values.get(section)
    for number, item in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(item, dict):
            yield (section, number), item


def _texts(holder: Any, key: str) -> list[str]:
    listed = holder.get(key) if isinstance(holder, dict) else None
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def _duplicate_ids(values: dict[str, Any], section: str) -> Iterator[Problem]:
    first: dict[str, Steps] = {}
    for steps, item in _items(values, section):
        name = item.get("id")
        if not isinstance(name, str):
            continue
        if name in first:
            number = int(first[name][1]) + 1
            yield (*steps, "id"), f"`{name}` is already the id of entry {number} of `{section}`"
        first.setdefault(name, steps)


def _unknown_sources(values: dict[str, Any]) -> Iterator[Problem]:
    known = [str(item.get("id")) for _, item in _items(values, "sources")]
    for steps, item in _items(values, "feeds"):
        listed = item.get("sources")
        for number, name in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(name, str) and name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"; did you mean `{near[0]}`?" if near else ""
                yield (*steps, "sources", number), f"there is no source `{name}`{hint}"


def _unknown_groups(values: dict[str, Any]) -> Iterator[Problem]:
    region = values.get("region")
    said = region.get("groups") if isinstance(region, dict) else None
    known = [str(name) for name in (said if isinstance(said, dict) else dict(default_of(Region, "groups")))]
    for steps, item in _items(values, "feeds"):
        listed = item.get("countries")
        for number, code in enumerate(listed if isinstance(listed, list) else ()):
            name = code.removeprefix(GROUP_PREFIX) if isinstance(code, str) else ""
            if name != code and name and name.upper() not in known:
                there = f"known are {', '.join(known)}" if known else "there is none"
                yield (*steps, "countries", number), f"there is no group `{name}` in `region.groups`: {there}"


def _reserved_feeds(values: dict[str, Any]) -> Iterator[Problem]:
    """Ids of the feeds that every region has, and names under which feeds are made on request."""
    automatic = _automatic_feeds(values)
    for steps, item in _items(values, "feeds"):
        name = str(item.get("id"))
        if name == EVERYTHING:
            yield (*steps, "id"), f"`{name}` is the feed that always holds every story: choose another id"
        elif name in automatic:
            yield (*steps, "id"), f"`{name}` is there by itself: leave this feed out, or rename it"
        elif name in ON_REQUEST:
            yield (*steps, "id"), f"`{name}` is where feeds are made on request: choose another id"


def _automatic_feeds(values: dict[str, Any]) -> set[str]:
    """Names of the feeds that every region has."""
    region = values.get("region")
    countries = [code.lower() for code in _texts(region, "countries")]
    told = [f"in-{code.lower()}" for code in _texts(region, "languages")]
    crossed = [f"{country}-{language}" for country in countries for language in told]
    return {*countries, *told, *crossed, "top", "all"}


def _moved_feeds(values: dict[str, Any]) -> Iterator[Problem]:
    publish = values.get("publish")
    moved = publish.get("moved") if isinstance(publish, dict) else None
    configured = {str(item.get("id")) for _, item in _items(values, "feeds")}
    names = sorted({*configured, *_automatic_feeds(values)})
    for former, name in moved.items() if isinstance(moved, dict) else ():
        steps = ("publish", "moved", former)
        if former in names:
            yield steps, f"`{former}` is a feed: only what is there no more can lead elsewhere"
        elif name not in names:
            near = difflib.get_close_matches(str(name), names, 1)
            yield steps, f"there is no feed `{name}`" + (f": did you mean `{near[0]}`?" if near else "")


def _mistaken_codes(values: dict[str, Any]) -> Iterator[Problem]:
    region = values.get("region")
    countries = [code.upper() for code in _texts(region, "countries")]
    languages = [code.lower() for code in _texts(region, "languages")]
    for steps, code in _codes(values, ("countries", "default_country")):
        known = codes.country_name(code.upper())
        if known and (message := codes.mistaken_country(code.upper(), languages, countries)):
            yield steps, message
    for steps, code in _codes(values, ("languages", "language")):
        known = codes.language_name(code.lower())
        if known and (message := codes.mistaken_language(code.lower(), languages, countries)):
            yield steps, message


def _codes(values: dict[str, Any], keys: Collection[str]) -> Iterator[tuple[Steps, str]]:
    """Every text under one of `keys`, in any section."""
    holders = [
        ((section,), values[section]) for section in ("site", "region", "defaults") if section in values
    ]
    lists = [one for section in ("sources", "feeds", "newsletters") for one in _items(values, section)]
    for steps, holder in [*holders, *lists]:
        for key in keys:
            value = holder.get(key) if isinstance(holder, dict) else None
            if isinstance(value, str):
                yield (*steps, key), value
            for number, code in enumerate(value if isinstance(value, list) else ()):
                if isinstance(code, str):
                    yield (*steps, key, number), code


def _selectors(values: dict[str, Any]) -> Iterator[Problem]:
    for steps, item in _items(values, "sources"):
        if item.get("type") == "html" and not item.get("selectors"):
            yield (*steps, "type"), "`type: html` needs `selectors:`, at least `entry: …`, a CSS selector"
        if item.get("type") != "html" and item.get("selectors"):
            yield (*steps, "selectors"), "`selectors` are read with `type: html` only"


def _former_ids(values: dict[str, Any]) -> Iterator[Problem]:
    for section, one in (("sources", "source"), ("feeds", "feed")):
        items = list(_items(values, section))
        taken = {item["id"]: "is" for _, item in items if isinstance(item.get("id"), str)}
        for steps, item in items:
            for place, former in _formers(item):
                if former in taken:
                    which = "this" if item.get("id") == former else "another"
                    yield (*steps, *place), f"`{former}` {taken[former]} {which} {one}: an id has one heir"
            taken |= {former: taken.get(former, "is named by") for _, former in _formers(item)}


def _formers(item: dict[str, Any]) -> Iterator[tuple[Steps, str]]:
    """The ids that an entry had before, a source's one or a feed's several."""
    former = item.get("was")
    if isinstance(former, str):
        yield ("was",), former
    for number, name in enumerate(former if isinstance(former, list) else ()):
        if isinstance(name, str):
            yield ("was", number), name


def _mailboxes(values: dict[str, Any]) -> Iterator[Problem]:
    bounces = values.get("bounces")
    read = {"maildir", "imap", "webhook_secret", "webhook_secret_file"}
    if isinstance(bounces, dict) and not any(bounces.get(key) for key in read):
        yield ("bounces",), "nobody would read what comes back: give `maildir`, `imap` or `webhook_secret`"
    if isinstance(bounces, dict) and _folded(bounces.get("unsubscribe")) == _folded(bounces.get("address")):
        yield ("bounces", "unsubscribe"), "must not be `address`: bounces would be read as wishes to leave"


def _folded(address: object) -> object:
    return address.casefold() if isinstance(address, str) else address


def _secrets(values: dict[str, Any]) -> Iterator[Problem]:
    """Each secret stands in one place; who logs in has one."""
    for place, key in secret_files.places(values):
        holder = secret_files.at(values, place)
        file = key + secret_files.FILE
        if holder.get(key) and holder.get(file):
            yield (*place, file), f"give `{key}` or `{file}`, not both"
        if holder.get("username") and not (holder.get(key) or holder.get(file)):
            yield (*place, "username"), f"`username` needs a `{key}` or a `{file}`"
