"""`Entries.candidates`: what entries that came in are shown of what is stored, and what of that stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from aggregator.model import DescribedEntry, Evidence, Revision, Tag
from aggregator.store import sketches
from aggregator.store.candidates import ENTRIES_PER_KEY, MOST_CANDIDATES, MOST_COMPANIONS, SAME_TITLE
from aggregator.store.engine import reading
from aggregator.store.key_index import CYCLE
from aggregator.store.sequences import Sequence
from aggregator.store.tables import entry_keys, entry_sketches, entry_titles, fresh_keys, sequences
from aggregator.store.window import STORY_WINDOW

MINUTE = timedelta(minutes=1)


def sketched(make, guid, keys, **fields):
    described = make.described(guid, keys=keys, **fields)
    says = replace(described.description, fingerprint=b"print of " + guid.encode(), terms=b"terms")
    return DescribedEntry(described.entry, says)


def tell(adapters, make, *entries, at=None):
    adapters.entries.commit(make.batch(*map(make.founding, entries), at=at or make.now))


def found(adapters, make, *arrivals, now=None):
    return [one.guid for one in adapters.entries.candidates(arrivals, now or make.now)]


def count(adapters, *tables):
    with reading(adapters.engine) as connection:
        return [connection.scalar(select(func.count()).select_from(table)) for table in tables]


def skip_numbers(adapters, number):
    """As if so many entries had come meanwhile."""
    with adapters.engine.begin() as connection:
        entry = sequences.c.name == Sequence.ENTRY.value
        connection.execute(sequences.update().where(entry).values(value=sequences.c.value + number))


def test_a_candidate_brings_all_that_it_is_compared_by(known_sources, make):
    stored = sketched(make, "g1", (-4, -3), title_key=9, countries={"UZ": 0.4, "KG": 0.9})
    tell(known_sources, make, stored)
    (one,) = known_sources.entries.candidates([make.described("new", keys=(-4,))], make.now)
    assert (one.fingerprint, one.terms, one.keys, one.title_key) == (b"print of g1", b"terms", (9, -4, -3), 9)
    assert (one.language, one.countries, one.leads) == ("en", frozenset({"KG", "UZ"}), True)


def test_a_candidate_says_what_it_mentions_and_no_country_by_default(known_sources, make):
    described = sketched(make, "g1", (-4,), mentions=("UZ", "TJ"))
    by_default = Tag("KZ", 0.5, (Evidence("", "source", 0, "default country of the source"),))
    says = replace(described.description, tags=(by_default,))
    tell(known_sources, make, DescribedEntry(described.entry, says))
    (one,) = known_sources.entries.candidates([make.described("new", keys=(-4,))], make.now)
    assert (one.countries, one.mentioned) == (frozenset(), frozenset({"UZ", "TJ"}))


def test_those_that_share_most_keys_come_first_then_the_newest(known_sources, make):
    few = [make.described(f"few{number}", keys=(1,)) for number in range(MOST_CANDIDATES)]
    most = [make.described(f"most{number}", keys=(1, 2)) for number in range(2)]
    tell(known_sources, make, *most, *few)
    brought = found(known_sources, make, make.described("new", keys=(1, 2, 3)))
    assert brought == ["most0", "most1", *(one.entry.guid for one in few[2:])]


def test_one_shared_term_says_nothing_and_two_say_something(known_sources, make):
    def with_terms(guid, *terms):
        one = make.described(guid)
        return DescribedEntry(one.entry, replace(one.description, keys=terms))

    tell(known_sources, make, with_terms("g1", 1, 2, 3))
    assert found(known_sources, make, with_terms("new", 3, 4, 5)) == []
    assert found(known_sources, make, with_terms("new", 2, 3, 4)) == ["g1"]


def test_an_equal_title_counts_as_several_keys(known_sources, make):
    keys = tuple(range(SAME_TITLE - 1))
    titled = make.described("titled", title_key=99)
    tell(known_sources, make, titled, *(make.described(f"g{n}", keys=keys) for n in range(MOST_CANDIDATES)))
    brought = found(known_sources, make, make.described("new", keys=keys, title_key=99))
    assert (brought[0], len(brought)) == ("titled", MOST_CANDIDATES)


def test_each_arrival_is_shown_candidates_of_its_own(known_sources, make):
    crowds = [make.described(f"{key}-{n}", keys=(key,)) for key in (1, 2) for n in range(MOST_CANDIDATES)]
    tell(known_sources, make, *crowds)
    arrivals = [make.described("new1", keys=(1,)), make.described("new2", keys=(2,))]
    assert len(found(known_sources, make, *arrivals)) == 2 * MOST_CANDIDATES


def test_an_address_that_thousands_share_brings_up_the_newest_only(known_sources, make):
    ticker = "https://steppe.example/live"
    tell(known_sources, make, *(make.described(f"g{n}", url=ticker) for n in range(ENTRIES_PER_KEY + 3)))
    brought = found(known_sources, make, make.described("new", url=ticker))
    assert brought == [f"g{number}" for number in range(3, ENTRIES_PER_KEY + 3)]


def test_a_story_comes_with_its_lead_and_its_newest_entries(known_sources, make):
    members = [make.described(f"m{number}", source="oasis") for number in range(MOST_COMPANIONS + 4)]
    joined = replace(members[1].description, keys=(-5,))
    members[1] = DescribedEntry(members[1].entry, joined)
    known_sources.entries.commit(make.batch(make.founding(make.described("lead"), *members)))
    brought = known_sources.entries.candidates([make.described("new", keys=(-5,))], make.now)
    newest = [one.entry.guid for one in members[-MOST_COMPANIONS:]]
    assert [one.guid for one in brought] == ["lead", "m1", *newest]
    assert [one.guid for one in brought if one.leads] == ["lead"]


def test_keys_reach_back_as_far_as_the_window_and_titles_for_good(known_sources, make):
    early = sketched(make, "early", (5,), title_key=9)
    tell(known_sources, make, early)
    tell(known_sources, make, sketched(make, "late", (5,)), at=make.now + MINUTE)
    end = make.now + STORY_WINDOW
    by_key, by_title = make.described("new", keys=(5,)), make.described("new", title_key=9)
    assert found(known_sources, make, by_key, now=end) == ["early", "late"]
    assert found(known_sources, make, by_key, now=end + MINUTE) == ["late"]
    assert found(known_sources, make, by_key, now=end + 2 * MINUTE) == []
    (one,) = known_sources.entries.candidates([by_title], end + MINUTE)
    assert (one.guid, one.keys, one.title_key) == ("early", (9,), 9)
    assert (one.fingerprint, one.terms) == (b"", b"")


def test_what_is_excluded_is_found_by_its_title_and_address_alone(known_sources, make):
    letter = sketched(make, "letter", (5,), title_key=9, excluded="newsletter")
    tell(known_sources, make, letter)
    assert found(known_sources, make, make.described("new", keys=(5,))) == []
    (one,) = known_sources.entries.candidates([make.described("new", title_key=9)], make.now)
    assert (one.guid, one.excluded) == ("letter", True)
    assert count(known_sources, entry_sketches, fresh_keys, entry_keys) == [0, 0, 0]


def test_what_is_excluded_looks_for_no_story(known_sources, make):
    tell(known_sources, make, make.described("g1", keys=(5,)))
    assert found(known_sources, make, make.described("new", keys=(5,), excluded="newsletter")) == []


def test_a_revision_is_found_by_its_new_keys_alone(known_sources, make):
    tell(known_sources, make, sketched(make, "g1", (5, 6), title_key=9))
    changed = sketched(make, "g1", (6, 7), title_key=10, title="Another")
    known_sources.entries.commit(make.batch(revisions=[Revision(1, 1, changed, True)]))
    for old in (make.described("new", keys=(5,)), make.described("new", title_key=9)):
        assert found(known_sources, make, old) == []
    for now in (make.described("new", keys=(6,)), make.described("new", title_key=10)):
        assert found(known_sources, make, now) == ["g1"]
    assert count(known_sources, entry_sketches, fresh_keys, entry_keys, entry_titles) == [1, 2, 0, 1]


def test_a_revision_of_an_entry_that_nothing_joins_any_more_leaves_its_title_alone(known_sources, make):
    tell(known_sources, make, sketched(make, "g1", (5,), title_key=9))
    late = make.now + STORY_WINDOW + MINUTE
    changed = sketched(make, "g1", (5,), title_key=10, title="Another")
    known_sources.entries.commit(make.batch(revisions=[Revision(1, 1, changed, True)], at=late))
    assert count(known_sources, entry_sketches, fresh_keys, entry_keys, entry_titles) == [0, 0, 0, 1]
    assert found(known_sources, make, make.described("new", title_key=10), now=late) == ["g1"]


def test_keys_are_found_before_and_after_they_are_swept_into_the_long_index(known_sources, make):
    tell(known_sources, make, *(sketched(make, f"g{number}", (number, -number)) for number in range(1, 5)))
    assert count(known_sources, fresh_keys, entry_keys) == [8, 0]
    for part in range(4):
        skip_numbers(known_sources, CYCLE // 4 - 1)
        tell(known_sources, make, sketched(make, f"after{part}", ()))
        asked = [make.described("new", keys=(number,)) for number in (1, -2, 3, -4)]
        assert set(found(known_sources, make, *asked)) == {f"g{number}" for number in range(1, 5)}
    skip_numbers(known_sources, CYCLE)
    tell(known_sources, make, *(make.described(f"late{number}") for number in range(3)))
    assert found(known_sources, make, make.described("new", keys=(-3,))) == ["g3"]


def test_keys_that_were_swept_are_replaced_by_a_revision(known_sources, make, monkeypatch):
    monkeypatch.setattr("aggregator.store.key_index.CYCLE", 1)
    tell(known_sources, make, sketched(make, "g1", (5, 6)))
    assert count(known_sources, fresh_keys, entry_keys) == [0, 2]
    changed = sketched(make, "g1", (6, 7), title="Another")
    known_sources.entries.commit(make.batch(revisions=[Revision(1, 1, changed, True)]))
    assert count(known_sources, fresh_keys, entry_keys) == [2, 0]


def test_what_is_older_than_the_window_leaves_and_its_title_stays(known_sources, make, monkeypatch):
    monkeypatch.setattr("aggregator.store.key_index.CYCLE", 1)
    tell(known_sources, make, sketched(make, "g1", (5, 6), title_key=9), sketched(make, "g2", (5,)))
    assert count(known_sources, fresh_keys, entry_keys, entry_sketches, entry_titles) == [0, 3, 2, 1]
    tell(known_sources, make, sketched(make, "g3", (5,)), at=make.now + STORY_WINDOW + MINUTE)
    assert count(known_sources, fresh_keys, entry_keys, entry_sketches, entry_titles) == [0, 1, 1, 1]


def test_sketches_leave_in_bounded_pieces(known_sources, make, monkeypatch):
    monkeypatch.setattr(sketches, "MOST_PRUNED", 2)
    tell(known_sources, make, *(sketched(make, f"g{number}", (number,)) for number in range(5)))
    late = make.now + STORY_WINDOW + MINUTE
    left = []
    for number in range(3):
        tell(known_sources, make, make.described(f"late{number}"), at=late)
        left += count(known_sources, entry_sketches)
    assert left == [3, 1, 0]


def test_a_clock_that_is_set_back_costs_no_entry(known_sources, make):
    tell(known_sources, make, sketched(make, "g1", (5, 6)))
    tell(known_sources, make, sketched(make, "g2", (7,)), at=make.now + 2 * STORY_WINDOW)
    changed = sketched(make, "g1", (5, 6), title="Another")
    known_sources.entries.commit(make.batch(revisions=[Revision(1, 1, changed, True)]))
    skip_numbers(known_sources, CYCLE)
    tell(known_sources, make, make.described("g3"))
    assert found(known_sources, make, make.described("new", keys=(5,))) == ["g1"]


def test_a_batch_written_twice_has_its_keys_once(known_sources, make):
    batch = make.batch(make.founding(sketched(make, "g1", (5, 6), title_key=9)))
    for _ in range(2):
        known_sources.entries.commit(batch)
    assert count(known_sources, entry_sketches, fresh_keys, entry_titles) == [1, 2, 1]


@pytest.mark.parametrize("key", [-(2**63), 2**63 - 1, 0, -1])
def test_any_signed_number_of_64_bits_is_a_key(known_sources, make, key):
    tell(known_sources, make, make.described("g1", keys=(key,), title_key=None))
    assert found(known_sources, make, make.described("new", keys=(key,))) == ["g1"]


def test_what_was_learned_is_remembered_with_the_batch_that_taught_it(known_sources, make):
    entries = known_sources.entries
    assert entries.learned() == b""
    entries.commit(replace(make.batch(), learned=b"one"))
    entries.commit(make.batch())
    assert entries.learned() == b"one"
    entries.commit(replace(make.batch(), learned=b"two"))
    assert entries.learned() == b"two"
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        entries.commit(
            replace(make.batch(joinings=[make.joining(99, make.described("g1"))]), learned=b"lost")
        )
    assert entries.learned() == b"two"
