"""What `aggregator newsletter send --dry-run` prints."""

from __future__ import annotations

from collections.abc import Sequence

import click

from aggregator.cli.newsletter.previewing import local
from aggregator.cli.newsletter.wording import counted, describe_pause
from aggregator.cli.terminal import NEEDS_OPERATOR, now, number_of, one_line
from aggregator.config.schema import Config
from aggregator.forecast import Forecast, VariantForecast, forecast
from aggregator.model import DeliveryState
from aggregator.pipeline import Composed
from aggregator.wiring.composing import forecasting
from aggregator.wiring.stores import Stores, open_stores

VARIANTS_SHOWN = 20
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def show_forecast(config: Config, early: Sequence[str], *, late: bool, at_once: bool) -> int:
    """Say who would get what, and change nothing; the exit code."""
    with open_stores(config, now()) as stores:
        foretold = forecast(now(), forecasting(config, stores), early=early, late=late)
        for one in foretold:
            for line in _account(one, at_once=at_once):
                click.echo(line)
        if not foretold:
            click.echo("No issue is due.")
        _show_waiting(stores)
    click.echo("Nothing was frozen, nothing was sent.")
    wants_a_look = any(one.outcome is Composed.OVERDUE or one.reasons for one in foretold)
    return NEEDS_OPERATOR if wants_a_look else 0


def _show_waiting(stores: Stores) -> None:
    """Letters of earlier issues, and other mail, that would go with it."""
    if waiting := waiting_letters(stores):
        click.echo(f"Already in the ledger: {counted(waiting)}.")
    for pause in stores.ledger.pauses(now()):
        click.echo(describe_pause(pause))


def waiting_letters(stores: Stores) -> dict[DeliveryState, int]:
    """How many letters wait, whatever they wait for."""
    counts = stores.ledger.counts()
    return {
        state: counts[state] for state in (DeliveryState.READY, DeliveryState.DEFERRED) if counts.get(state)
    }


def _account(one: Forecast, *, at_once: bool) -> list[str]:
    newsletter, period = one.newsletter, one.period
    name = f"{newsletter.id} {one.track.id} {period.key}"
    if one.outcome is Composed.NOTHING_NEW:
        return [f"{name}: nothing new, nothing would be sent"]
    if one.outcome is Composed.FAULTY:
        return [f"{name}: {one.outcome}: {one_line(reason)}" for reason in one.reasons]
    zone = newsletter.time_zone
    letters = f"{number_of(one.letters, 'letter')} in {number_of(len(one.variants), 'variant')}"
    lines = [
        f"{name}: {number_of(one.stories, 'story', 'stories')}, {letters}",
        f"  tells    {local(period.start, zone)} to {local(period.end, zone)} ({zone})",
        f"  goes     from {local(one.send_after, zone)}, expires {local(one.expires_at, zone)}",
    ]
    if newsletter.send_window is not None and not at_once:
        window = newsletter.send_window
        days = ", ".join(WEEKDAYS[day - 1] for day in window.days)
        lines.append(f"  window   {days}, {window.begins} to {window.ends}")
    if one.outcome is Composed.OVERDUE:
        lines.append("  overdue  it waits for your word: --late composes it")
    lines += [f"  variant  {_variant(variant)}" for variant in one.variants[:VARIANTS_SHOWN]]
    if len(one.variants) > VARIANTS_SHOWN:
        rest = one.variants[VARIANTS_SHOWN:]
        lines.append(
            f"           and {len(rest)} more, {number_of(sum(other.readers for other in rest), 'letter')}"
        )
    lines += [f"  REFUSED  {one_line(reason)}" for reason in one.reasons]
    lines += [
        f"  passed   {number_of(count, 'reader')}: {why}" for why, count in sorted(one.passed_over.items())
    ]
    return lines


def _variant(variant: VariantForecast) -> str:
    sizes = f"HTML {variant.html_bytes / 1000:.1f} kB, text {variant.text_bytes / 1000:.1f} kB"
    letters, told = number_of(variant.readers, "letter"), number_of(variant.stories, "story", "stories")
    return f"{letters} in {variant.language}, {told}, {sizes}: {one_line(variant.subject)}"
