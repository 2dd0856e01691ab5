"""The port `Stories`: numbered places in selections, and stories by their ids."""

from __future__ import annotations

from datetime import timedelta

import pytest
from alembic import command
from sqlalchemy import column, insert, select, table, text

from aggregator.model import Placement, Selection
from aggregator.publish import selections as selecting
from aggregator.store.engine import connect, reading, upgrade, writing
from aggregator.store.stories import StoryStore
from aggregator.store.tables import selections, stories
from tests.contract.test_contract_database import alembic

MINUTE = timedelta(minutes=1)


def inside(*story_ids):
    return Placement(inside=frozenset(story_ids))


def outside(*story_ids):
    return Placement(outside=frozenset(story_ids))


def ids(told):
    return [story.id for story in told]


def numbered(places):
    return {place.story_id: place.number for place in places}


# ------------------------------------------------------------------------------------------------ numbers


def test_each_selection_numbers_its_stories_in_the_order_in_which_they_enter(adapters, make):
    one, two, three = ids(make.told(adapters, "g1", "g2", "g3"))
    assert adapters.stories.place(make.now, {"kg": inside(two), "uz": inside(one, two)}, ()) == {
        "kg": {0},
        "uz": {0, 1},
    }
    assert adapters.stories.place(make.now, {"kg": inside(one, two, three)}, ()) == {"kg": {0, 1, 2}}
    assert numbered(adapters.stories.newest_places("kg", 9)) == {two: 0, one: 1, three: 2}
    assert numbered(adapters.stories.newest_places("uz", 9)) == {one: 0, two: 1}
    assert [adapters.stories.count(name) for name in ("kg", "uz", "unknown")] == [3, 2, 0]


def test_stories_enter_in_the_order_of_telling_not_in_that_of_their_ids(adapters, make):
    (later,) = ids(make.told(adapters, "g1"))
    make.told(adapters, "g2", at=make.now - MINUTE)
    adapters.stories.place(make.now, {"kg": inside(later, later + 1)}, ())
    assert numbered(adapters.stories.newest_places("kg", 9)) == {later + 1: 0, later: 1}


def test_a_number_is_never_given_again(adapters, make):
    one, two = ids(make.told(adapters, "g1", "g2"))
    adapters.stories.place(make.now, {"kg": inside(one)}, ())
    assert adapters.stories.place(make.now, {"kg": outside(one)}, ()) == {"kg": {0}}
    assert adapters.stories.place(make.now, {"kg": inside(two)}, ()) == {"kg": {1}}
    assert adapters.stories.place(make.now, {"kg": inside(one)}, ()) == {"kg": {0}}
    assert adapters.stories.count("kg") == 2


def test_everything_is_a_selection_like_the_others(adapters, make):
    one, two = ids(make.told(adapters, "g1", "g2"))
    adapters.stories.place(make.now, {"everything": inside(one, two)}, ())
    assert numbered(adapters.stories.newest_places("everything", 9)) == {one: 0, two: 1}


def test_what_was_never_told_stands_nowhere(adapters, make):
    adapters.sources(make.source()).synchronise(make.now)
    adapters.entries.commit(make.batch(make.founding(make.described("old"), old=True)))
    assert adapters.stories.place(make.now, {"kg": inside(1)}, ()) == {}
    assert adapters.stories.count("kg") == 0


def test_a_part_of_a_story_stands_beside_it_under_its_number(adapters, make):
    adapters.sources(make.source()).synchronise(make.now)
    adapters.entries.commit(make.batch(make.founding(make.described("a"), make.described("b"))))
    (later,) = ids(make.told(adapters, "c"))
    adapters.stories.place(make.now, {"kg": inside(1, later)}, ())
    split = adapters.corrections.split([2], "another fire", make.now)
    assert adapters.stories.place(make.now, {"kg": inside(1, split)}, ()) == {"kg": {0}}
    assert [place.story_id for place in adapters.stories.newest_places("kg", 9)] == [later, split, 1]
    assert numbered(adapters.stories.places_between("kg", 0, 1)) == {1: 0, split: 0}
    assert adapters.stories.count("kg") == 2


def test_placing_costs_the_same_few_statements_however_many_selections_there_are(adapters, make, queries):
    told = ids(make.told(adapters, *(f"g{number}" for number in range(30))))

    def cost(selections):
        wanted = {
            f"{number}-of-{selections}": Placement(
                frozenset(told[number % 7 :: 7]), frozenset(told) - frozenset(told[number % 7 :: 7])
            )
            for number in range(selections)
        }
        queries.count = 0
        adapters.stories.place(make.now, wanted, ())
        entering, queries.count = queries.count, 0
        away = {name: outside(*one.inside) for name, one in wanted.items()}
        adapters.stories.place(make.now, away, ())
        return entering, queries.count

    assert cost(2) == cost(200)


# ------------------------------------------------------------------------------------------------ places


def test_places_say_in_which_version_a_story_stands_there(adapters, make):
    (one,) = ids(make.told(adapters, "g1"))
    adapters.stories.place(make.now, {"kg": inside(one)}, ())
    (before,) = adapters.stories.newest_places("kg", 9)
    adapters.entries.commit(make.batch(joinings=[make.joining(one, make.described("g2"))]))
    (after,) = adapters.stories.newest_places("kg", 9)
    (story,) = adapters.stories.newest("kg", 9)
    assert before.version < after.version == story.version


def test_places_between_two_numbers_are_those_that_still_stand_the_oldest_first(adapters, make):
    told = ids(make.told(adapters, *(f"g{number}" for number in range(6))))
    adapters.stories.place(make.now, {"kg": inside(*told)}, ())
    adapters.stories.place(make.now, {"kg": outside(told[2])}, ())
    adapters.hide(told[3])
    found = adapters.stories.places_between("kg", 1, 5)
    assert [(place.story_id, place.number) for place in found] == [(told[1], 1), (told[4], 4)]
    assert [place.number for place in adapters.stories.newest_places("kg", 3)] == [5, 4, 1]
    assert adapters.stories.places_between("unknown", 0, 9) == []


# ------------------------------------------------------------------------------------------------ criteria


def looked_at(adapters, make, *selections):
    """All that was told is placed in these selections, a story at a time."""
    for look in adapters.stories.all_told(1):
        adapters.stories.place(make.now, selecting.place(selections, look.stories), look.withdrawn)


def test_a_new_selection_has_its_past_in_the_order_of_telling_whatever_changed_last(adapters, make):
    told = ids(make.told(adapters, "g1", "g2", "g3"))
    adapters.entries.commit(make.batch(joinings=[make.joining(told[0], make.described("late"))]))
    looked_at(adapters, make, Selection("kg", "Kyrgyzstan", countries=("KG",)))
    assert numbered(adapters.stories.newest_places("kg", 9)) == {told[0]: 0, told[1]: 1, told[2]: 2}


def test_other_criteria_let_stories_leave_and_others_enter_behind_them(adapters, make):
    make.told(adapters, "k1", "k2")
    make.told(adapters, "u1", "u2", at=make.now - MINUTE, countries={"UZ": 0.9})
    make.told(adapters, "both", at=make.now + MINUTE, countries={"UZ": 0.9, "KG": 0.8})
    before, after = (Selection("feed", "Feed", countries=(code,)) for code in ("KG", "UZ"))

    def standing():
        places = adapters.stories.places_between("feed", 0, 9)
        told = adapters.stories.load([place.story_id for place in places])
        return [(story.lead.title, place.number) for story, place in zip(told, places, strict=True)]

    looked_at(adapters, make, before)
    assert standing() == [("Title of k1", 0), ("Title of k2", 1), ("Title of both", 2)]
    looked_at(adapters, make, after)
    assert standing() == [("Title of both", 2), ("Title of u1", 3), ("Title of u2", 4)]
    looked_at(adapters, make, before)
    assert standing() == [("Title of k1", 0), ("Title of k2", 1), ("Title of both", 2)]
    assert adapters.stories.count("feed") == 5


# ------------------------------------------------------------------------------------------------ stories


def test_stories_are_loaded_in_the_order_asked_for_without_those_that_are_not_shown(adapters, make):
    one, two, three = ids(make.told(adapters, "g1", "g2", "g3"))
    adapters.entries.commit(make.batch(make.founding(make.described("old"), old=True)))
    adapters.hide(two)
    assert ids(adapters.stories.load([three, two, 999, three + 1, one])) == [three, one]
    assert adapters.stories.load([]) == []


def test_it_is_known_what_became_of_a_story_that_was_told(adapters, make):
    one, hidden, merged = ids(make.told(adapters, "g1", "g2", "g3"))
    adapters.entries.commit(make.batch(make.founding(make.described("old"), old=True)))
    adapters.hide(hidden)
    adapters.merge(merged, into=one)
    shown, gone, led = (adapters.stories.told(story_id) for story_id in (one, hidden, merged))
    assert (shown.story.id, shown.merged_into) == (one, None)
    assert (gone.story, gone.merged_into) == (None, None)
    assert (led.story, led.merged_into) == (None, one)
    assert adapters.stories.told(merged + 1) is None


@pytest.mark.parametrize("unknown", [0, -1, 999, 2**63 - 1, 2**63, 10**30])
def test_a_number_that_no_story_has_is_none(adapters, unknown):
    assert adapters.stories.told(unknown) is None


# ------------------------------------------------------------------------------------------------ migration


@pytest.fixture
def earlier(empty_database):
    """A database of the revision before selections had records, with four stories of which one is untold."""
    command.upgrade(alembic(f"url={empty_database}"), "0009")
    opened = connect(empty_database)
    with opened.begin() as connection:
        for name, rows in _rows_of_0009().items():
            for row in rows:
                connection.execute(insert(table(name, *map(column, row))).values(row))
        connection.execute(text("UPDATE sequences SET value = 9"))
    yield opened
    opened.dispose()


def _moment(hour):
    return f"2026-11-01 {hour:02}:00:00.000000"


def _rows_of_0009():
    at = _moment(1)
    texts = (
        "state_reason",
        "url",
        "canonical_url",
        "image",
        "author",
        "title",
        "text",
        "html",
        "rules_version",
    )
    hashes = ("raw_hash", "shown_hash", "as_published")
    source = dict.fromkeys(("url", "state", "message"), "") | {
        "id": "steppe",
        "active": True,
        "next_poll": at,
    }
    source |= dict.fromkeys(("redirect_sightings", "gone_count", "failures"), 0)
    entry = dict.fromkeys(texts, "") | dict.fromkeys(hashes, b"") | {"source_id": "steppe", "state": "told"}
    entry |= {"published": at, "first_seen": at, "revision": 0, "language": "en", "script": "Latn"}
    entry |= {"categories": "[]", "date_guessed": False, "language_declared": False}
    # Told in the order 3, 1, 2; 4 was stored only.
    told = {1: (_moment(3), 1), 2: (_moment(3), 2), 3: (_moment(2), 3), 4: (None, None)}
    placed = [("everything", 1, 1), ("kg", 2, 2), ("everything", 2, 3), ("kg", 1, 4), ("kg", 3, 4)]
    return {
        "sources": [source],
        "entries": [entry | {"id": one, "guid": f"g{one}", "guid_hash": b"%d" % one} for one in told],
        "stories": [
            {"id": one, "uri": f"tag:{one}", "lead_entry_id": one, "founded_at": at, "change_number": one}
            | {"updated_at": at, "hidden": one == 2, "told_at": told_at, "told_number": number}
            for one, (told_at, number) in told.items()
        ],
        "story_entries": [
            {"entry_id": one, "story_id": one, "relation": "lead", "reason": "", "joined_at": at}
            for one in told
        ],
        "placements": [
            {"selection_id": name, "story_id": story_id, "entered_number": number}
            | {"entered_at": _moment(number), "inside": True}
            for name, story_id, number in placed
        ],
    }


def test_places_of_an_earlier_version_are_numbered_in_the_order_of_entry(earlier):
    upgrade(earlier)
    store = StoryStore(earlier)
    # Stories 1 and 3 stand beside each other, as they did; story 2 is hidden.
    assert [(one.story_id, one.number) for one in store.places_between("kg", 0, 9)] == [(1, 1), (3, 1)]
    assert store.count("kg") == 2
    with writing(earlier) as connection:
        connection.execute(stories.update().values(hidden=False))
    assert [one.story_id for one in store.newest_places("kg", 9)] == [3, 1, 2]
    with reading(earlier) as connection:
        known = connection.execute(select(selections.c.id, selections.c.title).order_by(selections.c.id))
        assert [tuple(row) for row in known] == [("everything", "everything"), ("kg", "kg")]


def test_everything_of_an_earlier_version_is_numbered_in_the_order_of_telling(earlier):
    upgrade(earlier)
    store = StoryStore(earlier)
    assert numbered(store.newest_places("everything", 9)) == {3: 0, 1: 1}
    assert store.count("everything") == 3
    told = store.changes(0, 9)
    store.place(told.stories[0].told_at, {"everything": inside(2)}, ())
    with writing(earlier) as connection:
        connection.execute(stories.update().values(hidden=False))
    assert numbered(store.newest_places("everything", 9)) == {3: 0, 1: 1, 2: 2}


def test_going_back_to_the_earlier_version_keeps_the_places(empty_database, earlier):
    upgrade(earlier)
    command.downgrade(alembic(f"url={empty_database}"), "0009")
    places = table("placements", *map(column, ("selection_id", "story_id", "entered_number")))
    with earlier.connect() as connection:
        kept = (
            select(places.c.story_id).where(places.c.selection_id == "kg").order_by(places.c.entered_number)
        )
        assert connection.scalars(kept).all() == [2, 1, 3]
        last = text("SELECT value FROM sequences WHERE name = 'entered'")
        assert connection.scalar(last) == 6
