"""`aggregator evaluate languages`: languages and scripts beside those that items are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import click

from aggregator.cli.evaluate.figures import (
    NOBODY,
    describer_for,
    heading,
    measure,
    share,
    show_by_file_and_language,
    tally_as_json,
    write,
)
from aggregator.cli.json_lines import JsonLines, account
from aggregator.cli.terminal import Setting, pass_setting, show_table
from aggregator.editorial import items
from aggregator.editorial.scoring import JudgedLanguage, LanguageFigures, LanguageReport


@click.command("languages")
@measure
@pass_setting
def command(setting: Setting, files: Sequence[BinaryIO], errors: int, as_program: bool) -> None:
    """Accuracy of languages and scripts.

    Reads one JSON object per line: {id, title, text, lang, script?}. Items in languages that are not
    configured are counted, not judged.
    """
    describer = describer_for(setting)
    report = LanguageReport(describer.languages, errors)
    read = [JsonLines(file, items.with_language) for file in files]
    for lines in read:
        for labelled in lines:
            report.add(lines.name, labelled, describer.describe(labelled.entry(), NOBODY))
    if as_program:
        write(_languages_as_json(report))
    else:
        _show_languages(report)
    account(*read)


# ------------------------------------------------------------------------------------------------ tables

LANGUAGES = ("items", "right", "accuracy", "scripts")


def _show_languages(report: LanguageReport) -> None:
    show_by_file_and_language(report.files, report.overall, report.languages, LANGUAGES, _language_cells)
    if report.confusions:
        click.echo()
        confusions = [(right, found, str(times)) for (right, found), times in report.confusions.most_common()]
        show_table(("language", "taken for", "times"), confusions)
    if report.not_counted:
        others = ", ".join(f"{code} ({times})" for code, times in report.not_counted.most_common())
        click.echo(f"\nNot judged, in languages that are not configured: {others}.")
    for one in report.errors:
        labelled, found = one.labelled, one.description
        click.echo(f"\n{heading(labelled.id, labelled.title, labelled.text)}")
        expected = f"{labelled.language} {labelled.script}".rstrip()
        click.echo(f"  expected {expected}; found {found.language} {found.script}")


def _language_cells(figures: LanguageFigures) -> Sequence[str]:
    told = figures.languages
    return str(told.of), str(told.right), share(told.accuracy), share(figures.scripts.accuracy)


# ------------------------------------------------------------------------------------------------ JSON


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
    return {"language": tally_as_json(figures.languages), "script": tally_as_json(figures.scripts)}


def _language_error(one: JudgedLanguage) -> Mapping[str, Any]:
    return {
        "id": one.labelled.id,
        "title": one.labelled.title,
        "expected": {"lang": one.labelled.language, "script": one.labelled.script},
        "found": {"lang": one.description.language, "script": one.description.script},
    }
