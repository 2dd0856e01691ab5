"""The operator's word on stories: split, merge, hide, and what he has looked at."""

from __future__ import annotations

import click

from aggregator.cli.story.inspecting import describe_correction
from aggregator.cli.terminal import Setting, now, pass_setting
from aggregator.wiring.stores import open_stores

FOLLOWS = "`run` publishes it with its next poll; `aggregator publish --changed` does it now."
because = click.option("--reason", required=True, help="Why, for the record.")


@click.command()
@click.argument("entry_ids", metavar="ENTRY...", type=int, nargs=-1, required=True)
@because
@pass_setting
def split(setting: Setting, entry_ids: tuple[int, ...], reason: str) -> None:
    """Take entries out of their story, into one of their own."""
    with open_stores(setting.config, now()) as stores:
        home = stores.inspection.entry(entry_ids[0]).story_id
        founded = stores.corrections.split(entry_ids, reason, now())
    if founded == home:
        click.echo(f"These are all entries of story {home}: nothing was changed.")
    else:
        click.echo(f"Story {founded} holds what was split off; story {home} keeps the rest. {FOLLOWS}")


@click.command()
@click.argument("named", metavar="ID ID...", nargs=-1, required=True)
@because
@pass_setting
def merge(setting: Setting, named: tuple[str, ...], reason: str) -> None:
    """Make several stories one: the oldest keeps its id, the others lead to it."""
    with open_stores(setting.config, now()) as stores:
        kept = stores.corrections.merge([stores.inspection.number(one) for one in named], reason, now())
    click.echo(f"Story {kept} holds them all; the others lead to it. {FOLLOWS}")


@click.command()
@click.argument("named", metavar="ID")
@because
@pass_setting
def hide(setting: Setting, named: str, reason: str) -> None:
    """Take a story out of files, archive, search and issues that are not sent yet."""
    with open_stores(setting.config, now()) as stores:
        story_id = stores.inspection.number(named)
        correction = stores.corrections.hide(story_id, reason, now())
    click.echo(f"Story {story_id} is hidden (correction {correction}). {FOLLOWS}")


@click.command()
@click.argument("named", metavar="ID")
@pass_setting
def unhide(setting: Setting, named: str) -> None:
    """Show a hidden story again, in its old places."""
    with open_stores(setting.config, now()) as stores:
        story_id = stores.inspection.number(named)
        stores.corrections.unhide(story_id, now())
    click.echo(f"Story {story_id} is shown. {FOLLOWS}")


@click.command()
@click.argument("entry_ids", metavar="ENTRY...", type=int, nargs=-1, required=True)
@pass_setting
def dismiss(setting: Setting, entry_ids: tuple[int, ...]) -> None:
    """Say that entries were looked at and may stay where they are."""
    with open_stores(setting.config, now()) as stores:
        for entry_id in entry_ids:
            wanted = stores.inspection.dismiss(entry_id)
            click.echo(f"Entry {entry_id} {'stays where it is' if wanted else 'wanted no look'}.")


@click.command()
@click.option("--withdraw", "correction_id", metavar="N", type=int, help="Take this one back.")
@pass_setting
def corrections(setting: Setting, correction_id: int | None) -> None:
    """List what was corrected, the last first, or take back that a story was hidden or an entry retagged."""
    with open_stores(setting.config, now()) as stores:
        if correction_id is not None:
            stores.corrections.withdraw(correction_id, now())
            click.echo(f"Correction {correction_id} is withdrawn: what was judged stands again. {FOLLOWS}")
            return
        for one in stores.corrections.list():
            click.echo(describe_correction(one))
