"""Each row: what an operator writes, and the fault that is reported for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from aggregator.config.load import load
from aggregator.errors import ConfigError

SOUND = """\
site: {title: News, base_url: "https://news.example.org", contact: desk@example.org}
region: {name: Steppe, countries: [KZ, KG], languages: [kk, ky, fr]}
"""


def faults_of(text: str, folder: Path) -> list[str]:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load(path, {})
    return [f"{fault.line}:{fault.column}: {fault.message}" for fault in caught.value.faults]


def source(*lines: str) -> str:
    """A sound configuration whose one source goes on with these lines, from line 7."""
    start = ["sources:", "  - id: dala", "    name: Dala", "    url: https://dala.example/feed"]
    return SOUND + "\n".join(start + [f"    {line}" for line in lines]) + "\n"


ROWS = {
    "unknown key": (
        source("intervall: 2h"),
        "7:5: unknown key `intervall`; did you mean `interval`?",
    ),
    "unknown key with hyphens": (
        source("default-country: KZ"),
        "7:5: unknown key `default-country`; did you mean `default_country`?",
    ),
    "unknown key unlike any other": (
        SOUND + "web: {zzz: 1}",
        "3:7: unknown key `zzz`; known here: host, port, trusted_proxies, requests_per_minute",
    ),
    "bounces that nobody reads": (
        SOUND + "bounces: {address: b@example.org}",
        "3:10: nobody would read what comes back: give `maildir`, `imap` or `webhook_secret`",
    ),
    "a webhook's secret that is soon guessed": (
        SOUND + "bounces: {address: b@example.org, webhook_secret: short}",
        "3:51: `webhook_secret`: expects at least 16 characters: `openssl rand -hex 32` makes some",
    ),
    "a secret that is no text is not shown": (
        SOUND + "bounces: {address: b@example.org, webhook_secret: 12345678901234567}",
        "3:51: `webhook_secret`: expects text in quotes",
    ),
    "a mailbox without a password": (
        SOUND + "bounces: {address: b@example.org, imap: {host: h, username: me}}",
        "3:61: `username` needs a `password` or a `password_file`",
    ),
    "a mailbox with two passwords": (
        SOUND + "bounces: {address: b@a.org, imap: {host: h, username: me, password: a, password_file: b}}",
        "3:87: give `password` or `password_file`, not both",
    ),
    "a mailbox whose password file is missing": (
        SOUND + "bounces: {address: b@example.org, imap: {host: h, username: me, password_file: nowhere}}",
        "3:80: the password file cannot be read: No such file or directory",
    ),
    "a webhook with two secrets": (
        SOUND + "bounces: {address: b@a.org, webhook_secret: sixteen characters, webhook_secret_file: b}",
        "3:86: give `webhook_secret` or `webhook_secret_file`, not both",
    ),
    "a webhook whose secret's file is missing": (
        SOUND + "bounces: {address: b@example.org, webhook_secret_file: nowhere}",
        "3:56: the secret file cannot be read: No such file or directory",
    ),
    "bounces whose only mailbox is commented out": (
        SOUND + "bounces:\n  address: b@example.org\n  maildir:\n",
        "4:3: nobody would read what comes back: give `maildir`, `imap` or `webhook_secret`",
    ),
    "a password file at the home of nobody": (
        SOUND + "smtp: {host: a.org, password_file: ~nobody-is-here/password}",
        "3:36: `password_file`: there is no user `nobody-is-here` on this machine",
    ),
    "a folder at the home of nobody": (
        SOUND + "storage: {data: ~nobody-is-here/data}",
        "3:17: `data`: there is no user `nobody-is-here` on this machine",
    ),
    "a path that can be none": (
        SOUND + 'storage: {public: "a\\0b"}',
        "3:19: `public`: expects a path: no path holds a NUL character",
    ),
    "another server whose password file is missing": (
        SOUND + "smtp: {host: a.org, more: [{host: b.org}, {host: c.org, username: me, password_file: no}]}",
        "3:86: the password file cannot be read: No such file or directory",
    ),
    "hub without TLS": (
        SOUND + "publish: {hubs: ['http://hub.example.org/']}",
        "3:18: `hubs`: expects an https address of a hub, without user name and `#`: it stands in every feed",
    ),
    "hub with a password": (
        SOUND + "publish: {hubs: ['https://a:b@hub.example.org/']}",
        "3:18: `hubs`: expects an https address of a hub, without user name and `#`: it stands in every feed",
    ),
    "hub named twice": (
        SOUND + "publish: {hubs: ['https://hub.example.org/', 'https://hub.example.org/']}",
        "3:17: `hubs`: names a hub twice",
    ),
    "a feed that leads elsewhere although it is there": (
        SOUND + "publish: {moved: {top: all}}",
        "3:24: `top` is a feed: only what is there no more can lead elsewhere",
    ),
    "a feed that leads to none": (
        SOUND + "publish: {moved: {kazakhstan: alll}}",
        "3:31: there is no feed `alll`: did you mean `all`?",
    ),
    "too many hubs": (
        SOUND + f"publish: {{hubs: [{', '.join(f'https://h{number}.example/' for number in range(6))}]}}",
        "3:17: `hubs`: names 6 hubs: at most 5 are possible, and one is usual",
    ),
    "unknown section": (
        SOUND + "newsletter: []",
        "3:1: unknown key `newsletter`; did you mean `newsletters`?",
    ),
    "missing key": (SOUND + "feeds:\n  - id: own", "4:5: `title` is missing"),
    "duplicate key": (
        source("url: https://other.example/feed"),
        "7:5: `url` stands here a second time; the first is on line 6",
    ),
    "tab": (SOUND + "web:\n\tport: 1", "4:1: YAML: a tab cannot indent: use spaces"),
    "unquoted at sign": (
        source("note: @dala"),
        "7:11: YAML: found character '@' that cannot start any token: put quotes around the text",
    ),
    "unclosed bracket": (
        SOUND + "sources: [",
        "3:11: YAML: expected the node content, but found '<stream end>'",
    ),
    "number instead of text": (
        source("user_agent: 24.10"),
        "7:17: `user_agent`: expects text in quotes, not `24.1`",
    ),
    "list instead of text": (source("note: [a]"), "7:11: `note`: expects text, not a list"),
    "nothing where text is needed": (
        SOUND.replace("News", "''"),
        "1:15: `title`: must not be empty, not ``",
    ),
    "text instead of a number": (
        source("max_entries: many"),
        "7:18: `max_entries`: expects a whole number, not `many`",
    ),
    "number out of bounds": (source("max_entries: 0"), "7:18: `max_entries`: must be at least 1, not `0`"),
    "number too large": (
        SOUND + "web: {port: 70000}",
        "3:13: `port`: must be at most 65535, not `70000`",
    ),
    "weightless": (source("weight: 0"), "7:13: `weight`: must be more than 0, not `0`"),
    "neither true nor false": (
        source("enabled: maybe"),
        "7:14: `enabled`: expects true or false, not `maybe`",
    ),
    "one value instead of a list": (
        SOUND + "feeds: kz",
        "3:8: `feeds`: expects a list, one line `- …` each or [a, b], not `kz`",
    ),
    "list instead of a section": (SOUND + "web: [8080]", "3:6: `web`: expects keys and values, not a list"),
    "no day": (source("checked: soon"), "7:14: `checked`: expects a day such as 2026-11-22, not `soon`"),
    "one of several words": (
        source("profile: stat"),
        (
            "7:14: `profile`: expects one of unknown, state, independent, exile, agency, ngo, think-tank "
            "(did you mean `state`?), not `stat`"
        ),
    ),
    "duration without unit": (
        source("interval: 60"),
        "7:15: `interval`: expects `auto`, or a duration, a number with its unit: 30s, 60m, 72h, 7d",
    ),
    "duration too short": (source("interval: 10s"), "7:15: `interval`: must be from 1m to 30d"),
    "address without http": (
        source("homepage: dala.example"),
        "7:15: `homepage`: expects an address that starts with http:// or https:// and names a host",
    ),
    "address that cannot be split": (
        source('homepage: "http://[::1"'),
        "7:15: `homepage`: expects an address that starts with http:// or https:// and names a host",
    ),
    "base address with a query": (
        SOUND.replace("news.example.org", "news.example.org/?x=1"),
        "1:31: `base_url`: expects an address without `?` or `#`: paths are appended to it",
    ),
    "id with spaces": (
        SOUND + 'feeds: [{id: "my feed", title: x}]',
        "3:14: `id`: expects an id of small letters a-z, digits and single hyphens, at most 64 characters",
    ),
    "no mail address": (
        SOUND.replace("desk@example.org", "desk"),
        (
            "1:68: `contact`: expects a mail address such as news@example.org: "
            "An email address must have an @-sign."
        ),
    ),
    "no network": (
        SOUND + "polling: {allow_networks: [localnet]}",
        (
            "3:28: `allow_networks`: expects a network such as 127.0.0.0/8 or fd00::/8: "
            "'localnet' does not appear to be an IPv4 or IPv6 network"
        ),
    ),
    "unknown database": (
        SOUND + "storage: {database: mysql://x}",
        "3:21: `database`: expects sqlite:///path/to/file.db or postgresql://user@host/name",
    ),
    "sqlite without a file": (
        SOUND + "storage: {database: sqlite://}",
        "3:21: `database`: expects a file after sqlite:/// (three slashes, four for an absolute path)",
    ),
    "renamed time zone": (
        source("time_zone: Asia/Alma-Ata"),
        "7:16: `time_zone`: `Asia/Alma-Ata` is no time zone of the IANA list; did you mean `Asia/Almaty`?",
    ),
    "offset as time zone": (
        source("time_zone: UTC+5"),
        (
            "7:16: `time_zone`: `UTC+5` is no time zone of the IANA list: name a place such as Asia/Almaty; "
            "an offset would miss every reform and season"
        ),
    ),
    "invented time zone": (
        source("time_zone: Xyzzy"),
        "7:16: `time_zone`: `Xyzzy` is no time zone of the IANA list, such as Asia/Almaty",
    ),
    "language as country": (
        source("default_country: kk"),
        (
            "7:22: `default_country`: `kk` is no country code (ISO 3166-1 alpha-2): "
            "`kk` is the language Kazakh, Kazakhstan is `KZ`"
        ),
    ),
    "country by name": (
        source("default_country: Kazakhstan"),
        "7:22: `default_country`: `Kazakhstan` is no country code (ISO 3166-1 alpha-2): Kazakhstan is `KZ`",
    ),
    "country that is another one": (
        source("default_country: KY"),
        "7:22: `KY` is Cayman Islands; Kyrgyzstan is `KG`",
    ),
    "country as language": (
        source("language: kz"),
        (
            "7:15: `language`: `kz` is no language code (ISO 639-1): "
            "`KZ` is Kazakhstan, whose language Kazakh is `kk`"
        ),
    ),
    "language by name": (
        source("language: french"),
        "7:15: `language`: `french` is no language code (ISO 639-1): French is `fr`",
    ),
    "language with script": (
        source("language: uz-Cyrl"),
        "7:15: `language`: `uz-Cyrl` is no language code (ISO 639-1): write `uz`, without script or country",
    ),
    "nonsense as language": (
        source("language: qqq"),
        "7:15: `language`: `qqq` is no language code (ISO 639-1)",
    ),
    "nonsense as country": (
        source("default_country: QQQ"),
        "7:22: `default_country`: `QQQ` is no country code (ISO 3166-1 alpha-2)",
    ),
    "language that is another one": (
        SOUND.replace("[kk, ky, fr]", "[kk, kg]"),
        "2:61: `kg` is Kongo; Kyrgyz is `ky`",
    ),
    "the same country twice": (
        SOUND.replace("[KZ, KG]", "[KZ, kz]"),
        "2:35: `countries`: names something twice",
    ),
    "duplicate source": (
        source() + "  - {id: dala, name: Dala 2, url: 'https://dala.example/2'}",
        "7:10: `dala` is already the id of entry 1 of `sources`",
    ),
    "duplicate newsletter": (
        SOUND
        + "newsletters:\n"
        + "  - {id: w, names: {fr: Lettre}, sender: a@example.org, tracks: [daily]}\n" * 2,
        "5:10: `w` is already the id of entry 1 of `newsletters`",
    ),
    "feed of an unknown source": (
        source() + "feeds: [{id: one, title: One, sources: [dalla]}]",
        "7:41: there is no source `dalla`; did you mean `dala`?",
    ),
    "feed of an unknown source unlike any other": (
        SOUND + "feeds: [{id: one, title: One, sources: [zzz]}]",
        "3:41: there is no source `zzz`",
    ),
    "feed with the reserved id": (
        SOUND + "feeds: [{id: everything, title: All}]",
        "3:14: `everything` is the feed that always holds every story: choose another id",
    ),
    "feed that is there by itself": (
        SOUND + "feeds: [{id: kz-in-fr, title: A}]",
        "3:14: `kz-in-fr` is there by itself: leave this feed out, or rename it",
    ),
    "feed of the top stories": (
        SOUND + "feeds: [{id: top, title: A}]",
        "3:14: `top` is there by itself: leave this feed out, or rename it",
    ),
    "feed in the place of those on request": (
        SOUND + "feeds: [{id: search, title: A}]",
        "3:14: `search` is where feeds are made on request: choose another id",
    ),
    "time of day as a number": (
        SOUND
        + "newsletters: [{id: w, names: {fr: L}, sender: a@example.org, tracks: [daily], send_at: 700}]",
        '3:88: `send_at`: expects a time of day in quotes, from "00:00" to "23:59"',
    ),
    "unknown rhythm": (
        SOUND + "newsletters: [{id: w, names: {fr: L}, sender: a@example.org, tracks: [weekly: mondai]}]",
        "3:71: `tracks`: expects `daily`, `monthly`, or `weekly: monday` (any weekday in English)",
    ),
    "name in no language": (
        SOUND + "newsletters: [{id: w, names: {kz: L}, sender: a@example.org, tracks: [daily]}]",
        (
            "3:31: `names`: `kz` is no language code (ISO 639-1): "
            "`KZ` is Kazakhstan, whose language Kazakh is `kk`"
        ),
    ),
    "variable that is not set": (
        source("note: ${NOWHERE}"),
        "7:11: the environment variable NOWHERE is not set",
    ),
    "unfinished variable": (
        source('note: "${NOWHERE"'),
        "7:11: `${` begins no `${NAME}`; write `$${` for a literal `${`",
    ),
    "missing folder of templates": (
        SOUND + "templates: /nonexistent/templates",
        "3:12: `templates`: the folder /nonexistent/templates does not exist",
    ),
    "missing password file": (
        SOUND + "smtp: {host: mail.example.org, username: me, password_file: nowhere}",
        "3:61: the password file cannot be read: No such file or directory",
    ),
    "two passwords": (
        SOUND + "smtp: {host: mail.example.org, password: a, password_file: b}",
        "3:60: give `password` or `password_file`, not both",
    ),
    "user without a password": (
        SOUND + "smtp: {host: mail.example.org, username: me}",
        "3:42: `username` needs a `password` or a `password_file`",
    ),
    "empty file": ("", "1:1: is empty: start from the config.yaml that is shipped"),
    "text only": ("hello", "1:1: expects sections such as `site:` and `sources:` at the top"),
    "alias that contains itself": (
        "a: &a [*a]",
        "1:1: is nested too deeply, or an alias contains itself",
    ),
    "control character": (
        SOUND + "templates: a\x07b",
        "3:13: YAML: the character U+0007 is not allowed",
    ),
    "section instead of a number": (
        SOUND + "web: {port: {a: 1}}",
        "3:13: `port`: expects a whole number, not keys and values",
    ),
    "truth instead of text": (
        SOUND + "web: {host: true}",
        "3:13: `host`: expects text in quotes, not `true`",
    ),
    "excluded path without a slash": (
        source("exclude: {paths: [horoscope]}"),
        "7:23: `paths`: expects the beginning of a path, such as /horoscope/",
    ),
    "unknown policy": (
        source("guid_policy: url"),
        "7:18: `guid_policy`: expects one of guid, link, title, not `url`",
    ),
    "former id that is another source's": (
        source("was: oqsoy", "", "", "") + "  - {id: oqsoy, name: O, url: https://oqsoy.example/feed}\n",
        "7:10: `oqsoy` is another source: an id has one heir",
    ),
    "former id with two heirs": (
        source("was: old") + "  - {id: oqsoy, name: O, url: https://oqsoy.example/feed, was: old}\n",
        "8:64: `old` is named by another source: an id has one heir",
    ),
    "former feed that is another one": (
        SOUND + "feeds:\n  - {id: ka, title: K, was: [kirgizia, uz]}\n  - {id: uz, title: U}",
        "4:40: `uz` is another feed: an id has one heir",
    ),
    "former feed with two heirs": (
        SOUND + "feeds:\n  - {id: ka, title: K, was: [old]}\n  - {id: uz, title: U, was: [old]}",
        "5:30: `old` is named by another feed: an id has one heir",
    ),
    "feed that was what it is": (
        SOUND + "feeds: [{id: ka, title: K, was: [ka]}]",
        "3:34: `ka` is this feed: an id has one heir",
    ),
    "former feed twice": (
        SOUND + "feeds: [{id: ka, title: K, was: [a, a]}]",
        "3:33: `was`: names something twice",
    ),
    "impossible day": (
        source("checked: 2026-02-31"),
        "7:14: YAML: day is out of range for month",
    ),
}


@pytest.mark.parametrize(("text", "fault"), ROWS.values(), ids=ROWS.keys())
def test_a_fault_names_its_line_its_column_and_the_cure(text: str, fault: str, tmp_path: Path) -> None:
    assert fault in faults_of(text, tmp_path)


def test_each_fault_stands_alone_when_there_is_only_one(tmp_path: Path) -> None:
    accompanied = {"impossible day"}
    for name, (text, fault) in ROWS.items():
        if name not in accompanied:
            assert faults_of(text, tmp_path) == [fault], name
