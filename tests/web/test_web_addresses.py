"""What an address means."""

from __future__ import annotations

import pytest

from aggregator.web import addresses
from aggregator.web.addresses import FeedAddress

LANGUAGES = ("en", "ru")


@pytest.mark.parametrize(
    ("path", "feed"),
    [
        ("/feeds/kz.atom", FeedAddress("kz", ".atom")),
        ("/feeds/kz+tj-in-en+ru.json", FeedAddress("kz+tj-in-en+ru", ".json")),
        ("/feeds/source/24.rss", FeedAddress("source/24", ".rss")),
        ("/feeds/topic/2026.atom", FeedAddress("topic/2026", ".atom")),
        ("/feeds/kz/3.atom", FeedAddress("kz", "/3.atom")),
        ("/feeds/kz/0.atom", FeedAddress("kz/0", ".atom")),
        ("/feeds/kz", None),
        ("/feeds/.atom", None),
        ("/en/feeds/kz.atom", None),
    ],
)
def test_a_feed_is_known_by_its_address(path: str, feed: FeedAddress | None) -> None:
    assert addresses.feed(path) == feed


def test_a_document_of_an_archive_has_no_view_for_people() -> None:
    assert [FeedAddress("kz", document).is_archived for document in (".atom", "/3.atom")] == [False, True]


@pytest.mark.parametrize(
    ("path", "stands"),
    [
        ("/country/kz.html", True),
        ("/country/kz", True),
        ("/sources.html", True),
        ("/feeds", True),
        ("/about", True),
        ("/search", True),
        ("/story/5", True),
        ("/letters", True),
        ("/letters/weekly/weekly-1/2026-W47", True),
        ("/story", False),
        ("/country/", False),
        ("/country/kz/x", False),
        ("/wp-login.php", False),
        ("/en/search", False),
    ],
)
def test_a_page_may_be_asked_for_without_its_language(path: str, stands: bool) -> None:
    assert addresses.stands_in_each_language(path) is stands


@pytest.mark.parametrize(
    ("path", "is_answered"),
    [
        ("/en/story/5", True),
        ("/ru/search", True),
        ("/en/archive/2026", True),
        ("/en/feed/kz", True),
        ("/feeds/kz+tj.atom", True),
        ("/fr/story/5", False),
        ("/story/5", False),
        ("/en/country/xx", False),
        ("/en/", False),
        ("/xmlrpc.php", False),
    ],
)
def test_only_what_somebody_may_know_is_asked_for(path: str, is_answered: bool) -> None:
    assert addresses.is_answered_on_request(path, LANGUAGES) is is_answered


def test_the_view_of_a_feed_names_it() -> None:
    assert addresses.feed_page("/en/feed/source/x", LANGUAGES) == "source/x"
    assert addresses.feed_page("/fr/feed/x", LANGUAGES) is None
    assert addresses.feed_page("/en/feeds", LANGUAGES) is None


def test_what_asks_for_a_feed_is_told_from_other_addresses_however_it_goes_on() -> None:
    asking = [
        "/feeds/kz.atom",
        "/feeds/" + "kz+" * 500,
        "/ru/feed/kz+tj",
        "/en/search",
        "/fr/feed/kz",
        "/feeds",
    ]
    assert [addresses.is_of_feed(path, LANGUAGES) for path in asking] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]


def test_fields_that_come_several_times_are_one() -> None:
    assert addresses.fields(b"q=%D1%85%D0%BB%D0%B5%D0%B1&country=KZ&country=TJ&since=") == {
        "q": "хлеб",
        "country": "KZ,TJ",
        "since": "",
    }


@pytest.mark.parametrize("query", [b"&".join(b"a=1" for _ in range(21)), b"q=" + b"a" * 2000])
def test_a_query_is_bounded(query: bytes) -> None:
    assert addresses.fields(query) is None


def test_bytes_that_are_no_text_are_read_as_well_as_can_be() -> None:
    assert addresses.fields(b"q=%ff%00&\xff") == {"q": "\ufffd\0", "\u00ff": ""}


def test_nothing_in_a_written_address_ends_the_line_or_leads_elsewhere() -> None:
    assert addresses.written("en/story/5\r\nX: y", b"a=1\r\n&b=%20") == (
        "en/story/5%0D%0AX:%20y?a=1%0D%0A&b=%20"
    )
    assert addresses.written("feeds/kz+tj.atom") == "feeds/kz+tj.atom"
    assert addresses.written("en/day/день").isascii()


@pytest.mark.parametrize(
    ("path", "rest"),
    [
        ("/de/letters/weekly/weekly-1/2026-W47", "/letters/weekly/weekly-1/2026-W47"),
        ("/kaa/letters/weekly.atom", "/letters/weekly.atom"),
        ("/en/letters/weekly/weekly-1/2026-W47", None),
        ("/letters/weekly/weekly-1/2026-W47", None),
        ("/de/letters", None),
        ("/de/story/5", None),
        ("/../letters/x", None),
    ],
)
def test_a_letter_is_known_in_a_language_without_pages(path: str, rest: str | None) -> None:
    assert addresses.letter(path, LANGUAGES) == rest
