"""Parts of a message: encoded once, with holes that are filled per letter."""

from __future__ import annotations

import base64
import quopri

from hypothesis import given
from hypothesis import strategies as st

from aggregator.newsletter.encoding import Encoded, encode

SLOTS = {"[[u]]": "u", "[[p]]": "p"}
PIECES = ["abc d", "ж", "\n", "  ", "=", ".", "\t", "x" * 75, " ", "[[u]]", "[[p]]", "é", "Мост через реку "]
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
words = st.text("https:/.=?&-_", min_size=1, max_size=120).map(str.encode)


def joined(encoded: Encoded, filled: dict[str, bytes]) -> bytes:
    return b"".join(one if isinstance(one, bytes) else one.encoded(filled) for one in encoded.pieces)


@given(texts, texts, texts, words, words)
def test_what_was_filled_in_and_what_was_there_come_out_as_they_were(
    head: str, body: str, foot: str, u: bytes, p: bytes
) -> None:
    filled = {"u": u, "p": p}
    encoded = encode((head, body, foot), SLOTS, {"u": len(u), "p": len(p)})
    sent = joined(encoded, filled)
    said = quopri.decodestring(sent).replace(b"\r\n", b"\n")
    if encoded.encoding == "base64":
        said = base64.b64decode(sent, validate=False)
    head, foot = (one.replace("[[u]]", u.decode()).replace("[[p]]", p.decode()) for one in (head, foot))
    assert said.decode() == head + body + foot
    lines = sent.split(b"\r\n")
    assert max(map(len, lines)) <= 76
    assert sent.isascii()


def test_rows_without_a_readers_words_are_encoded_once() -> None:
    text = ("Ж" * 500 + "[[u]]", "Ж" * 5000, "")
    encoded = encode(text, SLOTS, {"u": 30, "p": 30})
    own = [one for one in encoded.pieces if not isinstance(one, bytes)]
    assert encoded.encoding == "base64"
    assert sum(len(one.encoded({"u": b"u" * 30})) for one in own) < 3 * 78


def test_line_ends_of_any_system_become_those_of_mail() -> None:
    encoded = encode(("a\r\nb\rc\n", "", ""), {}, {})
    assert joined(encoded, {}) == b"a\r\nb\r\nc\r\n"
