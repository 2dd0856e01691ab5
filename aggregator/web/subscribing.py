"""The form to subscribe with, and the one that asks for a link to one's own data.

Both send a mail to whatever address is given, so both want to be sent by a page of ours, and both answer
alike whoever the address belongs to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from urllib.parse import urlencode

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from aggregator.errors import UsageError
from aggregator.model import Application, Offer, Wish
from aggregator.web import reader_forms, wishes
from aggregator.web.reader_desk import SENDS_ORIGIN, ReaderDesk, client_of
from aggregator.web.reader_forms import Refused

VERSION_DIGITS = 12
_WHITE = re.compile(r"[ \t\r\n]+")
"""Not the spaces that keep French quotation marks with their words."""


class SubscribingPages:
    """Answers `/subscribe` and `/account`."""

    def __init__(self, desk: ReaderDesk) -> None:
        self._desk = desk

    def routes(self) -> list[BaseRoute]:
        """GET shows a form, POST sends it."""
        return [
            Route(
                "/subscribe", self._desk.answering(self.subscribe, sends_mail=True), methods=["GET", "POST"]
            ),
            Route("/account", self._desk.answering(self.account, sends_mail=True), methods=["GET", "POST"]),
        ]

    async def subscribe(self, request: Request) -> Response:
        """The form, or the news that a confirmation is on its way."""
        desk, language = self._desk, self._desk.language(request)
        is_open, offers = await desk.asked(desk.members.open), await desk.asked(desk.members.offers)
        if not is_open or not offers:
            return desk.told("closed", language, 503 if request.method == "POST" else 200)
        offer = _chosen(offers, request.query_params.get("newsletter", ""))
        if request.method != "POST":
            return self._form(language, offers, offer, wishes.first(offer, language))
        if not reader_forms.is_from_here(request.headers, desk.site.base_url):
            return desk.told("elsewhere", language, 403)
        form = await reader_forms.read(request, (*wishes.SINGLE, "email", "consent"), wishes.SEVERAL)
        wish, email = wishes.read(form, offer), form.one("email")
        text, version = self.consent(offer, language)
        if form.one("consent") != version:
            return self._form(language, offers, offer, wish, email=email, fault="reworded")
        try:
            await desk.asked(
                desk.members.apply,
                Application(
                    email=email,
                    newsletter=offer.newsletter,
                    wish=wish,
                    form=self._address(offer, language),
                    text_version=version,
                    client=client_of(request),
                    text=text,
                ),
            )
        except UsageError:
            return self._form(language, offers, offer, wish, email=email, fault="address")
        return desk.page("asked.html", language, headers=SENDS_ORIGIN, what="subscribe", email=email)

    async def account(self, request: Request) -> Response:
        """The form, or the news that a link is on its way if the address is known."""
        desk, language = self._desk, self._desk.language(request)
        if request.method != "POST":
            return desk.page("account-link.html", language, headers=SENDS_ORIGIN, email="", fault="")
        if not reader_forms.is_from_here(request.headers, desk.site.base_url):
            return desk.told("elsewhere", language, 403)
        email = (await reader_forms.read(request, ("email",))).one("email")
        try:
            await desk.asked(desk.members.send_account_link, email, language, client_of(request))
        except UsageError:
            return desk.page("account-link.html", language, 400, SENDS_ORIGIN, email=email, fault="address")
        return desk.page("asked.html", language, headers=SENDS_ORIGIN, what="account", email=email)

    def consent(self, offer: Offer, language: str) -> tuple[str, str]:
        """What somebody agrees to who sends the form, and which wording that is: language and digest."""
        template = self._desk.environment(language).get_template("site/consent.html")
        rendered = template.render(site=self._desk.site, name=name_of(offer, language))
        text = _WHITE.sub(" ", rendered).strip()
        digest = hashlib.sha256(text.encode()).hexdigest()[:VERSION_DIGITS]
        return text, f"{language}-{digest}"

    def _form(
        self,
        language: str,
        offers: Sequence[Offer],
        offer: Offer,
        wish: Wish,
        *,
        email: str = "",
        fault: str = "",
    ) -> Response:
        text, version = self.consent(offer, language)
        return self._desk.page(
            "subscribe.html",
            language,
            400 if fault else 200,
            SENDS_ORIGIN,
            offers=[(one.newsletter, name_of(one, language)) for one in offers],
            offer=offer,
            name=name_of(offer, language),
            wish=wish,
            email=email,
            fault=fault,
            consent=Markup(text),  # noqa: S704 - a template made it, which escaped what is not its own
            rest=urlencode({"newsletter": offer.newsletter}),
            version=version,
        )

    def _address(self, offer: Offer, language: str) -> str:
        """Where the form stands."""
        query = urlencode({"newsletter": offer.newsletter, "language": language})
        return f"{self._desk.site.base_url}/subscribe?{query}"


def name_of(offer: Offer, language: str) -> str:
    """A newsletter's name in a language, or in its own."""
    return offer.names.get(language) or next(iter(offer.names.values()), offer.newsletter)


def _chosen(offers: Sequence[Offer], newsletter: str) -> Offer:
    """The one that the address names, the first by default. Raises Refused when it is not offered."""
    if not newsletter:
        return offers[0]
    for offer in offers:
        if offer.newsletter == newsletter:
            return offer
    raise Refused(404)
