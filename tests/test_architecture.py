"""The house keeps its own rules."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import parvis
from parvis import errors
from tests.making import run_python

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "parvis"
MODULES = sorted(SOURCE.rglob("*.py"))

#: What each of these may be imported by alone.
AT_HOME = {
    # a made-up brand is written by the engine that is there; it knows nothing of the lake
    "duckdb": {"lake", "simulate"},
    "duckdb_extensions": {"lake"},
    "pyspark": {"lake"},
    "fastapi": {"web", "collect"},
    "starlette": {"web", "collect"},
    "jinja2": {"web"},
}

#: A feature is entered by its front door.
FEATURES = {"identity", "profile", "listen", "predict", "measure", "act", "trust"}

#: The rooms of the house, as the design draws them (and `work`, what runs).
ROOMS = {
    *FEATURES,
    "domain",
    "lake",
    "collect",
    "connect",
    "simulate",
    "web",
    "cli",
    "work",
}


def name(module: Path) -> str:
    return str(module.relative_to(SOURCE))


def package(module: Path) -> str:
    return module.relative_to(SOURCE).parts[0]


def imports(module: Path) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, tuple(alias.name for alias in node.names)


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 40


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_engines_and_frameworks_stay_at_home(module: Path) -> None:
    strangers = [
        found
        for found, _ in imports(module)
        if package(module) not in AT_HOME.get(found.split(".")[0], {package(module)})
    ]
    assert strangers == []


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_features_are_entered_by_their_api(module: Path) -> None:
    by_the_window = []
    for found, names in imports(module):
        parts = found.split(".")
        if parts[0] != "parvis" or len(parts) < 2 or parts[1] not in FEATURES:
            continue
        if parts[1] == package(module):
            continue
        inner = parts[2] if len(parts) > 2 else (names[0] if names else "")
        if inner not in ("api", "contracts"):
            by_the_window.append(found)
    assert by_the_window == []


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_no_module_is_over_400_lines(module: Path) -> None:
    assert len(module.read_text("utf-8").splitlines()) <= 400


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_what_is_public_is_described(module: Path) -> None:
    tree = ast.parse(module.read_text("utf-8"))
    bare = [] if ast.get_docstring(tree) else ["the module"]
    public = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    for node in tree.body:
        if not isinstance(node, public) or node.name.startswith("_"):
            continue
        bare += [] if ast.get_docstring(node) else [node.name]
        if isinstance(node, ast.ClassDef):
            bare += [
                f"{node.name}.{inner.name}"
                for inner in node.body
                if isinstance(inner, public)
                and not inner.name.startswith("_")
                and not ast.get_docstring(inner)
                and not any("overload" in ast.unparse(d) for d in inner.decorator_list)
            ]
    assert bare == []


def test_every_package_holds_something() -> None:
    folders = {p.parent for p in SOURCE.rglob("__init__.py")}
    empty = [
        str(folder.relative_to(ROOT))
        for folder in folders
        if not any(p.name != "__init__.py" for p in folder.rglob("*.py"))
    ]
    assert empty == []
    assert {f.name for f in folders if f.parent == SOURCE} <= ROOMS


def drawn() -> dict[str, str]:
    """Read the tree of errors.py's docstring: each error and its parent."""
    found: dict[str, str] = {}
    path: list[str] = []
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"^    ((?:[│ ]   )*(?:[├└]── )?)(\w+)", line)
        if not match or not hasattr(errors, match.group(2)):
            continue
        depth = len(match.group(1)) // 4
        path = [*path[:depth], match.group(2)]
        found[match.group(2)] = path[-2] if depth else "Exception"
    return found


def test_the_tree_of_errors_is_as_drawn() -> None:
    def below(error: type[Exception]) -> Iterator[type[Exception]]:
        yield error
        for child in error.__subclasses__():
            yield from below(child)

    for module in MODULES:
        if "class" in module.read_text("utf-8") and "Error)" in module.read_text("utf-8"):
            dotted = ".".join(("parvis", *module.relative_to(SOURCE).with_suffix("").parts))
            if not dotted.endswith(("__main__", "__init__")):
                __import__(dotted)
    ours = {e.__name__: e.__bases__[0].__name__ for e in below(errors.ParvisError)}
    assert drawn() == ours
    assert set(errors.__all__) == set(ours)


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).is_file()]


FOREIGN = re.compile(
    r"/(?:work|home|root|Users|mnt)/\w"  # where somebody's checkout lies
    r"|--(?:extra-)?index-url\s+https?://|index-url\s*=\s*['\"]?https?://"
    r"|https?://\d{1,3}(?:\.\d{1,3}){3}"
    r"|https?://[\w.-]*(?:artifactory|nexus|devpi|proxy)[\w.-]*",
    re.IGNORECASE,
)
HARMLESS = re.compile(
    r"https?://(?:127\.0\.0\.1|0\.0\.0\.0|192\.0\.2\.|198\.51\.100\.|203\.0\.113\.)"
    r"|https?://[\w.-]+\.example/users/"  # where an account of the Fediverse lives
)


def test_nobodys_machine_is_in_the_repository() -> None:
    told = []
    for file in tracked():
        if file == Path(__file__) or file.suffix in {
            ".png",
            ".woff2",
            ".sqlite",
            ".parquet",
            ".ico",
        }:
            continue
        for number, line in enumerate(file.read_text("utf-8", errors="replace").splitlines(), 1):
            if FOREIGN.search(HARMLESS.sub("", line)):
                told.append(f"{file.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert told == []


def test_the_version_is_told() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", parvis.__version__)


def test_commands_that_measure_nothing_load_nothing_for_it() -> None:
    """What stays in memory of a command that only reads texts is counted in megabytes."""
    code = (
        "import sys, parvis.cli.app\n"
        "print([m for m in ('scipy.stats', 'scipy.optimize', 'sklearn') if m in sys.modules])"
    )
    assert run_python(code).strip() == "[]"
