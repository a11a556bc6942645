"""Worlds from TOML: ready ones by name, own ones by path; what is wrong is named."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from parvis.errors import WorldError
from parvis.simulate.world.model import World

__all__ = ["WORLDS", "read_world", "world_toml"]

#: The worlds that come with Parvis.
WORLDS: Final = ("default", "all-wasted", "none-wasted", "confounded", "tiny", "groceries")


def world_toml(name: str) -> str:
    """Return the text of a ready world, comments included.

    Raises
    ------
    WorldError
        There is none of that name.
    """
    if name not in WORLDS:
        near = difflib.get_close_matches(name, WORLDS, 1)
        raise WorldError(
            f"There is no world {name!r}" + (f"; did you mean {near[0]!r}?" if near else "."),
            f"Ready worlds: {', '.join(WORLDS)}; or give the path of a TOML file.",
        )
    return (resources.files(__package__) / "worlds" / f"{name}.toml").read_text(encoding="utf-8")


def read_world(name: str | Path) -> World:
    """Read a world: a ready one by its name, or a TOML file.

    A file with ``base = "default"`` at its top names only what differs from that world. Lists
    are replaced whole; `[every_channel]` sets keys of all channels.

    Raises
    ------
    WorldError
        With each wrong key, its value and what was expected.

    Examples
    --------
    >>> read_world("all-wasted").channels[0].roas
    0.0
    """
    path = Path(name)
    if path.suffix == ".toml" or path.is_file():
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise WorldError(f"{path} can't be read: {error}.", "Give a TOML file.") from error
        return _checked(_whole(text, str(path), ()), str(path))
    return _checked(_whole(world_toml(str(name)), str(name), ()), f"world {name!r}")


def _whole(text: str, where: str, seen: tuple[str, ...]) -> dict[str, Any]:
    """Lay a world over its base."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise WorldError(
            f"{where} is not valid TOML: {error}.",
            "Mend that line; `parvis simulate --print-world default` shows a whole valid file.",
        ) from error
    base = told.pop("base", None)
    if base is not None:
        if not isinstance(base, str) or base in seen:
            raise WorldError(
                f"{where}: base = {base!r}: expected the name of a ready world.",
                f"Known: {', '.join(WORLDS)}.",
            )
        told = _laid_over(_whole(world_toml(base), base, (*seen, base)), told)
    every = told.pop("every_channel", None)
    if isinstance(every, dict) and isinstance(told.get("channels"), list):
        told["channels"] = [{**c, **every} for c in told["channels"]]
    return told


def _laid_over(base: dict[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in told.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = {**merged[key], **value} if both else value
    return merged


def _checked(data: Mapping[str, Any], where: str) -> World:
    try:
        return World.model_validate(data)
    except ValidationError as error:
        problems = list(dict.fromkeys(_problem(dict(e)) for e in error.errors()))
        shown = problems[:8] + ([f"and {len(problems) - 8} more"] if len(problems) > 8 else [])
        raise WorldError(
            f"{where}: " + "; ".join(shown) + ".",
            "Correct the file and run the command again; "
            "`parvis simulate --print-world default` shows every key.",
        ) from error


_BOUNDS: Final = (
    ("ge", "{} or more"),
    ("gt", "more than {}"),
    ("le", "at most {}"),
    ("lt", "less than {}"),
)


def _problem(error: Mapping[str, Any]) -> str:
    key = ".".join(str(p) for p in error["loc"] if "[" not in str(p))
    kind, message = str(error["type"]), str(error["msg"]).removeprefix("Value error, ")
    if kind == "missing":
        return f"{key} is missing"
    if kind == "extra_forbidden":
        known = _known(error["loc"][:-1])
        near = difflib.get_close_matches(str(error["loc"][-1]), known, 1)
        return f"{key} is not a key" + (
            f"; did you mean {near[0]}?" if near else f"; known: {', '.join(known)}"
        )
    if not key:
        return message
    expected = message.removeprefix("expected ").removeprefix("Input should be ")
    bounds = _range_of(error["loc"]) if kind.startswith(("greater", "less")) else ""
    return f"{key} = {_shown(error['input'])}: expected {bounds or expected}"


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "this table"
    return repr(value) if len(repr(value)) < 60 else repr(value)[:57] + "…"


def _field(place: tuple[Any, ...]) -> Any:
    model: Any = World
    found: Any = None
    for part in place:
        if isinstance(part, int) or "[" in str(part):
            continue
        found = None if model is None else model.model_fields.get(part)
        if found is None:
            return None
        model = _model_in(found.annotation)
    return found


def _model_in(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None


def _range_of(place: tuple[Any, ...]) -> str:
    """Say the whole range of a key, not only the bound that was met."""
    found = _field(place)
    if found is None:
        return ""
    names = [name for name, _ in _BOUNDS]
    told = {n: getattr(m, n) for m in found.metadata for n in names if hasattr(m, n)}
    return " and ".join(text.format(f"{told[name]:g}") for name, text in _BOUNDS if name in told)


def _known(place: tuple[Any, ...]) -> list[str]:
    found = _field(place)
    model = World if not place else _model_in(found.annotation) if found is not None else None
    return list(model.model_fields) if model is not None else []
