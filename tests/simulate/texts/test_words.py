"""The word lists: how a line is read, and that no list is thin."""

from __future__ import annotations

import re

import pytest

from parvis.errors import ParvisError
from parvis.simulate.texts import EMOTIONS, LANGUAGES, SENTIMENTS, TOPICS
from parvis.simulate.texts.words import _sections, expand, read_words


@pytest.mark.parametrize(
    ("line", "wordings"),
    [
        ("plain", ["plain"]),
        ("so (good|bad)", ["so good", "so bad"]),
        ("(a|b) (c|d)", ["a c", "b c", "a d", "b d"]),
        ("so (good|very (bad|odd))", ["so good", "so very bad", "so very odd"]),
        ("a smile :)", ["a smile :)"]),
    ],
)
def test_a_line_tells_its_wordings(line: str, wordings: list[str]) -> None:
    assert sorted(expand(line)) == sorted(wordings)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_much_to_say_of_each_topic(language: str) -> None:
    groups = read_words(language).groups
    for topic in TOPICS:
        for sentiment in SENTIMENTS:
            assert len(groups[f"core {topic} {sentiment}"]) >= 14
        assert len(groups[f"ask {topic}"]) >= 12
        assert len(groups[f"irony {topic}"]) >= 10
    assert sum(map(len, groups.values())) > 1300


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_emotion_has_words(language: str) -> None:
    groups = read_words(language).groups
    felt = {name.split()[1] for name in groups if name.startswith("feeling ")}
    assert felt == set(EMOTIONS) - {"none"}


def test_both_languages_have_the_same_sections() -> None:
    french, english = (set(read_words(language).groups) for language in LANGUAGES)
    assert french == english


@pytest.mark.parametrize("language", LANGUAGES)
def test_wordings_are_clean_and_lines_not_repeated(language: str) -> None:
    words = read_words(language)
    for name, lines in words.groups.items():
        if name in words.raw:
            continue
        for wording in (wording for line in lines for wording in line):
            assert not re.search(r"[()|\[\]]|  |^ | $| ,", re.sub(r":\)", "", wording)), wording
        if name.startswith(("core ", "ask ", "irony ")):
            assert len(set(lines)) == len(lines), name


def test_a_line_outside_a_section_is_refused() -> None:
    with pytest.raises(ParvisError, match="before its first heading"):
        list(_sections("odd.txt", "; a remark\nlost\n[core]\n"))
