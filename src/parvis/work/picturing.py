"""Read the pictures that people show, beside the builds: fetched once, read, and then let go."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import ibis

from parvis.connect.pull.api import connector_states, fetch_file, open_web_client
from parvis.errors import ConnectorError, ParvisError, PeerRefused, PictureError, WorkspaceBusy
from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.listen import api as listen

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["PictureReader", "PictureReport", "read_pictures", "shows_pictures"]

_log = logging.getLogger("parvis.pictures")

Fetch = Callable[[str], bytes | None]

#: Pictures of one turn.
_AT_ONCE: Final = 200
#: Pictures that are kept at once; a stop loses no more than these.
_CHUNK: Final = 20
_MOST_TRIES: Final = 4
#: After the first failure, six times as long after each further one.
_AGAIN_SECONDS: Final = 3600.0
#: A file whose text didn't come waits so long for it.
_WAITS: Final = timedelta(days=7)
#: With fewer words in it a picture can't be told from another by them.
_TELLING_WORDS: Final = 5
#: The share of words that pictures of the same text have in common, whatever was misread.
_ALIKE_WORDS: Final = 0.5
#: Against how many known pictures a new one is held.
_MOST_KNOWN: Final = 50_000
_BUSY_SECONDS: Final = 10.0
_AFTER_FAILURE_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class PictureReport:
    """What became of pictures.

    Parameters
    ----------
    read
        Pictures that were read.
    failed
        Those that couldn't be: the table `pictures` tells why.
    left
        Those that still wait.
    forgotten
        Those that no text shows any more: they were taken away.
    """

    read: int
    failed: int
    left: int
    forgotten: int


def read_pictures(
    workspace: Workspace,
    *,
    at_most: int = _AT_ONCE,
    until: threading.Event | None = None,
    fetch: Fetch | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> PictureReport:
    """Fetch and read the pictures of texts that weren't read yet, the newest first.

    It can be stopped at any time and goes on where it was. The next build shows what was read.

    Parameters
    ----------
    workspace
        A workspace that is built.
    at_most
        No more than so many pictures.
    until
        Once it is set, no further picture is begun.
    fetch
        Gives the file at an address, null where it is gone; the open web unless given.
    on_progress
        Called with how many are done, and of how many.
    """
    engine = workspace.engine.session()
    client = None
    try:
        forgotten = _forget(engine)
        now = datetime.now(UTC)
        total = engine.count(_waiting(engine, now))
        wanted = min(total, at_most)
        country = workspace.settings.identity.country
        if fetch is None:
            states = connector_states(workspace.files.app)
            client = open_web_client(s.connector.address for s in states)
            fetch = partial(fetch_file, client)
        newest = _waiting(engine, now).order_by(ibis.desc("at"), "url").limit(wanted)
        waiting = engine.rows(newest) if wanted else []
        done = failed = 0
        silent: set[str] = set()
        for at in range(0, len(waiting), _CHUNK):
            rows: list[dict[str, Any]] = []
            for asked in waiting[at : at + _CHUNK]:
                if until is not None and until.is_set():
                    break
                rows.append(_row(engine, asked, fetch, silent, country))
                on_progress(done + len(rows), wanted)
            if not rows:
                break
            _keep(engine, rows)
            done += len(rows)
            failed += sum(r["problem"] is not None for r in rows)
        return PictureReport(done - failed, failed, max(total - done, 0), forgotten)
    finally:
        if client is not None:
            client.close()
        engine.close()


def shows_pictures(workspace: Workspace) -> bool:
    """Tell whether texts show pictures, or pictures are kept that some showed."""
    engine = workspace.engine
    texts = engine.table("mentions")
    kept = (texts.filter(texts.pictures.notnull()), engine.table("pictures"),
            engine.table("picture_files"))  # fmt: skip
    return any(engine.count(rows.limit(1)) for rows in kept)


def _shown(engine: Engine) -> ir.Table:
    """List the pictures that texts show: `url`, and `at`, when it was last shown."""
    texts = engine.table("mentions")
    each = texts.select(at=texts.occurred_at, one=texts.pictures.unnest())
    each = each.mutate(url=each.one["url"])
    return each.group_by("url").agg(at=each["at"].max())


def _waiting(engine: Engine, now: datetime) -> ir.Table:
    """List what is to be read: `url`, `at` and `tries`, how often it was tried."""
    known = engine.table("pictures")
    pause = (_AGAIN_SECONDS * ibis.literal(6.0) ** (known.tries - 1)).cast("int64")
    due = known.read_at + pause.as_interval("s") <= ibis.literal(now)
    again = known.problem.notnull() & (known.tries < _MOST_TRIES) & due
    done = known.filter(~again).select("url")
    shown = _shown(engine).anti_join(done, "url")
    tried = known.select("url", tried=known.tries)
    told = shown.left_join(tried, "url", rname="{name}_known")
    return told.select("url", "at", tries=told.tried.fill_null(0))


def _row(
    engine: Engine, asked: dict[str, Any], fetch: Fetch, silent: set[str], country: str
) -> dict[str, Any]:
    """Read one picture; what is wrong with it is told in its row."""
    row: dict[str, Any] = dict.fromkeys(TABLES["pictures"].ibis)
    row |= {"url": asked["url"], "read_at": datetime.now(UTC), "tries": asked["tries"] + 1}
    host = ""
    try:
        host = urlsplit(asked["url"]).netloc
        if host in silent:
            return row | {"problem": f"{host} gave no answer just before."}
        data = _content(engine, asked["url"], fetch)
        if data is None:
            return row | {"problem": "It is gone from its address.", "tries": _MOST_TRIES}
        found = listen.read_picture(data)
    except (PictureError, PeerRefused) as error:
        return row | {"problem": error.what, "tries": _MOST_TRIES}
    except ValueError as error:
        # strangers name anything; one address that is none must not hold up the others
        return row | {"problem": f"It has no address: {str(error)[:200]}.", "tries": _MOST_TRIES}
    except ConnectorError as error:
        # others there would be waited for as long
        silent.add(host)
        return row | {"problem": error.what}
    said = None if found.text is None else found.text.strip()
    return row | {
        "picture_id": found.picture_id,
        "format": found.format,
        "width": found.width,
        "height": found.height,
        "hashes": found.hashes,
        "colours": [{"colour": c, "share": s} for c, s in found.colours],
        "text": said,
        "text_confidence": found.text_confidence if said else None,
        "personal_data": sorted({p.kind for p in listen.personal_data(said or "", country)}),
        "thumbnail": found.thumbnail,
        "model": found.model,
    }


def _content(engine: Engine, url: str, fetch: Fetch) -> bytes | None:
    """Take the file that came with its text, else fetch it."""
    if url.startswith(("http://", "https://")):
        return fetch(url)
    files = engine.table("picture_files")
    for row in engine.rows(files.filter(files.url == url).select("content")):
        return bytes(row["content"])
    return None


def _keep(engine: Engine, rows: list[dict[str, Any]]) -> None:
    """Write what was read; say first which known picture each looks like."""
    known = engine.table("pictures")
    first = known.filter(known.look_id == known.picture_id, known.hashes.notnull())
    first = first.order_by(ibis.desc("read_at")).limit(_MOST_KNOWN)
    before = engine.arrow(first.select("picture_id", "hashes", "text")).to_pydict()
    ids: list[str] = list(before["picture_id"])
    texts: list[str | None] = list(before["text"])
    hashes = [bytes(h) for h in before["hashes"]]
    for row in rows:
        if row["picture_id"] is None:
            continue
        row["look_id"] = row["picture_id"]
        if row["picture_id"] in ids:
            continue
        for alike in listen.near_identical([row["hashes"]], hashes):
            # screens of one program look alike; what stands in them tells them apart
            if alike.mirrored or _may_say_the_same(row["text"], texts[alike.known]):
                row["look_id"] = ids[alike.known]
                break
        else:
            ids.append(row["picture_id"])
            texts.append(row["text"])
            hashes.append(row["hashes"])
    staged = engine.stage_rows(rows, dict(TABLES["pictures"].ibis.items()))
    urls = staged.select("url")

    def write() -> None:
        engine.reconcile("pictures", staged, urls)
        _drop(engine, "picture_files", urls)

    engine.atomically(write)


def _may_say_the_same(one: str | None, other: str | None) -> bool:
    """Tell whether the words in two pictures may be the same, as far as they could be read."""
    left, right = (set(re.findall(r"\w+", (t or "").casefold())) for t in (one, other))
    if min(len(left), len(right)) < _TELLING_WORDS:
        return True
    return len(left & right) >= _ALIKE_WORDS * min(len(left), len(right))


def _forget(engine: Engine) -> int:
    """Take away what no text shows any more: its author may have deleted it."""
    shown = _shown(engine).select("url")
    gone = engine.stage(engine.table("pictures").select("url").anti_join(shown, "url"))
    files = engine.table("picture_files")
    old = files.filter(files.brought_at < ibis.literal(datetime.now(UTC) - _WAITS))
    unshown = old.select("url").anti_join(shown, "url")
    # a message that came once more brought its pictures once more
    known = files.select("url").semi_join(engine.table("pictures"), "url")
    lost = engine.stage(unshown.union(known))
    number = engine.count(gone)
    if number:
        _drop(engine, "pictures", gone)
    if engine.count(lost):
        _drop(engine, "picture_files", lost)
    return number


def _drop(engine: Engine, name: str, urls: ir.Table) -> None:
    empty = engine.stage_rows([], dict(TABLES[name].ibis.items()))
    engine.reconcile(name, empty, urls)


class PictureReader(threading.Thread):
    """Reads pictures as texts bring them, until told to stop.

    Parameters
    ----------
    folder
        The workspace's folder.
    stop
        Set when it shall end.
    """

    def __init__(self, folder: Path, stop: threading.Event) -> None:
        super().__init__(name="pictures", daemon=True)
        self._folder = folder
        self._stopped = stop
        self._asked = threading.Event()

    def look(self) -> None:
        """Look whether there are pictures to read: something was built, or all shall end."""
        self._asked.set()

    def run(self) -> None:
        """Read when asked to, and now and then what couldn't be fetched before."""
        while not self._stopped.is_set():
            self._asked.wait(_AGAIN_SECONDS / 6)
            self._asked.clear()
            pause = 0.0
            try:
                self._turn()
            except WorkspaceBusy:
                pause = _BUSY_SECONDS
            except ParvisError as error:
                _log.error("%s %s", error.what, error.next_step)
                pause = _AFTER_FAILURE_SECONDS
            except Exception:
                _log.exception("pictures can't be read; it is tried again")
                pause = _AFTER_FAILURE_SECONDS
            if pause:
                self._stopped.wait(pause)
                self._asked.set()

    def _turn(self) -> None:
        if self._stopped.is_set():
            return
        with Workspace.open(self._folder) as workspace:
            is_wanted = workspace.settings.listen.pictures
            # what its author deleted goes also where no more are fetched
            report = read_pictures(
                workspace, at_most=_AT_ONCE if is_wanted else 0, until=self._stopped
            )
            if report.read or report.failed:
                _log.info("pictures: %s read, %s couldn't be", report.read, report.failed)
            if report.left and is_wanted:
                self._asked.set()
