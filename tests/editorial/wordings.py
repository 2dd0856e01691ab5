"""Pairs of invented entries that tell one text, or two: (title, text) of each, with language and script."""

from __future__ import annotations

from typing import NamedTuple


class Pair(NamedTuple):
    """Two entries."""

    language: str
    one: tuple[str, str]
    other: tuple[str, str]
    script: str = "Cyrl"


BUSES = (
    "Бишкек закупит сто электробусов до конца года",
    (
        "Мэрия Бишкека закупит сто электробусов до конца года, сообщил вице-мэр Нурлан Асанов. По его "
        "словам, тендер объявят в апреле, а первые машины придут из Китая в августе. Старые троллейбусы "
        "передадут в Ош и Джалал-Абад, где парк изношен почти полностью. Расходы оцениваются в сорок "
        "миллионов долларов, половину даст банк развития."
    ),
)
WIND = (
    "Uzbekistan opens first wind farm near Bukhara",
    (
        "Uzbekistan has opened its first wind farm in the desert north of Bukhara, the energy ministry said "
        "on Friday. The plant has fifty turbines and will supply a quarter of a million homes. A company "
        "from the Gulf built it in three years and will run it for twenty-five. Officials say two more "
        "farms will follow in Karakalpakstan and Navoi before the end of next year."
    ),
)
SCHOOL = (
    "Au Kirghizstan, une école sans murs",
    (
        "Dans la vallée de Naryn, l'institutrice Aïgoul Toktogoulova suit ses élèves d'un pâturage à "
        "l'autre. Sa classe tient dans deux yourtes et un coffre de livres. Le ministère lui promet un "
        "poste fixe depuis quatre ans, sans jamais répondre à ses lettres."
    ),
)
WEATHER_ZH = (
    "阿拉木图明日气温将降至零下五度",
    "据气象部门消息，阿拉木图明日白天多云，夜间有小雪，气温将降至零下五度，风力三级。市政府提醒司机。",
)


def template(title: str, text: str, one: dict[str, str], other: dict[str, str], language: str = "ru") -> Pair:
    """Two entries made from one template."""
    first, second = ((title.format(**fill), text.format(**fill)) for fill in (one, other))
    return Pair(language, first, second)


SAME = {
    "copy": Pair("ru", BUSES, BUSES),
    "dateline and call to subscribe": Pair(
        "ru",
        BUSES,
        (
            BUSES[0],
            f"БИШКЕК, 3 мар – АКИ. {BUSES[1]} Подписывайтесь на наш канал и узнавайте новости первыми.",
        ),
    ),
    "teaser": Pair("ru", BUSES, (BUSES[0], f"{BUSES[1][:130]}…")),
    "short teaser": Pair("ru", BUSES, (BUSES[0], f"{BUSES[1][:60]}…")),
    "title alone against the whole": Pair("ru", BUSES, (BUSES[0], "")),
    "long titles alone": Pair(
        "en",
        ("Kyrgyz parliament approves law banning plastic bags from next January", ""),
        ("Kyrgyz parliament approves law banning plastic bags from next January", ""),
    ),
    "other headline": Pair("ru", BUSES, ("В столице появятся новые автобусы на батареях", BUSES[1])),
    "other headline over a teaser": Pair(
        "ru", BUSES, ("В столице появятся новые автобусы на батареях", BUSES[1][:260])
    ),
    "no title": Pair("ru", BUSES, ("", f"{BUSES[0]}. {BUSES[1]}")),
    "no title, but a dateline": Pair("ru", BUSES, ("", f"{BUSES[0]}. БИШКЕК, АКИ. {BUSES[1]}")),
    "light edits": Pair(
        "ru",
        BUSES,
        (
            BUSES[0],
            BUSES[1].replace("сообщил", "рассказал").replace("почти полностью", "на девяносто процентов"),
        ),
    ),
    "decorated title": Pair("en", WIND, (f"UPDATE: {WIND[0]} | Daily Steppe", WIND[1])),
    "first sentence dropped": Pair("en", WIND, (WIND[0], WIND[1].partition(". ")[2])),
    "capitals": Pair("en", WIND, (WIND[0].upper(), WIND[1].upper())),
    "one word of the title replaced": Pair(
        "en", WIND, ("Uzbekistan launches first wind farm near Bukhara", WIND[1])
    ),
    "nearly and about": Pair(
        "en",
        ("Nearly 50 turbines turn in the desert north of Bukhara", WIND[1]),
        ("About 50 turbines turn in the desert north of Bukhara", WIND[1]),
    ),
    "French with other apostrophes": Pair(
        "fr",
        SCHOOL,
        (SCHOOL[0], SCHOOL[1].replace("'", "’").replace("Dans la vallée", "NARYN — Dans la vallée")),
    ),
    "Chinese teaser": Pair("zh", WEATHER_ZH, (WEATHER_ZH[0], WEATHER_ZH[1][:28]), "Hani"),
    "Uzbek in two scripts": Pair(
        "uz",
        (
            "Ўзбекистонда биринчи шамол электр станцияси ишга туширилди",
            (
                "Бухоро вилояти чўлида мамлакатдаги биринчи шамол электр станцияси ишга туширилди, дейилади "
                "Энергетика вазирлиги хабарида. Станция эллик турбинадан иборат бўлиб, чорак миллион "
                "хонадонни таъминлайди."
            ),
        ),
        (
            "Oʻzbekistonda birinchi shamol elektr stansiyasi ishga tushirildi",
            (
                "Buxoro viloyati choʻlida mamlakatdagi birinchi shamol elektr stansiyasi ishga tushirildi, "
                "deyiladi Energetika vazirligi xabarida. Stansiya ellik turbinadan iborat boʻlib, chorak "
                "million xonadonni taʼminlaydi."
            ),
        ),
    ),
    "Kazakh in two scripts": Pair(
        "kk",
        (
            "Қазақстанда алғашқы жел электр станциясы іске қосылды",
            (
                "Маңғыстау облысында елдегі алғашқы жел электр станциясы іске қосылды, деп хабарлады "
                "Энергетика министрлігі. Станция елу турбинадан тұрады және ширек миллион үйді қамтамасыз "
                "етеді."
            ),
        ),
        (
            "Qazaqstanda alğaşqy jel elektr stansiasy ıske qosyldy",
            (
                "Mañğystau oblysynda eldegı alğaşqy jel elektr stansiasy ıske qosyldy, dep habarlady "
                "Energetika ministrlıgı. Stansia elu turbinadan tūrady jäne şirek million üidı qamtamasyz "
                "etedı."
            ),
        ),
    ),
    "a toll that has risen in a long text": Pair(
        "en",
        (
            "Landslide buries village in Badakhshan",
            (
                f"A landslide has killed 14 people in Badakhshan. {' '.join(WIND[1] for _ in range(2))} In "
                "2014 and 2021 there were others; 300 houses, 12 schools and 5 bridges are in danger, and "
                f"900 people were moved. {BUSES[1]}"
            ),
        ),
        (
            "Landslide buries village in Badakhshan",
            (
                f"A landslide has killed 19 people in Badakhshan. {' '.join(WIND[1] for _ in range(2))} In "
                "2014 and 2021 there were others; 300 houses, 12 schools and 5 bridges are in danger, and "
                f"900 people were moved. {BUSES[1]}"
            ),
        ),
    ),
}

DIFFERENT = {
    "two treaties ratified on one day": template(
        "Казахстан ратифицировал договор с {c}",
        "Сенат ратифицировал договор между Казахстаном и {c} о взаимной выдаче лиц. Документ направлен на "
        "подпись президенту, сообщает пресс-служба палаты.",
        {"c": "Италией"},
        {"c": "Хорватией"},
    ),
    "two agreements in longer reports": template(
        "Сенат ратифицировал соглашение с {a}",
        "На пленарном заседании депутаты Сената ратифицировали соглашение между правительством Казахстана и "
        "правительством {b} о сотрудничестве в области туризма. Документ представил министр культуры. По "
        "его словам, соглашение направлено на развитие двусторонних связей и обмен опытом между "
        "организациями отрасли.",
        {"a": "Сербией", "b": "Сербии"},
        {"a": "Вьетнамом", "b": "Вьетнама"},
    ),
    "rates of two days": template(
        "Официальный курс доллара на {d} марта",
        "Национальный банк установил официальный курс доллара на {d} марта 2026 года: {x} тенге. Курс евро "
        "составил {y} тенге.",
        {"d": "12", "x": "449,52", "y": "512,40"},
        {"d": "13", "x": "451,07", "y": "513,93"},
    ),
    "rates under one title": template(
        "Курсы валют",
        "Национальный банк установил официальные курсы валют: доллар {x} тенге, евро {y} тенге, рубль 5,11 "
        "тенге.",
        {"x": "449,52", "y": "512,40"},
        {"x": "451,07", "y": "513,93"},
    ),
    "weather of two regions": template(
        "Прогноз погоды по {r} области",
        "В понедельник в {r} области ожидается переменная облачность без осадков, ветер северо-западный {w} "
        "метров в секунду, температура ночью {t} градусов, днем тепло.",
        {"r": "Алматинской", "w": "5", "t": "3"},
        {"r": "Туркестанской", "w": "7", "t": "11"},
    ),
    "two matches": template(
        "{h} beat {g} {s} in Premier League",
        "{h} beat {g} {s} in the thirteenth round of the Premier League on Sunday. The winning goal was "
        "scored in the {m}th minute before a crowd of {n} people.",
        {"h": "Kairat", "g": "Astana", "s": "2-1", "m": "87", "n": "18,000"},
        {"h": "Tobol", "g": "Ordabasy", "s": "3-0", "m": "12", "n": "6,000"},
        "en",
    ),
    "two earthquakes of one magnitude": template(
        "{p} 4,2 magnitudali zilzila sezildi",
        "Seysmologlar maʼlumotiga koʻra, bugun {p} 4,2 magnitudali zilzila sezildi. Vayronagarchilik va "
        "jabrlanganlar haqida maʼlumot yoʻq.",
        {"p": "Toshkentda"},
        {"p": "Andijonda"},
        "uz",
    ),
    "calls to two presidents": template(
        "Президент провел телефонный разговор с {a}",
        "Состоялся телефонный разговор главы государства с президентом {c} {n}. Стороны обсудили "
        "перспективы двустороннего сотрудничества и график предстоящих встреч.",
        {"a": "Эрдоганом", "c": "Турции", "n": "Реджепом Эрдоганом"},
        {"a": "Алиевым", "c": "Азербайджана", "n": "Ильхамом Алиевым"},
    ),
    "a visit and a call": Pair(
        "ru",
        (
            "Токаев встретился с премьером Грузии",
            (
                "Президент Казахстана принял премьер-министра Грузии. В ходе встречи обсуждены торговля и "
                "транзит."
            ),
        ),
        (
            "Токаев поговорил по телефону с премьером Грузии",
            (
                "Президент Казахстана провел телефонный разговор с премьер-министром Грузии. В ходе "
                "разговора обсуждены визиты и логистика."
            ),
        ),
    ),
    "greetings to two presidents": template(
        "Токаев поздравил президента {c} с Днем независимости",
        "Глава государства направил телеграмму поздравления президенту {c} по случаю Дня независимости. В "
        "послании выражена уверенность, что сотрудничество двух стран будет и впредь укрепляться на благо "
        "народов.",
        {"c": "Эстонии"},
        {"c": "Латвии"},
    ),
    "two bills of one cabinet": template(
        "Cabinet submits {b} bill to parliament",
        "The cabinet has submitted a bill on the use of {b} to parliament, the government press service "
        "reported on Tuesday. The bill will be considered in the first reading next week.",
        {"b": "water"},
        {"b": "energy"},
        "en",
    ),
    "two indicators of one bulletin": template(
        "{i} of Kazakhstan rise in the first quarter",
        "{i} of Kazakhstan rose in the first quarter of the year, the statistics bureau reported on "
        "Tuesday. Growth was recorded in trade with China, Russia and Italy. The bureau will publish "
        "revised figures next month.",
        {"i": "Exports"},
        {"i": "Imports"},
        "en",
    ),
    "two strikes": template(
        "Grève des {w} à {p}",
        "Les {w} de {p} sont en grève depuis lundi pour réclamer une hausse des salaires. La direction a "
        "promis d'ouvrir des négociations dans la semaine, selon les médias locaux.",
        {"w": "mineurs", "p": "Jezkazgan"},
        {"w": "pétroliers", "p": "Janaozen"},
        "fr",
    ),
    "two sentences of one court": template(
        "Gericht in Duschanbe verurteilt Journalisten zu {y} Jahren Haft",
        "Ein Gericht in Duschanbe hat den Journalisten {n} zu {y} Jahren Haft verurteilt. Ihm wurde "
        "Beleidigung der Behörden vorgeworfen.",
        {"y": "sieben", "n": "Abdullo Saidow"},
        {"y": "neun", "n": "Rustam Karimow"},
        "de",
    ),
    "two obituaries": template(
        "Скончался народный артист Казахстана {n}",
        "Скончался народный артист Казахстана {n}. Об этом сообщили в министерстве культуры. Прощание "
        "пройдет в пятницу в театре. Коллеги вспоминают его как талантливого актера и доброго человека.",
        {"n": "Марат Ахметов"},
        {"n": "Болат Сулейменов"},
    ),
    "two appointments": template(
        "{n} облысы әкімінің орынбасары болып тағайындалды",
        "Қазақстан үкіметінің қаулысымен {n} облысы әкімінің орынбасары болып тағайындалды, деп хабарлайды "
        "баспасөз қызметі.",
        {"n": "Асқар Серікұлы Ақтөбе"},
        {"n": "Ерлан Мұратұлы Атырау"},
        "kk",
    ),
    "claim and denial": Pair(
        "en",
        (
            "Tajikistan to close border with Afghanistan",
            "Tajikistan will close its border with Afghanistan from Monday, the border service said.",
        ),
        (
            "Tajikistan denies plans to close border with Afghanistan",
            "Tajikistan will not close its border with Afghanistan, the border service said on Monday.",
        ),
    ),
    "claim and denial in titles alone": Pair(
        "ru",
        ("МИД Узбекистана подтвердил гибель граждан республики в аварии под Самарой", ""),
        ("МИД Узбекистана не подтвердил гибель граждан республики в аварии под Самарой", ""),
    ),
    "one column on two days": Pair(
        "ru",
        (
            "Происшествия за сутки в Душанбе и районах республиканского подчинения",
            "Ночью на улице Рудаки сгорел склад, пострадавших нет. Двое подростков нашлись живыми.",
        ),
        (
            "Происшествия за сутки в Душанбе и районах республиканского подчинения",
            "Инспекторы задержали водителя без прав. В Варзобе сошла лавина, дорога перекрыта.",
        ),
    ),
    "a title that says little": Pair("en", ("News in brief", ""), ("News in brief", "")),
    "a title that says little, with texts": Pair(
        "en",
        ("News in brief", "The mayor opened a bridge. A school was closed after a flood."),
        ("News in brief", "The court postponed the hearing. Wheat prices fell on the exchange."),
    ),
    "one notice under two articles": Pair(
        "ru",
        (
            "В Бишкеке открыли новую школу на тысячу мест",
            "Подписывайтесь на наш канал в Телеграме, чтобы первыми узнавать главные новости страны и мира.",
        ),
        (
            "На трассе Ош – Исфана столкнулись три автомобиля",
            "Подписывайтесь на наш канал в Телеграме, чтобы первыми узнавать главные новости страны и мира.",
        ),
    ),
    "two turns of one affair on the same background": template(
        "{t}",
        "{l} Напомним, трагедия произошла в общежитии в ноябре прошлого года. Тогда в здании начался пожар, "
        "погибли два человека, еще семеро пострадали. Причиной назвали неисправную проводку. Суд приговорил "
        "коменданта к трем годам ограничения свободы, директор колледжа уволился.",
        {
            "t": "Родители погибшего студента потребовали нового расследования",
            "l": "Родители погибшего студента обратились в Генпрокуратуру с требованием назначить новое "
            "расследование и допросить преподавателей.",
        },
        {
            "t": "Колледж после пожара оштрафовали на миллион",
            "l": "Специализированный суд признал колледж виновным в нарушении правил безопасности и "
            "назначил штраф в миллион сомов, решение еще не вступило в силу.",
        },
    ),
    "visits of two ministers in Persian": Pair(
        "fa",
        (
            "وزیر خارجه تاجیکستان با همتای چینی خود دیدار کرد",
            (
                "وزیر خارجه تاجیکستان روز دوشنبه در دوشنبه با همتای چینی خود دیدار و درباره همکاری‌های "
                "اقتصادی گفتگو کرد."
            ),
        ),
        (
            "وزیر خارجه تاجیکستان با همتای ترکی خود دیدار کرد",
            (
                "وزیر خارجه تاجیکستان روز سه‌شنبه در آنکارا با همتای ترکی خود دیدار و درباره همکاری‌های "
                "نظامی گفتگو کرد."
            ),
        ),
        "Arab",
    ),
    "weather of two cities in Chinese": Pair(
        "zh",
        (
            "阿拉木图明日气温将降至零下五度",
            "据气象部门消息，阿拉木图明日白天多云，夜间有小雪，气温将降至零下五度，风力三级。",
        ),
        (
            "塔什干明日气温将升至十二度",
            "据气象部门消息，塔什干明日白天晴朗，夜间多云，气温将升至十二度，风力二级。",
        ),
        "Hani",
    ),
    "nothing": Pair("en", ("", ""), ("", "")),
    "one letter": Pair("en", ("a", "a"), ("a", "a")),
}
