"""What a sound configuration becomes."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from email_validator import validate_email

from aggregator import model
from aggregator.config.interpolate import fill
from aggregator.config.load import load
from aggregator.config.schema import (
    Config,
    FeedSettings,
    NewsletterSettings,
    SourceDefaults,
    SourceSettings,
)
from aggregator.config.values import LONGEST_PLAIN_ADDRESS, PLAIN_ADDRESS, in_short
from aggregator.errors import ConfigError

SOUND = """\
site: {title: Новости, base_url: "https://news.example.org/", contact: a@example.org, time_zone: Asia/Almaty}
region: {name: Steppe, countries: [kz, KG], languages: [kk, ky]}
"""


def loaded(text: str, folder: Path, environment: dict[str, str] | None = None) -> Config:
    path = folder / "config.yaml"
    path.write_text(SOUND + text, encoding="utf-8")
    return load(path, environment or {})


def one_source(lines: str, folder: Path, before: str = "") -> model.Source:
    head = "sources:\n  - id: dala\n    name: Dala\n    url: https://dala.example/feed\n"
    (source,) = loaded(before + head + lines, folder).sources_enabled()
    return source


def test_a_silent_source_has_the_defaults_of_the_model(tmp_path: Path) -> None:
    assert one_source("", tmp_path) == model.Source("dala", "Dala", "https://dala.example/feed")


def test_a_source_takes_what_it_says_then_the_defaults_section_then_the_model(tmp_path: Path) -> None:
    before = "defaults: {interval: 2h, timeout: 10s, content: title}\n"
    source = one_source("    timeout: 90s\n    default_country: kg\n", tmp_path, before)
    assert source.interval == timedelta(hours=2)
    assert source.timeout == timedelta(seconds=90)
    assert source.content == "title"
    assert source.default_country == "KG"
    assert source.max_entries == model.Source("a", "b", "c").max_entries


def test_a_source_follows_its_own_rhythm_unless_somebody_names_an_interval(tmp_path: Path) -> None:
    fixed = "defaults: {interval: 2h}\n"
    assert one_source("    timeout: 90s\n", tmp_path).interval is None
    assert one_source("    interval: auto\n", tmp_path, fixed).interval is None
    assert one_source("    interval: 20m\n", tmp_path, fixed).interval == timedelta(minutes=20)


def test_what_a_source_excludes_and_strips_reaches_the_pipeline(tmp_path: Path) -> None:
    lines = """\
    exclude: {titles: ["[Newsletter]"], categories: [Horoscope], paths: [/lottery/]}
    strip_title: [" | Dala"]
    guid_policy: link
    paywall: full
    was: dala-old
"""
    source = one_source(lines, tmp_path)
    assert source.exclude == model.Exclusions(("[Newsletter]",), ("Horoscope",), ("/lottery/",))
    assert source.strip_title == (" | Dala",)
    assert (source.guid_policy, source.paywall, source.was) == ("link", "full", "dala-old")


def test_pictures_are_copied_unless_a_source_the_defaults_or_the_whole_site_says_no(tmp_path: Path) -> None:
    assert one_source("", tmp_path).images == "copy"
    assert one_source("    images: none\n", tmp_path).images == "none"
    assert one_source("", tmp_path, "defaults: {images: none}\n").images == "none"
    assert one_source("    images: copy\n", tmp_path, "defaults: {images: none}\n").images == "copy"
    assert one_source("    images: copy\n", tmp_path, "images: {enabled: false}\n").images == "none"


def test_pictures_are_kept_for_ninety_days_unless_config_says_otherwise(tmp_path: Path) -> None:
    assert loaded("", tmp_path).images.retention == timedelta(days=90)
    images = loaded("images: {retention: 7d, max_bytes: 500_000}\n", tmp_path).images
    assert (images.retention, images.max_bytes) == (timedelta(days=7), 500_000)
    off = loaded(
        "images: {enabled: false}\nsources: [{id: a, name: A, url: 'https://a.example/'}]\n", tmp_path
    )
    assert off.publisher().sources["a"].images == "none", "nothing is shown either"


def test_pushes_can_be_refused_and_the_backup_poll_be_set(tmp_path: Path) -> None:
    source = one_source("    websub: false\n", tmp_path, "defaults: {backup_interval: 12h}\n")
    assert (source.websub, source.backup_interval) == (False, timedelta(hours=12))
    silent = one_source("", tmp_path)
    assert (silent.websub, silent.backup_interval) == (True, timedelta(hours=6))


def test_hubs_are_told_only_when_somebody_names_them(tmp_path: Path) -> None:
    assert loaded("", tmp_path).publisher().hubs == ()
    hubs = ("https://hub.example.org/", "https://hub.example.net/?hub")
    named = loaded(f"publish: {{hubs: [{', '.join(map(repr, hubs))}]}}\n", tmp_path)
    assert named.publish.hubs == named.publisher().hubs == hubs


@pytest.mark.parametrize("interval", ["59m", "25h", "auto"])
def test_a_backup_poll_comes_at_least_once_a_day(interval: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="backup_interval"):
        one_source(f"    backup_interval: {interval}\n", tmp_path)


def test_a_source_can_take_a_default_back(tmp_path: Path) -> None:
    assert (
        one_source("    user_agent:\n", tmp_path, "defaults: {user_agent: Reader/1.0}\n").user_agent is None
    )


def test_a_fault_in_the_defaults_is_told_once_not_per_source(tmp_path: Path) -> None:
    with pytest.raises(Exception, match="interval") as caught:
        one_source("  - {id: b, name: B, url: 'https://b.example'}\n", tmp_path, "defaults: {interval: x}\n")
    assert len(caught.value.faults) == 1  # type: ignore[attr-defined]


def test_disabled_sources_are_not_polled_but_keep_their_name_on_the_site(tmp_path: Path) -> None:
    text = "sources: [{id: dala, name: Dala, url: 'https://dala.example', enabled: no, checked: 2026-11-01}]"
    config = loaded(text, tmp_path)
    assert config.sources_enabled() == ()
    assert config.publisher().sources["dala"].name == "Dala"


def test_pages_are_offered_in_the_languages_that_are_named(tmp_path: Path) -> None:
    assert loaded("", tmp_path).publisher().languages == ()
    path = tmp_path / "config.yaml"
    path.write_text(SOUND.replace("{title", "{languages: [fr, ru], title"), encoding="utf-8")
    assert load(path, {}).publisher().languages == ("fr", "ru")


def test_dollar_signs_of_real_addresses_survive(tmp_path: Path) -> None:
    text = "sources: [{id: a, name: A, url: 'https://a.example/api/z-$g_eqvi-q_t'}]"
    assert loaded(text, tmp_path).sources_enabled()[0].url == "https://a.example/api/z-$g_eqvi-q_t"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("${HOST}:${PORT}", "example.org:25"),
        ("$HOST $1 $", "$HOST $1 $"),
        ("$${HOST}", "${HOST}"),
        ("zmkove$pit", "zmkove$pit"),
        ("a$$b", "a$$b"),
    ],
)
def test_only_names_in_braces_are_replaced(written: str, meant: str) -> None:
    assert fill(written, {"HOST": "example.org", "PORT": "25"}) == (meant, [])


def test_a_replaced_value_is_not_looked_into_again() -> None:
    assert fill("${A}", {"A": "${B}", "B": "x"}) == ("${B}", [])


def test_a_number_may_come_from_the_environment(tmp_path: Path) -> None:
    assert loaded("web: {port: '${PORT}'}", tmp_path, {"PORT": "9090"}).web.port == 9090


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("\ufeff" + SOUND, encoding="utf-8")
    assert load(tmp_path / "config.yaml", {}).site.title == "Новости"


def test_a_section_whose_lines_are_commented_out_counts_as_absent(tmp_path: Path) -> None:
    config = loaded("smtp:\n#  host: x\nsources:\nfeeds:\n", tmp_path)
    assert config.smtp is None
    assert config.sources_enabled() == ()


def test_paths_count_from_the_folder_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    storage = "storage: {data: ../state, public: /srv/www}\ntemplates: mine\n"
    config = loaded(storage, tmp_path)
    assert config.storage.data == tmp_path / "../state"
    assert config.storage.public == Path("/srv/www")
    assert config.storage.database == f"sqlite:///{tmp_path}/data/aggregator.db"
    assert config.templates == tmp_path / "mine"
    assert loaded("", tmp_path).storage.public == tmp_path / "public"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("sqlite:////var/news.db", "sqlite:////var/news.db"),
        ("postgresql://me@db/news", "postgresql+psycopg://me@db/news"),
        ("postgresql+psycopg://me@db/news", "postgresql+psycopg://me@db/news"),
    ],
)
def test_database_addresses_name_their_driver(written: str, meant: str, tmp_path: Path) -> None:
    assert loaded(f"storage: {{database: '{written}'}}", tmp_path).storage.database == meant


def test_the_password_is_the_first_line_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("pässword \r\nsecond line\n", encoding="utf-8")
    smtp = loaded("smtp: {host: h, username: me, password_file: secret}", tmp_path).smtp
    assert smtp is not None
    assert smtp.password is not None
    assert smtp.password.get_secret_value() == "pässword "
    assert "pässword" not in repr(smtp)


def test_every_secret_may_stand_in_a_file_of_its_own(tmp_path: Path) -> None:
    for name in ("first", "second", "third", "fourth"):
        (tmp_path / name).write_text(f"the {name} secret of them\n", encoding="utf-8")
    config = loaded(
        "smtp: {host: h, username: me, password_file: first, more: [{host: i},"
        " {host: j, username: me, password_file: second}]}\n"
        "bounces: {address: b@example.org, imap: {host: h, username: me, password_file: third},"
        " webhook_secret_file: fourth}",
        tmp_path,
    )
    assert config.smtp is not None
    assert config.bounces is not None
    assert config.bounces.imap is not None
    held = [server.password for server in config.smtp.servers]
    held += [config.bounces.imap.password, config.bounces.webhook_secret]
    assert [one and one.get_secret_value() for one in held] == [
        "the first secret of them",
        None,
        "the second secret of them",
        "the third secret of them",
        "the fourth secret of them",
    ]
    assert "secret of them" not in repr(config)


def test_a_newsletter_takes_zone_and_countries_from_site_and_region(tmp_path: Path) -> None:
    text = (
        "newsletters:\n  - id: weekly\n    names: {fr: Lettre, en: Letter}\n    sender: a@example.org\n"
        "    send_at: '7:30'\n    tracks: [daily, weekly: sunday, monthly]\n    max_lateness: 1d\n"
    )
    (newsletter,) = loaded(text, tmp_path).newsletters_offered()
    assert newsletter == model.Newsletter(
        id="weekly",
        names={"fr": "Lettre", "en": "Letter"},
        sender="a@example.org",
        time_zone="Asia/Almaty",
        send_at="07:30",
        tracks=(
            model.Track("daily", model.Rhythm.DAILY),
            model.Track("weekly-7", model.Rhythm.WEEKLY, 7),
            model.Track("monthly", model.Rhythm.MONTHLY),
        ),
        countries=("KZ", "KG"),
        max_lateness=timedelta(days=1),
    )
    assert newsletter.interface_languages == ("fr", "en")


def test_a_newsletter_may_have_zone_and_countries_of_its_own(tmp_path: Path) -> None:
    text = (
        "newsletters: [{id: w, names: {fr: L}, sender: a@example.org, tracks: [daily], "
        "time_zone: Europe/Paris, countries: [KG]}]"
    )
    (newsletter,) = loaded(text, tmp_path).newsletters_offered()
    assert (newsletter.time_zone, newsletter.countries) == ("Europe/Paris", ("KG",))


def test_a_feed_becomes_a_selection(tmp_path: Path) -> None:
    text = "feeds: [{id: fr, title: Français, languages: [FR], countries: [kz], limit: 30}]"
    assert loaded(text, tmp_path).selections() == (
        model.Selection("fr", "Français", countries=("KZ",), languages=("fr",), limit=30),
    )


def test_a_feed_keeps_the_ids_that_it_had(tmp_path: Path) -> None:
    (feed,) = loaded("feeds: [{id: kyrgyzstan, title: K, was: [kg, kirgizia]}]", tmp_path).selections()
    assert feed.was == ("kg", "kirgizia")


def test_the_publisher_is_the_site_with_the_regions_countries(tmp_path: Path) -> None:
    site = loaded("", tmp_path).publisher()
    assert site.base_url == "https://news.example.org"
    assert site.id_domain == "news.example.org"
    assert site.countries == ("KZ", "KG")


def test_the_domain_of_ids_can_stay_when_the_address_moves(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(SOUND.replace("title:", "id_domain: old.example.org, title:"), encoding="utf-8")
    assert load(path, {}).publisher().id_domain == "old.example.org"


def test_we_present_ourselves_by_name_version_and_address(tmp_path: Path) -> None:
    assert loaded("", tmp_path).user_agent.endswith("(+https://news.example.org)")
    assert loaded("polling: {user_agent: Mine/2.0}", tmp_path).user_agent == "Mine/2.0"


def test_networks_are_read_as_networks(tmp_path: Path) -> None:
    polling = loaded("polling: {allow_networks: [127.0.0.0/8]}", tmp_path).polling
    assert polling.allow_networks == (ip_network("127.0.0.0/8"),)


def test_a_region_that_names_both_countries_means_both(tmp_path: Path) -> None:
    text = SOUND.replace("[kz, KG]", "[KG, KY, TK]").replace("[kk, ky]", "[kk, ky]")
    (tmp_path / "config.yaml").write_text(text, encoding="utf-8")
    assert load(tmp_path / "config.yaml", {}).region.countries == ("KG", "KY", "TK")


@pytest.mark.parametrize(
    ("duration", "written"),
    [
        (timedelta(0), "0s"),
        (timedelta(seconds=90), "90s"),
        (timedelta(minutes=90), "90m"),
        (timedelta(hours=72), "3d"),
        (timedelta(hours=5), "5h"),
    ],
)
def test_durations_are_written_in_their_largest_whole_unit(duration: timedelta, written: str) -> None:
    assert in_short(duration) == written


@pytest.mark.parametrize(
    ("settings", "record", "besides"),
    [
        (SourceSettings, model.Source, SourceSettings.OPERATORS_OWN),
        (FeedSettings, model.Selection, frozenset()),
        (NewsletterSettings, model.Newsletter, frozenset()),
    ],
)
def test_schema_and_model_have_the_same_fields(
    settings: type[SourceSettings], record: type[model.Source], besides: frozenset[str]
) -> None:
    assert set(settings.model_fields) - besides == {field.name for field in fields(record)}


def test_defaults_hold_what_can_be_shared_and_nothing_that_names_one_source() -> None:
    alone = {
        "id",
        "name",
        "url",
        "homepage",
        "outlet",
        "type",
        "selectors",
        "exclude",
        "was",
        *SourceSettings.OPERATORS_OWN,
    }
    assert set(SourceDefaults.model_fields) == set(SourceSettings.model_fields) - alone


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org",
        "news.desk-1_2@mail.steppe-news.co.kz",
        "0@1.info",
        "desk@xn.xn.net",
        f"{'a' * 29}@{'b' * 30}.com",
        f"d@{'.'.join('abcdefghijklmnopqrstuvwxyz')}.abcd.kg",
    ],
)
def test_a_plain_mail_address_is_one_that_the_library_takes_as_it_is(address: str) -> None:
    assert len(address) <= LONGEST_PLAIN_ADDRESS
    assert PLAIN_ADDRESS.fullmatch(address)
    assert validate_email(address, check_deliverability=False).normalized == address


@pytest.mark.parametrize(
    "address",
    ["a@example", "a@news.test", "a@b.local", "a..b@c.kz", ".a@c.kz", "a@-c.kz", "a@xn--80ak.kz", "a@1.2"],
)
def test_what_the_library_may_refuse_or_change_is_no_plain_mail_address(address: str) -> None:
    assert not PLAIN_ADDRESS.fullmatch(address)


def test_web_servers_before_this_one_are_named_by_their_networks(tmp_path: Path) -> None:
    web = loaded("web: {trusted_proxies: [127.0.0.1, 10.0.0.0/8], requests_per_minute: 5}", tmp_path).web
    assert web.trusted_proxies == (ip_network("127.0.0.1/32"), ip_network("10.0.0.0/8"))
    assert web.requests_per_minute == 5
    assert loaded("", tmp_path).web.trusted_proxies == (), "nobody is trusted unasked"


def test_a_site_below_a_domain_in_its_own_script_goes_by_its_a_labels(tmp_path: Path) -> None:
    said = SOUND.replace("https://news.example.org/", "https://Новости.example:8443/мир/")
    path = tmp_path / "config.yaml"
    path.write_text(said, encoding="utf-8")
    site = load(path, {}).publisher()
    assert site.base_url == "https://xn--b1amnebsh.example:8443/мир"
    assert site.id_domain == "xn--b1amnebsh.example"
    path.write_text(said.replace("contact", "id_domain: старые.example, contact"), encoding="utf-8")
    assert load(path, {}).publisher().id_domain == "xn--80ak6acf0d.example"
    path.write_text(said.replace("contact", "id_domain: старые..example, contact"), encoding="utf-8")
    with pytest.raises(ConfigError, match="is no domain"):
        load(path, {})
