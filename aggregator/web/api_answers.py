"""Answers what is asked of the API: lets in, asks the library in a thread, tells, or says what is wrong."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from aggregator.model import Member, Story, ToldStory
from aggregator.web import api_models as told
from aggregator.web import api_operations as operations
from aggregator.web import api_problems as problems
from aggregator.web import api_query
from aggregator.web.api_openapi import LARGEST_ID
from aggregator.web.api_operations import Operation
from aggregator.web.api_ports import Admit, Library
from aggregator.web.api_problems import Refused
from aggregator.web.api_responses import METHODS, OPEN, answered
from aggregator.web.api_view import View
from aggregator.web.clients import requester

log = logging.getLogger(__name__)

LONGEST_QUERY = 8_000
"""Octets of an address's query: what RFC 9110 section 4.1 asks every server to take."""
TRY_AGAIN_AFTER = 60
"""Seconds that a client is asked to wait when it was not let in, or the store does not answer."""
_WAIT = {"Retry-After": str(TRY_AGAIN_AFTER)}
_NOT_INDEXED = {"X-Robots-Tag": "noindex"}
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Documented:
    """Absolute addresses of what documents the API."""

    page: str
    openapi: str


@dataclass(frozen=True, slots=True)
class _Moved:
    """What was asked for is told at another address."""

    address: str


class Answers:
    """Answers the operations, and every error."""

    def __init__(
        self,
        library: Library,
        admit: Admit,
        view: View,
        documented: Documented,
    ) -> None:
        self._library = library
        self._admit = admit
        self._view = view
        self._documented = documented

    def routes(self, prefix: str) -> list[Route]:
        """One for each operation, below `prefix`; the root also without its slash."""
        tell: dict[Operation, Callable[[Request], BaseModel | _Moved]] = {
            operations.ROOT: self._root,
            operations.STORIES: self._stories,
            operations.STORY: self._story,
            operations.ENTRY: self._entry,
            operations.SOURCES: self._sources,
            operations.FEEDS: self._feeds,
        }
        routes = [Route(f"{prefix}{one.path}", self._endpoint(one, how)) for one, how in tell.items()]
        return [*routes, Route(prefix, self._endpoint(operations.ROOT, self._root))]

    def _endpoint(
        self, operation: Operation, tell: Callable[[Request], BaseModel | _Moved]
    ) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            with self._admit(requester(request.scope)) as let_in:
                if not let_in:
                    raise Refused(problems.TOO_MANY, headers=_WAIT)
                return await run_in_threadpool(self._answer, request, operation, tell)

        return endpoint

    def _answer(
        self, request: Request, operation: Operation, tell: Callable[[Request], BaseModel | _Moved]
    ) -> Response:
        """Everything that costs: made in a thread, so that the others are served meanwhile."""
        answer = tell(request)
        if isinstance(answer, _Moved):
            caching = {"Cache-Control": f"public, max-age={operation.max_age}"}
            return Response(status_code=301, headers={"Location": answer.address, **caching})
        links = ", ".join(f'<{address}>; rel="{relation}"' for relation, address in _links(answer))
        headers = {**_NOT_INDEXED, **({"Link": links} if links else {})}
        content = answer.model_dump_json().encode()
        return answered(request, content, "application/json", operation.max_age, headers)

    # -------------------------------------------------------------------------------------- what is told

    def _root(self, request: Request) -> told.Root:  # noqa: ARG002 - it asks nothing
        return self._view.root(self._documented.page, self._documented.openapi)

    def _stories(self, request: Request) -> told.StoryPage:
        if len(request.scope["query_string"]) > LONGEST_QUERY:
            raise Refused(problems.TOO_LONG, f"Its parameters take over {LONGEST_QUERY:,} bytes.")
        try:
            asked = api_query.read(request.query_params.multi_items())
        except api_query.BadQuery as bad:
            raise Refused(problems.BAD_QUERY, faults=bad.faults) from None
        return self._view.page(_ask(self._library.found, asked.query()), asked)

    def _story(self, request: Request) -> told.StoryDetail | _Moved:
        number = _number(request)
        became = _ask(self._library.told, number)
        if became is not None and became.merged_into is not None:
            return _Moved(self._view.story_address(became.merged_into))
        return self._view.story(_standing(became, f"story {number}"))

    def _entry(self, request: Request) -> told.EntryDetail:
        number = _number(request)
        story = _standing(_ask(self._library.entry, number), f"entry {number}")
        return self._view.entry(story, _member(story, number))

    def _sources(self, request: Request) -> told.SourceList:  # noqa: ARG002 - it asks nothing
        return self._view.sources(_ask(self._library.statuses))

    def _feeds(self, request: Request) -> told.FeedList:  # noqa: ARG002 - it asks nothing
        return self._view.feeds(_ask(self._library.selections))

    # ---------------------------------------------------------------------------------------- errors

    async def refused(self, request: Request, error: Exception) -> Response:  # noqa: ARG002
        """A problem detail for what was refused."""
        assert isinstance(error, Refused)
        return self._problem(error)

    async def unrouted(self, request: Request, error: Exception) -> Response:
        """A problem detail for what the router refuses."""
        assert isinstance(error, HTTPException)
        if error.status_code == 405:
            happened = f"{request.method[:20]} is not possible here."
            return self._problem(Refused(problems.WRONG_METHOD, happened, headers={"Allow": METHODS}))
        return self._problem(Refused(problems.NOT_FOUND, "This address means nothing."))

    async def broken(self, request: Request, error: Exception) -> Response:  # noqa: ARG002
        """Made outside the middleware, hence the headers; the traceback goes to the log, to no reader."""
        response = self._problem(Refused(problems.BROKEN))
        response.headers.update(OPEN)
        return response

    def _problem(self, refused: Refused) -> Response:
        told_problem = problems.problem(refused, self._documented.page)
        return Response(
            told_problem.model_dump_json(exclude_none=True),
            refused.kind.status,
            {"Cache-Control": "no-store", **_NOT_INDEXED, **refused.headers},
            media_type=problems.MEDIA_TYPE,
        )


def _links(answer: BaseModel) -> Iterator[tuple[str, str]]:
    """What programs may follow without reading the answer (RFC 8288, RFC 8631): relation and address."""
    if isinstance(answer, told.StoryPage) and answer.next:
        yield "next", answer.next
    if isinstance(answer, told.Root):
        yield "service-desc", answer.openapi_url
        yield "service-doc", answer.documentation_url


def _ask(what: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What the library says. Raises `Refused` when it cannot."""
    try:
        return what(*args, **kwargs)
    except Exception as error:
        # Not its message: a database names the values of the statement that failed, what readers search for.
        frame = traceback.extract_tb(error.__traceback__)[-1]
        log.error("the API got no answer: %s at %s:%s", type(error).__name__, frame.filename, frame.lineno)
        raise Refused(problems.UNAVAILABLE, headers=_WAIT) from None


def _number(request: Request) -> int:
    """The id in the path. Raises `Refused` for what cannot be one."""
    given = request.path_params["id"]
    if (
        given.isascii()
        and given.isdigit()
        and len(given) <= len(str(LARGEST_ID))
        and 0 < int(given) <= LARGEST_ID
    ):
        return int(given)
    raise Refused(problems.NOT_FOUND, "Ids are whole numbers from 1.")


def _standing(became: ToldStory | None, what: str) -> Story:
    """The story that is told now. Raises `Refused` when there is none."""
    if became is None:
        raise Refused(problems.NOT_FOUND, f"There is no {what}.")
    if became.story is None:
        raise Refused(problems.WITHDRAWN, f"There was {what} once.")
    return became.story


def _member(story: Story, entry_id: int) -> Member:
    for member in story.members:
        if member.entry_id == entry_id:
            return member
    raise Refused(problems.NOT_FOUND, f"There is no entry {entry_id}.")
