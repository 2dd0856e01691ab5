"""A variant out of rendered parts: blocks, headings and lines are joined, and the slots of a choice filled.

No template is rendered here. A letter that would grow too large to be shown whole leaves the last stories of
its longest sections to the web, and says how many.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from textwrap import fill

from aggregator.model import Block, Choice, Frame, LetterPicture, Newsletter, Placed, PlannedVariant
from aggregator.newsletter.places import LEAD, NUMBER, PREHEADER, SOURCES, TALLY, harmless
from aggregator.newsletter.plain import headline, line, shorten
from aggregator.newsletter.sections import (
    ELSEWHERE,
    REGIONAL,
    REGIONAL_COUNTRIES,
    TOP,
    section_names,
    touched,
)

LARGEST = 89_000
"""Bytes of the HTML part before a reader's own links are filled in: mail is clipped from 102 kB on, and how
much of that is ours differs with how it is counted."""
SUBJECT_CHARACTERS = 60
"""Longer subjects are cut by mail clients, at a place they choose."""
LEAST_LEAD = 30
"""Characters that its headline may have even so: a template may put much beside it."""
PREHEADER_CHARACTERS = 140
POINTERS = 3
"""Lines under a country that lead to its stories in other sections."""
MOST_SOURCES = 60
"""Sources that the foot names."""
MOST_PICTURES = 3
"""Pictures that a letter carries; stories after them show none."""
PICTURES_BYTES = 140_000
"""The most that these take together, before base64 makes a third more of it: with the most that all else of a
letter may take (`gate.LARGEST_LETTER`) they stay within what any server takes."""
_WIDTH = 72


@dataclass(slots=True)
class Section:
    """What stands under one heading."""

    name: str
    stories: list[tuple[Placed, Block]] = field(default_factory=list)
    pointers: list[Block] = field(default_factory=list)
    left_out: int = 0
    """Stories that are on the web alone."""

    @property
    def size(self) -> int:
        """Bytes of its blocks."""
        return sum(len(block.html.encode()) for _, block in self.stories)


def assemble(
    newsletter: Newsletter,
    choices: tuple[Choice, ...],
    frame: Frame,
    stories: Sequence[Placed],
    blocks: Mapping[tuple[int, int], Block],
) -> PlannedVariant:
    """The variant of choices that admit the same stories and the same countries.

    `stories`: in reading order, one at least; `blocks`: by story and entry.
    """
    wanted = choices[0].countries
    sections = {name: Section(name) for name in section_names(newsletter)}
    for one in stories:
        sections[one.section].stories.append((one, blocks[one.story.id, one.story.lead.entry_id]))
    _lighten(sections)
    _trim(sections, frame)
    _point(newsletter, sections, wanted)
    shown = list(_shown(newsletter, sections, wanted, frame))
    told = [pair for section in shown for pair in section.stories]
    return PlannedVariant(
        choices=choices,
        language=frame.language,
        story_ids=tuple(one.story.id for one, _ in told),
        entry_ids=tuple(one.story.lead.entry_id for one, _ in told),
        subject=_subject(frame, told),
        html=_html(frame, shown, told),
        text=_text(frame, shown, told),
        pictures=tuple({block.picture: None for _, block in told if block.picture}),
    )


# -------------------------------------------------------------------------------------------- choosing


def _lighten(sections: Mapping[str, Section]) -> None:
    """The first pictures stay, as many as a letter may carry; blocks with others take the place of theirs."""
    carried: dict[LetterPicture, int] = {}
    for section in sections.values():
        for number, (one, block) in enumerate(section.stories):
            picture = block.picture
            if picture is None or picture in carried:
                continue
            if (
                len(carried) < MOST_PICTURES
                and sum(carried.values()) + len(picture.content) <= PICTURES_BYTES
            ):
                carried[picture] = len(picture.content)
            else:
                section.stories[number] = (one, replace(block, html=block.html_bare, picture=None))


def _trim(sections: Mapping[str, Section], frame: Frame) -> None:
    """Leave the last stories of the longest sections to the web until all fits. Top stories stay."""
    sizes = {name: section.size for name, section in sections.items()}
    around = len((frame.html_head + frame.html_foot + "".join(frame.html_sections.values())).encode())
    total = around + sum(sizes.values()) + _spent_on_lines(sections, frame)
    while total > LARGEST:
        longest = max((name for name in sections if name != TOP), key=lambda name: sizes[name], default=TOP)
        if longest == TOP or not sections[longest].stories:
            return
        _, block = sections[longest].stories.pop()
        sections[longest].left_out += 1
        sizes[longest] -= len(block.html.encode())
        total -= len(block.html.encode())


def _spent_on_lines(sections: Mapping[str, Section], frame: Frame) -> int:
    """The most bytes that pointers, notices of what is left out and the names of sources can take."""
    blocks = [block for section in sections.values() for _, block in section.stories]
    pointers = sorted((len(block.html_pointer.encode()) for block in blocks), reverse=True)
    names = {name for block in blocks for name in block.sources}
    return (
        sum(pointers[: POINTERS * len(sections)])
        + len(sections) * max((len(one.encode()) for one in (*frame.html_more, frame.html_none)), default=0)
        + sum(sorted((len(html.escape(name).encode()) + 10 for name in names), reverse=True)[:MOST_SOURCES])
        + 6 * PREHEADER_CHARACTERS
    )


def _point(newsletter: Newsletter, sections: Mapping[str, Section], wanted: Collection[str]) -> None:
    """Under each country, lines that lead to stories about it which stand elsewhere.

    Those of two countries stand under the first of them; those of the top are named only under a country
    that has nothing else. A regional story belongs to all its countries.
    """
    for section in sections.values():
        for one, block in section.stories:
            about = touched(newsletter, one.story)
            if section.name in (REGIONAL, ELSEWHERE) or len(about) >= REGIONAL_COUNTRIES:
                continue
            for country in about:
                other = sections[country]
                bare = not (other.stories or other.left_out)
                elsewhere = country != section.name and (section.name != TOP or bare)
                if block.html_pointer and elsewhere and _asked(country, wanted):
                    other.pointers.append(block)
    for section in sections.values():
        del section.pointers[POINTERS:]


def _shown(
    newsletter: Newsletter, sections: Mapping[str, Section], wanted: Collection[str], frame: Frame
) -> Iterator[Section]:
    """The sections that stand in the letter, in order; countries without stories where they are wanted."""
    told_of = {
        country
        for section in sections.values()
        for one, _ in section.stories
        for country in touched(newsletter, one.story)
    }
    silent = {country for country in newsletter.countries if _asked(country, wanted)} - told_of
    for name, section in sections.items():
        if section.stories or section.pointers or section.left_out or (frame.html_none and name in silent):
            yield section


def _asked(country: str, wanted: Collection[str]) -> bool:
    return not wanted or country in wanted


# ------------------------------------------------------------------------------------------- joining


def _html(
    frame: Frame, sections: Sequence[Section], told: Sequence[tuple[Placed, Block]]
) -> tuple[str, str, str]:
    parts: list[str] = []
    for section in sections:
        parts.append(frame.html_sections[section.name])
        parts += [block.html for _, block in section.stories]
        parts += [block.html_pointer for block in section.pointers]
        if section.left_out:
            parts.append(_numbered(frame.html_more, section.left_out))
        if not (section.stories or section.pointers or section.left_out):
            parts.append(frame.html_none)
    tally, names = _tally(frame, told), _names(told)
    head = frame.html_head.replace(TALLY, html.escape(tally))
    foot = frame.html_foot.replace(SOURCES, harmless(html.escape(" · ".join(names)), "&#91;"))
    preheader = harmless(html.escape(_preheader(frame, told, tally)), "&#91;")
    return head.replace(PREHEADER, preheader), "".join(parts), foot


def _text(
    frame: Frame, sections: Sequence[Section], told: Sequence[tuple[Placed, Block]]
) -> tuple[str, str, str]:
    parts: list[str] = []
    for section in sections:
        parts.append(frame.text_sections[section.name])
        parts += [block.text for _, block in section.stories]
        parts += [block.text_pointer for block in section.pointers]
        if section.left_out:
            parts.append(_numbered(frame.text_more, section.left_out))
        if not (section.stories or section.pointers or section.left_out):
            parts.append(frame.text_none)
    tally = _tally(frame, told)
    names = fill(harmless(", ".join(_names(told)), "[ "), _WIDTH, break_long_words=False)
    head = frame.text_head.replace(TALLY, tally)
    head = head.replace(PREHEADER, harmless(_preheader(frame, told, tally), "[ "))
    return head, "".join(parts), frame.text_foot.replace(SOURCES, names)


def _subject(frame: Frame, told: Sequence[tuple[Placed, Block]]) -> str:
    room = max(SUBJECT_CHARACTERS - len(frame.subject.replace(LEAD, "")), LEAST_LEAD)
    return frame.subject.replace(LEAD, shorten(headline(told[0][0].story.lead), room))


def _preheader(frame: Frame, told: Sequence[tuple[Placed, Block]], tally: str) -> str:
    """What lists of mail show after the subject: more headlines, unless the subject is to give none away."""
    if LEAD not in frame.subject:
        return tally
    titles = [headline(one.story.lead) for one, _ in told[1:3]]
    return shorten(" · ".join(titles), PREHEADER_CHARACTERS)


def _tally(frame: Frame, told: Sequence[tuple[Placed, Block]]) -> str:
    counts = {
        "stories": len(told),
        "sources": len({name for _, block in told for name in block.sources}),
        "languages": len({code for _, block in told for code in block.languages}),
    }
    phrases = (
        _numbered(frame.phrases[kind], count)
        for kind, count in counts.items()
        if count and kind in frame.phrases
    )
    return line(" ".join(phrases))


def _names(told: Sequence[tuple[Placed, Block]]) -> list[str]:
    """Sources in the order in which they are quoted, the last of too many left out."""
    names = list(dict.fromkeys(name for _, block in told for name in block.sources))
    return [*names[:MOST_SOURCES], *(["…"] if len(names) > MOST_SOURCES else [])]


def _numbered(forms: Sequence[str], number: int) -> str:
    """The phrase for a number: see `Frame`."""
    if not forms:
        return ""
    form = forms[number if number < len(forms) else 100 + number % 100]
    return form.replace(NUMBER, str(number))
