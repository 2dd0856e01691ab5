"""The page behind the unsubscribe link of a letter.

The link carries the letter's own token. Opening it changes nothing, for mail
filters and previews open links; leaving takes a POST with the body of RFC 8058, which the page's button and a
mail program's own one-click both send. Known, unknown and used tokens get the same words. No token is logged.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from email import message_from_bytes, policy
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from babel import negotiate_locale
from jinja2 import Environment
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from aggregator.model import Departure, Site
from aggregator.web import reader_forms
from aggregator.web.preferring import PAUSES
from aggregator.web.reader_desk import token_of
from aggregator.web.reader_forms import Refused

log = logging.getLogger(__name__)

LARGEST_BODY = 4096
"""Bytes: the only body that means anything is 26 bytes long, or a little more as multipart."""
TRY_AGAIN_AFTER = 300
"""Seconds that a mail program is asked to wait when the store does not answer."""
_HEADERS = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex"}


class Leave(Protocol):
    """Lets the reader of one letter leave; may block."""

    def __call__(self, token: str) -> Departure | None:
        """End the subscription that the token belongs to, as often as asked; None for an unknown token."""


class LeavingPage:
    """Answers `/u/<token>`."""

    def __init__(
        self,
        leave: Leave,
        environment: Callable[[str], Environment],
        site: Site,
        languages: Sequence[str],
        *,
        has_preferences: bool = False,
    ) -> None:
        """`languages`: those that have wordings; the browser's wish chooses among them, else the site's.

        `has_preferences`: whether `/p/<token>` answers, where one may pause or choose fewer letters instead.
        """
        self._leave = leave
        self._environment = environment
        self._site = site
        self._languages = tuple(languages)
        self._has_preferences = has_preferences

    def routes(self) -> list[BaseRoute]:
        """One address for both: GET and HEAD ask, POST leaves."""
        return [Route("/u/{token}", self.answer, methods=["GET", "POST"])]

    async def answer(self, request: Request) -> Response:
        """Show the button and change nothing, or leave."""
        wished = self._wished(request)
        if request.method == "POST":
            return await self._left(request, wished)
        return self._page("ask", wished, 200, token=self._token(request))

    async def _left(self, request: Request, wished: str) -> Response:
        """Leave if the body is RFC 8058's; 400 for another body, 503 while the store does not answer."""
        try:
            if not await _is_one_click(request):
                return self._page("ask", wished, 400, token=self._token(request))
        except ClientDisconnect:
            return Response(status_code=400)
        try:
            departure = await run_in_threadpool(self._leave, request.path_params["token"])
        except Exception as error:
            # Neither message nor traceback: a database names the values of the statement that failed.
            log.error("a reader could not leave: %s", type(error).__name__)
            return self._page("failed", wished, 503, {"Retry-After": str(TRY_AGAIN_AFTER)})
        if departure is None:
            return self._page("left", wished, 200)
        log.info("a reader left %s", departure.newsletter)
        return self._page("left", departure.language, 200)

    def _wished(self, request: Request) -> str:
        ranges = request.headers.get("accept-language", "").split(",")[:20]
        wishes = [one.partition(";")[0].strip().partition("-")[0] for one in ranges]
        return negotiate_locale(wishes, self._languages) or self._site.language

    def _token(self, request: Request) -> str:
        """What leads to the preferences, known or not; empty where there are none."""
        return token_of(request) if self._has_preferences else ""

    def _page(
        self,
        state: str,
        language: str,
        status: int,
        headers: dict[str, str] | None = None,
        *,
        token: str = "",
    ) -> Response:
        template = self._environment(language).get_template("site/leave.html")
        root = urlsplit(self._site.base_url).path.rstrip("/")
        page = template.render(site=self._site, root=root, state=state, token=token, pauses=PAUSES)
        return Response(page, status, _HEADERS | (headers or {}), media_type="text/html")


async def _is_one_click(request: Request) -> bool:
    """Whether the body is `List-Unsubscribe=One-Click` and no more, as form or multipart (RFC 8058, 3.2)."""
    try:
        body = await reader_forms.body_of(request, LARGEST_BODY)
    except Refused:
        return False
    content_type = request.headers.get("content-type", "")
    pairs = _multipart(content_type, body) if content_type.startswith("multipart/form-data") else _form(body)
    return pairs == [("List-Unsubscribe", "One-Click")]


def _form(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode("latin-1").strip(), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        return []


def _multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1")
    message = message_from_bytes(head + body, policy=policy.compat32)
    return [
        (str(part.get_param("name", "", "content-disposition")), str(part.get_payload()).strip())
        for part in message.walk()
        if not part.is_multipart()
    ]
