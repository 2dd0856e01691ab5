"""What follows from a bounce, for the address and for its reader. Pure.

An address that does not exist gets no more mail at once. A mailbox that is full or cannot be reached may work
again: it takes several letters of several issues, with none that arrived between them. A complaint ends all.
What servers say of us or of our letter is never held against the reader.
"""

from __future__ import annotations

from aggregator.model import BounceCase, BounceKind, BounceVerdict, Departing, SoftRule


def verdict(case: BounceCase, rule: SoftRule) -> BounceVerdict:
    """What follows from one bounce, with what came before it."""
    match case.kind:
        case BounceKind.HARD:
            return BounceVerdict(case.bounce_id, suppress=_reason("no such address", case))
        case BounceKind.COMPLAINT:
            return BounceVerdict(case.bounce_id, suppress=_reason("complaint", case), leave=Departing.ALL)
        case BounceKind.UNSUBSCRIBE:
            return BounceVerdict(case.bounce_id, leave=Departing.ONE)
        case BounceKind.SOFT if case.soft_letters >= rule.limit and case.soft_issues >= rule.issues:
            days = rule.window.days
            means = f"{case.soft_letters} letters came back within {days} days and none arrived"
            return BounceVerdict(case.bounce_id, suppress=_reason(means, case))
    return BounceVerdict(case.bounce_id)


def _reason(means: str, case: BounceCase) -> str:
    said = case.diagnostic if case.status in case.diagnostic else f"{case.status} {case.diagnostic}"
    return f"{means}: {said.strip()}".rstrip(": ")
