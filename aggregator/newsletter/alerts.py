"""What the operator is mailed when sending needs a hand, in the words that the commands use. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape

from aggregator.model import DomainRefusals, IssueProgress, Notice, ServerPause
from aggregator.newsletter import replies

FEWEST_REFUSED = 5
"""Letters of an issue that a domain refuses by policy before it is worth a word."""
REFUSED_SHARE = 0.01
"""Of the letters to that domain: more than this is no chance."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that needs the operator."""

    subject: str
    """The same as long as the thing is the same: it is mailed once a day."""
    text: str


def alarms(
    *,
    overdue: Collection[str],
    held: int,
    pauses: Sequence[ServerPause],
    issues: Sequence[IssueProgress],
    refusals: Sequence[DomainRefusals] = (),
) -> list[Alarm]:
    """What needs the operator now. `overdue`: a line for each issue that was not sent in time.

    `held`: letters that may have arrived and wait for a word. `refusals`: what was refused by policy.
    """
    found = [Alarm("An issue was not sent", line) for line in sorted(overdue)[:1]]
    if len(overdue) > 1:
        found = [Alarm("Issues were not sent", "\n".join(sorted(overdue)))]
    if held:
        text = (
            f"Letters are held ({held}): the connection was lost after the final dot, so they may have "
            "arrived.\nLook into your relay's log, then call `aggregator newsletter settle --sent` or "
            "`--resend`."
        )
        found.append(Alarm("Letters are held", text))
    found += [
        Alarm(
            f"Mail server {pause.server} takes no mail",
            f"{pause.reason}\nIt is asked again at {pause.until:%Y-%m-%d %H:%M} UTC; no letter is lost. "
            "Check `smtp` in config.yaml.",
        )
        for pause in pauses
        if replies.is_configuration(pause.reason)
    ]
    found += [
        Alarm(
            f"Issue {one.issue_id} was stopped",
            f"{one.newsletter} {one.track} {one.period_key}: {one.pause_reason}\n"
            f"`aggregator newsletter resume {one.issue_id}` lets it go on, `cancel` ends it.",
        )
        for one in issues
        if one.paused_at is not None and replies.is_content(one.pause_reason)
    ]
    return found + [_distrusted(one) for one in refusals if _is_many(one)]


def _is_many(one: DomainRefusals) -> bool:
    return one.refused >= FEWEST_REFUSED and one.refused > REFUSED_SHARE * one.tried


def _distrusted(one: DomainRefusals) -> Alarm:
    text = (
        f"{one.newsletter} {one.period_key}: {one.refused} of {one.tried} letters to readers at {one.domain} "
        f"were refused by policy ({one.status}): their server does not trust the sender or the text.\n"
        "Look at `aggregator bounces list --kind policy`, and at SPF, DKIM, DMARC and the reputation of your "
        f"relay's address. `aggregator newsletter pause {one.issue_id}` holds back what has not gone."
    )
    return Alarm(f"{one.domain} refuses letters of issue {one.issue_id}", text)


def notice(alarm: Alarm, site: str) -> Notice:
    """The mail that tells of it; `site` is who sends it."""
    text = f"{alarm.text}\n\n{site}: `aggregator status` shows how things stand. This is told once a day.\n"
    html = (
        '<!DOCTYPE html><html lang="en" dir="ltr"><head><meta charset="utf-8">'
        f"<title>{escape(alarm.subject)}</title></head>"
        f'<body><pre style="white-space: pre-wrap">{escape(text)}</pre></body></html>'
    )
    return Notice("en", alarm.subject, html, text)
