"""What all sections of `config.yaml` have in common."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import MISSING, fields
from datetime import timedelta
from itertools import pairwise
from typing import Any

from pydantic import BaseModel, ConfigDict

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def default_of(record: type, name: str) -> Any:
    """The default that a dataclass of `aggregator.model` gives a field."""
    (default,) = (field.default for field in fields(record) if field.name == name)
    assert default is not MISSING, f"{record.__name__}.{name} has no default"
    return default


class Settings(BaseModel):
    """Base of every section: unknown keys are faults, values never change, docstrings describe.

    The validators of a section that stands within another are not built: those of the whole hold them.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        protected_namespaces=(),
        defer_build=True,
    )


def described_schema(top: type[Settings]) -> dict[str, Any]:
    """JSON Schema of a section, its keys described by the docstrings that stand under them.

    pydantic's own `use_attribute_docstrings` would read the sources of all sections whenever a command
    starts.
    """
    schema = top.model_json_schema()
    definitions = {top.__name__: schema, **schema["$defs"]}
    for section in _sections(Settings):
        keys = definitions.get(section.__name__, {}).get("properties", {})
        texts = {name: text for part in reversed(section.__mro__) for name, text in _docstrings(part)}
        for name in keys.keys() & texts.keys():
            keys[name] = dict(sorted({**keys[name], "description": texts[name]}.items()))
    return schema


def _sections(base: type[Settings]) -> Iterator[type[Settings]]:
    for section in base.__subclasses__():
        yield section
        yield from _sections(section)


def _docstrings(section: type) -> Iterator[tuple[str, str]]:
    if not issubclass(section, Settings):
        return
    (definition,) = ast.parse(inspect.getsource(section)).body
    assert isinstance(definition, ast.ClassDef)
    for statement, below in pairwise(definition.body):
        match statement, below:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                yield name, inspect.cleandoc(text)
