"""`aggregator subscriber show|confirm|pause|erase`: one reader, named by the address."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import click

from aggregator.cli.terminal import Setting, now, number_of, one_line, pass_setting
from aggregator.errors import UsageError
from aggregator.wiring.stores import open_stores

_email = click.argument("email")


@click.command()
@_email
@click.option("--json", "as_json", is_flag=True, help="All that is kept, as JSON: what a reader can ask for.")
@pass_setting
def show(setting: Setting, email: str, as_json: bool) -> None:
    """Show what is kept of one reader."""
    moment = now()
    with open_stores(setting.config, moment) as stores:
        record = stores.member_desk.record(email)
        waiting = stores.member_desk.waiting(email, moment)
    if record is None and not waiting:
        raise UsageError(f"{email} is not known")
    if as_json:
        click.echo(json.dumps(record or {"waiting": waiting}, ensure_ascii=False, indent=2))
        return
    for line in _lines(record) if record else (email,):
        click.echo(line)
    for newsletter in waiting:
        click.echo(f"  {newsletter}: asked for, not confirmed")


def _lines(record: dict[str, Any]) -> list[str]:
    lines = [f"{record['email']}, known since {record['created_at'][:10]}"]
    lines += [f"  gets no mail: {one['reason']} ({one['at'][:10]})" for one in record["suppressed"]]
    for one in record["subscriptions"]:
        words = (one["consent"] or {}).get("words")
        lines += [_subscription(one), *([f"    {words}"] if words else [])]
    sent = [one for one in record["letters"] if one["sent_at"]]
    last = f", the last on {sent[-1]['sent_at'][:10]}" if sent else ""
    return [*lines, f"  {number_of(len(sent), 'mail')} sent{last}"]


def _subscription(one: dict[str, Any]) -> str:
    said = [one["state"], one["track"], f"in {one['language']}"]
    said += [f"about {one['countries'].replace(',', ' ')}"] if one["countries"] else []
    said += [f"told in {one['languages'].replace(',', ' ')}"] if one["languages"] else []
    hour = one["local_hour"]
    said += [] if hour is None else [f"from {hour}:00 {one['time_zone'] or ''}".strip()]
    said += [f"paused until {one['paused_until'][:10]}"] if one["paused_until"] else []
    consent = one["consent"] or {}
    agreed = consent.get("note") or consent.get("text", "?")
    return f"  {one['newsletter']}: {', '.join(said)}; agreed by {consent.get('by', '?')}: {agreed}"


@click.command()
@_email
@click.option("--consent", required=True, help="How and when they confirmed, for the record.")
@pass_setting
def confirm(setting: Setting, email: str, consent: str) -> None:
    """Confirm what a reader asked for, where the mail that asks back did not reach them."""
    with open_stores(setting.config, now()) as stores:
        begun = stores.member_desk.confirm(email, one_line(consent), now())
    if not begun:
        raise UsageError(
            f"nothing waits for {email} to confirm; `aggregator subscriber add` adds a reader who agreed"
        )
    for one in begun:
        click.echo(f"{email} gets {one.newsletter} ({one.wish.track}) in {one.wish.choice.language}.")


@click.command()
@_email
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="First day on which letters come again.")
@click.option("--resume", is_flag=True, help="End the pause now.")
@click.option("--newsletter", "newsletter_id", metavar="ID", help="Only this one; all by default.")
@pass_setting
def pause(
    setting: Setting, email: str, until: datetime | None, resume: bool, newsletter_id: str | None
) -> None:
    """Send a reader nothing until a day. What waits to be sent to them is cancelled."""
    if (until is None) == (not resume):
        raise click.UsageError("say either --until YYYY-MM-DD or --resume")
    end = None
    if until is not None:
        zone = ZoneInfo(setting.config.site.time_zone)
        end = datetime.combine(until.date(), time(), zone).astimezone(UTC)
        if end <= now():
            raise UsageError(f"{until:%Y-%m-%d} is not to come: a pause ends on a later day")
    with open_stores(setting.config, now()) as stores:
        changed = stores.member_desk.pause(email, newsletter_id, end)
    if not changed:
        raise UsageError(f"{email} has no subscription" + (f" to {newsletter_id}" if newsletter_id else ""))
    click.echo(
        f"{email} gets letters again." if end is None else f"{email} gets none until {until:%Y-%m-%d}."
    )


@click.command()
@_email
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_setting
def erase(setting: Setting, email: str, yes: bool) -> None:
    """Forget a reader: nothing remains of the address, or its keyed hash where it is suppressed."""
    if not yes:
        click.confirm(f"Forget all that is kept of {email}?", abort=True)
    with open_stores(setting.config, now()) as stores:
        known = stores.member_desk.erase(email)
    click.echo(f"{email} is forgotten." if known else f"{email} was not known.")
