"""What the clock wakes of everything about letters: issues, sending, bounces, forgetting, alerts."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from aggregator.bounces import BouncePorts, collect
from aggregator.cli.bounces import describe_collected, needs_operator
from aggregator.cli.newsletter import HELD, describe_issue, describe_letter, describe_mended
from aggregator.membership import MemberPorts, tidy
from aggregator.mending import MendLine, MendPorts, mend
from aggregator.model import DeliveryState, Site
from aggregator.newsletter import alerts, replies
from aggregator.pipeline import (
    Composed,
    ComposePorts,
    DeliverPorts,
    DeliverReport,
    IssueLine,
    LetterLine,
    compose,
    deliver,
)
from aggregator.schedule import Rhythm
from aggregator.wiring.stores import Stores

log = logging.getLogger("aggregator")

ISSUES_LOOKED_AT = 20
"""The newest; an older one is neither under way nor news."""
REFUSALS_LOOKED_AT = timedelta(days=3)
"""As long as an issue goes out, and bounces of it come back."""
NEEDS_OPERATOR = (Composed.OVERDUE, Composed.FAULTY, Composed.REFUSED)


@dataclass(slots=True)
class MailJobs:
    """Each job asks the store what is due; most of the time nothing is."""

    composing: ComposePorts
    mending: MendPorts
    delivering: DeliverPorts
    bouncing: BouncePorts
    members: MemberPorts
    stores: Stores
    site: Site
    held: int = 0
    """Letters held when last looked; said again only when the number changes."""
    collected: Sequence[str] = ()
    """What was said of bounces when last looked; likewise."""
    overdue: frozenset[IssueLine] = frozenset()
    """Issues that waited for the operator when last looked; likewise."""
    unmended: frozenset[MendLine] = frozenset()
    """Issues that rested because they could not be mended when last looked; likewise."""

    def rhythms(self) -> tuple[Rhythm, ...]:
        """When each is woken. Notices have their own: an issue may take hours."""
        return (
            Rhythm("compose", timedelta(seconds=60), self._compose),
            Rhythm("deliver notices", timedelta(seconds=2), self._deliver_notices),
            Rhythm("deliver", timedelta(seconds=10), self._deliver_all),
            Rhythm("bounces", timedelta(seconds=60), self._collect),
            Rhythm("tidy", timedelta(hours=1), self._tidy),
            Rhythm("alert", timedelta(minutes=5), self._alert_apart),
        )

    async def _compose(self, moment: datetime) -> None:
        lines = await asyncio.to_thread(compose, moment, self.composing)
        for line in lines:
            if line not in self.overdue:
                log.warning("%s", describe_issue(line))
        self.overdue = frozenset(line for line in lines if line.outcome in NEEDS_OPERATOR)
        mended = await asyncio.to_thread(mend, moment, self.mending)
        for one in mended:
            if one not in self.unmended:
                log.warning("%s", describe_mended(one))
        self.unmended = frozenset(one for one in mended if one.reason)

    async def _deliver_notices(self, moment: datetime) -> None:
        if await self._waits(moment):
            await self._deliver(moment, urgent=True)

    async def _deliver_all(self, moment: datetime) -> None:
        report = await self._deliver(moment, urgent=False)
        if report.held and report.held != self.held:
            log.warning("%s", HELD.format(count=report.held))
        self.held = report.held

    async def _waits(self, moment: datetime) -> bool:
        """Whether any notice waits: looking costs less than beginning a sending."""
        return await asyncio.to_thread(self.stores.ledger.notices_wait, moment)

    async def _deliver(self, moment: datetime, *, urgent: bool) -> DeliverReport:
        report = await deliver(moment, self.delivering, limit=None, urgent=urgent, watch=_log_letter)
        if report.counts:
            sent = report.counts.get(DeliveryState.SENT, 0)
            log.info("%s letters sent, %s not sent", sent, sum(report.counts.values()) - sent)
        return report

    async def _collect(self, moment: datetime) -> None:
        report = await asyncio.to_thread(collect, moment, self.bouncing)
        lines = describe_collected(report)
        level = logging.WARNING if needs_operator(report) and lines != self.collected else logging.INFO
        for line in lines:
            log.log(level, "%s", line)
        self.collected = lines

    async def _tidy(self, moment: datetime) -> None:
        await asyncio.to_thread(tidy, moment, self.members)

    async def _alert_apart(self, moment: datetime) -> None:
        await asyncio.to_thread(self._alert, moment)

    def _alert(self, moment: datetime) -> None:
        found = alerts.alarms(
            overdue=[*map(describe_issue, self.overdue), *map(describe_mended, self.unmended)],
            held=self.stores.overview.held(moment - replies.RESEND_AFTER, self._resent()),
            pauses=self.stores.ledger.pauses(moment),
            issues=self.stores.desk.recent(ISSUES_LOOKED_AT),
            refusals=self.stores.refused.by_domain(moment - REFUSALS_LOOKED_AT, alerts.FEWEST_REFUSED),
        )
        for alarm in found:
            mail = alerts.notice(alarm, self.site.title)
            self.stores.alerts.tell(mail, self.site.contact, moment, self.site.base_url)

    def _resent(self) -> frozenset[str]:
        """Newsletters whose letters go again where nothing tells that they arrived."""
        offered = self.delivering.newsletters.values()
        return frozenset(one.id for one in offered if one.on_unknown == "resend")


def _log_letter(line: LetterLine) -> None:
    if line.settlement.state is not DeliveryState.SENT:
        final = line.settlement.state in (DeliveryState.FAILED, DeliveryState.UNKNOWN)
        log.log(logging.WARNING if final else logging.INFO, "%s", describe_letter(line))
