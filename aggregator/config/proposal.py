"""Config lines for a new source: made from what is known of it, ready to be pasted under `sources:`."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from importlib import resources
from io import StringIO
from urllib.parse import urlsplit

from ruamel.yaml import YAML

from aggregator.config import codes
from aggregator.config.source_settings import SourceSettings

LONGEST_ID = 48
_NO_NAMES = frozenset({"www", "feeds", "feed", "rss", "m"})


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source that could be read."""

    id: str
    name: str
    url: str
    homepage: str = ""
    language: str = ""
    """ISO 639-1; empty where it is not known."""
    time_zone: str = ""
    """IANA name; empty where nothing tells."""

    def keys(self) -> dict[str, str]:
        """The keys that have a value, in the order of config.yaml; nothing in them is interpolated there."""
        pairs = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value.replace("${", "$${") for name, value in pairs.items() if value}

    def lines(self) -> str:
        """The lines to paste, indented as config.yaml is."""
        out = StringIO()
        yaml = YAML()
        yaml.width = 4096
        yaml.indent(mapping=2, sequence=4, offset=2)
        yaml.allow_unicode = True
        yaml.dump([self.keys()], out)
        return out.getvalue().rstrip("\n")


def slug(name: str, url: str, taken: Collection[str]) -> str:
    """A new id: the name in small Latin letters, or else the host's; numbered when it is taken."""
    host = [part for part in (urlsplit(url).hostname or "").split(".") if part not in _NO_NAMES]
    base = _slugged(name) or _slugged("-".join(host)) or "source"
    base = base[:LONGEST_ID].strip("-")
    numbered = (f"{base}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (base, *numbered) if one not in taken)


def _slugged(text: str) -> str:
    """Empty when less than half of its letters are Latin: half a name is none."""
    plain = unicodedata.normalize("NFKD", text.lower())
    letters = [character for character in plain if character.isalnum()]
    latin = [character for character in letters if character.isascii()]
    if 2 * len(latin) < len(letters):
        return ""
    unmarked = "".join(character for character in plain if not unicodedata.combining(character))
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"['’ʻʼ]", "", unmarked)).strip("-")


def language(declared: str) -> str:
    """ISO 639-1 code of `ru-RU` and the like; empty for what is none."""
    code = re.split(r"[-_]", declared.strip().lower())[0]
    return code if len(code) == 2 and codes.language_name(code) else ""


def time_zone(url: str, configured: Iterable[SourceSettings]) -> str:
    """A guess by the country of the host's name: what sources of that country have, or the country's only
    zone."""
    country = _country(url)
    if not country:
        return ""
    zones = Counter(
        source.time_zone
        for source in configured
        if _country(source.url) == country and "time_zone" in source.model_fields_set
    )
    if zones:
        return zones.most_common(1)[0][0]
    only = [zone for code, zone in _zones() if code == country]
    return only[0] if len(only) == 1 else ""


def _country(url: str) -> str:
    end = (urlsplit(url).hostname or "").rpartition(".")[2].upper()
    end = {"UK": "GB"}.get(end, end)
    return end if len(end) == 2 and codes.country_name(end) else ""


def _zones() -> list[tuple[str, str]]:
    """Country and zone of the IANA list (`zone.tab`)."""
    table = (resources.files("tzdata.zoneinfo") / "zone.tab").read_text("utf-8")
    rows = (line.split("\t") for line in table.splitlines() if not line.startswith("#"))
    return [(row[0], row[2]) for row in rows if len(row) > 2]
