"""What may be asked of the list of stories: parameters of an address, and the query that they mean."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic import WithJsonSchema as Shown

from aggregator.model import StoryQuery

LARGEST_PAGE = 100
"""Stories on one page."""
LONGEST_WORDS = 200
"""Characters of what is searched for, and of a topic."""
MOST_VALUES = 20
"""Values of one parameter."""
_LARGEST_NUMBER = 2**63 - 1
"""What a database can hold."""
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(9999, 12, 31, tzinfo=UTC)
_WORDS = r"^[^\x00-\x1f\x7f]*$"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d))?", re.ASCII)
"""RFC 3339, with the seconds left out if one likes, or a date."""
_OPAQUE_MESSAGES = {"string_pattern_mismatch"}
"""Kinds of faults whose message would quote a regular expression."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one parameter, and what it takes."""

    parameter: str
    detail: str


class BadQuery(ValueError):  # noqa: N818 - it is what was asked that is bad
    """Parameters that mean nothing; `faults` holds all that is wrong with them."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(f"{one.parameter}: {one.detail}" for one in self.faults))


def _country(value: str) -> str:
    return value if ":" in value else value.upper()


def _moment(value: object) -> datetime:
    """A time in UTC. A `+` that was not escaped comes as a space; what no calendar holds, is its border."""
    text = str(value).strip().replace(" ", "+").upper()
    if not _MOMENT.fullmatch(text):
        raise ValueError("this is no date and no time with its offset")
    parsed = datetime.fromisoformat(text)
    try:
        moment = parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except OverflowError:
        return _EARLIEST if parsed.year == 1 else _LATEST
    return max(moment, _EARLIEST)


Words = Annotated[str, Field(max_length=LONGEST_WORDS, pattern=_WORDS)]
Country = Annotated[
    str, Field(pattern=r"^([A-Za-z]{2}|region:[A-Z][A-Z0-9]{0,15})$"), AfterValidator(_country)
]
Language = Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}$"), AfterValidator(str.lower)]
SourceId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    Shown({"anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}]}),
]
Several = Field(max_length=MOST_VALUES)


class StoryParameters(BaseModel):
    """Which stories are asked for. Parameters narrow one another."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    q: Words = ""
    """Words to search for: each must stand in one entry, in any of its forms; `-word` must not."""
    country: Annotated[list[Country], Several] = []
    """What it is about: ISO 3166-1 alpha-2 codes, and groups such as `region:CA`; any of them."""
    language: Annotated[list[Language], Several] = []
    """What it is told in: ISO 639 codes; any of them, by an entry that is more than a copy."""
    source: Annotated[list[SourceId], Several] = []
    """Who tells it: ids as `/sources` lists them; any of them."""
    topic: Words = ""
    """A category that a source gave one of its entries."""
    since: Moment | None = None
    """Told then or later: a time with its offset (RFC 3339), or a date, which begins at midnight UTC."""
    until: Moment | None = None
    """Told before then: a time with its offset (RFC 3339), or a date, which begins at midnight UTC."""
    before: Annotated[int, Field(ge=0, le=_LARGEST_NUMBER)] | None = None
    """Where a page begins. Follow `next` instead of making it up: what it counts may change."""
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = 50
    """The most stories on one page: 1 to 100, and 50 unless told otherwise."""

    def query(self) -> StoryQuery:
        """What it means."""
        return StoryQuery(
            words=self.q,
            countries=_each_once(self.country),
            languages=_each_once(self.language),
            sources=_each_once(self.source),
            topic=self.topic,
            since=self.since,
            until=self.until,
            before=self.before,
            limit=self.limit,
        )

    def address(self, path: str, **changed: Any) -> str:
        """The same question as an address, with some parameters changed: lists are joined by commas."""
        asked = self.model_copy(update=changed).model_dump(mode="json", exclude_defaults=True)
        values = {
            name: ",".join(value) if isinstance(value, list) else value for name, value in asked.items()
        }
        return f"{path}?{urlencode(values, safe=',:')}" if values else path


SEVERAL_VALUES = frozenset(
    name for name, field in StoryParameters.model_fields.items() if field.default == []
)
"""Parameters that may be repeated, or hold values between commas."""


def read(pairs: Iterable[tuple[str, str]]) -> StoryParameters:
    """What the pairs of an address's query ask for. Raises `BadQuery` with all that is wrong."""
    values: dict[str, Any] = {}
    twice = []
    for name, value in pairs:
        if name in SEVERAL_VALUES:
            values.setdefault(name, []).extend(part.strip() for part in value.split(","))
        elif name in values:
            twice.append(Fault(name, "It may be given once only: leave the others out."))
        else:
            values[name] = value
    try:
        parameters = StoryParameters.model_validate(values)
    except ValidationError as error:
        found = {str(one["loc"][0]): _fault(dict(one)) for one in error.errors(include_url=False)}
        raise BadQuery((*twice, *found.values())) from None
    if twice:
        raise BadQuery(twice)
    return parameters


def _fault(error: dict[str, Any]) -> Fault:
    """One fault of pydantic's, with what the parameter takes."""
    name = str(error["loc"][0])
    field = StoryParameters.model_fields.get(name)
    if field is None:
        return Fault(name[:LONGEST_WORDS], _unknown(name))
    wrong = "" if error["type"] in _OPAQUE_MESSAGES else f"{error['msg'].removeprefix('Value error, ')}. "
    return Fault(name, f"{wrong[:1].upper()}{wrong[1:]}It takes this: {field.description}")


def _unknown(name: str) -> str:
    known = list(StoryParameters.model_fields)
    meant = get_close_matches(name, known, n=1)
    guess = f"Did you mean {meant[0]}? " if meant else ""
    return f"There is no such parameter. {guess}These are known: {', '.join(known)}."


def _each_once(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
