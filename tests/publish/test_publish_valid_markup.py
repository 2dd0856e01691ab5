"""The rules for HTML in entries, and for archives of several documents."""

from __future__ import annotations

import pytest

from tests.feed_rules import documents, markup
from tests.feed_rules.fault import rules
from tests.feed_rules.specimens import ATOM, BASE

GOOD = [
    '<p lang="fr">Des <em>mots</em>, <a href="https://a.example/?q=1&amp;r=2" rel="nofollow">lien</a>.</p>',
    '<p dir="rtl" lang="fa">سلام بر همه</p>',
    "<ul><li><bdi>روزنامه</bdi> (Persian)</li></ul>",
    '<p><img src="https://a.example/a.jpg" width="2" height="1" alt=""></p>',
    '<table><thead><tr><th colspan="2">a</th></tr></thead><tbody><tr><td>b</td></tr></tbody></table>',
    '<p><a href="mailto:desk@a.example">Write</a></p>',
    "<p>1 &lt; 2 &amp; 3 &gt; 2</p>",
]


@pytest.mark.parametrize("content", GOOD)
def test_plain_markup_passes(content: str) -> None:
    assert markup.faults(content) == ()


@pytest.mark.parametrize(
    ("rule", "content"),
    [
        ("NotBlank", " "),
        ("TooLong", "a" * 200_001),
        ("DeepMarkup", "<div>" * 400 + "a" + "</div>" * 400),
        ("NotHtml", "<p>a</b></p>"),
        ("NotHtml", "<div>open"),
        ("NotHtml", "<b>a<p>b</b></p>"),
        ("NotHtml", '<p lang="en" lang="fr">a</p>'),
        ("NotHtml", "<p>a &bogus; b</p>"),
        ("NotHtml", "<p>a <3 b</p>"),
        ("NotHtml", "<table><p>a</p></table>"),
        ("NotHtml", "<p>&#0;</p>"),
        ("MarkupComment", "<p>a</p><!-- b -->"),
        ("BidiControl", "<p>a &#x202e; b</p>"),
        ("BidiControl", '<p><a href="https://a.example/" title="&#x202e;b">b</a></p>'),
        ("BadCharacters", "<p>a\ufffd</p>"),
        ("SecurityRisk", "<script>alert(1)</script>"),
        ("SecurityRisk", "<style>p{}</style>"),
        ("SecurityRisk", '<iframe src="https://a.example/"></iframe>'),
        ("SecurityRisk", '<object data="https://a.example/"></object>'),
        ("SecurityRisk", "<embed>"),
        ("SecurityRisk", '<form action="https://a.example/"></form>'),
        ("SecurityRisk", "<input>"),
        ("SecurityRisk", '<meta http-equiv="refresh" content="0">'),
        ("SecurityRisk", '<base href="https://a.example/">'),
        ("SecurityRisk", "<svg><a></a></svg>"),
        ("SecurityRisk", "<math><mi>a</mi></math>"),
        ("SecurityRisk", '<video src="https://a.example/"></video>'),
        ("SecurityRiskAttr", '<p onclick="alert(1)">a</p>'),
        (
            "SecurityRiskAttr",
            '<img src="https://a.example/a.jpg" onerror="alert(1)" alt="" width="1" height="1">',
        ),
        ("SecurityRiskAttr", '<p class="ad">a</p>'),
        ("SecurityRiskAttr", '<p id="main">a</p>'),
        ("DangerousStyleAttr", '<p style="position:fixed">a</p>'),
        ("Scriptable", '<a href="javascript:alert(1)">a</a>'),
        ("Scriptable", '<a href=" jAvA\nscript:alert(1)">a</a>'),
        ("Scriptable", '<a href="data:text/html,a">a</a>'),
        ("Scriptable", '<img src="data:image/png;base64,AA==" alt="" width="1" height="1">'),
        ("InvalidLink", '<a href="tel:1">a</a>'),
        ("ContainsRelRef", '<a href="//a.example/">a</a>'),
        ("InvalidLink", '<a href="https:///a">a</a>'),
        ("InvalidLink", '<img src="https://a.example/a b.jpg" alt="" width="1" height="1">'),
        ("ContainsRelRef", '<a href="/a">a</a>'),
        ("ContainsRelRef", '<a href="">a</a>'),
        ("ContainsRelRef", '<img src="a.jpg" alt="" width="1" height="1">'),
        ("ContainsRelRef", '<blockquote cite="a.html">a</blockquote>'),
        ("MissingAttribute", '<p><img src="https://a.example/a.jpg" alt=""></p>'),
        ("MisusedAttribute", '<ol start="one"><li>a</li></ol>'),
        ("MisusedAttribute", '<p dir="left">a</p>'),
        ("MisusedAttribute", '<p lang="fr_FR">a</p>'),
        ("MissingDir", "<p>سلام بر همه</p>"),
        ("WrongDir", '<p dir="ltr">سلام بر همه</p>'),
        ("WrongDir", '<div dir="ltr"><p>Salam <b>سلام بر همه</b></p></div>'),
    ],
)
def test_a_fault_in_markup_is_named(rule: str, content: str) -> None:
    assert rule in rules(list(markup.faults(content)))


def archives(**changes: str) -> dict[str, bytes]:
    """A current document and two archives, as `feeds/kz…`."""
    links = {
        "feeds/kz.atom": {"prev-archive": "kz/2"},
        "feeds/kz/2.atom": {"prev-archive": "kz/1", "current": "kz"},
        "feeds/kz/1.atom": {"next-archive": "kz/2", "current": "kz"},
    }
    files = {}
    for number, (path, targets) in enumerate(links.items()):
        written = "".join(
            f'<link rel="{one}" href="{BASE}/feeds/{target}.atom"/>' for one, target in targets.items()
        )
        archive = "" if path == "feeds/kz.atom" else "<fh:archive/>"
        document = ATOM.replace(
            '<link rel="prev-archive" href="https://news.example.org/region/feeds/kz/1.atom"/>', ""
        )
        document = document.replace("<generator>", f"{archive}{written}<generator>").replace(
            ":story/", f":story/{number}"
        )
        files[path] = document.replace('feeds/kz.atom"', path + '"', 1)
    for path, (old, new) in ((path, change.split(" -> ")) for path, change in changes.items()):
        key = {"current": "feeds/kz.atom", "second": "feeds/kz/2.atom", "first": "feeds/kz/1.atom"}[path]
        assert old in files[key]
        files[key] = files[key].replace(old, new)
    return {path: document.encode() for path, document in files.items()}


def test_a_whole_chain_of_archives_passes() -> None:
    assert documents.chain_faults(archives(), BASE) == []


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("BrokenArchiveLink", {"current": "kz/2.atom -> kz/3.atom"}),
        ("ArchiveUnreachable", {"current": "kz/2.atom -> kz/3.atom"}),
        ("ArchiveReachedTwice", {"first": 'rel="next-archive" -> rel="prev-archive"'}),
        ("WrongCurrent", {"second": 'rel="current" -> rel="via"'}),
        ("BrokenArchiveLink", {"first": "kz/2.atom -> kz/7.atom"}),
        ("ArchivedTwice", {"first": "story/22 -> story/12"}),
    ],
)
def test_a_broken_chain_of_archives_is_named(rule: str, changes: dict[str, str]) -> None:
    assert rule in rules(documents.chain_faults(archives(**changes), BASE))
