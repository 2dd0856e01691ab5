"""Mails as servers return them, with invented names."""

from __future__ import annotations

TAG = "7-0a1b2c3d"
BASE = "bounces@news.example.org"
TO = f"bounces+{TAG}@news.example.org"
MESSAGE_ID = "42.7.9c1e5b02@news.example.org"


def dsn(
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 <aigul@example.net>: Recipient address rejected: User unknown",
    *,
    action: str = "failed",
    to: str = TO,
    returned: str = f"Return-Path: <{TO}>\r\nMessage-ID: <{MESSAGE_ID}>\r\n",
    returned_type: str = "text/rfc822-headers",
    report_type: str = "message/delivery-status",
) -> bytes:
    """As Postfix writes one."""
    return (
        "Return-Path: <>\r\n"
        f"Delivered-To: {to}\r\n"
        "From: MAILER-DAEMON@relay.example.org (Mail Delivery System)\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        f"To: {to}\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary="B1/relay"\r\n'
        "\r\n"
        "This is a MIME-encapsulated message.\r\n"
        "\r\n--B1/relay\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
        "I'm sorry to have to inform you that your message could not be delivered.\r\n"
        f"\r\n--B1/relay\r\nContent-Description: Delivery report\r\nContent-Type: {report_type}\r\n\r\n"
        "Reporting-MTA: dns; relay.example.org\r\nArrival-Date: Mon, 23 Nov 2026 07:00:00 +0000\r\n"
        "\r\n"
        "Final-Recipient: rfc822; aigul@example.net\r\n"
        f"Action: {action}\r\nStatus: {status}\r\nRemote-MTA: dns; mx.example.net\r\n"
        f"Diagnostic-Code: {diagnostic}\r\n"
        f"\r\n--B1/relay\r\nContent-Type: {returned_type}\r\n\r\n{returned}"
        "\r\n--B1/relay--\r\n"
    ).encode()


def arf(kind: str = "abuse", *, to: str = "abuse@news.example.org", sender: str = TO) -> bytes:
    """A complaint (RFC 5965 appendix B)."""
    return (
        f"From: <abusedesk@provider.example>\r\nTo: <{to}>\r\nSubject: FW: Steppe weekly\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="part1"\r\n'
        "\r\n--part1\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n"
        "\r\n--part1\r\nContent-Type: message/feedback-report\r\n\r\n"
        f"Feedback-Type: {kind}\r\nUser-Agent: SomeGenerator/1.0\r\nVersion: 1\r\n"
        f"Original-Mail-From: <{sender}>\r\nOriginal-Rcpt-To: <redacted@provider.example>\r\n"
        "\r\n--part1\r\nContent-Type: message/rfc822\r\nContent-Disposition: inline\r\n\r\n"
        f"From: <digest@news.example.org>\r\nMessage-ID: <{MESSAGE_ID}>\r\n"
        "Subject: Steppe weekly\r\n\r\nNews.\r\n"
        "\r\n--part1--\r\n"
    ).encode()


def plain(
    subject: str = "Hello",
    text: str = "I liked it.",
    *,
    to: str = TO,
    sender: str = "aigul@example.net",
    more: str = "",
) -> bytes:
    """A mail that is no report."""
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\n{more}"
    return f"{head}\r\n{text}\r\n".encode()
