"""The rules for JSON Feed themselves: a faultless document passes, and each fault is named."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.feed_rules import documents
from tests.feed_rules.fault import Fault, rules
from tests.feed_rules.specimens import BASE, JSON, JSON_PATH, NOW, json_document


def faults(content: bytes) -> list[Fault]:
    return documents.faults(JSON_PATH, content, BASE, NOW)


def test_a_faultless_document_passes() -> None:
    assert faults(json_document(JSON)) == []


MISSING = object()
JSON_FAULTS: list[tuple[str, list[str | int], Any]] = [
    ("InvalidVersion", ["version"], "https://jsonfeed.org/version/1"),
    ("MissingElement", ["title"], MISSING),
    ("MissingElement", ["items"], MISSING),
    ("MissingElement", ["feed_url"], MISSING),
    ("SelfDoesntMatchLocation", ["feed_url"], "https://news.example.org/region/feeds/kz.atom"),
    ("LinkToSelf", ["next_url"], "https://news.example.org/region/feeds/kz.json"),
    ("InvalidFullLink", ["home_page_url"], "/region/"),
    ("InvalidFullLink", ["next_url"], "?before=5"),
    ("InvalidType", ["items"], {}),
    ("InvalidType", ["items", 0], []),
    ("InvalidType", ["items", 0, "tags"], "KZ"),
    ("InvalidType", ["items", 0, "tags", 0], 7),
    ("InvalidType", ["items", 0, "title"], None),
    ("InvalidType", ["items", 0, "content_html"], None),
    ("InvalidType", ["expired"], "no"),
    ("InvalidType", ["_region"], "https://a.example/"),
    ("UndefinedElement", ["author"], {"name": "Dala"}),
    ("UndefinedElement", ["items", 0, "published"], "2026-11-22T08:00:00Z"),
    ("InvalidFullLink", ["items", 0, "id"], 7),
    ("MissingElement", ["items", 0, "id"], MISSING),
    ("DuplicateEntries", ["items", 1, "id"], "tag:example.org,2026:story/2"),
    ("NonCanonicalURI", ["items", 1, "id"], "https://dala.example"),
    ("InvalidFullLink", ["items", 0, "url"], "javascript:alert(1)"),
    ("InvalidRFC3339Date", ["items", 0, "date_published"], "22 Nov 2026"),
    ("InvalidRFC3339Date", ["items", 0, "date_modified"], 1795338000),
    ("ImplausibleDate", ["items", 0, "date_published"], "2027-11-22T08:00:00Z"),
    ("InvalidLanguage", ["items", 0, "language"], "Kazakh"),
    ("InvalidLanguage", ["language"], None),
    ("MissingTextualContent", ["items", 0, "content_html"], MISSING),
    ("MissingElement", ["items", 0, "authors", 0, "name"], MISSING),
    ("MissingElement", ["authors"], MISSING),
    ("NotBlank", ["items", 0, "title"], ""),
    ("NotBlank", ["items", 1, "content_text"], " "),
    ("SAXError", ["items", 0, "title"], "a\x00b"),
    ("NotJson", ["items", 0, "title"], "\ud800"),
    ("BidiControl", ["items", 0, "tags", 0], "\u2066KZ"),
    ("NotJson", ["items", 0, "attachments", 0, "size_in_bytes"], float("nan")),
    ("InvalidType", ["items", 0, "attachments", 0, "size_in_bytes"], True),
    ("MissingElement", ["items", 0, "attachments", 0, "mime_type"], MISSING),
    ("MissingElement", ["hubs", 0, "url"], MISSING),
    ("SecurityRisk", ["items", 0, "content_html"], "<p>a</p><script>alert(1)</script>"),
]


@pytest.mark.parametrize(("rule", "place", "value"), JSON_FAULTS)
def test_a_fault_in_a_json_feed_is_named(rule: str, place: list[str | int], value: object) -> None:
    feed: Any = copy.deepcopy(JSON)
    parent = feed
    for step in place[:-1]:
        parent = parent[step]
    if value is MISSING:
        del parent[place[-1]]
    else:
        parent[place[-1]] = value
    assert rule in rules(faults(json_document(feed)))


@pytest.mark.parametrize("document", [b"[]", b"{", b'{"a": 1, "a": 2}', b"\xff", b"\xef\xbb\xbf{}"])
def test_what_is_no_json_feed_is_refused(document: bytes) -> None:
    assert "NotJson" in rules(faults(document))


def test_a_document_that_validators_do_not_read_to_its_end_is_refused() -> None:
    assert "ValidatorLimit" in rules(faults(json_document(JSON) + b" " * 5_000_000))
