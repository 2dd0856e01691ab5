"""Who gets a newsletter, and what they chose."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Choice:
    """What a reader chose; readers with the same choice get the same variant."""

    language: str
    """Interface language of letters."""
    countries: tuple[str, ...] = ()
    """Only stories about one of these; empty admits all."""
    languages: tuple[str, ...] = ()
    """Only stories told in one of these languages; empty admits all."""
    without: tuple[int, ...] = ()
    """Stories that another track told such a reader before: not chosen, but as good as told."""


class SubscriberState(StrEnum):
    """Where a subscriber stands: only the confirmed get letters."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A person who gets a newsletter."""

    id: int
    email: str
    newsletter: str
    track: str
    choice: Choice
    state: SubscriberState
