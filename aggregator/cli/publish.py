"""`aggregator publish`: write feeds and pages anew, and tell hubs."""

from __future__ import annotations

import asyncio
import sys

import click

from aggregator.announce import HubTold, announce
from aggregator.cli.terminal import NEEDS_OPERATOR, Setting, now, number_of, pass_setting, run_async
from aggregator.model import Telling
from aggregator.pipeline import publish
from aggregator.wiring.hubs import hubs_told
from aggregator.wiring.publishing import publishing
from aggregator.wiring.stores import Stores, open_stores

OUTCOMES = {
    Telling.TOLD: "told of {}",
    Telling.LATER: "could not be told of {}",
    Telling.REFUSED: "refuses to be told of {}",
    Telling.GIVEN_UP: "could not be told for too long of {}, and is not until they change again",
}


@click.command("publish")
@click.option("--changed", is_flag=True, help="Only what changed since the last time, as `run` does.")
@pass_setting
def command(setting: Setting, changed: bool) -> None:
    """Render feeds and pages; write those that changed.

    Tells the hubs of `publish.hubs` which feeds those are.
    """
    with open_stores(setting.config, now()) as stores:
        report = publish(now(), publishing(setting.config, stores), everything=not changed)
        click.echo(
            f"{number_of(report.stories, 'story', 'stories')} looked at, "
            f"{number_of(len(report.rendered), 'feed')} rendered, "
            f"{number_of(len(report.written), 'file')} written to {setting.config.storage.public}."
        )
        lines = run_async(_tell_hubs(setting, stores)) if hubs_told(setting.config) else []
    for line in lines:
        click.echo(describe_told(line))
    if any(line.outcome is not Telling.TOLD for line in lines):
        sys.exit(NEEDS_OPERATOR)


async def _tell_hubs(setting: Setting, stores: Stores) -> list[HubTold]:
    # Here and not above: what speaks HTTP takes longer to load than most publications last.
    from aggregator.wiring.announcing import announcing

    async with announcing(setting.config, stores) as ports:
        told = await asyncio.gather(*(announce(now(), hub, ports, requests=None) for hub in ports.hubs))
    return [line for lines in told for line in lines]


def describe_told(line: HubTold) -> str:
    """What became of telling one hub, in one line."""
    feeds = "1 feed" if line.feeds == 1 else f"{line.feeds} feeds"
    said = f": {line.message}" if line.message else ""
    again = f"; it is asked again at {line.again_at:%Y-%m-%d %H:%M:%S} UTC" if line.again_at else ""
    return f"{line.hub} {OUTCOMES[line.outcome].format(feeds)}{said}{again}"
