"""A frozen issue as rows, made before its transaction begins. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aggregator.model import FrozenIssue, Period, PlannedVariant

Rows = list[dict[str, Any]]


def issue_row(issue: FrozenIssue) -> dict[str, Any]:
    """The row of `issues`."""
    return {
        **_period(issue.newsletter, issue.track, issue.period),
        "state": "frozen",
        "frozen_at": issue.frozen_at,
        "send_after": issue.send_after,
        "expires_at": issue.expires_at,
        "link_base": issue.link_base,
        "template_version": issue.template_version,
        "content_hash": _content_hash(issue),
    }


def skipped_row(newsletter: str, track: str, period: Period, now: datetime) -> dict[str, Any]:
    """The row of a period that had nothing to tell."""
    return {
        **_period(newsletter, track, period),
        "state": "skipped",
        "frozen_at": now,
        "send_after": now,
        "expires_at": now,
        "link_base": "",
        "template_version": "",
        "content_hash": b"",
    }


def _period(newsletter: str, track: str, period: Period) -> dict[str, Any]:
    return {
        "newsletter": newsletter,
        "track": track,
        "period_key": period.key,
        "period_start": period.start,
        "period_end": period.end,
    }


def _content_hash(issue: FrozenIssue) -> bytes:
    """Of all that is sent: proves later that an issue is what was frozen."""
    content = {
        "stories": [(one.section, one.story.id) for one in issue.placed],
        "frames": [asdict(frame) for frame in issue.frames],
        "blocks": {
            language: [asdict(block) for block in blocks] for language, blocks in issue.blocks.items()
        },
        "variants": [asdict(variant) for variant in issue.variants],
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=_digest).encode()).digest()


def _digest(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()


def story_rows_of(issue: FrozenIssue, issue_id: int) -> Rows:
    """Rows of `issue_stories`."""
    return [
        {
            "issue_id": issue_id,
            "position": position,
            "story_id": placed.story.id,
            "section": placed.section,
            "reason": placed.reason,
        }
        for position, placed in enumerate(issue.placed)
    ]


def told_rows(issue: FrozenIssue, issue_id: int) -> Rows:
    """Rows of `told_stories`."""
    return [
        {
            "newsletter": issue.newsletter,
            "track": issue.track,
            "story_id": placed.story.id,
            "issue_id": issue_id,
        }
        for placed in issue.placed
    ]


def frame_rows(issue: FrozenIssue, issue_id: int) -> Rows:
    """Rows of `issue_frames`."""
    return [
        {
            "issue_id": issue_id,
            "language": frame.language,
            "html_head": frame.html_head,
            "html_foot": frame.html_foot,
            "text_head": frame.text_head,
            "text_foot": frame.text_foot,
            "html_sections": dict(frame.html_sections),
            "text_sections": dict(frame.text_sections),
        }
        for frame in issue.frames
    ]


def block_rows(issue: FrozenIssue, issue_id: int) -> Rows:
    """Rows of `issue_blocks`."""
    return [
        {
            "issue_id": issue_id,
            "language": language,
            "position": position,
            "story_id": block.story_id,
            "section": block.section,
            "html": block.html,
            "text": block.text,
        }
        for language, blocks in issue.blocks.items()
        for position, block in enumerate(blocks)
    ]


def variant_rows(planned: Sequence[PlannedVariant], issue_id: int) -> Rows:
    """Rows of `variants`, without their ids."""
    return [
        {
            "issue_id": issue_id,
            "key_hash": _variant_key(variant),
            "language": variant.language,
            "story_ids": list(variant.story_ids),
            "subject": variant.subject,
            "html_head": variant.html[0],
            "html_body": variant.html[1],
            "html_foot": variant.html[2],
            "text_head": variant.text[0],
            "text_body": variant.text[1],
            "text_foot": variant.text[2],
        }
        for variant in planned
    ]


def picture_rows(planned: Sequence[PlannedVariant], issue_id: int) -> Rows:
    """Rows of `issue_pictures`: what these variants carry, each picture once."""
    carried = dict.fromkeys(picture for variant in planned for picture in variant.pictures)
    return [
        {
            "issue_id": issue_id,
            "cid": picture.cid,
            "media_type": picture.media_type,
            "content": picture.content,
        }
        for picture in carried
    ]


def _variant_key(variant: PlannedVariant) -> bytes:
    """Of all that readers see: letters of the same stories may differ in the lines between them."""
    told = zip(variant.story_ids, variant.entry_ids, strict=True)
    key = f"{variant.language}:{','.join(f'{story}/{entry}' for story, entry in told)}"
    seen = "\0".join((key, variant.subject, *variant.html, *variant.text))
    return hashlib.sha256(seen.encode("utf-8", "surrogatepass")).digest()
