"""From a body to described entries, in one process."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime

from aggregator.model import Claim, Fetched, Reading, Region, Source, SourceFailure, SourceState, WordFile
from aggregator.reading import ReadBody

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CLAIM = Claim(Source("carrefour", "Carrefour", "https://carrefour.example/feed", language="fr"))
READ = ReadBody(Region(("fr", "en", "ru", "tg", "kk")))

ARTICLE = """\
Le président kazakh a reçu son homologue tadjik jeudi à Astana. Les deux hommes ont parlé d’eau, de trains
et de la frontière avec leurs voisins. « Nos peuples se connaissent de longue date », a dit le chef de l’État
kazakh. Une commission se réunira au printemps à Douchanbé. Elle étudiera une ligne de fret entre Chymkent et
Khodjent, et la reconnaissance des diplômes. Les deux pays ont signé onze documents, pour 300 millions de
dollars."""


def feed(*items: str) -> Fetched:
    body = f"<rss version='2.0'><channel><title>Carrefour</title>{''.join(items)}</channel></rss>".encode()
    return Fetched("carrefour", NOW, CLAIM.source.url, "application/rss+xml", body, b"hash")


def item(guid: str, title: str, text: str) -> str:
    return (
        f"<item><guid>{guid}</guid><title>{title}</title><link>https://carrefour.example/{guid}</link>"
        f"<pubDate>Sun, 22 Nov 2026 08:00:00 GMT</pubDate><description>{text}</description></item>"
    )


def test_an_article_about_two_countries_is_tagged_with_them_and_no_other() -> None:
    reading = READ(CLAIM, feed(item("a", "Un sommet à Astana pour deux voisins", ARTICLE)), {})
    assert isinstance(reading, Reading)
    (described,) = reading.entries
    assert described.description.language == "fr"
    assert {tag.country for tag in described.description.tags} == {"KZ", "TJ"}
    for tag in described.description.tags:
        for evidence in tag.evidence:
            zone = described.entry.title if evidence.zone == "title" else described.entry.text
            assert evidence.surface in zone


def test_only_what_changed_is_read_again() -> None:
    first = READ(CLAIM, feed(item("a", "Titre un", "Texte."), item("b", "Titre deux", "Texte.")), {})
    assert isinstance(first, Reading)
    known = {one.entry.guid: one.entry.raw_hash for one in first.entries}
    again = READ(CLAIM, feed(item("a", "Titre un", "Texte."), item("b", "Titre changé", "Texte.")), known)
    assert isinstance(again, Reading)
    assert again.total == 2
    assert [one.entry.title for one in again.entries] == ["Titre changé"]


def test_what_is_no_feed_comes_back_as_a_failure_of_its_kind() -> None:
    page = Fetched("carrefour", NOW, CLAIM.source.url, "text/html", b"<html><p>Hello</p></html>", b"hash")
    failure = READ(CLAIM, page, {})
    assert isinstance(failure, SourceFailure)
    assert failure.state is SourceState.HTML_INSTEAD
    assert "text/html" in failure.message


def test_the_reader_travels_to_other_processes() -> None:
    assert pickle.loads(pickle.dumps(READ)) == READ


def test_the_operators_words_travel_to_worker_processes() -> None:
    words = (WordFile("KZ.toml", '[places]\nfr = ["Quorville"]\n'),)
    read = pickle.loads(pickle.dumps(ReadBody(Region(("fr",), words))))
    reading = read(CLAIM, feed(item("a", "Une école ouvre à Quorville", "Elle a deux étages.")), {})
    assert [tag.country for tag in reading.entries[0].description.tags] == ["KZ"]
