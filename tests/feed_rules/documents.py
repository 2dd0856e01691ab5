"""Published feeds by their files: each document by its format's rules, archives as chains of documents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from lxml import etree

from tests.feed_rules import atom, json_feed, rss
from tests.feed_rules.fault import Fault
from tests.feed_rules.xml_document import ATOM, HISTORY

_A = f"{{{ATOM}}}"
FORMATS = {"atom": atom.faults, "rss": rss.faults, "json": json_feed.faults}
"""Rules by the end of a file's name."""


def faults(path: str, content: bytes, base_url: str, now: datetime) -> list[Fault]:
    """What is wrong with a feed that is published at `base_url`/`path`; the path may have a query."""
    return FORMATS[path.partition("?")[0].rpartition(".")[2]](content, f"{base_url}/{path}", now)


def chain_faults(files: Mapping[str, bytes], base_url: str) -> list[Fault]:
    """What is wrong with archives (RFC 5005 section 4): `files` are all published feeds, by path."""
    roots = {
        f"{base_url}/{path}": etree.fromstring(one) for path, one in files.items() if path.endswith(".atom")
    }
    current = {address for address, root in roots.items() if root.find(f"{{{HISTORY}}}archive") is None}
    reached = set(current)
    found: list[Fault] = []
    for address in sorted(current):
        found += _chain_faults(address, roots, reached)
    return found + [Fault("ArchiveUnreachable", one) for one in sorted(set(roots) - reached)]


def _chain_faults(address: str, roots: Mapping[str, etree._Element], reached: set[str]) -> Iterator[Fault]:
    """Walk from a current document to the oldest archive, noting what is reached."""
    ids: set[str] = set()
    here, later = address, ""
    while earlier := _target(roots[here], "prev-archive"):
        if earlier not in roots:
            yield Fault("BrokenArchiveLink", here, earlier)
            return
        if earlier in reached:
            yield Fault("ArchiveReachedTwice", here, earlier)
            return
        reached.add(earlier)
        later, here = (here if here != address else ""), earlier
        root = roots[here]
        if _target(root, "current") != address:
            yield Fault("WrongCurrent", here, _target(root, "current"))
        if _target(root, "next-archive") not in ("", later):
            yield Fault("BrokenArchiveLink", here, _target(root, "next-archive"))
        own = {one.text or "" for one in root.iterfind(f"{_A}entry/{_A}id")}
        if own & ids:
            yield Fault("ArchivedTwice", here, str(sorted(own & ids)[:3]))
        ids |= own


def _target(root: etree._Element, relation: str) -> str:
    return next(
        (link.get("href", "") for link in root.findall(f"{_A}link") if link.get("rel") == relation), ""
    )
