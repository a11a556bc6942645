"""`parvis listen`: what people say, from the command line."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, BinaryIO, TextIO

import ibis
import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from parvis.cli.console import WorkspaceOption, console, errors, opened
from parvis.errors import FileUnreadable, ParvisError
from parvis.listen.api import (
    NO_READER,
    PictureReading,
    lines_of,
    near_identical,
    read_picture,
    scored_lines,
    text_reader_name,
)
from parvis.listen.contracts import Tier
from parvis.work.copying import find_copies
from parvis.work.grouping import assign_topics, group_texts
from parvis.work.picturing import read_pictures
from parvis.work.reading import read_texts
from parvis.work.steps import build
from parvis.work.telling import tell
from parvis.work.watching import watch

__all__ = ["listen_app"]

listen_app = typer.Typer(help="Understand what people say.", no_args_is_help=True)


@listen_app.callback()
def _group() -> None:
    pass


@listen_app.command("score")
def score(
    file: Annotated[
        Path,
        typer.Argument(help='Lines of JSON: {"text": …, "lang": …}; lang may be missing.'),
    ],
    tier: Annotated[
        Tier, typer.Option(help="fast: 500 texts a second; accurate and best: about 100.")
    ] = "best",
    out: Annotated[
        Path | None, typer.Option(help="Write the lines here.", show_default="the terminal")
    ] = None,
) -> None:
    """Tell whether each text is negative, neutral or positive, and how sure that is."""
    failed = count = 0
    with contextlib.ExitStack() as stack:
        source: BinaryIO = stack.enter_context(_readable(file))
        target: TextIO = sys.stdout if out is None else stack.enter_context(_writable(out))
        for answer in scored_lines(lines_of(source), tier):
            count += 1
            failed += "error" in answer
            target.write(json.dumps(answer, ensure_ascii=False) + "\n")
    told = f"{count:,} line{'s' if count != 1 else ''} scored"
    if failed:
        told += f"; {failed:,} could not be read, each says why"
    errors.print(f"{told}.", markup=False)


@listen_app.command("picture")
def picture(
    files: Annotated[
        list[Path], typer.Argument(help="Pictures: JPEG, PNG, GIF, WebP, BMP or AVIF.")
    ],
    text: Annotated[
        bool, typer.Option(help="Look for text, about half a second a picture.")
    ] = True,
    as_json: Annotated[
        bool, typer.Option("--json", help="A line of JSON a picture, for another program.")
    ] = False,
) -> None:
    """Tell what pictures show: text, main colours, and which of them look alike."""
    if text and text_reader_name() is None:
        errors.print(NO_READER, markup=False)
    told: list[Path] = []
    hashes: list[bytes] = []
    for file in files:
        try:
            seen = read_picture(_content(file), text=text)
        except ParvisError as error:
            errors.print(f"{file}: {error}", markup=False, soft_wrap=True)
            continue
        alike = {str(told[a.known]): a.mirrored for a in near_identical([seen.hashes], hashes)}
        if as_json:
            sys.stdout.write(json.dumps(_picture_row(file, seen, alike), ensure_ascii=False) + "\n")
        else:
            console.print(_picture_lines(file, seen, alike), markup=False, soft_wrap=True)
        told.append(file)
        hashes.append(seen.hashes)
    if len(told) < len(files):
        raise typer.Exit(1)


def _picture_row(file: Path, seen: PictureReading, alike: dict[str, bool]) -> dict[str, object]:
    return {
        "file": str(file),
        "picture_id": seen.picture_id,
        "format": seen.format,
        "width": seen.width,
        "height": seen.height,
        "colours": [{"colour": colour, "share": share} for colour, share in seen.colours],
        "text": seen.text,
        "text_confidence": seen.text_confidence,
        "looks_like": [{"file": name, "mirrored": turned} for name, turned in alike.items()],
        "model": seen.model,
    }


def _picture_lines(file: Path, seen: PictureReading, alike: dict[str, bool]) -> str:
    colours = ", ".join(f"{colour} {share:.0%}" for colour, share in seen.colours)
    lines = [
        str(file),
        f"  {seen.format}, {seen.width:,} × {seen.height:,} pixels",
        f"  colours: {colours}",
    ]
    if seen.text:
        lines.append(f"  text ({seen.text_confidence:.0%} sure):")
        lines += [f"    {line}" for line in seen.text.splitlines()]
    elif seen.text is not None:
        lines.append("  no text found")
    lines += [f"  looks like {name}{' mirrored' * turned}" for name, turned in alike.items()]
    return "\n".join(lines)


@listen_app.command("read")
def read(
    workspace: WorkspaceOption = Path(),
    at_most: Annotated[
        int | None,
        typer.Option(min=1, help="Read no more than so many texts.", show_default="all"),
    ] = None,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="How many read at once; each takes up to 1 GB.")
    ] = min(os.cpu_count() or 1, 4),
) -> None:
    """Read the texts that nobody has read, the newest first; stopped, it goes on where it was.

    The worker does the same by itself, some thousand texts at a time.
    """
    with opened(workspace) as shop:
        with _counting("Reading texts") as tell_count:
            done = read_texts(shop, at_most=at_most, processes=processes, on_progress=tell_count)
        if not done.read:
            console.print("Nothing to read: all texts have been read.")
            return
        build(shop)
    left = f"; {done.left:,} are left" if done.left else ""
    speed = done.read / max(done.seconds, 0.001)
    console.print(
        f"{done.read:,} texts read in {done.seconds:.0f} s ({speed:,.0f} a second){left}."
    )


@listen_app.command("pictures")
def pictures(
    workspace: WorkspaceOption = Path(),
    at_most: Annotated[int, typer.Option(min=1, help="Read no more than so many.")] = 1_000,
) -> None:
    """Fetch and read the pictures of texts; stopped, it goes on where it was.

    The worker does the same by itself, unless `listen.pictures` is false.
    """
    with opened(workspace) as shop:
        with _counting("Reading pictures") as tell_count:
            done = read_pictures(shop, at_most=at_most, on_progress=tell_count)
        if done.read or done.failed or done.forgotten:
            build(shop)
    if not (done.read or done.failed):
        console.print("Nothing to read: every picture that texts show has been read or tried.")
        return
    left = f"; {done.left:,} are left" if done.left else ""
    console.print(f"{done.read:,} pictures read, {done.failed:,} couldn't be{left}.")
    if text_reader_name() is None:
        errors.print(NO_READER, markup=False)


@listen_app.command("topics")
def topics(workspace: WorkspaceOption = Path()) -> None:
    """Find what the newest texts are about, and which are copies of one another.

    A topic that is found again keeps its name.
    """
    with opened(workspace) as shop:
        done = group_texts(shop)
        filed = assign_topics(shop)
        compared = find_copies(shop)
        build(shop)
        found = shop.engine.rows(
            shop.table("topics").order_by(ibis.desc("seen_at"), ibis.desc("texts")).limit(40)
        )
    if not found:
        console.print("There are no texts to group yet.")
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("topic")
    table.add_column("words")
    table.add_column("texts", justify="right")
    for row in found:
        table.add_row(row["label"] or row["topic_id"], row["name"], f"{row['texts']:,}")
    console.print(table)
    console.print(
        f"{done.topics} topics of {done.texts:,} texts, {done.new} of them new; "
        f"{filed:,} more texts put under them ({done.seconds:.0f} s); "
        f"{compared:,} compared with those before them."
    )


@listen_app.command("watch")
def watch_command(workspace: WorkspaceOption = Path()) -> None:
    """Look for hours in which more was negative than usual, and tell whom the settings name."""
    with opened(workspace) as shop:
        done = watch(shop)
        told = tell(shop)
    if done.waiting and not done.texts:
        console.print(
            f"{done.waiting:,} texts are still to be read, so what is usual can't be told. "
            "Read them first: parvis listen read"
        )
        return
    for alert in done.new:
        at = datetime.fromtimestamp(alert.alarm.at * 60, UTC)
        of = f" about {alert.subject}" if alert.subject else ""
        console.print(
            f"{at:%Y-%m-%d %H:%M} UTC: {alert.alarm.negative} negative texts{of} in an hour that "
            f"usually has {alert.alarm.expected:.1f}."
        )
    console.print(
        f"{done.texts:,} texts in {done.subjects} series: {len(done.new)} new alerts, "
        f"{done.going_on} going on."
    )
    for problem in told.problems:
        errors.print(problem, markup=False)


@contextlib.contextmanager
def _counting(what: str) -> Iterator[Callable[[int, int], None]]:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}/{task.total:,.0f}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task(what, total=1)
        yield lambda done, count: progress.update(task, completed=done, total=count)


def _readable(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise FileUnreadable(
            f"{file} can't be read: {error.strerror}.", "Give a file with a JSON object a line."
        ) from error


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise FileUnreadable(
            f"it can't be read: {error.strerror}.", "Give the path of a picture."
        ) from error


def _writable(file: Path) -> TextIO:
    try:
        return file.open("w", encoding="utf-8")
    except OSError as error:
        raise FileUnreadable(
            f"{file} can't be written: {error.strerror}.", "Choose another place."
        ) from error
