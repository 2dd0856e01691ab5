"""Whether it is our own network that is down, from what became of requests to other servers."""

from __future__ import annotations

WITNESSES = 3
"""Domains that could not be reached, with nobody answering in between, before we take the fault for ours."""


class Reach:
    """Remembers which domains could not be reached since a server last answered."""

    def __init__(self) -> None:
        self._missed: set[str] = set()

    def answered(self) -> None:
        """A server answered, whatever it said: the network works."""
        self._missed.clear()

    def missed(self, domain: str, *, worked_before: bool) -> bool:
        """No request could be sent to `domain`; whether that is our own network's fault.

        Only domains that worked at their last poll are witnesses: those that have failed for days would fail
        on any network.
        """
        if worked_before:
            self._missed.add(domain)
        return len(self._missed) >= WITNESSES
