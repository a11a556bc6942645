"""Text in whatever encoding it comes, made UTF-8; whatever is not text, named."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from parvis.errors import FileUnreadable

__all__ = ["PlainText", "plain_text", "unpacked"]

_CHUNK: Final = 1 << 20
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHERS: Final = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook (.xlsx)", "save the sheet as CSV (UTF-8)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", "save the sheet as CSV (UTF-8)"),
    (b"%PDF", "a PDF", "export the table as CSV"),
    (b"BZh", "compressed by bzip2", "unpack it first: `bunzip2`"),
    (b"\xfd7zXZ", "compressed by xz", "unpack it first: `unxz`"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd", "unpack it first: `unzstd`"),
    (b"<!DOCTYPE html", "a web page", "export the table as CSV"),
    (b"<html", "a web page", "export the table as CSV"),
)


@dataclass(frozen=True, slots=True)
class PlainText:
    """A text file as the engine can read it.

    Parameters
    ----------
    path
        UTF-8, one kind of line end; the file itself where it was so already.
    encoding
        In which encoding it came.
    notes
        What was guessed, in plain words.
    ends_with_newline
        Whether the last line is ended; else it may have been cut.
    """

    path: Path
    encoding: str
    notes: tuple[str, ...]
    ends_with_newline: bool


def unpacked(path: Path, folder: Path) -> tuple[Path, bytes]:
    """Return a file without its gzip, and its first bytes.

    Raises
    ------
    FileUnreadable
        It is missing, empty, cut, or no kind of file that can be imported.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError as error:
        raise FileUnreadable(
            f"There is no file {path}.", "Check the name; a path is relative to where you are."
        ) from error
    except IsADirectoryError as error:
        raise FileUnreadable(f"{path} is a folder.", "Name one file in it.") from error
    except PermissionError as error:
        raise FileUnreadable(
            f"{path} can't be opened: this user may not read it.", "Change its rights (`chmod`)."
        ) from error
    if not head:
        raise FileUnreadable(f"{path.name} is empty (0 bytes).", "Export it again.")
    if head.startswith(b"\x1f\x8b"):
        target = folder / (path.name.removesuffix(".gz") + ".unpacked")
        try:
            with gzip.open(path, "rb") as packed, target.open("wb") as plain:
                while chunk := packed.read(_CHUNK):
                    plain.write(chunk)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileUnreadable(
                f"{path.name} is cut or damaged: its compression (gzip) ends too early. "
                "Nothing of it was imported.",
                "Download or export the file again, then import it.",
            ) from error
        return unpacked(target, folder)
    for magic, what, step in _OTHERS:
        if head.lstrip().startswith(magic):
            raise FileUnreadable(
                f"{path.name} is {what}; expected CSV, NDJSON or Parquet.",
                step[0].upper() + step[1:] + ".",
            )
    return path, head


def plain_text(path: Path, folder: Path, encoding: str = "") -> PlainText:
    """Find a text's encoding by trying, and write it as UTF-8 where it isn't.

    Parameters
    ----------
    path
        The file, not compressed.
    folder
        Where a copy may be written.
    encoding
        What the user said; empty: found by trying.

    Raises
    ------
    FileUnreadable
        It isn't text, or not in the encoding that was given.
    """
    with path.open("rb") as file:
        head = file.read(_CHUNK)
    name = encoding or _marked(head)
    if encoding:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise FileUnreadable(
                f"{encoding!r} is not an encoding.", "Known are utf-8, latin-1, cp1252, utf-16, …"
            ) from error
    notes: list[str] = []
    if not name:
        if b"\x00" in head:
            raise FileUnreadable(
                f"{path.name} isn't a text file (it holds zero bytes); "
                "expected CSV, NDJSON or Parquet.",
                "Export the table as CSV.",
            )
        name = "utf-8" if _fits(path, "utf-8") else "cp1252" if _fits(path, "cp1252") else "latin-1"
        if name != "utf-8":
            notes.append(
                f"The text isn't UTF-8; it was read as {_spoken(name)}. "
                "If accents look wrong, say --encoding."
            )
    elif encoding and not _fits(path, encoding):
        raise FileUnreadable(
            f"{path.name} isn't in the encoding {encoding}.",
            "Leave --encoding off: it is then found by trying.",
        )
    elif not encoding and not _fits(path, name):
        raise FileUnreadable(
            f"{path.name} begins like {_spoken(name)} but isn't all of it; it may be cut.",
            "Export it again, or name its encoding with --encoding.",
        )
    ends, mixed = _line_ends(path)
    if name in ("utf-8", "utf-8-sig") and not mixed:
        return PlainText(path, name, tuple(notes), ends)
    target = folder / f"{path.name}.utf8"
    with path.open("rb") as raw, target.open("w", encoding="utf-8", newline="\n") as plain:
        reader: IO[str] = io.TextIOWrapper(raw, encoding=name, newline=None)
        while part := reader.read(_CHUNK):
            plain.write(part)
        ends = not part and ends
    if name.startswith("utf-16"):
        ends = target.read_bytes()[-1:] == b"\n"
    return PlainText(target, name, tuple(notes), ends)


def _marked(head: bytes) -> str:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    sample = head[:2000]
    # UTF-16 without its mark: every second byte of plain text is zero
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) * 0.3 and min(even, odd) < len(sample) * 0.05:
        return "utf-16-le" if odd > even else "utf-16-be"
    return ""


def _fits(path: Path, name: str) -> bool:
    decoder = codecs.getincrementaldecoder(name)()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _line_ends(path: Path) -> tuple[bool, bool]:
    """Tell whether the last line is ended, and whether line ends must be made one kind."""
    windows = unix = old = 0
    last = b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            pair = chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            windows += pair
            unix += chunk.count(b"\n") - pair
            old += chunk.count(b"\r") - chunk.count(b"\r\n")
            old -= last == b"\r" and chunk[:1] == b"\n"
            last = chunk[-1:]
    return last in (b"\n", b"\r"), bool(old or (windows and unix))


def _spoken(name: str) -> str:
    return {"cp1252": "Windows-1252 (Latin-1)", "latin-1": "Latin-1"}.get(name, name.upper())
