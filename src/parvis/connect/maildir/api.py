"""What others may call: bring a maildir in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from parvis.connect.files.parse import Setting
from parvis.connect.files.scratch import Scratch
from parvis.connect.landing import Arrival, ImportReport, land
from parvis.connect.maildir.shape import mail_event
from parvis.connect.silo import BadRow, set_aside
from parvis.connect.staging import staged_events, staged_pictures
from parvis.lake.functions import json_text

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.connect.silo import Silo
    from parvis.lake.workspace import Workspace

__all__ = ["import_maildir"]

_KIND: Final = "maildir"
_CHANNEL: Final = "email"
#: A message is read up to there; what is cut off is of its attachments.
_LARGEST: Final = 25_000_000
_KEPT: Final = 1_000_000
_STAGED_AT_ONCE: Final = 20_000
#: Of pictures that came with messages.
_STAGED_BYTES: Final = 64_000_000


def import_maildir(workspace: Workspace, silo: Silo) -> ImportReport:
    """Bring the messages of maildirs in; those that are known aren't opened again.

    Parameters
    ----------
    workspace
        Where to.
    silo
        Folders that hold cur and new (and folders of the same kind whose names begin with a
        dot). `own` names the brand's own addresses, or domains that begin with ``@``.

    Returns
    -------
    ImportReport
        The counts; `rows_read` are the messages that were opened.

    References
    ----------
    D. J. Bernstein, "Using maildir format": a message's name is unique, whatever its flags
    (after the colon) and whether it lies in new or in cur; what is in tmp isn't delivered yet.

    Examples
    --------
    >>> silo = Silo("support", (Path("mail/support"),), Path("mail"))  # doctest: +SKIP
    >>> import_maildir(workspace, silo).added  # doctest: +SKIP
    830
    """
    setting = Setting(silo.source, silo.zone or workspace.zone, silo.currency, datetime.now(UTC))
    own = frozenset(o.strip().lower() for o in silo.own)
    read, bad, rows = 0, list[BadRow](), list[dict[str, Any]]()
    with Scratch(workspace.engine) as scratch:
        known = _known(scratch, silo.source)
        tables = [staged_events(scratch, [])]
        albums: list[ir.Table] = []
        pictures = list[tuple[str, bytes]]()
        for file, name in _messages(silo):
            if name in known:
                continue
            read += 1
            with file.open("rb") as opened:
                content = opened.read(_LARGEST)
            mail = mail_event(content, name, setting, own)
            if mail.row is not None:
                rows.append(mail.row)
                pictures += mail.pictures
            else:
                raw = content[:_KEPT].decode("utf-8", "replace").replace("\x00", "")
                told = (mail.reason, raw, None, mail.field, mail.value)
                bad.append(BadRow(_place(silo, file, name), *told))
            if len(rows) == _STAGED_AT_ONCE:
                tables.append(staged_events(scratch, rows))
                rows = []
            if sum(len(content) for _, content in pictures) > _STAGED_BYTES:
                albums.append(staged_pictures(scratch, pictures))
                pictures = []
        tables.append(staged_events(scratch, rows))
        arrival = Arrival(source=silo.source, kind=_KIND, rows_read=read)
        quarantine = set_aside(workspace.engine, silo.source, bad)
        events = reduce(lambda a, b: a.union(b), tables)
        albums.append(staged_pictures(scratch, pictures))
        album = reduce(lambda a, b: a.union(b), albums)
        return land(workspace, arrival, events=events, quarantine=quarantine, pictures=album)


def _messages(silo: Silo) -> Iterator[tuple[Path, str]]:
    """List messages with their unique names; those named first come first."""
    for folder in silo.files:
        boxes = [folder, *sorted(p for p in folder.glob(".?*") if p.is_dir())]
        for box in boxes:
            for part in ("new", "cur"):
                for file in sorted((box / part).glob("*")):
                    if file.is_file() and not file.name.startswith("."):
                        yield file, file.name.partition(":")[0]


def _place(silo: Silo, file: Path, name: str) -> str:
    # without flags, so that a message that was read by somebody isn't set aside once more
    return f"{Path(silo.name_of(file)).parent.parent.as_posix()}/{name}"


def _known(scratch: Scratch, source: str) -> set[str]:
    events = scratch.table("events")
    mails = events.filter((events.source == source) & (events.channel == _CHANNEL))
    return {
        r["name"] for r in scratch.rows(mails.select(name=json_text(mails.properties, "maildir")))
    }
