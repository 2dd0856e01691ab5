"""`Entries.commit`: who leads a story, when it is told, and what the operator should look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from aggregator.model import Relation, Revision
from aggregator.store.engine import reading
from aggregator.store.tables import stories, story_entries

MINUTE = timedelta(minutes=1)


def newest(adapters):
    return adapters.stories.newest("everything", 10)


def leading(make, story_id, entry, former=Relation.REPORT, **fields):
    """An entry that takes the lead of a stored story."""
    return replace(make.joining(story_id, entry), former_lead=former, **fields)


def attention(adapters):
    with reading(adapters.engine) as connection:
        rows = connection.execute(select(story_entries.c.entry_id, story_entries.c.attention))
        return {entry_id: text for entry_id, text in rows if text is not None}


def test_a_joining_entry_may_take_the_lead(known_sources, make):
    known_sources.entries.commit(
        make.batch(make.founding(make.described("g1", countries={"KG": 0.9}), make.described("g2")))
    )
    better = make.described("g3", source="oasis", countries={"TJ": 0.8})
    before = newest(known_sources)[0]
    known_sources.entries.commit(
        make.batch(joinings=[leading(make, before.id, better, Relation.COPY)], at=make.now + MINUTE)
    )
    (story,) = newest(known_sources)
    assert (story.id, story.uri, story.told_at) == (before.id, before.uri, before.told_at)
    assert [(one.title, one.relation) for one in story.members] == [
        ("Title of g3", Relation.LEAD),
        ("Title of g1", Relation.COPY),
        ("Title of g2", Relation.REPORT),
    ]
    assert story.countries == ("TJ",)
    assert story.updated_at == make.now + MINUTE
    (known,) = [one for one in known_sources.entries.candidates([better], make.now) if one.leads]
    assert known.guid == "g3"


def test_a_new_lead_that_shows_the_same_words_is_no_update(known_sources, make):
    (before,) = make.told(known_sources, "g1", title="Dam breaks")
    twin = make.described("g2", source="oasis", title="Dam breaks")
    known_sources.entries.commit(make.batch(joinings=[leading(make, before.id, twin)], at=make.now + MINUTE))
    (story,) = newest(known_sources)
    assert (story.lead.source_id, story.updated_at) == ("oasis", before.updated_at)


def test_of_two_that_take_the_lead_in_one_batch_the_last_has_it(known_sources, make):
    (before,) = make.told(known_sources, "g1")
    second = leading(make, before.id, make.described("g2", source="oasis"), Relation.COPY)
    third = leading(make, before.id, make.described("g3", source="oasis"), Relation.EDITION)
    known_sources.entries.commit(make.batch(joinings=[second, third]))
    (story,) = newest(known_sources)
    assert {one.title[-2:]: one.relation for one in story.members} == {
        "g3": Relation.LEAD,
        "g1": Relation.COPY,
        "g2": Relation.EDITION,
    }


def test_a_lead_that_is_taken_twice_in_a_batch_written_twice_stays(known_sources, make):
    (before,) = make.told(known_sources, "g1")
    batch = make.batch(joinings=[leading(make, before.id, make.described("g2", source="oasis"))])
    known_sources.entries.commit(batch)
    since = known_sources.stories.changes(0, 10).upto
    once = newest(known_sources)
    known_sources.entries.commit(batch)
    assert newest(known_sources) == once
    assert known_sources.stories.changes(since, 10).stories == ()


def test_a_former_lead_is_revised_without_an_update_in_the_batch_that_takes_its_place(known_sources, make):
    (before,) = make.told(known_sources, "g1", title="Dam breaks")
    twin = make.described("g2", source="oasis", title="Dam breaks")
    later = make.batch(joinings=[leading(make, before.id, twin)], at=make.now + MINUTE)
    known_sources.entries.commit(later)
    revised = make.described("g1", title="Dam holds")
    revision = Revision(before.lead.entry_id, before.id, revised, shown_change=True)
    known_sources.entries.commit(make.batch(revisions=[revision], at=make.now + 2 * MINUTE))
    assert newest(known_sources)[0].updated_at == before.updated_at


def test_news_tells_a_story_that_was_only_stored_until_now(known_sources, make):
    known_sources.entries.commit(
        make.batch(
            make.founding(make.described("old1"), old=True), make.founding(make.described("old2"), old=True)
        )
    )
    make.told(known_sources, "g1")
    late = make.now + MINUTE
    untold = make.joining(1, make.described("late"))
    told = [
        replace(make.joining(2, make.described(f"news{number}", source="oasis")), tells=True)
        for number in range(2)
    ]
    known_sources.entries.commit(make.batch(joinings=[untold, *told], at=late))
    first, second = newest(known_sources)
    assert [one.title for one in first.members] == ["Title of old2", "Title of news0", "Title of news1"]
    assert (first.told_at, first.updated_at) == (late, late)
    assert second.lead.title == "Title of g1"
    with reading(known_sources.engine) as connection:
        numbers = connection.execute(select(stories.c.id, stories.c.told_number).order_by(stories.c.id)).all()
    assert numbers == [(1, None), (2, 2), (3, 1)]


def test_news_does_not_tell_again_what_is_told(known_sources, make):
    (before,) = make.told(known_sources, "g1")
    news = replace(make.joining(before.id, make.described("g2", source="oasis")), tells=True)
    known_sources.entries.commit(make.batch(joinings=[news], at=make.now + MINUTE))
    (story,) = newest(known_sources)
    assert (story.told_at, story.updated_at) == (before.told_at, before.updated_at)


def test_any_entry_of_a_batch_may_lead_the_story_that_it_founds(known_sources, make):
    first = make.described("a1", published=make.now - timedelta(hours=3))
    weightier = make.described("b1", source="oasis", published=make.now - timedelta(hours=1))
    known_sources.entries.commit(make.batch(make.founding(weightier, first)))
    (story,) = newest(known_sources)
    assert [one.source_id for one in story.members] == ["oasis", "steppe"]


def test_what_the_operator_should_look_at_stands_with_the_entry(known_sources, make):
    (story,) = make.told(known_sources, "g1")
    doubtful = replace(make.joining(story.id, make.described("g2")), attention="it resembles story 7, too")
    known_sources.entries.commit(
        make.batch(joinings=[doubtful, make.joining(story.id, make.described("g3"))])
    )
    assert attention(known_sources) == {2: "it resembles story 7, too"}


def test_a_revision_says_anew_what_the_operator_should_look_at(known_sources, make):
    (story,) = make.told(known_sources, "g1")

    def revise(title, attention):
        described = make.described("g1", title=title)
        revision = Revision(story.lead.entry_id, story.id, described, True, attention)
        known_sources.entries.commit(make.batch(revisions=[revision]))

    revise("Second", "it tells something else")
    assert attention(known_sources) == {1: "it tells something else"}
    revise("Third", "it tells a third thing")
    assert attention(known_sources) == {1: "it tells a third thing"}
    revise("Third", "nothing changed, so that nobody asks")
    assert attention(known_sources) == {1: "it tells a third thing"}
    revise("First", "")
    assert attention(known_sources) == {}


def test_a_lead_that_changes_names_another_picture(known_sources, make):
    entry = make.described("g1", image="https://steppe.example/1.jpg")
    known_sources.entries.commit(make.batch(make.founding(entry)))
    other = make.described("g2", source="oasis", image="https://oasis.example/2.jpg")
    since = known_sources.stories.changes(0, 10).upto
    known_sources.entries.commit(make.batch(joinings=[leading(make, 1, other)]))
    (lead,) = known_sources.pictures.leads(since, make.now, 10).leads
    assert (lead.source_id, lead.address) == ("oasis", "https://oasis.example/2.jpg")


def test_the_hash_of_what_is_shown_is_compared_with_the_lead_as_it_was(known_sources, make):
    """A lead that is revised to the very words of the entry that takes its place in the same batch."""
    (before,) = make.told(known_sources, "g1", title="Dam breaks")
    revised = make.described("g1", title="Dam holds")
    taking = make.described("g2", source="oasis", title="Dam holds")
    known_sources.entries.commit(
        make.batch(
            joinings=[leading(make, before.id, taking)],
            revisions=[Revision(before.lead.entry_id, before.id, revised, shown_change=True)],
            at=make.now + MINUTE,
        )
    )
    assert newest(known_sources)[0].updated_at == make.now + MINUTE
