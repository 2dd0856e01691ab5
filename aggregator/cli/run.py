"""`aggregator run`: scheduler, pipeline and pages, supervised."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta

import click

from aggregator import wiring
from aggregator.cli.newsletter import HELD, describe_issue, describe_letter
from aggregator.cli.poll import FINE, describe
from aggregator.cli.terminal import Setting, now, pass_setting
from aggregator.config.schema import Config
from aggregator.model import DeliveryState
from aggregator.pipeline import (
    Composed,
    ComposePorts,
    DeliverPorts,
    IssueLine,
    PollPorts,
    PublishPorts,
    SourcePolled,
    compose,
    deliver,
    poll,
    publish,
)
from aggregator.schedule import Rhythm, keep_time
from aggregator.supervise import Supervisor

log = logging.getLogger("aggregator")

PARTS = ("web", "pipeline")


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
    with wiring.stores(config, now()) as stores:
        # The database is migrated by now: the children never race for it.
        _announce(config, wiring.caught_path(stores))
    aggregator = [sys.executable, "-m", "aggregator", "--config", str(setting.path), "run"]
    supervised = [*aggregator, f"--supervisor={os.getpid()}", "--part"]
    supervisor = Supervisor({part: [*supervised, part] for part in PARTS})
    return asyncio.run(supervisor.run())


def _announce(config: Config, caught: str) -> None:
    click.echo(f"Pages   http://{config.web.host}:{config.web.port}/")
    click.echo(f"Sources {len(config.sources_enabled())}, files in {config.storage.public}")
    if config.smtp is None:
        click.echo("Mail    no smtp is configured: letters are not sent but caught, and shown at")
        click.echo(f"        http://{config.web.host}:{config.web.port}{caught}")


async def _web(setting: Setting, supervisor: int) -> None:
    config = setting.config
    with wiring.stores(config, now()) as stores:
        async with wiring.pages_served(config, stores):
            await _told_to_stop(supervisor)


async def _pipeline(setting: Setting, supervisor: int) -> None:
    config = setting.config
    with wiring.stores(config, now()) as stores:
        async with wiring.polling(config, stores) as polling, wiring.delivering(config, stores) as delivering:
            jobs = _Jobs(
                polling, wiring.publishing(config, stores), wiring.composing(config, stores), delivering
            )
            await asyncio.to_thread(publish, now(), jobs.publishing, everything=True)
            stop = asyncio.Event()
            clock = asyncio.create_task(keep_time(jobs.rhythms(), stop))
            await _told_to_stop(supervisor)
            stop.set()
            await clock


@dataclass(slots=True)
class _Jobs:
    """What the clock wakes. Each job asks the store what is due; most of the time nothing is."""

    polling: PollPorts
    publishing: PublishPorts
    composing: ComposePorts
    delivering: DeliverPorts
    held: int = 0
    """Letters held when last looked; said again only when the number changes."""
    overdue: frozenset[IssueLine] = frozenset()
    """Issues that waited for the operator when last looked; likewise."""

    def rhythms(self) -> tuple[Rhythm, ...]:
        return (
            Rhythm("poll", timedelta(seconds=30), self.poll),
            Rhythm("compose", timedelta(seconds=60), self.compose),
            Rhythm("deliver", timedelta(seconds=10), self.deliver),
        )

    async def poll(self, moment: datetime) -> None:
        await poll(moment, self.polling, watch=_log_poll)
        # Rendering may take seconds: in a thread, so that letters and requests under way go on.
        await asyncio.to_thread(publish, now(), self.publishing)

    async def compose(self, moment: datetime) -> None:
        lines = await asyncio.to_thread(compose, moment, self.composing)
        for line in lines:
            if line not in self.overdue:
                log.warning("%s", describe_issue(line))
        self.overdue = frozenset(line for line in lines if line.outcome is Composed.OVERDUE)

    async def deliver(self, moment: datetime) -> None:
        report = await deliver(moment, self.delivering)
        sent = sum(line.settlement.state is DeliveryState.SENT for line in report.lines)
        if report.lines:
            log.info("%s letters sent, %s not sent", sent, len(report.lines) - sent)
        for line in report.lines:
            if line.settlement.state is not DeliveryState.SENT:
                log.warning("%s", describe_letter(line))
        if report.held and report.held != self.held:
            log.warning("%s", HELD.format(count=report.held))
        self.held = report.held


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
