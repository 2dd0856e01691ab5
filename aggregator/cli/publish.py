"""`aggregator publish`: write feeds and pages anew."""

from __future__ import annotations

import click

from aggregator.cli.terminal import Setting, now, pass_setting
from aggregator.pipeline import publish
from aggregator.wiring.publishing import publishing
from aggregator.wiring.stores import open_stores


@click.command("publish")
@click.option("--changed", is_flag=True, help="Only what changed since the last time, as `run` does.")
@pass_setting
def command(setting: Setting, changed: bool) -> None:
    """Render feeds and pages; write those that changed."""
    with open_stores(setting.config, now()) as stores:
        report = publish(now(), publishing(setting.config, stores), everything=not changed)
    click.echo(
        f"{report.stories} stories looked at, {len(report.rendered)} feeds rendered, "
        f"{len(report.written)} files written to {setting.config.storage.public}."
    )
