"""What readers send from the pages' forms, read strictly: what no page of ours sends is refused whole."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

LARGEST_BODY = 8_192
"""Bytes. The longest that means anything ticks every country."""
READ_WITHIN = 15.0
"""Seconds in which a body must have come."""
LONGEST_VALUE = 320
"""Characters: the longest mail address there is, and none of the other values comes near it."""
MOST_FIELDS = 400
_URLENCODED = "application/x-www-form-urlencoded"


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The form is not read; `status` says why."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form."""

    fields: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str:
        """A field's value; empty when it was not sent."""
        return self.fields.get(name, ("",))[0]

    def all(self, name: str) -> tuple[str, ...]:
        """All that was ticked under one name."""
        return self.fields.get(name, ())


async def read(request: Request, single: Collection[str], several: Collection[str] = ()) -> Form:
    """The form of a POST. `several`: names that may come more than once. One in neither is a fault.

    Raises Refused: 400 not to be understood, 408 too slow, 413 too large, 415 no form.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _URLENCODED:
        raise Refused(415)
    return parsed(await body_of(request, LARGEST_BODY), single, several)


def parsed(body: bytes, single: Collection[str], several: Collection[str] = ()) -> Form:
    """The same of the bytes. Raises Refused with 400."""
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise Refused(400) from None
    fields: dict[str, tuple[str, ...]] = {}
    for name, value in pairs:
        is_known = name in several or (name in single and name not in fields)
        if not is_known or len(value) > LONGEST_VALUE or not _is_plain(value):
            raise Refused(400)
        fields[name] = (*fields.get(name, ()), value.strip())
    return Form(fields)


def is_from_here(headers: Headers, base_url: str) -> bool:
    """Whether a page of ours sent the form, as far as the browser tells (Fetch Metadata, RFC 6454).

    What is no browser tells nothing, and is let through: it has nobody's trust to abuse.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    own = urlsplit(base_url)
    return origin is None or origin.lower() == f"{own.scheme}://{own.netloc}".lower()


async def body_of(request: Request, largest: int) -> bytes:
    """The body, `largest` bytes of it at most. Raises Refused: 408 too slow, 413 too large."""
    body = bytearray()
    try:
        async with asyncio.timeout(READ_WITHIN):
            async for chunk in request.stream():
                body += chunk
                if len(body) > largest:
                    raise Refused(413)
    except TimeoutError:
        raise Refused(408) from None
    return bytes(body)


def _is_plain(value: str) -> bool:
    """Nothing that breaks a line, hides, or turns the direction of what stands beside it."""
    return not any(unicodedata.category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp") for one in value)
