"""The preference page: what the link in a letter may change, and it never shows the address.

Letters are forwarded, so their token may choose, pause and leave, and nothing else.
"""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from aggregator.errors import UsageError
from aggregator.model import Preferences
from aggregator.web import reader_forms, wishes
from aggregator.web.reader_desk import ReaderDesk, token_of
from aggregator.web.reader_forms import Form, Refused
from aggregator.web.subscribing import name_of

PAUSES = (7, 14, 30, 90)
"""Days."""


class PreferencePage:
    """Answers `/p/<token>`."""

    def __init__(self, desk: ReaderDesk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """GET shows, POST changes."""
        return [Route("/p/{token}", self._desk.answering(self.answer), methods=["GET", "POST"])]

    async def answer(self, request: Request) -> Response:
        """What is chosen, and after a change that it was made."""
        desk, token = self._desk, token_of(request)
        known = await desk.asked(desk.members.preferences, token) if token else None
        if known is None:
            return desk.stale(desk.language(request))
        language = desk.language(request, known.wish.choice.language)
        if request.method != "POST":
            return self._page(known, language, token, "")
        form = await reader_forms.read(request, (*wishes.SINGLE, "do", "days"), wishes.SEVERAL)
        deed = form.one("do")
        if deed == "leave":
            await desk.asked(desk.members.leave, token)
            return desk.page("leave.html", language, state="left", token="", pauses=PAUSES)
        try:
            changed = await self._change(deed, token, known, form)
        except UsageError:
            raise Refused(400) from None
        if changed is None:
            return desk.stale(language)
        # Who chose another language reads the answer in it.
        chosen = changed.wish.choice.language if deed == "choose" else language
        return self._page(changed, desk.language(request, chosen), token, deed)

    async def _change(self, deed: str, token: str, known: Preferences, form: Form) -> Preferences | None:
        desk, members = self._desk, self._desk.members
        if deed == "choose":
            return await desk.asked(members.choose, token, wishes.read(form, known.offer))
        if deed == "resume":
            return await desk.asked(members.pause, token, None)
        days = form.one("days")
        if deed != "pause" or days not in map(str, PAUSES):
            raise Refused(400)
        return await desk.asked(members.pause, token, desk.now() + timedelta(days=int(days)))

    def _page(self, known: Preferences, language: str, token: str, done: str) -> Response:
        paused_until = known.paused_until
        if paused_until is not None and paused_until <= self._desk.now():
            paused_until = None
        return self._desk.page(
            "preferences.html",
            language,
            offer=known.offer,
            name=name_of(known.offer, language),
            wish=known.wish,
            paused_until=paused_until,
            left=known.left,
            pauses=PAUSES,
            token=token,
            done=done,
        )
