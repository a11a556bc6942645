"""Read texts that nobody has read: a chunk at a time, kept as soon as it is read."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat
from typing import TYPE_CHECKING, Final

import ibis
import pyarrow as pa

from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.listen import api as listen

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from parvis.lake.engine import Engine

__all__ = ["ReadReport", "read_texts", "reading_options", "said_words", "unread"]

#: Texts that are read by one process before what was read is kept.
_CHUNK: Final = 2_000
#: Texts that are asked for at once: to ask takes seconds, in which nobody reads.
_SLAB: Final = 160_000
#: Chunks that are kept at once where several processes read: each costs a commit.
_KEPT_AT_ONCE: Final = 4
#: Whose texts are read by the best tier whatever the fast one says: segments of customers.
_DEAR: Final = ("champions", "cannot_lose")
#: With fewer texts to read the start of more processes costs more than it saves.
_WORTH_PROCESSES: Final = 8_000


@dataclass(frozen=True, slots=True)
class ReadReport:
    """What was read.

    Parameters
    ----------
    read
        Distinct texts.
    left
        Texts that are still to be read.
    seconds
        How long it took.
    model
        By which heads.
    """

    read: int
    left: int
    seconds: float
    model: str


def _quiet(_read: int, _all: int) -> None:
    """Say nothing."""


def read_texts(
    workspace: Workspace,
    *,
    at_most: int | None = None,
    processes: int = 1,
    on_progress: Callable[[int, int], None] = _quiet,
) -> ReadReport:
    """Read the mentions that no head of this version has read, the newest first.

    It can be stopped at any time and goes on where it was: what is read is kept chunk by chunk.
    Texts of the same words are read once. The next build shows them.

    Parameters
    ----------
    workspace
        A workspace that is built.
    at_most
        No more than so many texts.
    processes
        How many read at once, where there is much to read; each takes up to 1 GB.
    on_progress
        Called with how many are read, and of how many.

    Raises
    ------
    ModelError
        A model that the settings ask for isn't there.
    """
    began = time.perf_counter()
    options = reading_options(workspace)
    model = listen.model_name(options)
    engine = workspace.engine.session()
    try:
        total = engine.count(unread(engine, model))
        wanted = total if at_most is None else min(total, at_most)
        read = 0
        with _readers(wanted, processes) as readers:
            while read < wanted:
                # a slab at a time, so that memory doesn't grow with what waits
                waiting = unread(engine, model)
                newest = waiting.order_by(waiting.occurred_at.desc(), waiting.text_key)
                texts = engine.arrow(newest.limit(min(_SLAB, wanted - read)))
                if not len(texts):
                    break
                chunks = readers(_chunks(texts, options), options)
                for found in _gathered(chunks, _KEPT_AT_ONCE if len(texts) > _SLAB // 8 else 1):
                    engine.append("readings", _shaped(engine, found, model))
                    read += len(found)
                    on_progress(read, wanted)
    finally:
        engine.close()
    return ReadReport(read, max(total - read, 0), time.perf_counter() - began, model)


def _gathered(chunks: Iterable[pa.Table], at_once: int) -> Iterator[pa.Table]:
    """Put some chunks after each other together."""
    held: list[pa.Table] = []
    for chunk in chunks:
        held.append(chunk)
        if len(held) == at_once:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


_Readers = Callable[[list[pa.Table], listen.UnderstandingOptions], Iterable[pa.Table]]


@contextlib.contextmanager
def _readers(wanted: int, processes: int) -> Iterator[_Readers]:
    """Give what reads chunks: this process, or several where there is much to read."""
    if processes < 2 or wanted < _WORTH_PROCESSES:
        yield lambda chunks, options: (listen.understand(chunk, options) for chunk in chunks)
        return
    # each begins anew: threads of the lake's engine don't survive a fork
    spawned = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=spawned) as pool:
        yield lambda chunks, options: pool.map(listen.understand, chunks, repeat(options))


def unread(engine: Engine, model: str) -> ir.Table:
    """List the texts that a model hasn't read: `text_id` (their key), `text`, `lang`, `matters`.

    What the brand writes itself isn't read. A text matters where one of the brand's best
    customers wrote it, or one of those it can't afford to lose.
    """
    mentions, readings = engine.table("mentions"), engine.table("readings")
    known = readings.filter(readings.model == model).select("text_key")
    asked = mentions.filter(~mentions.is_own).anti_join(known, "text_key")
    profiles = engine.table("profiles")
    dear = profiles.filter(profiles.rfm_segment.isin(_DEAR)).select("customer_id", is_dear=True)
    asked = asked.left_join(dear, "customer_id", rname="{name}_dear")
    asked = asked.mutate(words=said_words(asked), matters=asked.is_dear.fill_null(False))
    each = asked.filter(asked.words != "").select(
        "text_key", "occurred_at", "language_told", "words", "matters"
    )
    one = each.group_by("text_key").agg(
        text=each.words.arbitrary(),
        lang=each.language_told.arbitrary(),
        occurred_at=each.occurred_at.max(),
        matters=each.matters.any(),
    )
    return one.mutate(text_id=one.text_key)


def said_words(mentions: ir.Table) -> ir.StringValue:
    """Give the words of each mention that are read: what it says, under its title."""
    said = listen.words(mentions.text, mentions.picture_text)
    return mentions.title.notnull().ifelse(mentions.title + "\n" + said, said)


def reading_options(workspace: Workspace) -> listen.UnderstandingOptions:
    """Say how a workspace's texts are read: by its own head, where corrections taught one."""
    settings = workspace.settings
    rules = settings.listen
    return listen.UnderstandingOptions(
        tier=rules.tier,
        look_again_below=rules.read_again_below if rules.tier == "fast" else 0.0,
        look_again_share=rules.read_again_share,
        names=tuple(
            listen.Entry(n.kind, n.name, n.aliases, n.context, n.not_with) for n in rules.names
        ),
        aspects=rules.aspects,
        country=settings.identity.country,
        head=listen.own_head(workspace.files.models),
    )


def _chunks(texts: pa.Table, options: listen.UnderstandingOptions) -> list[pa.Table]:
    # where nothing is to be read again, nothing matters
    also = ["matters"] if options.look_again_share else []
    wanted = texts.select(["text_id", "text", "lang", *also])
    return [wanted.slice(at, _CHUNK) for at in range(0, len(wanted), _CHUNK)]


def _shaped(engine: Engine, found: pa.Table, model: str) -> ir.Table:
    # the words without personal data are made where they are shown, not kept a second time
    rows = engine.show_arrow(found.drop_columns(["masked"]))
    now = ibis.literal(datetime.now(UTC), "timestamp('UTC')")
    told = rows.rename(text_key="text_id", is_cut="cut").mutate(
        model=ibis.literal(model), read_at=now
    )
    columns = TABLES["readings"].ibis
    return told.select(**{name: told[name].cast(dtype) for name, dtype in columns.items()})
