"""Invented news as several outlets tell it, described and judged as a poll does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from aggregator.editorial import sketches
from aggregator.editorial.decide import Rules, decide
from aggregator.editorial.describe import shipped_describer
from aggregator.editorial.frequencies import Frequencies
from aggregator.model import Decisions, DescribedEntry, Entry, KnownEntry, Relation, Source

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LANGUAGES = ("fr", "en", "ru", "kk", "uz", "fa", "tr", "de")


class Told(NamedTuple):
    """A title and a text."""

    title: str
    text: str


DAM = {
    "fr": Told(
        "Kirghizstan : 12 morts dans la rupture d'un barrage près de Talas",
        "Le barrage de Kara-Boura a cédé dans la nuit de mardi près de Talas, au Kirghizstan. 12 "
        "personnes sont mortes et 3400 habitants ont été évacués, a annoncé le ministre des "
        "Situations d'urgence Ermek Assanbekov. Le président Sadyr Japarov s'est rendu sur place.",
    ),
    "en": Told(
        "Dam bursts near Talas in Kyrgyzstan, killing 12",
        "The Kara-Bura dam burst on Tuesday night near Talas in Kyrgyzstan. 12 people were killed"
        " and 3400 residents were evacuated, said emergencies minister Ermek Asanbekov. President"
        " Sadyr Japarov flew to the site.",
    ),
    "ru": Told(
        "Под Таласом прорвало плотину: 12 погибших",
        "Плотина Кара-Буура прорвалась в ночь на вторник под Таласом в Кыргызстане. Погибли 12 "
        "человек, 3400 жителей эвакуированы, сообщил министр по чрезвычайным ситуациям Эрмек "
        "Асанбеков. Президент Садыр Жапаров вылетел на место.",
    ),
    "kk": Told(
        "Қырғызстанда Талас маңында бөгет жарылып, 12 адам қаза тапты",
        "Талас маңындағы Қара-Бура бөгеті сейсенбіге қараған түні жарылды. 12 адам қаза тауып, "
        "3400 тұрғын эвакуацияланды, деді төтенше жағдайлар министрі Эрмек Асанбеков. Президент "
        "Садыр Жапаров оқиға орнына ұшып кетті.",
    ),
    "fa": Told(
        "شکستن سد در نزدیکی تالاس قرقیزستان ۱۲ کشته بر جا گذاشت",
        "سد قره‌بورا شامگاه سه‌شنبه در نزدیکی تالاس در قرقیزستان شکست. ارمک آسانبکوف، وزیر شرایط "
        "اضطراری، گفت ۱۲ نفر کشته و ۳۴۰۰ نفر تخلیه شده‌اند. صدیر جباروف، رئیس‌جمهور، به محل رفت.",
    ),
}
"""One event, told independently in five languages."""

OTHER_NEWS = (
    Told(
        "Казахстан увеличил экспорт пшеницы в Иран",
        "За октябрь Казахстан отгрузил в Иран 90 тысяч тонн пшеницы через порт Актау, сообщили в "
        "министерстве сельского хозяйства. Год назад было вдвое меньше.",
    ),
    Told(
        "Ouzbékistan : le métro de Tachkent inaugure une cinquième ligne",
        "La cinquième ligne du métro de Tachkent compte 9 stations et a coûté 700 millions de "
        "dollars. Les premiers passagers sont montés samedi matin à la station Yunusobod.",
    ),
    Told(
        "Turkmenistan signs gas contract with Azerbaijan",
        "Ashgabat will deliver 2 billion cubic metres of gas a year to Baku through Iran, the "
        "state news agency said. The contract runs until 2031.",
    ),
    Told(
        "Футболисты Таджикистана обыграли Вьетнам",
        "Сборная Таджикистана победила команду Вьетнама со счётом 3:1 в товарищеском матче в "
        "Душанбе. Два мяча забил Шахром Самиев.",
    ),
    Told(
        "Жапаров подписал закон о недрах",
        "Президент Кыргызстана Садыр Жапаров подписал закон о недропользовании, который запрещает"
        " добычу урана. Парламент принял его в сентябре.",
    ),
    Told(
        "دانشگاه کابل پذیرش دانشجو را آغاز کرد",
        "ثبت‌نام دانشجویان تازه در دانشگاه کابل از روز شنبه آغاز شد. ریاست دانشگاه می‌گوید امسال "
        "۴۵۰۰ نفر پذیرفته می‌شوند.",
    ),
    Told(
        "Алматыда жаңа кітапхана ашылды",
        "Алматының Медеу ауданында үш қабатты кітапхана ашылды. Онда 60 мың кітап бар, оқырмандар"
        " тегін кіре алады.",
    ),
)
"""Seven other events."""


def report(
    told: Told,
    source: str = "sun",
    guid: str = "1",
    *,
    age: float = 1,
    address: str = "",
    default_country: str | None = None,
    excluded: str = "",
    paywalled: bool = False,
    guessed: bool = False,
    raw: bytes = b"raw",
) -> DescribedEntry:
    """An entry as reading a body gives it; `age` in hours."""
    entry = Entry(
        source_id=source,
        guid=guid,
        raw_hash=raw,
        url=f"https://{address}" if address else "",
        canonical_url=address,
        title=told.title,
        text=told.text,
        html="",
        published=NOW - timedelta(hours=age),
        date_guessed=guessed,
        paywalled=paywalled,
        excluded=excluded,
    )
    outlet = Source(source, source, f"https://{source}.example/feed", default_country=default_country)
    return DescribedEntry(entry, shipped_describer(LANGUAGES).describe(entry, outlet))


def other_news() -> list[DescribedEntry]:
    """Entries about other events, of one source each: what goes on beside."""
    return [report(told, f"other{number}", age=5 + number) for number, told in enumerate(OTHER_NEWS)]


def stored(
    one: DescribedEntry, number: int, story: int | None = None, *, leads: bool = True, excluded: bool = False
) -> KnownEntry:
    """A drawn entry as the store would bring it back."""
    entry, says = one.entry, one.description
    return KnownEntry(
        id=number,
        source_id=entry.source_id,
        guid=entry.guid,
        canonical_url=entry.canonical_url,
        story_id=number if story is None else story,
        raw_hash=entry.raw_hash,
        shown_hash=says.shown_hash,
        published=entry.published,
        countries=frozenset(tag.country for tag in says.tags if not tag.by_default),
        mentioned=frozenset(tag.country for tag in says.mentions),
        keys=says.keys,
        title_key=says.title_key,
        excluded=excluded,
        language=says.language,
        leads=leads,
        fingerprint=says.fingerprint,
        terms=says.terms,
    )


def drawn(entries: Iterable[DescribedEntry]) -> list[DescribedEntry]:
    """Entries as they go into judgement."""
    return sketches.draw(list(entries), Frequencies())


def judge(
    arrivals: Iterable[DescribedEntry],
    known: Iterable[KnownEntry] = (),
    *,
    first: str = "",
    weights: Mapping[str, float] | None = None,
    outlets: Mapping[str, str] | None = None,
) -> Decisions:
    """The decisions on drawn entries."""
    rules = replace(Rules("test"), weights=weights or {}, outlets=outlets or {})
    first_polls = frozenset({first} - {""})
    return decide(arrivals, tuple(known), now=NOW, first_polls=first_polls, rules=rules)


def stories(decisions: Decisions) -> list[set[str]]:
    """The sources of each new story."""
    return [
        {founding.lead.entry.source_id, *(one.entry.entry.source_id for one in founding.followers)}
        for founding in decisions.foundings
    ]


def relations(decisions: Decisions) -> dict[str, Relation]:
    """How what does not lead a new story belongs to it, by source."""
    return {
        one.entry.entry.source_id: one.relation
        for founding in decisions.foundings
        for one in founding.followers
    }
