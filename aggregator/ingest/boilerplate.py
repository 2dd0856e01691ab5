"""What sites put around a text and that is not the text: footers, paywall lines, pointers to other articles.

A short table of what is seen at many sites. Lines that one site repeats under each article are not for a
table.
"""

from __future__ import annotations

import re

_LONGEST_LINE = 600
"""Characters: a longer block is a paragraph of the article, whatever words it begins with."""

_SHORTCODE = re.compile(
    r"\[/?(?:[a-z]+_[a-z_]+|caption|gallery|embed|audio|video|playlist|vc)\b[^\[\]]{0,1000}\]"
)
"""WordPress shortcodes that a missing plugin left in the text, `[mkd_separator class_name=""]`."""

_FOOTER = re.compile(
    r"(?:The post .{1,400}? (?:first appeared|appeared first) on"
    r"|L['’]article .{1,400}? est apparu en premier sur"
    r"|Der Beitrag .{1,400}? erschien zuerst auf"
    r"|(?:Сообщение|Запись) .{1,400}? появил(?:ись|ась|ось) сначала на"
    r") .{1,200}$",
    re.IGNORECASE | re.DOTALL,
)
"""WordPress's last line under an excerpt; it may stand at the end of a paragraph."""

_TO_OTHER_ARTICLES = (
    r"(?:see also|read also|also read|read more|related)\b\s*(?::|$|\.{3}|…|→|»).*",
    r"continue reading\b.*",
    r"(?:lire aussi|à lire aussi|lire la suite|voir aussi)\b.*",
    r"(?:lesen sie auch|mehr zum thema|siehe auch|weiterlesen)\b.*",
    r"(?:(?:читайте|смотрите) также|читать (?:далее|дальше)|(?:подробнее )?по теме)\b\s*(?::|$|…|→|»).*",
)
_PAYWALLS = (
    r"le reste de cet article est réservé aux abonné.*",
    r"(?:vous avez encore|il vous reste) \d+(?:[.,]\d+)?\s*% de cet article à (?:découvrir|lire).*",
    r"(?:déjà abonné|s['’]abonner)\b.*",
    r"(?:the rest of )?this (?:article|story) is [\w ]{0,20}(?:for|to) [\w ]{0,9}(?:subscrib|memb)ers.*",
    r"(?:already a (?:subscriber|member)|(?:subscribe|log in)(?: now)? to (?:read|continue))\b.*",
    r"(?:nur für abonnenten|jetzt abonnieren|bereits abonniert)\b.*",
    r"(?:полный текст|продолжение|материал) (?:доступ\w+ )?(?:только )?(?:для|по) подпис.*",
)
_BUTTON = r"(?:share|copy link|facebook|tweet|print|telegram|whatsapp|tweets by \S+|x)"

_LINE = re.compile(
    "|".join([*_TO_OTHER_ARTICLES, *_PAYWALLS, rf"{_BUTTON}(?:[\s|·]+{_BUTTON})*"]),
    re.IGNORECASE | re.DOTALL,
)


def without_shortcodes(markup: str) -> str:
    """Text or markup without the shortcodes of a content management system."""
    return _SHORTCODE.sub(" ", markup) if "[" in markup else markup


def strip(block: str) -> str:
    """A paragraph's text without boilerplate: empty when it is nothing else, as it was when it has none."""
    text = block.strip()
    if len(text) <= _LONGEST_LINE and _LINE.fullmatch(text):
        return ""
    footer = _FOOTER.search(text)
    return text[: footer.start()].rstrip() if footer else block
