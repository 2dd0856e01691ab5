"""Bodies that could not be read, one per source, kept for whoever looks into it."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from aggregator.model import Claim, Fetched, Reading, SourceFailure

log = logging.getLogger(__name__)

LARGEST = 2_000_000
"""Bytes of a body that are kept."""
_MOST_HEADERS = 100

Read = Callable[[Claim, Fetched, Mapping[str, bytes]], Awaitable[Reading | SourceFailure]]


def path(folder: Path, source_id: str) -> Path:
    """Where a source's body is kept."""
    return folder / f"{source_id}.body"


class KeepingRead:
    """The pipeline's `Read` port around another: a body that it cannot read is kept until the next such one.

    The file holds what failed and the answer's headers as lines, an empty line, and the body as it came.
    """

    def __init__(self, read: Read, folder: Path) -> None:
        self._read = read
        self._folder = folder

    async def __call__(
        self, claim: Claim, fetched: Fetched, known: Mapping[str, bytes]
    ) -> Reading | SourceFailure:
        """Read one body."""
        outcome = await self._read(claim, fetched, known)
        if isinstance(outcome, SourceFailure):
            try:
                self._keep(fetched, outcome)
            except OSError as error:
                # A full disk must not turn one bad body into an end of polling.
                log.warning("the body of %s could not be kept: %s", fetched.source_id, error)
        return outcome

    def _keep(self, fetched: Fetched, failure: SourceFailure) -> None:
        head = [
            f"{failure.at:%Y-%m-%d %H:%M:%S} UTC, {failure.state}: {failure.message}",
            f"{fetched.status} {fetched.url}",
            f"(asked as) User-Agent: {fetched.user_agent}",
            *(f"{name}: {value}" for name, value in fetched.headers[:_MOST_HEADERS]),
        ]
        lines = "".join(f"{' '.join(line.split())}\n" for line in head)
        self._folder.mkdir(parents=True, exist_ok=True)
        whole = path(self._folder, fetched.source_id)
        part = whole.with_suffix(".part")
        part.write_bytes(lines.encode("utf-8", "backslashreplace") + b"\n" + fetched.body[:LARGEST])
        part.replace(whole)
