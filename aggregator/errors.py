"""The error tree.

    AggregatorError
    ├── ConfigError          config.yaml cannot be used; carries every fault with file, line and column
    ├── StoreError           the database cannot be reached or is not ours
    ├── NotAFeedError        a body that no feed parser can read
    ├── BlockedAddressError  a feed led to an address that must not be reached
    ├── TemplateFaultError   a template cannot be rendered; carries file and line
    └── UsageError           a command was called with something that does not exist

Expected failures of one source or one letter are values (`SourceFailure`, `SmtpReply`), not exceptions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class AggregatorError(Exception):
    """Base of all errors whose message is meant for the operator."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file: `config.yaml:12:5: message`."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ConfigError(AggregatorError):
    """The configuration cannot be used; `faults` holds all that is wrong with it."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class StoreError(AggregatorError):
    """The database cannot be reached, is locked, or holds something else."""


class NotAFeedError(AggregatorError):
    """A body is not a feed; the message names its content type, size and first tag."""


class BlockedAddressError(AggregatorError):
    """An address that feeds must not lead us to (private, loopback, metadata …)."""


class TemplateFaultError(AggregatorError):
    """A template or a wording cannot be used; `fault` says where and why."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(str(fault))


class UsageError(AggregatorError):
    """A command names something that does not exist, or asks for what cannot be done."""
