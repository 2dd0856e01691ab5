"""`aggregator run`: scheduler, pipeline and pages, supervised."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import click

from aggregator.announce import AnnouncePorts, HubTold, announce
from aggregator.cli.mail_jobs import MailJobs
from aggregator.cli.newsletter.unserved import unserved
from aggregator.cli.poll import FINE, describe, describe_pictures
from aggregator.cli.publish import describe_told
from aggregator.cli.terminal import Setting, now, pass_setting
from aggregator.config.schema import Config
from aggregator.illustrate import IllustratePorts, illustrate
from aggregator.model import Telling
from aggregator.pipeline import (
    NO_ENTRIES,
    PollPorts,
    PublishPorts,
    SourcePolled,
    poll,
    publish,
)
from aggregator.push import HubAsked, ReceivePorts, SubscribePorts, receive, subscribe
from aggregator.schedule import Rhythm, keep_time
from aggregator.supervise import Supervisor
from aggregator.wiring.announcing import announcing
from aggregator.wiring.bouncing import bouncing
from aggregator.wiring.caught_mail import caught_path
from aggregator.wiring.composing import composing, mending
from aggregator.wiring.delivering import delivering
from aggregator.wiring.hubs import why_not_reached
from aggregator.wiring.members import membership_ports
from aggregator.wiring.memory import prepare_for_batches
from aggregator.wiring.pages import pages_served
from aggregator.wiring.polling import illustrating, polling, shared_lanes
from aggregator.wiring.publishing import publishing
from aggregator.wiring.pushing import receiving, subscribing
from aggregator.wiring.stores import open_stores

log = logging.getLogger("aggregator")

PARTS = ("web", "pipeline")
STORIES_INDEXED_AT_ONCE = 200
"""One transaction: others wait no longer than that takes."""


@click.command("run")
@click.option("--part", type=click.Choice(PARTS), hidden=True, help="Run one of the supervised processes.")
@click.option("--supervisor", type=int, hidden=True, help="Process id without which this part ends.")
@pass_setting
def command(setting: Setting, part: str | None, supervisor: int | None) -> None:
    """Run everything by the clock, and serve the pages.

    Polls, publishes, composes and delivers whatever is due.

    Ctrl-C or SIGTERM stops it in order; what is under way is finished first.
    """
    logging.getLogger("aggregator").setLevel(min(logging.INFO, logging.getLogger().level))
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    if part is None:
        sys.exit(_supervise(setting))
    run_part = _web if part == "web" else _pipeline
    asyncio.run(run_part(setting, supervisor or os.getppid()))


def _supervise(setting: Setting) -> int:
    config = setting.config
    with open_stores(config, now()) as stores:
        # The database is migrated by now: the children never race for it.
        _announce(config, caught_path(stores))
        for line in unserved(config, stores):
            click.echo(f"Readers {line}")
    aggregator = [sys.executable, "-m", "aggregator", "--config", str(setting.path), "run"]
    supervised = [*aggregator, f"--supervisor={os.getpid()}", "--part"]
    supervisor = Supervisor({part: [*supervised, part] for part in PARTS})
    return asyncio.run(supervisor.run())


def _announce(config: Config, caught: str) -> None:
    click.echo(f"Pages   {config.web.url}/")
    click.echo(f"Sources {len(config.sources_enabled())}, files in {config.storage.public}")
    if reason := why_not_reached(config):
        click.echo(f"Pushes  off, sources are polled only: {reason}")
        if config.publish.hubs:
            click.echo("Hubs    off, for the same reason: they could not read our feeds")
    if config.smtp is None:
        click.echo("Mail    no smtp is configured: letters are not sent but caught, and shown at")
        click.echo(f"        {config.web.url}{caught}")
        if not config.subscribe.open:
            click.echo(
                "        The form at /subscribe is closed till `smtp` is set or `subscribe.open` opens it"
            )


async def _web(setting: Setting, supervisor: int) -> None:
    config = setting.config
    with open_stores(config, now()) as stores:
        async with pages_served(config, stores):
            await _told_to_stop(supervisor)


async def _pipeline(setting: Setting, supervisor: int) -> None:
    prepare_for_batches()
    config = setting.config
    lanes = shared_lanes(config)
    stop = asyncio.Event()
    with open_stores(config, now()) as stores:
        async with (
            polling(config, stores, lanes) as poll_ports,
            illustrating(config, stores, lanes) as picture_ports,
            subscribing(config, stores, lanes) as lease_ports,
            announcing(config, stores, lanes) as ping_ports,
            delivering(config, stores, stop.is_set) as letter_ports,
        ):
            jobs = _Jobs(
                polling=poll_ports,
                subscribing=lease_ports,
                receiving=receiving(stores, poll_ports),
                illustrating=picture_ports,
                publishing=publishing(config, stores),
                search=stores.search,
                announcing=ping_ports,
                mail=MailJobs(
                    composing(config, stores),
                    mending(config, stores),
                    letter_ports,
                    bouncing(config, stores),
                    membership_ports(config, stores),
                    stores,
                    config.publisher(),
                ),
            )
            await asyncio.to_thread(publish, now(), jobs.publishing)
            clock = asyncio.create_task(keep_time(jobs.rhythms(), stop))
            await _told_to_stop(supervisor)
            stop.set()
            await clock


class Index(Protocol):
    """What stories are found by."""

    def fill(self, limit: int) -> int:
        """Index stories that were told before there was this index; returns how many there were."""


@dataclass(slots=True)
class _Jobs:
    """What the clock wakes. Each job asks the store what is due; most of the time nothing is."""

    polling: PollPorts
    subscribing: SubscribePorts
    receiving: ReceivePorts
    illustrating: IllustratePorts
    publishing: PublishPorts
    search: Index
    announcing: AnnouncePorts
    mail: MailJobs
    refusals: dict[str, str] = field(default_factory=dict)
    """What each hub said when it last refused to be told; said again only when it says something else."""
    press: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while publishing: the files of an earlier look must not replace those of a later one."""

    def rhythms(self) -> tuple[Rhythm, ...]:
        return (
            Rhythm("poll", timedelta(seconds=30), self.poll),
            Rhythm("subscribe", timedelta(seconds=60), self.subscribe),
            Rhythm("receive", timedelta(seconds=5), self.receive),
            Rhythm("illustrate", timedelta(seconds=15), self.illustrate),
            Rhythm("index", timedelta(minutes=5), self.index),
            # One job per hub: one that keeps us waiting holds up no other.
            *(
                Rhythm(f"announce to {hub}", timedelta(seconds=10), partial(self.announce, hub))
                for hub in self.announcing.hubs
            ),
            *self.mail.rhythms(),
        )

    async def poll(self, moment: datetime) -> None:
        await poll(moment, self.polling, watch=_log_poll)
        await self._publish()

    async def subscribe(self, moment: datetime) -> None:
        for line in await subscribe(moment, self.subscribing):
            log.log(logging.INFO if line.answer.accepted else logging.WARNING, "%s", describe_asked(line))

    async def receive(self, moment: datetime) -> None:
        lines = await receive(moment, self.receiving)
        for line in lines:
            _log_poll(line)
        if any(line.counts != NO_ENTRIES for line in lines):
            await self._publish()

    async def illustrate(self, moment: datetime) -> None:
        # Apart from polling: news are not to wait for their pictures.
        report = await illustrate(moment, self.illustrating)
        if account := describe_pictures(report):
            log.info("%s", account)
        if report.changes_pages:
            await self._publish()

    async def index(self, moment: datetime) -> None:  # noqa: ARG002 - jobs are called with the time
        # New stories are indexed as they are stored; this is for those of an older version of the program.
        filled = 0
        while found := await asyncio.to_thread(self.search.fill, STORIES_INDEXED_AT_ONCE):
            filled += found
        if filled:
            log.info("%s stories can be searched now", filled)

    async def _publish(self) -> None:
        # Rendering may take seconds: in a thread, so that letters and requests under way go on.
        async with self.press:
            await asyncio.to_thread(publish, now(), self.publishing)

    async def announce(self, hub: str, moment: datetime) -> None:
        for line in await announce(moment, hub, self.announcing):
            log.log(self._level_of(line), "%s", describe_told(line))

    def _level_of(self, line: HubTold) -> int:
        if line.outcome is Telling.TOLD:
            return logging.INFO
        if line.outcome is not Telling.REFUSED:
            return logging.WARNING
        known = self.refusals.get(line.hub) == line.message
        self.refusals[line.hub] = line.message
        return logging.INFO if known else logging.WARNING


def describe_asked(line: HubAsked) -> str:
    """What came of a request to a hub, in one line."""
    outcome = "will come back to verify" if line.answer.accepted else f"refused: {line.answer.message}"
    return f"{line.lease.source_id:24} {line.mode} at {line.lease.hub}: {outcome}"


def _log_poll(line: SourcePolled) -> None:
    level = logging.INFO if line.update.state in FINE else logging.WARNING
    log.log(level, "%s", describe(line))


async def _told_to_stop(supervisor: int) -> None:
    """Wait for SIGTERM or SIGINT, or for the end of the parent process: no child outlives its supervisor."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    while not told.is_set() and os.getppid() == supervisor:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(told.wait(), 1.0)
