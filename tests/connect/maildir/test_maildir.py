"""A maildir of real MIME; the people and texts are invented."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from pathlib import Path
from typing import Any

import pytest

from parvis.connect.maildir.api import import_maildir
from parvis.connect.silo import Silo
from parvis.lake.workspace import Workspace
from tests.making import moment, one, rows


def mail(text: str = "Où est mon thé ?", **headers: str) -> EmailMessage:
    message = EmailMessage()
    told = {
        "From": "Ann Été <Ann@Post.example>",
        "To": "Service <service@tea.example>",
        "Subject": "Thé égaré",
        "Date": "Mon, 2 Mar 2026 12:00:00 +0100",
        "Message-ID": "<m1@post.example>",
        **{k.replace("_", "-"): v for k, v in headers.items()},
    }
    for name, value in told.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message


@pytest.fixture
def bring(workspace: Workspace, tmp_path: Path) -> Callable[..., Any]:
    """Write messages into a maildir and import it."""
    box = tmp_path / "support"
    for part in ("cur", "new", "tmp"):
        (box / part).mkdir(parents=True)

    def run(*messages: Any, part: str = "cur", first: int = 1) -> Any:
        for number, message in enumerate(messages, first):
            content = message if isinstance(message, bytes) else message.as_bytes()
            (box / part / f"17724528{number:02}.M1P{number}.host:2,S").write_bytes(content)
        silo = Silo("support", (box,), tmp_path, own=("service@tea.example", "@brand.example"))
        return import_maildir(workspace, silo)

    return run


def told(row: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(row["properties"]))


def test_pictures_come_along_with_their_mail(workspace, bring):
    message = mail("Cassée à l'arrivée")
    photo = bytes(range(256)) * 32
    message.add_attachment(photo, maintype="image", subtype="jpeg", filename="théière.jpg")
    message.add_attachment(b"logo", maintype="image", subtype="png", filename="logo.png")
    message.add_attachment(photo[::-1], maintype="image", subtype="png")
    bring(message)
    shown = told(one(workspace.events))["pictures"]
    assert shown == [
        {"url": "mid:m1@post.example/0", "alt": "théière.jpg"},
        {"url": "mid:m1@post.example/1", "alt": "?"},
    ]
    files = {r["url"]: r["content"] for r in rows(workspace.table("picture_files"))}
    assert files == {shown[0]["url"]: photo, shown[1]["url"]: photo[::-1]}
    assert bring(message).rows_read == 0
    assert len(rows(workspace.table("picture_files"))) == 2


def test_a_mail_is_what_its_writer_said(workspace, bring):
    text = "Où est mon thé ?\n\nLe lundi 2 mars 2026, Service a écrit :\n> Parti.\n-- \nAnn\n"
    message = mail(
        text,
        Received="from a by b; Mon, 2 Mar 2026 11:00:07 +0000",
        References="<r@post.example> <p@tea.example>",
        In_Reply_To="<p@tea.example>",
    )
    message.add_alternative("<p>Où est mon thé ?</p>", subtype="html")
    message.add_attachment(b"png", maintype="image", subtype="png", filename="thé.png")
    bring(message)
    row = one(workspace.events)
    assert (row["name"], row["channel"]) == ("Email Received", "email")
    assert row["text"] == "Où est mon thé ?"
    assert row["message_id"] == "mail:m1@post.example"
    assert row["occurred_at"] == moment("2026-03-02T11:00")
    assert row["received_at"] == moment("2026-03-02T11:00:07")
    assert row["identifiers"] == [{"kind": "email", "value": "ann@post.example"}]
    assert dict(row["traits"]) == {"name": "Ann Été"}
    assert told(row) == {
        "object": "m1@post.example",
        "thread": "r@post.example",
        "in_reply_to": "p@tea.example",
        "subject": "Thé égaré",
        "from": "ann@post.example",
        "to": ["service@tea.example"],
        "attachments": ["thé.png"],
        "whole": text.strip(),
        "maildir": "1772452801.M1P1.host",
    }


def test_what_the_brand_answers_is_told_of_whom_it_answers(workspace, bring):
    answer = mail("Parti.", From="service@tea.example", To="x@brand.example, Ann@Post.example")
    bring(answer)
    row = one(workspace.events)
    assert (row["name"], told(row)["is_own"]) == ("Message Sent", True)
    assert row["identifiers"] == [{"kind": "email", "value": "ann@post.example"}]


def test_html_alone_is_made_plain(workspace, bring):
    message = mail()
    message.set_content(
        "<style>p{}</style><p>Où est<br>mon th&eacute; ?</p>"
        '<div class="gmail_quote">Le lundi, Service a écrit :</div>',
        subtype="html",
    )
    bring(message)
    assert one(workspace.events)["text"] == "Où est\nmon thé ?"


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        ("thé".encode(), "utf-8", "thé"),
        ("thé".encode(), "iso-8859-1", "thé"),
        ("thé".encode("latin-1"), "utf-8", "thé"),
        ("thé".encode("latin-1"), "x-unknown", "thé"),
        ("thé’".encode("cp1252"), "iso-8859-1", "thé’"),
        ("thé".encode("latin-1"), "us-ascii", "thé"),
        ("чай".encode("koi8-r"), "koi8-r", "чай"),
        (b"th\x81", "utf-8", "th\ufffd"),
        (b"a\x00b", "utf-8", "ab"),
        ("thé".encode(), "punycode", "thé"),
    ],
)
def test_charsets_that_lie_are_seen_through(workspace, bring, content, charset, text):
    head = f"From: a@post.example\nDate: Mon, 2 Mar 2026 12:00:00 +0100\n{MIME}{charset}\n\n"
    bring(head.encode() + content)
    assert one(workspace.events)["text"] == text


MIME = "MIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\nContent-Type: text/plain; charset="


def test_known_messages_are_not_opened_again(workspace, bring, tmp_path):
    assert bring(mail(), part="new").added == 1
    # somebody read it
    old = next((tmp_path / "support" / "new").iterdir())
    old.rename(tmp_path / "support" / "cur" / (old.name + "RS"))
    again = bring()
    assert (again.rows_read, again.added) == (0, 0)
    (tmp_path / "support" / ".Sent" / "cur").mkdir(parents=True)
    (tmp_path / "support" / ".Sent" / "cur" / "9.x").write_bytes(
        mail(Message_ID="<m9@x>").as_bytes()
    )
    (tmp_path / "support" / "tmp" / "8.x").write_bytes(mail(Message_ID="<m8@x>").as_bytes())
    grown = bring(mail(Message_ID=""), mail(), first=5)
    assert (grown.rows_read, grown.added, grown.known) == (3, 2, 1)


def test_what_cannot_be_read_is_kept_with_its_reason(workspace, bring):
    wrong = [
        (b"", "not_a_mail"),
        (b"\x89PNG\r\n\x1a\n\x00", "not_a_mail"),
        (mail(From="").as_bytes(), "no_identifier"),
        (mail().as_bytes().replace(b"Mon, 02 Mar 2026", b"hier"), "not_a_date"),
        (mail(Date="Thu, 1 Jan 1970 00:00:00 +0000").as_bytes(), "before_1990"),
        (mail(Date="Thu, 1 Jan 2099 00:00:00 +0000").as_bytes(), "in_the_future"),
        (nested(400), "too_deep"),
    ]
    report = bring(*(content for content, _ in wrong), mail())
    found = {r["file"]: r["reason"] for r in rows(workspace.quarantine)}
    assert (report.rows_read, report.added, report.quarantined) == (8, 1, 7), found
    assert [found[f"support/17724528{n:02}.M1P{n}.host"] for n in range(1, 8)] == [
        reason for _, reason in wrong
    ]
    again = bring()
    assert (again.added, again.quarantined) == (0, 0)


def nested(depth: int) -> bytes:
    """Make a bomb of parts in parts."""
    head = "From: a@post.example\nDate: Mon, 2 Mar 2026 12:00:00 +0100\nMIME-Version: 1.0\n"
    parts = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(depth)
    )
    return (head + parts + "Content-Type: text/plain\n\nfin\n").encode()


def test_large_and_wide_messages_take_little_time(workspace, bring):
    wide = MIMEMultipart()
    wide["From"], wide["Date"] = "a@post.example", "Mon, 2 Mar 2026 12:00:00 +0100"
    for _ in range(2000):
        wide.attach(MIMEText("x"))
    long = mail("é" * 1_200_000, Message_ID="<long@x>")
    began = time.process_time()
    assert bring(wide, long).added == 2
    assert time.process_time() - began < 20
    row = one(workspace.events, message_id="mail:long@x")
    assert len(row["text"]) == 1_000_000
    assert told(row)["cut"] is True
    assert len(told(row)["whole"]) == 64_000
