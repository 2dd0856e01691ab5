"""What would go out if it went now: composing as `pipeline.compose` does, with nothing stored or sent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from aggregator.errors import AggregatorError, StoreError
from aggregator.model import Audience, FrozenIssue, Newsletter, Period, Track
from aggregator.newsletter import calendar
from aggregator.pipeline import Composed, ComposePorts, draft, periods_due

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ForecastPorts:
    """What a forecast needs of the world."""

    composing: ComposePorts
    audience: Callable[[FrozenIssue], Audience]


@dataclass(frozen=True, slots=True)
class VariantForecast:
    """One assembly of the issue, and how many would get it."""

    language: str
    subject: str
    stories: int
    readers: int
    html_bytes: int
    """Of the HTML part as mail clients count it, decoded."""
    text_bytes: int


@dataclass(frozen=True, slots=True)
class Forecast:
    """What would become of one track's period."""

    newsletter: Newsletter
    track: Track
    period: Period
    outcome: Composed
    """What `pipeline.compose` would answer."""
    stories: int
    send_after: datetime
    expires_at: datetime
    variants: tuple[VariantForecast, ...]
    """Those that somebody would get, the most read first."""
    passed_over: Mapping[str, int]
    """Readers of the track who would get none, by reason."""
    reasons: tuple[str, ...] = ()
    """Why it would be refused, or could not be made."""

    @property
    def letters(self) -> int:
        """How many would be addressed."""
        return sum(one.readers for one in self.variants)


def forecast(
    now: datetime, ports: ForecastPorts, *, early: Collection[str] = (), late: bool = False
) -> list[Forecast]:
    """One for every track that lacks an issue now; `early` and `late` as with `pipeline.compose`."""
    return [
        _forecast_apart(now, newsletter, track, period, ports, late=late)
        for newsletter, track, period in periods_due(now, ports.composing, early)
    ]


def _forecast_apart(
    now: datetime, newsletter: Newsletter, track: Track, period: Period, ports: ForecastPorts, *, late: bool
) -> Forecast:
    """What cannot be composed is foretold as that; the others are foretold all the same."""
    try:
        return _forecast(now, newsletter, track, period, ports, late=late)
    except StoreError:
        raise  # a database that is away is away for all
    except AggregatorError as error:  # a template, a note: its words are meant for the operator
        reason = str(error)
    except Exception as error:
        log.exception("%s %s %s could not be foretold", newsletter.id, track.id, period.key)
        reason = f"{type(error).__name__}: {error}"
    return Forecast(
        newsletter=newsletter,
        track=track,
        period=period,
        outcome=Composed.FAULTY,
        stories=0,
        send_after=max(period.send_at, now),
        expires_at=max(period.send_at, now) + newsletter.max_lateness,
        variants=(),
        passed_over={},
        reasons=(reason,),
    )


def _forecast(
    now: datetime, newsletter: Newsletter, track: Track, period: Period, ports: ForecastPorts, *, late: bool
) -> Forecast:
    issue = draft(now, newsletter, track, period, ports.composing)
    reasons = tuple(ports.composing.gate(newsletter, issue)) if issue.placed else ()
    outcome = _outcome(now, newsletter, issue, late=late)
    if outcome is Composed.FROZEN and reasons:
        outcome = Composed.REFUSED
    audience = ports.audience(issue) if issue.placed else Audience((), {})
    variants = [
        VariantForecast(
            language=planned.language,
            subject=planned.subject,
            stories=len(planned.story_ids),
            readers=readers,
            html_bytes=len("".join(planned.html).encode()),
            text_bytes=len("".join(planned.text).encode()),
        )
        for planned, readers in zip(issue.variants, audience.readers, strict=True)
        if readers
    ]
    return Forecast(
        newsletter=newsletter,
        track=track,
        period=period,
        outcome=outcome,
        stories=len(issue.placed),
        send_after=issue.send_after,
        expires_at=issue.expires_at,
        variants=tuple(sorted(variants, key=lambda one: -one.readers)),
        passed_over=audience.passed_over,
        reasons=reasons,
    )


def _outcome(now: datetime, newsletter: Newsletter, issue: FrozenIssue, *, late: bool) -> Composed:
    if not issue.placed:
        return Composed.NOTHING_NEW
    if calendar.is_overdue(newsletter, issue.period, now) and not late:
        return Composed.OVERDUE
    return Composed.FROZEN
