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

_COMMENTS = re.compile(
    r"(?:\d+\s+)?(?:commentaires?|kommentare?|комментари(?:и|й|ев)|comments?|leave a (?:reply|comment)"
    r"|laisser un commentaire|оставить комментарий|пікірлер|fikrlar|izohlar)(?:\s*\(?\d*\)?)\s*:?",
    re.IGNORECASE,
)
"""The heading under which readers speak: what follows is not the article."""

_TO_OTHER_ARTICLES = (
    r"(?:see also|read also|also read|read more|related)\b\s*(?::|$|\.{3}|…|→|»).*",
    r"continue reading\b.*",
    r"(?:lire aussi|à lire aussi|lire la suite|voir aussi)\b.*",
    r"(?:lesen sie auch|mehr zum thema|siehe auch|weiterlesen)\b.*",
    r"(?:(?:читайте|смотрите) также|читать (?:далее|дальше)|(?:подробнее )?по теме)\b\s*(?::|$|…|→|»).*",
)
_PAYWALL = re.compile(
    r"(?:^|(?<=[.!?…»\"”\])]\s))(?:"
    r"le reste de cet article est réservé aux abonné"
    r"|(?:vous avez encore|il vous reste) \d+(?:[.,]\d+)?\s*% de cet article à (?:découvrir|lire)"
    r"|(?:the rest of )?this (?:article|story) is [\w ]{0,20}(?:for|to) [\w ]{0,9}(?:subscrib|memb)ers"
    r"|(?:subscribe|log in)(?: now)? to (?:read|continue)\b"
    r"|(?:dieser (?:artikel|beitrag) ist )?nur für abonnenten\b"
    r"|(?:полный текст|продолжение|материал) (?:доступ\w+ )?(?:только )?(?:для|по) подпис"
    r")",
    re.IGNORECASE,
)
"""Says that the rest is for subscribers."""

_SUBSCRIBE = (
    r"(?:déjà abonné|s['’]abonner)\b.*",
    r"already a (?:subscriber|member)\b.*",
    r"(?:jetzt abonnieren|bereits abonniert)\b.*",
)
"""Invitations, which free articles have too."""
_BUTTON = r"(?:share|copy link|facebook|tweet|print|telegram|whatsapp|tweets by \S+|x)"

_LINE = re.compile(
    "|".join([*_TO_OTHER_ARTICLES, *_SUBSCRIBE, rf"{_BUTTON}(?:[\s|·]+{_BUTTON})*"]),
    re.IGNORECASE | re.DOTALL,
)


_POINTER = re.compile("|".join(_TO_OTHER_ARTICLES), re.IGNORECASE | re.DOTALL)

_SAYS_SO = (
    "de cet article", "this article is", "this story is", "to read", "to continue", "nur für abonnenten",
    "для подпис", "по подпис",
    "first appeared", "appeared first", "est apparu en premier", "erschien zuerst", "сначала на",
)  # fmt: skip
"""Of each pattern that may stand anywhere in a paragraph, words without which it does not match."""
_BEGINS = re.compile(
    r"(?:\d+\s+)?(?:comment|kommentar|комментари|leave a|laisser un|оставить|пікірлер|fikrlar|izohlar)"
    r"|see also|read also|also read|read more|related|continue reading"
    r"|lire |à lire |voir aussi|lesen sie|mehr zum|siehe auch|weiterlesen"
    r"|читайте |смотрите |читать |подробнее |по теме"
    r"|déjà |s['’]abonner|already a|jetzt abonnieren|bereits abonniert"
    r"|share|copy link|facebook|tweet|print|telegram|whatsapp|x(?!\w)"
)
"""How the lines begin that are boilerplate as a whole."""


def may_hold(text: str) -> bool:
    """False when no line of this text can match any pattern above: so it is with most articles."""
    lowered = text.lower()
    return any(map(_BEGINS.match, lowered.split("\n"))) or any(
        words in lowered.replace("\n", " ") for words in _SAYS_SO
    )


def without_shortcodes(markup: str) -> str:
    """Text or markup without the shortcodes of a content management system."""
    return _SHORTCODE.sub(" ", markup) if "[" in markup else markup


def opens_comments(block: str) -> bool:
    """Whether a paragraph is the heading of readers' comments."""
    return _COMMENTS.fullmatch(block.strip()) is not None


def points_elsewhere(block: str) -> bool:
    """Whether a paragraph points to other articles: the links that follow it are their titles."""
    return len(block) <= _LONGEST_LINE and _POINTER.fullmatch(block.strip()) is not None


def before_paywall(block: str) -> str | None:
    """A paragraph up to the sentence that says that the rest is for subscribers; None when none says so."""
    match = _PAYWALL.search(block)
    return None if match is None else block[: match.start()].rstrip()


def strip(block: str) -> str:
    """A paragraph's text without boilerplate: empty when it is nothing else, as it was when it has none."""
    text = block.strip()
    if len(text) <= _LONGEST_LINE and _LINE.fullmatch(text):
        return ""
    footer = _FOOTER.search(text)
    return text[: footer.start()].rstrip() if footer else block
