"""Mending keeps the newsletter's rules that held when its issue was frozen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aggregator.editorial.rank import Voices
from aggregator.mending import MendPorts, mend
from aggregator.model import (
    Choice,
    Member,
    Newsletter,
    Period,
    Placed,
    PlannedVariant,
    Relation,
    Rhythm,
    StaleIssue,
    Story,
    Track,
)
from aggregator.pipeline import ComposePorts
from tests.fakes import FakePress

NOW = datetime(2026, 11, 23, 7, tzinfo=UTC)
WEEK = Period("2026-W47", NOW - timedelta(days=7), NOW, NOW, date(2026, 11, 16), date(2026, 11, 22))
RUSSIAN = Newsletter(
    id="weekly",
    names={"en": "Weekly"},
    sender="desk@example.org",
    time_zone="UTC",
    send_at="07:00",
    tracks=(Track("weekly-1", Rhythm.WEEKLY, 1),),
    countries=("KZ", "KG"),
    languages=("ru",),
)


def member(entry_id: int, language: str, title: str) -> Member:
    relation = Relation.LEAD if language == "en" else Relation.REPORT
    url = f"https://{language}.test/{entry_id}"
    return Member(entry_id, language, relation, url, title, "", "", language, "Latn", NOW - timedelta(days=1))


def story(number: int, country: str, *members: Member) -> Story:
    return Story(number, f"tag:example.org,2026:{number}", NOW, NOW, members, (country,))


@dataclass
class FakeStale:
    issue: StaleIssue
    mended: list[PlannedVariant] = field(default_factory=list)

    def stale(self, now: datetime) -> Sequence[StaleIssue]:
        return [self.issue]

    def mend(self, issue: StaleIssue, variants: Sequence[PlannedVariant], now: datetime) -> int | None:
        self.mended += variants
        return 1


def mended(newsletter: Newsletter, *placed: Placed) -> PlannedVariant:
    nothing: Any = None
    composing = ComposePorts((newsletter,), nothing, FakePress(), "https://news.example", Voices())
    found = FakeStale(StaleIssue(7, "weekly", "weekly-1", WEEK, placed, (Choice("en"),)))
    (line,) = mend(NOW, MendPorts(composing, found))
    assert line.reason == ""
    (variant,) = found.mended
    return variant


def test_a_story_is_told_in_a_language_that_the_newsletter_may_hold() -> None:
    told = story(1, "KZ", member(1, "en", "A bridge"), member(2, "ru", "Мост"))
    english_alone = story(2, "KG", member(3, "en", "A road"))
    variant = mended(RUSSIAN, Placed("KZ", told, ""), Placed("KG", english_alone, ""))
    assert (variant.story_ids, variant.entry_ids, variant.subject) == ((1,), (2,), "Мост")


def test_a_story_of_a_country_that_is_named_no_more_stands_where_it_would_stand_now() -> None:
    newsletter = replace(RUSSIAN, countries=("KZ",), languages=())
    told = story(1, "KG", member(1, "en", "A bridge"))
    assert mended(newsletter, Placed("KG", told, "")).html[1] == "<elsewhere>(A bridge)"
