"""`aggregator evaluate`: judgement measured on labelled items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, TypeVar

import click
import orjson

from aggregator.cli.json_lines import JsonLines, account, as_json
from aggregator.cli.terminal import Setting, pass_setting, show_table
from aggregator.editorial import items
from aggregator.editorial.describe import Describer, shipped_describer
from aggregator.editorial.scoring import (
    Counts,
    JudgedLanguage,
    JudgedTags,
    LanguageFigures,
    LanguageReport,
    TagFigures,
    TagReport,
    Tally,
)
from aggregator.model import Source

NOBODY = Source("", "", "")
"""Items are judged by themselves: no source helps."""

C = TypeVar("C", bound=Callable[..., None])


@click.group("evaluate")
def command() -> None:
    """Measure judgement on labelled items.

    Without a configuration, the languages are those of Central Asia and its neighbours.
    """


def _options(function: C) -> C:
    """What both measures take."""
    for option in (
        click.option("--json", "as_program", is_flag=True, help="For programs: one JSON object."),
        click.option(
            "--errors",
            metavar="N",
            type=click.IntRange(0, 10_000),
            default=10,
            show_default=True,
            help="How many of the worst errors to show.",
        ),
        click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.File("rb")),
    ):
        function = option(function)
    return function


@command.command("tags")
@_options
@pass_setting
def _tags(setting: Setting, files: Sequence[BinaryIO], errors: int, as_program: bool) -> None:
    """Precision, recall and F1 of countries.

    Reads one JSON object per line: {id, title, text, url?, lang, countries, also_mentioned}, or in place of
    the last two {gold_countries, ok_countries, gold_counts}. What is mentioned or "ok" counts neither for nor
    against; `gold_counts` says how often each country is named: the first tag should be the most named.
    """
    describer, report = _describer(setting), TagReport(errors)
    read = [JsonLines(file, items.with_countries) for file in files]
    for lines in read:
        for labelled in lines:
            report.add(lines.name, labelled, describer.describe(labelled.entry(), NOBODY))
    if as_program:
        _write(_tags_as_json(report))
    else:
        _show_tags(report)
    account(*read)


@command.command("languages")
@_options
@pass_setting
def _languages(setting: Setting, files: Sequence[BinaryIO], errors: int, as_program: bool) -> None:
    """Accuracy of languages and scripts.

    Reads one JSON object per line: {id, title, text, lang, script?}. Items in languages that are not
    configured are counted, not judged.
    """
    describer = _describer(setting)
    report = LanguageReport(describer.languages, errors)
    read = [JsonLines(file, items.with_language) for file in files]
    for lines in read:
        for labelled in lines:
            report.add(lines.name, labelled, describer.describe(labelled.entry(), NOBODY))
    if as_program:
        _write(_languages_as_json(report))
    else:
        _show_languages(report)
    account(*read)


def _describer(setting: Setting) -> Describer:
    config = setting.config_if_any
    return shipped_describer(config.region.languages if config else ())


def _write(report: Mapping[str, Any]) -> None:
    click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2))


# ------------------------------------------------------------------------------------------------ tables

TAGS = ("items", "P", "R", "F1", "P named", "R named", "F1 named", "first")
COUNTS = ("P", "R", "F1", "right", "wrong", "missed")
LANGUAGES = ("items", "right", "accuracy", "scripts")


def _show_tags(report: TagReport) -> None:
    click.echo("P, R, F1: by tags. named: by tags and mentions. first: the first tag is the subject.\n")
    _show_groups(report.files, report.overall, report.languages, TAGS, _tag_cells)
    countries = sorted(report.countries.items(), key=lambda one: (-one[1].wrong - one[1].missed, one[0]))
    click.echo()
    show_table(("country", *COUNTS), [(code, *_count_cells(counts)) for code, counts in countries])
    for one in report.errors:
        for line in _tag_error(one):
            click.echo(line)


def _show_languages(report: LanguageReport) -> None:
    _show_groups(report.files, report.overall, report.languages, LANGUAGES, _language_cells)
    if report.confusions:
        click.echo()
        confusions = [(right, found, str(times)) for (right, found), times in report.confusions.most_common()]
        show_table(("language", "taken for", "times"), confusions)
    if report.not_counted:
        others = ", ".join(f"{code} ({times})" for code, times in report.not_counted.most_common())
        click.echo(f"\nNot judged, in languages that are not configured: {others}.")
    for one in report.errors:
        click.echo(
            f"\n{_heading(one.labelled)}\n  expected {one.labelled.language} {one.labelled.script}".rstrip()
            + f"; found {one.description.language} {one.description.script}"
        )


F = TypeVar("F")


def _show_groups(
    files: Mapping[str, F],
    overall: F,
    languages: Mapping[str, F],
    headings: Sequence[str],
    cells: Callable[[F], Sequence[str]],
) -> None:
    """Figures by file, with all files together where there are several, then by language."""
    rows = [(name, *cells(figures)) for name, figures in files.items()]
    if len(rows) != 1:
        rows.append(("all", *cells(overall)))
    show_table(("file", *headings), rows)
    click.echo()
    by_language = sorted(languages.items())
    show_table(("language", *headings), [(code or "?", *cells(figures)) for code, figures in by_language])


def _tag_cells(figures: TagFigures) -> Sequence[str]:
    shares = [
        share
        for counts in (figures.subjects, figures.named)
        for share in (counts.precision, counts.recall, counts.f1)
    ]
    return str(figures.items), *map(_share, shares), _share(figures.first.accuracy)


def _count_cells(counts: Counts) -> Sequence[str]:
    shares = map(_share, (counts.precision, counts.recall, counts.f1))
    return *shares, *map(str, (counts.right, counts.wrong, counts.missed))


def _language_cells(figures: LanguageFigures) -> Sequence[str]:
    told = figures.languages
    return str(told.of), str(told.right), _share(told.accuracy), _share(figures.scripts.accuracy)


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.3f}"


def _tag_error(one: JudgedTags) -> Iterator[str]:
    found = " ".join(tag.country for tag in one.description.tags)
    yield f"\n{_heading(one.labelled)}"
    yield f"  expected {' '.join(sorted(one.labelled.countries)) or '–'}; found {found or '–'}"
    for tag in one.wrong_tags:
        for evidence in tag.evidence:
            place = f"{evidence.zone} {evidence.start}"
            yield f"  {tag.country} {tag.salience:.2f}: «{evidence.surface}» in {place} ({evidence.rule})"


def _heading(labelled: items.LabelledItem) -> str:
    """Its id and the beginning of what it says, on one line."""
    words = " ".join((labelled.title or labelled.text[:200]).split())
    return f"{labelled.id}  {words if len(words) <= 100 else words[:99] + '…'}"


# ------------------------------------------------------------------------------------------------ JSON


def _tags_as_json(report: TagReport) -> Mapping[str, Any]:
    return {
        "all": _tag_figures(report.overall),
        "files": {name: _tag_figures(figures) for name, figures in report.files.items()},
        "languages": {code: _tag_figures(figures) for code, figures in sorted(report.languages.items())},
        "countries": {code: _counts(counts) for code, counts in sorted(report.countries.items())},
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
        "subject": _counts(figures.subjects),
        "subject_or_mentioned": _counts(figures.named),
        "first": _tally(figures.first),
    }


def _counts(counts: Counts) -> Mapping[str, float | None]:
    return {
        "precision": counts.precision,
        "recall": counts.recall,
        "f1": counts.f1,
        "right": counts.right,
        "wrong": counts.wrong,
        "missed": counts.missed,
    }


def _languages_as_json(report: LanguageReport) -> Mapping[str, Any]:
    return {
        "all": _language_figures(report.overall),
        "files": {name: _language_figures(figures) for name, figures in report.files.items()},
        "languages": {code: _language_figures(one) for code, one in sorted(report.languages.items())},
        "confusions": [
            {"expected": right, "found": found, "times": times}
            for (right, found), times in report.confusions.most_common()
        ],
        "not_judged": dict(report.not_counted),
        "errors": list(map(_language_error, report.errors)),
    }


def _language_figures(figures: LanguageFigures) -> Mapping[str, Any]:
    return {"language": _tally(figures.languages), "script": _tally(figures.scripts)}


def _language_error(one: JudgedLanguage) -> Mapping[str, Any]:
    return {
        "id": one.labelled.id,
        "title": one.labelled.title,
        "expected": {"lang": one.labelled.language, "script": one.labelled.script},
        "found": {"lang": one.description.language, "script": one.description.script},
    }


def _tally(tally: Tally) -> Mapping[str, float | None]:
    return {"accuracy": tally.accuracy, "right": tally.right, "of": tally.of}
