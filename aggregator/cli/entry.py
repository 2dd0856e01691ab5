"""`aggregator entry`: what was judged of one entry, and the operator's word on its countries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from aggregator.cli.json_lines import as_json
from aggregator.cli.story.correcting import FOLLOWS, because
from aggregator.cli.story.inspecting import describe_correction, describe_doubt, describe_evidence
from aggregator.cli.terminal import Setting, moment, now, one_line, pass_setting, show_json
from aggregator.config import codes
from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.model import GROUP_PREFIX, Correction, InspectedEntry, Tag
from aggregator.wiring.stores import open_stores

TEXT_SHOWN = 600
"""Characters."""


@click.group("entry")
def command() -> None:
    """Look at one entry, and say what it is about.

    An entry is named by its number, which `aggregator story show` tells.
    """


@command.command()
@click.argument("entry_id", metavar="ID", type=int)
@click.option("--json", "as_program", is_flag=True, help="For programs: one JSON object.")
@pass_setting
def show(setting: Setting, entry_id: int, as_program: bool) -> None:
    """Show an entry: its fields, what it is about by which words, its story and why, its revisions."""
    with open_stores(setting.config, now()) as stores:
        entry = stores.inspection.entry(entry_id)
        corrected = [
            one for one in stores.corrections.list() if one.entry_id == entry_id or entry_id in one.entries
        ]
    if as_program:
        show_json(_as_json(entry, corrected))
    else:
        for line in _lines(entry, corrected):
            click.echo(line)


def _lines(entry: InspectedEntry, corrected: Sequence[Correction]) -> Iterator[str]:
    yield f"Entry {entry.id} of {entry.source_id}: {one_line(entry.title)}"
    yield from _fields(entry)
    yield f"Story {entry.story_id}: {entry.relation}, because {one_line(entry.reason)}"
    if entry.attention:
        yield f"  {describe_doubt(entry.id, entry.attention)}"
    for heading, tags in (
        ("About", (*entry.tags, *entry.regions)),
        ("Only mentions", entry.mentions),
        ("Was judged to be about, and overruled", entry.overruled),
    ):
        if tags or heading == "About":
            yield heading
            yield from _tags(tags)
    if entry.revisions:
        yield "Titles before"
        yield from (f"  until {moment(one.at)}  {one_line(one.title)}" for one in entry.revisions)
    if corrected:
        yield "Corrections"
        yield from (f"  {describe_correction(one)}" for one in corrected)


def _fields(entry: InspectedEntry) -> Iterator[str]:
    guessed = " (guessed)" if entry.date_guessed else ""
    by = " by the source's own word" if entry.language_declared else ""
    fields = {
        "state": f"{entry.state}: {entry.state_reason}" if entry.state_reason else entry.state,
        "published": f"{moment(entry.published)} UTC{guessed}, first seen {moment(entry.first_seen)}",
        "language": f"{entry.language}, script {entry.script}{by}",
        "address": entry.url,
        "compared as": "" if entry.canonical_url == entry.url else entry.canonical_url,
        "guid": entry.guid,
        "author": entry.author,
        "categories": ", ".join(entry.categories),
        "picture": entry.image,
        "paywall": "the rest is for subscribers" if entry.paywalled else "",
        "rules": entry.rules_version,
        "text": entry.text if len(entry.text) <= TEXT_SHOWN else f"{entry.text[:TEXT_SHOWN]}…",
    }
    yield from (f"  {name:12} {one_line(value)}" for name, value in fields.items() if value)


def _tags(tags: Sequence[Tag]) -> Iterator[str]:
    if not tags:
        yield "  no country"
    for tag in tags:
        yield f"  {tag.country} {tag.salience:.2f}: {describe_evidence(tag)}"


def _as_json(entry: InspectedEntry, corrected: Sequence[Correction]) -> dict[str, object]:
    return {
        **{name: getattr(entry, name) for name in InspectedEntry.__slots__},
        **{
            name: [as_json(tag) for tag in getattr(entry, name)]
            for name in ("tags", "regions", "mentions", "overruled")
        },
        "corrections": corrected,
    }


@command.command()
@click.argument("entry_id", metavar="ID", type=int)
@click.argument("countries", metavar="[COUNTRY]...", nargs=-1)
@click.option("--none", "nothing", is_flag=True, help="It is about no country.")
@because
@pass_setting
def retag(setting: Setting, entry_id: int, countries: tuple[str, ...], nothing: bool, reason: str) -> None:
    """Say which countries an entry is about, the most important first, and no others.

    By their ISO 3166-1 codes (KZ UZ), or groups of them (region:CA). Your word stands, whatever the entry is
    changed to, until you take it back: `aggregator story corrections --withdraw N`.
    """
    if nothing == bool(countries):
        raise click.UsageError("name the countries that it is about, or say --none")
    about = [_country_or_group(setting.config, one) for one in countries]
    with open_stores(setting.config, now()) as stores:
        correction = stores.corrections.retag(entry_id, about, reason, now())
    click.echo(
        f"Entry {entry_id} is about {' '.join(about) or 'no country'} (correction {correction}). {FOLLOWS}"
    )


def _country_or_group(config: Config, said: str) -> str:
    """The code as it is stored. Raises UsageError that names what was probably meant."""
    code = said.upper()
    if code.startswith(GROUP_PREFIX.upper()):
        return _group(config, code[len(GROUP_PREFIX) :])
    if codes.country_name(code) is None:
        raise UsageError(codes.no_country(said))
    if meant := codes.mistaken_country(code, config.region.languages, config.region.countries):
        raise UsageError(meant)
    return code


def _group(config: Config, name: str) -> str:
    known = [group for group, _ in config.judged_region().groups]
    if name not in known:
        groups = ", ".join(f"{GROUP_PREFIX}{one}" for one in known)
        raise UsageError(f"there is no group {GROUP_PREFIX}{name}; the region has {groups or 'none'}")
    return f"{GROUP_PREFIX}{name}"
