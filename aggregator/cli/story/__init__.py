"""`aggregator story`: what was judged to be one story, and the operator's word on it."""

from __future__ import annotations

import click

from aggregator.cli.story import correcting, inspecting, listing


@click.group("story")
def command() -> None:
    """Look at stories; split, merge and hide them.

    A story is named by its number, or by the id that it has in the feeds.
    """


for one in (
    listing.list_,
    inspecting.show,
    correcting.split,
    correcting.merge,
    correcting.hide,
    correcting.unhide,
    correcting.dismiss,
    correcting.corrections,
):
    command.add_command(one)
