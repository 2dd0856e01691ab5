"""`aggregator probe`: a one-page verdict on a source or an address."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import urljoin, urlsplit

import click

from aggregator.cli.poll import describe_refusal
from aggregator.cli.terminal import NEEDS_OPERATOR, Setting, now, pass_setting, run_async
from aggregator.config import proposal
from aggregator.config.schema import Config
from aggregator.errors import UsageError
from aggregator.ingest import verdict
from aggregator.model import Fetched, Reading, Refusal, Source
from aggregator.probe import Look, look
from aggregator.wiring.polling import kept_body
from aggregator.wiring.probing import probing
from aggregator.wiring.stores import open_stores

PROBED = "probed"
"""Id of a source that is not in the configuration."""


@click.command("probe")
@click.argument("target", metavar="URL|ID")
@pass_setting
def command(setting: Setting, target: str) -> None:
    """Look at an address or a configured source: what is there, what is wrong.

    Of a web page the feeds are looked for, and the lines for config.yaml are proposed. Nothing is stored.
    Of a source that is polled this counts as asking it, and its Retry-After or max-age holds.
    """
    config = setting.config
    source = _source(config, target)
    if source.id != PROBED and (refusal := _refusal(config, source.id)):
        click.echo(describe_refusal(refusal))
        _name_kept_body(config, source.id)
        sys.exit(NEEDS_OPERATOR)
    found = run_async(_look(config, source))
    _end_claim(config, found)
    for line in _page(found):
        click.echo(line)
    for line in _proposals(config, found):
        click.echo(line)
    _name_kept_body(config, source.id)
    if not found.works:
        sys.exit(NEEDS_OPERATOR)


def _source(config: Config, target: str) -> Source:
    if "://" in target:
        if urlsplit(target).scheme not in {"http", "https"}:
            raise UsageError(f"{target!r} is no address that starts with http:// or https://")
        return Source(PROBED, target, target)
    listed = {source.id: source for source in config.sources}
    if target not in listed:
        near = get_close_matches(target, listed, n=3)
        hint = (
            f"; did you mean {' or '.join(near)}?" if near else "; an address starts with http:// or https://"
        )
        raise UsageError(f"no source {target!r} is configured{hint}")
    return listed[target].over(config.defaults)


def _refusal(config: Config, source_id: str) -> Refusal | None:
    """Why the source must not be asked now. A source that rests is asked: nobody else asks it."""
    if not _is_polled(config, source_id):
        return None
    with open_stores(config, now()) as stores:
        return next(iter(stores.sources.claim(now(), only=[source_id], force=True).refused), None)


def _end_claim(config: Config, found: Look) -> None:
    if _is_polled(config, found.source.id):
        with open_stores(config, now()) as stores:
            stores.sources.looked_at(found.source.id, found.fetched.not_before)


def _is_polled(config: Config, source_id: str) -> bool:
    return source_id in {source.id for source in config.sources_enabled()}


async def _look(config: Config, source: Source) -> Look:
    async with probing(config) as ports:
        return await look(source, ports)


def _name_kept_body(config: Config, source_id: str) -> None:
    if path := kept_body(config, source_id):
        click.echo(f"The last body that could not be read is kept in {path}")


# ------------------------------------------------------------------------------------------------ the page


def _page(found: Look) -> Iterator[str]:
    yield found.source.url
    if isinstance(found.fetched, Fetched) and found.reading is not None:
        for label, fact in verdict.facts(found.source, found.fetched, found.reading, now()):
            yield f"  {label:<11} {fact}"
    problems = verdict.problems(found.source, found.fetched, found.reading)
    for problem in problems:
        yield f"  {'wrong':<11} {problem}"
    if not problems:
        yield f"  {'verdict':<11} all is well"


def _proposals(config: Config, found: Look) -> Iterator[str]:
    """What to paste: for an address that works, or for the feeds of the page that it shows."""
    if found.page is not None:
        yield from _feeds_found(found)
    works = [one for one in (found, *found.feeds) if one.works and one.source.id == PROBED]
    known = {source.url: source.id for source in config.sources}
    taken = {source.id for source in config.sources}
    for one in works:
        if one.source.url in known:
            yield f"\n{one.source.url} is configured already, as {known[one.source.url]}"
            continue
        proposed = _proposal(config, one, found, taken)
        taken.add(proposed.id)
        yield f"\nTo poll it, paste this under `sources:` in config.yaml:\n\n{_indented(proposed.lines())}"


def _feeds_found(found: Look) -> Iterator[str]:
    assert found.page is not None
    if found.page.feeds:
        yield "\nIt is a web page that names these feeds:"
        for link in found.page.feeds:
            yield f"  {link.url}  {link.type} {link.title}".rstrip()
    elif not found.feeds:
        yield (
            "\nIt is a web page that names no feed, and none stands where feeds usually do. A sitemap "
            "(see robots.txt) or the page itself can be read: `type: sitemap`, `type: html`."
        )
    for one in found.feeds:
        yield ""
        yield from _page(one)


def _proposal(config: Config, one: Look, asked: Look, taken: set[str]) -> proposal.Proposal:
    assert isinstance(one.reading, Reading)
    languages = [entry.description.language for entry in one.reading.entries]
    usual = max(set(languages), key=languages.count) if languages else ""
    title = one.reading.title or (asked.page.title if asked.page else "")
    host = urlsplit(one.source.url).hostname or one.source.url
    url = one.source.url
    return proposal.Proposal(
        id=proposal.slug(title, url, taken),
        name=title or host,
        url=url,
        homepage=asked.source.url if asked.page else urljoin(url, "/"),
        language=proposal.language(usual),
        time_zone=proposal.time_zone(url, config.sources),
    )


def _indented(lines: str) -> str:
    return "\n".join(line if line.startswith(" ") else f"  {line}" for line in lines.splitlines())
