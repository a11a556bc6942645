"""What others may call: read a mailbox from where it was left.

A message that is gone from the mailbox was put away by whoever reads it: its author didn't delete
it, so it stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from parvis.connect.files.scratch import Scratch
from parvis.connect.imap.mailbox import Mailbox, folder_name
from parvis.connect.maildir.shape import Mail, mail_event
from parvis.connect.pull.contracts import Pulled
from parvis.connect.silo import BadRow
from parvis.connect.staging import staged_events, staged_pictures

if TYPE_CHECKING:
    from parvis.connect.pull.contracts import Visit

__all__ = ["pull_imap"]

_KEPT: Final = 1_000_000
#: What is written at once, in messages and in bytes.
_PART: Final = 500
_PART_BYTES: Final = 32_000_000
#: Of one folder on one visit; the rest comes on the next.
_MOST: Final = 10_000


def pull_imap(visit: Visit) -> Iterator[Pulled]:
    """Read what came into a mailbox since the last visit; nothing there is marked or moved.

    Parameters
    ----------
    visit
        Its connector's `reads` name folders; none: INBOX and what was sent. The cursor holds
        for each folder its `validity` and the last `uid` that was read.

    Yields
    ------
    Pulled
        In parts of at most 500 messages.

    Examples
    --------
    >>> next(pull_imap(visit)).read  # doctest: +SKIP
    120
    """
    cursor = dict(visit.cursor)
    connector = visit.connector
    with Mailbox(connector.address, connector.login, visit.secret) as box:
        folders = [folder_name(r) for r in connector.reads]
        for folder in folders or [f for f in ("INBOX", box.sent_folder()) if f]:
            yield from _folder(visit, box, folder, cursor)


def _folder(visit: Visit, box: Mailbox, folder: str, cursor: dict[str, Any]) -> Iterator[Pulled]:
    validity = box.examine(folder)
    known = cursor.get(folder) or {}
    # with another validity all numbers are others: what is known already is known by its id
    after = int(known.get("uid", 0)) if known.get("validity") == validity else 0
    rows, bad, size, read = list[Mail](), list[BadRow](), 0, 0
    for message in box.messages(box.uids_after(after)[:_MOST]):
        name = f"{message.arrived}.{validity}.{message.uid}"
        mail = mail_event(message.content, name, visit.setting, visit.own)
        if mail.row is not None:
            rows.append(mail)
        else:
            raw = message.content[:_KEPT].decode("utf-8", "replace").replace("\x00", "")
            place = f"{folder}/{message.uid}"
            bad.append(BadRow(place, mail.reason, raw, None, mail.field, mail.value))
        cursor[folder] = {"validity": validity, "uid": message.uid}
        read += 1
        size += len(message.content)
        if read == _PART or size > _PART_BYTES:
            yield from _part(visit, rows, bad, cursor, read)
            rows, bad, size, read = [], [], 0, 0
    if read:
        yield from _part(visit, rows, bad, cursor, read)


def _part(
    visit: Visit,
    mails: list[Mail],
    bad: list[BadRow],
    cursor: dict[str, Any],
    read: int,
) -> Iterator[Pulled]:
    with Scratch(visit.engine) as scratch:
        rows = [m.row for m in mails if m.row is not None]
        pictures = staged_pictures(scratch, (p for m in mails for p in m.pictures))
        yield Pulled(staged_events(scratch, rows), dict(cursor), read, tuple(bad), pictures)
