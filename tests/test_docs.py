"""The documentation is tested like the code."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
REFERENCE = runpy.run_path(str(ROOT / "docs" / "make_reference.py"))


@pytest.mark.parametrize("name", sorted(REFERENCE["PAGES"]))
def test_the_reference_says_what_the_code_says(name):
    written = (ROOT / "docs" / "reference" / name).read_text("utf-8")
    assert written == REFERENCE["PAGES"][name](), "out of date: run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text("utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_that_are_named_exist(page):
    reference = (ROOT / "docs" / "reference" / "commands.md").read_text("utf-8")
    known = {tuple(line[4:-1].split()[1:]) for line in reference.splitlines() if "## `" in line}
    firsts = {words[0] for words in known}
    for words in re.findall(r"`?parvis ([a-z][a-z |]*)", _commands(page)):
        parts = tuple(words.replace("|", " ").split())
        assert parts[0] in firsts, f"{page.name} names `parvis {words}`"


def _commands(page: Path) -> str:
    """Keep what stands as code: fenced lines and back-ticked words."""
    text = page.read_text("utf-8")
    fenced = "\n".join(re.findall(r"```(?:console)?\n(.*?)```", text, re.DOTALL))
    lines = [line.lstrip("$ ") for line in fenced.splitlines()]
    ticked = re.findall(r"`(parvis [^`]+)`", text)
    return "\n".join([line for line in lines if line.startswith("parvis ")] + ticked)


def test_decisions_have_their_parts():
    for page in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        text = page.read_text("utf-8")
        for part in ("**Context.**", "**Decision.**", "**Consequences.**"):
            assert part in text, f"{page.name} lacks {part}"
