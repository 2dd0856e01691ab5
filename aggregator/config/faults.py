"""What the schema refuses, in the operator's words and at its place in the file."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from aggregator.config.yaml_source import Document, Steps
from aggregator.errors import Fault

CONFIDENTIAL = frozenset({"password", "webhook_secret"})
"""The key whose value no message repeats."""
KEY = "[key]"
"""How pydantic ends the way to a key that is wrong itself."""
COUNTING = frozenset({"too_short", "too_long"})
"""Errors about how many there are: what stands there is nothing to quote."""
SHOWN = 40
"""Characters of a wrong value that a message repeats."""


def explain(error: ErrorDetails, document: Document, schema: type[BaseModel]) -> Fault:
    """Turn one pydantic error into a fault. Values are quoted as the file writes them, secrets never."""
    steps: Steps = tuple(error["loc"])
    kind = error["type"]
    if kind == "extra_forbidden":
        message = f"unknown key `{steps[-1]}`{_did_you_mean(str(steps[-1]), _keys(steps[:-1], schema))}"
        return document.place_of_key(steps).fault(message)
    if kind == "missing":
        return document.place(steps).fault(f"`{steps[-1]}` is missing")
    if steps[-1] == KEY:
        return document.place_of_key(steps[:-1]).fault(f"`{_name(steps[:-2])}`: {_reason(error)}")
    return document.place(steps).fault(f"`{_name(steps)}`: {_reason(error)}{_found(error, document)}")


def is_echo(error: ErrorDetails, document: Document) -> bool:
    """Whether it only follows from another one: a list that wrong items left empty."""
    return error["type"] == "too_short" and bool(document.at(tuple(error["loc"])))


def _reason(error: ErrorDetails) -> str:
    """In our words where we have some, else as the validator said it."""
    context = error.get("ctx") or {}
    if error["type"] in WORDINGS:
        return WORDINGS[error["type"]](context, error["input"])
    return str(context.get("error") or error["msg"])


def _found(error: ErrorDetails, document: Document) -> str:
    """What stands in the file instead; nothing where that is a secret or absent."""
    written = document.at(tuple(error["loc"]))
    if (
        error["type"] not in WORDINGS
        or error["type"] in COUNTING
        or CONFIDENTIAL.intersection(error["loc"])
        or written is None
    ):
        return ""
    return f", not {_quoted(written)}"


def _name(steps: Steps) -> str:
    """The key a value stands under; items of a list go by their list's name."""
    return next((step for step in reversed(steps) if isinstance(step, str)), "")


def _quoted(value: Any) -> str:
    if isinstance(value, dict):
        return "keys and values"
    if isinstance(value, list):
        return "a list"
    text = "true" if value is True else "false" if value is False else str(value)
    return f"`{text if len(text) <= SHOWN else text[:SHOWN] + '…'}`"


def _did_you_mean(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key.lower().replace("-", "_"), known, n=1)
    return f"; did you mean `{near[0]}`?" if near else f"; known here: {', '.join(known)}"


def _keys(steps: Steps, schema: type[BaseModel]) -> list[str]:
    """The keys that the schema allows at `steps`."""
    for step in steps:
        if isinstance(step, str):
            schema = _section(schema.model_fields[step].annotation) or schema
    return list(schema.model_fields)


def _section(annotation: Any) -> type[BaseModel] | None:
    """The section inside an annotation such as `tuple[SourceSettings, ...]` or `SmtpSettings | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _section(inner))), None)


def _one_of(context: Mapping[str, Any], written: Any) -> str:
    choices = [choice.strip("'") for choice in str(context["expected"]).replace(" or ", ", ").split(", ")]
    near = difflib.get_close_matches(str(written).lower(), choices, n=1)
    hint = f" (did you mean `{near[0]}`?)" if near else ""
    return f"expects one of {', '.join(choices)}{hint}"


def _number(bound: float) -> str:
    return str(int(bound)) if bound == int(bound) else str(bound)


def _fixed(message: str) -> Callable[[Mapping[str, Any], Any], str]:
    return lambda _context, _written: message


def _text(_context: Mapping[str, Any], written: Any) -> str:
    quotable = isinstance(written, int | float)
    return "expects text in quotes" if quotable else "expects text"


WORDINGS: Mapping[str, Callable[[Mapping[str, Any], Any], str]] = {
    "string_type": _text,
    "string_too_short": _fixed("must not be empty"),
    "int_type": _fixed("expects a whole number"),
    "int_parsing": _fixed("expects a whole number"),
    "int_from_float": _fixed("expects a whole number"),
    "float_type": _fixed("expects a number"),
    "float_parsing": _fixed("expects a number"),
    "bool_type": _fixed("expects true or false"),
    "bool_parsing": _fixed("expects true or false"),
    "tuple_type": _fixed("expects a list, one line `- …` each or [a, b]"),
    "dict_type": _fixed("expects keys and values"),
    "model_type": _fixed("expects keys and values"),
    "date_type": _fixed("expects a day such as 2026-11-22"),
    "date_parsing": _fixed("expects a day such as 2026-11-22"),
    "date_from_datetime_parsing": _fixed("expects a day such as 2026-11-22"),
    "path_type": _fixed("expects a path"),
    "too_short": _fixed("must not be empty"),
    "literal_error": _one_of,
    "greater_than": lambda context, _: f"must be more than {context['gt']:g}",
    "greater_than_equal": lambda context, _: f"must be at least {context['ge']}",
    "too_long": lambda context, _: f"must not hold more than {context['max_length']}",
    "less_than_equal": lambda context, _: f"must be at most {_number(context['le'])}",
}
"""Our words by pydantic's error type, followed by the value that stands in the file."""
