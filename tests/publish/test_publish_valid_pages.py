"""The rules for pages themselves: a faultless page passes, and each fault is named."""

from __future__ import annotations

import pytest

from tests.feed_rules.fault import rules
from tests.site_rules import Site

BASE = "https://news.example.org/region"
PAGE = """<!doctype html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Steppe News</title>
<link rel="canonical" href="https://news.example.org/region/en/">
<link rel="alternate" hreflang="x-default" href="https://news.example.org/region/">
<link rel="stylesheet" href="/region/style.css?v=1">
<script src="/region/enhance.js" defer></script>
</head>
<body>
<a href="#main">Skip to the content</a>
<header><p><a href="/region/">Steppe News</a></p>
<nav aria-label="Countries"><ul><li><a href="/region/country/kz.html">Kazakhstan</a></li></ul></nav>
<form action="/region/en/search" role="search" aria-label="Search">
<label for="words">Words</label> <input id="words" name="q"> <button>Search</button>
<label>Country <select name="country"><option value="">Any</option></select></label>
</form></header>
<main id="main">
<h1>Stories</h1>
<article><h2 lang="fa" dir="rtl"><a href="https://herat.example/1">سلام بر همه</a></h2>
<a href="/region/en/story/5">
<img src="/region/img/a.jpg" srcset="/region/img/a.jpg 2w" alt="A canal" width="2" height="1"></a>
<p>By <bdi>روزنامه</bdi>. <a href="/region/en/search?q=water" aria-describedby="note">More</a></p>
<table><tr><th scope="col">Day</th></tr><tr><td>Monday</td></tr></table>
<p id="note">Note. <a href="mailto:desk@example.org">Write</a>, <a href="#note">here</a></p></article>
</main>
<footer><p><a href="/region/feeds/kz+tj-in-ru.atom">Feed</a></p></footer>
</body>
</html>
"""
FILES = {"country/kz.html": PAGE, "style.css": "", "enhance.js": "", "img/a.jpg": "", "en/index.html": PAGE}


def faults(page: str) -> set[str]:
    site = Site({path: one.encode() for path, one in {**FILES, "index.html": page}.items()}, BASE)
    return rules(site.faults().get("index.html", []))


def test_a_faultless_page_passes() -> None:
    assert faults(PAGE) == set()


@pytest.mark.parametrize(
    ("rule", "old", "new"),
    [
        ("TooLarge", "Monday", "Monday " * 30_000),
        ("InvalidHtml", "<!doctype html>", ""),
        ("InvalidHtml", "</h1>", "</h2>"),
        ("InvalidHtml", "<p>By", "<p>By &bogus;"),
        ("InvalidHtml", "</article>", "</article></div>"),
        ("InvalidHtml", "<h1>", '<h1 class="a" class="b">'),
        ("InvalidHtml", "<tr><td>", "<p>a</p><tr><td>"),
        ("BidiControl", "Monday", "\u202eMonday"),
        ("BadCharacters", "Monday", "Mond\ufffdy"),
        ("MissingLanguage", ' lang="en"', ""),
        ("MissingLanguage", ' dir="ltr"', ""),
        ("MissingTitle", "Steppe News</title>", "</title>"),
        ("MissingCharset", '<meta charset="utf-8">', ""),
        ("UnscalableViewport", "initial-scale=1", "user-scalable=no"),
        ("DuplicateCanonical", 'rel="alternate" hreflang="x-default"', 'rel="canonical"'),
        ("NotOneHeading", "<h1>Stories</h1>", ""),
        ("NotOneHeading", "<h1>Stories</h1>", "<h1>Stories</h1><h1>Others</h1>"),
        ("SkippedHeading", "<h1>Stories</h1>", "<h1>Stories</h1><h3>Others</h3>"),
        ("EmptyHeading", "<h1>Stories</h1>", "<h1> </h1>"),
        ("MissingLandmark", "<footer><p>", "<div><p>"),
        ("MissingLandmark", '<main id="main">', '<div id="main">'),
        ("UnnamedLandmark", ' aria-label="Countries"', ""),
        ("UnnamedLandmark", "</nav>", '</nav><nav aria-label="Countries"></nav>'),
        ("MissingSkipLink", 'href="#main"', 'href="#note"'),
        ("InvalidId", 'id="note"', 'id="main"'),
        ("InvalidId", 'id="note"', 'id=""'),
        ("BrokenReference", 'for="words"', 'for="word"'),
        ("BrokenReference", 'aria-describedby="note"', 'aria-describedby="notes"'),
        ("BrokenReference", 'href="#note"', 'href="#notes"'),
        ("BrokenReference", "country/kz.html", "country/kz.html#nowhere"),
        ("MissingName", "Skip to the content", ""),
        ("MissingName", "<button>Search", "<button>"),
        ("MissingName", '<label for="words">Words</label>', ""),
        ("MissingName", "<label>Country ", "<label>"),
        ("MissingName", 'alt="A canal"', 'alt=""'),
        ("MissingName", "<button>", '<input type="submit"><button>'),
        ("MissingName", '<th scope="col">Day', '<th scope="col">'),
        ("MissingName", "<h1>", "<svg></svg><h1>"),
        ("MissingAlt", ' alt="A canal"', ""),
        ("UnsizedPicture", ' width="2"', ""),
        ("ForbiddenElement", "</head>", "<style>p {}</style></head>"),
        ("ForbiddenElement", "</head>", '<base href="/region/"></head>'),
        ("ForbiddenElement", "</head>", '<meta http-equiv="refresh" content="5"></head>'),
        ("ForbiddenElement", "<h1>", '<iframe src="/region/"></iframe><h1>'),
        (
            "ForbiddenElement",
            "<h1>",
            '<svg aria-label="a"><script href="/region/enhance.js"></script></svg><h1>',
        ),
        ("InlineScript", "</head>", "<script>alert(1)</script></head>"),
        ("InlineScript", "<h1>", '<h1 onclick="alert(1)">'),
        ("InlineScript", "<h1>", '<h1 style="color:red">'),
        ("OpenerExposed", '<a href="https://herat', '<a target="_blank" href="https://herat'),
        ("ForcedOrder", "<h1>", '<h1 tabindex="1">'),
        ("ForcedOrder", "<button>", '<button accesskey="s">'),
        ("InvalidLanguage", 'lang="fa"', 'lang="persian"'),
        ("WrongDir", ' dir="rtl"', ""),
        ("WrongDir", "<bdi>روزنامه</bdi>", "<span>روزنامه</span>"),
        ("ThirdParty", "/region/style.css?v=1", "https://cdn.example/style.css"),
        ("ThirdParty", 'src="/region/img/a.jpg"', 'src="//cdn.example/a.jpg"'),
        ("ThirdParty", 'srcset="/region/img/a.jpg 2w', 'srcset="https://cdn.example/a.jpg 2w'),
        ("ThirdParty", "/region/enhance.js", "https://cdn.example/enhance.js"),
        ("BrokenLink", 'src="/region/img/a.jpg"', 'src="/region/img/b.jpg"'),
        ("BrokenLink", "country/kz.html", "country/kaz.html"),
        ("BrokenLink", "en/story/5", "en/tale/5"),
        ("BrokenLink", "feeds/kz+tj-in-ru.atom", "feeds/kz+tj-in-ru.xml"),
        ("InvalidLink", "https://herat.example/1", "javascript:alert(1)"),
        ("InvalidLink", "https://herat.example/1", "https://herat.example/a b"),
        ("InvalidLink", "mailto:desk@example.org", "mailto:desk at example"),
    ],
)
def test_a_fault_in_a_page_is_named(rule: str, old: str, new: str) -> None:
    assert old in PAGE
    assert rule in faults(PAGE.replace(old, new, 1))
