"""The WebSub hubs that `config.yaml` may name: a few public addresses, for they stand in every feed."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, WithJsonSchema

from aggregator.config.values import Url

MOST_HUBS = 5


def _hub(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != "https" or parts.username is not None or parts.fragment:
        raise ValueError(
            "expects an https address of a hub, without user name and `#`: it stands in every feed"
        )
    return value


def _few(values: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(values)) < len(values):
        raise ValueError("names a hub twice")
    if len(values) > MOST_HUBS:
        raise ValueError(f"names {len(values)} hubs: at most {MOST_HUBS} are possible, and one is usual")
    return values


Hub = Annotated[Url, AfterValidator(_hub), WithJsonSchema({"type": "string", "pattern": "^https://"})]
Hubs = Annotated[tuple[Hub, ...], AfterValidator(_few)]
