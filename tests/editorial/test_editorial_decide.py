"""Decisions on batches of entries: identity, addresses, stories, floods, counts."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.editorial import shown, terms
from aggregator.editorial.decide import Rules, count, decide, in_order
from aggregator.editorial.folding import fold, words
from aggregator.model import (
    Decisions,
    DescribedEntry,
    Description,
    Entry,
    EntryCounts,
    KnownEntry,
    Relation,
    Tag,
)
from tests.editorial.reports import DAM, OTHER_NEWS, Told, drawn, other_news, report
from tests.editorial.reports import stored as stored_report

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RULES = Rules("test")


def shown_hash(entry: Entry) -> bytes:
    excerpt = entry.text[: shown.excerpt_end(entry.text)]
    return shown.shown_hash(words(fold(entry.title)), words(fold(excerpt)))


def arrival(
    guid: str,
    source: str = "sun",
    address: str = "",
    age: float = 1,
    title: str = "A school opens",
    raw: bytes = b"raw",
    guessed: bool = False,
    tagged: bool = True,
) -> DescribedEntry:
    entry = Entry(
        source, guid, raw, address, address, title, "", "", NOW - timedelta(hours=age), date_guessed=guessed
    )
    tags = (Tag("KZ", 1.0),) if tagged else ()
    return DescribedEntry(entry, Description("en", "Latn", tags=tags, shown_hash=shown_hash(entry)))


def stored(number: int, one: DescribedEntry, story: int | None = None) -> KnownEntry:
    entry = one.entry
    return KnownEntry(
        id=number,
        source_id=entry.source_id,
        guid=entry.guid,
        canonical_url=entry.canonical_url,
        story_id=story or number,
        raw_hash=entry.raw_hash,
        shown_hash=shown_hash(entry),
        published=entry.published,
    )


def judge(*arrivals: DescribedEntry, known: tuple[KnownEntry, ...] = (), first: str = "") -> Decisions:
    return decide(arrivals, known, now=NOW, first_polls=frozenset(filter(None, [first])), rules=RULES)


def test_entries_are_judged_by_date_then_source_then_guid() -> None:
    late, b, a1, a2 = (
        arrival("1", age=1),
        arrival("1", "b", age=2),
        arrival("1", "a", age=2),
        arrival("2", "a", age=2),
    )
    assert in_order([late, b, a2, a1]) == [a1, a2, b, late]


def test_an_entry_that_shares_nothing_founds_a_story() -> None:
    one, two = arrival("1", address="example.org/1"), arrival("2")
    decisions = judge(one, two)
    assert [founding.lead for founding in decisions.foundings] == [one, two]
    assert not any(founding.old or founding.followers for founding in decisions.foundings)


def test_an_unchanged_entry_gives_nothing() -> None:
    one = arrival("1", address="example.org/1")
    assert judge(one, known=(stored(7, one),)) == Decisions()


def test_a_changed_entry_is_a_revision_never_a_new_one() -> None:
    old = arrival("1", address="example.org/1")
    new = arrival("1", address="example.org/2", title="A school closes", raw=b"new")
    decisions = judge(new, known=(stored(7, old, story=3),))
    (revision,) = decisions.revisions
    assert (revision.entry_id, revision.story_id, revision.shown_change) == (7, 3, True)
    assert not decisions.foundings
    assert not decisions.joinings


def test_a_revision_that_readers_cannot_see_is_no_shown_change() -> None:
    old, new = arrival("1", title="A school opens"), arrival("1", title="A School opens!", raw=b"new")
    (revision,) = judge(new, known=(stored(7, old),)).revisions
    assert not revision.shown_change


def test_one_guid_in_two_sources_is_two_entries() -> None:
    one, other = arrival("1", "sun"), arrival("1", "moon")
    assert len(judge(other, known=(stored(7, one),)).foundings) == 1


def test_the_same_address_in_another_source_joins_the_story() -> None:
    one, other = arrival("1", "sun", "example.org/1"), arrival("9", "moon", "example.org/1")
    (joining,) = judge(other, known=(stored(7, one, story=3),)).joinings
    assert (joining.story_id, joining.entry, joining.relation) == (3, other, Relation.SAME)
    assert joining.reason == "same address as entry 1 of sun: example.org/1"


def test_another_guid_with_the_same_address_in_one_source_is_the_same_item() -> None:
    one, again = arrival("1", address="example.org/1"), arrival("http://2", address="example.org/1")
    (joining,) = judge(again, known=(stored(7, one),)).joinings
    assert joining.relation is Relation.SAME
    assert "of the same source" in joining.reason


def test_within_a_batch_the_earlier_entry_leads() -> None:
    early = arrival("9", "moon", "example.org/1", age=5)
    late = arrival("1", "sun", "example.org/1", age=1)
    third = arrival("1", "abc", "example.org/1", age=0.5)
    (founding,) = judge(third, late, early).foundings
    assert founding.lead == early
    assert [(one.entry, one.relation) for one in founding.followers] == [
        (late, Relation.SAME),
        (third, Relation.SAME),
    ]


def test_a_guid_that_comes_twice_counts_once_and_the_later_version_stands() -> None:
    early, late = arrival("1", age=2), arrival("1", age=1, title="Other words")
    assert [founding.lead for founding in judge(late, early).foundings] == [late]


def test_entries_without_an_address_never_meet() -> None:
    assert len(judge(arrival("1", "sun"), arrival("1", "moon")).foundings) == 2


def test_an_address_used_again_after_the_window_founds_a_new_story() -> None:
    one = arrival("1", address="example.org/1", age=100)
    assert len(judge(arrival("2", address="example.org/1", age=1), known=(stored(7, one),)).foundings) == 1
    assert len(judge(arrival("2", address="example.org/1", age=29), known=(stored(7, one),)).joinings) == 1


def test_a_guessed_date_does_not_keep_the_same_item_apart() -> None:
    one = arrival("1", address="example.org/1", age=1000)
    again = arrival("2", address="example.org/1", age=0, guessed=True)
    assert len(judge(again, known=(stored(7, one),)).joinings) == 1


def test_an_address_that_a_source_gives_to_many_entries_identifies_none() -> None:
    home = [arrival(str(number), address="example.org/", age=number) for number in range(4)]
    assert len(judge(*home).foundings) == 4
    assert (
        len(judge(home[0], known=tuple(stored(n, one) for n, one in enumerate(home[1:], 1))).foundings) == 1
    )
    assert len(judge(*home[:3]).foundings) == 1


def test_an_entry_joins_a_story_by_the_new_address_of_a_revised_one() -> None:
    old, new = arrival("1"), arrival("1", address="example.org/1", raw=b"new", age=0.5)
    decisions = judge(arrival("9", "moon", "example.org/1"), new, known=(stored(7, old, story=3),))
    assert [joining.story_id for joining in decisions.joinings] == [3]
    assert len(decisions.revisions) == 1


def test_of_two_stories_with_one_address_the_oldest_is_joined() -> None:
    one, two = arrival("1", "sun", "example.org/1", age=3), arrival("1", "moon", "example.org/1", age=2)
    known = (stored(8, two, story=8), stored(7, one, story=7))
    (joining,) = judge(arrival("1", "star", "example.org/1"), known=known).joinings
    assert joining.story_id == 7


def test_on_a_first_poll_the_archive_is_stored_as_old() -> None:
    archive, edge, fresh = arrival("1", age=73), arrival("2", age=72), arrival("3", age=1)
    foundings = judge(archive, edge, fresh, first="sun").foundings
    assert [founding.old for founding in foundings] == [True, False, False]
    assert [founding.old for founding in judge(archive, edge, fresh, first="moon").foundings] == [False] * 3


def test_a_story_with_one_fresh_entry_is_not_old() -> None:
    archive = arrival("1", "sun", "example.org/1", age=80)
    fresh = arrival("1", "moon", "example.org/1", age=20)
    (founding,) = judge(archive, fresh, first="sun").foundings
    assert founding.lead == archive
    assert not founding.old


def test_decisions_are_the_same_for_any_order_of_the_input() -> None:
    shuffler = random.Random(7)
    arrivals = [
        arrival(
            str(number % 17),
            f"s{number % 3}",
            f"example.org/{number % 11}",
            age=number % 29,
            raw=bytes([number]),
        )
        for number in range(60)
    ]
    known = [
        stored(number, arrival(str(number), "s9", f"example.org/{number % 4}", age=number))
        for number in range(9)
    ]
    expected = judge(*arrivals, known=tuple(known), first="s1")
    for _ in range(5):
        shuffler.shuffle(arrivals)
        shuffler.shuffle(known)
        assert judge(*arrivals, known=tuple(known), first="s1") == expected


def test_counts_say_what_became_of_each_sources_entries() -> None:
    known = stored(7, arrival("k", "sun", "example.org/k"))
    decisions = judge(
        arrival("k", "sun", "example.org/k", raw=b"new"),
        arrival("1", "sun", "example.org/1", age=2),
        arrival("2", "sun", age=90, tagged=False),
        arrival("1", "moon", "example.org/1", tagged=False),
        arrival("2", "moon", "example.org/k"),
        known=(known,),
        first="sun",
    )
    assert count(decisions) == {
        "sun": EntryCounts(new=1, revised=1, old=1, untagged=1),
        "moon": EntryCounts(duplicates=2, untagged=1),
    }
    assert count(Decisions()) == {}


def test_excluded_entries_found_stories_of_their_own_that_are_never_told() -> None:
    news = arrival("1", "sun", "example.org/1", age=2)
    advertisement = arrival("2", "moon", "example.org/1")
    excluded = replace(advertisement, entry=replace(advertisement.entry, excluded="category «Advertising»"))
    decisions = judge(news, excluded)
    assert [(one.lead, one.old) for one in decisions.foundings] == [(news, False), (excluded, True)]
    assert count(decisions) == {"sun": EntryCounts(new=1), "moon": EntryCounts(excluded=1)}


def test_nothing_joins_what_is_stored_as_excluded() -> None:
    stored_one = replace(stored(7, arrival("1", "sun", "example.org/1")), excluded=True)
    assert len(judge(arrival("9", "moon", "example.org/1"), known=(stored_one,)).foundings) == 1


def test_a_renamed_entry_is_revised_under_its_new_guid() -> None:
    known = tuple(stored(n, arrival(f"old{n}", address=f"example.org/{n}")) for n in range(1, 5))
    new = [arrival(f"new{n}", address=f"example.org/{n}", raw=b"new") for n in range(1, 5)]
    decisions = judge(*new, known=known)
    assert [(one.entry_id, one.guid) for one in decisions.renamings] == [(n, f"new{n}") for n in range(1, 5)]
    assert len(decisions.revisions) == 4
    assert not decisions.foundings


def test_entries_that_share_no_more_than_a_term_are_not_renamed_ones() -> None:
    one, *others = drawn([report(told, "sun", str(n), age=90) for n, told in enumerate(OTHER_NEWS)])
    key = (terms.concept("school"),)
    known = [replace(stored_report(one, n), keys=key) for n, one in enumerate([one, *others], 1)]
    new = drawn([report(Told(f"School number {n}", ""), "sun", f"new{n}", raw=b"new") for n in range(7)])
    new = [replace(one, description=replace(one.description, keys=key)) for one in new]
    decisions = judge(*new, known=tuple(known))
    assert (decisions.renamings, decisions.revisions) == ((), ())


def test_counts_of_a_story_in_several_languages() -> None:
    arrivals = drawn([report(told, language, age=1 + n) for n, (language, told) in enumerate(DAM.items())])
    assert count(judge(*arrivals)) == {
        "fa": EntryCounts(new=1),
        **{language: EntryCounts(duplicates=1) for language in ("kk", "ru", "en", "fr")},
    }


def test_weights_and_outlets_are_those_of_the_rules() -> None:
    arrivals = drawn([report(DAM["ru"], "sun", age=3), report(DAM["kk"], "sun-kk"), *other_news()])
    rules = replace(RULES, weights={"sun-kk": 2.0}, outlets={"sun": "The Sun", "sun-kk": "The Sun"})
    decisions = decide(arrivals, (), now=NOW, first_polls=frozenset(), rules=rules)
    (founding,) = [one for one in decisions.foundings if one.followers]
    assert founding.lead.entry.source_id == "sun-kk"
    assert [one.relation for one in founding.followers] == [Relation.EDITION]


@given(st.lists(st.integers(0, 11), max_size=9), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=30)
def test_every_new_entry_ends_in_exactly_one_place(chosen: list[int], shuffler: random.Random) -> None:
    told = [*DAM.values(), *OTHER_NEWS]
    arrivals = drawn([report(told[n], f"s{n % 4}", str(place), age=place) for place, n in enumerate(chosen)])
    kept, *new = arrivals or [None]
    known = () if kept is None else (stored_report(kept, 7, story=3),)
    shuffler.shuffle(new)
    decisions = judge(*new, known=known)
    placed = [one.lead for one in decisions.foundings]
    placed += [one.entry for founding in decisions.foundings for one in founding.followers]
    placed += [one.entry for one in decisions.joinings]
    assert in_order(placed) == in_order(new)
    assert {one.story_id for one in decisions.joinings} <= {3}
