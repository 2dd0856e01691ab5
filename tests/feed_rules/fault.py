"""What a rule says of a document that breaks it."""

from __future__ import annotations

from typing import NamedTuple


class Fault(NamedTuple):
    """One fault in one document."""

    rule: str
    """As the W3C Feed Validation Service calls its message, where it has one; else our own name."""
    place: str
    """Element, with the attribute or the number of the entry."""
    said: str = ""
    """What stands there, shortened."""

    def __str__(self) -> str:
        return f"{self.rule} at {self.place}: {self.said[:200]!r}"


def rules(faults: list[Fault]) -> set[str]:
    """Names of the rules that are broken."""
    return {fault.rule for fault in faults}
