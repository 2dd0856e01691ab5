"""Templates and wordings: the operator's own come first, and none of them can do harm."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from jinja2.exceptions import SecurityError

from aggregator.templating import Templates, shipped_templates

PO = """
msgid "Hello"
msgstr "{hello}"

msgid "%(count)s story"
msgid_plural "%(count)s stories"
msgstr[0] "%(count)s история"
msgstr[1] "%(count)s истории"
msgstr[2] "%(count)s историй"
"""


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    own, shipped = tmp_path / "own", tmp_path / "shipped"
    for folder, hello in ((own, ""), (shipped, "Привет")):
        (folder / "site").mkdir(parents=True)
        (folder / "locale/ru").mkdir(parents=True)
        (folder / "locale/ru/site.po").write_text(PO.format(hello=hello), encoding="utf-8")
    (shipped / "site/page.html").write_text("{{ _('Hello') }} {{ name }}")
    (shipped / "site/page.txt").write_text("{{ name }}")
    return own, shipped


def rendered(folders: tuple[Path, ...], source: str, language: str = "ru", **values: object) -> str:
    return (
        Templates("site", folders, "Asia/Almaty").environment(language).from_string(source).render(**values)
    )


def test_wording_is_in_the_asked_language_with_its_plurals(folders: tuple[Path, Path]) -> None:
    source = "{% trans count=n %}{{ count }} story{% pluralize %}{{ count }} stories{% endtrans %}"
    assert [rendered(folders, source, n=n) for n in (1, 3, 11)] == ["1 история", "3 истории", "11 историй"]
    assert rendered(folders, source, "en", n=2) == "2 stories"


def test_the_operators_template_and_wording_come_first(folders: tuple[Path, Path]) -> None:
    own, _ = folders
    page = "site/page.html"
    assert (
        Templates("site", folders, "UTC").environment("ru").get_template(page).render(name="Ann")
        == "Привет Ann"
    )
    (own / page).write_text("own {{ _('Hello') }}")
    (own / "locale/ru/site.po").write_text(PO.format(hello="Салом"), encoding="utf-8")
    assert Templates("site", folders, "UTC").environment("ru").get_template(page).render() == "own Салом"


def test_markup_is_escaped_in_pages_and_left_alone_in_text(folders: tuple[Path, Path]) -> None:
    environment = Templates("site", folders, "UTC").environment("en")
    assert environment.get_template("site/page.html").render(name="<b>") == "Hello &lt;b&gt;"
    assert environment.get_template("site/page.txt").render(name="<b>") == "<b>"


def test_a_name_that_is_not_given_is_an_error(folders: tuple[Path, Path]) -> None:
    with pytest.raises(UndefinedError):
        rendered(folders, "{{ nobody }}")


def test_a_template_cannot_reach_out(folders: tuple[Path, Path]) -> None:
    with pytest.raises(SecurityError):
        rendered(folders, "{{ ''.__class__.__mro__[1].__subclasses__() }}")


def test_dates_countries_and_languages_are_named_for_the_reader(folders: tuple[Path, Path]) -> None:
    late = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
    assert rendered(folders, "{{ when|day }}", "fr", when=late) == "23 novembre 2026"
    assert rendered(folders, "{{ when|day }}", "fr", when=date(2026, 11, 22)) == "22 novembre 2026"
    assert "1:30" in rendered(folders, "{{ when|moment }}", "en", when=late)
    assert rendered(folders, "{{ 'KZ'|country }} {{ 'xx'|country }}", "ru") == "Казахстан xx"
    assert rendered(folders, "{{ 'kk'|language_name }}", "fr") == "kazakh"
    assert rendered(folders, "{{ direction }}", "fa") == "rtl"


def test_the_version_changes_with_any_template_or_wording(folders: tuple[Path, Path]) -> None:
    own, shipped = folders
    versions = [Templates("site", folders, "UTC").version()]
    (shipped / "site/page.html").write_text("changed")
    versions.append(Templates("site", folders, "UTC").version())
    (own / "locale/ru/site.po").write_text(PO.format(hello="Салом"), encoding="utf-8")
    versions.append(Templates("site", folders, "UTC").version())
    assert len(set(versions)) == 3
    assert Templates("site", folders, "UTC").version() == versions[-1]


@pytest.mark.parametrize("part", ["site", "email"])
def test_shipped_templates_speak_at_least_three_languages(part: str) -> None:
    assert {"en", "fr", "ru"} <= set(Templates(part, (shipped_templates(),), "UTC").languages())
