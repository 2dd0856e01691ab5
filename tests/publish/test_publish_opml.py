from __future__ import annotations

from lxml import etree

from aggregator.model import Selectors, Source
from aggregator.publish import opml


def test_the_list_names_every_feed_with_what_readers_of_it_need() -> None:
    content = opml.render(
        "News & <more>\x00",
        [
            Source(
                "a",
                "Ал \u202eа & co",
                "https://u:p@a.example/f?x=1&y",
                homepage="https://a.example",
                language="ru",
            ),
            Source("b", "B", "https://b.example/f"),
            Source("m", "Map", "https://m.example/s.xml", type="sitemap"),
            Source("p", "Page", "https://p.example/", type="html", selectors=Selectors("li")),
        ],
    )
    root = etree.fromstring(content)
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "News & <more>")
    one, two = (dict(outline.attrib) for outline in root.iter("outline"))
    assert one == {
        "type": "rss",
        "text": "Ал а & co",
        "title": "Ал а & co",
        "xmlUrl": "https://a.example/f?x=1&y",
        "htmlUrl": "https://a.example",
        "language": "ru",
    }
    assert two == {"type": "rss", "text": "B", "title": "B", "xmlUrl": "https://b.example/f"}


def test_what_lets_only_the_operator_in_is_not_listed() -> None:
    source = Source("a", "A", "https://u:p@a.example/f?token=abc&lang=ru")
    (outline,) = etree.fromstring(opml.render("T", [source])).iter("outline")
    assert outline.get("xmlUrl") == "https://a.example/f?lang=ru"
