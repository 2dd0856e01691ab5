"""What every answer has in common."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_network

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from aggregator.model import Answer, Departure
from aggregator.web.app import Admit
from aggregator.web.headers import SECURITY


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/nothing"),
        ("GET", "/feeds"),
        ("GET", "/" + "a" * 2000),
        ("GET", "/healthz"),
        ("HEAD", "/feeds/all.atom"),
        ("DELETE", "/"),
        ("GET", "/u/token"),
        ("PUT", "/u/token"),
    ],
)
async def test_every_answer_carries_the_security_headers(method: str, path: str, visit, web_settings) -> None:
    async with visit(web_settings) as client, client.request(method, path) as answer:
        assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
        assert "Server" not in answer.headers
        assert "Set-Cookie" not in answer.headers


def test_the_policy_admits_no_script_and_no_other_origin() -> None:
    policy = SECURITY["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "script-src" not in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_a_fault_of_ours_is_told_without_details(visit, web_settings, caplog) -> None:
    class Broken:
        def __call__(self, language: str) -> None:
            raise RuntimeError("the inside")

    broken = replace(web_settings, environment=Broken())
    async with visit(broken) as client, client.get("/u/token") as answer:
        assert answer.status == 500
        assert "the inside" not in await answer.text()
        assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
    assert "the inside" in caplog.text


async def test_the_api_is_told_who_is_let_in(visit, web_settings) -> None:
    told = []

    def api(admit: Admit) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            assert scope["root_path"] == "/api"
            with admit("reader") as let_in:
                told.append(let_in)
            await PlainTextResponse("told")(scope, receive, send)

        return answer

    async with visit(replace(web_settings, api=api, requests_per_minute=1)) as client:
        for _ in range(2):
            async with client.get("/api/v1/stories") as answer:
                assert await answer.text() == "told"
    assert told == [True, False]


async def test_without_an_api_there_is_no_such_address(visit, web_settings) -> None:
    async with visit(web_settings) as client, client.get("/api/v1/") as answer:
        assert (answer.status, await answer.read()) == (404, b"<h1>Nothing here</h1>")


@pytest.mark.parametrize(("trusted", "let_in"), [(["127.0.0.0/8"], [200, 200, 429]), ([], [200, 429, 429])])
async def test_clients_behind_a_trusted_proxy_are_told_apart(
    trusted: list[str], let_in: list[int], visit, web_settings, library
) -> None:
    library.answers = {f"en/story/{number}": Answer(200, b"<h1>", "text/html") for number in range(3)}
    settings = replace(
        web_settings,
        browse=library,
        requests_per_minute=1,
        trusted_proxies=[ip_network(network) for network in trusted],
    )
    statuses = []
    async with visit(settings) as client:
        for number, address in enumerate(("192.0.2.1", "192.0.2.2", "192.0.2.2")):
            headers = {"X-Forwarded-For": address}
            async with client.get(f"/en/story/{number}", headers=headers) as answer:
                statuses.append(answer.status)
    assert statuses == let_in


async def test_health_is_not_cached(visit, web_settings) -> None:
    async with visit(web_settings) as client, client.get("/healthz") as answer:
        assert (answer.status, await answer.text()) == (200, "ok\n")
        assert answer.headers["Cache-Control"] == "no-store"


async def test_no_answer_depends_on_the_host_header(visit, web_settings) -> None:
    hostile = {"Host": "evil.example/u/x?", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    async with visit(web_settings) as client:
        async with client.get("/country/kz", headers=hostile) as answer:
            assert await answer.read() == b"<h1>KZ</h1>"
        for path in ("/", "/country/kz/", "/u/token/", "/healthz/", "/u/token"):
            async with client.get(path, headers=hostile, allow_redirects=False) as answer:
                assert answer.status in (200, 404), path
                assert b"evil" not in await answer.read()
                assert "Location" not in answer.headers
        async with client.get("/feeds", headers=hostile, allow_redirects=False) as answer:
            assert (answer.status, answer.headers["Location"]) == (302, "/en/feeds")


async def test_without_a_folder_of_caught_mail_there_are_no_such_pages(visit, web_settings) -> None:
    async with visit(web_settings) as client, client.get("/caught/key/") as answer:
        assert answer.status == 404


def test_a_departure_is_a_plain_value() -> None:
    assert Departure("Weekly", "ru") == Departure("Weekly", "ru")
