from __future__ import annotations

import pytest

from aggregator.ingest.sniff import describe, first_tag, is_html


@pytest.mark.parametrize(
    ("body", "tag"),
    [
        (b'<?xml version="1.0"?>\n<!-- <html> --><rss version="2.0">', "rss"),
        (b"\xef\xbb\xbf  <rdf:RDF xmlns='x'>", "rdf:rdf"),
        (b"<!DOCTYPE HTML><html>", "!doctype html"),
        (b'<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "x"><rss>', "rss"),
        ("<feed/>".encode("utf-16"), "feed"),
        (b"{}", ""),
        (b"1 < 2", ""),
        (b"", ""),
    ],
)
def test_the_root_element_is_found(body: bytes, tag: str) -> None:
    assert first_tag(body) == tag


@pytest.mark.parametrize(
    ("body", "html"),
    [
        (b"<!doctype html><html><head>", True),
        (b"<HTML><body>", True),
        (b"<head><title>Moved</title></head>", True),
        (b"<html><body><feed xmlns='http://www.w3.org/2005/Atom'>", False),
        (b"<rss><channel><description>&lt;html&gt;", False),
        (b"<p>text</p>", False),
        (b"plain text", False),
    ],
)
def test_a_web_page_is_told_from_a_feed(body: bytes, html: bool) -> None:
    assert is_html(body) is html


def test_the_description_names_type_size_and_tag() -> None:
    assert describe(b"<html>", "text/html") == "text/html, 6 bytes, first tag <html>"
    assert describe(b"gone", "") == "no content type, 4 bytes, no tag at all"
