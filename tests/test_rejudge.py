"""What is stored, judged anew: with the real store, and rules that changed since."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from aggregator import rejudge as conductor
from aggregator.editorial import sketches
from aggregator.editorial.decide import Rules
from aggregator.editorial.describe import describer_of
from aggregator.editorial.differences import Differences
from aggregator.editorial.frequencies import Frequencies
from aggregator.ingest import as_published
from aggregator.model import (
    Batch,
    Decisions,
    DescribedEntry,
    Entry,
    Following,
    Founding,
    Joining,
    PublishedEntry,
    Rearrangement,
    Region,
    Relation,
    Source,
    WordFile,
)
from aggregator.rejudge import RejudgePorts, rejudge
from aggregator.store import engine as database
from aggregator.store.corrections import CorrectionStore
from aggregator.store.entries import EntryStore
from aggregator.store.rejudging import RejudgingStore
from aggregator.store.sources import SourceStore
from aggregator.store.tables import entries, entry_tags, stories, story_entries
from tests.fakes import hashed

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LANGUAGES = ("en", "ru", "ky")
SOURCES = {
    name: Source(name, name.title(), f"https://{name}.example/feed") for name in ("dala", "oasis", "zhetysu")
}
BEFORE = Region(LANGUAGES)
AFTER = Region(LANGUAGES, (WordFile("KG.toml", '[places]\nany = ["Zarafoy"]\n'),))
"""An invented town that is in no gazetteer but the operator's."""

BRIDGE = (
    "Flood washes the old bridge at Zarafoy away",
    (
        "The river rose by three metres on Tuesday night and took the old bridge of Zarafoy with it. Forty "
        "families on the left bank are cut off, and the army carries bread and water over by boat."
    ),
)
SCHOOL = (
    "New school opens for eight hundred children",
    (
        "After six years of building, the doors opened on Monday. The minister of education cut the ribbon, "
        "a choir sang, and eight hundred pupils looked for their seats under roofs that no longer leak."
    ),
)
COTTON = (
    "Cotton pickers strike for higher wages",
    (
        "Pickers in eleven districts laid down their sacks on Friday. They ask for two thousand a kilo "
        "instead of twelve hundred, and for buses home in the evening; the farms offer fifteen hundred."
    ),
)


@dataclass
class Desk:
    """A memory with entries that earlier rules have judged, and the means to judge them anew."""

    engine: Engine

    def __post_init__(self) -> None:
        self.store = EntryStore(self.engine, "news.example")
        self.archive = RejudgingStore(self.engine, "news.example")
        self.corrections = CorrectionStore(self.engine, "news.example")
        self.frequencies = Frequencies()

    def described(
        self, guid: str, text: tuple[str, str], *, at: datetime, source: str = "dala", **fields: object
    ) -> DescribedEntry:
        title, body = text
        published = PublishedEntry(guid=guid, title=title, content=body, language=str(fields.pop("lang", "")))
        entry = Entry(
            source_id=source,
            guid=guid,
            raw_hash=hashed(f"{source} {guid} {title}"),
            url=f"https://{source}.example/{guid}",
            canonical_url=f"{source}.example/{guid}",
            title=title,
            text=body,
            html=f"<p>{body}</p>",
            published=at - HOUR,
            date_guessed=False,
            as_published=as_published.pack(published),
        )
        entry = replace(entry, **fields)  # type: ignore[arg-type]
        source_ = SOURCES.get(source) or Source(source, source, "", default_country="TJ")
        says = describer_of(BEFORE).describe(entry, source_)
        (drawn,) = sketches.draw([DescribedEntry(entry, says)], self.frequencies)
        return drawn

    def commit(self, *foundings: Founding, joinings: tuple[Joining, ...] = (), at: datetime = NOW) -> None:
        self.store.commit(Batch(at, (), Decisions(foundings, joinings), "before"))

    def tell(
        self,
        guid: str,
        text: tuple[str, str],
        *,
        at: datetime = NOW - HOUR,
        source: str = "dala",
        **fields: object,
    ) -> int:
        """Found a story, and return its id."""
        self.commit(Founding(self.described(guid, text, at=at, source=source, **fields)), at=at)
        return self.home(guid)

    def ports(self, region: Region = AFTER, **more: object) -> RejudgePorts:
        ports = RejudgePorts(self.archive, region, Rules("after"), SOURCES)
        return replace(ports, **more)  # type: ignore[arg-type]

    def rejudge(self, region: Region = AFTER, **options: object) -> Differences:
        return rejudge(NOW, self.ports(region), **options)  # type: ignore[arg-type]

    # what is stored

    def home(self, guid: str) -> int:
        return self.homes()[guid]

    def homes(self) -> dict[str, int]:
        query = select(entries.c.guid, story_entries.c.story_id).join(
            story_entries, story_entries.c.entry_id == entries.c.id
        )
        with database.reading(self.engine) as connection:
            return {row.guid: row.story_id for row in connection.execute(query)}

    def countries(self, guid: str) -> list[str]:
        query = (
            select(entry_tags.c.country)
            .join(entries, entries.c.id == entry_tags.c.entry_id)
            .where(entries.c.guid == guid, entry_tags.c.role == "subject")
        )
        with database.reading(self.engine) as connection:
            return sorted(connection.scalars(query))

    def versions(self) -> list[str]:
        with database.reading(self.engine) as connection:
            return list(connection.scalars(select(entries.c.rules_version).order_by(entries.c.id)))

    def stories(self) -> list[tuple[object, ...]]:
        columns = (stories.c.id, stories.c.told_at, stories.c.told_number, stories.c.merged_into)
        with database.reading(self.engine) as connection:
            return [tuple(row) for row in connection.execute(select(*columns).order_by(stories.c.id))]

    def changed(self) -> int:
        with database.reading(self.engine) as connection:
            return max(connection.scalars(select(stories.c.change_number)))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    engine = database.connect(f"sqlite:///{tmp_path / 'news.db'}")
    database.upgrade(engine)
    exile = Source("exile", "Exile", "https://exile.example/feed")
    SourceStore(engine, [*SOURCES.values(), exile]).synchronise(NOW)
    yield Desk(engine)
    engine.dispose()


def founded(*told: DescribedEntry) -> Founding:
    lead, *others = told
    return Founding(lead, tuple(Following(one, Relation.REPORT, "same event") for one in others))


# ------------------------------------------------------------------------------------------------ entries


def test_entries_have_the_countries_that_todays_words_give_them(desk: Desk) -> None:
    desk.tell("bridge", BRIDGE)
    desk.tell("school", SCHOOL)
    assert desk.countries("bridge") == []
    account = desk.rejudge()
    assert (desk.countries("bridge"), desk.countries("school")) == (["KG"], [])
    assert (account.looked_at, account.outdated, account.retagged) == (2, 2, 1)
    assert account.gained == {"KG": 1}
    (example,) = account.retaggings
    assert (example.gained, example.lost) == (("KG",), ())
    assert "«Zarafoy» in the title" in example.reason
    assert desk.versions() == ["after"] * 2


def test_nothing_is_told_anew(desk: Desk) -> None:
    desk.tell("bridge", BRIDGE)
    before = desk.stories()
    desk.rejudge()
    assert desk.stories() == before


def test_a_story_that_readers_see_otherwise_is_published_again_and_no_other(desk: Desk) -> None:
    desk.tell("school", SCHOOL)
    desk.tell("bridge", BRIDGE)
    before = desk.changed()
    desk.rejudge()
    assert desk.changed() == before + 1


@pytest.mark.parametrize("since", [None, NOW - 10 * DAY])
def test_judged_twice_nothing_changes(desk: Desk, since: datetime | None) -> None:
    desk.tell("bridge", BRIDGE)
    desk.tell("again", BRIDGE, source="oasis")
    desk.rejudge(since=since)
    before = desk.changed(), desk.homes(), desk.stories()
    account = desk.rejudge(since=since)
    assert (account.looked_at, account.outdated, account.retagged, account.joined) == (2, 0, 0, 0)
    assert (desk.changed(), desk.homes(), desk.stories()) == before


def test_stories_stay_while_the_rules_do_unless_the_operator_names_a_time(desk: Desk) -> None:
    desk.tell("bridge", BRIDGE)
    desk.tell("again", BRIDGE, source="oasis")
    same = replace(desk.ports(), rules=Rules("before"))
    assert rejudge(NOW, same).regrouped == 0
    assert desk.home("bridge") != desk.home("again")
    assert rejudge(NOW, same, since=NOW - DAY).joined == 1


def test_what_is_known_of_a_source_now_counts_for_what_came_in_lately(desk: Desk) -> None:
    desk.tell("school", SCHOOL)
    dala = replace(SOURCES["dala"], default_country="KG")
    rejudge(NOW, desk.ports(rules=Rules("before"), sources={"dala": dala}))
    assert desk.countries("school") == ["KG"]


def test_a_rehearsal_says_the_same_and_writes_nothing(desk: Desk) -> None:
    desk.tell("bridge", BRIDGE)
    desk.tell("again", BRIDGE, source="oasis")
    before = desk.changed(), desk.homes(), desk.stories(), desk.versions()
    said = desk.rejudge(dry_run=True)
    assert (desk.changed(), desk.homes(), desk.stories(), desk.versions()) == before
    done = desk.rejudge()
    assert (said.retagged, said.joined) == (done.retagged, done.joined) == (2, 1)
    assert said.regroupings == done.regroupings


def test_old_entries_are_described_anew_and_their_stories_stay(desk: Desk) -> None:
    desk.tell("bridge", BRIDGE, at=NOW - 40 * DAY)
    desk.tell("again", BRIDGE, at=NOW - 40 * DAY, source="oasis")
    account = desk.rejudge()
    assert desk.countries("again") == ["KG"]
    assert desk.home("bridge") != desk.home("again")
    assert (account.looked_at, account.regrouped) == (2, 0)


def test_since_when_says_how_far_back_entries_and_stories_are_judged(desk: Desk) -> None:
    desk.tell("old", BRIDGE, at=NOW - 60 * DAY)
    desk.tell("bridge", BRIDGE, at=NOW - 40 * DAY)
    desk.tell("again", BRIDGE, at=NOW - 40 * DAY, source="oasis")
    account = desk.rejudge(since=NOW - 50 * DAY)
    assert (desk.countries("old"), desk.countries("bridge")) == ([], ["KG"])
    assert desk.home("bridge") == desk.home("again")
    assert (account.looked_at, account.joined) == (2, 1)


def test_the_operators_countries_stay_and_are_no_difference(desk: Desk) -> None:
    desk.tell("bridge", BRIDGE)
    desk.corrections.retag(1, ["UZ"], "it is on the other bank", NOW)
    account = desk.rejudge()
    assert desk.countries("bridge") == ["UZ"]
    assert account.retagged == 0


def test_what_is_excluded_stays_excluded_and_nothing_joins_it(desk: Desk) -> None:
    at = NOW - HOUR
    desk.commit(Founding(desk.described("ad", BRIDGE, at=at, excluded="an advertisement"), old=True), at=at)
    desk.tell("bridge", BRIDGE, source="oasis")
    account = desk.rejudge()
    assert (account.joined, account.moved, account.split) == (0, 0, 0)
    assert desk.home("ad") != desk.home("bridge")
    assert desk.versions() == ["after"] * 2


def test_a_source_that_config_no_longer_names_keeps_its_default_country(desk: Desk) -> None:
    desk.tell("school", SCHOOL, source="exile")
    assert desk.countries("school") == ["TJ"]
    assert desk.rejudge().retagged == 0
    assert desk.countries("school") == ["TJ"]


def test_the_language_that_an_entry_was_given_counts_again(desk: Desk) -> None:
    short = ("Концерт", "")
    desk.tell("given", short, lang="ky-KG")
    desk.tell("damaged", short, as_published=b"no packed entry", source="oasis")
    account = desk.rejudge(Region(LANGUAGES))
    assert account.languages == {("ru-Cyrl", "ky-Cyrl"): 1}
    (example,) = account.translations
    assert (example.entry_id, example.title) == (1, "Концерт")


# ------------------------------------------------------------------------------------------------ stories


def test_stories_that_tell_one_event_become_the_older_one(desk: Desk) -> None:
    first = desk.tell("bridge", BRIDGE)
    second = desk.tell("again", BRIDGE, source="oasis")
    account = desk.rejudge()
    assert desk.homes() == {"bridge": first, "again": first}
    assert [(row[0], row[3]) for row in desk.stories()] == [(first, None), (second, first)]
    (example,) = account.regroupings
    assert (example.kind, example.story_id, example.beside) == ("joined", second, BRIDGE[0])
    assert example.reason.startswith("same text as entry bridge of dala")


def test_an_entry_that_tells_something_else_founds_a_story_that_counts_as_told(desk: Desk) -> None:
    at = NOW - HOUR
    told = [desk.described(*one, at=at) for one in (("bridge", BRIDGE), ("school", SCHOOL))]
    desk.commit(founded(*told), at=at)
    account = desk.rejudge()
    (first, told_at, number, _), (second, second_told_at, second_number, _) = desk.stories()
    assert desk.homes() == {"bridge": first, "school": second}
    assert told_at == second_told_at == at
    assert isinstance(number, int)
    assert second_number == number + 1
    (example,) = account.regroupings
    assert (example.kind, example.title, example.beside) == ("split", SCHOOL[0], BRIDGE[0])
    assert example.reason


def test_an_entry_goes_to_the_story_that_it_belongs_to(desk: Desk) -> None:
    at = NOW - 2 * HOUR
    wrong = [
        desk.described("school", SCHOOL, at=at),
        desk.described("again", BRIDGE, at=at, source="oasis"),
    ]
    home = desk.tell("bridge", BRIDGE, at=at - HOUR)
    desk.commit(founded(*wrong), at=at)
    account = desk.rejudge()
    assert desk.home("again") == home != desk.home("school")
    assert (account.moved, account.joined, account.split) == (1, 0, 0)
    assert account.regroupings[0].kind == "moved"


def test_what_the_operator_split_stays_split(desk: Desk) -> None:
    at = NOW - 2 * HOUR
    desk.commit(
        founded(
            desk.described("bridge", BRIDGE, at=at), desk.described("again", BRIDGE, at=at, source="oasis")
        ),
        at=at,
    )
    new = desk.corrections.split([2], "another bridge", NOW - HOUR)
    desk.tell("third", BRIDGE, source="zhetysu")
    desk.rejudge()
    assert desk.home("again") == new != desk.home("bridge")
    assert desk.home("third") in (new, desk.home("bridge"))


def test_what_the_operator_merged_stays_merged(desk: Desk) -> None:
    one, two = desk.tell("bridge", BRIDGE), desk.tell("school", SCHOOL)
    kept = desk.corrections.merge([one, two], "one opening", NOW)
    account = desk.rejudge()
    assert desk.homes() == {"bridge": kept, "school": kept}
    assert account.split == 0


def test_what_the_operator_hid_stays_hidden_with_all_that_is_in_it(desk: Desk) -> None:
    one = desk.tell("bridge", BRIDGE)
    two = desk.tell("again", BRIDGE, source="oasis")
    desk.corrections.hide(one, "a hoax", NOW)
    desk.rejudge()
    assert desk.homes() == {"bridge": one, "again": two}


def test_entries_before_the_window_hold_their_stories(desk: Desk) -> None:
    early = NOW.replace(hour=0) - 14 * DAY - HOUR
    home = desk.tell("bridge", BRIDGE, at=early)
    late = desk.tell("again", BRIDGE, at=early + 2 * HOUR, source="oasis")
    assert home < late
    desk.rejudge()
    assert desk.homes() == {"bridge": home, "again": home}


@pytest.mark.parametrize(
    ("early", "reason"),
    [
        (20 * DAY, "nothing that came before tells the same"),
        (14 * DAY + 10 * HOUR, "published more than 72 hours apart"),
    ],
)
def test_why_an_entry_left_its_story_is_told_as_far_as_it_is_known(
    desk: Desk, early: timedelta, reason: str
) -> None:
    home = desk.tell("bridge", BRIDGE, at=NOW - early)
    late = desk.described("school", SCHOOL, at=NOW - HOUR)
    desk.commit(joinings=(Joining(home, late, Relation.REPORT, "same event"),), at=NOW - HOUR)
    (example,) = desk.rejudge().regroupings
    assert (example.kind, example.story_id, example.reason) == ("split", home, reason)


def test_a_lead_that_leaves_what_came_before_it_is_told_as_such(desk: Desk) -> None:
    home = desk.tell("bridge", BRIDGE, at=NOW - 20 * DAY)
    late = desk.described("school", SCHOOL, at=NOW - HOUR)
    taking = Joining(home, late, Relation.REPORT, "same event", former_lead=Relation.REPORT)
    desk.commit(joinings=(taking,), at=NOW - HOUR)
    (example,) = desk.rejudge().regroupings
    assert (example.title, example.reason) == (SCHOOL[0], "the others of its story belong elsewhere")
    assert desk.home("bridge") == home != desk.home("school")


def test_a_long_time_is_judged_in_spans_that_know_of_one_another(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conductor, "SPAN", 2)
    for hours, (guid, text, source) in enumerate(
        [
            ("bridge", BRIDGE, "dala"),
            ("school", SCHOOL, "dala"),
            ("cotton", COTTON, "dala"),
            ("bridge-2", BRIDGE, "oasis"),
            ("school-2", SCHOOL, "oasis"),
            ("bridge-3", BRIDGE, "zhetysu"),
        ]
    ):
        desk.tell(guid, text, at=NOW - (20 - hours) * HOUR, source=source)
    account = desk.rejudge()
    homes = desk.homes()
    assert homes["bridge"] == homes["bridge-2"] == homes["bridge-3"]
    assert homes["school"] == homes["school-2"]
    assert len(set(homes.values())) == 3
    assert (account.looked_at, account.regrouped, account.joined) == (6, 6, 3)


# ------------------------------------------------------------------------------------------------ the world


class Interrupted(RejudgingStore):
    """Stops in the middle, as a killed process does."""

    left = 1

    def _one_more(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt

    def redescribe(self, *arguments) -> None:  # type: ignore[no-untyped-def]
        self._one_more()
        super().redescribe(*arguments)

    def rearrange(self, *arguments) -> int:  # type: ignore[no-untyped-def]
        self._one_more()
        return super().rearrange(*arguments)


@pytest.mark.parametrize("done", range(5))
def test_stopped_anywhere_it_goes_on_to_the_same_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    monkeypatch.setattr(conductor, "ENTRIES_PER_WRITE", 2)
    monkeypatch.setattr(conductor, "MOVES_PER_WRITE", 1)
    for hours, source in enumerate(SOURCES):
        at = NOW - (9 - hours) * HOUR
        desk.tell(f"bridge-{source}", BRIDGE, at=at, source=source)
        desk.tell(f"school-{source}", SCHOOL, at=at, source=source)
    stopping = Interrupted(desk.engine, "news.example")
    stopping.left = done
    with pytest.raises(KeyboardInterrupt):
        rejudge(NOW, desk.ports(archive=stopping))
    assert desk.versions() == ["before"] * 6
    desk.rejudge()
    assert desk.versions() == ["after"] * 6
    assert [desk.countries(f"bridge-{source}") for source in SOURCES] == [["KG"]] * 3
    assert set(desk.homes().values()) == {desk.home("bridge-dala"), desk.home("school-dala")}


class Busy(RejudgingStore):
    """A poll stores one more entry whenever stories are about to change."""

    def __init__(self, desk: Desk, story_id: int) -> None:
        super().__init__(desk.engine, "news.example")
        self.desk, self.story_id = desk, story_id

    def rearrange(self, rearrangements, now) -> int:  # type: ignore[no-untyped-def]
        late = self.desk.described("late", BRIDGE, at=NOW, source="zhetysu")
        self.desk.commit(joinings=(Joining(self.story_id, late, Relation.COPY, "same text"),))
        return super().rearrange(rearrangements, now)


def test_what_comes_in_meanwhile_is_not_lost(desk: Desk) -> None:
    first = desk.tell("bridge", BRIDGE)
    second = desk.tell("again", BRIDGE, source="oasis")
    account = rejudge(NOW, desk.ports(archive=Busy(desk, second)))
    assert account.left == 0
    assert desk.homes() == {"bridge": first, "again": first, "late": first}
    assert desk.versions() == ["after", "after", "before"]


class Overtaken(RejudgingStore):
    """The operator hides a story while it is judged."""

    def rearrange(self, rearrangements: list[Rearrangement], now: datetime) -> int:  # type: ignore[override]
        CorrectionStore(self._engine, "news.example").hide(1, "a hoax", now)
        return super().rearrange(rearrangements, now)


def test_what_the_operator_does_meanwhile_stands_and_is_counted(desk: Desk) -> None:
    desk.tell("bridge", BRIDGE)
    second = desk.tell("again", BRIDGE, source="oasis")
    account = rejudge(NOW, desk.ports(archive=Overtaken(desk.engine, "news.example")))
    assert account.left == 1
    assert desk.home("again") == second
    # It is to be called again, and knows that there is something to do.
    assert desk.versions() == ["before"] * 2
    assert desk.rejudge().left == 0
    assert desk.versions() == ["after"] * 2


def test_the_account_is_shown_as_it_grows(desk: Desk) -> None:
    desk.tell("old", SCHOOL, at=NOW - 40 * DAY)
    desk.tell("bridge", BRIDGE)
    seen: list[int] = []
    desk.rejudge(watch=lambda account: seen.append(account.looked_at))
    assert seen == [1, 2, 2]


def test_an_empty_memory_is_judged_at_once(desk: Desk) -> None:
    assert desk.rejudge() == Differences()
