"""What all measures share: what they take, and how figures are shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

import click
import orjson

from aggregator.cli.terminal import Setting, show_table
from aggregator.editorial.describe import Describer, describer_of
from aggregator.editorial.scoring import Counts, Tally
from aggregator.model import Region, Source

NOBODY = Source("", "", "")
"""Items are judged by themselves: no source helps."""

C = TypeVar("C", bound=Callable[..., None])
F = TypeVar("F")


def measure(function: C) -> C:
    """What every measure takes."""
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


def describer_for(setting: Setting) -> Describer:
    """What describes items by themselves, in the languages of the configuration, if there is one."""
    config = setting.config_if_any
    return describer_of(config.judged_region() if config else Region())


def write(report: Mapping[str, Any]) -> None:
    """Print a report for programs."""
    click.echo(orjson.dumps(report, option=orjson.OPT_INDENT_2))


# ------------------------------------------------------------------------------------------------ tables


def show_by_file_and_language(
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


def share(value: float | None) -> str:
    """A share of one; a dash where nothing was counted."""
    return "–" if value is None else f"{value:.3f}"


class Shares(Protocol):
    """What is told by precision and recall."""

    @property
    def precision(self) -> float | None:
        """Share of what was found that is right."""

    @property
    def recall(self) -> float | None:
        """Share of what is right that was found."""

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two."""


def shares(figures: Shares) -> Sequence[str]:
    """Precision, recall and F1."""
    return share(figures.precision), share(figures.recall), share(figures.f1)


def heading(known_as: str | int, title: str, text: str = "") -> str:
    """The id of an item and the beginning of what it says, on one line."""
    words = " ".join((title or text[:200]).split())
    return f"{known_as}  {words if len(words) <= 100 else words[:99] + '…'}"


# ------------------------------------------------------------------------------------------------ JSON


def counts_as_json(figures: Counts) -> Mapping[str, float | None]:
    """What was found beside what is right."""
    return {
        "precision": figures.precision,
        "recall": figures.recall,
        "f1": figures.f1,
        "right": figures.right,
        "wrong": figures.wrong,
        "missed": figures.missed,
    }


def tally_as_json(tally: Tally) -> Mapping[str, float | None]:
    """How many of some cases were right."""
    return {"accuracy": tally.accuracy, "right": tally.right, "of": tally.of}
