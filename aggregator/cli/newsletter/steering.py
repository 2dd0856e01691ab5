"""`aggregator newsletter pause`, `resume`, `cancel` and `settle`: the operator's hand on letters."""

from __future__ import annotations

import sys

import click

from aggregator.cli.newsletter.naming import issue_named, title
from aggregator.cli.newsletter.wording import counted
from aggregator.cli.terminal import NEEDS_OPERATOR, Setting, now, number_of, one_line, pass_setting
from aggregator.mending import mend
from aggregator.model import DeliveryState
from aggregator.wiring.composing import mending
from aggregator.wiring.stores import open_stores

_WAITING = (DeliveryState.READY, DeliveryState.DEFERRED)


@click.command()
@click.argument("issue")
@click.option("--reason", default="", help="Why; `progress` and `status` show it.")
@pass_setting
def pause(setting: Setting, issue: str, reason: str) -> None:
    """Send no more letters of an issue for now; those under way are finished.

    ISSUE is its number, or its period, such as 2026-W47 or week/weekly-1/2026-W47.
    """
    with open_stores(setting.config, now()) as stores:
        meant = issue_named(stores, issue)
        paused = stores.desk.pause(meant.issue_id, now(), reason)
    if paused:
        click.echo(f"{title(meant)}: paused; `newsletter resume {meant.issue_id}` lets it go on")
    else:
        click.echo(f"{title(meant)}: already {'paused' if meant.paused_at else meant.state}")


@click.command()
@click.argument("issue")
@pass_setting
def resume(setting: Setting, issue: str) -> None:
    """Let a paused issue go on where it stands. It gets back the time it rested."""
    with open_stores(setting.config, now()) as stores:
        meant = issue_named(stores, issue)
        # What was hidden meanwhile must not go out with it.
        for line in mend(now(), mending(setting.config, stores)):
            if line.issue_id == meant.issue_id and line.reason:
                click.echo(f"{title(meant)}: still resting, it tells a hidden story: {one_line(line.reason)}")
                sys.exit(NEEDS_OPERATOR)
        if any(stale.id == meant.issue_id for stale in stores.stale.stale(now())):
            click.echo(f"{title(meant)}: still resting, another of its stories was hidden; try again")
            sys.exit(NEEDS_OPERATOR)
        gone_on = meant.paused_at is not None and stores.desk.progress(meant.issue_id)
        resumed = stores.desk.resume(meant.issue_id, now()) or bool(gone_on and not gone_on.paused_at)
    click.echo(f"{title(meant)}: {'goes on' if resumed else 'was not paused'}")


@click.command()
@click.argument("issue")
@click.option("--yes", is_flag=True, help="Do it: what is cancelled is not sent, ever.")
@pass_setting
def cancel(setting: Setting, issue: str, yes: bool) -> None:
    """Send no more letters of an issue, for good. Without --yes it only says how many that would be."""
    with open_stores(setting.config, now()) as stores:
        meant = issue_named(stores, issue)
        if not yes:
            waiting = sum(meant.counts.get(state, 0) for state in _WAITING)
            click.echo(f"{title(meant)}: {counted(meant.counts)}")
            would = f"{number_of(waiting, 'letter')} would not be sent, ever; call it again with --yes."
            click.echo(would if waiting else "No letter of it waits: there is nothing to cancel.")
            sys.exit(NEEDS_OPERATOR if waiting else 0)
        cancelled = stores.desk.cancel(meant.issue_id, now())
    click.echo(f"{title(meant)}: {number_of(cancelled, 'letter')} cancelled")


@click.command()
@click.option("--sent", "as_sent", is_flag=True, help="They arrived: the relay's log shows them.")
@click.option("--resend", is_flag=True, help="They did not arrive, or a second copy does no harm.")
@click.option("--issue", help="Only those of this issue; of all by default.")
@pass_setting
def settle(setting: Setting, as_sent: bool, resend: bool, issue: str | None) -> None:
    """Say what became of letters whose fate is unknown after a lost connection or a crash."""
    if as_sent == resend:
        raise click.UsageError("say either --sent or --resend")
    with open_stores(setting.config, now()) as stores:
        stores.ledger.recover(now())
        only = issue_named(stores, issue).issue_id if issue else None
        unknown = [one.id for one in stores.ledger.unknown() if only is None or one.issue_id == only]
        state = DeliveryState.SENT if as_sent else DeliveryState.READY
        settled = stores.ledger.release(unknown, state, now())
    what = "taken as sent" if as_sent else "ready to be sent again by `aggregator newsletter send`"
    click.echo(f"{number_of(settled, 'letter')} {what}.")
