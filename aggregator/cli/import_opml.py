"""`aggregator import-opml`: the feeds of a list become sources."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import urlsplit

import click

from aggregator.cli.terminal import NEEDS_OPERATOR, Setting, number_of, pass_setting
from aggregator.config import opml, proposal
from aggregator.config.appending import append
from aggregator.config.proposal import Proposal
from aggregator.config.schema import Config
from aggregator.errors import UsageError


@click.command("import-opml")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@pass_setting
def command(setting: Setting, file: Path) -> None:
    """Append the feeds of an OPML list to the configuration.

    Comments, order and all other lines stay; the old file is kept beside it with the ending .bak.
    Feeds that are configured already are skipped. Try the new ones with `aggregator probe ID`.
    """
    config = setting.config
    with file.open("rb") as stream:
        listed = opml.read(stream.read(opml.LARGEST + 1), str(file))
    for fault in listed.faults:
        click.echo(str(fault), err=True)
    new, known = _sorted_out(config, listed.outlines)
    for outline, source_id in known:
        click.echo(f"{file}:{outline.line}: {outline.url} is there already, as {source_id}")
    if new:
        try:
            backup = append(setting.path, new, os.environ)
        except OSError as error:
            raise UsageError(f"{setting.path} cannot be written: {error.strerror}") from error
        for one in new:
            click.echo(f"{one.id:32} {one.url}")
        click.echo(f"The configuration as it was: {backup}")
    faults = number_of(len(listed.faults), "fault")
    click.echo(f"{number_of(len(new), 'source')} added, {len(known)} known already, {faults}.")
    if listed.faults:
        sys.exit(NEEDS_OPERATOR)


def _sorted_out(
    config: Config, outlines: Iterable[opml.Outline]
) -> tuple[list[Proposal], list[tuple[opml.Outline, str]]]:
    """Those to add, and those that are there already with the id under which they are."""
    ids = {_folded(source.url): source.id for source in config.sources}
    taken = set(ids.values())
    new, known = [], []
    for outline in outlines:
        if (source_id := ids.get(_folded(outline.url))) is not None:
            known.append((outline, source_id))
            continue
        proposed = Proposal(
            id=proposal.slug(outline.name, outline.url, taken),
            name=outline.name,
            url=outline.url,
            homepage=outline.homepage,
            language=outline.language,
            time_zone=proposal.time_zone(outline.url, config.sources),
        )
        ids[_folded(outline.url)] = proposed.id
        taken.add(proposed.id)
        new.append(proposed)
    return new, known


def _folded(url: str) -> str:
    """The address without what rarely makes another feed: scheme, `www.`, the last slash."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return f"{host}:{parts.port or ''}{parts.path.rstrip('/')}?{parts.query}"
