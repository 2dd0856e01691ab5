"""What all pages for readers share: language, rendering, who is let in, and threads for what blocks.

No cookie is set and none is read: what a reader may do follows from the token in the path, which no other
site knows. Nothing that a reader sent is logged, tokens and addresses least of all.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from jinja2 import Environment
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from aggregator.model import Site
from aggregator.web import negotiation
from aggregator.web.admission import Admission, Capacity
from aggregator.web.clients import requester
from aggregator.web.reader_forms import Refused
from aggregator.web.reader_ports import Members
from aggregator.web.reader_words import own_name, words

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]

LONGEST_TOKEN = 200
TRY_AGAIN_AFTER = 300
"""Seconds to wait when the store does not answer."""
THREADS = 4
OPENED = Capacity(at_once=32, at_once_each=8, per_window_each=120)
"""Pages that are opened, and forms behind a token, at once and a minute."""
SENT = Capacity(at_once=16, at_once_each=2, per_window_each=12)
"""Forms that ask for a mail: each may cost somebody else's patience."""
HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
SENDS_ORIGIN = {"Referrer-Policy": "same-origin"}
"""For pages without a token: their forms are to say where they come from (Fetch, section 4.6)."""


@dataclass(slots=True)
class ReaderDesk:
    """Renders pages in the reader's language, and asks `members` in threads of its own."""

    members: Members
    environment: Callable[[str], Environment]
    site: Site
    languages: Sequence[str]
    now: Callable[[], datetime]
    seconds: Callable[[], float] = time.monotonic
    _opened: Admission = field(init=False)
    _sent: Admission = field(init=False)
    _threads: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        self._opened = Admission(OPENED, self.seconds)
        self._sent = Admission(SENT, self.seconds)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="readers")

    async def asked(self, question: Callable[P, T], *arguments: P.args, **more: P.kwargs) -> T:
        """What a port answers; it may block."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: question(*arguments, **more))

    def language(self, request: Request, otherwise: str = "") -> str:
        """The one that the address names, else the reader's own (`otherwise`), else the browser's."""
        for named in (request.query_params.get("language", ""), otherwise):
            if named in self.languages:
                return named
        accepted = request.headers.get("accept-language", "").encode("latin-1")
        return negotiation.language(accepted, self.languages, self.site.language)

    def page(
        self,
        template: str,
        language: str,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **values: object,
    ) -> Response:
        """One page; by default nobody keeps it, lists it, or learns its address."""
        switch = [(code, own_name(code)) for code in self.languages] if len(self.languages) > 1 else []
        content = (
            self.environment(language)
            .get_template(f"site/{template}")
            .render(
                site=self.site,
                root=urlsplit(self.site.base_url).path.rstrip("/"),
                switch=switch,
                words=words(language),
                **values,
            )
        )
        return Response(
            content.encode("utf-8", "replace"), status, HEADERS | (headers or {}), media_type="text/html"
        )

    def told(
        self, state: str, language: str, status: int = 200, headers: dict[str, str] | None = None
    ) -> Response:
        """A page that says one thing; `state` names it in `told.html`."""
        return self.page("told.html", language, status, headers, state=state)

    def stale(self, language: str) -> Response:
        """The same words for a token that is unknown, forged, used up or too old."""
        return self.told("stale", language, 404)

    def answering(self, handler: Handler, *, sends_mail: bool = False) -> Handler:
        """The handler, for those who are let in; faults, ours and theirs, are told without details."""

        async def answer(request: Request) -> Response:
            try:
                with self._admitted(request, sends_mail=sends_mail) as let_in:
                    if not let_in:
                        return self._not_now(request, sends_mail=sends_mail)
                    return await handler(request)
            except Refused as refused:
                return self.told("refused", self.language(request), refused.status)
            except ClientDisconnect:
                return Response(status_code=400)
            except Exception as error:
                # Neither message nor traceback: a database names the values of the statement that failed.
                log.error("a reader could not be answered: %s", type(error).__name__)
                again = {"Retry-After": str(TRY_AGAIN_AFTER)}
                return self.told("failed", self.language(request), 503, again)

        return answer

    def _admitted(self, request: Request, *, sends_mail: bool) -> AbstractContextManager[bool]:
        admission = self._sent if sends_mail and request.method == "POST" else self._opened
        return admission.admitted(requester(request.scope))

    def _not_now(self, request: Request, *, sends_mail: bool) -> Response:
        admission = self._sent if sends_mail and request.method == "POST" else self._opened
        again = {"Retry-After": str(admission.wait)}
        return self.told("often", self.language(request), 429, again)


def client_of(request: Request) -> str | None:
    """The IP address of whoever asks, where it is known; proxies that are trusted are seen through."""
    return request.client.host or None if request.client else None


def token_of(request: Request) -> str:
    """The token in the path; empty for one that is too long to be any."""
    token: str = request.path_params["token"]
    return token if len(token) <= LONGEST_TOKEN else ""
