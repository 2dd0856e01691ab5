"""The port `PastIssues`, and what else the archive asks the store: who holds an entry, what was told when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from aggregator.model import Newsletter, Placed, Rhythm, Track
from aggregator.store import past_issues
from aggregator.store.engine import writing
from aggregator.store.past_issues import PastIssueStore
from aggregator.store.tables import issues

NAMES = {"en": "The Week", "ru": "Неделя"}
WEEK = Newsletter(
    id="weekly",
    names=NAMES,
    sender="desk@example.org",
    time_zone="Asia/Almaty",
    send_at="07:00",
    tracks=(Track("weekly-1", Rhythm.WEEKLY, 1),),
    countries=("KG",),
)
HOUR = timedelta(hours=1)
LATE = timedelta(days=3650)


@pytest.fixture
def past(adapters):
    return PastIssueStore(adapters.engine, [WEEK])


def freeze(adapters, make, guids, number=47, weeks=0, **fields):
    """An issue with one story per guid, so many weeks after the first one."""
    period = make.period(number, make.now + timedelta(weeks=weeks - 1))
    issue = make.issue(make.told(adapters, *guids, at=period.start), period=period, **fields)
    assert adapters.issues.freeze(issue) is not None
    return issue


def titles(issue):
    return [one.story.lead.title.removeprefix("Title of ") for one in issue.placed]


def periods(covers):
    return [cover.period for cover in covers]


def test_an_issue_is_there_from_its_hour_of_sending_on(adapters, make, past):
    issue = freeze(adapters, make, ["g1", "g2"], send_after=make.now + HOUR)
    before, at = issue.send_after - timedelta(microseconds=1), issue.send_after
    assert past.covers(before) == []
    assert past.issue(before, "weekly", "weekly-1", "2026-W47") is None
    (cover,) = past.covers(at)
    found = past.issue(at, "weekly", "weekly-1", "2026-W47")
    assert found.cover == cover
    assert (cover.newsletter, cover.names, cover.track, cover.stories) == ("weekly", NAMES, "weekly-1", 2)
    assert titles(found) == ["g1", "g2"]
    assert (found.before, found.after) == (None, None)


def test_a_cover_names_the_first_and_the_last_day_in_the_newsletters_zone(adapters, make, past):
    freeze(adapters, make, ["g1"])
    (cover,) = past.covers(make.now + LATE)
    # From 11:00 on the 15th to just before 11:00 on the 22nd, in Almaty.
    assert (cover.first_day, cover.last_day) == (date(2026, 11, 15), date(2026, 11, 22))


def test_midnight_ends_the_day_before(adapters, make, past):
    period = make.period()
    midnight = datetime.fromisoformat("2026-11-23T00:00:00+05:00")
    period = replace(period, start=midnight - timedelta(days=7), end=midnight)
    adapters.issues.freeze(make.issue(make.told(adapters, "g1"), period=period))
    (cover,) = past.covers(make.now + LATE)
    assert (cover.first_day, cover.last_day) == (date(2026, 11, 16), date(2026, 11, 22))


def test_issues_are_listed_newest_first_and_lead_to_one_another(adapters, make, past, monkeypatch):
    for weeks in range(3):
        freeze(adapters, make, [f"g{weeks}"], 47 + weeks, weeks)
    other = make.period(1, make.now)
    adapters.issues.freeze(make.issue(make.told(adapters, "x"), period=other, track="daily"))
    now = make.now + LATE
    own = [cover for cover in past.covers(now) if cover.track == "weekly-1"]
    assert periods(own) == ["2026-W49", "2026-W48", "2026-W47"]
    assert len(past.covers(now)) == 4
    monkeypatch.setattr(past_issues, "MOST_LISTED", 1)
    assert periods(past.covers(now)) == ["2026-W49"]
    found = [past.issue(now, "weekly", "weekly-1", f"2026-W{number}") for number in (47, 48, 49)]
    assert [one.before for one in found] == [None, own[2], own[1]]
    assert [one.after for one in found] == [own[1], own[0], None]


def test_what_has_not_gone_out_is_no_neighbour(adapters, make, past):
    freeze(adapters, make, ["g1"], 47)
    freeze(adapters, make, ["g2"], 48, 1, send_after=make.now + LATE)
    found = past.issue(make.now + timedelta(days=30), "weekly", "weekly-1", "2026-W47")
    assert found.after is None


def test_skipped_and_cancelled_issues_and_those_of_other_newsletters_are_not_there(adapters, make, past):
    now = make.now + LATE
    freeze(adapters, make, ["g1"], 47)
    adapters.issues.skip("weekly", "weekly-1", make.period(48, make.now), 9, make.now)
    freeze(adapters, make, ["g2"], 49, 2, newsletter="given-up")
    assert periods(past.covers(now)) == ["2026-W47"]
    assert past.issue(now, "weekly", "weekly-1", "2026-W48") is None
    assert past.issue(now, "given-up", "weekly-1", "2026-W49") is None
    with writing(adapters.engine) as connection:
        connection.execute(update(issues).values(state="cancelled"))
    assert past.covers(now) == []
    assert PastIssueStore(adapters.engine, []).covers(now) == []


@pytest.mark.parametrize(
    "asked", [("", "", ""), ("weekly", "weekly-1", "'; drop table issues"), ("weekly", "%", "2026-W47")]
)
def test_what_names_no_issue_finds_none(asked, adapters, make, past):
    freeze(adapters, make, ["g1"])
    assert past.issue(make.now + LATE, *asked) is None


def test_a_hidden_story_leaves_and_a_merged_one_stands_once_where_it_came_first(adapters, make, past):
    told = make.told(adapters, "g1", "g2", "g3", "g4")
    sections = ("top", "top", "KG", "KG")
    placed = tuple(
        Placed(section, story, f"reason {section}")
        for section, story in zip(sections, reversed(told), strict=True)
    )
    adapters.issues.freeze(replace(make.issue(told), placed=placed))
    first, second, third, _ = told
    adapters.hide(third.id)
    adapters.merge(second.id, into=first.id)
    found = past.issue(make.now + LATE, "weekly", "weekly-1", "2026-W47")
    assert titles(found) == ["g4", "g1"]
    assert [one.section for one in found.placed] == ["top", "KG"]
    assert found.placed[0].reason == "reason top"
    assert found.cover.stories == 2
    adapters.hide(first.id)
    found = past.issue(make.now + LATE, "weekly", "weekly-1", "2026-W47")
    assert (titles(found), found.cover.stories) == (["g4"], 1)


def test_an_issue_comes_with_the_note_that_its_letters_open_with(adapters, make, past):
    freeze(adapters, make, ["g1"], note="Dear readers")
    freeze(adapters, make, ["g2"], 48, 1)
    now = make.now + LATE
    said = [past.issue(now, "weekly", "weekly-1", f"2026-W{number}").note for number in (47, 48)]
    assert said == ["Dear readers", ""]


def test_an_entry_leads_to_the_story_that_holds_it(adapters, make):
    lead, follower = make.described("g1"), make.described("g2", source="oasis")
    adapters.sources(make.source(), make.source("oasis")).synchronise(make.now)
    adapters.entries.commit(make.batch(make.founding(lead, follower)))
    (story,) = adapters.stories.newest("everything", 9)
    assert {adapters.stories.told_with(one.entry_id).story.id for one in story.members} == {story.id}
    adapters.hide(story.id)
    gone = adapters.stories.told_with(story.lead.entry_id)
    assert (gone.story, gone.merged_into) == (None, None)


def test_an_entry_of_no_story_that_was_told_leads_nowhere(adapters, make):
    adapters.sources(make.source()).synchronise(make.now)
    adapters.entries.commit(make.batch(make.founding(make.described("old"), old=True)))
    numbers = (-1, 0, 1, 2, 2**63 - 1, 2**63, 2**80)
    assert [adapters.stories.told_with(number) for number in numbers] == [None] * len(numbers)


def test_an_entry_of_a_merged_story_leads_to_the_one_that_tells_it_now(adapters, make):
    kept, merged = make.told(adapters, "g1", "g2")
    adapters.merge(merged.id, into=kept.id)
    told = adapters.stories.told_with(merged.lead.entry_id)
    assert (told.story and told.story.id) == kept.id


def test_stories_are_counted_by_the_hour_in_which_they_were_told(adapters, make):
    assert adapters.stories.told_by_hour() == {}
    make.told(adapters, "g1", "g2")
    make.told(adapters, "g3", at=make.now + timedelta(minutes=59))
    hidden, merged = make.told(adapters, "g4", "g5", at=make.now + HOUR)
    (newest,) = make.told(adapters, "g6", at=make.now + 30 * HOUR)
    adapters.hide(hidden.id)
    adapters.merge(merged.id, into=adapters.stories.newest("everything", 9)[-1].id)
    adapters.entries.commit(make.batch(make.founding(make.described("old"), old=True)))
    counts = adapters.stories.told_by_hour()
    assert counts == {make.now: 3, newest.told_at: 1}
    assert all(hour.utcoffset() == timedelta(0) for hour in counts)
