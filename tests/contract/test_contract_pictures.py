"""The port `Pictures`: which are wanted, what became of each, and which nobody needs any more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from aggregator.model import Picture, PictureFile, PictureLink, Revision
from aggregator.store.entry_rows import short_hash

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
A, B = "https://cdn.steppe.example/a.jpg", "https://cdn.steppe.example/b.jpg"
RULES = "rules-1"


def copy(name: str) -> Picture:
    return Picture(
        PictureFile(f"img/{name}/small.jpg", 640, 427), PictureFile(f"img/{name}/large.jpg", 1280, 853)
    )


def back_off(attempts: int) -> timedelta:
    return HOUR * attempts


def look(pictures, make, site="steppe.example", rules=RULES):
    """Link every visible lead that names a picture, as the conductor does."""
    since = pictures.looked_upto(rules)
    seen = pictures.leads(since, make.now - DAY, 100)
    wanted = [PictureLink(lead, site) for lead in seen.leads if lead.visible and lead.address]
    unwanted = [lead.story_id for lead in seen.leads if not (lead.visible and lead.address)]
    pictures.link(make.now, wanted, unwanted, seen.upto, rules)
    return seen


def claim(pictures, now, limit=10, most=4):
    return pictures.claim(now, limit, back_off, most)


def shown(adapters):
    return [story.picture for story in adapters.stories.newest("everything", 10)]


def published(adapters):
    """Everything is published; returns where the next publication begins."""
    return adapters.stories.changes(0, 1000).upto


def changed(adapters, since):
    return [story.id for story in adapters.stories.changes(since, 1000).stories]


@pytest.fixture
def illustrated(adapters, make):
    """One told story with a picture that is ready; its id."""
    (story,) = make.told(adapters, "g1", image=A)
    look(adapters.pictures, make)
    (wanted,) = claim(adapters.pictures, make.now)
    adapters.pictures.ready(wanted.key, copy("a"))
    return story.id


def test_leads_of_changed_stories_come_in_pages_with_their_pictures(adapters, make):
    make.told(adapters, "g1", "g2", "g3", image=A)
    make.told(adapters, "plain")
    pictures = adapters.pictures
    first = pictures.leads(0, make.now - DAY, 2)
    second = pictures.leads(first.upto, make.now - DAY, 2)
    third = pictures.leads(second.upto, make.now - DAY, 2)
    assert [len(page.leads) for page in (first, second, third)] == [2, 1, 0]
    assert second.upto == third.upto == adapters.stories.changes(0, 10).upto
    (lead,) = second.leads
    assert (lead.source_id, lead.address, lead.told_at, lead.visible) == ("steppe", A, make.now, True)


def test_stories_too_old_or_never_told_want_no_picture(adapters, make):
    make.told(adapters, "g1", image=A)
    adapters.entries.commit(make.batch(make.founding(make.described("old", image=B), old=True)))
    assert adapters.pictures.leads(0, make.now + MINUTE, 10).leads == ()
    assert [lead.address for lead in adapters.pictures.leads(0, make.now, 10).leads] == [A]


def test_how_far_was_looked_counts_only_for_the_rules_by_which_it_was(adapters, make):
    make.told(adapters, "g1", image=A)
    assert adapters.pictures.looked_upto(RULES) == 0
    seen = look(adapters.pictures, make)
    assert adapters.pictures.looked_upto(RULES) == seen.upto > 0
    assert adapters.pictures.looked_upto("rules-2") == 0


def test_an_attempt_is_on_record_before_it_is_made(adapters, make):
    make.told(adapters, "g1", image=A)
    look(adapters.pictures, make)
    (wanted,) = claim(adapters.pictures, make.now)
    assert (wanted.address, wanted.source_id, wanted.site, wanted.attempts) == (
        A,
        "steppe",
        "steppe.example",
        1,
    )
    assert claim(adapters.pictures, make.now + 59 * MINUTE) == []
    (again,) = claim(adapters.pictures, make.now + HOUR)
    assert again.attempts == 2
    assert claim(adapters.pictures, make.now + 3 * HOUR, most=2) == []


def test_pictures_of_the_newest_stories_come_first_and_each_address_once(adapters, make):
    make.told(adapters, "g1", image=A)
    make.told(adapters, "g2", image=B)
    make.told(adapters, "g3", image=A)
    look(adapters.pictures, make)
    assert [one.address for one in claim(adapters.pictures, make.now, limit=1)] == [A]
    assert [one.address for one in claim(adapters.pictures, make.now)] == [B]


def test_a_story_changes_when_its_picture_is_ready_and_is_not_updated(adapters, make):
    (story,) = make.told(adapters, "g1", image=A)
    look(adapters.pictures, make)
    since = published(adapters)
    (wanted,) = claim(adapters.pictures, make.now)
    assert (changed(adapters, since), shown(adapters)) == ([], [None])
    adapters.pictures.ready(wanted.key, copy("a"))
    assert changed(adapters, since) == [story.id]
    (after,) = adapters.stories.newest("everything", 1)
    assert (after.picture, after.updated_at, after.told_at) == (copy("a"), story.updated_at, story.told_at)
    assert claim(adapters.pictures, make.now + DAY) == []


def test_looking_again_at_a_story_that_its_picture_changed_changes_nothing(adapters, make, illustrated):
    since = published(adapters)
    assert [lead.story_id for lead in look(adapters.pictures, make).leads] == [illustrated]
    assert changed(adapters, since) == []
    assert look(adapters.pictures, make).leads == ()


def test_a_later_story_with_a_known_picture_shows_it_at_once(adapters, make, illustrated):
    (later,) = make.told(adapters, "g2", image=A)
    since = published(adapters)
    look(adapters.pictures, make)
    assert changed(adapters, since) == [later.id]
    assert shown(adapters) == [copy("a"), copy("a")]
    assert claim(adapters.pictures, make.now + DAY) == []


def test_a_picture_that_failed_is_asked_for_when_it_was_said_or_never(adapters, make):
    make.told(adapters, "g1", "g2", image=A)
    look(adapters.pictures, make)
    (wanted,) = claim(adapters.pictures, make.now)
    adapters.pictures.failed(wanted.key, "HTTP 503", make.now + 2 * HOUR)
    assert claim(adapters.pictures, make.now + 119 * MINUTE) == []
    (wanted,) = claim(adapters.pictures, make.now + 2 * HOUR)
    adapters.pictures.failed(wanted.key, "HTTP 404", None)
    assert claim(adapters.pictures, make.now + 30 * DAY) == []
    make.told(adapters, "g3", image=A)
    look(adapters.pictures, make)
    assert claim(adapters.pictures, make.now + 30 * DAY) == []
    assert shown(adapters) == [None, None, None]


def test_a_site_that_rests_is_asked_nothing_and_attempts_not_made_do_not_count(adapters, make):
    make.told(adapters, "g1", image=A)
    make.told(adapters, "g2", image=B)
    look(adapters.pictures, make)
    first, second = claim(adapters.pictures, make.now)
    make.told(adapters, "g3", image="https://cdn.steppe.example/c.jpg")
    look(adapters.pictures, make)
    until = make.now + 5 * HOUR
    adapters.pictures.rest("steppe.example", until, [second.key])
    assert claim(adapters.pictures, until - MINUTE) == []
    attempts = {one.key: one.attempts for one in claim(adapters.pictures, until)}
    assert (attempts[first.key], attempts[second.key], len(attempts)) == (2, 1, 3)


def test_another_site_goes_on(adapters, make):
    make.told(adapters, "g1", image=A)
    look(adapters.pictures, make, site="other.example")
    adapters.pictures.rest("steppe.example", make.now + DAY, [])
    assert len(claim(adapters.pictures, make.now)) == 1


def test_a_lead_that_names_another_picture_shows_the_old_one_no_more(adapters, make, illustrated):
    adapters.entries.commit(revision(adapters, make, image=B))
    assert shown(adapters) == [None]
    look(adapters.pictures, make)
    (wanted,) = claim(adapters.pictures, make.now)
    assert wanted.address == B
    adapters.pictures.ready(wanted.key, copy("b"))
    assert shown(adapters) == [copy("b")]
    assert [one.key for one in adapters.pictures.unneeded(make.now + MINUTE, 10)] == [short_hash(A)]


def revision(adapters, make, **fields):
    described = make.described("g1", **fields)
    (known,) = adapters.entries.candidates([described], make.now)
    return make.batch(revisions=[Revision(known.id, known.story_id, described, shown_change=False)])


@pytest.mark.parametrize("way", ["hidden", "unwanted", "retired"])
def test_a_story_that_loses_its_picture_changes_and_the_picture_is_needed_no_more(
    adapters, make, illustrated, way
):
    since = published(adapters)
    if way == "hidden":
        adapters.hide(illustrated)
        (lead,) = look(adapters.pictures, make).leads
        assert not lead.visible
    elif way == "unwanted":
        adapters.pictures.link(make.now, [], [illustrated], since, RULES)
    else:
        assert adapters.pictures.retire(make.now, make.now, 10) == 0
        assert adapters.pictures.retire(make.now, make.now + MINUTE, 10) == 1
    changes = adapters.stories.changes(since, 10)
    assert illustrated in {*changes.withdrawn, *(story.id for story in changes.stories)}
    assert shown(adapters) in ([None], [])
    assert adapters.pictures.unneeded(make.now, 10) == []
    (unneeded,) = adapters.pictures.unneeded(make.now + MINUTE, 10)
    assert unneeded.paths == ("img/a/large.jpg", "img/a/small.jpg")
    adapters.pictures.forget([unneeded.key])
    assert adapters.pictures.unneeded(make.now + MINUTE, 10) == []


def test_old_pictures_retire_a_few_at_a_time_the_oldest_first(adapters, make):
    (older,) = make.told(adapters, "g1", image=A, at=make.now - HOUR)
    make.told(adapters, "g2", image=B)
    look(adapters.pictures, make)
    for wanted in claim(adapters.pictures, make.now):
        adapters.pictures.ready(wanted.key, copy(wanted.address[-5]))
    since = published(adapters)
    assert adapters.pictures.retire(make.now, make.now + DAY, 1) == 1
    assert changed(adapters, since) == [older.id]


def test_a_picture_that_another_story_needs_stays(adapters, make, illustrated):
    make.told(adapters, "g2", image=A)
    look(adapters.pictures, make)
    adapters.hide(illustrated)
    look(adapters.pictures, make)
    assert adapters.pictures.unneeded(make.now + DAY, 10) == []


def test_files_that_another_picture_shares_are_not_to_be_removed(adapters, make, illustrated):
    make.told(adapters, "g2", image=B)
    look(adapters.pictures, make)
    (wanted,) = claim(adapters.pictures, make.now)
    small = PictureFile("img/b/small.jpg", 640, 427)
    adapters.pictures.ready(wanted.key, replace(copy("a"), small=small))
    adapters.hide(illustrated)
    look(adapters.pictures, make)
    (unneeded,) = adapters.pictures.unneeded(make.now + DAY, 10)
    assert unneeded.paths == ("img/a/small.jpg",)


def test_a_picture_that_is_needed_again_in_time_is_not_forgotten(adapters, make, illustrated):
    adapters.hide(illustrated)
    look(adapters.pictures, make)
    make.told(adapters, "g2", image=A)
    look(adapters.pictures, make)
    adapters.pictures.forget([short_hash(A)])
    assert shown(adapters) == [copy("a")]
    assert adapters.pictures.unneeded(make.now + DAY, 10) == []


def test_a_picture_whose_files_are_gone_is_wanted_again_and_not_shown(adapters, make, illustrated):
    assert adapters.pictures.newest(10) == {short_hash(A): copy("a")}
    since = published(adapters)
    adapters.pictures.lost(make.now, [short_hash(A)])
    assert changed(adapters, since) == [illustrated]
    assert (shown(adapters), dict(adapters.pictures.newest(10))) == ([None], {})
    assert [one.attempts for one in claim(adapters.pictures, make.now)] == [1]


def test_a_renamed_source_keeps_its_pictures(adapters, make, illustrated):
    adapters.sources(make.source("steppe-news", was="steppe")).synchronise(make.now)
    assert shown(adapters) == [copy("a")]
