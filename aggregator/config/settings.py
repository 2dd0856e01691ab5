"""What all sections of `config.yaml` have in common."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def default_of(record: type, name: str) -> Any:
    """The default that a dataclass of `aggregator.model` gives a field."""
    (default,) = (field.default for field in fields(record) if field.name == name)
    assert default is not MISSING, f"{record.__name__}.{name} has no default"
    return default


class Settings(BaseModel):
    """Base of every section: unknown keys are faults, values never change, docstrings describe."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        validate_default=True,
        use_attribute_docstrings=True,
        protected_namespaces=(),
    )
