"""The port `Entries`: what is known, and the one transaction of a batch."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from aggregator.errors import StoreError
from aggregator.model import Evidence, Relation, Revision, Tag
from aggregator.store.candidates import ENTRIES_PER_KEY, MOST_CANDIDATES
from aggregator.store.engine import reading
from aggregator.store.revising import REVISIONS_KEPT
from aggregator.store.tables import entries, entry_tags, revisions, stories, story_entries

MINUTE = timedelta(minutes=1)


def rows(adapters, query):
    with reading(adapters.engine) as connection:
        return connection.execute(query).all()


def newest(adapters, limit=10):
    return adapters.stories.newest("everything", limit)


def revised(adapters, make, guid="g1", *, shown=True, **fields):
    """A revision of a stored entry, as `decide` would give it."""
    described = make.described(guid, **fields)
    (known,) = [one for one in adapters.entries.candidates([described], make.now) if one.guid == guid]
    return Revision(known.id, known.story_id, described, shown)


def test_a_founded_story_is_told_with_all_that_its_entry_said(known_sources, make):
    described = make.described("g1", countries={"KG": 0.9, "UZ": 0.4}, author="Aida")
    known_sources.entries.commit(make.batch(make.founding(described)))
    (story,) = newest(known_sources)
    assert story.uri == f"tag:news.example,2026-11-22:story/{story.id}"
    assert (story.told_at, story.updated_at, story.countries) == (make.now, make.now, ("KG", "UZ"))
    lead = story.lead
    entry = described.entry
    assert (lead.relation, lead.source_id, lead.title) == (Relation.LEAD, "steppe", entry.title)
    assert (lead.url, lead.text, lead.html, lead.author) == (entry.url, entry.text, entry.html, "Aida")
    assert (lead.language, lead.script, lead.published) == ("en", "Latn", entry.published)
    assert lead.tags == described.description.tags


def test_known_gives_the_raw_hash_of_each_of_a_sources_entries(known_sources, make):
    one, other = make.described("g1"), make.described("g2")
    elsewhere = make.described("g3", source="oasis")
    known_sources.entries.commit(make.batch(*map(make.founding, (one, other, elsewhere))))
    assert known_sources.entries.known("steppe") == {"g1": one.entry.raw_hash, "g2": other.entry.raw_hash}
    assert known_sources.entries.known("nobody") == {}


@pytest.mark.parametrize(
    ("guid", "url", "keys"),
    [
        ("g1", "https://new.example/", ()),
        ("new", "https://steppe.example/g1", ()),
        ("new", "https://new.example/", (7, -3)),
    ],
)
def test_candidates_share_identity_url_or_key(known_sources, make, guid, url, keys):
    stored = make.described("g1", keys=(-3, -4), mentions=("AF",))
    known_sources.entries.commit(make.batch(*map(make.founding, (stored, make.described("g2")))))
    (story,) = [one for one in newest(known_sources) if one.lead.title == stored.entry.title]
    (found,) = known_sources.entries.candidates([make.described(guid, url=url, keys=keys)], make.now)
    assert (found.guid, found.source_id, found.story_id) == ("g1", "steppe", story.id)
    assert (found.raw_hash, found.canonical_url) == (stored.entry.raw_hash, stored.entry.canonical_url)
    assert (found.keys, found.countries) == ((-3, -4), frozenset({"KG"}))
    assert found.published == stored.entry.published


def test_the_same_guid_of_another_source_is_no_candidate(known_sources, make):
    known_sources.entries.commit(make.batch(make.founding(make.described("g1"))))
    assert known_sources.entries.candidates([make.described("g1", source="oasis")], make.now) == []


def test_entries_without_a_url_do_not_find_one_another(known_sources, make):
    known_sources.entries.commit(make.batch(make.founding(make.described("g1", url=""))))
    assert known_sources.entries.candidates([make.described("g2", url="")], make.now) == []


def test_a_key_that_very_many_share_brings_up_the_newest_only(known_sources, make):
    crowd = [make.described(f"g{number}", keys=(1,)) for number in range(ENTRIES_PER_KEY + 5)]
    known_sources.entries.commit(make.batch(*map(make.founding, crowd)))
    found = known_sources.entries.candidates([make.described("new", keys=(1,))], make.now)
    assert [one.guid for one in found] == [one.entry.guid for one in crowd[-MOST_CANDIDATES:]]


def test_candidates_cost_the_same_few_queries_however_many_entries_come(known_sources, make, queries):
    crowd = [make.described(f"g{number}", keys=(number,)) for number in range(200)]
    known_sources.entries.commit(make.batch(*map(make.founding, crowd)))
    queries.count = 0
    known_sources.entries.candidates(crowd[:1], make.now)
    few, queries.count = queries.count, 0
    assert len(known_sources.entries.candidates(crowd, make.now)) == 200
    assert queries.count == few


def test_a_commit_costs_the_same_few_statements_however_many_entries_come(known_sources, make, queries):
    def statements(name, size):
        batch = make.batch(*(make.founding(make.described(f"{name}{number}")) for number in range(size)))
        queries.count = 0
        known_sources.entries.commit(batch)
        return queries.count

    assert statements("b", 100) == statements("a", 2)


def test_a_batch_written_twice_adds_nothing(known_sources, make):
    lead, follower = make.described("g1"), make.described("g2", source="oasis")
    batch = make.batch(make.founding(lead, follower))
    known_sources.entries.commit(batch)
    before = newest(known_sources)
    since = known_sources.stories.changes(0, 10).upto
    known_sources.entries.commit(batch)
    assert newest(known_sources) == before
    assert known_sources.stories.changes(since, 10).stories == ()


def test_an_entry_that_stands_twice_in_a_batch_is_stored_once(known_sources, make):
    twin = make.described("g1")
    known_sources.entries.commit(make.batch(make.founding(twin), make.founding(twin, make.described("g2"))))
    (story,) = newest(known_sources)
    assert [member.title for member in story.members] == ["Title of g1", "Title of g2"]


def test_followers_join_the_story_of_a_lead_that_is_stored_already(known_sources, make):
    lead = make.described("g1")
    known_sources.entries.commit(make.batch(make.founding(lead)))
    late = make.described("g2", source="oasis")
    known_sources.entries.commit(make.batch(make.founding(lead, late), at=make.now + MINUTE))
    (story,) = newest(known_sources)
    assert [member.source_id for member in story.members] == ["steppe", "oasis"]


def test_a_joining_stands_after_the_lead_and_is_no_update(known_sources, make):
    known_sources.entries.commit(make.batch(make.founding(make.described("g1"))))
    (story,) = newest(known_sources)
    since = known_sources.stories.changes(0, 10).upto
    early = make.described("g2", source="oasis", published=make.now - timedelta(days=1))
    known_sources.entries.commit(
        make.batch(joinings=[make.joining(story.id, early, Relation.COPY)], at=make.now + MINUTE)
    )
    (changed,) = known_sources.stories.changes(since, 10).stories
    assert [member.relation for member in changed.members] == [Relation.LEAD, Relation.COPY]
    assert (changed.updated_at, changed.told_at, changed.uri) == (make.now, make.now, story.uri)
    assert [row.reason for row in rows(known_sources, select(story_entries.c.reason))] == [
        "founded the story",
        "same event",
    ]


def test_a_joining_follows_its_story_into_the_one_it_was_merged_into(known_sources, make):
    kept, merged = make.told(known_sources, "g1", "g2")
    known_sources.merge(merged.id, into=kept.id)
    late = replace(make.joining(merged.id, make.described("g3")), former_lead=Relation.REPORT)
    known_sources.entries.commit(make.batch(joinings=[late]))
    (story,) = newest(known_sources)
    assert [member.title for member in story.members] == [f"Title of g{number}" for number in (1, 2, 3)]
    assert [member.relation for member in story.members] == [Relation.LEAD, *[Relation.REPORT] * 2]


def test_a_joining_to_a_story_that_never_was_writes_nothing_of_its_batch(known_sources, make):
    batch = make.batch(
        make.founding(make.described("g1")),
        joinings=[make.joining(99, make.described("g2"))],
        updates=[make.update(body_hash=b"new")],
    )
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        known_sources.entries.commit(batch)
    assert newest(known_sources) == []
    (claim,) = known_sources.sources(make.source("steppe")).claim(make.now).granted
    assert claim.body_hash is None


def test_countries_are_the_leads_and_those_of_most_reports(known_sources, make):
    lead = make.described("g1", countries={"KG": 0.8})
    reports = [
        make.described("g2", source="oasis", countries={"UZ": 0.6, "KG": 0.5}),
        make.described("g3", source="oasis", countries={"UZ": 0.8, "TJ": 0.9}),
    ]
    known_sources.entries.commit(make.batch(make.founding(lead, *reports)))
    (story,) = newest(known_sources)
    assert story.countries == ("KG", "UZ")


def test_copies_have_no_voice_in_a_storys_countries(known_sources, make):
    (story,) = make.told(known_sources, "g1")
    copies = [
        make.joining(story.id, make.described(f"c{n}", countries={"TM": 0.9}), Relation.COPY)
        for n in range(3)
    ]
    known_sources.entries.commit(make.batch(joinings=copies))
    assert newest(known_sources)[0].countries == ("KG",)


def test_a_story_has_the_groups_of_its_lead_and_of_most_reports(known_sources, make):
    region = Tag("region:CA", 0.6, (Evidence("", "tags", 0, "about 3 countries"),))
    lead = make.described("g1", countries={"KG": 0.8, "UZ": 0.7, "TJ": 0.6})
    lead = replace(lead, description=replace(lead.description, regions=(region,)))
    known_sources.entries.commit(make.batch(make.founding(lead)))
    (story,) = newest(known_sources)
    assert (story.countries, story.regions) == (("KG", "UZ", "TJ"), ("region:CA",))
    plain = [make.described(f"r{n}", source="oasis", countries={"KG": 0.9}) for n in range(2)]
    known_sources.entries.commit(make.batch(joinings=[make.joining(story.id, one) for one in plain]))
    assert newest(known_sources)[0].regions == ("region:CA",)


def test_countries_of_equal_salience_are_ordered_by_code(known_sources, make):
    known_sources.entries.commit(
        make.batch(make.founding(make.described(countries={"UZ": 0.5, "KG": 0.5, "AF": 0.7})))
    )
    assert newest(known_sources)[0].countries == ("AF", "KG", "UZ")


def test_a_story_about_no_country_has_none(known_sources, make):
    known_sources.entries.commit(make.batch(make.founding(make.described(countries={}))))
    (story,) = newest(known_sources)
    assert (story.countries, story.lead.tags) == ((), ())


def test_mentions_are_kept_but_tag_nothing(known_sources, make):
    known_sources.entries.commit(make.batch(make.founding(make.described(mentions=("RU",)))))
    assert newest(known_sources)[0].countries == ("KG",)
    kept = select(entry_tags.c.role, entry_tags.c.country).order_by(entry_tags.c.country)
    assert rows(known_sources, kept) == [("subject", "KG"), ("mention", "RU")]


def test_an_old_founding_is_stored_but_never_told(known_sources, make):
    known_sources.entries.commit(
        make.batch(
            make.founding(make.described("old"), make.described("too"), old=True),
            make.founding(make.described("new")),
        )
    )
    assert [story.lead.title for story in newest(known_sources)] == ["Title of new"]
    assert known_sources.entries.known("steppe").keys() == {"old", "too", "new"}
    states = select(entries.c.guid, entries.c.state).order_by(entries.c.guid)
    assert rows(known_sources, states) == [("new", "told"), ("old", "old"), ("too", "old")]


def test_a_shown_revision_moves_updated_and_keeps_what_stood_there(known_sources, make):
    (story,) = make.told(known_sources, "g1", title="Dam breaks")
    later = make.now + MINUTE
    revision = revised(
        known_sources, make, title="Dam holds", countries={"TJ": 0.7}, keys=(5,), author="Aida"
    )
    known_sources.entries.commit(make.batch(revisions=[revision], at=later))
    (changed,) = newest(known_sources)
    assert (changed.uri, changed.told_at, changed.updated_at) == (story.uri, make.now, later)
    assert (changed.lead.title, changed.lead.author) == ("Dam holds", "Aida")
    assert changed.countries == ("TJ",)
    assert [tag.country for tag in changed.lead.tags] == ["TJ"]
    (kept,) = rows(known_sources, select(revisions))
    assert (kept.number, kept.at, kept.title) == (1, later, "Dam breaks")
    assert kept.as_published == b"as published: Dam breaks"
    (found,) = known_sources.entries.candidates([make.described("new", keys=(5,))], make.now)
    assert found.guid == "g1"
    assert found.raw_hash == revision.entry.entry.raw_hash


def test_a_cosmetic_revision_changes_the_story_but_not_its_update(known_sources, make):
    make.told(known_sources, "g1")
    since = known_sources.stories.changes(0, 10).upto
    revision = revised(known_sources, make, author="Aida", shown=False)
    known_sources.entries.commit(make.batch(revisions=[revision], at=make.now + MINUTE))
    (changed,) = known_sources.stories.changes(since, 10).stories
    assert (changed.lead.author, changed.updated_at) == ("Aida", make.now)


def test_a_revised_follower_does_not_update_the_story(known_sources, make):
    known_sources.entries.commit(
        make.batch(make.founding(make.described("g1"), make.described("g2", source="oasis")))
    )
    revision = revised(known_sources, make, "g2", source="oasis", title="Another title")
    known_sources.entries.commit(make.batch(revisions=[revision], at=make.now + MINUTE))
    (story,) = newest(known_sources)
    assert story.members[1].title == "Another title"
    assert story.updated_at == make.now


def test_a_revision_written_twice_is_one(known_sources, make):
    make.told(known_sources, "g1")
    batch = make.batch(revisions=[revised(known_sources, make, title="New title")])
    known_sources.entries.commit(batch)
    known_sources.entries.commit(batch)
    assert len(rows(known_sources, select(revisions))) == 1


def test_the_last_of_two_revisions_in_a_batch_counts(known_sources, make):
    make.told(known_sources, "g1")
    both = [revised(known_sources, make, title=title) for title in ("Second", "Third")]
    known_sources.entries.commit(make.batch(revisions=both))
    assert newest(known_sources)[0].lead.title == "Third"


def test_revisions_of_one_entry_are_capped(known_sources, make):
    make.told(known_sources, "g1", title="Version 0")
    for number in range(1, REVISIONS_KEPT + 4):
        revision = revised(known_sources, make, title=f"Version {number}")
        known_sources.entries.commit(make.batch(revisions=[revision]))
    kept = [row.title for row in rows(known_sources, select(revisions.c.title).order_by(revisions.c.number))]
    assert len(kept) == REVISIONS_KEPT
    assert kept[-1] == f"Version {REVISIONS_KEPT + 2}"


def test_a_guessed_date_never_replaces_a_stored_one(known_sources, make):
    make.told(known_sources, "g1")
    stored = newest(known_sources)[0].lead.published
    guess = revised(known_sources, make, title="New", published=make.now + MINUTE, date_guessed=True)
    known_sources.entries.commit(make.batch(revisions=[guess]))
    lead = newest(known_sources)[0].lead
    assert (lead.published, lead.date_guessed) == (stored, False)


def test_a_date_the_source_gives_later_replaces_a_guess(known_sources, make):
    make.told(known_sources, "g1", date_guessed=True)
    given = revised(known_sources, make, title="New", published=make.now - timedelta(days=2))
    known_sources.entries.commit(make.batch(revisions=[given]))
    lead = newest(known_sources)[0].lead
    assert (lead.published, lead.date_guessed) == (make.now - timedelta(days=2), False)


def test_a_revision_of_an_entry_that_is_not_stored_is_passed_over(known_sources, make):
    known_sources.entries.commit(make.batch(revisions=[Revision(1, 1, make.described("never"), True)]))
    assert known_sources.entries.known("steppe") == {}


def test_what_was_published_is_kept_with_the_rules_that_judged_it(known_sources, make):
    known_sources.entries.commit(make.batch(make.founding(make.described("g1", title="Dam breaks"))))
    (row,) = rows(known_sources, select(entries.c.as_published, entries.c.rules_version))
    assert (row.as_published, row.rules_version) == (b"as published: Dam breaks", "rules-1")


def test_characters_that_no_database_takes_cost_nobody_an_entry(known_sources, make):
    odd = make.described("g1", title="A\0B \ud800 Қазақстан", categories=("\0",))
    known_sources.entries.commit(make.batch(make.founding(odd), make.founding(make.described("g2"))))
    assert newest(known_sources)[1].lead.title == "AB ? Қазақстан"


def test_told_numbers_follow_the_order_of_decisions(known_sources, make):
    guids = [f"g{number}" for number in (3, 1, 2)]
    make.told(known_sources, *guids)
    assert [story.lead.title for story in reversed(newest(known_sources))] == [
        f"Title of {guid}" for guid in guids
    ]


def test_every_change_has_a_number_of_its_own(known_sources, make):
    make.told(known_sources, "g1", "g2")
    known_sources.entries.commit(make.batch(revisions=[revised(known_sources, make, title="New")]))
    numbers = select(func.count(stories.c.change_number.distinct()), func.max(stories.c.change_number))
    assert rows(known_sources, numbers) == [(2, 3)]


def test_a_moment_without_a_zone_is_refused(known_sources, make):
    naive = make.described("g1", published=make.now.replace(tzinfo=None))
    with pytest.raises(Exception, match="time zone"):
        known_sources.entries.commit(make.batch(make.founding(naive)))


def test_a_database_that_stays_locked_is_an_error_that_says_so(tmp_path, make):
    from aggregator.store import engine as database

    opened = database.connect(f"sqlite:///{tmp_path / 'locked.db'}")
    database.upgrade(opened)
    with database.writing(opened):
        other = database.connect(f"sqlite:///{tmp_path / 'locked.db'}")
        with other.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 10")
        with (
            pytest.raises(StoreError, match=r"locked\.db.*is locked.*another process"),
            database.writing(other),
        ):
            pass
        other.dispose()
    opened.dispose()
