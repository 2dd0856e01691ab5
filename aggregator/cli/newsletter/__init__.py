"""`aggregator newsletter`: look at an issue, send what is due, settle what a crash left open."""

from __future__ import annotations

import click

from aggregator.cli.newsletter import noting, previewing, sending, steering, watching
from aggregator.cli.newsletter.naming import newsletter_named, track_named
from aggregator.cli.newsletter.sending import describe_mended
from aggregator.cli.newsletter.wording import HELD, describe_issue, describe_letter, describe_pause

__all__ = [
    "HELD",
    "command",
    "describe_issue",
    "describe_letter",
    "describe_mended",
    "describe_pause",
    "newsletter_named",
    "track_named",
]


@click.group("newsletter")
def command() -> None:
    """Preview and send newsletters."""


for one in (
    previewing.list_,
    previewing.preview,
    noting.note,
    sending.compose_,
    sending.send,
    watching.status,
    watching.progress,
    steering.pause,
    steering.resume,
    steering.cancel,
    steering.settle,
):
    command.add_command(one)
