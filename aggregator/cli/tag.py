"""`aggregator tag`: what texts from elsewhere are about, by the judgement that polls use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

import click
import orjson

from aggregator.cli.json_lines import JsonLines, account, as_json
from aggregator.cli.terminal import Setting, pass_setting
from aggregator.config.schema import Config
from aggregator.editorial import items
from aggregator.editorial.describe import describer_of
from aggregator.editorial.items import Item
from aggregator.model import Description, Region, Source


@click.command("tag")
@click.option(
    "--jsonl",
    "stream",
    metavar="[FILE|-]",
    type=click.File("rb"),
    is_flag=False,
    flag_value="-",
    required=True,
    help="Items to read, one JSON object per line; without a file, from the standard input.",
)
@pass_setting
def command(setting: Setting, stream: BinaryIO) -> None:
    """Say which countries texts are about, and why.

    Reads {id, lang?, source?, url?, date?, title, text} and writes, line for line, {id, lang, script,
    countries: [{code, salience, evidence: [{surface, zone, start, rule}]}], mentioned: [the same], regions:
    [the same]}. `lang` is a hint, `source` the id of a source, whose language and default country count when
    it is configured; `date` says which leaders were in office.

    Works without a configuration too: languages are then those of Central Asia and its neighbours. Lines that
    cannot be read are named and left out (exit code 3).
    """
    config = setting.config_if_any
    describer = describer_of(config.judged_region() if config else Region())
    sources = _sources(config)
    lines = JsonLines(stream, items.item)
    for item in lines:
        source = sources.get(item.source or "") or Source(item.source or "", "", "")
        click.echo(orjson.dumps(_described(item, describer.describe(item.entry(), source))))
    account(lines)


def _sources(config: Config | None) -> Mapping[str, Source]:
    return {source.id: source.over(config.defaults) for source in config.sources} if config else {}


def _described(item: Item, description: Description) -> dict[str, Any]:
    return {
        "id": item.id,
        "lang": description.language,
        "script": description.script,
        "countries": [as_json(tag) for tag in description.tags],
        "mentioned": [as_json(tag) for tag in description.mentions],
        "regions": [as_json(tag) for tag in description.regions],
    }
