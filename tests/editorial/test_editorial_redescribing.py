"""Entries that are described anew: what is to be stored, and what is told of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from aggregator.editorial import redescribing
from aggregator.editorial.differences import MOST_EXAMPLES, Differences, Regrouping
from aggregator.model import (
    DescribedEntry,
    Description,
    Entry,
    Evidence,
    Rearrangement,
    Reforming,
    Relation,
    Reseating,
    Seat,
    SeatedStory,
    Source,
    StoredEntry,
    Tag,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENTRY = Entry("dala", "g1", b"raw", "", "", "A bridge", "A bridge opened.", "", NOON, False)
SAID = Description("ru", "Cyrl", tags=(Tag("KZ", 0.9, (Evidence("Алматы", "title", 3, "capital"),)),))
STORED = StoredEntry(7, NOON, "old", ENTRY, SAID, story_id=3, leads=True, comparable=True)


def now(**says: object) -> DescribedEntry:
    return DescribedEntry(ENTRY, replace(SAID, **says))  # type: ignore[arg-type]


def changes(
    stored: StoredEntry = STORED, version: str = "old", **says: object
) -> tuple[bool, bool, bool] | None:
    """Whether tags, sketch and what readers see are others; None when there is nothing to store."""
    found = redescribing.redescribed(stored, now(**says), version)
    return None if found is None else (found.tags, found.sketch, found.seen)


def test_what_the_same_rules_say_again_is_not_stored() -> None:
    assert changes() is None


def test_what_others_are_compared_with_is_stored_anew_where_other_rules_made_it() -> None:
    assert changes(version="new") == (False, True, False)
    assert changes(replace(STORED, comparable=False), "new") is None


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ({"tags": (Tag("UZ", 0.9),)}, (True, False, True)),
        ({"tags": (Tag("KZ", 0.9),)}, (True, False, False)),  # other evidence, which readers do not see
        ({"mentions": (Tag("UZ", 0.1),)}, (True, False, False)),
        ({"regions": (Tag("region:CA", 0.5),)}, (True, False, True)),
        ({"language": "kk"}, (False, False, True)),
        ({"script": "Latn"}, (False, False, True)),
        ({"title_key": 5}, (False, True, False)),
        ({"shown_hash": b"other"}, (False, False, False)),
    ],
)
def test_a_difference_is_stored_for_what_it_is(
    says: dict[str, object], expected: tuple[bool, bool, bool]
) -> None:
    assert changes(**says) == expected


def test_the_order_of_tags_that_are_alike_is_no_difference() -> None:
    two = Tag("KZ", 0.5), Tag("UZ", 0.5)
    stored = replace(STORED, description=replace(SAID, tags=two))
    assert changes(stored, tags=two[::-1]) is None


def test_under_the_operators_word_other_countries_are_stored_but_not_seen() -> None:
    retagged = replace(STORED, retagged=((Tag("TJ", 1.0),), ()))
    assert changes(retagged, tags=(Tag("UZ", 0.9),)) == (True, False, False)
    assert redescribing.retagging(retagged, replace(SAID, tags=())) is None
    says = redescribing.corrected(retagged, SAID)
    assert ([tag.country for tag in says.tags], says.language) == (["TJ"], "ru")
    assert redescribing.corrected(STORED, SAID) is SAID


def test_a_configured_source_counts_as_it_is_configured() -> None:
    configured = Source("dala", "Dala", "", default_country="KG")
    assert redescribing.source_of(STORED, configured) is configured


def test_of_a_source_that_is_gone_what_it_did_to_the_entry_is_known() -> None:
    unknown = redescribing.source_of(STORED, None)
    assert (unknown.id, unknown.language, unknown.default_country) == ("dala", None, None)
    by_default = Tag("TJ", 0.3, (Evidence("", "source", 0, "default country"),))
    said = replace(SAID, tags=(by_default,), language_declared=True)
    known = redescribing.source_of(replace(STORED, description=said), None)
    assert (known.language, known.default_country) == ("ru", "TJ")


def test_what_was_gained_and_lost_is_told_with_the_words_for_it() -> None:
    gained = Tag("KG", 0.4, (Evidence("", "source", 0, "default country"),)), Tag("UZ", 0.2)
    found = redescribing.retagging(STORED, replace(SAID, tags=gained))
    assert found is not None
    assert (found.gained, found.lost) == (("KG", "UZ"), ("KZ",))
    assert found.reason == (
        "KG for its source (default country); UZ for reasons that are not stored; "
        "no longer KZ for «Алматы» in the title (capital)"
    )
    assert redescribing.retagging(STORED, SAID) is None


def test_another_language_is_told_with_how_it_is_known() -> None:
    declared = redescribing.translated(STORED, replace(SAID, language="kk", language_declared=True))
    told = redescribing.translated(STORED, replace(SAID, script="Latn"))
    assert declared is not None
    assert told is not None
    assert (declared.before, declared.after) == ("ru-Cyrl", "kk-Cyrl")
    assert (declared.reason, told.reason) == ("the source's own word was taken", "told from the text")
    assert redescribing.translated(STORED, SAID) is None


def test_all_is_counted_and_some_of_it_shown() -> None:
    account = Differences()
    for _ in range(MOST_EXAMPLES + 5):
        account.describe(STORED, replace(SAID, language="kk", tags=()), "new")
    assert (account.looked_at, account.outdated, account.retagged) == (25, 25, 25)
    assert (account.lost, account.languages) == ({"KZ": 25}, {("ru-Cyrl", "kk-Cyrl"): 25})
    assert (len(account.retaggings), len(account.translations)) == (MOST_EXAMPLES, MOST_EXAMPLES)


def seated(story_id: int, *entry_ids: int) -> SeatedStory:
    seats = tuple(Seat(one, "dala", f"Title of {one}", Relation.REPORT) for one in entry_ids)
    return SeatedStory(story_id, entry_ids[0], seats, story_id)


def reseated(former: int, *entry_ids: int) -> tuple[Reseating, ...]:
    return tuple(Reseating(one, Relation.REPORT, f"judged {one}", former) for one in entry_ids)


def test_stories_that_end_begin_and_exchange_entries_are_told_apart() -> None:
    stories = [seated(1, 1, 2, 3, 4), seated(2, 5, 6)]
    new = Reforming(None, 3, reseated(1, 3, 4))
    stays = Reforming(1, 1, (*reseated(2, 5, 6), *reseated(1, 2)), absorbed=(2,))
    account = Differences()
    account.rearrange([Rearrangement((new, stays))], stories, lambda one, other: f"{one} is not {other}")
    assert (account.joined, account.split, account.moved) == (1, 1, 0)
    assert account.regroupings == [
        Regrouping("split", 3, "Title of 3", 1, "Title of 1", "3 is not 1"),
        Regrouping("joined", 5, "Title of 5", 2, "Title of 1", "judged 5"),
    ]


def test_of_each_kind_of_regrouping_some_are_shown() -> None:
    asked: list[int] = []

    def apart(one: int, _other: int) -> str:
        asked.append(one)
        return "apart"

    account = Differences()
    for number in range(10, 10 + MOST_EXAMPLES + 5):
        stories = [seated(1, 1, number), seated(2, 2, 1000 + number)]
        moves = Reforming(1, 1, reseated(2, 1000 + number))
        account.rearrange(
            [Rearrangement((moves, Reforming(None, number, reseated(1, number))))], stories, apart
        )
    assert (account.split, account.moved) == (25, 25)
    assert len(asked) == MOST_EXAMPLES
    assert len(account.regroupings) == 2 * MOST_EXAMPLES
