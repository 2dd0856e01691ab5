"""`aggregator evaluate tags`: countries beside those that items are about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import click

from aggregator.cli.evaluate.figures import (
    NOBODY,
    counts_as_json,
    describer_for,
    heading,
    measure,
    share,
    shares,
    show_by_file_and_language,
    tally_as_json,
    write,
)
from aggregator.cli.json_lines import JsonLines, account, as_json
from aggregator.cli.terminal import Setting, pass_setting, show_table
from aggregator.editorial import items
from aggregator.editorial.scoring import Counts, JudgedTags, TagFigures, TagReport


@click.command("tags")
@measure
@pass_setting
def command(setting: Setting, files: Sequence[BinaryIO], errors: int, as_program: bool) -> None:
    """Precision, recall and F1 of countries.

    Reads one JSON object per line: {id, title, text, url?, lang, countries, also_mentioned}, or in place of
    the last two {gold_countries, ok_countries, gold_counts}. What is mentioned or "ok" counts neither for nor
    against; `gold_counts` says how often each country is named: the first tag should be the most named.
    """
    describer, report = describer_for(setting), TagReport(errors)
    read = [JsonLines(file, items.with_countries) for file in files]
    for lines in read:
        for labelled in lines:
            report.add(lines.name, labelled, describer.describe(labelled.entry(), NOBODY))
    if as_program:
        write(_tags_as_json(report))
    else:
        _show_tags(report)
    account(*read)


# ------------------------------------------------------------------------------------------------ tables

TAGS = ("items", "P", "R", "F1", "P named", "R named", "F1 named", "first")
COUNTS = ("P", "R", "F1", "right", "wrong", "missed")


def _show_tags(report: TagReport) -> None:
    click.echo("P, R, F1: by tags. named: by tags and mentions. first: the first tag is the subject.\n")
    show_by_file_and_language(report.files, report.overall, report.languages, TAGS, _tag_cells)
    countries = sorted(report.countries.items(), key=lambda one: (-one[1].wrong - one[1].missed, one[0]))
    click.echo()
    show_table(("country", *COUNTS), [(code, *_count_cells(counts)) for code, counts in countries])
    for one in report.errors:
        for line in _tag_error(one):
            click.echo(line)


def _tag_cells(figures: TagFigures) -> Sequence[str]:
    cells = (*shares(figures.subjects), *shares(figures.named))
    return str(figures.items), *cells, share(figures.first.accuracy)


def _count_cells(counts: Counts) -> Sequence[str]:
    return *shares(counts), *map(str, (counts.right, counts.wrong, counts.missed))


def _tag_error(one: JudgedTags) -> Iterator[str]:
    found = " ".join(tag.country for tag in one.description.tags)
    yield f"\n{heading(one.labelled.id, one.labelled.title, one.labelled.text)}"
    yield f"  expected {' '.join(sorted(one.labelled.countries)) or '–'}; found {found or '–'}"
    for tag in one.wrong_tags:
        for evidence in tag.evidence:
            place = f"{evidence.zone} {evidence.start}"
            yield f"  {tag.country} {tag.salience:.2f}: «{evidence.surface}» in {place} ({evidence.rule})"


# ------------------------------------------------------------------------------------------------ JSON


def _tags_as_json(report: TagReport) -> Mapping[str, Any]:
    return {
        "all": _tag_figures(report.overall),
        "files": {name: _tag_figures(figures) for name, figures in report.files.items()},
        "languages": {code: _tag_figures(figures) for code, figures in sorted(report.languages.items())},
        "countries": {code: counts_as_json(counts) for code, counts in sorted(report.countries.items())},
        "errors": [
            {
                "id": one.labelled.id,
                "title": one.labelled.title,
                "expected": sorted(one.labelled.countries),
                "found": [tag.country for tag in one.description.tags],
                "wrong": [as_json(tag) for tag in one.wrong_tags],
            }
            for one in report.errors
        ],
    }


def _tag_figures(figures: TagFigures) -> Mapping[str, Any]:
    return {
        "items": figures.items,
        "subject": counts_as_json(figures.subjects),
        "subject_or_mentioned": counts_as_json(figures.named),
        "first": tally_as_json(figures.first),
    }
