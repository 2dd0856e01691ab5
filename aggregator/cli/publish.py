"""`aggregator publish`: write feeds and pages anew."""

from __future__ import annotations

import click

from aggregator import wiring
from aggregator.cli.terminal import Setting, now, pass_setting
from aggregator.pipeline import publish


@click.command("publish")
@click.option("--changed", is_flag=True, help="Only what changed since the last time, as `run` does.")
@pass_setting
def command(setting: Setting, changed: bool) -> None:
    """Render feeds and pages; write those that changed."""
    with wiring.stores(setting.config, now()) as stores:
        report = publish(now(), wiring.publishing(setting.config, stores), everything=not changed)
    click.echo(
        f"{report.stories} stories looked at, {len(report.rendered)} feeds rendered, "
        f"{len(report.written)} files written to {setting.config.storage.public}."
    )
