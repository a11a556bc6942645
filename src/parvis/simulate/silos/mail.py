"""The mailbox: a maildir of the mails that customers wrote and the brand answered.

Each mail is a file, so they are written one by one; what stands in them is drawn in columns.

References
----------
RFC 5322, RFC 2045, RFC 2047; D. J. Bernstein, "Using maildir format".
"""

from __future__ import annotations

import base64
import binascii
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from parvis.simulate.happenings.voices import BRAND, Sayings
from parvis.simulate.names import Names
from parvis.simulate.scene import SECOND, Block, Scene
from parvis.simulate.texts import Texts

__all__ = ["mail_ids", "write_mails"]

_WROTE: Final = ("Le {date}, {who} a écrit :", "On {date}, {who} wrote:")
_SERVICE: Final = ("Le service client {brand}", "{brand} customer care")
_FOLDERS: Final = ("cur", "new", "tmp")


@dataclass(frozen=True, slots=True)
class _Letter:
    """A mail before it is folded."""

    ident: str
    sender: str
    recipient: str
    subject: str
    seconds: int
    body: str
    answers: Sequence[str]
    form: int
    has_picture: bool


def mail_ids(scene: Scene, block: Block, count: int) -> list[str]:
    """Name the mails of a block: their Message-IDs, without brackets."""
    domain = scene.world.brand.mail.split("@")[1]
    return [f"{block.number + 1}.{i}.{scene.seeds.seed}@mail.{domain}" for i in range(count)]


def write_mails(
    scene: Scene, names: Names, block: Block, said: Sayings, texts: Texts, folder: Path
) -> int:
    """Write the mails of a block.

    Returns
    -------
    int
        How many.
    """
    box = folder / "mail" / "support"
    for part in _FOLDERS:
        (box / part).mkdir(parents=True, exist_ok=True)
    if not len(said):
        return 0
    brand, ids = scene.world.brand, mail_ids(scene, block, len(said))
    person = np.where(said.author == BRAND, said.author[np.maximum(said.root, 0)], said.author)
    rng, here = scene.seeds.of("envelopes", block.number), pa.array(person)
    firsts = names.first.take(here).cast(pa.string()).to_pylist()
    lasts = names.last.take(here).cast(pa.string()).to_pylist()
    # in a household somebody writes from their own address at times
    own = rng.random(len(scene.people)) < 0.5 if len(said) else np.zeros(0, bool)
    shared, alone = names.email.take(here).to_pylist(), names.own_email.take(here).to_pylist()
    bodies, titles = texts.body.to_pylist(), texts.title.to_pylist()
    form, picture = rng.integers(0, 4, len(said)), rng.random(len(said)) < 0.03
    subjects: dict[int, str] = {}
    for i in range(len(said)):
        parent, root, ours = int(said.parent[i]), int(said.root[i]), said.author[i] == BRAND
        address = alone[i] if own[person[i]] else shared[i]
        customer = f'"{firsts[i]} {lasts[i]}" <{address}>'
        house = f'"{brand.name}" <{brand.mail}>'
        subjects[i] = titles[i] or "" if parent < 0 else "Re: " + subjects[root]
        language = int(said.language[i])
        signature = _SERVICE[language].format(brand=brand.name) if ours else firsts[i]
        body = f"{bodies[i]}\n\n-- \n{signature}\n"
        if parent >= 0:
            when = formatdate(int(said.at[parent]) // SECOND)
            who = brand.name if said.author[parent] == BRAND else f"{firsts[i]} {lasts[i]}"
            quoted = "\n".join("> " + line for line in bodies[parent].split("\n"))
            body += f"\n{_WROTE[language].format(date=when, who=who)}\n{quoted}\n"
        letter = _Letter(
            ids[i],
            house if ours else customer,
            customer if ours else house,
            subjects[i],
            int(said.at[i]) // SECOND,
            body,
            list(dict.fromkeys(ids[p] for p in (root, parent) if p >= 0)),
            int(form[i]),
            bool(picture[i]) and parent < 0,
        )
        seen = ours or i % 11 > 0
        flags = ":2,S" if seen else ""
        name = f"{letter.seconds}.M{block.number:06d}P{i}.{brand.handle}{flags}"
        (box / ("cur" if seen else "new") / name).write_bytes(_folded(letter))
    return len(said)


def _folded(letter: _Letter) -> bytes:
    """Write a mail as it travels."""
    head = [
        f"Return-Path: <{letter.sender.split('<')[1]}",
        f"Received: from mx.example by mail.example; {formatdate(letter.seconds + 4)}",
        f"Date: {formatdate(letter.seconds)}",
        f"From: {_worded(letter.sender)}",
        f"To: {_worded(letter.recipient)}",
        f"Subject: {_subject(letter.subject)}",
        f"Message-ID: <{letter.ident}>",
    ]
    if letter.answers:
        head.append(f"In-Reply-To: <{letter.answers[-1]}>")
        head.append("References: " + " ".join(f"<{a}>" for a in letter.answers))
    head.append("MIME-Version: 1.0")
    content = _content(letter)
    if letter.has_picture:
        content = _parted(
            "mixed", letter.ident, [content, _picture(sum(letter.ident.encode()) % 256)]
        )
    return "\r\n".join(head).encode("ascii") + b"\r\n" + content


def _content(letter: _Letter) -> bytes:
    text = letter.body.replace("\n", "\r\n")
    if letter.form == 0:
        return _part("text/plain; charset=utf-8", "8bit", text.encode())
    if letter.form == 1:
        html = "<html><body><p>" + (
            letter.body.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>\r\n")
        )
        return _parted(
            "alternative",
            letter.ident,
            [
                _part("text/plain; charset=utf-8", "quoted-printable", _printable(text.encode())),
                _part(
                    "text/html; charset=utf-8",
                    "quoted-printable",
                    _printable(f"{html}</p></body></html>\r\n".encode()),
                ),
            ],
        )
    if letter.form == 2:
        return _part("text/plain; charset=utf-8", "base64", _in_lines(text.encode()))
    try:
        old = text.encode("iso-8859-1")
    except UnicodeEncodeError:
        # what that alphabet lacks (emoji, typographic quotes) isn't sent in it
        return _part("text/plain; charset=utf-8", "8bit", text.encode())
    return _part("text/plain; charset=iso-8859-1", "quoted-printable", _printable(old))


def _part(kind: str, encoding: str, content: bytes) -> bytes:
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode() + content


def _parted(kind: str, ident: str, parts: Sequence[bytes]) -> bytes:
    edge = f"={kind[:3]}-{ident.split('@')[0]}="
    inside = b"".join(f"--{edge}\r\n".encode() + p.rstrip(b"\r\n") + b"\r\n" for p in parts)
    head = f'Content-Type: multipart/{kind}; boundary="{edge}"\r\n\r\n'
    return head.encode() + inside + f"--{edge}--\r\n".encode()


def _printable(content: bytes) -> bytes:
    return binascii.b2a_qp(content, istext=True)


def _in_lines(content: bytes) -> bytes:
    text = base64.b64encode(content)
    return b"\r\n".join(text[i : i + 76] for i in range(0, len(text), 76)) + b"\r\n"


def _subject(text: str) -> str:
    if text.isascii():
        return text
    # an encoded word holds 45 bytes, and no half of a letter
    found, word = [], b""
    for letter in text:
        if len(word) + len(letter.encode()) > 42:
            found.append(word)
            word = b""
        word += letter.encode()
    return "\r\n ".join(f"=?utf-8?B?{base64.b64encode(w).decode()}?=" for w in [*found, word])


def _worded(address: str) -> str:
    if address.isascii():
        return address
    name, _, rest = address.rpartition(" <")
    return f"{_subject(name.strip(chr(34)))} <{rest}"


def _picture(shade: int) -> bytes:
    """Attach a small picture of one colour."""
    rows = b"".join(b"\0" + bytes([shade, 120, 255 - shade]) * 8 for _ in range(8))

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    png += chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    head = (
        'Content-Type: image/png; name="photo.png"\r\nContent-Transfer-Encoding: base64\r\n'
        'Content-Disposition: attachment; filename="photo.png"\r\n\r\n'
    )
    return head.encode() + _in_lines(png)
