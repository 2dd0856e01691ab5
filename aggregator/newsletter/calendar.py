"""When an issue is due: the periods of a track, in the newsletter's own time zone.

Periods run from local midnight to local midnight, so that they touch and never overlap, however the clock
is changed. They are worked out from the track alone; what the store adds is the end of the last period that
has an issue (`last_period_end`).

**A period that was cut short.** `cut_short` ends the running period at `now`, under the period's own key.
The store then says that the last period ended inside this one, and from that alone `due` knows that the key
is taken: a period is owed only if it *starts* at or after `last_period_end`. So the next issue is that of the
next scheduled period. Nothing falls between: an issue's content goes by the track's watermark, so what was
told between the cut and the scheduled end is in the next issue. The same rule holds when the operator moves
the newsletter to a zone further east: a period that began before the last one ended is passed over.

**After an outage** only the latest closed period is due; by the watermark its issue holds what the missed
ones would have told.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aggregator.model import Newsletter, Period, Rhythm, Track

DAY = timedelta(days=1)


def due(
    newsletter: Newsletter, track: Track, last_period_end: datetime | None, now: datetime
) -> Period | None:
    """The latest period that has closed and whose hour of sending has come, if it has no issue yet.

    `last_period_end`: end of the last period with an issue (or skipped); None before the first.
    """
    period = _before(_running(newsletter, track, now), newsletter, track)
    while period.send_at > now:
        period = _before(period, newsletter, track)
    return None if _has_issue(period, last_period_end) else period


def cut_short(
    newsletter: Newsletter, track: Track, last_period_end: datetime | None, now: datetime
) -> Period | None:
    """The period that goes out now, ahead of its hour: the running one, ended at `now`.

    A period that has closed and only waits for its hour goes first, whole: whoever sends on Monday at six
    means last week's issue, not six hours of this week. None when nothing has run since the last end, and
    when the running period was cut short before: its key is taken.
    """
    running = _running(newsletter, track, now)
    closed = _before(running, newsletter, track)
    if last_period_end is not None and closed.send_at > now and not _has_issue(closed, last_period_end):
        return replace(closed, send_at=now)
    if running.start == now or _has_issue(running, last_period_end):
        return None
    today = now.astimezone(ZoneInfo(newsletter.time_zone)).date()
    return replace(running, end=now, send_at=now, last_day=today)


def following(
    newsletter: Newsletter, track: Track, last_period_end: datetime | None, now: datetime
) -> Period:
    """The period whose issue goes out next: one that is due now, or the first whose hour comes.

    A running period that was cut short has its issue: then it is the one after it.
    """
    if (waiting := due(newsletter, track, last_period_end, now)) is not None:
        return waiting
    period = _running(newsletter, track, now)
    closed = _before(period, newsletter, track)
    if closed.send_at > now and not _has_issue(closed, last_period_end):
        return closed
    while _has_issue(period, last_period_end):
        period = _after(period, newsletter, track)
    return period


def named(newsletter: Newsletter, track: Track, key: str) -> Period | None:
    """The period with this key; None when it is no key of this track.

    A week's key names the ISO week in which it starts (ISO 8601).
    """
    try:
        if track.rhythm is Rhythm.MONTHLY:
            first_day = date.fromisoformat(f"{key}-01")
        elif track.rhythm is Rhythm.WEEKLY:
            first_day = date.fromisoformat(f"{key}-{track.weekday}")
        else:
            first_day = date.fromisoformat(key)
        period = _period(newsletter, track, first_day)
    except (ValueError, OverflowError):
        return None
    return period if period.key == key else None


def is_overdue(newsletter: Newsletter, period: Period, now: datetime) -> bool:
    """Whether the period's issue is so late that it waits for the operator."""
    return now > period.send_at + newsletter.max_lateness


def _has_issue(period: Period, last_period_end: datetime | None) -> bool:
    return last_period_end is not None and period.start < last_period_end


def _running(newsletter: Newsletter, track: Track, now: datetime) -> Period:
    """The period with start <= now < end."""
    zone = ZoneInfo(newsletter.time_zone)
    period = _period(newsletter, track, _first_day(track, now.astimezone(zone).date()))
    # A clock that is changed around midnight shows a date before or after its period: instants decide.
    while period.start > now:
        period = _before(period, newsletter, track)
    while period.end <= now:
        period = _period(newsletter, track, _next_first_day(track, period.first_day))
    return period


def _before(period: Period, newsletter: Newsletter, track: Track) -> Period:
    """The last period before this one that has any length: a zone that crosses the date line skips a date."""
    previous = _period(newsletter, track, _first_day(track, period.first_day - DAY))
    return previous if previous.start < previous.end else _before(previous, newsletter, track)


def _after(period: Period, newsletter: Newsletter, track: Track) -> Period:
    """The next period that has any length."""
    following = _period(newsletter, track, _next_first_day(track, period.first_day))
    return following if following.start < following.end else _after(following, newsletter, track)


def _period(newsletter: Newsletter, track: Track, first_day: date) -> Period:
    zone = ZoneInfo(newsletter.time_zone)
    next_first_day = _next_first_day(track, first_day)
    end = _instant(next_first_day, time(), zone)
    send_at = _instant(next_first_day, time.fromisoformat(newsletter.send_at), zone)
    return Period(
        key=_key(track, first_day),
        start=_instant(first_day, time(), zone),
        end=end,
        send_at=max(send_at, end),
        first_day=first_day,
        last_day=next_first_day - DAY,
    )


def _first_day(track: Track, day: date) -> date:
    """First day of the period that holds this day."""
    if track.rhythm is Rhythm.MONTHLY:
        return day.replace(day=1)
    if track.rhythm is Rhythm.WEEKLY:
        return day - (day.isoweekday() - track.weekday) % 7 * DAY
    return day


def _next_first_day(track: Track, first_day: date) -> date:
    if track.rhythm is Rhythm.MONTHLY:
        return (first_day + 31 * DAY).replace(day=1)
    return first_day + (7 * DAY if track.rhythm is Rhythm.WEEKLY else DAY)


def _key(track: Track, first_day: date) -> str:
    """ISO 8601: a week is named by the ISO week in which the period starts, a month without its day."""
    if track.rhythm is Rhythm.MONTHLY:
        return f"{first_day:%Y-%m}"
    if track.rhythm is Rhythm.WEEKLY:
        year, week, _ = first_day.isocalendar()
        return f"{year}-W{week:02}"
    return first_day.isoformat()


def _instant(day: date, local: time, zone: ZoneInfo) -> datetime:
    """When the zone's clock first shows this time on this day, in UTC.

    A time that is skipped is read by the clock before the change (PEP 495, fold 0): a midnight that does not
    exist is the instant of the change, a skipped 02:30 comes at 03:30.
    """
    return datetime.combine(day, local, zone).astimezone(UTC)
