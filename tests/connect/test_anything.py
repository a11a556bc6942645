"""Whatever comes, a document is read or set aside with a reason: nothing stops an importer."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from parvis.connect.activitypub.actors import profile_of
from parvis.connect.atom.api import read_feed
from parvis.connect.files.parse import Setting
from parvis.connect.files.quarantine import MEANINGS
from parvis.connect.maildir.shape import mail_event
from parvis.connect.plain_text import plain_text
from parvis.connect.reviews.shape import review_event, reviews_in

NOW = Setting("x", "Europe/Paris", "EUR", datetime.now(UTC))
LEAF = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
WORDS = st.sampled_from([
    "2026-03-02", "2026-03-02T12:00:00Z", "https://a.example/1", "ann@a.example", "PropertyValue",
    "Review", "5", "<p>a</p>", "http://[",
])  # fmt: skip
JSON = st.recursive(
    LEAF | WORDS, lambda c: st.lists(c, max_size=3) | st.dictionaries(st.text(), c, max_size=3)
)


def documents(*keys: str) -> st.SearchStrategy[dict[str, object]]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(keys, JSON))


@given(
    documents(
        "@id", "url", "datePublished", "reviewRating", "reviewBody", "author", "itemReviewed",
        "publisher", "name", "inLanguage", "review",
    )
)  # fmt: skip
def test_any_review(document):
    for review in reviews_in(document):
        shaped = review_event(review, NOW)
        assert (shaped.row is None) == bool(shaped.reason)
        assert not shaped.reason or shaped.reason in MEANINGS
        if shaped.row is not None:
            told = json.loads(shaped.row["properties"])
            assert "\x00" not in "".join(map(str, [shaped.row["message_id"], *told.values()]))


@given(
    documents(
        "id", "type", "preferredUsername", "name", "summary", "published", "updated", "url",
        "attachment",
    )
)  # fmt: skip
def test_any_profile(document):
    profile = profile_of(document, NOW)
    assert (profile.row is None) == bool(profile.reason)
    assert not profile.reason or profile.reason in MEANINGS


HEADERS = st.lists(
    st.tuples(
        st.sampled_from([
            b"From", b"To", b"Date", b"Subject", b"Received", b"Message-ID", b"References",
            b"Content-Type", b"Content-Transfer-Encoding", b"Content-Disposition",
        ]),
        st.sampled_from([
            b"ann@a.example", b"Mon, 2 Mar 2026 12:00:00 +0100", b"=?utf-8?b?====?=", b"base64",
            b"=?x?q?=ff?=", b"multipart/mixed; boundary=b", b"text/html; charset*=a'b'%ff",
            b"quoted-printable", b"x-uuencode", b"attachment; filename*0*=utf-8''%E9", b"<a@b>",
            b"text/plain; charset=\xff\x00", b"Mon, 99 Foo 2026 99:99:99 +9999", b"\x00",
        ]) | st.binary(max_size=40),
    ),
    max_size=8,
)  # fmt: skip


@given(HEADERS, st.binary(max_size=200), st.booleans())
def test_any_mail(headers, body, has_parts):
    lines = b"".join(name + b": " + value + b"\n" for name, value in headers)
    parts = b"--b\n\n" + body + b"\n--b--\n" if has_parts else body
    mail = mail_event(lines + b"\n" + parts, "1772452801.M1.host", NOW, frozenset())
    assert (mail.row is None) == bool(mail.reason)
    assert not mail.reason or mail.reason in MEANINGS
    if mail.row is not None:
        told = json.loads(mail.row["properties"])
        assert "\x00" not in "".join(map(str, [mail.row["text"], *told.values()]))


PIECES = st.sampled_from([
    "<entry>", "</entry>", "<id>a</id>", "<title>", "</title>", "&x;", "<![CDATA[", "]]>", "<b",
    "<published>2026-03-02T12:00:00Z</published>", "é", "\x00",
])  # fmt: skip
SIGNS = st.sampled_from([
    "<", ">", "a", "/", '"', "'", "!--", "&", ";", "pre", "script", " ", "\n", "=",
])  # fmt: skip


@given(st.lists(PIECES))
def test_any_feed(pieces):
    text = '<feed xmlns="http://www.w3.org/2005/Atom">' + "".join(pieces) + "</feed>"
    found = read_feed(text.encode(), "a.atom", NOW)
    assert all(row.reason in MEANINGS for row in found.bad)
    assert all(entry.row for entry in found.entries)


@given(st.text() | st.lists(SIGNS).map("".join))
def test_any_markup(markup):
    assert "\x00" not in plain_text(markup)
