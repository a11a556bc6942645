"""`parvis listen`: what people say, from the command line."""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Annotated, BinaryIO, TextIO

import typer

from parvis.cli.console import errors
from parvis.errors import FileUnreadable
from parvis.listen.contracts import Tier
from parvis.listen.scoring import lines_of, scored_lines

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


def _readable(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise FileUnreadable(
            f"{file} can't be read: {error.strerror}.", "Give a file with a JSON object a line."
        ) from error


def _writable(file: Path) -> TextIO:
    try:
        return file.open("w", encoding="utf-8")
    except OSError as error:
        raise FileUnreadable(
            f"{file} can't be written: {error.strerror}.", "Choose another place."
        ) from error
