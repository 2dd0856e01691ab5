"""What an issue holds, and how it is assembled for each choice of its readers.

`place` gives every story at most one place: among the top stories, under «regional», under a country, or
elsewhere. `tellings` says what a choice admits, and by which of its entries a story is told to it. `variants`
has the rendered blocks of that joined (`assembly`); choices that lead to the same letter share one variant.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from aggregator.model import (
    Block,
    Choice,
    Frame,
    Newsletter,
    Period,
    Placed,
    PlannedVariant,
    Ranked,
    Story,
)
from aggregator.newsletter.assembly import assemble
from aggregator.newsletter.sections import TOP, section_names, section_of, touched

Weights = Mapping[str, float]
"""Of sources, by id; 1.0 for those that are not in it."""


def admitted(newsletter: Newsletter, stories: Sequence[Story], weights: Weights) -> list[Story]:
    """The stories that it may hold, told in its languages. `weights`: see `Story.told_in`."""
    languages = newsletter.languages
    return [story.told_in(languages, weights) for story in stories if story.is_told_in(languages)]


def place(newsletter: Newsletter, period: Period, ranked: Sequence[Ranked]) -> tuple[Placed, ...]:
    """Place and cap: the issue's stories in reading order, each once, each with its reason.

    `ranked`: those admitted, the best first. One that touches two countries stands under the first of them in
    the newsletter's order; what is about none of them is no top story, unless the newsletter names none.
    """
    eligible = [one for one in ranked if not newsletter.countries or touched(newsletter, one.story)]
    sections: dict[str, list[Ranked]] = {name: [] for name in section_names(newsletter)}
    sections[TOP] = eligible[: newsletter.top]
    chosen = {one.story.id for one in sections[TOP]}
    for one in ranked:
        if one.story.id not in chosen:
            sections[section_of(newsletter, one.story)].append(one)
    return tuple(
        Placed(name, one.story, _reason(period, one, number), one.sources)
        for name, candidates in sections.items()
        for number, one in enumerate(candidates if name == TOP else _capped(newsletter, candidates), 1)
    )


Telling = tuple[int, int]
"""A story and the entry that tells it."""
Told = Mapping[Choice, Sequence[Placed]]
"""What each choice admits of an issue, in reading order, told by the entries that its readers prefer."""


def tellings(
    newsletter: Newsletter, placed: Sequence[Placed], choices: Sequence[Choice], weights: Weights
) -> Told:
    """Who is told what, by which entry. `weights`: see `Story.told_in`.

    Readers prefer the languages that they chose stories in, or else the language of their letter, if the
    newsletter may hold stories in it.
    """
    return {
        choice: [
            replace(one, story=one.story.told_in(_preferred(newsletter, choice), weights))
            for one in placed
            if _admits(choice, one.story)
        ]
        for choice in choices
    }


def to_render(
    newsletter: Newsletter, placed: Sequence[Placed], told: Told, language: str, weights: Weights
) -> list[Placed]:
    """Each story once for every entry that tells it to readers of an interface language, in order.

    Whoever chooses nothing counts as one of them: so the issue can be shown before it has readers.
    """
    whole = tellings(newsletter, placed, [Choice(language)], weights)
    wanted = {
        _telling(one): one
        for choice, stories in {**told, **whole}.items()
        if _interface_language(newsletter, choice) == language
        for one in stories
    }
    order = {one.story.id: number for number, one in enumerate(placed)}
    return sorted(wanted.values(), key=lambda one: (order[one.story.id], one.story.lead.entry_id))


def variants(
    newsletter: Newsletter, told: Told, frames: Sequence[Frame], blocks: Mapping[str, Sequence[Block]]
) -> tuple[PlannedVariant, ...]:
    """One variant per distinct letter among the choices; none for a choice without a story.

    A choice whose language the newsletter does not speak is served in its first one. `blocks`: by language,
    those of all entries that tell a story to its readers. Choices that admit the same stories share a
    variant, unless the lines that lead from one country to another differ.
    """
    by_language = {frame.language: frame for frame in frames}
    rendered = {
        language: {(block.story_id, block.entry_id): block for block in some}
        for language, some in blocks.items()
    }
    alike: dict[tuple[str, tuple[Telling, ...], tuple[str, ...]], list[Choice]] = {}
    for choice, stories in told.items():
        language = _interface_language(newsletter, choice)
        if stories:
            key = (language, tuple(map(_telling, stories)), tuple(sorted(choice.countries)))
            alike.setdefault(key, []).append(choice)
    sharing: dict[bytes, PlannedVariant] = {}
    for (language, _, _), same in alike.items():
        one = assemble(newsletter, tuple(same), by_language[language], told[same[0]], rendered[language])
        known = sharing.setdefault(_content_key(one), one)
        if known is not one:
            sharing[_content_key(one)] = replace(known, choices=(*known.choices, *one.choices))
    return tuple(sharing.values())


def _content_key(variant: PlannedVariant) -> bytes:
    told = (str(one) for one in (*variant.story_ids, *variant.entry_ids))
    parts = (variant.language, *told, variant.subject, *variant.html, *variant.text)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()


# ------------------------------------------------------------------------------------------- choosing


def _admits(choice: Choice, story: Story) -> bool:
    about = not choice.countries or not set(choice.countries).isdisjoint(story.countries)
    return about and story.is_told_in(choice.languages) and story.id not in choice.without


def _capped(newsletter: Newsletter, ranked: Sequence[Ranked]) -> list[Ranked]:
    kept: list[Ranked] = []
    led: Counter[str] = Counter()
    for one in ranked:
        source_id = one.story.lead.source_id
        if len(kept) < newsletter.per_country and led[source_id] < newsletter.per_source:
            kept.append(one)
            led[source_id] += 1
    return kept


def _reason(period: Period, ranked: Ranked, number: int) -> str:
    lead = ranked.story.lead
    late = ", before this issue's period but first told in it" if lead.published < period.start else ""
    published = f"published {lead.published:%Y-%m-%d %H:%M} UTC{late}"
    return f"number {number} of its section: {ranked.reason}; {published}"


# ------------------------------------------------------------------------------------------ assembling


def _telling(placed: Placed) -> Telling:
    return placed.story.id, placed.story.lead.entry_id


def _preferred(newsletter: Newsletter, choice: Choice) -> tuple[str, ...]:
    if choice.languages:
        return choice.languages
    may_be_told = not newsletter.languages or choice.language in newsletter.languages
    return (choice.language,) if may_be_told else ()


def _interface_language(newsletter: Newsletter, choice: Choice) -> str:
    spoken = newsletter.interface_languages
    return choice.language if choice.language in spoken else spoken[0]
