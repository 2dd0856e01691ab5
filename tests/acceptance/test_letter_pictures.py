"""Pictures inside letters, from the source to the mailbox: frozen once, the same for every reader."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser

from aggregator.cli.newsletter.previewing import drafted, whole_variant
from aggregator.config.schema import Config
from aggregator.demo.configuration import demo_settings
from aggregator.demo.server import serve_world
from aggregator.illustrate import illustrate
from aggregator.model import Choice
from aggregator.newsletter.gate import LARGEST_MESSAGE
from aggregator.pipeline import Composed, compose, deliver, poll
from aggregator.wiring import clock
from aggregator.wiring.caught_mail import caught_folder
from aggregator.wiring.composing import composing
from aggregator.wiring.delivering import delivering
from aggregator.wiring.polling import illustrating, polling
from aggregator.wiring.stores import open_stores

READERS = {
    "ann@example.org": Choice("en"),
    "ben@example.org": Choice("en"),
    "camille@example.org": Choice("fr"),
}


@dataclass(frozen=True)
class Post:
    """What was caught, by reader."""

    mails: Mapping[str, bytes]
    preview: str
    """HTML of the issue before it was frozen, as `newsletter preview` shows it."""

    def parsed(self, reader: str) -> EmailMessage:
        message = message_from_bytes(self.mails[reader], policy=policy.default)
        assert isinstance(message, EmailMessage)
        assert not message.defects
        return message

    def related(self, reader: str) -> tuple[str, list[EmailMessage]]:
        """HTML, and the parts beside it."""
        _, related = self.parsed(reader).iter_parts()
        assert isinstance(related, EmailMessage)
        assert related.get_content_type() == "multipart/related"
        html, *pictures = related.iter_parts()
        assert isinstance(html, EmailMessage)
        return html.get_content(), [one for one in pictures if isinstance(one, EmailMessage)]


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> Post:
    return asyncio.run(_delivered(tmp_path_factory.mktemp("pictures")))


async def _delivered(folder: Path) -> Post:
    moment = clock.now()
    async with serve_world(moment) as world:
        settings = demo_settings(world, 0)
        settings["site"].update(base_url="https://news.example.org")
        settings["newsletters"][0].update(images="inline", top=6)
        config = Config.model_validate(settings, context={"folder": folder})
        with open_stores(config, moment) as stores:
            async with polling(config, stores) as ports:
                await poll(moment, ports)
            async with illustrating(config, stores) as ports:
                await illustrate(moment, ports)
            (newsletter,) = config.newsletters_offered()
            for reader, choice in READERS.items():
                stores.subscribers.add(
                    reader, newsletter.id, newsletter.tracks[0].id, choice, consent="on paper", now=moment
                )
            draft = drafted(config, newsletter, newsletter.tracks[0])
            preview = "".join(whole_variant(config, newsletter, draft, "en").html)
            lines = compose(clock.now(), composing(config, stores), early={newsletter.id})
            assert [(line.outcome, line.deliveries) for line in lines[:1]] == [(Composed.FROZEN, 3)], lines
            # Once frozen a letter needs no file: who cleans up in between takes no picture out of it.
            for file in (config.storage.public / "img").rglob("*.jpg"):
                file.unlink()
            async with delivering(config, stores) as ports:
                await deliver(clock.now(), ports)
            mails = [file.read_bytes() for file in caught_folder(config).glob("*.eml")]
    return Post({message_from_bytes(mail, policy=policy.default)["To"]: mail for mail in mails}, preview)


def test_pictures_lie_beside_the_html_that_names_them(post: Post) -> None:
    assert post.mails.keys() == READERS.keys()
    for reader in READERS:
        html, pictures = post.related(reader)
        named = re.findall(r'src="cid:([^"]+)"', html)
        assert 1 <= len(named) <= 3
        assert [one["Content-ID"] for one in pictures] == [f"<{cid}>" for cid in named]
        assert all(cid.endswith("@news.example.org") for cid in named)
        for one in pictures:
            assert (one.get_content_type(), one.get_content_disposition()) == ("image/jpeg", "inline")
            with Image.open(BytesIO(one.get_content())) as image:
                image.load()
        assert len(post.mails[reader]) < LARGEST_MESSAGE


def test_nothing_is_loaded_when_a_letter_is_read(post: Post) -> None:
    for reader in READERS:
        sources = [one.attributes["src"] for one in LexborHTMLParser(post.related(reader)[0]).css("img")]
        assert all(source and source.startswith("cid:") for source in sources)


def test_each_picture_is_told_in_words(post: Post) -> None:
    for reader, words in (("ann@example.org", "Picture: "), ("camille@example.org", "Image : ")):
        for image in LexborHTMLParser(post.related(reader)[0]).css("img"):
            assert (image.attributes["alt"] or "").startswith(words)
            assert len(image.attributes["alt"] or "") > len(words)


def test_readers_of_one_letter_get_the_same_bytes(post: Post) -> None:
    """But for their own links: nothing in a picture or its name tells one from another."""
    (_, anns), (_, bens) = post.related("ann@example.org"), post.related("ben@example.org")
    assert [one.as_bytes() for one in anns] == [one.as_bytes() for one in bens]
    shared = {one["Content-ID"]: one.get_content() for one in anns}
    for one in post.related("camille@example.org")[1]:
        assert shared.get(one["Content-ID"], one.get_content()) == one.get_content()


def test_the_text_part_stands_first_and_alone(post: Post) -> None:
    text, _ = post.parsed("ann@example.org").iter_parts()
    assert isinstance(text, EmailMessage)
    assert text.get_content_type() == "text/plain"
    assert "cid:" not in text.get_content()
    assert "DKIM-Signature" not in post.parsed("ann@example.org")


def test_a_preview_shows_the_pictures_from_the_public_pages(post: Post) -> None:
    sources = [one.attributes["src"] for one in LexborHTMLParser(post.preview).css("img")]
    assert sources
    assert all(source and source.startswith("https://news.example.org/img/") for source in sources)
