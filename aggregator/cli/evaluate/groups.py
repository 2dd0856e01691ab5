"""`aggregator evaluate stories` and `duplicates`: what is put together beside what belongs together."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, BinaryIO

import click

from aggregator.cli.evaluate.figures import (
    counts_as_json,
    heading,
    measure,
    shares,
    show_by_file_and_language,
    write,
)
from aggregator.cli.json_lines import JsonLines, account, each_once, judged_together
from aggregator.cli.terminal import Setting, pass_setting, show_table
from aggregator.config.schema import Config
from aggregator.editorial import comparison, sketches
from aggregator.editorial.comparison import Comparison
from aggregator.editorial.frequencies import Frequencies
from aggregator.editorial.group_report import Grouped, GroupedFile, GroupError, GroupFigures, GroupReport
from aggregator.editorial.grouped_items import GroupedItem, LabelledPair, by_story, by_text
from aggregator.editorial.items import Item
from aggregator.editorial.partitions import BCubed
from aggregator.editorial.rehearsal import Rehearsal
from aggregator.editorial.rules import Rules
from aggregator.editorial.scoring import Counts
from aggregator.model import DescribedEntry, Relation
from aggregator.wiring.rehearsing import Intake


@click.command("stories")
@measure
@pass_setting
def stories(setting: Setting, files: Sequence[BinaryIO], errors: int, as_program: bool) -> None:
    """Pairwise and B-cubed figures of stories.

    Reads lines as `cluster` does, each with its `story` or `cluster` (null: nothing else tells it); or pairs
    {id, a: {title, text, ...}, b: {the same}, label}, with 1 where both tell one story and 0 where they do
    not. Each file is judged as one batch.
    """
    read = [JsonLines(file, each_once(by_story)) for file in files]
    _measure(setting, read, _stories_of, GroupReport(errors), as_program)


@click.command("duplicates")
@measure
@pass_setting
def duplicates(setting: Setting, files: Sequence[BinaryIO], errors: int, as_program: bool) -> None:
    """Pairwise and B-cubed figures of copies.

    Reads what `evaluate stories` reads, with `copy` or `cluster` naming the text. Items belong together that
    have one text or one address, not those that only tell of the same event.
    """
    read = [JsonLines(file, each_once(by_text)) for file in files]
    _measure(setting, read, _texts_of, GroupReport(errors), as_program)


def _measure(
    setting: Setting,
    read: Sequence[JsonLines[GroupedItem | LabelledPair]],
    judge: Callable[[str, _Labelled], GroupedFile],
    report: GroupReport,
    as_program: bool,
) -> None:
    for lines in read:
        labelled = _Labelled(setting.config_if_any)
        for line in judged_together(lines):
            labelled.add(line, lines.number)
        report.add(judge(lines.name, labelled))
    if as_program:
        write(_as_json(report))
    else:
        _show(report)
    account(*read)


# ------------------------------------------------------------------------------------------------ judgement


class _Labelled:
    """The items of one file, with what is right about them."""

    def __init__(self, config: Config | None) -> None:
        self.intake = Intake(config)
        self.items: list[Grouped] = []
        """As long as nothing was judged, each is put in a group of its own."""
        self.pairs: list[tuple[int, int, bool]] = []

    def add(self, line: GroupedItem | LabelledPair, number: int) -> None:
        """Take in a line; `number` is its own."""
        if isinstance(line, GroupedItem):
            alone = ("alone", number) if line.group is None else line.group
            self._add(line.item, f"line {number:06}", alone)
        else:
            self.pairs.append((len(self.items), len(self.items) + 1, line.together))
            self._add(line.one, f"line {number:06} a", None)
            self._add(line.other, f"line {number:06} b", None)

    def _add(self, item: Item, unnamed: str, right: Hashable | None) -> None:
        self.intake.add(item, unnamed)
        title = item.title or item.text[:200]
        self.items.append(Grouped(item.id, title, item.lang or "", right, len(self.items)))


def _stories_of(name: str, labelled: _Labelled) -> GroupedFile:
    rules = labelled.intake.rules()
    rehearsal = Rehearsal(rules)
    rehearsal.judge(labelled.intake.arrivals())
    items = [
        replace(one, found=place.story, relation=place.relation, reason=place.reason)
        for one, place in zip(labelled.items, rehearsal.places, strict=True)
    ]
    return GroupedFile(name, items, labelled.pairs, _comparing(rehearsal.entries, rules))


def _texts_of(name: str, labelled: _Labelled) -> GroupedFile:
    rules = labelled.intake.rules()
    arrivals = sketches.draw(labelled.intake.arrivals(), Frequencies())
    groups = comparison.copies(arrivals, rules)
    items = [replace(one, found=group) for one, group in zip(labelled.items, groups, strict=True)]
    return GroupedFile(name, items, labelled.pairs, _comparing(arrivals, rules))


def _comparing(entries: Sequence[DescribedEntry], rules: Rules) -> Callable[[int, int], Comparison]:
    return lambda one, other: comparison.compare(entries[one], entries[other], rules)


# ------------------------------------------------------------------------------------------------ tables

HEADINGS = ("items", "groups", "found", "P", "R", "F1", "B³ P", "B³ R", "B³ F1")


def _show(report: GroupReport) -> None:
    click.echo("groups: those that are right. P, R, F1: by pairs. B³: by items (B-cubed).\n")
    show_by_file_and_language(report.files, report.overall, report.languages, HEADINGS, _cells)
    if report.across != Counts():
        click.echo()
        show_table(("pairs", "P", "R", "F1"), [("across languages", *shares(report.across))])
    if report.relations:
        told = ", ".join(f"{relation} {times}" for relation, times in report.relations.most_common())
        click.echo(f"\nRelations: {told}.")
    for error in report.errors:
        for line in _error(error):
            click.echo(line)


def _cells(figures: GroupFigures) -> Sequence[str]:
    sizes = map(str, (figures.items, figures.right, figures.found))
    return *sizes, *shares(figures.pairs), *shares(figures.b_cubed)


def _error(error: GroupError) -> Iterator[str]:
    what = "put together, and do not belong together" if error.merged else "missed, and belong together"
    yield f"\n{error.pairs} pair{'s' if error.pairs > 1 else ''} {what} ({error.comparison.words}):"
    for one in (error.one, error.other):
        yield f"  {heading(one.id, one.title)}"
        if error.merged and one.relation not in {None, Relation.LEAD}:
            yield f"    {one.relation}: {one.reason}"


# ------------------------------------------------------------------------------------------------ JSON


def _as_json(report: GroupReport) -> Mapping[str, Any]:
    return {
        "all": _figures(report.overall),
        "files": {name: _figures(figures) for name, figures in report.files.items()},
        "languages": {code: _figures(figures) for code, figures in sorted(report.languages.items())},
        "across_languages": counts_as_json(report.across),
        "relations": {relation.value: times for relation, times in report.relations.most_common()},
        "errors": list(map(_error_as_json, report.errors)),
    }


def _figures(figures: GroupFigures) -> Mapping[str, Any]:
    return {
        "items": figures.items,
        "groups": figures.right,
        "found": figures.found,
        "pairs": counts_as_json(figures.pairs),
        "b_cubed": _b_cubed(figures.b_cubed),
    }


def _b_cubed(figures: BCubed) -> Mapping[str, float | None]:
    return {"precision": figures.precision, "recall": figures.recall, "f1": figures.f1}


def _error_as_json(error: GroupError) -> Mapping[str, Any]:
    return {
        "kind": "merged" if error.merged else "missed",
        "file": error.file,
        "pairs": error.pairs,
        "comparison": error.comparison.words,
        "items": [
            {
                "id": one.id,
                "title": one.title,
                "lang": one.language,
                "relation": one.relation,
                "reason": one.reason,
            }
            for one in (error.one, error.other)
        ],
    }
