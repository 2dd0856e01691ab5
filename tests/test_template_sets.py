"""Which languages the site is offered in."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config.load import load
from aggregator.errors import UsageError
from aggregator.wiring.template_sets import interface_languages

SITE = """\
site: {{title: T, base_url: "https://n.example", contact: a@example.org{more}}}
region: {{name: R, countries: [KZ]}}
"""


def languages(folder: Path, more: str) -> tuple[str, ...]:
    path = folder / "config.yaml"
    path.write_text(SITE.format(more=more), encoding="utf-8")
    return interface_languages(load(path, {}))


def test_pages_are_offered_in_all_languages_with_wordings_that_of_the_site_first(tmp_path: Path) -> None:
    assert languages(tmp_path, "") == ("en", "de", "fr", "ru")
    assert languages(tmp_path, ", language: ru") == ("ru", "de", "en", "fr")


def test_named_languages_are_offered_with_that_of_the_site(tmp_path: Path) -> None:
    assert languages(tmp_path, ", language: fr, languages: [ru, fr]") == ("fr", "ru")
    assert languages(tmp_path, ", language: de, languages: [ru]") == ("de", "ru")


@pytest.mark.parametrize("more", [", language: it", ", languages: [fr, it]"])
def test_a_language_without_wordings_is_refused_with_the_cure(more: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no words for pages in `it`.*de, en, fr, ru.*it/site\.po"):
        languages(tmp_path, more)
