"""Invented newsletters, stories and deliveries, and the press over the shipped templates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from aggregator.model import (
    Delivery,
    Member,
    Newsletter,
    Period,
    Relation,
    Rhythm,
    Site,
    Source,
    Story,
    Track,
)
from aggregator.newsletter.render import Press
from aggregator.templating import Templates, shipped_templates

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)

SOURCES = {
    source.id: source
    for source in (
        Source("steppe", "Le Courrier des steppes", "https://steppe.test/feed"),
        Source("herald", "Caravan Herald", "https://herald.test/feed", profile="agency"),
        Source("alatoo", "Ала-Тоо Пресс", "https://alatoo.test/feed", profile="state"),
        Source("herat", "روزنامهٔ هریرود", "https://herat.test/feed", profile="exile"),
        Source("titles", "Titles Only", "https://titles.test/feed", content="title"),
    )
}


@pytest.fixture
def weekly() -> Newsletter:
    return Newsletter(
        id="weekly",
        names={"fr": "Asie centrale, la semaine", "en": "Central Asia Weekly", "ru": "Центральная Азия"},
        sender="digest@news.example.org",
        time_zone="Europe/Paris",
        send_at="07:00",
        tracks=(Track("weekly-1", Rhythm.WEEKLY, 1),),
        countries=("KZ", "KG", "UZ", "TJ"),
        top=0,
    )


@pytest.fixture
def week() -> Period:
    return Period(
        key="2026-W47",
        start=datetime(2026, 11, 15, 23, tzinfo=UTC),
        end=datetime(2026, 11, 22, 23, tzinfo=UTC),
        send_at=datetime(2026, 11, 23, 6, tzinfo=UTC),
        first_day=date(2026, 11, 16),
        last_day=date(2026, 11, 22),
    )


@pytest.fixture
def site() -> Site:
    return Site(
        title="Central Asia, told once",
        description="",
        base_url="https://news.example.org",
        language="fr",
        contact="desk@news.example.org",
        countries=("KZ", "KG", "UZ", "TJ"),
        time_zone="Europe/Paris",
        sources=SOURCES,
        id_domain="news.example.org",
    )


@pytest.fixture(scope="session")
def templates() -> Templates:
    return Templates("email", [shipped_templates()], "Europe/Paris")


@pytest.fixture
def press(templates: Templates, site: Site) -> Press:
    return Press(templates.environment, templates.version(), site)


MemberMaker = Callable[..., Member]
StoryMaker = Callable[..., Story]


@pytest.fixture
def make_member() -> MemberMaker:
    def make(source: str = "herald", **changed: Any) -> Member:
        plain = Member(
            entry_id=1,
            source_id=source,
            relation=Relation.LEAD,
            url=f"https://{source}.test/article",
            title="A bridge opens over the river",
            text="The bridge opened on Friday.",
            html="",
            language="en",
            script="Latn",
            published=NOW - timedelta(days=2),
        )
        return replace(plain, **changed)

    return make


@pytest.fixture
def make_story(make_member: MemberMaker) -> StoryMaker:
    """Stories numbered from 1, each an hour older than the one before; `also` are further members."""
    count = 0

    def make(*countries: str, source: str = "herald", also: tuple[Member, ...] = (), **lead: Any) -> Story:
        nonlocal count
        count += 1
        lead.setdefault("title", f"Story {count}")
        lead.setdefault("published", NOW - timedelta(days=2, hours=count))
        told_at = NOW - timedelta(days=1)
        members = (make_member(source, **lead), *also)
        return Story(count, f"tag:news.example.org,2026:{count}", told_at, told_at, members, countries)

    return make


@pytest.fixture
def delivery() -> Delivery:
    return Delivery(
        id=7,
        issue_id=42,
        newsletter="weekly",
        subscriber_id=3,
        address="reader@example.net",
        variant_id=1,
        link_base="https://news.example.org",
        message_id="42.7.9c1e5b02@news.example.org",
        date=NOW,
        token="Qm9aT0k3n-_",
        attempts=0,
        expires_at=NOW + timedelta(days=2),
    )
