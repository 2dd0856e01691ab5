"""The port `Archive`: what is stored, as it is judged anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from aggregator.model import (
    Choice,
    DescribedEntry,
    Placement,
    Rearrangement,
    Redescribed,
    Reforming,
    Relation,
    Reseating,
    Tag,
)
from aggregator.store.corrections import CorrectionStore
from aggregator.store.engine import reading, writing
from aggregator.store.rejudging import RejudgingStore
from aggregator.store.tables import entries, entry_sketches, entry_tags, placements, revisions, stories

NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def archive(known_sources):
    return RejudgingStore(known_sources.engine, "news.example")


@pytest.fixture
def corrections(known_sources):
    return CorrectionStore(known_sources.engine, "news.example")


def column(adapters, selected, *where):
    with reading(adapters.engine) as connection:
        return connection.scalars(select(selected).where(*where)).all()


def everything(archive):
    return archive.entries(0, archive.newest(), 100, NOW)


def anew(stored, **says):
    """What is said of a stored entry now."""
    return DescribedEntry(stored.entry, replace(stored.description, **says))


def redescribed(stored, sketch=False, **says):
    tags = "tags" in says
    return Redescribed(stored.id, anew(stored, **says), tags=tags, sketch=sketch, seen=tags)


def moving(entry_id, former, relation=Relation.REPORT, reason="judged anew"):
    return Reseating(entry_id, relation, reason, former)


def story_of(adapters, entry_id):
    (story,) = [one for one in adapters.stories.newest("everything", 50) if entry_id in members(one)]
    return story


def members(story):
    return [one.entry_id for one in story.members]


# ------------------------------------------------------------------------------------------------ entries


def test_nothing_is_stored_at_first(archive):
    assert archive.newest() == 0
    assert archive.first_since(NOW) > 1_000_000
    assert archive.entries(0, 10, 10, NOW) == []
    assert archive.stories([], []) == []


def test_entries_come_in_order_with_all_that_was_said_of_them(archive, adapters, make):
    one = make.described("g1", countries={"KZ": 0.4, "KG": 0.9}, mentions=["UZ"], title_key=7, keys=[1])
    excluded = make.described("g2", excluded="an advertisement")
    adapters.entries.commit(make.batch(make.founding(one)))
    adapters.entries.commit(make.batch(make.founding(excluded, old=True), at=NOW + MINUTE))
    first, second = everything(archive)
    assert [tag.country for tag in first.description.tags] == ["KG", "KZ"]
    assert first.description.tags == tuple(sorted(one.description.tags, key=lambda tag: -tag.salience))
    assert first.description.mentions == one.description.mentions
    assert (first.description.title_key, first.description.shown_hash) == (7, one.description.shown_hash)
    assert (first.entry.as_published, first.entry.title) == (one.entry.as_published, "Title of g1")
    assert (first.rules_version, first.first_seen, first.leads) == ("rules-1", NOW, True)
    assert (first.comparable, second.comparable) == (True, False)
    assert (first.entry.excluded, second.entry.excluded) == ("", "an advertisement")
    assert archive.first_since(NOW + MINUTE) == second.id == archive.newest()


def test_a_look_ends_at_its_limit_and_at_its_last_entry(archive, adapters, make):
    make.told(adapters, "g1", "g2", "g3")
    ids = [one.id for one in everything(archive)]
    assert [one.id for one in archive.entries(ids[0], ids[2], 1, NOW)] == ids[1:2]
    assert [one.id for one in archive.entries(0, ids[1], 9, NOW)] == ids[:2]


def test_outdated_is_what_other_rules_judged(archive, adapters, make):
    make.told(adapters, "g1", "g2")
    first, second = everything(archive)
    archive.settle([first], "rules-2")
    assert [one.id for one in archive.outdated("rules-2", 0, second.id, 9, NOW)] == [second.id]
    assert [one.id for one in archive.outdated("rules-1", 0, second.id, 9, NOW)] == [first.id]


def test_what_a_poll_changed_meanwhile_is_not_settled(archive, adapters, make):
    make.told(adapters, "g1")
    (stored,) = everything(archive)
    with writing(adapters.engine) as connection:
        connection.execute(update(entries).values(raw_hash=b"revised"))
    archive.settle([stored], "rules-2")
    archive.settle([], "rules-2")
    assert everything(archive)[0].rules_version == "rules-1"


def test_what_is_too_old_is_not_compared_any_more(archive, adapters, make):
    make.told(adapters, "g1")
    (stored,) = archive.entries(0, 9, 9, NOW + timedelta(days=30))
    assert not stored.comparable


def test_the_operators_countries_stand_beside_what_was_judged(archive, adapters, corrections, make):
    make.told(adapters, "g1", countries={"KG": 0.9})
    (stored,) = everything(archive)
    corrections.retag(stored.id, ["UZ", "region:CA"], "it says so", NOW)
    (stored,) = everything(archive)
    assert [tag.country for tag in stored.description.tags] == ["KG"]
    assert stored.retagged is not None
    assert [[tag.country for tag in tags] for tags in stored.retagged] == [["UZ"], ["region:CA"]]


# ----------------------------------------------------------------------------------------- described anew


def test_what_is_said_of_an_entry_is_replaced_and_nothing_else(archive, adapters, make):
    (before,) = make.told(adapters, "g1", countries={"KG": 0.9})
    since = adapters.stories.changes(0, 10).upto
    (stored,) = everything(archive)
    says = {
        "language": "ky",
        "script": "Cyrl",
        "tags": (Tag("UZ", 0.7),),
        "title_key": 5,
        "keys": (5, -6, -7),
    }
    change = redescribed(stored, sketch=True, fingerprint=b"words", **says)
    archive.redescribe([change], LATER)
    (now,) = everything(archive)
    assert (now.description.language, now.description.script) == ("ky", "Cyrl")
    assert (now.description.tags, now.description.title_key) == ((Tag("UZ", 0.7),), 5)
    changes = adapters.stories.changes(since, 10)
    assert [(one.id, one.countries) for one in changes.stories] == [(before.id, ("UZ",))]
    assert changes.stories[0].updated_at == before.updated_at
    assert column(adapters, func.count(), revisions.c.entry_id == stored.id) == [0]
    assert column(adapters, entries.c.revision) == [0]
    found = adapters.entries.candidates([make.described("new", keys=[-6, -7])], LATER)
    assert [(one.id, one.fingerprint) for one in found] == [(stored.id, b"words")]


def test_what_readers_do_not_see_is_not_published_again(archive, adapters, make):
    make.told(adapters, "g1")
    since = adapters.stories.changes(0, 10).upto
    (stored,) = everything(archive)
    archive.redescribe([redescribed(stored)], NOW)
    assert adapters.stories.changes(since, 10).stories == ()


def test_an_entry_that_a_poll_revised_meanwhile_is_left_to_it(archive, adapters, make):
    make.told(adapters, "g1", countries={"KG": 0.9})
    (stored,) = everything(archive)
    with writing(adapters.engine) as connection:
        connection.execute(update(entries).values(raw_hash=b"revised"))
    archive.redescribe([redescribed(stored, tags=(Tag("UZ", 0.7),))], NOW)
    (now,) = everything(archive)
    assert [tag.country for tag in now.description.tags] == ["KG"]


def test_the_operators_countries_stay_whatever_is_said_now(archive, adapters, corrections, make):
    make.told(adapters, "g1", countries={"KG": 0.9})
    (stored,) = everything(archive)
    corrections.retag(stored.id, ["TJ"], "it says so", NOW)
    archive.redescribe([redescribed(stored, tags=(Tag("UZ", 0.7),))], NOW)
    assert adapters.stories.newest("everything", 1)[0].countries == ("TJ",)
    (now,) = everything(archive)
    assert [tag.country for tag in now.description.tags] == ["UZ"]


def test_old_entries_keep_only_the_key_of_their_title(archive, adapters, make):
    make.told(adapters, "g1")
    (stored,) = everything(archive)
    change = redescribed(stored, sketch=True, title_key=5, keys=(5, 6), fingerprint=b"words")
    archive.redescribe([change], NOW + timedelta(days=30))
    assert column(adapters, entry_sketches.c.entry_id) == []
    assert everything(archive)[0].description.title_key == 5


# ------------------------------------------------------------------------------------------------ stories


def test_stories_come_with_all_their_entries_and_merged_ones_do_not(archive, adapters, corrections, make):
    adapters.entries.commit(make.batch(make.founding(make.described("g1"), make.described("g2"))))
    one, other, third = make.told(adapters, "g3", "g4", "g5")
    corrections.merge([one.id, other.id], "the same", NOW)
    first, second, *_ = everything(archive)
    found = archive.stories([second.id], [other.id, third.id])
    assert [story.id for story in found] == [first.story_id, third.id]
    assert [(seat.entry_id, seat.relation) for seat in found[0].seats] == [
        (first.id, Relation.LEAD),
        (second.id, Relation.REPORT),
    ]
    assert (found[0].lead_id, found[0].seats[1].title) == (first.id, "Title of g2")


def test_what_the_operator_split_or_merged_is_pinned_and_what_joins_later_is_not(
    archive, adapters, corrections, make
):
    one, other = make.told(adapters, "g1", "g2")
    kept = corrections.merge([one.id, other.id], "the same", NOW + MINUTE)
    later = make.batch(joinings=[make.joining(kept, make.described("g3"))], at=LATER)
    adapters.entries.commit(later)
    (story,) = archive.stories([], [kept])
    assert [seat.pinned for seat in story.seats] == [True, True, False]
    third = story.seats[2].entry_id
    new = corrections.split([third], "another thing", LATER)
    assert [seat.pinned for each in archive.stories([], [kept, new]) for seat in each.seats] == [True] * 3


def test_an_entry_moves_to_another_story_and_both_are_published_again(archive, adapters, make):
    adapters.entries.commit(
        make.batch(make.founding(make.described("g1"), make.described("g2", countries={"UZ": 0.9})))
    )
    make.told(adapters, "g3", countries={"KZ": 0.9})
    one, two, three = everything(archive)
    since = adapters.stories.changes(0, 10).upto
    rearrangement = Rearrangement(
        (
            Reforming(one.story_id, one.id, ()),
            Reforming(three.story_id, three.id, (moving(two.id, one.story_id, reason="same event"),)),
        )
    )
    assert archive.rearrange([rearrangement], LATER) == 0
    changes = adapters.stories.changes(since, 10)
    assert {story.id: members(story) for story in changes.stories} == {
        one.story_id: [one.id],
        three.story_id: [three.id, two.id],
    }
    (first, second) = sorted(changes.stories, key=lambda story: story.id)
    assert (first.countries, second.countries) == (("KG",), ("KZ",))
    assert first.updated_at == second.updated_at == NOW


def test_a_new_story_counts_as_told_and_stands_beside_the_old_one(archive, adapters, make):
    adapters.entries.commit(make.batch(make.founding(make.described("g1"), make.described("g2"))))
    make.told(adapters, "g3", at=NOW + MINUTE)
    one, two, three = everything(archive)
    told = adapters.stories.newest("everything", 9)
    adapters.stories.place(NOW, {"kg": _inside(told[1]), "uz": _inside(told[0])}, ())
    adapters.stories.place(NOW + MINUTE, {"kg": _inside(told[0])}, ())
    new = Reforming(None, two.id, (moving(two.id, one.story_id, Relation.LEAD),), told_like=one.story_id)
    assert archive.rearrange([Rearrangement((Reforming(one.story_id, one.id, ()), new))], LATER) == 0
    after = adapters.stories.newest("everything", 9)
    assert [members(story) for story in after] == [[three.id], [two.id], [one.id]]
    assert after[1].told_at == after[2].told_at == NOW
    assert after[1].uri != after[2].uri
    entered = column(adapters, placements.c.number, placements.c.story_id == after[1].id)
    assert entered == column(adapters, placements.c.number, placements.c.story_id == one.story_id)
    assert next(members(story) for story in adapters.stories.newest("kg", 9)) == [three.id]


def _inside(*told):
    return Placement(inside=frozenset(story.id for story in told))


def test_a_story_that_ends_leads_to_its_heir_in_one_hop(archive, adapters, corrections, make):
    one, two, three = make.told(adapters, "g1", "g2", "g3")
    _first, second, third = everything(archive)
    with writing(adapters.engine) as connection:
        connection.execute(update(stories).where(stories.c.id == one.id).values(merged_into=two.id))
    since = adapters.stories.changes(0, 10).upto
    absorbing = Reforming(three.id, third.id, (moving(second.id, two.id),), absorbed=(two.id,))
    assert archive.rearrange([Rearrangement((absorbing,))], LATER) == 0
    assert column(adapters, stories.c.merged_into, stories.c.id.in_([one.id, two.id])) == [three.id] * 2
    changes = adapters.stories.changes(since, 10)
    assert changes.withdrawn == (two.id,)
    assert [members(story) for story in changes.stories] == [[third.id, second.id]]


def test_what_joined_a_story_meanwhile_follows_it(archive, adapters, make):
    one, two = make.told(adapters, "g1", "g2")
    first, second = everything(archive)
    absorbing = Reforming(one.id, first.id, (moving(second.id, two.id),), absorbed=(two.id,))
    adapters.entries.commit(make.batch(joinings=[make.joining(two.id, make.described("g3"))]))
    assert archive.rearrange([Rearrangement((absorbing,))], LATER) == 0
    assert len(members(story_of(adapters, first.id))) == 3


def test_a_mailed_story_is_never_mailed_again_by_another_name(archive, adapters, make):
    adapters.subscribers.add("a@example.org", "weekly", "weekly-1", Choice("en"), consent="paper", now=NOW)
    adapters.entries.commit(make.batch(make.founding(make.described("g1"), make.described("g2"))))
    (mailed,) = adapters.stories.newest("everything", 9)
    assert adapters.issues.freeze(make.issue([mailed], watermark=1)) == 1
    untold = make.told(adapters, "g3")
    one, two, three = everything(archive)
    new = Reforming(None, two.id, (moving(two.id, mailed.id, Relation.LEAD),), told_like=mailed.id)
    archive.rearrange([Rearrangement((Reforming(mailed.id, one.id, ()), new))], LATER)
    period = make.period(48, NOW + timedelta(days=1))
    eligible = adapters.issues.untold("weekly", "weekly-1", period).stories
    assert [members(story) for story in eligible] == [[three.id]]
    absorbing = Reforming(untold[0].id, three.id, (moving(one.id, mailed.id),), absorbed=(mailed.id,))
    archive.rearrange([Rearrangement((absorbing,))], LATER)
    assert adapters.issues.untold("weekly", "weekly-1", period).stories == ()


def test_what_a_track_has_passed_over_it_does_not_mail_under_another_name(archive, adapters, make):
    adapters.entries.commit(make.batch(make.founding(make.described("g1"), make.described("g2"))))
    adapters.issues.skip("weekly", "weekly-1", make.period(), 1, NOW)
    one, two = everything(archive)
    new = Reforming(None, two.id, (moving(two.id, one.story_id, Relation.LEAD),), told_like=one.story_id)
    archive.rearrange([Rearrangement((Reforming(one.story_id, one.id, ()), new))], LATER)
    later = make.period(48, NOW + timedelta(days=1))
    assert adapters.issues.untold("weekly", "weekly-1", later).stories == ()
    assert len(adapters.issues.untold("weekly", "another", later).stories) == 2


def test_another_lead_is_another_title_for_readers(archive, adapters, make):
    adapters.entries.commit(
        make.batch(make.founding(make.described("g1"), make.described("g2"), make.described("g3")))
    )
    make.told(adapters, "g4")
    one, two, _three, four = everything(archive)
    leaving = Rearrangement(
        (
            Reforming(one.story_id, two.id, (moving(two.id, one.story_id, Relation.LEAD),)),
            Reforming(four.story_id, four.id, (moving(one.id, one.story_id),)),
        )
    )
    assert archive.rearrange([leaving], LATER) == 0
    story = story_of(adapters, two.id)
    assert (story.id, story.lead.entry_id, story.updated_at) == (one.story_id, two.id, LATER)
    assert [one.relation for one in story.members] == [Relation.LEAD, Relation.REPORT]


def _taken_elsewhere(adapters, corrections, make, one, two):
    corrections.merge([one.story_id, two.story_id], "the same", NOW)


def _hidden(adapters, corrections, make, one, two):
    corrections.hide(one.story_id, "a hoax", NOW)


def _another_leads(adapters, corrections, make, one, two):
    heavy = replace(make.joining(two.story_id, make.described("g9")), former_lead=Relation.REPORT)
    adapters.entries.commit(make.batch(joinings=[heavy]))


@pytest.mark.parametrize("meanwhile", [_taken_elsewhere, _hidden, _another_leads])
def test_what_changed_meanwhile_is_left_as_it_is(archive, adapters, corrections, make, meanwhile):
    make.told(adapters, "g1", "g2", "g3", "g4")
    one, two, three, four = everything(archive)
    stale = Rearrangement(
        (Reforming(one.story_id, one.id, (moving(two.id, two.story_id),), absorbed=(two.story_id,)),)
    )
    good = Rearrangement(
        (Reforming(three.story_id, three.id, (moving(four.id, four.story_id),), absorbed=(four.story_id,)),)
    )
    meanwhile(adapters, corrections, make, one, two)
    before = column(adapters, stories.c.merged_into, stories.c.id.in_([one.story_id, two.story_id]))
    assert archive.rearrange([stale, good], LATER) == 1
    assert column(adapters, stories.c.merged_into, stories.c.id.in_([one.story_id, two.story_id])) == before
    assert column(adapters, stories.c.merged_into, stories.c.id == four.story_id) == [three.story_id]


def test_tags_of_other_entries_are_not_touched(archive, adapters, make):
    make.told(adapters, "g1", "g2")
    first, second = everything(archive)
    archive.redescribe([redescribed(first, tags=())], NOW)
    assert column(adapters, entry_tags.c.country, entry_tags.c.entry_id == first.id) == []
    assert column(adapters, entry_tags.c.country, entry_tags.c.entry_id == second.id) == ["KG"]
