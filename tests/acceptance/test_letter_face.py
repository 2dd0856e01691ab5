"""Letters of the sample world, as they go out: valid, readable, and no spam; no notice is spam either."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from aggregator.config.schema import Config
from aggregator.demo.configuration import demo_settings
from aggregator.demo.server import serve_world
from aggregator.illustrate import illustrate
from aggregator.model import (
    Choice,
    Delivery,
    DeliveryKind,
    LetterPicture,
    Newsletter,
    Notice,
    PlannedVariant,
    Variant,
)
from aggregator.newsletter import alerts, calendar
from aggregator.newsletter.compose import tellings, variants
from aggregator.newsletter.message import Writer
from aggregator.newsletter.notices import NoticeKind, NoticePress
from aggregator.pipeline import draft, poll
from aggregator.templating import Templates, shipped_templates
from aggregator.wiring import clock
from aggregator.wiring.composing import composing
from aggregator.wiring.polling import illustrating, polling
from aggregator.wiring.stores import open_stores
from tests.letter_rules import letter_faults

LANGUAGES = ("fr", "en", "ru", "de")
MOST_POINTS = 1.0
NAMES = {
    "en": "The week across the steppe",
    "fr": "La semaine à travers la steppe",
    "ru": "Неделя в степи",
    "de": "Die Woche in der Steppe",
}


@dataclass(frozen=True)
class Desk:
    """The letters of one issue, by language."""

    newsletter: Newsletter
    config: Config
    letters: Mapping[str, PlannedVariant]
    moment: datetime

    def message(self, language: str) -> bytes:
        planned = self.letters[language]
        variant = Variant(1, language, planned.subject, planned.html, planned.text)
        delivery = self.delivery(DeliveryKind.ISSUE)
        return Writer(self.config.publisher()).write_letter(self.newsletter, variant, delivery).content

    def with_pictures(self, language: str) -> bytes:
        """The letter that carries its pictures instead of naming them."""
        planned = self.letters[language]
        head, body, foot = planned.html
        paths = dict.fromkeys(re.findall(r'src="https://news\.example\.org/(img/[^"]+)"', body))
        pictures = []
        for path in paths:
            content = (self.config.storage.public / path).read_bytes()
            pictures.append(LetterPicture(f"{len(pictures)}@news.example.org", content))
            body = body.replace(f"https://news.example.org/{path}", f"cid:{pictures[-1].cid}")
        variant = Variant(
            *(1, language, planned.subject, (head, body, foot), planned.text), pictures=tuple(pictures)
        )
        delivery = self.delivery(DeliveryKind.ISSUE)
        return Writer(self.config.publisher()).write_letter(self.newsletter, variant, delivery).content

    def notice(self, kind: NoticeKind, language: str) -> bytes:
        words = Templates("notices", (shipped_templates(),), "UTC")
        press = NoticePress(words.environment, words.languages(), self.config.publisher())
        confirms = kind is NoticeKind.CONFIRM
        return self.noticed(
            press.write(kind, language, NAMES[language]),
            DeliveryKind.CONFIRM if confirms else DeliveryKind.ACCOUNT,
        )

    def noticed(self, notice: Notice, kind: DeliveryKind) -> bytes:
        return Writer(self.config.publisher()).write_notice(notice, self.delivery(kind)).content

    def delivery(self, kind: DeliveryKind) -> Delivery:
        site = self.config.publisher()
        of_issue = kind is DeliveryKind.ISSUE
        return Delivery(
            id=7,
            issue_id=42 if of_issue else None,
            newsletter=self.newsletter.id if of_issue else "",
            subscriber_id=3,
            address="reader@example.net",
            variant_id=1 if of_issue else None,
            link_base=site.base_url,
            message_id=f"{42 if of_issue else 0}.7.9c1e5b02@{site.id_domain}",
            date=self.moment,
            token="Qm9aT0k3n-_Qm9aT0k3n-_Qm9aT0k3n-",
            attempts=0,
            expires_at=self.moment + timedelta(days=2),
            kind=kind,
        )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return asyncio.run(_composed(tmp_path_factory.mktemp("letter")))


async def _composed(folder: Path) -> Desk:
    moment = clock.now()
    async with serve_world(moment) as world:
        settings = demo_settings(world, 0)
        settings["site"].update(
            base_url="https://news.example.org", imprint="Across the Steppe e. V.\n1 Mira Street, Bishkek"
        )
        settings["newsletters"][0].update(names=NAMES, images="hosted")
        config = Config.model_validate(settings, context={"folder": folder})
        with open_stores(config, moment) as stores:
            async with polling(config, stores) as ports:
                await poll(moment, ports)
            async with illustrating(config, stores) as ports:
                await illustrate(moment, ports)
            (newsletter,) = config.newsletters_offered()
            (track,) = newsletter.tracks
            period = calendar.cut_short(newsletter, track, None, clock.now())
            assert period is not None
            composed = composing(config, stores)
            issue = draft(clock.now(), newsletter, track, period, composed)
    letters = {}
    for language in LANGUAGES:
        told = tellings(newsletter, issue.placed, [Choice(language)], {})
        (letters[language],) = variants(newsletter, told, issue.frames, issue.blocks)
    return Desk(newsletter, config, letters, moment)


def filled(parts: tuple[str, str, str]) -> str:
    return re.sub(r"\[\[(unsubscribe|preferences)\]\]", r"https://news.example.org/\1", "".join(parts))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_letter_is_valid_html_that_mail_clients_know(desk: Desk, language: str) -> None:
    assert letter_faults(filled(desk.letters[language].html)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_slot_is_left_open(desk: Desk, language: str) -> None:
    variant = desk.letters[language]
    assert "[[" not in filled(variant.html) + filled(variant.text) + variant.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_html_and_text_lead_to_the_same_places(desk: Desk, language: str) -> None:
    variant = desk.letters[language]
    links = Links()
    links.feed(filled(variant.html))
    in_text = set(re.findall(r"https?://[^\s<>]+", filled(variant.text)))
    assert {link for link in links.found if not link.startswith("mailto:")} == in_text


def test_a_top_story_shows_our_own_copy_of_its_picture(desk: Desk) -> None:
    letters = "".join(filled(letter.html) for letter in desk.letters.values())
    pictures = re.findall(r'<img[^>]+src="([^"]+)"', letters)
    assert pictures
    assert all(one.startswith("https://news.example.org/img/") for one in pictures)


@pytest.fixture
def assassin() -> None:
    if shutil.which("spamassassin") is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no SpamAssassin is installed: .ci/run installs it (apt-get install spamassassin)")
        pytest.skip("no SpamAssassin is installed (Debian: apt-get install spamassassin)")


@pytest.mark.usefixtures("assassin")
def test_spamassassin_finds_no_spam_in_any_language(desk: Desk) -> None:
    mails = {one: desk.message(one) for one in LANGUAGES}
    mails |= {f"{one} with pictures": desk.with_pictures(one) for one in LANGUAGES}
    assert all(b"\r\nContent-ID: <" in mails[f"{one} with pictures"] for one in LANGUAGES)
    assert spam(mails) == {}


@pytest.mark.usefixtures("assassin")
def test_spamassassin_finds_no_spam_in_any_notice(desk: Desk) -> None:
    asked = [(kind, language) for kind in NoticeKind for language in LANGUAGES]
    (alarm,) = alerts.alarms(overdue=(), held=3, pauses=(), issues=())
    mails = {f"{kind} {language}": desk.notice(kind, language) for kind, language in asked}
    mails["alert"] = desk.noticed(alerts.notice(alarm, NAMES["en"]), DeliveryKind.ALERT)
    assert spam(mails) == {}


def spam(mails: Mapping[str, bytes]) -> dict[str, str]:
    """Those to which SpamAssassin gives too many points, by the rules that ask nobody, and for what."""
    box = b"".join(
        b"From digest@example.org Mon Nov 23 06:00:00 2026\n" + one.replace(b"\r\n", b"\n") + b"\n"
        for one in mails.values()
    )
    command = ["spamassassin", "-L", "-t", "--mbox"]  # one start for all of them
    told = subprocess.run(command, input=box, capture_output=True, check=True, timeout=100).stdout
    found = re.findall(
        rb"^X-Spam-Status:.*?\bscore=(-?[\d.]+).*?\btests=(.*?)\sautolearn", told, re.MULTILINE | re.DOTALL
    )
    judged = zip(mails, found, strict=True)
    return {
        one: f"{points.decode()}: {b' '.join(rules.split()).decode()}"
        for one, (points, rules) in judged
        if float(points) > MOST_POINTS
    }


class Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]
