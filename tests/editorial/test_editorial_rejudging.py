"""Stored entries judged as if they came in now: which groups they make."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aggregator.editorial.decide import Rules
from aggregator.editorial.describe import describer_of
from aggregator.editorial.frequencies import Frequencies
from aggregator.editorial.rejudging import MOST_TOGETHER, Anew, Rehearing, drawn, held
from aggregator.editorial.terms import TEXT_LENGTH
from aggregator.model import DescribedEntry, Entry, Region, Relation, Source, StoredEntry

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FLOOD = (
    "Flood washes the old bridge away",
    (
        "The river rose by three metres on Tuesday night and took the old bridge with it. Forty families on "
        "the left bank are cut off, and the army carries bread and water over by boat."
    ),
)
SCHOOL = (
    "New school opens for eight hundred children",
    (
        "After six years of building, the doors opened on Monday. The minister cut the ribbon, a choir sang, "
        "and eight hundred pupils looked for their seats under roofs that no longer leak."
    ),
)


def stored(
    number: int,
    text: tuple[str, str],
    source: str = "dala",
    *,
    hours: int = 0,
    story: int = 1,
    excluded: str = "",
) -> Anew:
    entry = Entry(
        source_id=source,
        guid=f"g{number}",
        raw_hash=bytes([number]),
        url=f"https://{source}.example/{number}",
        canonical_url=f"{source}.example/{number}",
        title=text[0],
        text=text[1],
        html="",
        published=NOON + hours * HOUR,
        date_guessed=False,
        excluded=excluded,
        as_published=b"packed",
    )
    says = describer_of(Region(("en",))).describe(entry, Source(source, source, ""))
    return Anew(
        StoredEntry(number, NOON + hours * HOUR, "old", entry, says, story, leads=number == 1),
        DescribedEntry(entry, says),
    )


def groups(judged: list[Anew], earlier: list[Anew] = [], **rules: object) -> dict[object, list[int]]:  # noqa: B006
    rehearing = Rehearing(Rules("today", **rules))  # type: ignore[arg-type]
    learned = Frequencies()
    rehearing.remember(drawn(earlier, learned))
    rehearing.judge(drawn(judged, learned))
    return {
        (one.home, one.lead_id): [(each.entry_id, each.relation) for each in one.members]
        for one in rehearing.groups()
    }


def test_what_came_in_at_once_and_what_came_after_is_one_story_when_it_tells_one_event() -> None:
    judged = [
        stored(1, FLOOD),
        stored(2, FLOOD, "oasis"),
        stored(3, SCHOOL),
        stored(4, FLOOD, "zhetysu", hours=2),
    ]
    assert groups(judged) == {
        (None, 1): [(1, Relation.LEAD), (2, Relation.COPY), (4, Relation.COPY)],
        (None, 3): [(3, Relation.LEAD)],
    }


def test_what_belongs_to_an_earlier_entry_goes_to_its_story() -> None:
    found = groups(
        [stored(5, FLOOD, "oasis", hours=2)], [stored(1, FLOOD, story=7), stored(2, SCHOOL, story=8)]
    )
    assert found == {(7, 5): [(5, Relation.COPY)]}


def test_of_an_earlier_story_whose_lead_is_out_of_sight_the_first_entry_stands_for_it() -> None:
    found = groups(
        [stored(5, FLOOD, "oasis", hours=2)], [stored(2, FLOOD, story=7), stored(3, FLOOD, story=7)]
    )
    assert list(found) == [(7, 5)]


def test_an_entry_of_a_weightier_source_would_lead_what_it_joins() -> None:
    judged = [stored(1, FLOOD), stored(2, FLOOD, "oasis", hours=1), stored(3, FLOOD, "zhetysu", hours=2)]
    found = groups(judged, weights={"oasis": 3.0})
    assert found == {(None, 2): [(1, Relation.COPY), (2, Relation.COPY), (3, Relation.COPY)]}


def test_no_news_is_neither_judged_nor_joined() -> None:
    no_news = stored(1, FLOOD, excluded="an advertisement")
    assert groups([no_news]) == {}
    assert groups([stored(2, FLOOD, "oasis", hours=1)], [no_news]) == {(None, 2): [(2, Relation.LEAD)]}
    judged = [no_news, stored(2, FLOOD, "oasis")]
    assert groups(judged) == {(None, 2): [(2, Relation.LEAD)]}


def test_an_archive_is_judged_like_news() -> None:
    """Whether it was told is settled: here it only matters what belongs together."""
    judged = [stored(number, FLOOD, f"source-{number % 3}", hours=number // 100) for number in range(1, 70)]
    (members,) = groups(judged).values()
    assert len(members) == 69


def test_no_more_is_held_of_an_entry_than_its_reasons_quote() -> None:
    long = stored(1, ("A bridge", "long " * 10_000))
    short = held(*long)
    assert len(short.described.entry.text) == len(short.stored.entry.text) == TEXT_LENGTH
    assert short.described.entry.as_published == b""
    assert short.described.description is long.described.description


def test_more_than_are_judged_together_are_drawn_all_the_same() -> None:
    one = stored(1, FLOOD)
    many = drawn([one] * (MOST_TOGETHER + 1), Frequencies())
    assert len(many) == MOST_TOGETHER + 1
    assert many[-1].described.description.keys != ()
