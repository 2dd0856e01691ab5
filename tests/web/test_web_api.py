"""What the API answers over HTTP."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import json
from dataclasses import replace

import aiohttp
import pytest

from aggregator.web.api_answers import LONGEST_QUERY
from aggregator.web.headers import SECURITY, SecurityHeaders
from aggregator.web.server import serve
from tests.web.api_world import BASE, NOON, SITE, FakeAdmission, FakeLibrary, mounted, served, story

PLAIN = {"Accept-Encoding": "identity"}
ADDRESSES = [
    "/api/",
    "/api/openapi.json",
    "/api/v1/",
    "/api/v1/stories",
    "/api/v1/stories/1",
    "/api/v1/entries/101",
    "/api/v1/sources",
    "/api/v1/feeds",
]


async def told(client, path: str):
    async with client.get(path, headers=PLAIN) as answer:
        assert answer.status == 200, await answer.text()
        assert answer.headers["Content-Type"] == "application/json"
        return await answer.json()


async def problem(answer, status: int, name: str):
    """The problem that was answered, after what all problems have in common."""
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    body = await answer.json(content_type=None)
    assert body["type"] == f"{BASE}/api/#{name}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    return body


async def test_the_root_leads_to_everything() -> None:
    async with served() as client:
        root = await told(client, "/api/v1/")
        assert await told(client, "/api/v1") == root
        for name in ("stories_url", "sources_url", "feeds_url", "openapi_url", "documentation_url"):
            async with client.get(root[name].removeprefix(BASE), headers=PLAIN) as answer:
                assert answer.status == 200, name
        await told(client, root["story_url_template"].removeprefix(BASE).format(id=1))
        await told(client, root["entry_url_template"].removeprefix(BASE).format(id=101))
        async with client.get("/api/v1/") as answer:
            assert f'<{BASE}/api/openapi.json>; rel="service-desc"' in answer.headers["Link"]


async def test_without_its_slash_the_page_is_found_as_well() -> None:
    async with served() as client, client.get("/api", allow_redirects=False) as answer:
        assert answer.status == 301
        assert answer.url.join(type(answer.url)(answer.headers["Location"])).path == "/api/"


async def test_following_next_tells_every_story_once() -> None:
    library = FakeLibrary([story(number) for number in range(10, 21)])
    async with served(library) as client:
        path, seen, pages = "/api/v1/stories?limit=4&country=kz", [], 0
        while path:
            async with client.get(path, headers=PLAIN) as answer:
                page = await answer.json()
                following = page["next"]
                assert answer.headers.get("Link") == (following and f'<{following}>; rel="next"')
            seen += [one["id"] for one in page["stories"]]
            pages += 1
            path = following and following.removeprefix(BASE)
    assert seen == list(range(20, 9, -1))
    assert pages == 3
    assert {asked.countries for asked in library.asked} == {("KZ",)}


async def test_all_that_was_asked_reaches_the_library() -> None:
    library = FakeLibrary()
    asked = "q=water+-dam&country=kz,TJ&country=region:CA&language=RU&source=steppe&topic=Energy"
    times = "since=2026-11-01&until=2026-11-22T17:00:00%2B05:00&before=9&limit=7"
    async with served(library) as client:
        await told(client, f"/api/v1/stories?{asked}&{times}")
    (query,) = library.asked
    assert query.words == "water -dam"
    assert query.countries == ("KZ", "TJ", "region:CA")
    assert (query.languages, query.sources, query.topic) == (("ru",), ("steppe",), "Energy")
    assert query.since == NOON.replace(day=1, hour=0)
    assert query.until == NOON
    assert (query.before, query.limit) == (9, 7)


async def test_a_story_is_told_with_all_its_entries() -> None:
    async with served() as client:
        one = await told(client, "/api/v1/stories/1")
        assert [(entry["id"], entry["relation"]) for entry in one["entries"]] == [
            (100, "lead"),
            (101, "translation"),
            (102, "report"),
        ]
        for entry in one["entries"]:
            detail = await told(client, entry["api_url"].removeprefix(BASE))
            assert detail.items() >= entry.items()


async def test_a_merged_story_leads_to_the_one_that_tells_it() -> None:
    async with served() as client, client.get("/api/v1/stories/3", allow_redirects=False) as answer:
        assert answer.status == 301
        assert answer.headers["Location"] == f"{BASE}/api/v1/stories/1"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_what_was_hidden_is_gone() -> None:
    async with served() as client:
        for path in ("stories/4", "entries/400"):
            async with client.get(f"/api/v1/{path}") as answer:
                told_problem = await problem(answer, 410, "withdrawn")
                assert "Remove it" in told_problem["detail"]


NOTHING_THERE = [
    "v1/stories/77",
    "v1/stories/0",
    "v1/stories/-1",
    "v1/stories/1.0",
    "v1/stories/abc",
    "v1/stories/%D9%A1",
    "v1/stories/9223372036854775808",
    "v1/stories/" + "9" * 5000,
    "v1/stories/1/",
    "v1/stories/1%0A",
    "v1/entries/7700",
    "v1/entries/199",
    "v1/sources/steppe",
    "v2/stories",
    "nothing",
    "..%2f..%2fetc/passwd",
]


async def test_what_there_is_not_is_told_as_a_problem() -> None:
    async with served() as client:
        for path in NOTHING_THERE:
            async with client.get(f"/api/{path}") as answer:
                await problem(answer, 404, "not-found")


async def test_a_bad_query_is_told_with_all_that_is_wrong() -> None:
    async with served() as client:
        async with client.get("/api/v1/stories?langage=ru&since=soon&limit=0&q=a&q=b") as answer:
            body = await problem(answer, 400, "bad-query")
        details = {one["parameter"]: one["detail"] for one in body["errors"]}
        assert set(details) == {"langage", "since", "limit", "q"}
        assert "Did you mean language?" in details["langage"]
        assert "RFC 3339" in details["since"]


async def test_a_query_without_end_is_refused() -> None:
    async with served() as client, client.get(f"/api/v1/stories?q={'x' * LONGEST_QUERY}") as answer:
        await problem(answer, 414, "too-long")


async def test_whoever_asks_too_often_is_told_to_wait() -> None:
    admission = FakeAdmission()
    library = FakeLibrary()
    async with served(library, admission) as client:
        admission.open = False
        for path in ("", "stories", "stories/1", "entries/101", "sources", "feeds"):
            async with client.get(f"/api/v1/{path}") as answer:
                await problem(answer, 429, "too-many")
                assert int(answer.headers["Retry-After"]) > 0
        async with client.get("/api/") as answer:
            assert answer.status == 200, "what costs nothing is open to all"
    assert set(admission.came) == {"127.0.0.1"}
    assert admission.inside == 0
    assert library.asked == []


async def test_a_store_that_does_not_answer_is_told_without_details(caplog) -> None:
    library, admission = FakeLibrary(), FakeAdmission()
    library.fault = RuntimeError("the inside: hush")
    async with served(library, admission) as client:
        for path in ("stories?q=hush", "stories/1", "entries/101", "sources", "feeds"):
            async with client.get(f"/api/v1/{path}") as answer:
                body = await problem(answer, 503, "unavailable")
                assert int(answer.headers["Retry-After"]) > 0
                assert "hush" not in json.dumps(body)
    assert "hush" not in caplog.text
    assert caplog.text.count("RuntimeError at ") == 5
    assert admission.inside == 0


async def test_a_fault_of_ours_is_a_problem_too(caplog) -> None:
    library = FakeLibrary([replace(story(1), countries=None)])
    async with served(library) as client:
        async with client.get("/api/v1/stories/1") as answer:
            body = await problem(answer, 500, "broken")
        assert "NoneType" not in json.dumps(body)
        await told(client, "/api/v1/sources")
    assert "NoneType" in caplog.text


async def test_what_the_reader_has_is_not_sent_again() -> None:
    async with served() as client:
        for path in ADDRESSES:
            async with client.get(path) as answer:
                assert answer.status == 200
                etag, caching = answer.headers["ETag"], answer.headers["Cache-Control"]
                assert caching.startswith("public, max-age=")
            for condition in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
                async with client.get(path, headers={"If-None-Match": condition}) as answer:
                    assert answer.status == 304, condition
                    assert await answer.read() == b""
                    assert (answer.headers["ETag"], answer.headers["Cache-Control"]) == (etag, caching)
                    assert answer.headers["Access-Control-Allow-Origin"] == "*"
            for condition in ('"other"', "", "W/", "é"):
                async with client.get(path, headers={"If-None-Match": condition}) as answer:
                    assert answer.status == 200, condition


async def test_the_tag_moves_with_what_is_told() -> None:
    library = FakeLibrary()
    async with served(library) as client:
        async with client.get("/api/v1/stories") as answer:
            etag = answer.headers["ETag"]
        library.stories[7] = story(7)
        async with client.get("/api/v1/stories", headers={"If-None-Match": etag}) as answer:
            assert answer.status == 200
            assert answer.headers["ETag"] != etag


async def test_head_tells_what_get_would() -> None:
    async with served() as client:
        for path in ADDRESSES:
            async with client.get(path, headers=PLAIN) as answer:
                expected = {name: answer.headers[name] for name in ("ETag", "Content-Type", "Content-Length")}
            async with client.head(path, headers=PLAIN) as answer:
                assert answer.status == 200
                assert {name: answer.headers[name] for name in expected} == expected
                assert await answer.read() == b""


async def test_pages_of_any_origin_may_read() -> None:
    asks = {"Origin": "https://other.example", "Access-Control-Request-Method": "GET"}
    async with served() as client:
        for path in ("/api/v1/stories", "/api/v1/stories/1", "/api/v1/nothing"):
            async with client.options(path, headers=asks) as answer:
                assert answer.status == 204
                assert answer.headers["Access-Control-Allow-Origin"] == "*"
                assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]
                assert "Access-Control-Allow-Credentials" not in answer.headers
            async with client.get(path) as answer:
                assert answer.headers["Access-Control-Allow-Origin"] == "*", "asked for by an origin or not"
                exposed = answer.headers["Access-Control-Expose-Headers"]
                assert {"ETag", "Link", "Retry-After"} <= set(exposed.split(", "))


async def test_nobody_may_write() -> None:
    async with served() as client:
        for method, path in itertools.product(("POST", "PUT", "PATCH", "DELETE"), ADDRESSES):
            async with client.request(method, path, data=b"{}") as answer:
                await problem(answer, 405, "wrong-method")
                assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"


async def test_long_answers_travel_compressed() -> None:
    async with served() as client:
        async with client.get("/api/v1/stories", headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.headers["Content-Encoding"] == "gzip"
            assert answer.headers["Vary"] == "Accept-Encoding"
            packed = json.loads(gzip.decompress(await answer.read()))
        assert packed == await told(client, "/api/v1/stories")


async def test_answers_are_not_indexed_but_the_page_may_be() -> None:
    async with served() as client:
        for path in ("/api/v1/stories", "/api/v1/nothing"):
            async with client.get(path) as answer:
                assert answer.headers["X-Robots-Tag"] == "noindex"
        async with client.get("/api/") as answer:
            assert "X-Robots-Tag" not in answer.headers


async def test_no_address_depends_on_who_is_asked() -> None:
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", **PLAIN}
    site = replace(SITE, base_url="https://example.org/news")
    async with served(site=site) as client:
        for path in [*ADDRESSES, "/api/v1/stories/3", "/api/v1/stories/4"]:
            async with client.get(path, headers=hostile, allow_redirects=False) as answer:
                everything = (await answer.read()).decode() + str(answer.headers)
                assert "evil" not in everything
                assert "https://example.org/news/" in everything


async def test_the_store_is_asked_beside_the_event_loop() -> None:
    class Slow(FakeLibrary):
        def statuses(self):
            assert loop is not None
            with pytest.raises(RuntimeError):
                asyncio.get_running_loop()
            return super().statuses()

    loop = asyncio.get_running_loop()
    async with served(Slow()) as client:
        await told(client, "/api/v1/sources")


async def test_within_the_whole_the_headers_of_the_house_are_kept() -> None:
    app = SecurityHeaders(mounted(FakeLibrary()))
    async with serve(app, "127.0.0.1", 0) as address, aiohttp.ClientSession(address.url) as client:
        for path in ADDRESSES:
            async with client.get(path) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'")
                assert answer.headers["X-Content-Type-Options"] == SECURITY["X-Content-Type-Options"]
