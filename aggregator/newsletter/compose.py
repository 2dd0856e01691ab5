"""What an issue holds, and how it is assembled for each choice of its readers.

`place` gives every story at most one place: among the top stories, under «regional», under a country, or
elsewhere. `variants` joins the rendered blocks of those stories that a choice admits; choices that admit the
same stories in the same language share one variant.
"""

from __future__ import annotations

import html
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from aggregator.model import (
    Block,
    Choice,
    Frame,
    Newsletter,
    Period,
    Placed,
    PlannedVariant,
    Relation,
    Story,
)
from aggregator.newsletter.plain import headline, shorten

TOP = "top"
REGIONAL = "regional"
ELSEWHERE = "elsewhere"

REGIONAL_COUNTRIES = 3
"""Countries of the newsletter that a story must touch to be the region's rather than one country's."""
SUBJECT_CHARACTERS = 60
"""Longer subjects are cut by mail clients, at a place they choose."""
PREHEADER_CHARACTERS = 140
PREHEADER = "[[preheader]]"


def place(newsletter: Newsletter, period: Period, stories: Sequence[Story]) -> tuple[Placed, ...]:
    """Choose, rank and cap: the issue's stories in reading order, each once, each with its reason.

    A story ranks by its independent sources, then by how many of the newsletter's countries it touches, then
    by its date. One that touches two countries stands under the first of them in the newsletter's order.
    """
    admitted = [story for story in stories if _is_told_in(story, newsletter.languages)]
    ranked = sorted(admitted, key=lambda story: _rank(newsletter, story))
    top = _top(newsletter, ranked)
    chosen = {story.id for story in top}
    sections: dict[str, list[Story]] = {name: [] for name in section_names(newsletter)}
    sections[TOP] = top
    for story in ranked:
        if story.id not in chosen:
            sections[_section(newsletter, story)].append(story)
    return tuple(
        Placed(name, story, _reason(newsletter, period, story, number))
        for name, candidates in sections.items()
        for number, story in enumerate(candidates if name == TOP else _capped(newsletter, candidates), 1)
    )


def section_names(newsletter: Newsletter) -> tuple[str, ...]:
    """All sections that an issue of this newsletter can have, in reading order."""
    return (TOP, REGIONAL, *dict.fromkeys(newsletter.countries), ELSEWHERE)


def independent_sources(story: Story) -> int:
    """How many sources tell the story in their own words: copies, editions and translations do not count."""
    own_words = (Relation.LEAD, Relation.REPORT)
    return len({member.source_id for member in story.members if member.relation in own_words})


def variants(
    choices: Sequence[Choice],
    placed: Sequence[Placed],
    frames: Sequence[Frame],
    blocks: Mapping[str, Sequence[Block]],
) -> tuple[PlannedVariant, ...]:
    """One variant per distinct (language, stories) among the choices; a choice without a story gets none.

    A choice whose language the newsletter does not speak is served in its first one. `blocks` are those of
    `placed`, in its order, by language.
    """
    by_language = {frame.language: frame for frame in frames}
    sharing: dict[tuple[str, tuple[int, ...]], dict[Choice, None]] = {}
    for choice in choices:
        story_ids = tuple(one.story.id for one in placed if _admits(choice, one.story))
        if story_ids:
            language = choice.language if choice.language in by_language else frames[0].language
            sharing.setdefault((language, story_ids), {})[choice] = None
    stories = {one.story.id: one.story for one in placed}
    return tuple(
        _assemble(tuple(same), by_language[language], [stories[id_] for id_ in story_ids], blocks[language])
        for (language, story_ids), same in sharing.items()
    )


# ------------------------------------------------------------------------------------------- choosing


def _is_told_in(story: Story, languages: Sequence[str]) -> bool:
    return not languages or any(member.language in languages for member in story.members)


def _admits(choice: Choice, story: Story) -> bool:
    about = not choice.countries or not set(choice.countries).isdisjoint(story.countries)
    return about and _is_told_in(story, choice.languages)


def _touched(newsletter: Newsletter, story: Story) -> list[str]:
    """The newsletter's countries that the story is about, in the newsletter's order."""
    return [country for country in dict.fromkeys(newsletter.countries) if country in story.countries]


def _rank(newsletter: Newsletter, story: Story) -> tuple[int, int, float, int]:
    """Smaller stands earlier; the id makes the order total."""
    touched = len(_touched(newsletter, story))
    return (-independent_sources(story), -touched, -story.lead.published.timestamp(), story.id)


def _section(newsletter: Newsletter, story: Story) -> str:
    touched = _touched(newsletter, story)
    if len(touched) >= REGIONAL_COUNTRIES:
        return REGIONAL
    return touched[0] if touched else ELSEWHERE


def _top(newsletter: Newsletter, ranked: Sequence[Story]) -> list[Story]:
    """The best ones, first of all from sections and sources that are not among them yet.

    What is about none of the newsletter's countries is no top story, unless the newsletter names none.
    """
    eligible = [story for story in ranked if not newsletter.countries or _touched(newsletter, story)]
    top: list[Story] = []
    for repeats_allowed in range(3):
        for story in eligible:
            fresh = story not in top and _repeats(newsletter, story, top) <= repeats_allowed
            if fresh and len(top) < newsletter.top:
                top.append(story)
    return sorted(top, key=lambda story: _rank(newsletter, story))


def _repeats(newsletter: Newsletter, story: Story, others: Iterable[Story]) -> int:
    """In how many respects (section, leading source) the story repeats one of the others: 0, 1 or 2."""
    same_section = any(_section(newsletter, story) == _section(newsletter, other) for other in others)
    same_source = any(story.lead.source_id == other.lead.source_id for other in others)
    return same_section + same_source


def _capped(newsletter: Newsletter, ranked: Sequence[Story]) -> list[Story]:
    kept: list[Story] = []
    led: Counter[str] = Counter()
    for story in ranked:
        if len(kept) < newsletter.per_country and led[story.lead.source_id] < newsletter.per_source:
            kept.append(story)
            led[story.lead.source_id] += 1
    return kept


def _reason(newsletter: Newsletter, period: Period, story: Story, number: int) -> str:
    touched = _touched(newsletter, story)
    return (
        f"number {number} of its section: independent sources {independent_sources(story)}, "
        f"countries {' '.join(touched) or 'none of the newsletter'}, "
        f"published {story.lead.published:%Y-%m-%d %H:%M} UTC{_lateness(period, story)}"
    )


def _lateness(period: Period, story: Story) -> str:
    return ", before this issue's period but first told in it" if story.lead.published < period.start else ""


# ------------------------------------------------------------------------------------------ assembling


def _assemble(
    choices: tuple[Choice, ...], frame: Frame, stories: Sequence[Story], blocks: Sequence[Block]
) -> PlannedVariant:
    ids = tuple(story.id for story in stories)
    kept = [block for block in blocks if block.story_id in ids]
    titles = [headline(story.lead) for story in stories]
    preheader = shorten(" · ".join(titles[1:3]), PREHEADER_CHARACTERS)
    return PlannedVariant(
        choices=choices,
        language=frame.language,
        story_ids=ids,
        subject=shorten(titles[0], SUBJECT_CHARACTERS),
        html=(
            frame.html_head.replace(PREHEADER, _harmless(html.escape(preheader), "&#91;")),
            _joined(frame.html_sections, [(block.section, block.html) for block in kept]),
            frame.html_foot,
        ),
        text=(
            frame.text_head.replace(PREHEADER, _harmless(preheader, "[ ")),
            _joined(frame.text_sections, [(block.section, block.text) for block in kept]),
            frame.text_foot,
        ),
    )


def _harmless(preheader: str, bracket: str) -> str:
    """A title may spell a slot; in the head it would be filled with the reader's own address."""
    return preheader.replace("[", bracket)


def _joined(headings: Mapping[str, str], sections: Iterable[tuple[str, str]]) -> str:
    """The blocks in order, a heading before the first of each section."""
    parts: list[str] = []
    current = None
    for section, block in sections:
        if section != current:
            parts.append(headings[section])
            current = section
        parts.append(block)
    return "".join(parts)
