"""The only place that builds adapters.

Everything here takes a `Config` and hands out ports for `pipeline.py`, opened and closed in order. Whoever
wants another database, mail road or page swaps it here.
"""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from aggregator.asking import asking, keeping, kept_body
from aggregator.config.schema import Config
from aggregator.editorial import shipped
from aggregator.editorial.decide import Rules
from aggregator.editorial.shown import shown_hash
from aggregator.model import Delivery, Letter, Newsletter, Selection, Variant
from aggregator.newsletter import message
from aggregator.newsletter.catcher import Catcher
from aggregator.newsletter.render import Press
from aggregator.newsletter.smtp import SmtpCarrier
from aggregator.pipeline import ComposePorts, DeliverPorts, PollPorts, PublishPorts
from aggregator.probe import ProbePorts
from aggregator.publish.disk import PublicFolder
from aggregator.publish.feeds import Feeds
from aggregator.publish.pages import Pages
from aggregator.publish.selections import EVERYTHING
from aggregator.store import engine as database
from aggregator.store.addresses import masked
from aggregator.store.deliveries import DeliveryLedger
from aggregator.store.entries import EntryStore
from aggregator.store.issues import IssueStore
from aggregator.store.secrets import Secrets
from aggregator.store.sources import SourceStore
from aggregator.store.stories import StoryStore
from aggregator.store.subscribers import SubscriberStore
from aggregator.templating import Templates, shipped_templates
from aggregator.web.app import WebSettings, create_app
from aggregator.web.caught import Caught
from aggregator.web.leaving import Departure
from aggregator.web.server import Address, serve

__all__ = [
    "Stores",
    "caught_path",
    "composing",
    "delivering",
    "kept_body",
    "masked",
    "pages_served",
    "polling",
    "probing",
    "publishing",
    "stores",
]

LEASE = timedelta(minutes=15)
"""How long a sender may hold a delivery: longer than SMTP's longest silence (RFC 5321 section 4.5.3.2)."""


@dataclass(frozen=True, slots=True)
class Stores:
    """What is remembered, opened on one database."""

    engine: Engine
    secrets: Secrets
    sources: SourceStore
    entries: EntryStore
    stories: StoryStore
    subscribers: SubscriberStore
    issues: IssueStore
    ledger: DeliveryLedger


@contextmanager
def stores(config: Config, now: datetime) -> Iterator[Stores]:
    """Open the database, bring it to this version, and tell it which sources are configured."""
    site = config.publisher()
    _make_folders(config)
    engine = database.connect(config.storage.database)
    try:
        database.upgrade(engine)
        secrets = Secrets.load(config.storage.data)
        opened = Stores(
            engine=engine,
            secrets=secrets,
            sources=SourceStore(engine, config.sources_enabled()),
            entries=EntryStore(engine, site.id_domain, shown_hash),
            stories=StoryStore(engine),
            subscribers=SubscriberStore(engine, secrets),
            issues=IssueStore(engine),
            ledger=DeliveryLedger(engine, secrets, site.id_domain, LEASE),
        )
        opened.sources.synchronise(now)
        yield opened
    finally:
        engine.dispose()


def _make_folders(config: Config) -> None:
    config.storage.data.mkdir(parents=True, exist_ok=True)
    config.storage.public.mkdir(parents=True, exist_ok=True)


def _clock() -> datetime:
    return datetime.now(UTC)


# ------------------------------------------------------------------------------------------------ poll


@asynccontextmanager
async def polling(config: Config, opened: Stores) -> AsyncIterator[PollPorts]:
    """The ports of `pipeline.poll`: an HTTP session and the worker processes are open meanwhile."""
    async with asking(config, config.polling.workers, _clock) as (fetch, read):
        yield PollPorts(opened.sources, fetch, keeping(config, read), opened.entries, _rules(config), _clock)


@asynccontextmanager
async def probing(config: Config) -> AsyncIterator[ProbePorts]:
    """The ports of `probe.look`; no store is opened, and nothing is kept."""
    async with asking(config, 1, _clock) as (fetch, read):
        yield ProbePorts(fetch, read)


def _rules(config: Config) -> Rules:
    """The rules of judgement; their version changes with the gazetteer and the configured region."""
    digest = hashlib.sha256(repr(config.region).encode())
    for name, text in sorted(shipped.texts().items()):
        digest.update(f"{name}\0{text}".encode())
    return Rules(version=digest.hexdigest()[:16], first_window=config.polling.first_window)


# ------------------------------------------------------------------------------------------------ publish


def publishing(config: Config, opened: Stores) -> PublishPorts:
    """The ports of `pipeline.publish`."""
    site = config.publisher()
    everything = Selection(EVERYTHING, site.title, site.description)
    selections = (everything, *config.selections())
    environment = _templates(config, "site").environment
    return PublishPorts(
        selections=selections,
        stories=opened.stories,
        sources=opened.sources,
        disk=PublicFolder(config.storage.public),
        render_feeds=Feeds(environment, site).render,
        render_pages=Pages(environment, site, selections).render,
    )


def _templates(config: Config, part: str) -> Templates:
    own = (config.templates,) if config.templates else ()
    return Templates(part, (*own, shipped_templates()), config.site.time_zone)


# ------------------------------------------------------------------------------------------------ compose


def composing(config: Config, opened: Stores) -> ComposePorts:
    """The ports of `pipeline.compose`."""
    site = config.publisher()
    templates = _templates(config, "email")
    return ComposePorts(
        newsletters=config.newsletters_offered(),
        issues=opened.issues,
        press=Press(templates.environment, templates.version(), site),
        link_base=site.base_url,
    )


# ------------------------------------------------------------------------------------------------ deliver


@asynccontextmanager
async def delivering(config: Config, opened: Stores) -> AsyncIterator[DeliverPorts]:
    """The ports of `pipeline.deliver`. Without `smtp` in the configuration mail goes to the local catcher."""
    site = config.publisher()

    def write_letter(newsletter: Newsletter, variant: Variant, delivery: Delivery) -> Letter:
        return message.write(newsletter, variant, delivery, site)

    sessions = config.smtp.sessions if config.smtp else 5
    async with _carrier(config) as carrier:
        yield DeliverPorts(
            newsletters={newsletter.id: newsletter for newsletter in config.newsletters_offered()},
            ledger=opened.ledger,
            carrier=carrier,
            write_letter=write_letter,
            sessions=sessions,
        )


@asynccontextmanager
async def _carrier(config: Config) -> AsyncIterator[SmtpCarrier]:
    if config.smtp is None:
        catcher = Catcher(_caught_folder(config), clock=_clock)
        catcher.start()
        carrier = SmtpCarrier(catcher.host, catcher.port, tls="none", accepted=catcher.holds)
        stop = catcher.stop
    else:
        smtp = config.smtp
        carrier = SmtpCarrier(
            smtp.host,
            smtp.port,
            tls=smtp.security,
            username=smtp.username,
            password=smtp.password.get_secret_value() if smtp.password else None,
            local_hostname=config.publisher().id_domain,
            sessions=smtp.sessions,
        )
        stop = _nothing
    try:
        yield carrier
    finally:
        await carrier.close()
        stop()


def _nothing() -> None:
    """A server of somebody else is not ours to stop."""


def _caught_folder(config: Config) -> Path:
    return config.storage.data / "caught"


# ------------------------------------------------------------------------------------------------ web


@asynccontextmanager
async def pages_served(config: Config, opened: Stores) -> AsyncIterator[Address]:
    """Serve the public folder, the pages for leaving, and caught mail where no `smtp` is configured."""
    site = config.publisher()
    templates = _templates(config, "site")

    def leave(token: str) -> Departure | None:
        left = opened.subscribers.leave_by_token(token, now=_clock())
        return Departure(*left) if left else None

    caught = None if config.smtp else Caught(_caught_folder(config), _caught_key(opened.secrets))
    app = create_app(
        WebSettings(
            public=config.storage.public,
            site=site,
            environment=templates.environment,
            languages=templates.languages(),
            leave=leave,
            caught=caught,
        )
    )
    async with serve(app, config.web.host, config.web.port) as address:
        yield address


def caught_path(opened: Stores) -> str:
    """Path of the page that shows caught mail; whoever knows it may read, on this machine."""
    return f"/caught/{_caught_key(opened.secrets)}/"


def _caught_key(secrets: Secrets) -> str:
    return secrets.current.sign("caught", "mailbox").hex()[:32]
