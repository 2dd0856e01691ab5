"""Jinja environments over the template folders, with the interface wording of one language each.

An operator's own folder comes first, so that any template can be overridden; then the shipped ones. Wording
is gettext: `templates/locale/<language>/<part>.po`, read as text at start; editing one takes no compiler.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from aggregator.model import GROUP_PREFIX


def shipped_templates() -> Path:
    """The templates that come with the program: inside the wheel, or at the top of a checkout."""
    inside = Path(str(resources.files("aggregator"))) / "templates"
    return inside if inside.is_dir() else inside.parent.parent / "templates"


class Templates:
    """The templates of one part with its wordings, as they are in force."""

    def __init__(self, part: str, folders: Sequence[Path], time_zone: str) -> None:
        """`part`: `site` or `email`. `folders`: where to look, the operator's own first.

        `time_zone`: IANA zone of shown dates.
        """
        self.part = part
        self.folders = tuple(folders)
        self._zone = ZoneInfo(time_zone)
        self._loader: BaseLoader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
        self.environment = lru_cache(maxsize=None)(self._build)

    def _build(self, language: str) -> ImmutableSandboxedEnvironment:
        environment = ImmutableSandboxedEnvironment(
            loader=self._loader,
            autoescape=lambda name: name is None or not name.endswith(".txt"),
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.install_gettext_translations(  # type: ignore[attr-defined]
            self._wording(language), newstyle=True
        )
        locale = Locale.parse(language)
        environment.globals["language"] = language
        environment.globals["direction"] = locale.text_direction
        environment.filters.update(_date_filters(locale, self._zone))
        environment.filters["span"] = lambda length: dates.format_timedelta(length, locale=locale)
        environment.filters["number"] = lambda count: numbers.format_decimal(count, locale=locale)
        environment.filters["country"] = lambda code: locale.territories.get(
            code, code.removeprefix(GROUP_PREFIX)
        )
        environment.filters["language_name"] = lambda code: locale.languages.get(code, code)
        return environment

    def _wording(self, language: str) -> NullTranslations:
        merged = Catalog(locale=language)
        for folder in reversed(self.folders):
            path = folder / "locale" / language / f"{self.part}.po"
            for message in _messages(path, language) if path.exists() else ():
                merged.delete(message.id)
                merged[message.id] = message
        compiled = io.BytesIO()
        write_mo(compiled, merged)
        compiled.seek(0)
        return GNUTranslations(compiled)

    def languages(self) -> tuple[str, ...]:
        """Languages that have wordings for this part."""
        found = {
            path.parent.name
            for folder in self.folders
            for path in (folder / "locale").glob(f"*/{self.part}.po")
        }
        return tuple(sorted(found))

    def version(self) -> str:
        """Hash over the templates and the wordings: changes when any of them does."""
        digest = hashlib.sha256()
        for folder in self.folders:
            wordings = (folder / "locale").glob(f"*/{self.part}.po")
            for path in sorted([*(folder / self.part).rglob("*"), *wordings]):
                if path.is_file():
                    digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
        return digest.hexdigest()[:16]


def _messages(path: Path, language: str) -> list[Message]:
    with path.open("rb") as file:
        return [one for one in read_po(file, locale=language) if one.id and one.string]


def _date_filters(locale: Locale, zone: ZoneInfo) -> dict[str, Callable[..., str]]:
    """How templates write dates, in the reader's language and the site's zone; days may be plain dates.

    `day` 22 November 2026, `full_day` with its weekday, `short_day` 22 Nov, `weekday` Sun, `month` November
    2026, `short_month` Nov, `clock` 14:30, `moment` 22 Nov 2026, 14:30, `brief_moment` 22 Nov, 14:30.
    """

    def local(when: date | datetime) -> date | datetime:
        return when.astimezone(zone) if isinstance(when, datetime) else when

    def formatted(form: str) -> Callable[[date | datetime], str]:
        return lambda when: dates.format_date(local(when), format=form, locale=locale)

    def by_parts(skeleton: str) -> Callable[[date | datetime], str]:
        return lambda when: dates.format_skeleton(skeleton, local(when), locale=locale)

    def clock(when: datetime) -> str:
        return dates.format_time(when.astimezone(zone), format="short", locale=locale)

    medium, short = formatted("medium"), by_parts("MMMd")
    return {
        "day": formatted("long"),
        "full_day": formatted("full"),
        "short_day": short,
        "weekday": formatted("ccc"),
        "month": by_parts("yMMMM"),
        "short_month": formatted("LLL"),
        "clock": clock,
        "moment": lambda when: f"{medium(when)}, {clock(when)}",
        "brief_moment": lambda when: f"{short(when)}, {clock(when)}",
    }
