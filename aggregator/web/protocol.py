"""HTTP/1.1 on one connection: uvicorn's, with bounds that it leaves to others, and a short way for files.

A request's head may take so many bytes and so many seconds, or the connection ends: neither httptools nor
uvicorn counts them. An application that has a method `at_once` is asked first: what it answers is written as
the request ends, without a task, which costs several times the answer itself.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from aggregator.web.representation import Reply

LARGEST_HEAD = 32_768
"""Bytes of request line and header fields."""
HEAD_WITHIN = 15.0
"""Seconds in which they must have come."""
_TOO_LARGE = STATUS_LINE[431] + b"content-length: 0\r\nconnection: close\r\n\r\n"


class BoundedHttp(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._ask_at_once = getattr(self.app, "at_once", None)
        self._reply: Reply | None = None
        self._head_is_due = True
        self._head_bytes = 0
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A head is due from now on."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is due any more."""
        self._forget_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; end the connection when the head becomes too large."""
        super().data_received(data)
        # Between an answer and the next request uvicorn's own clock runs.
        if not self._head_is_due or self.timeout_keep_alive_task is not None or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > LARGEST_HEAD:
            self.transport.write(_TOO_LARGE)
            self.transport.close()
        elif self._deadline is None:
            self._await_head()

    def on_message_begin(self) -> None:
        """A head is due, even if it is pipelined behind a request under way."""
        super().on_message_begin()
        self._head_is_due = True

    def on_headers_complete(self) -> None:
        """Ask for an answer at once; without one, go the long way."""
        self._head_is_due = False
        self._head_bytes = 0
        self._forget_deadline()
        self._reply = self._answer_at_once()
        if self._reply is None:
            super().on_headers_complete()

    def on_response_complete(self) -> None:
        """The next head is due, unless it was here before the answer."""
        super().on_response_complete()
        self._head_is_due = self._is_idle()

    def on_body(self, body: bytes) -> None:
        """A body that nobody asked for is dropped."""
        if self._reply is None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: what is answered at once is sent."""
        if self._reply is None:
            super().on_message_complete()
            return
        head, body = self._reply
        self._reply = None
        self._write(head["status"], head["headers"], b"" if self._is_head else body["body"])
        self.on_response_complete()

    def _answer_at_once(self) -> Reply | None:
        """The application's answer, if this is a plain request whose turn it is."""
        method = self.parser.get_method()
        if (
            self._ask_at_once is None
            or method not in (b"GET", b"HEAD")
            or self.parser.get_http_version() != "1.1"
            or not self.parser.should_keep_alive()
            or self.parser.should_upgrade()
            or self.expect_100_continue
            or not self._is_idle()
            or self.flow.write_paused
            or self._is_crowded()
        ):
            return None
        self._is_head = method == b"HEAD"
        path, _, query = self.url.partition(b"?")
        if b"%" in path or not path.startswith(b"/") or b"#" in query:
            return None
        scope: Scope = {
            "method": method.decode("ascii"),
            "path": path.decode("ascii"),
            "query_string": query,
            "headers": self.headers,
        }
        answer: Reply | None = self._ask_at_once(scope)
        return answer

    def _is_idle(self) -> bool:
        """Whether no request is under way."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is None or cycle.response_complete

    def _is_crowded(self) -> bool:
        limit = self.limit_concurrency
        return limit is not None and len(self.connections) >= limit

    def _write(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        lines = [STATUS_LINE[status]]
        for name, value in (*self.server_state.default_headers, *headers):
            lines += (name, b": ", value, b"\r\n")
        lines += (b"\r\n", body)
        self.transport.write(b"".join(lines))

    def _await_head(self) -> None:
        self._deadline = self.loop.call_later(HEAD_WITHIN, self.transport.close)

    def _forget_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
