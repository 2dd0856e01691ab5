"""`aggregator story show`: one story, with all that was judged of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from aggregator.cli.json_lines import as_json
from aggregator.cli.terminal import Setting, moment, now, one_line, pass_setting, show_json
from aggregator.model import Correction, InspectedMember, InspectedStory, Tag
from aggregator.wiring.stores import open_stores


@click.command("show")
@click.argument("named", metavar="ID|URI")
@click.option("--json", "as_program", is_flag=True, help="For programs: one JSON object.")
@pass_setting
def show(setting: Setting, named: str, as_program: bool) -> None:
    """Show a story: its entries and why they are in it, its countries and what speaks for them, corrections.

    One that was merged into another is shown as that.
    """
    with open_stores(setting.config, now()) as stores:
        asked = stores.inspection.number(named)
        story = stores.inspection.story(named)
        corrected = [one for one in stores.corrections.list() if _concerns(one, story)]
    if as_program:
        show_json(_as_json(story, corrected))
    else:
        for line in _lines(asked, story, corrected):
            click.echo(line)


def _concerns(correction: Correction, story: InspectedStory) -> bool:
    named = {story.id, *story.merged}
    entries = {one.entry_id for one in story.members}
    return (
        correction.story_id in named
        or correction.entry_id in entries
        or not named.isdisjoint(correction.stories)
        or not entries.isdisjoint(correction.entries)
    )


def _lines(asked: int, story: InspectedStory, corrected: Sequence[Correction]) -> Iterator[str]:
    if asked != story.id:
        yield f"Story {asked} was merged into story {story.id}:"
    yield f"Story {story.id}  {story.uri}"
    told = f"told {moment(story.told_at)}" if story.told_at else f"only stored, {moment(story.founded_at)}"
    yield f"  {told}, last changed for readers {moment(story.updated_at)} (all times UTC)"
    if story.hidden:
        yield "  hidden: in no file, archive or issue to come"
    if merged := [one for one in story.merged if one != asked]:
        yield f"  merged into it: {', '.join(map(str, merged))}"
    yield "About"
    yield from _about(story)
    yield "Entries"
    for member in story.members:
        yield from _member(member)
    if corrected:
        yield "Corrections"
        yield from (f"  {describe_correction(one)}" for one in corrected)


def _about(story: InspectedStory) -> Iterator[str]:
    if not story.about:
        yield "  no country"
    for one in story.about:
        yield f"  {one.country} {one.salience:.2f}"
        for member in story.members:
            for tag in member.tags:
                if tag.country == one.country:
                    yield f"    entry {member.entry_id} {tag.salience:.2f}: {describe_evidence(tag)}"


def _member(one: InspectedMember) -> Iterator[str]:
    yield f"  {one.entry_id}  {one.relation}  {one.source_id} ({one.language})  {moment(one.published)}"
    yield f"    {one_line(one.title)}"
    if one.url:
        yield f"    {one_line(one.url)}"
    yield f"    because: {one_line(one.reason)}"
    if one.attention:
        yield f"    {describe_doubt(one.entry_id, one.attention)}"


def describe_doubt(entry_id: int, why: str) -> str:
    """What the operator should look at, and how to say that he has."""
    return f"LOOK: {one_line(why)} (`aggregator story dismiss {entry_id}` if it may stay)"


def describe_evidence(tag: Tag) -> str:
    """Which words gave a tag, where they stand, and by which rule."""
    return "; ".join(
        f"«{one_line(one.surface)}» at {one.start} of the {one.zone} ({one.rule})"
        if one.surface
        else one.rule
        for one in tag.evidence
    )


def describe_correction(one: Correction) -> str:
    """A correction in one line."""
    others = _numbers(one.stories)
    what = {
        "split": f"entries {_numbers(one.entries)} split off from story {one.story_id} to {others}",
        "merge": f"stories {others} merged into {one.story_id}",
        "hide": f"story {one.story_id} hidden",
        "retag": f"entry {one.entry_id} is about {' '.join(one.countries) or 'no country'}",
    }[one.kind]
    withdrawn = f", withdrawn {moment(one.withdrawn_at)}" if one.withdrawn_at else ""
    return f"{one.id}  {moment(one.at)}  {what}: {one_line(one.reason)}{withdrawn}"


def _numbers(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids))


def _as_json(story: InspectedStory, corrected: Sequence[Correction]) -> dict[str, object]:
    return {
        **{name: getattr(story, name) for name in InspectedStory.__slots__},
        "about": [{"code": one.country, "salience": one.salience} for one in story.about],
        "members": [
            {
                **{name: getattr(one, name) for name in InspectedMember.__slots__},
                "tags": [as_json(tag) for tag in one.tags],
            }
            for one in story.members
        ],
        "corrections": corrected,
    }
