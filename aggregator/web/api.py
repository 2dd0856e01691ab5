"""The API: what is told, as JSON that anybody may read.

    /api/               the page for people
    /api/openapi.json   the same for machines (OpenAPI 3.1)
    /api/v1/…           what `api_operations` lists

Read-only and open to any origin, without credentials. Every error is a problem detail (RFC 9457). No answer
depends on the Host header: addresses are made of the site's `base_url`.
"""

from __future__ import annotations

import re

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from aggregator.model import Site
from aggregator.web.api_answers import Answers, Documented
from aggregator.web.api_openapi import document
from aggregator.web.api_page import page
from aggregator.web.api_ports import Admit, Library, Wording
from aggregator.web.api_problems import Refused
from aggregator.web.api_responses import OpenToAll, answered
from aggregator.web.api_view import View

PATH = "/api"
"""Where it is mounted below the site's root."""
VERSION = "/v1"
DOCUMENTS_MAX_AGE = 3_600
"""Seconds that a copy of the documentation may be used without asking again."""
_COMPRESSED_FROM = 1_000
"""Bytes: below, compressing gains nothing."""


def api(library: Library, admit: Admit, site: Site, wording: Wording) -> ASGIApp:
    """The application, which stands where `routes` puts it. `wording`: as feeds and pages have it."""
    home = f"{site.base_url}{PATH}"
    documented = Documented(page=f"{home}/", openapi=f"{home}/openapi.json")
    answers = Answers(library, admit, View(site, wording, f"{PATH}{VERSION}"), documented)
    app = Starlette(
        routes=[*_documents(site, documented, f"{home}{VERSION}"), *answers.routes(VERSION)],
        middleware=[
            Middleware(OpenToAll),
            Middleware(GZipMiddleware, minimum_size=_COMPRESSED_FROM, compresslevel=6),
        ],
        exception_handlers={
            Refused: answers.refused,
            HTTPException: answers.unrouted,
            Exception: answers.broken,
        },
    )
    app.router.redirect_slashes = False
    return app


def routes(app: ASGIApp) -> list[BaseRoute]:
    """Where the application stands in the whole: at `PATH` and below it."""
    below = Mount(PATH, app)
    # Starlette's own stops at a line break, so that somebody else would answer.
    below.path_regex = re.compile(f"^{PATH}/(?P<path>.*)$", re.DOTALL)
    return [Route(PATH, _to_the_page), below]


def _documents(site: Site, documented: Documented, server: str) -> list[Route]:
    """What documents the API, made once."""
    described = document(site, server)
    openapi = orjson.dumps(described)
    for_people = page(site, described["info"], server, documented.openapi)

    async def show_page(request: Request) -> Response:
        policy = {"Content-Security-Policy": for_people.policy}
        return answered(request, for_people.content, "text/html", DOCUMENTS_MAX_AGE, policy)

    async def show_openapi(request: Request) -> Response:
        return answered(request, openapi, "application/json", DOCUMENTS_MAX_AGE)

    return [Route("/", show_page), Route("/openapi.json", show_openapi)]


async def _to_the_page(request: Request) -> Response:  # noqa: ARG001
    """A relative address: it holds wherever the site's root is."""
    return Response(status_code=301, headers={"Location": f"{PATH.removeprefix('/')}/"})
