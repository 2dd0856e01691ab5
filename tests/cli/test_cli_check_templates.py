"""`check-config` proves the templates of letters too."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from aggregator.cli import main

CONFIG = """\
site: {title: T, base_url: "https://n.example", contact: a@example.org}
region: {name: R, countries: [KZ, KG]}
templates: own
newsletters:
  - {id: weekly, names: {fr: Hebdo, %s}, sender: w@example.org, tracks: [daily]}
"""


def checked(folder: Path, names: str = "en: Weekly") -> tuple[int, str]:
    (folder / "own").mkdir(exist_ok=True)
    (folder / "config.yaml").write_text(CONFIG % names, encoding="utf-8")
    outcome = CliRunner().invoke(main, ["--config", str(folder / "config.yaml"), "check-config"])
    return outcome.exit_code, outcome.output


def test_a_broken_template_is_named_with_its_line_before_a_letter_needs_it(tmp_path: Path) -> None:
    story = tmp_path / "own/email/digest/story.html"
    story.parent.mkdir(parents=True)
    story.write_text("<p>\n{{ story.nothing }}</p>\n", encoding="utf-8")
    code, said = checked(tmp_path)
    assert code == 2
    assert f"{story}:2:1: " in said.replace("\n", "")
    assert said.count(str(story)) == 1


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [("<p>\n{{ name.nothing }}</p>\n", 2, "nothing"), ("<p>{{ name }}</p>\n", 1, "has no link")],
)
def test_a_notice_that_cannot_be_sent_or_holds_no_link_is_named_too(
    content: str, line: int, words: str, tmp_path: Path
) -> None:
    confirm = tmp_path / "own/email/notices/confirm.html"
    confirm.parent.mkdir(parents=True)
    confirm.write_text(content, encoding="utf-8")
    code, said = checked(tmp_path)
    assert code == 2
    assert f"{confirm}:{line}:1: " in said.replace("\n", "")
    assert said.count(str(confirm)) == 1
    assert words in said


def test_templates_that_work_are_no_news(tmp_path: Path) -> None:
    code, said = checked(tmp_path)
    assert code == 0
    assert "no words for letters" not in said


def test_a_language_without_wordings_is_told_with_the_cure(tmp_path: Path) -> None:
    code, said = checked(tmp_path, "it: Settimana")
    assert code == 0
    assert "no words for letters in it" in said
    assert "it/email.po" in said
