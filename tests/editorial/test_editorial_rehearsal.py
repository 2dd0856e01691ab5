"""Polls rehearsed: what is placed where, in one batch or in several, and how alike two entries are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from aggregator.editorial import comparison, sketches
from aggregator.editorial.decide import Rules
from aggregator.editorial.describe import Describer, shipped_describer
from aggregator.editorial.frequencies import Frequencies
from aggregator.editorial.items import Item
from aggregator.editorial.recollection import MOST_COMPANIONS, MOST_FOUND, Recollection
from aggregator.editorial.rehearsal import Place, Rehearsal
from aggregator.model import DescribedEntry, Description, Entry, Relation, Source

MORNING = datetime(2026, 3, 6, 8, tzinfo=UTC)
RULES = Rules("test")
BRIDGE = Item(
    "bridge",
    "Minister Tursunov opens a 412-metre bridge over the Naryn in Toktogul",
    "Transport Minister Bakyt Tursunov opened a 412-metre bridge over the Naryn in Toktogul, Kyrgyzstan. "
    "The bridge cost 38 million dollars and replaces the Ketmen-Tobo ferry, he said on Friday.",
)
RIBBON = Item(
    "ribbon",
    "Toktogul gets its bridge: Tursunov cuts the ribbon above the Naryn",
    "Drivers in Toktogul no longer wait for the Ketmen-Tobo ferry. A bridge of 412 metres was opened by "
    "Minister Bakyt Tursunov; Kyrgyzstan paid 38 million dollars for it.",
)
CHESS = Item(
    "chess",
    "Nodira Kasimova, 17, wins the Samarkand open with nine points",
    "The chess player from Uzbekistan beat two grandmasters. She learned the game in Jizzakh.",
)
ITEMS = (BRIDGE, RIBBON, CHESS)

Arriving = Callable[..., DescribedEntry]


@pytest.fixture(scope="module")
def describer() -> Describer:
    return shipped_describer(("en", "ru"))


@pytest.fixture
def arriving(describer: Describer) -> Arriving:
    def arriving(
        item: Item, guid: str = "", source: str = "", address: str = "", hours: float = 0
    ) -> DescribedEntry:
        moment = MORNING + timedelta(hours=hours)
        entry = Entry(
            source or f"of {guid or item.id}",
            guid or str(item.id),
            b"",
            address,
            address,
            item.title,
            item.text,
            "",
            moment,
            date_guessed=False,
        )
        return DescribedEntry(entry, describer.describe(entry, Source(entry.source_id, "", "")))

    return arriving


def placed(*batches: list[DescribedEntry], rules: Rules = RULES) -> list[Place]:
    rehearsal = Rehearsal(rules)
    for batch in batches:
        rehearsal.judge(batch)
    assert len(rehearsal.entries) == len(rehearsal.places)
    return rehearsal.places


def where(places: list[Place]) -> list[tuple[int, Relation]]:
    return [(place.story, place.relation) for place in places]


def test_a_story_is_named_by_the_first_that_was_handed_over_whoever_leads(arriving: Arriving) -> None:
    batch = [arriving(CHESS), arriving(RIBBON, hours=2), arriving(BRIDGE), arriving(BRIDGE, "b", hours=1)]
    assert where(placed(batch)) == [
        (0, Relation.LEAD),
        (1, Relation.REPORT),
        (1, Relation.LEAD),
        (1, Relation.COPY),
    ]


def test_batches_are_judged_against_what_came_before_as_polls_are(arriving: Arriving) -> None:
    entries = [
        arriving(BRIDGE, address="https://sun.example.org/1"),
        arriving(CHESS, hours=1),
        arriving(RIBBON, hours=2),
        arriving(BRIDGE, "b", hours=3),
        arriving(Item("again", "A bridge", ""), address="https://sun.example.org/1", hours=4),
    ]
    at_once = where(placed(entries))
    assert at_once == where(placed(*([one] for one in entries)))
    assert at_once == where(placed(entries[:3], [], entries[3:]))
    assert [relation for _, relation in at_once][2:] == [Relation.REPORT, Relation.COPY, Relation.SAME]


def test_what_came_later_from_a_weightier_source_leads_from_then_on(arriving: Arriving) -> None:
    rules = Rules("test", weights={"agency": 2.0})
    late = arriving(BRIDGE, "late", source="agency", hours=2)
    places = placed([arriving(BRIDGE)], [late], [arriving(RIBBON, hours=3)], rules=rules)
    assert where(places) == [(0, Relation.COPY), (0, Relation.LEAD), (0, Relation.REPORT)]
    assert "an entry of agency came" in places[0].reason


def test_reasons_are_given_in_words(arriving: Arriving) -> None:
    places = placed([arriving(BRIDGE), arriving(BRIDGE, "b", hours=1), arriving(CHESS)])
    assert places[0].reason == "leads what came with it"
    assert "same text as entry bridge of of bridge" in places[1].reason
    assert places[2].reason == "nothing that came before tells the same"


def test_no_entry_is_taken_for_another_ones_new_guid(arriving: Arriving) -> None:
    """A source whose entries all come again under other guids has changed them; here each is its own."""
    first = [arriving(item, f"1 {item.id}", source="sun") for item in ITEMS]
    second = [arriving(item, f"2 {item.id}", source="sun", hours=1) for item in ITEMS]
    assert [relation for _, relation in where(placed(first, second))][3:] == [Relation.COPY] * 3


# ------------------------------------------------------------------------------------------------ pairs


def compared(*pair: DescribedEntry) -> str:
    one, other = sketches.draw(pair, Frequencies())
    return comparison.compare(one, other, RULES).words


def test_two_entries_are_compared_in_words(arriving: Arriving) -> None:
    one = arriving(BRIDGE, address="https://sun.example.org/1")
    again = arriving(BRIDGE, "again", hours=1)
    assert compared(one, again).startswith("same text: ")
    assert compared(one, arriving(CHESS, address="https://sun.example.org/1")) == (
        "same address: https://sun.example.org/1"
    )
    assert compared(one, arriving(RIBBON)).startswith("likeness +")
    assert compared(one, arriving(RIBBON, hours=100)) == "published more than 72 hours apart"
    assert compared(one, arriving(CHESS)).startswith("kept apart: other countries")
    snow = arriving(Item("snow", "Sixty cars stand in deep snow", ""))
    assert compared(one, snow) == "hardly anything in common; they share no key, and so were not compared"


def test_copies_are_found_through_one_another_and_by_their_address_and_reports_are_not(
    arriving: Arriving,
) -> None:
    entries = [
        arriving(RIBBON, hours=1),
        arriving(BRIDGE, "late", hours=9),
        arriving(CHESS, address="https://sun.example.org/1"),
        arriving(BRIDGE, hours=2),
        arriving(BRIDGE, "middle", address="https://sun.example.org/1", hours=3),
    ]
    drawn = sketches.draw(entries, Frequencies())
    assert comparison.copies(drawn, RULES) == [0, 1, 1, 1, 1]
    assert comparison.copies([], RULES) == []


# ------------------------------------------------------------------------------------------------ memory


def described(guid: str, *keys: int, title_key: int | None = None, address: str = "") -> DescribedEntry:
    entry = Entry("sun", guid, b"", address, address, "T", "", "", MORNING, date_guessed=False)
    # Negative numbers are keys of wording: one of them tells by itself.
    wording = tuple(key if key == title_key else -key for key in keys)
    return DescribedEntry(entry, Description("en", "Latn", keys=wording, title_key=title_key))


def recalled(
    recollection: Recollection, *keys: int, title_key: int | None = None, address: str = ""
) -> list[str]:
    arrival = described("new", *keys, title_key=title_key, address=address)
    return [one.guid for one in recollection.candidates([arrival])]


def test_only_what_shares_something_is_brought_up_again() -> None:
    recollection = Recollection()
    recollection.remember(described("a", 1, 2, address="https://sun.example.org/1"), 1, leads=True)
    recollection.remember(described("b", 3), 2, leads=True)
    assert recalled(recollection, 2) == ["a"]
    assert recalled(recollection, 4, address="https://sun.example.org/1") == ["a"]
    assert recalled(recollection, 2, 3) == ["a", "b"]
    assert recalled(recollection, 4) == recalled(recollection) == []


def test_a_story_comes_with_its_lead_and_its_newest_entries() -> None:
    recollection = Recollection()
    recollection.remember(described("lead"), 1, leads=True)
    for number in range(MOST_COMPANIONS + 3):
        recollection.remember(described(str(number)), 1, leads=False)
    recollection.remember(described("shared", 7), 1, leads=False)
    newest = [str(number) for number in range(4, MOST_COMPANIONS + 3)]
    assert recalled(recollection, 7) == ["lead", *newest, "shared"]


def test_of_many_that_share_keys_those_with_most_come_and_a_title_counts_for_three() -> None:
    recollection = Recollection()
    recollection.remember(described("two", 1, 2), 1, leads=True)
    recollection.remember(described("title", 3, title_key=3), 2, leads=True)
    for number in range(MOST_FOUND):
        recollection.remember(described(str(number), 1), 3 + number, leads=True)
    found = recalled(recollection, 1, 2, 3, title_key=3)
    assert found == ["two", "title", *map(str, range(2, MOST_FOUND))]


def test_a_lead_that_was_replaced_leads_no_more() -> None:
    recollection = Recollection()
    recollection.remember(described("old", 1), 1, leads=True)
    assert recollection.dethrone(1) == 0
    recollection.remember(described("new", 1), 1, leads=True)
    brought_up = recollection.candidates([described("x", 1)])
    assert [(one.guid, one.leads) for one in brought_up] == [("old", False), ("new", True)]
