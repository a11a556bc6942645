"""How the engine reads files: one query a format."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from parvis.lake.ducklake.attach import quoted

__all__ = ["csv_query", "json_lines_query", "ndjson_query", "parquet_query"]

_LONGEST_LINE = 16_777_216


def parquet_query(paths: Iterable[Path]) -> str:
    """Read Parquet files as one table."""
    return f"SELECT * FROM read_parquet([{_listed(paths)}])"  # noqa: S608


def ndjson_query(path: Path) -> str:
    """Read a file of JSON objects, one a line, with the line itself."""
    return (
        "SELECT row_number() OVER () AS row_number, "  # noqa: S608
        "CASE WHEN json_valid(line) THEN line END::JSON AS document, line "
        f"FROM read_csv({quoted(str(path))}, columns={{'line': 'VARCHAR'}}, "
        "delim='\\x01', quote='', escape='', header=false, auto_detect=false, "
        f"max_line_size={_LONGEST_LINE}) WHERE trim(line) <> ''"
    )


def json_lines_query(paths: Iterable[Path], keys: Sequence[str]) -> str:
    """Read files of JSON objects, one a line, as columns of text, one a key.

    The objects are taken apart by paths and not by the reader's own `columns`: with
    `ignore_errors` that loses the good line after some bad ones (DuckDB 1.5.5: 37 of 500,000
    lines of which 97 were cut).
    """
    places = ", ".join(quoted('$."' + k.replace('"', '\\"') + '"') for k in keys)
    taken = ", ".join(f'v[{i}] AS "{k}"' for i, k in enumerate(keys, 1))
    return (
        f"SELECT filename AS file, is_object, {taken} FROM ("  # noqa: S608
        "SELECT filename, coalesce(left(json, 1) = '{', false) AS is_object, "
        f"json_extract_string(json, [{places}]) AS v FROM read_ndjson_objects([{_listed(paths)}], "
        f"ignore_errors=true, filename=true, maximum_object_size={2 * _LONGEST_LINE}))"
    )


def csv_query(
    path: Path, names: Sequence[str], delimiter: str, skip: int, rejects: tuple[str, str]
) -> str:
    """Read a UTF-8 text file as columns of text.

    Parameters
    ----------
    rejects
        The tables that will hold the lines that can't be split, and what was scanned.
    """
    columns = ", ".join(f"{quoted(n)}: 'VARCHAR'" for n in names)
    return (
        f"SELECT row_number() OVER () AS row_number, * FROM read_csv({quoted(str(path))}, "  # noqa: S608
        f"columns={{{columns}}}, delim={quoted(delimiter)}, quote='\"', escape='\"', "
        f"header=false, skip={int(skip)}, auto_detect=false, strict_mode=true, "
        "null_padding=false, store_rejects=true, "
        f"rejects_table='{rejects[0]}', rejects_scan='{rejects[1]}', rejects_limit=0, "
        f"max_line_size={_LONGEST_LINE})"
    )


def _listed(paths: Iterable[Path]) -> str:
    return ", ".join(quoted(str(p)) for p in paths)
