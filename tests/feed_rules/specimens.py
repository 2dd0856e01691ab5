"""One faultless document in each format, to be spoilt in one place at a time."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
BASE = "https://news.example.org/region"
ATOM_PATH, RSS_PATH, JSON_PATH = (f"feeds/kz.{one}" for one in ("atom", "rss", "json"))

ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/css" href="https://news.example.org/region/feed.css"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fh="http://purl.org/syndication/history/1.0" xml:lang="en">
  <id>tag:example.org,2026:feed/kz</id>
  <title>Kazakhstan</title>
  <updated>2026-11-22T09:00:00.000002+00:00</updated>
  <author><name>Steppe News</name><uri>https://news.example.org/region/</uri></author>
  <link rel="self" type="application/atom+xml" href="https://news.example.org/region/feeds/kz.atom"/>
  <link rel="alternate" type="text/html" href="https://news.example.org/region/"/>
  <link rel="hub" href="https://hub.example/"/>
  <link rel="prev-archive" href="https://news.example.org/region/feeds/kz/1.atom"/>
  <generator>aggregator</generator>
  <subtitle>Told once.</subtitle>
  <entry xml:lang="kk">
    <id>tag:example.org,2026:story/2</id>
    <title>Canal reopened</title>
    <updated>2026-11-22T09:00:00.000002+00:00</updated>
    <published>2026-11-22T08:00:00+00:00</published>
    <author><name>Dala</name><uri>https://dala.example/</uri></author>
    <content type="html">&lt;div lang="kk" dir="ltr"&gt;&lt;p&gt;Water again.&lt;/p&gt;&lt;/div&gt;</content>
    <link rel="alternate" href="https://dala.example/2" hreflang="kk"/>
    <link rel="related" href="https://cols.example/2" hreflang="fr" title="Cols"/>
    <category term="KZ" scheme="urn:iso:std:iso:3166" label="Kazakhstan"/>
    <category term="water"/>
    <source>
      <id>https://dala.example/feed</id>
      <title>Dala</title>
      <updated>2026-11-22T08:00:00+00:00</updated>
      <link rel="self" href="https://dala.example/feed"/>
    </source>
  </entry>
  <entry>
    <id>tag:example.org,2026:story/1</id>
    <title type="html">Fewer &amp;lt;b&amp;gt; tags</title>
    <updated>2026-11-22T08:30:00Z</updated>
    <published>2026-11-22T08:00:00Z</published>
    <author><name>Cols</name></author>
    <content type="html">&lt;p&gt;Text.&lt;/p&gt;</content>
  </entry>
</feed>
"""

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0">
  <channel>
    <title>Kazakhstan</title>
    <link>https://news.example.org/region/</link>
    <description>Told once.</description>
    <atom:link href="https://news.example.org/region/feeds/kz.rss" rel="self" type="application/rss+xml"/>
    <docs>http://www.rssboard.org/rss-specification</docs>
    <generator>aggregator</generator>
    <image>
      <url>https://news.example.org/region/icon.png</url>
      <title>Kazakhstan</title>
      <link>https://news.example.org/region/</link>
      <width>96</width>
    </image>
    <language>en</language>
    <managingEditor>editor@example.org (The Editor)</managingEditor>
    <ttl>15</ttl>
    <lastBuildDate>Sun, 22 Nov 2026 09:00:00 +0000</lastBuildDate>
    <item>
      <title>Canal reopened &#x26; shared</title>
      <link>https://dala.example/2</link>
      <description>&lt;p&gt;Water again.&lt;/p&gt;</description>
      <content:encoded>&lt;p&gt;Water again, all day.&lt;/p&gt;</content:encoded>
      <dc:creator>Dala</dc:creator>
      <guid isPermaLink="false">tag:example.org,2026:story/2</guid>
      <category domain="urn:iso:std:iso:3166">KZ</category>
      <source url="https://dala.example/feed">Dala</source>
      <enclosure url="https://news.example.org/region/img/a.jpg" length="1200" type="image/jpeg"/>
      <pubDate>Sun, 22 Nov 2026 08:00:00 +0000</pubDate>
    </item>
    <item>
      <title>Bits and bytes</title>
      <description>&lt;p&gt;Text.&lt;/p&gt;</description>
      <guid isPermaLink="true">https://cols.example/1</guid>
      <pubDate>Sun, 22 Nov 2026 07:00:00 GMT</pubDate>
    </item>
  </channel>
</rss>
"""

JSON: dict[str, Any] = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Kazakhstan",
    "home_page_url": "https://news.example.org/region/",
    "feed_url": "https://news.example.org/region/feeds/kz.json",
    "description": "Told once.",
    "language": "en",
    "authors": [{"name": "Steppe News", "url": "https://news.example.org/region/"}],
    "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
    "_region": {"about": "https://news.example.org/region/about.html"},
    "items": [
        {
            "id": "tag:example.org,2026:story/2",
            "url": "https://dala.example/2",
            "title": "Canal <b>reopened</b>",
            "content_html": "<p>Water again.</p>",
            "date_published": "2026-11-22T08:00:00Z",
            "date_modified": "2026-11-22T09:00:00+00:00",
            "language": "kk",
            "authors": [{"name": "Dala"}],
            "tags": ["KZ"],
            "attachments": [
                {"url": "https://a.example/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 9}
            ],
        },
        {
            "id": "tag:example.org,2026:story/1",
            "title": "Text",
            "content_text": "Text",
            "date_published": "2026-11-22T08:00:00Z",
        },
    ],
}


def json_document(feed: Any) -> bytes:
    """A JSON feed as bytes."""
    return json.dumps(feed, ensure_ascii=False).encode("utf-8", "surrogatepass")
