"""`aggregator export-opml`: the sources as a list for feed readers."""

from __future__ import annotations

from pathlib import Path

import click

from aggregator.cli.terminal import Setting, pass_setting
from aggregator.errors import UsageError
from aggregator.publish import opml


@click.command("export-opml")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
@pass_setting
def command(setting: Setting, file: Path | None) -> None:
    """Write the sources that are polled as an OPML list.

    Without FILE it is printed. Sitemaps and pages are left out: no feed reader could read them.
    """
    config = setting.config
    content = opml.render(config.site.title, config.sources_enabled())
    if file is None:
        click.echo(content, nl=False)
        return
    try:
        file.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error
