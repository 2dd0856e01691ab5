"""`aggregator evaluate`: judgement measured on labelled items, one module per judgement."""

from __future__ import annotations

import click

from aggregator.cli.evaluate import groups, languages, tags


@click.group("evaluate")
def command() -> None:
    """Measure judgement on labelled items.

    Without a configuration, the languages are those of Central Asia and its neighbours.
    """


command.add_command(tags.command)
command.add_command(languages.command)
command.add_command(groups.duplicates)
command.add_command(groups.stories)
