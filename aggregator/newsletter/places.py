"""The slots of a letter: places that are filled after its templates were rendered.

A slot is written `[[name]]`. Slots stand in heads and feet only: bodies hold words of sources, and no feed
shall be able to name a slot. `PREHEADER`, `TALLY` and `SOURCES` are filled once per variant. `UNSUBSCRIBE`
and `PREFERENCES` are addresses of one reader's own, filled per letter.
"""

from __future__ import annotations

UNSUBSCRIBE = "[[unsubscribe]]"
"""`{link_base}/u/{token}`: its page asks, a one-click POST to it obeys."""
PREFERENCES = "[[preferences]]"
"""`{link_base}/p/{token}`."""
READERS_OWN = (UNSUBSCRIBE, PREFERENCES)
"""All that differs between two readers of one variant."""

LINK = "[[link]]"
"""In a notice: `{link_base}{link_path}{token}`, what it is about. `UNSUBSCRIBE` leads there as well."""

PREHEADER = "[[preheader]]"
"""The second and the third headline."""
TALLY = "[[tally]]"
"""How many stories of how many sources in how many languages."""
SOURCES = "[[sources]]"
"""The sources that the letter quotes."""
LEAD = "[[lead]]"
"""In a subject: the first headline."""
NUMBER = "[[number]]"
"""In phrases with a number."""


def harmless(words: str, bracket: str) -> str:
    """The words without a bracket that could open a slot; `bracket` is what to write for it."""
    return words.replace("[", bracket)
