"""`aggregator cluster`: which texts from elsewhere tell one story, by the judgement that polls use."""

from __future__ import annotations

from typing import BinaryIO

import click
import orjson

from aggregator.cli.json_lines import MOST_TOGETHER, JsonLines, account, each_once, judged_together
from aggregator.cli.terminal import Setting, pass_setting
from aggregator.editorial import items
from aggregator.editorial.rehearsal import Rehearsal
from aggregator.wiring.rehearsing import Intake


@click.command("cluster")
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
@click.option(
    "--batch",
    "size",
    metavar="N",
    type=click.IntRange(1, MOST_TOGETHER),
    default=MOST_TOGETHER,
    help="Judge N items at a time against those before, as polls do. By default all are one batch.",
)
@click.option("--explain", is_flag=True, help="Say why, too.")
@pass_setting
def command(setting: Setting, stream: BinaryIO, size: int, explain: bool) -> None:
    """Say which texts tell one story.

    Reads {id, lang?, source?, url?, date?, title, text} and writes, line for line, {id, story, relation}:
    `story` is the id of its first item, `relation` what the item is to its story's lead: lead, same (one
    address), copy, edition, translation, report.

    `lang` is a hint. `source` is the id of a source, whose weight and outlet count when it is configured; an
    item that names none is its own source. What is published more than 72 hours apart is never one story; all
    items without a date are taken to be as new as the newest. Lines that cannot be read are named and left
    out (exit code 3).
    """
    intake, ids = Intake(setting.config_if_any), []
    lines = JsonLines(stream, each_once(items.dated_item))
    for item in judged_together(lines):
        intake.add(item, unnamed=f"line {lines.number:06}")
        ids.append(item.id)
    rehearsal, arrivals = Rehearsal(intake.rules()), intake.arrivals()
    for start in range(0, len(arrivals), size):
        rehearsal.judge(arrivals[start : start + size])
    for known_as, place in zip(ids, rehearsal.places, strict=True):
        line = {"id": known_as, "story": ids[place.story], "relation": place.relation}
        click.echo(orjson.dumps({**line, "reason": place.reason} if explain else line))
    account(lines)
