"""Where hubs can reach us, and what stands behind their callbacks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aggregator import push
from aggregator.config.schema import Config
from aggregator.ingest import subscription
from aggregator.model import Callback, HubQuestion


def callback_base(config: Config) -> str:
    """Origin of callbacks; empty where no hub could reach it."""
    return "" if why_not_pushed(config) else config.site.base_url


def why_not_pushed(config: Config) -> str:
    """Why no hub can push to this installation; empty when hubs can."""
    return subscription.why_not_reached(config.site.base_url)


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """What the web's callbacks ask, answered by `push.py` at the time of the clock."""

    ports: push.CallbackPorts
    clock: Callable[[], datetime]

    def confirm(self, token: str, question: HubQuestion) -> bool:
        """Whether to say yes to a hub."""
        return push.confirm(self.clock(), token, question, self.ports)

    def callback(self, token: str) -> Callback:
        """What stands at a callback."""
        return push.callback(self.clock(), token, self.ports)

    def accept(self, token: str, content_type: str, signature: str, body: bytes) -> None:
        """Keep what was pushed, or the hint that it is."""
        push.accept(self.clock(), token, content_type, signature, body, self.ports)
