"""What a status or a network error means for a source, in the operator's words.

Each message names the thing, the place, as whom we asked, and the cure.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from http import HTTPStatus

from aggregator.errors import BlockedAddressError
from aggregator.ingest.faults import ConnectionFailedError, ConnectTimeoutError, NameNotFoundError, TlsError
from aggregator.model import SourceState

_CURES = {
    304: "nothing was known of it that could be unchanged: its server, or a cache before it, is broken",
    401: "it wants a login: look for a public feed",
    403: "it refuses our User-Agent or our network: try another `user_agent` for this source",
    404: "look on the site for the feed's new address",
    407: "a proxy stands in the way: check the network of this machine",
    410: "the feed is gone for good: look for its successor, or set `enabled: false`",
    429: "it is asked too often: raise `interval` for this source",
    451: "it is withheld for legal reasons: ask from another network",
}
_NO_ROAD = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.ETIMEDOUT})
_SERVER_CURE = "the server is in trouble: it is asked again later"
_OTHER_CURE = "look at the address in a browser"


def of_status(status: int, url: str, headers: Mapping[str, str], agent: str) -> tuple[SourceState, str]:
    """State and message for an answer that is neither a body nor a 304; `agent`: as whom we asked.

    What such an answer holds is not read: its type and size are those that its headers name.
    """
    state = SourceState.GONE if status == HTTPStatus.GONE else SourceState.HTTP_ERROR
    cure = _CURES.get(status, _SERVER_CURE if status >= 500 else _OTHER_CURE)
    content_type = headers.get("Content-Type") or "no content type"
    size = headers.get("Content-Length") or "an unknown number of"
    return (
        state,
        f"HTTP {_named(status)} from {url} ({content_type}, {size} bytes, asked as {agent!r}): {cure}",
    )


def of_empty_body(status: int, url: str, content_type: str, agent: str) -> tuple[SourceState, str]:
    """State and message for a success that brought nothing; `agent`: as whom we asked."""
    cure = (
        "it put the request off, as checks for robots do: try another `user_agent`, or ask the site"
        if status == HTTPStatus.ACCEPTED
        else "check the feed's address"
    )
    return SourceState.EMPTY, (
        f"HTTP {_named(status)} from {url} with an empty body ({content_type or 'no content type'}, 0 bytes, "
        f"asked as {agent!r}): {cure}"
    )


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def of_error(error: BaseException, url: str, agent: str = "") -> tuple[SourceState, str]:
    """State and message for what went wrong on the way; `agent`: as whom we asked, if that may matter.

    Names the error's class, for some have no text.
    """
    name = type(error).__name__
    asked = f", asked as {agent!r}" if agent else ""
    if isinstance(error, BlockedAddressError):
        return SourceState.BLOCKED, f"{url} leads where we do not go ({name}{asked}): {_text(error)}"
    if isinstance(error, TimeoutError):
        return SourceState.TIMEOUT, (
            f"no full answer from {url} in time ({name}{asked}): "
            "raise `timeout` for this source if it is slow for everybody"
        )
    return SourceState.HTTP_ERROR, (
        f"{url} could not be read ({name}: {_text(error)}{asked}): {_error_cure(error)}"
    )


def is_unreached(error: BaseException) -> bool:
    """Whether no request could be sent at all: no name, no road, no connection in time.

    A refused connection or a bad certificate is an answer of some kind: the network works.
    """
    if isinstance(error, ConnectionFailedError):
        return error.errno in _NO_ROAD
    return isinstance(error, NameNotFoundError | ConnectTimeoutError)


def _text(error: BaseException) -> str:
    return " ".join(str(error).split()) or "no further word"


def _error_cure(error: BaseException) -> str:
    if isinstance(error, NameNotFoundError):
        return "check the host's name, and that this machine reaches the network"
    if isinstance(error, TlsError):
        return "its certificate cannot be verified: see whether a browser accepts it, or try http://"
    return _OTHER_CURE
