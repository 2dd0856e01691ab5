"""Feeds that are not published any more: those that have another name now, and those that are gone."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

ASKED_EVERY = 30.0
"""Seconds."""


@dataclass(slots=True)
class FormerFeeds:
    """Remembers for a while what the ports say; they may block, and are asked in a thread."""

    moved: Callable[[], Mapping[str, str]]
    """The name that a feed has now, by the one that it had."""
    gone: Callable[[], Collection[str]]
    """Names of feeds that were given up."""
    seconds: Callable[[], float]
    """A clock that never goes back."""
    _moved: Mapping[str, str] = field(default_factory=dict)
    _gone: Collection[str] = ()
    _again: float | None = None
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def now_named(self, name: str) -> str | None:
        """The name that a feed has now, if it has another one."""
        await self._ask()
        return self._moved.get(name)

    async def is_gone(self, name: str) -> bool:
        """Whether a feed was given up."""
        await self._ask()
        return name in self._gone

    async def _ask(self) -> None:
        """Ask again when it is time. While the store does not answer, what was said last holds."""
        async with self._asking:
            if self._again is not None and self.seconds() < self._again:
                return
            try:
                self._moved, self._gone = await asyncio.to_thread(self._told)
            except Exception:
                log.exception("which feeds have moved or are gone could not be asked")
            self._again = self.seconds() + ASKED_EVERY

    def _told(self) -> tuple[Mapping[str, str], Collection[str]]:
        return dict(self.moved()), frozenset(self.gone())
