"""The port `Issues`: what a track has not told yet, and the one transaction that freezes an issue."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from aggregator.model import Choice, DeliveryState, SubscriberState
from aggregator.store.engine import reading, writing
from aggregator.store.tables import (
    deliveries,
    issue_blocks,
    issue_frames,
    issue_stories,
    issues,
    subscriptions,
    told_stories,
    variants,
)

TRACK = ("weekly", "weekly-1")
EN, FR = Choice("en"), Choice("fr", ("KG", "UZ"))
SECOND = timedelta(seconds=1)


def titles(untold):
    return [story.lead.title.removeprefix("Title of ") for story in untold.stories]


def readers(adapters, make, *emails, choice=EN, newsletter="weekly", track="weekly-1"):
    for email in emails:
        adapters.subscribers.add(email, newsletter, track, choice, consent="on paper", now=make.now)


def count(adapters, table):
    with reading(adapters.engine) as connection:
        return connection.scalar(select(func.count()).select_from(table))


def addresses(adapters, now):
    return sorted(delivery.address for delivery in adapters.ledger().claim(now, 100))


def test_a_track_begins_at_the_very_beginning(adapters):
    position = adapters.issues.position(*TRACK)
    assert (position.last_period_end, position.watermark) == (None, 0)


def test_stories_told_before_the_periods_end_are_untold_at_first(adapters, make):
    period = make.period()
    make.told(adapters, "g1", "g2", at=period.end - SECOND)
    make.told(adapters, "late", at=period.end)
    untold = adapters.issues.untold(*TRACK, period)
    assert titles(untold) == ["g1", "g2"]
    assert untold.upto == 2


def test_with_nothing_told_the_watermark_stays(adapters, make):
    assert adapters.issues.untold(*TRACK, make.period()).upto == 0
    period = make.period()
    make.told(adapters, "late", at=period.end)
    untold = adapters.issues.untold(*TRACK, period)
    assert (untold.stories, untold.upto) == ((), 0)


def test_the_watermark_never_passes_a_story_that_a_jumping_clock_put_after_the_end(adapters, make):
    period = make.period()
    make.told(adapters, "g1", at=period.end - SECOND)
    make.told(adapters, "ahead", at=period.end)
    make.told(adapters, "back", at=period.end - SECOND)
    untold = adapters.issues.untold(*TRACK, period)
    assert titles(untold) == ["g1", "back"]
    assert untold.upto == 1
    adapters.issues.freeze(make.issue(untold.stories, watermark=untold.upto))
    assert titles(adapters.issues.untold(*TRACK, make.period(48, period.end))) == ["ahead"]


def test_a_frozen_issue_takes_its_stories_out_of_the_next_one(adapters, make):
    period = make.period()
    make.told(adapters, "g1", "g2")
    untold = adapters.issues.untold(*TRACK, period)
    adapters.issues.freeze(make.issue(untold.stories[:1], watermark=untold.upto))
    make.told(adapters, "g3", at=period.end)
    following = make.period(48, period.end)
    assert titles(adapters.issues.untold(*TRACK, following)) == ["g3"]
    assert titles(adapters.issues.untold("weekly", "daily", following)) == ["g1", "g2", "g3"]
    position = adapters.issues.position(*TRACK)
    assert (position.last_period_end, position.watermark) == (period.end, 2)


def test_a_story_in_an_issue_is_not_untold_even_above_the_watermark(adapters, make):
    told = make.told(adapters, "g1", "g2")
    adapters.issues.freeze(make.issue(told[1:], watermark=0))
    assert titles(adapters.issues.untold(*TRACK, make.period(48))) == ["g1"]


def test_a_late_entry_is_news_for_72_hours_before_the_period(adapters, make):
    period = make.period()
    oldest = period.start - timedelta(hours=72)
    make.told(adapters, "news", published=oldest)
    make.told(adapters, "history", published=oldest - SECOND)
    untold = adapters.issues.untold(*TRACK, period)
    assert titles(untold) == ["news"]
    assert untold.upto == 2


def test_hidden_merged_and_never_told_stories_are_left_out(adapters, make):
    kept, hidden, merged = make.told(adapters, "g1", "g2", "g3")
    adapters.hide(hidden.id)
    adapters.merge(merged.id, into=kept.id)
    adapters.entries.commit(make.batch(make.founding(make.described("old"), old=True)))
    assert titles(adapters.issues.untold(*TRACK, make.period())) == ["g1"]


def test_choices_are_distinct_in_whatever_order_they_were_made(adapters, make):
    readers(adapters, make, "a@example.org", "b@example.org", choice=FR)
    readers(adapters, make, "c@example.org", choice=Choice("fr", ("UZ", "KG", "UZ")))
    readers(adapters, make, "d@example.org", choice=EN)
    readers(adapters, make, "e@example.org", choice=Choice("de"), track="daily")
    readers(adapters, make, "f@example.org", choice=Choice("ru"))
    adapters.subscribers.leave("f@example.org", now=make.now)
    assert adapters.issues.choices(*TRACK) == [EN, FR]


def test_each_confirmed_reader_gets_the_variant_of_their_choice(adapters, make):
    readers(adapters, make, "a@example.org", "b@example.org", choice=EN)
    readers(adapters, make, "c@example.org", choice=FR)
    readers(adapters, make, "no@example.org", choice=EN, track="daily")
    readers(adapters, make, "other@example.org", choice=EN, newsletter="science")
    told = make.told(adapters, "g1", "g2")
    issue = make.issue(told, choices=(EN, FR), watermark=2)
    assert adapters.issues.freeze(issue) == 3
    ledger = adapters.ledger()
    claimed = ledger.claim(issue.send_after, 10)
    subjects = {delivery.address: ledger.variant(delivery.variant_id).subject for delivery in claimed}
    assert subjects == {"a@example.org": "News 0", "b@example.org": "News 0", "c@example.org": "News 1"}
    (first, *_) = claimed
    assert (first.newsletter, first.link_base) == ("weekly", "https://news.example")
    assert first.expires_at == issue.expires_at
    variant = ledger.variant(first.variant_id)
    assert (variant.language, variant.html) == ("en", ("<head>", "<body 0>", "<foot>"))
    assert variant.text == ("head", "body 0", "foot")


def test_readers_of_one_interface_language_may_be_told_the_same_story_by_different_entries(adapters, make):
    in_kazakh = replace(EN, languages=("kk",))
    readers(adapters, make, "ann@example.org")
    readers(adapters, make, "ben@example.org", choice=in_kazakh)
    (story,) = make.told(adapters, "g1")
    issue = make.issue([story], choices=(EN,), watermark=1)
    (plain,) = issue.variants
    told_otherwise = replace(plain, choices=(in_kazakh,), entry_ids=(story.lead.entry_id + 1,))
    (block,) = issue.blocks["en"]
    blocks = {"en": (block, replace(block, entry_id=story.lead.entry_id + 1))}
    assert adapters.issues.freeze(replace(issue, variants=(plain, told_otherwise), blocks=blocks)) == 2
    assert count(adapters, variants) == 2
    assert count(adapters, issue_blocks) == 2


def test_a_choice_that_leads_to_no_variant_gets_no_letter(adapters, make):
    readers(adapters, make, "a@example.org", choice=EN)
    readers(adapters, make, "b@example.org", choice=FR)
    assert adapters.issues.freeze(make.issue(make.told(adapters, "g1"), choices=(EN,))) == 1


def test_an_issue_without_readers_is_frozen_all_the_same(adapters, make):
    issue = make.issue(make.told(adapters, "g1"), choices=(), frames=(), blocks={})
    assert adapters.issues.freeze(issue) == 0
    assert adapters.issues.position(*TRACK).last_period_end == issue.period.end


def test_paused_readers_get_no_letter_until_their_pause_is_over(adapters, make):
    readers(adapters, make, "paused@example.org", "back@example.org", "here@example.org")
    issue = make.issue(make.told(adapters, "g1"))
    for email, until in (("paused", SECOND), ("back", timedelta(0))):
        subscriber = adapters.subscribers.get(f"{email}@example.org", "weekly")
        with writing(adapters.engine) as connection:
            connection.execute(
                update(subscriptions)
                .where(subscriptions.c.subscriber_id == subscriber.id)
                .values(paused_until=issue.frozen_at + until)
            )
    assert adapters.issues.freeze(issue) == 2
    assert addresses(adapters, issue.send_after) == ["back@example.org", "here@example.org"]


def test_who_left_and_who_is_not_confirmed_gets_no_letter(adapters, make):
    readers(adapters, make, "left@example.org", "pending@example.org")
    adapters.subscribers.leave("left@example.org", now=make.now)
    pending = adapters.subscribers.get("pending@example.org", "weekly")
    with writing(adapters.engine) as connection:
        connection.execute(
            update(subscriptions)
            .where(subscriptions.c.subscriber_id == pending.id)
            .values(state=SubscriberState.PENDING.value)
        )
    assert adapters.issues.freeze(make.issue(make.told(adapters, "g1"))) == 0


def test_a_period_is_frozen_once(adapters, make):
    readers(adapters, make, "a@example.org")
    one, two = make.told(adapters, "g1", "g2")
    assert adapters.issues.freeze(make.issue([one], watermark=1)) == 1
    assert adapters.issues.freeze(make.issue([two], watermark=2)) is None
    assert adapters.issues.position(*TRACK).watermark == 1
    tables = (issues, issue_stories, issue_frames, issue_blocks, told_stories, variants, deliveries)
    assert [count(adapters, table) for table in tables] == [1] * len(tables)


def test_a_period_is_frozen_once_by_processes_at_once(adapters, make):
    readers(adapters, make, "a@example.org", "b@example.org")
    issue = make.issue(make.told(adapters, "g1"))
    with ThreadPoolExecutor(4) as pool:
        outcomes = [*pool.map(lambda _: adapters.issues.freeze(issue), range(4))]
    assert sorted(outcomes, key=str) == [2, None, None, None]
    assert count(adapters, deliveries) == 2


def test_a_story_cannot_be_frozen_into_two_issues_of_a_track(adapters, make):
    readers(adapters, make, "a@example.org")
    told = make.told(adapters, "g1")
    adapters.issues.freeze(make.issue(told))
    twice = make.issue(told, period=make.period(48), watermark=9)
    with pytest.raises(Exception, match=r"(?i)unique"):
        adapters.issues.freeze(twice)
    assert count(adapters, issues) == 1
    assert adapters.issues.position(*TRACK).watermark == 0
    assert adapters.issues.freeze(replace(twice, track="daily", variants=())) == 0


def test_a_skipped_period_moves_the_track_and_stays_skipped(adapters, make):
    readers(adapters, make, "a@example.org")
    period = make.period()
    adapters.issues.skip(*TRACK, period, 4, period.end)
    assert adapters.issues.position(*TRACK).watermark == 4
    assert adapters.issues.position(*TRACK).last_period_end == period.end
    assert adapters.issues.freeze(make.issue(make.told(adapters, "g1"))) is None
    adapters.issues.skip(*TRACK, period, 9, period.end)
    assert adapters.issues.position(*TRACK).watermark == 4


def test_a_track_never_goes_back(adapters, make):
    late, early = make.period(48, make.now + timedelta(days=7)), make.period(47)
    adapters.issues.skip(*TRACK, late, 9, late.end)
    adapters.issues.skip(*TRACK, early, 4, late.end)
    position = adapters.issues.position(*TRACK)
    assert (position.watermark, position.last_period_end) == (9, late.end)


def test_summaries_show_the_last_issues_first_with_their_deliveries(adapters, make):
    readers(adapters, make, "a@example.org", "b@example.org")
    issue = make.issue(make.told(adapters, "g1", "g2"))
    adapters.issues.freeze(issue)
    skipped = make.period(48, issue.period.end)
    adapters.issues.skip(*TRACK, skipped, 2, skipped.end)
    adapters.ledger().claim(issue.send_after, 1)
    newer, older = adapters.issues.summaries()
    assert (newer.period, newer.stories, newer.deliveries) == ("2026-W48", 0, {})
    assert (older.newsletter, older.track, older.period) == (*TRACK, "2026-W47")
    assert (older.stories, older.frozen_at) == (2, issue.frozen_at)
    assert older.deliveries == {DeliveryState.READY: 1, DeliveryState.LEASED: 1}
    assert len(adapters.issues.summaries(limit=1)) == 1
