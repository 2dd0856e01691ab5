"""What the operator is mailed when sending needs a hand, in the words that the commands use. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from html import escape

from aggregator.model import IssueProgress, Notice, ServerPause
from aggregator.newsletter import replies


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
) -> list[Alarm]:
    """What needs the operator now. `overdue`: a line for each issue that was not sent in time."""
    found = [Alarm("An issue was not sent", line) for line in sorted(overdue)[:1]]
    if len(overdue) > 1:
        found = [Alarm("Issues were not sent", "\n".join(sorted(overdue)))]
    if held:
        text = (
            f"{held} letters are held: the connection was lost after the final dot, so they may have "
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
    return found


def notice(alarm: Alarm, site: str) -> Notice:
    """The mail that tells of it; `site` is who sends it."""
    text = f"{alarm.text}\n\n{site}: `aggregator status` shows how things stand. This is told once a day.\n"
    html = (
        '<!DOCTYPE html><html lang="en" dir="ltr"><head><meta charset="utf-8">'
        f"<title>{escape(alarm.subject)}</title></head>"
        f'<body><pre style="white-space: pre-wrap">{escape(text)}</pre></body></html>'
    )
    return Notice("en", alarm.subject, html, text)
