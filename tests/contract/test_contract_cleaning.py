"""What the store keeps of an entry's marks, of a source's habits, and of names that change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from aggregator.model import Decisions, Renaming, Revision
from aggregator.store.tables import entries


def rows(adapters, query):
    with adapters.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_what_readings_taught_of_a_source_is_replaced_by_what_they_taught_next(known_sources, make):
    store = known_sources.entries
    assert store.repeats("steppe") == b""
    store.commit(make.batch(updates=[make.update(repeats=b"one"), make.update("oasis", repeats=b"two")]))
    store.commit(make.batch(updates=[make.update(repeats=b"three"), make.update("oasis")]))
    assert (store.repeats("steppe"), store.repeats("oasis")) == (b"three", b"two")


def test_a_story_knows_that_its_article_is_for_subscribers(known_sources, make):
    free, paid = make.told(known_sources, "free"), make.told(known_sources, "paid", paywalled=True)
    assert [story.lead.paywalled for story in (*free, *paid)] == [False, True]


def test_an_excluded_entry_is_stored_with_its_reason_and_never_told(known_sources, make):
    excluded = make.described("letter", url="https://steppe.example/1", excluded="its category is 'Letters'")
    known_sources.entries.commit(make.batch(make.founding(excluded, old=True)))
    kept = select(entries.c.state, entries.c.state_reason)
    assert rows(known_sources, kept) == [("excluded", "its category is 'Letters'")]
    assert list(known_sources.stories.newest("everything", 10)) == []
    (known,) = known_sources.entries.candidates([excluded], make.now)
    assert known.excluded


def renaming(known_sources, make, guid):
    (known,) = known_sources.entries.candidates([make.described("g1")], make.now)
    described = make.described(guid, title="Title of g1")
    revision = Revision(known.id, known.story_id, described, shown_change=False)
    decisions = Decisions(revisions=(revision,), renamings=(Renaming(known.id, "steppe", guid),))
    return replace(make.batch(at=make.now + timedelta(minutes=1)), decisions=decisions)


def test_an_entry_under_a_new_guid_stays_in_its_story_and_is_found_by_the_new_one(known_sources, make):
    (story,) = make.told(known_sources, "g1")
    batch = renaming(known_sources, make, "urn:1")
    for _ in range(2):
        known_sources.entries.commit(batch)
    assert known_sources.entries.known("steppe") == {
        "urn:1": batch.decisions.revisions[0].entry.entry.raw_hash
    }
    (after,) = known_sources.stories.newest("everything", 10)
    assert (after.id, after.updated_at, len(after.members)) == (story.id, story.updated_at, 1)


def test_a_new_guid_that_is_stored_already_renames_nothing(known_sources, make):
    make.told(known_sources, "g1", "urn:1")
    known_sources.entries.commit(renaming(known_sources, make, "urn:1"))
    assert known_sources.entries.known("steppe").keys() == {"g1", "urn:1"}


def test_a_source_under_a_new_id_keeps_entries_and_habits(known_sources, make):
    make.told(known_sources, "g1")
    known_sources.entries.commit(make.batch(updates=[make.update(repeats=b"one")]))
    heir = known_sources.sources(make.source("steppe-news", was="steppe"), make.source("oasis"))
    for _ in range(2):
        heir.synchronise(make.now)
    assert known_sources.entries.known("steppe-news").keys() == {"g1"}
    assert known_sources.entries.repeats("steppe-news") == b"one"
    assert known_sources.entries.known("steppe") == {}
    assert {claim.source.id for claim in heir.claim(make.now, only=["oasis"]).granted} == {"oasis"}


def test_an_id_with_a_history_of_its_own_inherits_nothing(known_sources, make):
    make.told(known_sources, "g1")
    known_sources.sources(make.source("oasis", was="steppe")).synchronise(make.now)
    assert known_sources.entries.known("steppe").keys() == {"g1"}
    assert known_sources.entries.known("oasis") == {}
