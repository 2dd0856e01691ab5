"""A broken template is told with its file and line, whatever it does wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.errors import Fault, TemplateFaultError
from aggregator.model import Newsletter, Placed, Site
from aggregator.newsletter import proof
from aggregator.newsletter.render import Press
from aggregator.templating import Templates, shipped_templates


def own_press(folder: Path, site: Site, name: str, content: str) -> Press:
    """The shipped templates with one of the operator's own."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, encoding="utf-8")
    templates = Templates("email", [folder, shipped_templates()], "UTC")
    return Press(templates.environment, templates.version(), site)


STORY = "email/digest/story.html"


@pytest.mark.parametrize(
    ("name", "content", "line", "words"),
    [
        (STORY, "<p>\n{% if %}", 2, "Expected an expression"),
        (STORY, "<p>\n\n{{ story.headline }}", 3, "'headline'"),
        (STORY, "{{ story.lead.title|louder }}", 1, "No filter named 'louder'"),
        (STORY, "a\n{{ story.__class__.__mro__ }}", 2, "unsafe"),
        (STORY, "a\nb\n{{ 1 / 0 }}", 3, "ZeroDivisionError"),
        ("email/digest/head.html", "<p>\n{{ nobody }}", 2, "'nobody' is undefined"),
        ("email/digest/phrases.txt", "once", 1, "needs one for each of 200 numbers"),
        ("email/digest/subject.txt", "a\n{% include 'none.txt' %}", 2, "none.txt"),
    ],
)
def test_a_fault_has_its_place_and_its_reason(
    tmp_path: Path, site: Site, weekly: Newsletter, name: str, content: str, line: int, words: str
) -> None:
    (fault,) = proof.faults(own_press(tmp_path, site, name, content), weekly, site)
    assert fault.file.endswith(name)
    assert fault.line == line
    assert words in fault.message


def test_a_wording_that_forgets_a_number_is_told(tmp_path: Path, site: Site, weekly: Newsletter) -> None:
    po = 'msgid ""\nmsgstr ""\n"Language: fr\\n"\n\nmsgid "Unsubscribe"\nmsgstr "%(nobody)s"\n'
    faults = proof.faults(own_press(tmp_path, site, "locale/fr/email.po", po), weekly, site)
    assert faults
    assert {fault.message for fault in faults} == {"KeyError: 'nobody'"}


def test_a_file_of_wordings_that_cannot_be_read_is_told(
    tmp_path: Path, site: Site, weekly: Newsletter
) -> None:
    (tmp_path / "locale/fr").mkdir(parents=True)
    (tmp_path / "locale/fr/email.po").write_bytes(b'msgid "a"\nmsgstr "\xff"\n')
    templates = Templates("email", [tmp_path, shipped_templates()], "UTC")
    (fault,) = proof.faults(Press(templates.environment, "1", site), weekly, site)
    assert "locale/fr/email.po" in fault.file


def test_one_bad_template_is_one_error_that_composing_can_catch(
    tmp_path: Path, site: Site, weekly: Newsletter, make_story: object
) -> None:
    press = own_press(tmp_path, site, STORY, "{{ 1 / 0 }}")
    with pytest.raises(TemplateFaultError) as caught:
        press.block(weekly, Placed("KZ", make_story("KZ"), ""), "en")  # type: ignore[operator]
    assert isinstance(caught.value.fault, Fault)


def test_the_shipped_templates_have_no_fault(press: Press, site: Site, weekly: Newsletter) -> None:
    assert proof.faults(press, weekly, site) == []
