"""What no file answers: rendered when somebody asks, once for all who ask at the same time, and kept a while.

Rendering blocks, so it happens in a few threads of its own. Who is let in is counted only where there is work
to do: what is kept costs no more than a file.
"""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass

from cachetools import LRUCache

from aggregator.model import Answer, Asked, Browse
from aggregator.web import negotiation
from aggregator.web.admission import Admission, Capacity
from aggregator.web.representation import OVERHEAD, Field, Representations, prepare

log = logging.getLogger(__name__)

ROOM = 32_000_000
"""Bytes of answers that are kept."""
RENDERERS = 4
"""Threads. More would but wait for the interpreter."""
AT_ONCE = 64
AT_ONCE_EACH = 8
PATIENCE = 20.0
"""Seconds that somebody waits before he is told to come again; what is under way is finished all the same."""
TRY_AGAIN_AFTER = 10
"""Seconds."""
COMPRESSED_FROM = 1_000
"""Bytes: below, compressing gains nothing."""
_TEXT = ("text/", "application/atom+xml", "application/rss+xml", "application/json", "application/feed+json")
_READ_BY_PROGRAMS = ("application/atom+xml", "application/rss+xml", "application/feed+json")


@dataclass(frozen=True, slots=True)
class Rendered:
    """An answer, ready to be sent."""

    answer: Answer
    representations: Representations | None
    """None for all but 200."""
    until: float
    """When it is too old, by the clock of `Browsing`."""


def _size(rendered: Rendered) -> int:
    if rendered.representations:
        return rendered.representations.size
    return len(rendered.answer.content) + OVERHEAD


@dataclass(frozen=True, slots=True)
class NotNow:
    """Nobody may, or can, look for the answer now."""

    status: int
    """429: this client asked too often. 503: too much is under way, or it takes too long."""
    retry_after: int
    """Seconds."""


def capacity(requests_per_minute: int) -> Capacity:
    """How much is answered on request."""
    return Capacity(AT_ONCE, AT_ONCE_EACH, requests_per_minute)


class Browsing:
    """Asks the port, and remembers what it said."""

    def __init__(
        self, browse: Browse, admission: Admission, seconds: Callable[[], float], room: int = ROOM
    ) -> None:
        """`seconds`: a clock that never goes back."""
        self._browse = browse
        self._admission = admission
        self._seconds = seconds
        self._kept: LRUCache[_Key, Rendered] = LRUCache(room, getsizeof=_size)
        self._under_way: dict[_Key, asyncio.Task[Rendered]] = {}
        self._renderers = ThreadPoolExecutor(RENDERERS, thread_name_prefix="browse")

    async def answer(self, asked: Asked, client: str) -> Rendered | NotNow:
        """What is asked for; status 404 when there is no such page, 500 when rendering failed."""
        key = (asked.path, tuple(sorted(asked.query.items())), asked.language)
        kept = self._kept.get(key)
        if kept is not None and kept.until > self._seconds():
            return kept
        crowded = self._admission.crowded
        with self._admission.admitted(client) as let_in:
            if not let_in:
                return NotNow(503, TRY_AGAIN_AFTER) if crowded else NotNow(429, self._admission.wait)
            try:
                async with asyncio.timeout(PATIENCE):
                    return await asyncio.shield(self._rendering(key, asked))
            except TimeoutError:
                return NotNow(503, TRY_AGAIN_AFTER)

    def _rendering(self, key: _Key, asked: Asked) -> asyncio.Task[Rendered]:
        """The one task that renders it, for all who ask meanwhile; none of them can end it."""
        task = self._under_way.get(key)
        if task is None:
            task = asyncio.create_task(self._render(key, asked))
            self._under_way[key] = task
        return task

    async def _render(self, key: _Key, asked: Asked) -> Rendered:
        try:
            loop = asyncio.get_running_loop()
            answer, representations = await loop.run_in_executor(self._renderers, self._ask, asked)
            rendered = Rendered(answer, representations, self._seconds() + answer.max_age)
            with suppress(ValueError):  # larger than all the room
                self._kept[key] = rendered
            return rendered
        except Exception:
            log.exception("answering %s failed", asked.path)
            return Rendered(Answer(500), None, 0.0)
        finally:
            del self._under_way[key]

    def _ask(self, asked: Asked) -> tuple[Answer, Representations | None]:
        answer = self._browse(asked) or Answer(404)
        return answer, _represented(answer) if answer.status == 200 else None


_Key = tuple[str, tuple[tuple[str, str], ...], str]


def headers(answer: Answer) -> list[Field]:
    """Those that say how an answer may be kept and listed."""
    fields = [(b"cache-control", b"public, max-age=%d" % answer.max_age)]
    if not answer.indexed:
        fields.append((b"x-robots-tag", b"noindex"))
    return fields


def _represented(answer: Answer) -> Representations:
    contents: Mapping[bytes, bytes] = {negotiation.IDENTITY: answer.content}
    if len(answer.content) >= COMPRESSED_FROM and answer.media_type.startswith(_TEXT):
        contents = {**contents, b"gzip": gzip.compress(answer.content, 6, mtime=0)}
    fields = [(b"content-type", answer.media_type.encode("latin-1")), *headers(answer)]
    if answer.media_type.startswith(_READ_BY_PROGRAMS):
        fields.append((b"access-control-allow-origin", b"*"))
    return prepare(contents, fields, None)
