"""`aggregator status`: one screen that says how everything stands, and what needs the operator."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from aggregator.cli.newsletter.naming import title
from aggregator.cli.newsletter.previewing import next_issue
from aggregator.cli.newsletter.unserved import unserved
from aggregator.cli.newsletter.watching import pace
from aggregator.cli.newsletter.wording import by_name, counted, describe_pause
from aggregator.cli.sources import needs_a_look
from aggregator.cli.terminal import NEEDS_OPERATOR, Setting, now, one_line, pass_setting, show_json
from aggregator.config.schema import Config
from aggregator.model import DeliveryState, IssueProgress, Newsletter, SourceHealth, Track
from aggregator.newsletter import calendar
from aggregator.wiring.caught_mail import caught_folder, caught_path
from aggregator.wiring.stores import Stores, open_stores

LATELY = timedelta(days=7)
PATIENCE = timedelta(days=1)
"""A source that had no success for longer wants the operator; before, it mostly helps itself."""
ISSUES_LOOKED_AT = 200
SOURCES_NAMED = 5
LINE = 110
"""Characters of what a source says that stand on one line of a screen."""
LEAST_FREE = 0.05
"""Share of the disk below which it wants room."""
LEAST_FREE_BYTES = 500_000_000


@dataclass
class Section:
    """One subject: what stands on the screen, the same for programs, and what needs the operator."""

    name: str
    lines: list[str] = field(default_factory=list)
    facts: dict[str, object] = field(default_factory=dict)
    wants: list[str] = field(default_factory=list)


@click.command("status")
@click.option("--json", "as_program", is_flag=True, help="For programs: one JSON object.")
@pass_setting
def command(setting: Setting, as_program: bool) -> None:
    """Say on one screen how everything stands, and what needs you.

    Sources in trouble, stories, the last and the next issue of each newsletter, letters, mail servers, room.
    Ends with 3 when something needs you.
    """
    config, at = setting.config, now()
    with open_stores(config, at) as stores:
        sections = [
            _sources(stores, at),
            _stories(config, stores, at),
            *_newsletters(config, stores, at),
            _letters(stores, at),
            _mail(config, stores, at),
            _room(config, stores),
        ]
    wants = [want for section in sections for want in section.wants]
    if as_program:
        show_json({section.name: section.facts for section in sections} | {"needs_you": wants})
    else:
        for section in sections:
            for number, line in enumerate(section.lines):
                click.echo(f"{section.name if number == 0 else '':12} {line}")
        for want in wants:
            click.echo(f"{'NEEDS YOU':12} {want}")
    if wants:
        sys.exit(NEEDS_OPERATOR)


def _sources(stores: Stores, at: datetime) -> Section:
    listed = stores.sources.health(at)
    trouble = [one for one in listed if needs_a_look(one)]
    lasting = [one for one in trouble if _lasts(one, at)]
    section = Section("sources")
    section.lines.append(f"{len(listed)}, {len(trouble)} in trouble" + (":" if trouble else ""))
    for one in trouble[:SOURCES_NAMED]:
        status = one.status
        section.lines.append(f"{status.source.id}: {status.state} {one_line(status.message)}"[:LINE])
    if len(trouble) > SOURCES_NAMED:
        section.lines.append(f"and {len(trouble) - SOURCES_NAMED} more")
    names = [one.status.source.id for one in trouble]
    section.facts = {"count": len(listed), "in_trouble": names}
    if lasting:
        what = "1 source brings" if len(lasting) == 1 else f"{len(lasting)} sources bring"
        section.wants.append(f"{what} nothing for more than a day: `aggregator sources --trouble`")
    return section


def _lasts(one: SourceHealth, at: datetime) -> bool:
    return one.status.last_success is not None and at - one.status.last_success > PATIENCE


def _stories(config: Config, stores: Stores, at: datetime) -> Section:
    zone = ZoneInfo(config.site.time_zone)
    midnight = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    today, week = stores.overview.stories_told(midnight), stores.overview.stories_told(at - LATELY)
    doubts = stores.inspection.attention()
    line = f"{today} told today, {week} in seven days"
    if doubts:
        line += f"; {doubts} entries in doubt: `aggregator story list --attention`"
    return Section("stories", [line], {"today": today, "seven_days": week, "entries_in_doubt": doubts})


def _newsletters(config: Config, stores: Stores, at: datetime) -> Iterator[Section]:
    recent = stores.desk.recent(ISSUES_LOOKED_AT)
    section = Section("newsletters")
    shown: list[object] = []
    for newsletter in config.newsletters_offered():
        for track in newsletter.tracks:
            last = next(
                (one for one in recent if (one.newsletter, one.track) == (newsletter.id, track.id)), None
            )
            shown.append(_track(section, stores, newsletter, track, last, at))
    section.lines = section.lines or ["none is configured"]
    section.facts = {"tracks": shown}
    for one in recent:
        if one.paused_at is not None:
            section.wants.append(
                f"{title(one)} is {pace(one, at)}: `aggregator newsletter resume {one.issue_id}`"
            )
    section.wants += unserved(config, stores)
    yield section


def _track(
    section: Section,
    stores: Stores,
    newsletter: Newsletter,
    track: Track,
    last: IssueProgress | None,
    at: datetime,
) -> dict[str, object]:
    last_end = stores.issues.position(newsletter.id, track.id).last_period_end
    following = calendar.following(newsletter, track, last_end, at)
    name, zone = f"{newsletter.id} {track.id}", newsletter.time_zone
    before = f"last {last.period_key}: {counted(last.counts)}, {pace(last, at)}" if last else "no issue yet"
    section.lines.append(f"{name}: {before}")
    section.lines.append(f"{'':{len(name)}}  next {next_issue(following, zone, at)} ({zone})")
    overdue = calendar.is_overdue(newsletter, following, at)
    # A track that never had an issue begins with the period that its first issue is due for.
    if overdue and last_end is not None:
        section.wants.append(
            f"{name} {following.key} is overdue and not sent: `aggregator newsletter send --late`, "
            "or leave it: its stories are in the next issue"
        )
    return {
        "newsletter": newsletter.id,
        "track": track.id,
        "last_period": last.period_key if last else None,
        "last_letters": by_name(last.counts) if last else {},
        "next_period": following.key,
        "next_at": following.send_at,
        "overdue": overdue and last_end is not None,
    }


def _letters(stores: Stores, at: datetime) -> Section:
    waiting = stores.overview.open_letters()
    failed = stores.overview.failed_since(at - LATELY)
    section = Section("letters")
    for kind, counts in sorted(waiting.items()):
        section.lines.append(f"{kind}: {counted(counts)}")
    section.lines = section.lines or ["none waits"]
    if failed:
        section.lines.append(f"failed in seven days: {counted(failed)}")
    held = sum(counts.get(DeliveryState.UNKNOWN, 0) for counts in waiting.values())
    if held:
        section.wants.append(
            f"letters are held ({held}), they may have arrived: look into your relay's log, then "
            "`aggregator newsletter settle --sent` or `--resend`"
        )
    section.facts = {
        "open": {str(kind): by_name(counts) for kind, counts in waiting.items()},
        "failed_in_seven_days": by_name(failed),
        "held": held,
    }
    return section


def _mail(config: Config, stores: Stores, at: datetime) -> Section:
    section = Section("mail")
    if config.smtp is None:
        caught = sum(1 for _ in caught_folder(config).glob("*.eml"))
        page = config.web.url + caught_path(stores)
        section.lines.append(f"no smtp is configured: letters are caught, not sent ({caught}); {page}")
        section.facts |= {"caught": caught, "smtp": False}
    else:
        section.lines.append("by " + ", ".join(server.host for server in config.smtp.servers))
        section.facts |= {"smtp": True}
    pauses = stores.ledger.pauses(at)
    section.wants += [describe_pause(pause) for pause in pauses]
    section.facts["paused"] = [
        {"server": one.server, "until": one.until, "reason": one.reason} for one in pauses
    ]
    bounced = by_name(stores.bounces.counts(at - LATELY))
    section.lines.append(f"bounces in seven days: {counted(bounced, 'none')}")
    section.facts["bounces_in_seven_days"] = bounced
    return section


def _room(config: Config, stores: Stores) -> Section:
    sizes = {
        "database": stores.overview.database_bytes(),
        "data": _size(config.storage.data),
        "public": _size(config.storage.public),
    }
    disk = shutil.disk_usage(config.storage.data)
    section = Section("room", facts={**sizes, "free": disk.free})
    parts = ", ".join(f"{name} {_readable(size)}" for name, size in sizes.items())
    section.lines.append(f"{parts}; {_readable(disk.free)} free")
    if disk.free < max(LEAST_FREE * disk.total, LEAST_FREE_BYTES):
        section.wants.append(f"the disk of {config.storage.data} is nearly full: {_readable(disk.free)} free")
    return section


def _size(folder: Path) -> int:
    """Bytes of all files below a folder; what goes away meanwhile counts nothing."""
    total, folders = 0, [str(folder)]
    while folders:
        try:
            for one in os.scandir(folders.pop()):
                if one.is_dir(follow_symlinks=False):
                    folders.append(one.path)
                else:
                    total += one.stat(follow_symlinks=False).st_size
        except FileNotFoundError:
            continue
    return total


def _readable(size: int) -> str:
    if size < 1_000_000:
        return f"{size / 1000:.0f} kB"
    return f"{size / 1_000_000:.0f} MB" if size < 1_000_000_000 else f"{size / 1_000_000_000:.1f} GB"
