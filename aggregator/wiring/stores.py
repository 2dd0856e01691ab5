"""What is remembered: the stores, opened on one database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from aggregator.config.schema import Config
from aggregator.errors import StoreError, UsageError
from aggregator.store import engine as database
from aggregator.store.bounces import BounceStore
from aggregator.store.corrections import CorrectionStore
from aggregator.store.deliveries import DeliveryLedger
from aggregator.store.entries import EntryStore
from aggregator.store.inbox import PushInbox
from aggregator.store.inspection import Inspection
from aggregator.store.issue_desk import IssueDesk
from aggregator.store.issue_notes import IssueNotes
from aggregator.store.issues import IssueStore
from aggregator.store.leases import LeaseStore
from aggregator.store.member_desk import MemberDesk
from aggregator.store.members import MemberStore
from aggregator.store.notices import AlertStore
from aggregator.store.overview import Overview
from aggregator.store.past_issues import PastIssueStore
from aggregator.store.pictures import PictureStore
from aggregator.store.pings import PingStore
from aggregator.store.refused_letters import RefusedLetters
from aggregator.store.search import StorySearch
from aggregator.store.secrets import Secrets
from aggregator.store.sources import SourceStore
from aggregator.store.stale_issues import StaleIssues
from aggregator.store.stories import StoryStore
from aggregator.store.subscribers import SubscriberStore
from aggregator.store.suppressions import SuppressionStore
from aggregator.wiring.hubs import hubs_told

LEASE = timedelta(minutes=15)
"""How long a sender may hold a delivery: longer than SMTP's longest silence (RFC 5321 section 4.5.3.2)."""


@dataclass(frozen=True, slots=True)
class Stores:
    """What is remembered, opened on one database."""

    engine: Engine
    secrets: Secrets
    sources: SourceStore
    entries: EntryStore
    leases: LeaseStore
    inbox: PushInbox
    stories: StoryStore
    corrections: CorrectionStore
    inspection: Inspection
    pictures: PictureStore
    pings: PingStore
    search: StorySearch
    subscribers: SubscriberStore
    members: MemberStore
    member_desk: MemberDesk
    issues: IssueStore
    desk: IssueDesk
    notes: IssueNotes
    overview: Overview
    stale: StaleIssues
    past_issues: PastIssueStore
    ledger: DeliveryLedger
    alerts: AlertStore
    bounces: BounceStore
    refused: RefusedLetters
    suppressions: SuppressionStore


@contextmanager
def open_stores(config: Config, now: datetime) -> Iterator[Stores]:
    """Open the database, bring it to this version, and tell it which sources are configured.

    Raises UsageError for folders that cannot be made, and StoreError for a database or keys that cannot be
    used.
    """
    site, sources = config.publisher(), config.sources_enabled()
    _make_folders(config)
    engine = database.connect(config.storage.database)
    try:
        database.upgrade(engine)
        _refuse_without_keys(config.storage.data, Overview(engine))
        secrets = Secrets.load(config.storage.data)
        opened = Stores(
            engine=engine,
            secrets=secrets,
            sources=SourceStore(engine, sources),
            entries=EntryStore(engine, site.id_domain),
            leases=LeaseStore(engine, sources, secrets),
            inbox=PushInbox(engine, sources),
            stories=StoryStore(engine),
            corrections=CorrectionStore(engine, site.id_domain),
            inspection=Inspection(engine),
            pictures=PictureStore(engine),
            pings=PingStore(engine, hubs_told(config)),
            search=StorySearch(engine),
            subscribers=SubscriberStore(engine, secrets),
            members=MemberStore(engine, secrets, site.base_url),
            member_desk=MemberDesk(engine, secrets),
            issues=IssueStore(engine),
            desk=IssueDesk(engine),
            notes=IssueNotes(engine),
            overview=Overview(engine),
            stale=StaleIssues(engine, config.newsletters_offered()),
            past_issues=PastIssueStore(engine, config.newsletters_offered()),
            alerts=AlertStore(engine, secrets),
            ledger=DeliveryLedger(engine, secrets, site.id_domain, LEASE),
            bounces=BounceStore(engine, secrets),
            refused=RefusedLetters(engine),
            suppressions=SuppressionStore(engine, secrets),
        )
        opened.sources.synchronise(now)
        yield opened
    finally:
        engine.dispose()


def _refuse_without_keys(folder: Path, overview: Overview) -> None:
    """New keys would know no suppressed address: they would get mail again."""
    if Secrets.are_in(folder) or not overview.needs_former_keys():
        return
    if not Secrets.are_in(folder):  # asked again: another process may have begun with both meanwhile
        raise StoreError(
            f"there are no secret keys in {folder}, and this database was written with some: restore "
            "`secret.keys` from its backup, or see docs/operating.md, «Where things are»"
        )


def _make_folders(config: Config) -> None:
    for key, folder in (("data", config.storage.data), ("public", config.storage.public)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(
                f"storage.{key}: the folder {folder} cannot be made: {error.strerror}. Name another, or let "
                "this user write there"
            ) from error
