"""What became of issues and letters, in one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from aggregator.cli.terminal import number_of, one_line
from aggregator.model import ServerPause
from aggregator.pipeline import Composed, IssueLine, LetterLine
from aggregator.wiring.delivering import masked

S = TypeVar("S", bound=str)

HELD = (
    "Letters are held ({count}): the connection was lost after the final dot, so they may have arrived. "
    "Look into your relay's log, then call `aggregator newsletter settle --sent` or `--resend`."
)


def describe_issue(line: IssueLine) -> str:
    """What became of one track's period, in one line."""
    name = f"{line.newsletter} {line.track} {line.period}"
    if line.outcome is Composed.FROZEN:
        readers = number_of(line.deliveries, "reader")
        return f"{name}: {number_of(line.stories, 'story', 'stories')} for {readers}"
    if line.outcome is Composed.OVERDUE:
        return f"{name}: overdue and not sent; `aggregator newsletter send --late` sends it now"
    if line.outcome is Composed.NOTHING_NEW:
        return f"{name}: nothing new, nothing is sent"
    return f"{name}: {line.outcome}" + (f": {one_line(line.reason)}" if line.reason else "")


def describe_letter(line: LetterLine) -> str:
    """What became of one letter, in one line; the address is masked."""
    address = masked(line.delivery.address)
    reason = f" ({one_line(line.settlement.reason)})" if line.settlement.reason else ""
    return f"{address:32} {line.settlement.state}{reason}"


def describe_pause(pause: ServerPause) -> str:
    """Why letters wait, in one line."""
    return f"Sending rests until {pause.until:%Y-%m-%d %H:%M} UTC: {pause.server}: {one_line(pause.reason)}"


def counted(counts: Mapping[S, int], nothing: str = "no letters") -> str:
    """Letters by state, in one line."""
    return ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or nothing


def by_name(counts: Mapping[S, int]) -> dict[str, int]:
    """The same for programs, in a fixed order."""
    return {str(name): count for name, count in sorted(counts.items())}
