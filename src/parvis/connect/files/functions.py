"""Built-in functions of the engine that reading files needs and Ibis has no word for.

An engine that lacks one of the names registers a function of that name once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import ibis

from parvis.lake.functions import local_time

if TYPE_CHECKING:
    import ibis.expr.types as ir

F = TypeVar("F")

__all__ = [
    "coalesced",
    "computed_once",
    "fingerprint",
    "is_json",
    "json_at",
    "json_keys",
    "json_merged",
    "json_object",
    "json_places",
    "json_texts",
    "parsed_time",
    "parsed_zoned",
    "since_epoch",
    "trimmed",
]


# Ibis does not type its decorators
_builtin: Callable[..., Callable[[F], F]] = ibis.udf.scalar.builtin


@_builtin(name="try_strptime", signature=(("string", "string"), "timestamp"))
def _try_strptime(text: Any, pattern: Any) -> Any:
    """Clock time of a text in a format; null where it doesn't fit."""


@_builtin(name="try_strptime", signature=(("string", "string"), "timestamp('UTC')"))
def _try_strptime_zoned(text: Any, pattern: Any) -> Any:
    """Moment of a text whose format holds an offset (%z)."""


@_builtin(name="make_timestamp", signature=(("int64",), "timestamp"))
def _make_timestamp(microseconds: Any) -> Any:
    """Clock time (UTC) so many microseconds after 1970."""


@_builtin(name="json_merge_patch", signature=(("json", "json"), "json"))
def _json_merge_patch(document: Any, patch: Any) -> Any:
    """RFC 7396: a null in the patch removes the key."""


@_builtin(name="json_keys", signature=(("json",), "array<string>"))
def _json_keys(document: Any) -> Any:
    """Names of an object's keys."""


@_builtin(name="json_extract_string", signature=(("json", "array<string>"), "array<string>"))
def _json_extract_strings(document: Any, paths: Any) -> Any:
    """Several values of a document at once: it is parsed once."""


@_builtin(name="json_extract_string", signature=(("string", "array<string>"), "array<string>"))
def _json_extract_texts(document: Any, paths: Any) -> Any:
    """Several values of a text that holds JSON."""


@_builtin(name="json_extract_string", signature=(("string", "string"), "string"))
def _json_extract_text(document: Any, path: Any) -> Any:
    """One value of a text that holds JSON."""


@_builtin(name="trim", signature=(("string",), "string"))
def _trim(text: Any) -> Any:
    """Text without the spaces around it; three times as fast as with a list of signs."""


@_builtin(name="json_valid", signature=(("string",), "boolean"))
def _json_valid(text: Any) -> Any:
    """Whether a text is JSON."""


def parsed_time(text: ir.StringValue, pattern: str) -> ir.TimestampValue:
    """Read a text as a clock time; null where it doesn't fit the strptime pattern."""
    return _try_strptime(text, ibis.literal(pattern))


def parsed_zoned(text: ir.StringValue, pattern: str) -> ir.TimestampValue:
    """Read a text that holds an offset (%z) as a moment; null where it doesn't fit."""
    return _try_strptime_zoned(text, ibis.literal(pattern))


def since_epoch(microseconds: ir.Value) -> ir.TimestampValue:
    """Turn microseconds since 1970 (UTC) into the clock time of UTC."""
    return _make_timestamp(microseconds)


def trimmed(text: ir.Value) -> ir.StringValue:
    """Take away the spaces around a text."""
    return _trim(text)


def json_merged(document: ir.Value, patch: ir.Value) -> ir.JSONValue:
    """Lay one JSON object over another; a null in the patch takes the key away."""
    return _json_merge_patch(document, patch)


def json_object(values: Mapping[str, ir.Value]) -> ir.JSONValue:
    """Make a JSON object of columns, leaving out those that are null; keys in order of name.

    Sorted, so that the same row gives the same text whatever the order of a file's columns.
    """
    empty = ibis.literal("{}").cast("json")
    if not values:
        return empty
    fields = {name: _written(values[name]) for name in sorted(values)}
    return json_merged(empty, ibis.struct(fields).cast("json"))


def _written(value: ir.Value) -> ir.Value:
    """Write a moment as ISO 8601 in UTC, wherever the machine stands; leave others as they are."""
    if value.type().is_timestamp():
        return local_time(value, "UTC").strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value


def json_keys(document: ir.Value) -> ir.ArrayValue:
    """Return the names of a JSON object's keys."""
    return _json_keys(document)


def json_texts(document: ir.Value, keys: Iterable[str]) -> ir.ArrayValue:
    """Take several keys of a JSON document as text, parsing it once."""
    paths = ['$."' + k.replace("\\", "\\\\").replace('"', '\\"') + '"' for k in keys]
    return _json_extract_strings(document, ibis.literal(paths, "array<string>"))


def json_at(text: ir.StringValue, path: str) -> ir.StringValue:
    """Take the value at a place of a text that holds JSON; null where there is none.

    Parameters
    ----------
    text
        JSON, or anything else (then null).
    path
        Such as ``id``, ``page.url`` or ``[0].id``.
    """
    place = f"${path}" if path.startswith("[") else f"$.{path}"
    valid = ibis.ifelse(_json_valid(text), text, ibis.null("string"))
    found = _json_extract_text(valid, ibis.literal(place))
    if path.startswith("[0]."):
        # some trackers' exports wrap a list of contexts in another list
        found = ibis.coalesce(found, _json_extract_text(valid, ibis.literal(f"$[0]{path}")))
    return found


def json_places(text: ir.StringValue, paths: Sequence[str]) -> ir.ArrayValue:
    """Take the values at several places of a text that holds JSON, parsing it once.

    Parameters
    ----------
    text
        JSON; null gives nulls, and anything else fails: sort it out with `is_json` before.
    paths
        Such as ``id`` or ``page.url``.
    """
    return _json_extract_texts(text, ibis.literal([f"$.{p}" for p in paths], "array<string>"))


def is_json(text: ir.StringValue) -> ir.BooleanValue:
    """Tell whether a text is valid JSON."""
    return _json_valid(text)


def fingerprint(*parts: ir.Value | str) -> ir.StringValue:
    """Hash parts into 32 characters that are the same on every run and machine."""
    texts = [
        ibis.literal(p) if isinstance(p, str) else _written(p).cast("string").fill_null("∅")
        for p in parts
    ]
    # a sign that no text holds keeps "a" + "bc" apart from "ab" + "c"
    joined = texts[0]
    for text in texts[1:]:
        joined = joined + "\x1f" + text
    return joined.hexdigest("md5")


def computed_once(rows: ir.Table) -> ir.Table:
    """Keep Ibis from writing a column's expression anew wherever the column is used.

    Ibis joins selections into one, and a column that is used five times is then computed five
    times, and five times five a step later. It leaves alone what isn't the same each time: a
    column of chance is that, and is dropped again before it is ever computed.
    """
    return rows.mutate(_chance=ibis.random())


def coalesced(values: Iterable[ir.Value], dtype: str) -> ir.Value:
    """Return the first value that isn't null, or a null of a type where there are none."""
    found = list(values)
    return ibis.coalesce(*found) if found else ibis.null(dtype)
