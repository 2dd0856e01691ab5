"""Requests to hubs: for subscriptions (W3C WebSub section 5.1), and to tell them of our own feeds.

They go out by the same rules by which sources are asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from types import TracebackType
from typing import Self

from aggregator.ingest import freshness, subscription
from aggregator.ingest.allowance import Budget
from aggregator.ingest.curl import Form
from aggregator.ingest.transport import FAILURES, Reply, Transport, shown
from aggregator.model import HubAnswer, HubRequest

TIMEOUT = 30.0
"""Seconds that a hub gets for one request, redirects included."""


class HubClient:
    """Sends one request to a hub; use it as an async context manager.

    Redirects other than 307 and 308 are refusals.
    """

    def __init__(self, transport: Transport, *, user_agent: str, clock: Callable[[], datetime]) -> None:
        self._transport = transport
        self._user_agent = user_agent
        self._clock = clock

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def __call__(self, request: HubRequest) -> HubAnswer:
        """Ask; what hubs and networks do comes back as a value.

        Its message does not hold the callback's token, even if the hub quotes it.
        """
        answer = await self.tell(request.hub, form(request))
        return replace(answer, message=_without_token(answer.message, request))

    async def tell(self, hub: str, fields: Form) -> HubAnswer:
        """Send a form; what hubs and networks do comes back as a value."""
        headers = {"User-Agent": self._user_agent, "Accept-Encoding": "identity"}
        try:
            reply = await self._transport.post(hub, fields, headers, Budget(TIMEOUT))
        except FAILURES as error:
            message = f"no answer from {shown(hub)}: {type(error).__name__}: {error}"
            return HubAnswer(False, message, reached=False)
        not_before = freshness.not_before(reply.headers, self._clock()) if reply.status >= 400 else None
        accepted = 200 <= reply.status < 300
        return HubAnswer(accepted, "" if accepted else _refusal(reply), not_before, status=reply.status)


def form(request: HubRequest) -> dict[str, str]:
    """The fields of a request."""
    fields = {"hub.mode": request.mode, "hub.topic": request.topic, "hub.callback": request.callback}
    if request.mode == "subscribe":
        fields["hub.lease_seconds"] = str(int(subscription.ASKED_LEASE.total_seconds()))
        if subscription.may_share_secret(request.hub, request.topic):
            fields["hub.secret"] = request.secret
    # Hubs of the protocol's version 0.3 refuse what does not say how to verify; others pass it over.
    return fields | {"hub.verify": "async"}


def _refusal(reply: Reply) -> str:
    text = " ".join(reply.body.decode("utf-8", "replace").split())
    plain = "".join(character for character in text if character.isprintable())
    said = f": {plain[: subscription.LONGEST_REASON]}" if plain and not plain.startswith("<") else ""
    return f"HTTP {reply.status} from {shown(reply.url)}{said}"


def _without_token(message: str, request: HubRequest) -> str:
    return message.replace(request.callback.rpartition("/")[2], "…")
