"""`aggregator newsletter send --to ADDRESS`: a test letter, past all issues and readers."""

from __future__ import annotations

import click

from aggregator.cli.newsletter.naming import track_named
from aggregator.cli.newsletter.previewing import drafted, nothing_new, whole_variant
from aggregator.cli.newsletter.wording import describe_letter, describe_pause
from aggregator.cli.terminal import NEEDS_OPERATOR, now, run_async
from aggregator.config.schema import Config
from aggregator.model import DeliveryState, Newsletter
from aggregator.pipeline import LetterLine, deliver
from aggregator.wiring.delivering import delivering
from aggregator.wiring.stores import open_stores
from aggregator.wiring.trial_letters import enqueue_test


def send_test(
    config: Config, newsletter: Newsletter, track_id: str | None, language: str | None, address: str
) -> int:
    """Send the running issue to this address alone, marked as a test; the exit code.

    No issue is frozen and no reader's letter is touched; other mail that is ready stays where it is.
    """
    issue = drafted(config, newsletter, track_named(newsletter, track_id))
    if not issue.placed:
        click.echo(nothing_new(newsletter, issue), err=True)
        return 0
    variant = whole_variant(config, newsletter, issue, language or issue.frames[0].language)
    with open_stores(config, now()) as stores:
        delivery_id = enqueue_test(config, stores, variant, address, now())
    line = run_async(_deliver(config, delivery_id))
    if line is None:
        click.echo("The test waits: a running `aggregator run` has it, or the server rests.")
        with open_stores(config, now()) as stores:
            for pause in stores.ledger.pauses(now()):
                click.echo(describe_pause(pause))
        return NEEDS_OPERATOR
    click.echo(describe_letter(line))
    return 0 if line.settlement.state is DeliveryState.SENT else NEEDS_OPERATOR


async def _deliver(config: Config, delivery_id: int) -> LetterLine | None:
    """What became of one notice; others of its lane go with it, and no letter of an issue."""
    found: list[LetterLine] = []

    def watch(line: LetterLine) -> None:
        if line.delivery.id == delivery_id:
            found.append(line)

    with open_stores(config, now()) as stores:
        async with delivering(config, stores) as ports:
            await deliver(now(), ports, urgent=True, watch=watch)
    return found[-1] if found else None
