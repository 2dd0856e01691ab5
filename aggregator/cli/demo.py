"""`aggregator demo`: the whole job against the sample world."""

from __future__ import annotations

import asyncio
import socket
import sys
import tempfile
from contextlib import nullcontext, suppress
from pathlib import Path

import click

from aggregator.cli.newsletter import describe_issue, describe_letter
from aggregator.cli.poll import FINE, describe, describe_pictures
from aggregator.cli.terminal import now, progress, run_async
from aggregator.config.schema import Config
from aggregator.demo.configuration import SUBSCRIBERS, demo_config
from aggregator.demo.server import World, serve_world
from aggregator.errors import UsageError
from aggregator.illustrate import IllustrateReport, illustrate
from aggregator.model import DeliveryState
from aggregator.pipeline import (
    DeliverReport,
    PollReport,
    PublishReport,
    compose,
    deliver,
    poll,
    publish,
)
from aggregator.wiring.caught_mail import caught_path
from aggregator.wiring.composing import composing
from aggregator.wiring.delivering import delivering
from aggregator.wiring.pages import pages_served
from aggregator.wiring.polling import illustrating, polling
from aggregator.wiring.publishing import publishing
from aggregator.wiring.stores import Stores, open_stores

USUAL_PORT = 8080
MAIL_GOES_EVERY = 2.0
"""Seconds."""
IN_TROUBLE_BY_DESIGN = {"dead-host", "html-page", "overloaded"}
"""Shapes of outlets that cannot be read: the sample world has its broken corners."""


@click.command("demo")
@click.option("--once", is_flag=True, help="Do it once and exit, with 1 if anything failed.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="Where pages are served: 8080, or any free one if it is taken.",
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where to keep what is made; a temporary folder by default.",
)
def command(once: bool, port: int | None, folder: Path | None) -> None:
    """Run the whole job against a sample world.

    Invented sources are served on loopback, mail is caught and shown. Needs no account and no network. Ctrl-C
    ends it.
    """
    temporary = tempfile.TemporaryDirectory(prefix="aggregator-demo-") if folder is None else nullcontext()
    with temporary as name:
        failures = run_async(_demo(folder or Path(str(name)), port, stay=not once))
    for failure in failures:
        click.echo(f"FAILED: {failure}", err=True)
    if failures:
        sys.exit(1)


async def _demo(folder: Path, port: int | None, *, stay: bool) -> list[str]:
    async with serve_world(now()) as world:
        config = demo_config(world, folder, port or _free_port(USUAL_PORT if port is None else 0))
        with open_stores(config, now()) as stores:
            async with pages_served(config, stores):
                polled = await _poll(config, stores)
                pictures = await _illustrate(config, stores)
                published = _publish(config, stores)
                delivered = await _send(config, stores)
                _show_addresses(config, stores)
                if stay:
                    click.echo("\nCtrl-C ends the demo.")
                    with suppress(asyncio.CancelledError):
                        await _carry_on(config, stores)
    return _failures(world, polled, pictures, published, delivered)


def _free_port(wanted: int) -> int:
    """The wanted port if it is free, else any: the links of pages and letters need it beforehand."""
    for port in (wanted, 0):
        with suppress(OSError), socket.create_server(("127.0.0.1", port)) as listening:
            return int(listening.getsockname()[1])
    raise UsageError("no port of this machine is free")


async def _poll(config: Config, stores: Stores) -> PollReport:
    sources = len(config.sources)
    click.echo(f"1. Polling {sources} invented sources in {len(config.region.languages)} languages")
    async with polling(config, stores) as ports:
        with progress("Polling", sources) as show:
            report = await poll(now(), ports, watch=lambda line: show(f"   {describe(line)}"))
    new = sum(line.counts.new for line in report.polled)
    duplicates = sum(line.counts.duplicates for line in report.polled)
    click.echo(f"   = {new} stories to tell; {duplicates} entries told one of them again and joined it")
    return report


async def _illustrate(config: Config, stores: Stores) -> IllustrateReport:
    async with illustrating(config, stores) as ports:
        report = await illustrate(now(), ports)
    click.echo(f"   {describe_pictures(report)} Readers load ours, and no source learns who they are\n")
    return report


def _publish(config: Config, stores: Stores) -> PublishReport:
    report = publish(now(), publishing(config, stores), everything=True)
    click.echo(f"2. Published {len(report.rendered)} feeds, and the pages: {len(report.written)} files\n")
    return report


async def _send(config: Config, stores: Stores) -> DeliverReport:
    click.echo(
        f"3. The weekly letter, for {len(SUBSCRIBERS)} readers, over SMTP to a mailbox on this machine"
    )
    (newsletter,) = config.newsletters_offered()
    for reader in SUBSCRIBERS:
        stores.subscribers.add(
            reader.address,
            newsletter.id,
            newsletter.tracks[0].id,
            reader.choice,
            consent="invented for the demo",
            now=now(),
        )
    for line in compose(now(), composing(config, stores), early=(newsletter.id,)):
        click.echo(f"   {describe_issue(line)}")
    async with delivering(config, stores) as ports:
        report = await deliver(now(), ports)
    for letter in report.lines:
        click.echo(f"   {describe_letter(letter)}")
    return report


async def _carry_on(config: Config, stores: Stores) -> None:
    """Send what visitors of the pages cause: confirmations, and links to their own data."""
    async with delivering(config, stores) as ports:
        while True:
            await asyncio.sleep(MAIL_GOES_EVERY)
            await deliver(now(), ports)


def _show_addresses(config: Config, stores: Stores) -> None:
    site = config.site.base_url
    click.echo(f"\nMerged page   {site}/")
    click.echo(f"Feeds         {site}/feeds")
    click.echo(f"Atom, RSS     {site}/feeds/all.atom  {site}/feeds/all.rss")
    click.echo(f"Subscribe     {site}/subscribe")
    click.echo(f"Caught mail   {site}{caught_path(stores)}")


def _failures(
    world: World,
    polled: PollReport,
    pictures: IllustrateReport,
    published: PublishReport,
    delivered: DeliverReport,
) -> list[str]:
    """What did not go as the sample world is made to go."""
    broken = {outlet.id for outlet in world.outlets if outlet.shape in IN_TROUBLE_BY_DESIGN}
    failures = [
        describe(line)
        for line in polled.polled
        if (line.update.state in FINE) == (line.update.source_id in broken)
    ]
    if len(polled.polled) + len(polled.refused) != len(world.outlets):
        failures.append(f"{len(polled.polled)} of {len(world.outlets)} sources were polled")
    failures += [
        describe_letter(line) for line in delivered.lines if line.settlement.state is not DeliveryState.SENT
    ]
    if not pictures.ready or pictures.waiting or pictures.given_up:
        failures.append(f"pictures are missing. {describe_pictures(pictures)}")
    if not published.written:
        failures.append("no file was written")
    if not delivered.lines:
        failures.append("no letter was sent")
    return failures
