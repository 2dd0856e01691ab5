"""Labelled items for judgement on what belongs together, one JSON object per line.

A line is an item with its group, or a pair of items of which only is known whether they belong together:

    {id, title, text, url?, lang?, source?, date?, story}    those that tell of one event
    {id, title, text, url?, lang?, source?, date?, copy}     those that have one text
    {id, a: {title, text, …}, b: {title, text, …}, label}    1 or true: they do; 0 or false: they do not

In place of `story` or `copy` there may be `cluster`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.editorial.items import InvalidItemError, Item, dated_item, id_of

_EITHER = "cluster"


@dataclass(frozen=True, slots=True)
class GroupedItem:
    """An item that says which group it is in."""

    item: Item
    group: str | int | None
    """Whatever its owner calls it; None for a group of its own."""


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """Two items that say whether they belong together."""

    one: Item
    other: Item
    together: bool


def by_story(fields: Mapping[str, object]) -> GroupedItem | LabelledPair:
    """An item with its story, or a pair; raises InvalidItemError."""
    return _labelled(fields, "story")


def by_text(fields: Mapping[str, object]) -> GroupedItem | LabelledPair:
    """An item with the text that it is a copy of, or a pair; raises InvalidItemError."""
    return _labelled(fields, "copy")


def _labelled(fields: Mapping[str, object], name: str) -> GroupedItem | LabelledPair:
    if "a" in fields or "b" in fields:
        return _pair(fields)
    if fields.keys().isdisjoint({name, _EITHER}):
        raise InvalidItemError(f"has no `{name}`: give it a name, or null if nothing else belongs with it")
    name = name if name in fields else _EITHER
    group = fields[name]
    if isinstance(group, bool) or not isinstance(group, str | int | None):
        raise InvalidItemError(f"`{name}` names no group: write a string, a whole number or null")
    return GroupedItem(dated_item(fields), None if group == "" else group)


def _pair(fields: Mapping[str, object]) -> LabelledPair:
    together = fields.get("label")
    if not isinstance(together, int) or together not in {0, 1}:
        raise InvalidItemError("`label` is neither 1 nor 0: say whether `a` and `b` belong together")
    known_as = id_of(fields)
    one, other = (_side(fields, name, f"{known_as}/{name}") for name in ("a", "b"))
    return LabelledPair(one, other, bool(together))


def _side(fields: Mapping[str, object], name: str, known_as: str) -> Item:
    """One item of a pair; what it does not say of itself the pair says of both."""
    side = fields.get(name)
    if not isinstance(side, dict):
        raise InvalidItemError(f'`{name}` is no item: write it like {{"title": "…", "text": "…"}}')
    both = {key: fields[key] for key in ("lang", "date") if key in fields}
    try:
        return dated_item({**both, **side, "id": known_as})
    except InvalidItemError as error:
        raise InvalidItemError(f"of `{name}`: {error}") from error
