"""What stands behind the callbacks of hubs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aggregator import push
from aggregator.model import Callback, HubQuestion


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
