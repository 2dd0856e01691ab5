"""The sample world over real HTTP on loopback."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from urllib.parse import urljoin

import aiohttp
import pytest
import pytest_asyncio

from aggregator.demo.server import World, serve_world

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
PLAIN = {"Accept-Encoding": "identity"}


@pytest_asyncio.fixture
async def world() -> AsyncIterator[World]:
    async with serve_world(NOW) as served:
        yield served


@pytest_asyncio.fixture
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield session


def feed(world: World, name: str) -> str:
    (url,) = (world.feed_url(outlet) for outlet in world.outlets if outlet.id == name)
    return url


@pytest.mark.asyncio
@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_a_client_that_echoes_the_etag_gets_304(
    world: World, client: aiohttp.ClientSession, encoding: str
) -> None:
    headers = {"Accept-Encoding": encoding}
    async with client.get(feed(world, "amu-wire"), headers=headers) as first:
        etag = first.headers["ETag"]
    async with client.get(feed(world, "amu-wire"), headers={**headers, "If-None-Match": etag}) as second:
        assert second.status == 304
        assert second.headers["ETag"] == etag
        assert await second.read() == b""


@pytest.mark.asyncio
async def test_a_client_that_echoes_the_date_gets_304_unless_its_etag_differs(
    world: World, client: aiohttp.ClientSession
) -> None:
    url = feed(world, "amu-wire")
    async with client.get(url) as first:
        since = {"If-Modified-Since": first.headers["Last-Modified"]}
    async with client.get(url, headers=since) as second:
        assert second.status == 304
    async with client.get(url, headers={**since, "If-None-Match": '"other"'}) as third:
        assert third.status == 200


@pytest.mark.asyncio
async def test_a_body_is_compressed_for_those_who_can_read_it(
    world: World, client: aiohttp.ClientSession
) -> None:
    url = feed(world, "steppe-courier")
    async with client.get(url, headers={"Accept-Encoding": "gzip"}) as zipped:
        assert zipped.headers["Content-Encoding"] == "gzip"
        small = await zipped.read()
    async with client.get(url, headers=PLAIN) as plain:
        assert "Content-Encoding" not in plain.headers
        assert plain.headers["ETag"] != zipped.headers["ETag"]
        assert len(small) < len(await plain.read()) / 2


@pytest.mark.asyncio
async def test_content_types_go_out_as_the_shape_says(world: World, client: aiohttp.ClientSession) -> None:
    async with client.get(feed(world, "predgorye")) as answer:
        assert answer.headers["Content-Type"] == "text/xml"
    async with client.get(feed(world, "subhi-pomir")) as answer:
        assert answer.headers["Content-Type"] == "text/xml; charset=windows-1251"


@pytest.mark.asyncio
async def test_an_overloaded_source_answers_503_with_retry_after(
    world: World, client: aiohttp.ClientSession
) -> None:
    async with client.get(feed(world, "talas-online")) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "3600")
        assert "ETag" not in answer.headers


@pytest.mark.asyncio
async def test_nothing_listens_at_the_dead_host(world: World, client: aiohttp.ClientSession) -> None:
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.get(feed(world, "otrar-radio"))


@pytest.mark.asyncio
async def test_every_link_and_picture_of_every_feed_leads_somewhere(
    world: World, client: aiohttp.ClientSession
) -> None:
    targets = set()
    for outlet in world.outlets:
        if outlet.items:
            async with client.get(world.feed_url(outlet), headers=PLAIN) as answer:
                text = (await answer.read()).decode("cp1251" if outlet.id == "predgorye" else "utf-8")
            found = re.findall(r'<link>(.*?)</link>|<link href="(.*?)"|(?:src|<enclosure url)="(.*?)"', text)
            targets |= {urljoin(world.feed_url(outlet), "".join(one).replace("&amp;", "&")) for one in found}
    assert len(targets) > 70
    for target in targets:
        async with client.get(target, headers=PLAIN) as answer:
            assert answer.status == 200, target


@pytest.mark.asyncio
async def test_a_persian_article_is_set_from_right_to_left(
    world: World, client: aiohttp.ClientSession
) -> None:
    async with client.get(f"{world.base_url}/dara-ye-sabz/zafaran-herat", headers=PLAIN) as answer:
        assert '<html lang="fa" dir="rtl">' in await answer.text()


@pytest.mark.asyncio
async def test_pictures_are_jpeg(world: World, client: aiohttp.ClientSession) -> None:
    url = f"{world.base_url}/steppe-courier/images/aral-fishermen-return.jpg"
    async with client.get(url, headers=PLAIN) as answer:
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert (await answer.read()).startswith(b"\xff\xd8\xff")


@pytest.mark.asyncio
async def test_an_unknown_page_is_not_found(world: World, client: aiohttp.ClientSession) -> None:
    async with client.get(f"{world.base_url}/nowhere") as answer:
        assert answer.status == 404


@pytest.mark.asyncio
async def test_the_world_is_gone_when_its_block_ends(client: aiohttp.ClientSession) -> None:
    async with serve_world(NOW) as served:
        url = served.base_url
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.get(url)
