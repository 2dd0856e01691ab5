"""The web application: what is answered where.

    /u/<token>          leaving a newsletter
    /caught/<key>/…     caught mail, in the demo only
    /websub/<token>     hubs that push what sources publish
    /healthz            that the process answers
    everything else     the public folder

No answer depends on the Host header: redirects by path are off, absolute links come from `base_url` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from aggregator.model import Site
from aggregator.web.caught import Caught, CaughtMail
from aggregator.web.files import PublicFiles
from aggregator.web.headers import SECURITY, SecurityHeaders
from aggregator.web.leaving import Leave, LeavingPage
from aggregator.web.websub import HubCallbacks, Subscriptions


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
    caught: Caught | None = None
    """Only in the demo: where caught mail lies."""
    hubs: Subscriptions | None = None
    """What stands behind the callbacks of hubs."""
    largest_push: int = 10_000_000
    """Bytes of a body that a hub may push."""


def create_app(settings: WebSettings) -> Starlette:
    """The whole application; it holds no state but the store behind `leave`."""
    files = PublicFiles(settings.public)
    leaving = LeavingPage(settings.leave, settings.environment, settings.site, settings.languages)
    routes: list[BaseRoute] = [Route("/healthz", _healthy), *leaving.routes()]
    if settings.caught is not None:
        routes += CaughtMail(settings.caught, settings.environment, settings.site).routes()
    if settings.hubs is not None:
        routes += HubCallbacks(settings.hubs, settings.largest_push).routes()
    routes.append(Route("/{path:path}", files.answer))
    app = Starlette(
        routes=routes,
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers={
            404: files.not_found,
            HTTPException: _refused,
            Exception: _broken,
        },
    )
    app.router.redirect_slashes = False
    return app


def _healthy(request: Request) -> Response:  # noqa: ARG001
    return PlainTextResponse("ok\n", headers={"Cache-Control": "no-store"})


def _refused(request: Request, error: Exception) -> Response:  # noqa: ARG001
    assert isinstance(error, HTTPException)
    return PlainTextResponse(f"{error.detail}.\n", error.status_code, error.headers)


def _broken(request: Request, error: Exception) -> Response:  # noqa: ARG001
    """Made outside the middleware, hence the headers; the traceback goes to the log, never to the reader."""
    return PlainTextResponse("Something went wrong here. Try again in a while.\n", 500, SECURITY)
