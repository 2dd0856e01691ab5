"""Errors of the API as problem details (RFC 9457): each says what happened and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from pydantic import BaseModel, ConfigDict

from aggregator.web.api_query import Fault

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of problem, as the documentation lists it."""

    name: str
    """Last part of its `type`."""
    status: int
    title: str
    remedy: str
    """What to do about it."""


BAD_QUERY = Kind(
    "bad-query",
    400,
    "The query cannot be understood",
    "Correct the parameters that `errors` lists; each line says what the parameter takes.",
)
NOT_FOUND = Kind(
    "not-found",
    404,
    "There is nothing here",
    "Take addresses from answers of this API: its root links everything there is.",
)
WRONG_METHOD = Kind("wrong-method", 405, "This API is only read", "Use GET or HEAD.")
WITHDRAWN = Kind(
    "withdrawn",
    410,
    "This was withdrawn",
    "Remove it from what you keep: it was published once, and is published no more.",
)
TOO_LONG = Kind(
    "too-long",
    414,
    "The query is too long",
    "Ask for less at once: several short queries are welcome.",
)
TOO_MANY = Kind(
    "too-many",
    429,
    "Too many requests",
    "Wait as many seconds as `Retry-After` says, then go on more slowly. Send `If-None-Match`, and keep "
    "answers as long as `Cache-Control` allows.",
)
BROKEN = Kind(
    "broken",
    500,
    "Something went wrong here",
    "The fault is ours. Try again later; if it stays, write to the address that the root names.",
)
UNAVAILABLE = Kind(
    "unavailable",
    503,
    "The store does not answer",
    "The fault is ours and should pass. Wait as many seconds as `Retry-After` says.",
)
KINDS = (BAD_QUERY, NOT_FOUND, WRONG_METHOD, WITHDRAWN, TOO_LONG, TOO_MANY, BROKEN, UNAVAILABLE)


class ParameterFault(BaseModel):
    """What is wrong with one parameter, and what it takes."""

    parameter: str
    detail: str


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    type: str
    """Address of the documentation of this kind of problem."""
    title: str
    status: int
    detail: str
    """What happened, and what to do."""
    errors: list[ParameterFault] | None = None
    """What is wrong with which parameter, where that is the problem."""


class Refused(Exception):  # noqa: N818 - not an error of ours
    """A request that gets a problem for an answer."""

    def __init__(
        self,
        kind: Kind,
        happened: str = "",
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """`happened`: what happened this time, before what to do about it."""
        super().__init__(kind.name)
        self.kind = kind
        self.happened = happened
        self.faults = tuple(faults)
        self.headers = dict(headers or {})


def problem(refused: Refused, documentation: str) -> Problem:
    """What is told of a refused request. `documentation`: address of the page that lists the kinds."""
    kind = refused.kind
    return Problem(
        type=f"{documentation}#{kind.name}",
        title=kind.title,
        status=kind.status,
        detail=f"{refused.happened} {kind.remedy}".strip(),
        errors=[ParameterFault(parameter=one.parameter, detail=one.detail) for one in refused.faults] or None,
    )


def reason(status: int) -> str:
    """The status in words (RFC 9110 section 15)."""
    return HTTPStatus(status).phrase
