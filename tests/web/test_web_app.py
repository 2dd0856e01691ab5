"""What every answer has in common."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aggregator.web.headers import SECURITY
from aggregator.web.leaving import Departure


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/nothing"),
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


async def test_health_is_not_cached(visit, web_settings) -> None:
    async with visit(web_settings) as client, client.get("/healthz") as answer:
        assert (answer.status, await answer.text()) == (200, "ok\n")
        assert answer.headers["Cache-Control"] == "no-store"


async def test_no_answer_depends_on_the_host_header(visit, web_settings) -> None:
    hostile = {"Host": "evil.example/u/x?", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    async with visit(web_settings) as client:
        async with client.get("/country/kz", headers=hostile) as answer:
            assert await answer.read() == b"<h1>KZ</h1>"
        for path in ("/", "/country/kz/", "/feeds", "/u/token/", "/healthz/", "/u/token"):
            async with client.get(path, headers=hostile, allow_redirects=False) as answer:
                assert answer.status in (200, 404), path
                assert b"evil" not in await answer.read()
                assert "Location" not in answer.headers


async def test_without_a_folder_of_caught_mail_there_are_no_such_pages(visit, web_settings) -> None:
    async with visit(web_settings) as client, client.get("/caught/key/") as answer:
        assert answer.status == 404


def test_a_departure_is_a_plain_value() -> None:
    assert Departure("Weekly", "ru") == Departure("Weekly", "ru")
