"""The labelled set of this project: reads `labelled/*.jsonl`, whose format README.md tells."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aggregator.editorial import items
from aggregator.editorial.items import LabelledItem

FOLDER = Path(__file__).parent / "labelled"
FILES = tuple(sorted(FOLDER.glob("*.jsonl")))


@dataclass(frozen=True, slots=True)
class OwnItem:
    """One line: a text with what is right about it."""

    file: str
    """Name of its file, without the ending: `traps`."""
    labelled: LabelledItem
    """What the measures of tags and languages take."""
    source: str
    """Id of the outlet, an invented one."""
    story: str | None
    """The event it tells of, shared by all items that tell of it; None where no other does."""
    copy: str | None
    """The text it is a copy of, shared by all copies of that text; None where it is nobody's copy."""


def records(file: Path) -> list[dict[str, Any]]:
    """The lines of one file as they stand there."""
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def load() -> tuple[OwnItem, ...]:
    """All items of all files, in order."""
    return tuple(_own(file.stem, record) for file in FILES for record in records(file))


def together(
    own: Iterable[OwnItem], by: Callable[[OwnItem], str | None]
) -> Mapping[str, tuple[OwnItem, ...]]:
    """The items that belong together, by `story` or by `copy`; those that are alone are left out."""
    groups: defaultdict[str, list[OwnItem]] = defaultdict(list)
    for item in own:
        if (group := by(item)) is not None:
            groups[group].append(item)
    return {group: tuple(members) for group, members in groups.items()}


def _own(file: str, record: Mapping[str, Any]) -> OwnItem:
    return OwnItem(file, items.with_countries(record), record["source"], record["story"], record.get("copy"))
