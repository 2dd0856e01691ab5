"""The web application: what is answered where.

    /subscribe          the form to subscribe with
    /account            asks for a link to one's own data
    /u/<token>          leaving a newsletter
    /p/<token>          choosing otherwise, or a pause
    /c/<token>          confirming a subscription
    /a/<token>          one's own data
    /n/<token>          confirming a new address
    /caught/<key>/…     caught mail, in the demo only
    /websub/<token>     hubs that push what sources publish
    /bounces/hook       relays that tell of bounces
    /api/…              what is told, as JSON
    /healthz            that the process answers
    everything else     the site

No answer depends on the Host header: redirects by path are off, absolute links come from `base_url` alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.model import Browse, Site
from aggregator.web import addresses
from aggregator.web.admission import Admission
from aggregator.web.bounce_hook import BounceHook
from aggregator.web.browsing import capacity
from aggregator.web.caught import Caught, CaughtMail
from aggregator.web.clients import Network, client_address
from aggregator.web.headers import SECURITY, SecurityHeaders
from aggregator.web.leaving import Leave, LeavingPage
from aggregator.web.own_data import OwnDataPages
from aggregator.web.preferring import PreferencePage
from aggregator.web.reader_desk import ReaderDesk
from aggregator.web.reader_ports import Members
from aggregator.web.representation import Reply
from aggregator.web.site import PublicSite, RefusalPage, SiteSettings
from aggregator.web.subscribing import SubscribingPages
from aggregator.web.websub import HubCallbacks, Subscriptions

_ROUTED = frozenset(
    {"subscribe", "account", "u", "p", "c", "a", "n", "caught", "websub", "bounces", "api", "healthz"}
)
"""First parts of paths that are not the site's."""
Admit = Callable[[str], AbstractContextManager[bool]]
"""Whether a client may cause work now; it is inside until the context is left."""


@dataclass(frozen=True, slots=True)
class ReaderSettings:
    """What the pages for readers need to know."""

    members: Members
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What the application needs to know."""

    public: Path
    """The folder of published files."""
    site: Site
    environment: Callable[[str], Environment]
    """Templates by interface language."""
    languages: Sequence[str]
    """Interface languages that have wordings."""
    leave: Leave
    readers: ReaderSettings | None = None
    """What stands behind the pages for readers; without it there is no more than leaving."""
    caught: Caught | None = None
    """Where caught mail lies; None where mail goes out."""
    bounces: BounceHook | None = None
    """Where a relay tells of bounces."""
    hubs: Subscriptions | None = None
    """What stands behind the callbacks of hubs."""
    largest_push: int = 10_000_000
    """Bytes of a body that a hub may push."""
    browse: Browse | None = None
    """Renders what no file answers; without it there are files alone."""
    refusal: RefusalPage | None = None
    """The page for a status of 400 or 410, in a language."""
    moved: Callable[[], Mapping[str, str]] = dict
    """Feeds that have another name now, by the one that they had."""
    gone: Callable[[], Collection[str]] = tuple
    """Names of feeds that were given up."""
    api: Callable[[Admit], ASGIApp] | None = None
    """Makes the API, which lets in whom it is told to."""
    trusted_proxies: Sequence[Network] = ()
    """Whose forwarding headers are believed."""
    requests_per_minute: int = 60
    """Of one client, for what has to be rendered."""


def create_app(settings: WebSettings) -> ASGIApp:
    """The whole application; it holds no state but caches."""
    site = settings.site
    admission = Admission(capacity(settings.requests_per_minute), time.monotonic)
    pages = PublicSite(
        SiteSettings(
            public=settings.public,
            root=urlsplit(site.base_url).path.rstrip("/"),
            languages=site.languages or (site.language,),
            admission=admission,
            browse=settings.browse,
            moved=settings.moved,
            gone=settings.gone,
            refusal=settings.refusal,
        )
    )
    return _Doors(pages, _routed(settings, pages, admission), settings.trusted_proxies)


@dataclass(frozen=True, slots=True)
class _Doors:
    """Sends each request on. `protocol` asks `at_once` first, and comes here with what it does not answer."""

    site: PublicSite
    routed: ASGIApp
    trusted_proxies: Sequence[Network]

    def at_once(self, scope: Scope) -> Reply | None:
        """A file at hand."""
        return self.site.at_once(scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.trusted_proxies:
            scope["client"] = (client_address(scope, self.trusted_proxies), 0)
        is_routed = addresses.below_root(scope["path"]).partition("/")[0] in _ROUTED
        await (self.routed if is_routed else self.site)(scope, receive, send)


def _routed(settings: WebSettings, pages: PublicSite, admission: Admission) -> ASGIApp:
    """What is no page of the site."""
    leaving = LeavingPage(
        settings.leave,
        settings.environment,
        settings.site,
        settings.languages,
        has_preferences=settings.readers is not None,
    )
    routes: list[BaseRoute] = [Route("/healthz", _healthy), *leaving.routes(), *_for_readers(settings)]
    if settings.caught is not None:
        routes += CaughtMail(settings.caught, settings.environment, settings.site).routes()
    if settings.bounces is not None:
        routes += settings.bounces.routes()
    if settings.hubs is not None:
        routes += HubCallbacks(settings.hubs, settings.largest_push).routes()
    if settings.api is not None:
        routes.append(Mount("/api", settings.api(admission.admitted)))

    async def not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001
        head, body = await pages.refused(request.scope, 404)
        response = Response(body["body"], head["status"])
        response.raw_headers = list(head["headers"])
        return response

    app = Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={404: not_found, HTTPException: _refused, Exception: _broken},
    )
    app.router.redirect_slashes = False
    return app


def _for_readers(settings: WebSettings) -> list[BaseRoute]:
    """Subscribing, choosing, and one's own data."""
    if settings.readers is None:
        return []
    readers = settings.readers
    desk = ReaderDesk(readers.members, settings.environment, settings.site, settings.languages, readers.now)
    return [
        *SubscribingPages(desk).routes(),
        *PreferencePage(desk).routes(),
        *OwnDataPages(desk).routes(),
    ]


def _healthy(request: Request) -> Response:  # noqa: ARG001
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, HTTPException)
    return PlainTextResponse(f"{error.detail}.\n", error.status_code, error.headers)


def _broken(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Made outside the middleware, hence the headers; the traceback goes to the log, never to the reader."""
    return PlainTextResponse("Something went wrong here. Try again in a while.\n", 500, SECURITY)
