"""Pages behind the single-use links of notices: confirm, see and erase one's data, prove a new address.

Mail filters open links: so opening one shows a button, and only a POST does anything.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from aggregator.errors import UsageError
from aggregator.web import reader_forms
from aggregator.web.reader_desk import HEADERS, ReaderDesk, client_of, token_of
from aggregator.web.reader_forms import Refused
from aggregator.web.subscribing import name_of


class OwnDataPages:
    """Answers `/c/<token>`, `/a/<token>` and `/n/<token>`."""

    def __init__(self, desk: ReaderDesk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """GET asks or shows, POST does."""
        pages = {"/c/{token}": self.confirm, "/a/{token}": self.account, "/n/{token}": self.new_address}
        return [
            Route(path, self._desk.answering(page), methods=["GET", "POST"]) for path, page in pages.items()
        ]

    async def confirm(self, request: Request) -> Response:
        """Begin a subscription."""
        desk, language = self._desk, self._desk.language(request)
        if request.method != "POST":
            return desk.page("confirm.html", language, what="subscription")
        await reader_forms.read(request, ("do",))
        begun = await desk.asked(desk.members.confirm, token_of(request), client_of(request))
        if begun is None:
            return desk.stale(language)
        language = desk.language(request, begun.wish.choice.language)
        name = name_of(begun.offer, language)
        return desk.page(
            "confirmed.html", language, what="subscription", name=name, wish=begun.wish, offer=begun.offer
        )

    async def new_address(self, request: Request) -> Response:
        """Take a new address."""
        desk, language = self._desk, self._desk.language(request)
        if request.method != "POST":
            return desk.page("confirm.html", language, what="address")
        await reader_forms.read(request, ("do",))
        if not await desk.asked(desk.members.confirm_address, token_of(request)):
            return desk.stale(language)
        return desk.page("confirmed.html", language, what="address")

    async def account(self, request: Request) -> Response:
        """All that is kept of one person, and what they may do with it."""
        desk, token = self._desk, token_of(request)
        if request.method != "POST":
            return await self._account_page(request, token)
        form = await reader_forms.read(request, ("do", "email"))
        deed, language = form.one("do"), desk.language(request)
        if deed == "export":
            exported = await desk.asked(desk.members.export, token)
            return desk.stale(language) if exported is None else _download(exported)
        if deed == "erase":
            return await self._account_page(request, token, "erase.html")
        if deed == "erase for good":
            done = await desk.asked(desk.members.erase, token)
            return desk.told("erased", language) if done else desk.stale(language)
        if deed == "change":
            return await self._change_address(request, token, form.one("email"))
        raise Refused(400)

    async def _change_address(self, request: Request, token: str, email: str) -> Response:
        desk = self._desk
        try:
            done = await desk.asked(desk.members.change_address, token, email)
        except UsageError:
            return await self._account_page(request, token, status=400, new_email=email, fault="address")
        language = desk.language(request)
        return (
            desk.page("asked.html", language, what="address", email=email) if done else desk.stale(language)
        )

    async def _account_page(
        self,
        request: Request,
        token: str,
        template: str = "account.html",
        *,
        status: int = 200,
        new_email: str = "",
        fault: str = "",
    ) -> Response:
        desk = self._desk
        account = await desk.asked(desk.members.account, token) if token else None
        if account is None:
            return desk.stale(desk.language(request))
        language = desk.language(request, account.language)
        names = {one.offer.newsletter: name_of(one.offer, language) for one in account.subscriptions}
        return desk.page(
            template,
            language,
            status,
            account=account,
            names=names,
            now=desk.now(),
            new_email=new_email,
            fault=fault,
        )


def _download(content: bytes) -> Response:
    disposition = {"Content-Disposition": 'attachment; filename="my-data.json"'}
    return Response(content, headers=HEADERS | disposition, media_type="application/json")
