"""A made-up world of feeds for measuring: the same bytes for everybody, decided by a seed.

1,000 feeds of 30 entries in four languages, RSS and Atom, a third with full text. Words are drawn with a skew
as in real texts; each entry names places, so that tagging has its usual work; one entry in twelve is told by
another feed too, with the same link.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

ENTRIES = 30
BEGAN = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)

WORDS = {
    "en": "the of and to in for on with after over minister government region price water train harvest "
    "school market border election budget energy gas court police road city river winter summer "
    "company workers council report agreement talks visit project factory power museum festival team "
    "health hospital rail said announced opened closed signed began plans will new first last year "
    "month week million people",
    "fr": "le la les des une et dans pour avec sur après selon contre entre ministre gouvernement région "
    "prix eau train récolte école marché frontière élection budget énergie gaz tribunal police route "
    "ville fleuve hiver été entreprise ouvriers conseil rapport accord visite projet usine musée "
    "festival équipe santé hôpital rail annonce ouvre ferme signe commence prévoit nouveau première "
    "dernière année mois",
    "ru": "и в на по с для после против между от министр правительство область цена вода поезд урожай "
    "школа рынок граница выборы бюджет энергия газ суд полиция дорога город река зима лето компания "
    "рабочие совет доклад соглашение переговоры визит проект завод музей фестиваль команда здоровье "
    "больница заявил открыл закрыл подписал начал планирует новый первый последний год месяц неделя "
    "миллион",
    "kk": "және мен үшін туралы кейін қарсы арасында бойынша министр үкімет облыс баға су пойыз егін "
    "мектеп нарық шекара сайлау бюджет энергия газ сот полиция жол қала өзен қыс жаз компания "
    "жұмысшы кеңес есеп келісім сапар жоба зауыт мұражай фестиваль команда денсаулық аурухана темір "
    "айтты ашылды жабылды бастады жоспар жаңа бірінші соңғы жыл ай апта миллион адам",
}
PLACES = {
    "en": "Almaty Astana Bishkek Osh Tashkent Samarkand Dushanbe Khujand Ashgabat Kabul Moscow Beijing "
    "Ankara",
    "fr": "Almaty Astana Bichkek Och Tachkent Samarcande Douchanbé Achgabat Kaboul Moscou Pékin Paris Ankara",
    "ru": "Алматы Астане Бишкеке Оше Ташкенте Самарканде Душанбе Худжанде Ашхабаде Кабуле Москве Пекине",
    "kk": "Алматыда Астанада Бішкекте Ташкентте Душанбеде Ашхабадта Кабулда Мәскеуде Шымкентте Ақтауда",
}


@dataclass(frozen=True, slots=True)
class Story:
    """One entry, as text."""

    guid: str
    link: str
    title: str
    summary: str
    content: str
    published: datetime


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed of the world, at some round."""

    number: int
    language: str
    atom: bool
    stories: tuple[Story, ...]

    @property
    def path(self) -> str:
        return f"/feed/{self.number}.xml"

    def render(self) -> bytes:
        return (_atom(self) if self.atom else _rss(self)).encode()


def host(number: int) -> str:
    """Every feed has a loopback address of its own, as every source has its own host."""
    return f"127.1.{number // 250}.{number % 250 + 1}"


def feed(number: int, seed: int, added: int = 0) -> Feed:
    """Feed `number` after `added` new entries; the oldest fall off its end."""
    language = ("fr", "en", "ru", "kk")[number % 4]
    numbers = range(ENTRIES + added - 1, added - 1, -1)
    stories = tuple(made_up(number, language, each, seed) for each in numbers)
    return Feed(number, language, number % 5 >= 3, stories)


def changes(number: int, percent: int) -> bool:
    """Whether a feed is among the `percent` that have news."""
    return number % 100 < percent


def made_up(number: int, language: str, each: int, seed: int) -> Story:
    draw = random.Random(f"{seed}/{number}/{each}")
    words, places = WORDS[language].split(), PLACES[language].split()

    def sentence(length: int) -> str:
        drawn = [words[min(int(draw.expovariate(1 / 14)), len(words) - 1)] for _ in range(length)]
        drawn.insert(draw.randrange(length), draw.choice(places))
        drawn.insert(draw.randrange(length), f"{draw.choice('ABDKMNST')}{draw.choice(words)}")
        return " ".join(drawn).capitalize() + "."

    shared = draw.random() < 1 / 12
    address = f"news-{each}-{number // 8}" if shared else f"{number}-{each}"
    text = " ".join(sentence(draw.randint(8, 18)) for _ in range(7))[:600]
    content = ""
    if number % 3 == 0:
        paragraphs = (f"<p>{sentence(40)} <a href='/topic/{each}'>{sentence(3)}</a></p>" for _ in range(10))
        content = f"<div class='entry' onclick='x()'>{''.join(paragraphs)}<script>t()</script></div>"
    return Story(
        guid=f"tag:w,2026:{number}/{each}",
        link=f"http://{'wire.example' if shared else f'site-{number}.example'}/{address}?utm_source=rss",
        title=sentence(draw.randint(5, 9)),
        summary=f"<p>{text}</p>",
        content=content,
        published=BEGAN - timedelta(hours=48) + timedelta(minutes=each * 60 + number % 60),
    )


def _rss(feed: Feed) -> str:
    items = "".join(
        f'<item><guid isPermaLink="false">{escape(story.guid)}</guid><title>{escape(story.title)}</title>'
        f"<link>{escape(story.link)}</link><pubDate>{format_datetime(story.published)}</pubDate>"
        f"<dc:creator>Desk {feed.number}</dc:creator><category>News</category>"
        f"<description>{escape(story.summary)}</description>"
        + (f"<content:encoded><![CDATA[{story.content}]]></content:encoded>" if story.content else "")
        + "</item>"
        for story in feed.stories
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Feed {feed.number}</title><link>http://site-{feed.number}.example/</link>"
        f"<description>News</description><language>{feed.language}</language>{items}</channel></rss>"
    )


def _atom(feed: Feed) -> str:
    entries = "".join(
        f"<entry><id>{escape(story.guid)}</id><title>{escape(story.title)}</title>"
        f'<link href="{escape(story.link)}"/><published>{story.published.isoformat()}</published>'
        f"<updated>{story.published.isoformat()}</updated><author><name>Desk {feed.number}</name></author>"
        f'<summary type="html">{escape(story.summary)}</summary>'
        + (f'<content type="html">{escape(story.content)}</content>' if story.content else "")
        + "</entry>"
        for story in feed.stories
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
        f'xml:lang="{feed.language}"><id>tag:w,2026:{feed.number}</id><title>Feed {feed.number}</title>'
        f"<updated>{feed.stories[0].published.isoformat()}</updated>{entries}</feed>"
    )
