"""What the sample world's server sends, and the markup it is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape

from aggregator.demo.world import Outlet

UTF_8 = '<?xml version="1.0" encoding="UTF-8"?>'


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sends."""

    body: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Shape = Callable[[Outlet, str, datetime], Answer]
"""How an outlet publishes, from the outlet, the world's address without a trailing slash, and the moment."""


def element(name: str, text: str) -> str:
    """An element on a line of its own, its text escaped."""
    return f"<{name}>{escape(text, quote=False)}</{name}>\n"


def cdata(name: str, text: str) -> str:
    """An element on a line of its own, its text in a CDATA section."""
    return f"<{name}><![CDATA[{text}]]></{name}>\n"
