"""The port `Stories`: selections that are published, have another id by now, or are gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from aggregator.model import Placement, Selection
from aggregator.store import known_selections
from aggregator.store.engine import reading
from aggregator.store.tables import placements, selections

DAY = timedelta(days=1)


def inside(*told):
    return Placement(inside=frozenset(story.id for story in told))


def feed(name, *was):
    return Selection(name, name.title(), was=was)


class Known(NamedTuple):
    title: str
    first_published: datetime
    gone_since: datetime | None = None


def known(adapters):
    with reading(adapters.engine) as connection:
        return {
            row.id: Known(row.title, row.first_published, row.gone_since)
            for row in connection.execute(select(selections))
        }


def places(adapters, name):
    return [(place.story_id, place.number) for place in adapters.stories.places_between(name, 0, 99)]


def placements_stored(adapters):
    with reading(adapters.engine) as connection:
        return connection.scalar(select(func.count()).select_from(placements))


def test_a_selection_is_recorded_when_it_is_first_published(adapters, make):
    adapters.stories.synchronise_selections([feed("kg"), feed("uz")], make.now)
    adapters.stories.synchronise_selections([feed("kg"), feed("uz"), feed("tj")], make.now + DAY)
    assert known(adapters) == {
        "kg": Known("Kg", make.now),
        "tj": Known("Tj", make.now + DAY),
        "uz": Known("Uz", make.now),
    }
    assert (adapters.stories.moved_feeds(), adapters.stories.gone_feeds()) == ({}, frozenset())


def test_a_selection_has_the_title_that_config_gives_it_now(adapters, make):
    (one,) = make.told(adapters, "g1")
    adapters.stories.place(make.now, {"kg": inside(one)}, ())
    assert known(adapters)["kg"].title == "kg"
    adapters.stories.synchronise_selections([Selection("kg", "Kyrgyzstan")], make.now + DAY)
    assert known(adapters)["kg"] == Known("Kyrgyzstan", make.now)


def test_nothing_is_written_when_all_is_recorded_already(adapters, make, queries):
    selections = [feed("kg", "kirgizia"), feed("uz")]
    adapters.stories.synchronise_selections(selections, make.now)
    queries.count = 0
    adapters.stories.synchronise_selections(selections, make.now + DAY)
    assert queries.count <= 4
    assert {one.first_published for one in known(adapters).values()} == {make.now}


def test_a_selection_with_another_id_keeps_places_numbers_and_record(adapters, make):
    one, two = make.told(adapters, "g1", "g2")
    adapters.stories.synchronise_selections([feed("kirgizia")], make.now)
    adapters.stories.place(make.now, {"kirgizia": inside(one)}, ())
    adapters.stories.synchronise_selections([feed("kg", "kirgizia")], make.now + DAY)
    assert adapters.stories.place(make.now + DAY, {"kg": inside(two)}, ()) == {"kg": {1}}
    assert places(adapters, "kg") == [(one.id, 0), (two.id, 1)]
    assert places(adapters, "kirgizia") == []
    assert known(adapters) == {"kg": Known("Kg", make.now)}
    assert (adapters.stories.moved_feeds(), adapters.stories.gone_feeds()) == (
        {"kirgizia": "kg"},
        frozenset(),
    )


def test_all_former_ids_lead_to_the_last_one_in_one_hop(adapters, make):
    for selection in (feed("a"), feed("b", "a"), feed("c", "b")):
        adapters.stories.synchronise_selections([selection], make.now)
    assert adapters.stories.moved_feeds() == {"a": "c", "b": "c"}
    adapters.stories.synchronise_selections([feed("c")], make.now)
    assert adapters.stories.moved_feeds() == {"a": "c", "b": "c"}


def test_a_selection_may_take_its_former_id_back(adapters, make):
    (one,) = make.told(adapters, "g1")
    adapters.stories.place(make.now, {"a": inside(one)}, ())
    for selection in (feed("b", "a"), feed("a", "b")):
        adapters.stories.synchronise_selections([selection], make.now)
    assert places(adapters, "a") == [(one.id, 0)]
    assert adapters.stories.moved_feeds() == {"b": "a"}
    assert list(known(adapters)) == ["a"]


def test_a_former_id_that_was_never_published_here_leads_to_the_feed_all_the_same(adapters, make):
    adapters.stories.synchronise_selections([feed("kg", "of-another-program")], make.now)
    assert adapters.stories.moved_feeds() == {"of-another-program": "kg"}


def test_a_former_id_that_is_a_feed_again_leads_nowhere_else(adapters, make):
    adapters.stories.synchronise_selections([feed("kg", "north")], make.now)
    adapters.stories.synchronise_selections([feed("kg", "north"), feed("north")], make.now + DAY)
    assert adapters.stories.moved_feeds() == {}
    assert known(adapters)["north"].first_published == make.now + DAY


def test_a_selection_with_a_record_of_its_own_takes_over_the_address_alone(adapters, make):
    one, two = make.told(adapters, "g1", "g2")
    adapters.stories.synchronise_selections([feed("old"), feed("new")], make.now)
    adapters.stories.place(make.now, {"old": inside(one), "new": inside(two)}, ())
    adapters.stories.synchronise_selections([feed("new", "old")], make.now + DAY)
    assert places(adapters, "new") == [(two.id, 0)]
    assert places(adapters, "old") == []
    assert (adapters.stories.moved_feeds(), adapters.stories.gone_feeds()) == ({"old": "new"}, frozenset())


def test_of_several_former_ids_the_first_that_is_known_hands_its_places_on(adapters, make):
    one, two = make.told(adapters, "g1", "g2")
    adapters.stories.place(make.now, {"a": inside(one), "b": inside(two)}, ())
    adapters.stories.synchronise_selections([feed("c", "unknown", "b", "a")], make.now)
    assert places(adapters, "c") == [(two.id, 0)]
    assert adapters.stories.moved_feeds() == dict.fromkeys(("a", "b", "unknown"), "c")
    assert adapters.stories.gone_feeds() == frozenset()


def test_a_selection_that_is_configured_no_more_is_gone_with_its_places(adapters, make):
    one, two = make.told(adapters, "g1", "g2")
    adapters.stories.synchronise_selections([feed("kg", "kirgizia"), feed("uz")], make.now)
    adapters.stories.place(make.now, {"kg": inside(one, two), "uz": inside(two)}, ())
    adapters.stories.synchronise_selections([feed("uz")], make.now + DAY)
    assert known(adapters)["kg"] == Known("Kg", make.now, gone_since=make.now + DAY)
    assert adapters.stories.gone_feeds() == {"kg", "kirgizia"}
    assert adapters.stories.moved_feeds() == {}
    assert places(adapters, "kg") == []
    assert placements_stored(adapters) == 1
    adapters.stories.synchronise_selections([feed("uz")], make.now + 2 * DAY)
    assert known(adapters)["kg"].gone_since == make.now + DAY


def test_places_of_what_is_gone_are_removed_in_steps(adapters, make, monkeypatch):
    told = make.told(adapters, *(f"g{number}" for number in range(7)))
    adapters.stories.place(make.now, {"kg": inside(*told), "uz": inside(*told)}, ())
    monkeypatch.setattr(known_selections, "NUMBERS_PER_STEP", 2)
    adapters.stories.synchronise_selections([], make.now)
    assert placements_stored(adapters) == 0


def test_what_a_stopped_call_left_is_removed_by_the_next_one(adapters, make, monkeypatch):
    told = make.told(adapters, "g1", "g2")
    adapters.stories.place(make.now, {"kg": inside(*told)}, ())
    with monkeypatch.context() as stopped:
        stopped.setattr(known_selections, "_clear_some", _stop)
        try:
            adapters.stories.synchronise_selections([], make.now)
        except InterruptedError:
            assert placements_stored(adapters) == 2
    adapters.stories.synchronise_selections([], make.now)
    assert placements_stored(adapters) == 0


def _stop(_connection):
    raise InterruptedError


def test_a_selection_that_comes_back_has_its_record_and_gives_no_number_twice(adapters, make):
    one, two = make.told(adapters, "g1", "g2")
    adapters.stories.synchronise_selections([feed("kg", "kirgizia")], make.now)
    adapters.stories.place(make.now, {"kg": inside(one, two)}, ())
    adapters.stories.synchronise_selections([], make.now + DAY)
    adapters.stories.synchronise_selections([feed("kg")], make.now + 2 * DAY)
    assert known(adapters) == {"kg": Known("Kg", make.now)}
    assert adapters.stories.moved_feeds() == {"kirgizia": "kg"}
    assert adapters.stories.gone_feeds() == frozenset()
    adapters.stories.place(make.now, {"kg": inside(one, two)}, ())
    assert places(adapters, "kg") == [(one.id, 2), (two.id, 3)]


def test_the_selection_of_everything_is_never_gone(adapters, make):
    (one,) = make.told(adapters, "g1")
    adapters.stories.place(make.now, {"everything": inside(one)}, ())
    adapters.stories.synchronise_selections([], make.now)
    assert adapters.stories.gone_feeds() == frozenset()
    assert places(adapters, "everything") == [(one.id, 0)]


def test_publishers_that_start_at_once_record_each_selection_once(adapters, make):
    selections = [feed(f"s{number}", f"t{number}") for number in range(20)]
    with ThreadPoolExecutor(4) as pool:
        calls = [pool.submit(adapters.stories.synchronise_selections, selections, make.now) for _ in range(4)]
        for call in calls:
            call.result()
    assert len(known(adapters)) == 20
