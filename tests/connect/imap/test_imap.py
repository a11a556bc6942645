"""A real mailbox (Dovecot); the people and texts are invented."""

from __future__ import annotations

import imaplib
import io
import json
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from parvis.connect.imap.mailbox import folder_name
from parvis.connect.maildir.api import import_maildir
from parvis.connect.pull.api import Connector, cursor_of
from parvis.connect.silo import Silo
from parvis.work.picturing import read_pictures
from parvis.work.steps import build
from tests.connect.pull.serving import visited
from tests.making import moment, one, rows

DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

pytestmark = [
    pytest.mark.skipif(DOVECOT is None, reason="Dovecot is missing: apt-get install dovecot-imapd"),
    pytest.mark.skipif(os.geteuid() != 0, reason="Dovecot changes users, which needs root"),
]

SETTINGS = """
protocols = imap
listen = 127.0.0.1
base_dir = {home}/run
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{home}/mail/%u
first_valid_uid = 1
log_path = {home}/log
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={home}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = create
    special_use = \\Sent
  }}
  mailbox Réclamations {{
    auto = create
  }}
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


class Box:
    """A running server, and the mailbox of one user."""

    def __init__(self, home: Path, port: int, user: str) -> None:
        self.home, self.port, self.user = home, port, user
        self.address = f"imap://127.0.0.1:{port}"

    def client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        client.login(self.user, "secret")
        return client

    def put(self, *messages: bytes, folder: str = "INBOX") -> None:
        client = self.client()
        for message in messages:
            answer, told = client.append(folder, "", None, message.replace(b"\n", b"\r\n"))
            assert answer == "OK", told
        client.logout()

    def connector(self, *reads: str, **more: str) -> Connector:
        return Connector(
            "sav", "imap", self.address, more.get("login", self.user), "stored", reads,
            own=("sav@tea.example",),
        )  # fmt: skip


@pytest.fixture(scope="module")
def dovecot() -> Iterator[tuple[Path, int]]:
    # names of sockets must be short
    home = Path(tempfile.mkdtemp(prefix="dc", dir="/tmp"))
    home.chmod(0o755)
    (home / "mail").mkdir()
    user = pwd.getpwnam("nobody")
    os.chown(home / "mail", user.pw_uid, user.pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = SETTINGS.format(home=home, uid=user.pw_uid, gid=user.pw_gid, port=port)
    (home / "dovecot.conf").write_text(settings)
    assert DOVECOT
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(home / "dovecot.conf")])
    try:
        for _ in range(200):
            with socket.socket() as trial:
                if trial.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield home, port
    finally:
        process.terminate()
        process.wait(20)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def box(dovecot, request) -> Box:
    return Box(*dovecot, user=f"u{abs(hash(request.node.name)) % 10**9}")


def mail(number: int, body: str, more: str = "", sender: str = "Ann <ann@post.example>") -> bytes:
    head = (
        f"From: {sender}\nTo: sav@tea.example\nSubject: =?utf-8?q?Th=C3=A9_{number}?=\n"
        f"Message-ID: <{number}@post.example>\nDate: Mon, {number} Mar 2026 10:00:00 +0100\n{more}"
    )
    if "Content-Type" not in more:
        head += "Content-Type: text/plain; charset=utf-8\n"
    return f"{head}\n{body}\n".encode()


def test_what_is_new_comes_once_and_nothing_is_marked(workspace, box):
    quoted = "Toujours rien.\n\nLe 1 mars 2026, Sav a écrit :\n> Bonjour\n-- \nAnn Été"
    latin = mail(2, "", "Content-Type: text/plain; charset=iso-8859-1\n") + "égaré".encode(
        "latin-1"
    )
    answer = mail(3, "Il part.", "References: <1@post.example>\n", "Sav <sav@tea.example>")
    box.put(mail(1, quoted), latin)
    box.put(answer.replace(b"To: sav@tea.example", b"To: ann@post.example"), folder="Sent")
    outcome = visited(workspace, box.connector(), "secret")
    assert (outcome.read, outcome.added, outcome.problem) == (3, 3, "")
    found = {r["message_id"]: r for r in rows(workspace.events)}
    first = found["mail:1@post.example"]
    assert (first["name"], first["text"]) == ("Email Received", "Toujours rien.")
    assert first["occurred_at"] == moment("2026-03-01T09:00")
    assert found["mail:2@post.example"]["text"] == "égaré"
    sent = found["mail:3@post.example"]
    assert sent["name"] == "Message Sent"
    assert json.loads(sent["properties"])["thread"] == "1@post.example"

    before = workspace.data_version()
    assert visited(workspace, box.connector()).read == 0
    assert workspace.data_version() == before
    box.put(mail(4, "Merci !"))
    assert visited(workspace, box.connector()).read == 1
    client = box.client()
    client.select("INBOX", readonly=True)
    assert client.uid("SEARCH", "UNSEEN")[1] == [b"1 2 3"]
    client.logout()


def test_a_photo_in_a_mail_is_read(make, box):
    workspace = make(as_of="today")
    noise = np.random.default_rng(5).integers(0, 256, (60, 90, 3), np.uint8)
    kept = io.BytesIO()
    Image.fromarray(noise).save(kept, "PNG")
    message = EmailMessage()
    message["From"], message["To"] = "Ann <ann@post.example>", "sav@tea.example"
    message["Message-ID"], message["Date"] = "<9@post.example>", "Mon, 9 Mar 2026 10:00:00 +0100"
    message.set_content("Arrivée cassée")
    message.add_attachment(kept.getvalue(), maintype="image", subtype="png", filename="photo.png")
    message.add_attachment(b"no picture" * 900, maintype="image", subtype="gif", filename="x.gif")
    box.put(message.as_bytes())
    visited(workspace, box.connector(), "secret")
    build(workspace)
    report = read_pictures(workspace)
    assert (report.read, report.failed, report.left) == (1, 1, 0)
    read = {r["url"]: r for r in rows(workspace.table("pictures"))}
    assert read["mid:9@post.example/0"]["width"] == 90
    assert "is none" in read["mid:9@post.example/1"]["problem"]
    # what was read needn't be kept whole
    assert rows(workspace.table("picture_files")) == []


def test_the_same_mail_as_a_file_is_the_same_event(workspace, box, tmp_path):
    box.put(mail(1, "Un thé"))
    visited(workspace, box.connector(), "secret")
    for part in ("cur", "new", "tmp"):
        (tmp_path / "box" / part).mkdir(parents=True)
    (tmp_path / "box" / "new" / "1772452801.M1.host").write_bytes(mail(1, "Un thé"))
    report = import_maildir(workspace, Silo("sav", (tmp_path / "box",), tmp_path))
    assert (report.added, report.known) == (0, 1)


def test_when_numbers_are_given_anew_it_begins_again_and_doubles_nothing(workspace, box, dovecot):
    box.put(mail(1, "Un"), mail(2, "Deux"))
    visited(workspace, box.connector("INBOX"), "secret")
    before = cursor_of(workspace.engine, "sav")["INBOX"]
    for state in (dovecot[0] / "mail" / box.user).glob("dovecot*"):
        state.unlink()
    time.sleep(1.1)  # a validity is a second of the clock
    box.put(mail(3, "Trois"))
    outcome = visited(workspace, box.connector("INBOX"))
    after = cursor_of(workspace.engine, "sav")["INBOX"]
    assert after["validity"] != before["validity"]
    assert (outcome.added, outcome.known) == (1, 2)


def test_what_is_put_away_was_not_deleted_by_its_author(workspace, box):
    box.put(mail(1, "Un"))
    visited(workspace, box.connector("INBOX"), "secret")
    client = box.client()
    client.select("INBOX")
    client.uid("STORE", "1", "+FLAGS", "\\Deleted")
    client.expunge()
    client.logout()
    assert visited(workspace, box.connector("INBOX")).problem == ""
    assert one(workspace.events)["text"] == "Un"


def test_a_folder_with_an_accent_is_found_and_a_missing_one_told(workspace, box):
    box.put(mail(1, "Perdu"), folder=folder_name("Réclamations"))
    outcome = visited(workspace, box.connector("Réclamations"), "secret")
    assert outcome.added == 1
    problem = visited(workspace, box.connector("Nulle part"))
    assert "no folder Nulle part" in problem.problem


def test_a_bomb_of_parts_is_set_aside_in_no_time(workspace, box):
    bomb = "\n".join(
        f"--b{n}\nContent-Type: multipart/mixed; boundary=b{n + 1}\n" for n in range(5000)
    )
    box.put(mail(1, bomb, "Content-Type: multipart/mixed; boundary=b0\n"), mail(2, "Sain"))
    began = time.monotonic()
    outcome = visited(workspace, box.connector("INBOX"), "secret")
    assert time.monotonic() - began < 10
    assert (outcome.added, outcome.quarantined) == (1, 1)
    assert one(workspace.quarantine)["reason"] == "too_deep"


def test_a_wrong_password_and_a_silent_server_are_told(workspace, box):
    problem = visited(workspace, box.connector("INBOX"), "wrong")
    assert f"doesn't accept {box.user}" in problem.problem
    assert "wrong" not in problem.problem + problem.next_step
    gone = Connector("gone", "imap", "imap://127.0.0.1:1", "ann", "stored")
    assert "can't be read" in visited(workspace, gone, "secret").problem
    afar = Connector("afar", "imap", "imap://localhost.example:1", "ann", "stored")
    assert visited(workspace, afar, "secret").problem
