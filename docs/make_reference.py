"""Write `docs/reference` from the code, or check that it is what the code says."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, get_args

import typer
from pydantic import BaseModel

from parvis.cli.app import app
from parvis.connect.files.quarantine import MEANINGS
from parvis.domain.identifiers import MEANINGS as PROBLEMS
from parvis.domain.settings import Settings, default_toml
from parvis.lake.schema import TABLES
from parvis.profile.api import TRAITS
from parvis.work.steps import STEPS

FOLDER = Path(__file__).parent / "reference"


def tables() -> str:
    """Describe every table and column."""
    lines = [
        "# The tables",
        "",
        'Each is an Ibis table: `parvis.open("shop").profiles`. Facts are only ever added;',
        "derived tables are what a build makes of them. A type with `!` is never null.",
        "",
    ]
    for table in TABLES.values():
        made = next((s for s in STEPS if s.table == table.name), None)
        lines += [f"## `{table.name}`", "", f"A row is {table.row}. Key: `{', '.join(table.key)}`."]
        lines += [f"Made from {', '.join(f'`{r}`' for r in made.reads)}."] if made else []
        lines += ["", "| column | type | what it says |", "| --- | --- | --- |"]
        lines += [f"| `{c.name}` | `{_type(c.type)}` | {c.meaning} |" for c in table.columns]
        lines.append("")
    return "\n".join(lines)


def _type(text: str) -> str:
    short = text if len(text) < 60 else text.split("<")[0] + "<struct<…>>"
    return short.lstrip("!") + ("!" if text.startswith("!") else "")


def settings() -> str:
    """Describe every key of parvis.toml."""
    lines = [
        "# `parvis.toml`",
        "",
        "A wrong key or value stops a command with the key, the value and what was expected.",
        "",
        "```toml",
        default_toml("shop", "Europe/Paris", "EUR", "today", "en").rstrip(),
        "```",
        "",
        "| key | default |",
        "| --- | --- |",
    ]
    lines += [f"| `{key}` | {default} |" for key, default in _keys(Settings, "")]
    return "\n".join([*lines, ""])


def _keys(model: Any, prefix: str) -> list[tuple[str, str]]:
    found = []
    for name, field in model.model_fields.items():
        kind = field.annotation
        key = f"{prefix}{field.alias or name}"
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found += _keys(kind, f"{key}.")
            continue
        inner = [a for a in get_args(kind) if isinstance(a, type) and issubclass(a, BaseModel)]
        if inner:
            found += _keys(inner[0], f"{key}[].")
            continue
        default = "must be given" if field.is_required() else f"`{field.default!r}`"
        found.append((key, default))
    return found


def traits() -> str:
    """Describe every trait of a customer."""
    meanings = {c.name: c for c in TABLES["profiles"].columns}
    lines = [
        "# The traits of a customer",
        "",
        "Every trait is a function of the events and a date; the customer's page, and",
        "`parvis.profile.api.evidence`, lead from each to the events behind it.",
        "",
        "| trait | group | unit | what it says |",
        "| --- | --- | --- | --- |",
    ]
    lines += [f"| `{t.name}` | {t.group} | {t.unit} | {meanings[t.name].meaning} |" for t in TRAITS]
    return "\n".join([*lines, ""])


def commands() -> str:
    """Describe every command with its options."""
    root = typer.main.get_command(app)
    lines = ["# The commands", "", "Each has `--help`.", ""]
    for words, command in _leaves(root, ("parvis",)):
        lines += [f"## `{' '.join(words)}`", "", (command.help or "").split("\n")[0], ""]
        rows = [_parameter(p) for p in command.params if p.name != "help"]
        if rows:
            lines += ["| | |", "| --- | --- |", *rows, ""]
    return "\n".join(lines)


def _leaves(command: Any, words: tuple[str, ...]) -> list[tuple[tuple[str, ...], Any]]:
    inner = getattr(command, "commands", None)
    if not inner:
        return [(words, command)]
    return [leaf for name in inner for leaf in _leaves(inner[name], (*words, name))]


def _parameter(parameter: Any) -> str:
    text = (getattr(parameter, "help", "") or "").replace("|", "\\|").replace("\n", " ")
    if parameter.param_type_name == "option":
        return f"| `{', '.join(parameter.opts)}` | {text} |"
    return f"| `{str(parameter.name).upper()}` | {text} |"


def quarantine() -> str:
    """Describe every reason for which a row is set aside."""
    lines = [
        "# Why a row is in the quarantine",
        "",
        "`parvis import quarantine` lists them; `--csv FILE` writes the rows as they were.",
        "",
        "| reason | what it means, and what to do |",
        "| --- | --- |",
    ]
    lines += [f"| `{reason}` | {meaning} |" for reason, meaning in MEANINGS.items()]
    return "\n".join([*lines, ""])


def identifiers() -> str:
    """Describe every reason for which an identifier links nothing."""
    lines = [
        "# Why an identifier links nothing",
        "",
        "Each identifier is kept as it was written, and beside it the form in which it is",
        "compared (`identifiers.normal`). Where there is none, `identifiers.problem` says why;",
        "its events stay.",
        "",
        "| reason | what it means, and what to do |",
        "| --- | --- |",
    ]
    lines += [f"| `{reason}` | {meaning} |" for reason, meaning in PROBLEMS.items()]
    return "\n".join([*lines, ""])


PAGES = {
    "identifiers.md": identifiers,
    "tables.md": tables,
    "settings.md": settings,
    "traits.md": traits,
    "commands.md": commands,
    "quarantine.md": quarantine,
}


def main(check: bool) -> int:
    """Write the pages, or say which are out of date."""
    stale = []
    for name, make in PAGES.items():
        text, path = make(), FOLDER / name
        if not path.exists() or path.read_text("utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, "utf-8")
    if check and stale:
        print(f"Out of date: {', '.join(stale)}. Run `make docs`.")
        return 1
    print("The reference is up to date." if not stale else f"Written: {', '.join(stale)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
