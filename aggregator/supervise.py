"""`aggregator run`: one parent that keeps two child processes alive.

The pages and the pipeline run apart: pages stay fast while a poll or a send is under way, and neither takes
the other down. A child that ends unasked is started again, each time a little later; SIGTERM and SIGINT are
passed on, and the children get time to finish what is under way.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds before a child that ended is started again: doubled at each end, up to this."""
STEADY_AFTER = 60.0
"""Seconds after which a child counts as steady, and the next pause is the first one again."""
CONFIGURATION_INVALID = 2
"""Exit code of a child for which starting again is pointless."""


@dataclass(slots=True)
class Supervisor:
    """Keeps the named commands running until told to stop."""

    commands: Mapping[str, Sequence[str]]
    drain: float = 30.0
    """Seconds that children get after SIGTERM before they are killed."""
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> int:
        """Run until SIGTERM or SIGINT (exit code 0) or until a child finds its configuration invalid (2)."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        codes = await asyncio.gather(*(self._keep(name, command) for name, command in self.commands.items()))
        return max(codes)

    async def _keep(self, name: str, command: Sequence[str]) -> int:
        pause = FIRST_PAUSE
        while not self._stopping.is_set():
            started = asyncio.get_running_loop().time()
            code = await self._run_once(name, command)
            if self._stopping.is_set():
                return 0
            if code == CONFIGURATION_INVALID:
                self._stopping.set()
                return code
            if asyncio.get_running_loop().time() - started > STEADY_AFTER:
                pause = FIRST_PAUSE
            log.error("%s ended with code %s; starting it again in %.0f s", name, code, pause)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)
            pause = min(2 * pause, LONGEST_PAUSE)
        return 0

    async def _run_once(self, name: str, command: Sequence[str]) -> int:
        # A session of its own: Ctrl-C reaches the parent alone, which then ends the children in order.
        child = await asyncio.create_subprocess_exec(*command, start_new_session=True)
        log.info("%s runs as process %s", name, child.pid)
        ended = asyncio.create_task(child.wait())
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        if not ended.done():
            child.terminate()
            await asyncio.wait({ended}, timeout=self.drain)
        if not ended.done():
            log.warning("%s did not end within %.0f s and is killed", name, self.drain)
            child.kill()
        return await ended
