"""What stands behind the links of the sample world: articles, home pages, pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from html import escape

from aggregator.demo import landscapes
from aggregator.demo.answer import Answer
from aggregator.demo.shapes import SHAPES
from aggregator.demo.world import Item, Outlet

RIGHT_TO_LEFT = frozenset({"ar", "fa", "ps", "ur"})
STYLE = (
    "body{font:1.1rem/1.6 Georgia,serif;max-width:38rem;margin:3rem auto;padding:0 1rem}img{max-width:100%}"
)


def answers(outlets: Sequence[Outlet], site: str, now: datetime) -> dict[str, Answer]:
    """Everything the world answers with, by path."""
    found = {"/": _page("en", "The sample world", _links((one.home_path, one.name) for one in outlets))}
    for outlet in outlets:
        if outlet.shape not in SHAPES:
            continue
        found[outlet.feed_path] = SHAPES[outlet.shape](outlet, site, now)
        found[outlet.home_path] = _home(outlet)
        for item in outlet.items:
            found[f"{outlet.home_path}{item.slug}"] = _article(outlet, item, now)
            if item.image:
                found[outlet.image_path(item)] = Answer(landscapes.jpeg(item.image, item.slug), "image/jpeg")
    return found


def _home(outlet: Outlet) -> Answer:
    listed = _links((outlet.article_path(item), item.title) for item in outlet.items)
    return _page(outlet.language, outlet.name, f"<p>{escape(outlet.description)}</p>{listed}")


def _article(outlet: Outlet, item: Item, now: datetime) -> Answer:
    when = item.moment(now)
    byline = (
        f'<p><time datetime="{when.isoformat()}">{when:%Y-%m-%d %H:%M} UTC</time> {escape(item.author)}</p>'
    )
    home = f'<p><a href="{outlet.home_path}">{escape(outlet.name)}</a></p>'
    return _page(outlet.language, item.title, f"{byline}\n{outlet.illustrated(item)}\n{home}")


def _links(pairs: Iterable[tuple[str, str]]) -> str:
    lines = "".join(f'<li><a href="{escape(path)}">{escape(text)}</a></li>\n' for path, text in pairs)
    return f"<ul>\n{lines}</ul>"


def _page(language: str, title: str, content: str) -> Answer:
    direction = "rtl" if language in RIGHT_TO_LEFT else "ltr"
    page = (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style></head>\n<body>\n<h1>{escape(title)}</h1>\n{content}\n</body>\n</html>\n"
    )
    return Answer(page.encode(), "text/html; charset=utf-8")
