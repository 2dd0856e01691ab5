from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from aggregator.ingest.as_published import pack
from aggregator.ingest.normalise import identity, normalise, raw_hash
from aggregator.model import Entry, Exclusions, PublishedEntry, Source

FEED = "https://steppe.example/feed/"
PUBLISHED = PublishedEntry(
    guid="post-1",
    link="/2026/bridge?utm_source=rss",
    title="&laquo;Bridge&raquo; opens",
    summary="Short",
    content="<p>Long <script>x</script><a href='/2'>text</a></p>",
    author="desk@steppe.example (A. Reporter)",
    published="21.11.2026 10:00",
    language="ru-RU",
    categories=("Roads &amp; rail", "Roads & rail", " ", "Kazakhstan"),
    image="/1.jpg",
)


@pytest.fixture
def entry_of(source: Source, now: datetime) -> Any:
    def build(**changes: Any) -> Entry:
        return normalise(replace(PUBLISHED, **changes), "guid", source, FEED, now)

    return build


def test_every_field_is_made_ready(entry_of: Any) -> None:
    assert entry_of() == Entry(
        source_id="steppe",
        guid="guid",
        raw_hash=raw_hash(PUBLISHED),
        url="https://steppe.example/2026/bridge?utm_source=rss",
        canonical_url="https://steppe.example/2026/bridge",
        title="«Bridge» opens",
        text="Long text",
        html='<p>Long <a href="https://steppe.example/2" rel="noopener nofollow noreferrer">text</a></p>',
        published=datetime(2026, 11, 21, 5, tzinfo=UTC),
        date_guessed=False,
        author="A. Reporter",
        categories=("Roads & rail", "Kazakhstan"),
        image="https://steppe.example/1.jpg",
        declared_language="ru",
        as_published=pack(PUBLISHED),
    )


def test_the_summary_stands_in_for_a_missing_or_empty_content(entry_of: Any) -> None:
    assert entry_of(content="").text == "Short"
    assert entry_of(content="<p><img src=x></p>").text == "Short"


def test_without_a_date_of_publication_the_update_counts_and_then_the_first_sight(
    entry_of: Any, now: datetime
) -> None:
    updated = entry_of(published="", updated="2026-11-20T08:00:00Z")
    assert (updated.published, updated.date_guessed) == (datetime(2026, 11, 20, 8, tzinfo=UTC), False)
    undated = entry_of(published="")
    assert (undated.published, undated.date_guessed) == (now, True)


def test_an_entry_without_headline_is_called_by_its_first_words(entry_of: Any) -> None:
    assert entry_of(title="", content="<p>Short news</p><p>more</p>").title == "Short news"
    long = entry_of(title="<b></b>", content="word " * 100).title
    assert (long.endswith("word…"), len(long) <= 101) == (True, True)


def test_an_entry_without_link_has_no_address(entry_of: Any) -> None:
    entry = entry_of(link="tag:steppe.example,2026:1")
    assert (entry.url, entry.canonical_url) == ("", "")


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("A. Reporter", "A. Reporter"),
        ("A. Reporter <desk@steppe.example>", "A. Reporter"),
        ("desk@steppe.example", ""),
        ("A. Reporter (Almaty)", "A. Reporter (Almaty"),
        ("<b>A.</b> Reporter", "A. Reporter"),
        ("x" * 300, "x" * 200),
    ],
)
def test_authors_are_names_without_mail_addresses(entry_of: Any, author: str, name: str) -> None:
    assert entry_of(author=author).author == name


@pytest.mark.parametrize(
    ("declared", "language"),
    [
        ("ru-RU", "ru"),
        ("kk_KZ", "kk"),
        ("EN", "en"),
        ("und", None),
        ("russian", None),
        ("", None),
        ("12", None),
    ],
)
def test_only_language_codes_are_declared_languages(
    entry_of: Any, declared: str, language: str | None
) -> None:
    assert entry_of(language=declared).declared_language == language


def test_the_hash_changes_with_every_field_and_with_nothing_else() -> None:
    hashes = {raw_hash(PUBLISHED), raw_hash(replace(PUBLISHED))}
    assert (len(hashes), len(raw_hash(PUBLISHED))) == (1, 16)
    for field in fields(PublishedEntry):
        other: Any = ("x",) if field.name == "categories" else "x"
        hashes.add(raw_hash(replace(PUBLISHED, **{field.name: other})))
    assert len(hashes) == 1 + len(fields(PublishedEntry))


def test_an_entry_is_known_by_guid_else_link_else_title_and_date() -> None:
    assert identity(PUBLISHED) == "post-1"
    assert identity(PUBLISHED, trust_guid=False) == PUBLISHED.link
    assert identity(replace(PUBLISHED, guid="")) == PUBLISHED.link
    bare = replace(PUBLISHED, guid="", link="")
    assert identity(bare) == identity(replace(bare, summary="other"))
    assert identity(bare) != identity(replace(bare, title="other"))
    assert identity(bare) != identity(replace(bare, published="other"))


def test_an_endless_guid_is_kept_short() -> None:
    long, other = ("https://steppe.example/" + letter * 3000 for letter in "ab")
    assert len(identity(replace(PUBLISHED, guid=long))) < 50
    assert identity(replace(PUBLISHED, guid=long)) != identity(replace(PUBLISHED, guid=other))


def test_a_policy_may_trust_the_link_or_the_title_more_than_the_guid() -> None:
    link = replace(PUBLISHED, link="http://www.steppe.example/2026/bridge?utm_source=rss")
    assert identity(link, "link") == "https://steppe.example/2026/bridge"
    assert identity(replace(PUBLISHED, link="/2026/bridge"), "link") == "/2026/bridge"
    assert identity(PUBLISHED, "title") == "«Bridge» opens"
    assert identity(replace(PUBLISHED, title=""), "title") == "post-1"
    assert identity(replace(PUBLISHED, link=""), "link") == "post-1"


def test_what_a_policy_does_not_trust_may_change_with_every_poll() -> None:
    other_guid, other_link = replace(PUBLISHED, guid="2"), replace(PUBLISHED, link="/2")
    assert raw_hash(other_guid, "link") == raw_hash(PUBLISHED, "link")
    assert raw_hash(other_link, "link") != raw_hash(PUBLISHED, "link")
    assert raw_hash(other_link, "title") == raw_hash(PUBLISHED, "title")


@pytest.mark.parametrize(
    ("paywall", "summary", "marked"),
    [
        ("none", "Subscribe to continue reading", False),
        ("metered", "Subscribe to continue reading", True),
        ("metered", "Short", False),
        ("full", "Short", True),
    ],
)
def test_an_entry_for_subscribers_is_marked_by_its_source_or_its_text(
    source: Source, now: datetime, paywall: Any, summary: str, marked: bool
) -> None:
    published = replace(PUBLISHED, content="", summary=summary)
    entry = normalise(published, "guid", replace(source, paywall=paywall), FEED, now)
    assert entry.paywalled is marked


def test_titles_lose_the_sites_name_and_excluded_entries_say_why(source: Source, now: datetime) -> None:
    rules = replace(source, strip_title=(" | Steppe",), exclude=Exclusions(titles=("«bridge»",)))
    titled = replace(PUBLISHED, title="&laquo;Bridge&raquo; opens | Steppe")
    entry = normalise(titled, "guid", rules, FEED, now)
    assert (entry.title, entry.excluded) == ("«Bridge» opens", "its title begins with '«bridge»'")
    assert normalise(titled, "guid", source, FEED, now, " | Steppe").title == "«Bridge» opens"


def test_links_and_pictures_within_a_text_hang_on_its_own_base(entry_of: Any) -> None:
    entry = entry_of(
        base="https://cdn.example/deep/", content="<a href='z'>Map</a><img src='1.jpg'>", image=""
    )
    assert 'href="https://cdn.example/deep/z"' in entry.html
    assert entry.image == "https://cdn.example/deep/1.jpg"


def test_a_picture_in_the_summary_stands_for_the_entry_when_nothing_else_does(entry_of: Any) -> None:
    assert entry_of(image="", summary="<img src='/s.jpg'> Short").image == "https://steppe.example/s.jpg"
