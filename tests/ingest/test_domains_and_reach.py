from __future__ import annotations

import pytest

from aggregator.ingest.domains import registrable_domain
from aggregator.ingest.reach import Reach


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("steppe.example", "steppe.example"),
        ("www.News.Steppe.co.uk.", "steppe.co.uk"),
        ("feeds.news.gov.kz", "news.gov.kz"),
        ("a.blogspot.com", "blogspot.com"),
        ("www.xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd.xn--p1ai"),
        ("localhost", "localhost"),
        ("co.uk", "co.uk"),
        ("127.0.0.1", "127.0.0.1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("", ""),
    ],
)
def test_a_household_is_known_by_the_domain_it_registered(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_three_domains_in_a_row_that_worked_before_mean_that_our_network_is_down() -> None:
    reach = Reach()
    missed = [reach.missed(domain, worked_before=True) for domain in ("a", "b", "b", "c", "d")]
    assert missed == [False, False, False, True, True]


def test_one_server_that_answers_proves_the_network() -> None:
    reach = Reach()
    for domain in ("a", "b", "c"):
        reach.missed(domain, worked_before=True)
    reach.answered()
    assert not reach.missed("d", worked_before=True)


def test_domains_that_failed_before_are_no_witnesses() -> None:
    reach = Reach()
    assert not any(reach.missed(domain, worked_before=False) for domain in "abcdefg")
