"""Entries that are kept: written once, told in the reader's language, bounded in bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import Member, Place, Relation, Story
from aggregator.publish.entry_writer import Fragment
from aggregator.publish.fragments import AT_ONCE, Fragments, updated

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


class Scribe:
    """Writes nothing but who tells a story, and remembers what it was asked for."""

    def __init__(self, size: int = 10) -> None:
        self.told: list[int] = []
        self.batches: list[int] = []
        self._size = size

    def __call__(self, told: Sequence[tuple[Story, datetime]]) -> list[Fragment]:
        self.told += [story.lead.entry_id for story, _ in told]
        self.batches.append(len(told))
        return [
            Fragment(str(one.lead.entry_id).encode().ljust(self._size), b"", b"", when) for one, when in told
        ]


def chosen(fragments: Fragments, stories: Sequence[Story], *languages: str) -> list[int]:
    return [int(one.atom) for one in fragments.chosen((story.id for story in stories), languages)]


def places(stories: Sequence[Story]) -> list[Place]:
    return [Place(story.id, story.version, 0) for story in stories]


@pytest.fixture
def spoken(story: Callable[..., Story], member: Callable[..., Member]) -> Story:
    """Led in English, reported in French and Kazakh, copied in Russian."""
    return story(
        1,
        member("cols", 2, language="fr", relation=Relation.REPORT),
        member("dala", 3, language="kk", relation=Relation.REPORT),
        member("dala", 4, language="ru", relation=Relation.COPY),
    )


def test_what_is_known_at_that_version_is_not_missing(story: Callable[..., Story]) -> None:
    fragments, told = Fragments(Scribe(), {}), [replace(story(one), version=5) for one in (1, 2, 3)]
    assert fragments.missing(places(told)) == [1, 2, 3]
    fragments.learn(told[:2])
    assert fragments.missing(places(told)) == [3]
    assert fragments.missing([Place(1, 6, 0), Place(2, 4, 0)]) == [1], (
        "a newer one is wanted, an older is not"
    )


def test_an_entry_is_written_once_however_often_it_is_needed(story: Callable[..., Story]) -> None:
    scribe, told = Scribe(), [story(1), story(2)]
    fragments = Fragments(scribe, {})
    fragments.learn(told)
    for _ in range(3):
        assert chosen(fragments, told[::-1]) == [2, 1]
        assert chosen(fragments, told, "en") == [1, 2]
    assert scribe.told == [1, 2]


def test_each_language_gets_its_own_telling_when_it_is_asked_for(spoken: Story) -> None:
    scribe = Scribe()
    fragments = Fragments(scribe, {"dala": 2.0})
    fragments.learn([spoken])
    assert scribe.told == [1]
    assert [chosen(fragments, [spoken], one) for one in ("en", "fr", "kk", "ru", "de")] == [
        [1],
        [2],
        [3],
        [1],
        [1],
    ]
    assert chosen(fragments, [spoken], "fr", "kk") == [3], "the weightier source"
    assert chosen(fragments, [spoken], "fr", "en") == [1]
    assert scribe.told == [1, 2, 3]


def test_what_was_not_learned_is_left_out(story: Callable[..., Story]) -> None:
    fragments = Fragments(Scribe(), {})
    fragments.learn([story(1)])
    assert chosen(fragments, [story(2), story(1)]) == [1]


def test_a_new_version_takes_the_place_of_the_old_one(spoken: Story) -> None:
    fragments = Fragments(Scribe(), {})
    fragments.learn([spoken])
    chosen(fragments, [spoken], "fr")
    size = fragments.size
    later = replace(spoken, version=9, members=(replace(spoken.lead, entry_id=70), *spoken.members[1:]))
    fragments.learn([later])
    assert chosen(fragments, [later]) == [70]
    chosen(fragments, [later], "fr")
    assert fragments.size == size


def test_what_was_used_least_lately_is_forgotten_first_and_not_before_it_was_used(
    story: Callable[..., Story],
) -> None:
    fragments, told = Fragments(Scribe(size=1000), {}, limit=5000), [story(one) for one in range(1, 5)]
    fragments.learn(told)
    assert chosen(fragments, told) == [1, 2, 3, 4], "a document may need more than the bound for a moment"
    chosen(fragments, told[:1])
    fragments.trim()
    assert fragments.missing(places(told)) == [2, 3]
    assert fragments.size <= 5000
    fragments.learn([story(9)])
    fragments.trim()
    assert fragments.missing(places(told)) == [2, 3, 4]


def test_one_entry_that_exceeds_the_bound_is_not_kept(story: Callable[..., Story]) -> None:
    fragments = Fragments(Scribe(size=9000), {}, limit=5000)
    fragments.learn([story(1)])
    fragments.trim()
    assert (fragments.size, fragments.missing(places([story(1)]))) == (0, [1])


def test_many_are_written_in_batches(story: Callable[..., Story]) -> None:
    scribe = Scribe()
    Fragments(scribe, {}).learn(story(one) for one in range(1, AT_ONCE + 3))
    assert scribe.batches == [AT_ONCE, 2]


def test_for_its_readers_a_story_is_as_new_as_the_article_that_tells_it(spoken: Story) -> None:
    later = spoken.updated_at + timedelta(hours=5)
    french = replace(spoken.members[1], published=later)
    story = replace(spoken, members=(spoken.lead, french, *spoken.members[2:]))

    def changed(*languages: str) -> datetime:
        return updated(story.told_in(languages), story).replace(microsecond=0)

    assert changed() == changed("en") == spoken.updated_at
    assert changed("fr") == later
    assert changed("kk") == spoken.updated_at, "told before the story last changed"
    ahead = replace(french, published=spoken.updated_at + timedelta(minutes=55))
    at_once = replace(story, members=(spoken.lead, ahead))
    assert updated(at_once.told_in(("fr",)), at_once).replace(microsecond=0) == spoken.updated_at
    guessed = replace(story, members=(spoken.lead, replace(french, date_guessed=True)))
    assert updated(guessed.told_in(("fr",)), guessed).replace(microsecond=0) == spoken.updated_at
