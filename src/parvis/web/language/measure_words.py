"""The words of measuring: verdicts, methods, what stands in the way, why methods disagree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final

from parvis.measure.api import PROBLEMS
from parvis.web.language.catalogs import Language
from parvis.web.language.words import N_, word

__all__ = [
    "DIFFERENCES",
    "METHODS",
    "VERDICTS",
    "VERDICT_MEANINGS",
    "method_name",
    "problem_words",
    "verdict_name",
]

VERDICTS: Final = {
    "stop": N_("stop"),
    "cut": N_("cut"),
    "hold": N_("hold"),
    "raise": N_("raise"),
    "can't tell": N_("can't tell"),
}

VERDICT_MEANINGS: Final = {
    "stop": N_("Almost surely even the first euros didn't pay."),
    "cut": N_("Almost surely the last euros didn't pay; the first ones may have."),
    "hold": N_("Whichever way it is, little is lost by going on."),
    "raise": N_("Almost surely the last euro brought more than it cost."),
    "can't tell": N_("The evidence allows both, and it matters which."),
}

METHODS: Final = {
    "first": N_("first touch"),
    "last": N_("last touch"),
    "linear": N_("all touches alike"),
    "position": N_("ends more, middle less"),
    "time_decay": N_("newest touches more"),
    "shapley": N_("channels alike (Shapley)"),
    "markov_1": N_("lost without it (Markov)"),
    "markov_2": N_("… two touches remembered"),
    "markov_3": N_("… three touches remembered"),
    "mix": N_("mix, with experiments"),
}

#: Why journeys and mix say different things of a channel.
DIFFERENCES: Final = {
    "harvests": N_(
        "Journeys credit it with more than the mix finds: it is met by people who were coming "
        "anyway."
    ),
    "follows": N_(
        "Its budget follows demand (%(part)s of its ups and downs are those of all budgets), so "
        "orders stand beside it that it didn't make."
    ),
    "unlearned": N_(
        "The data told the mix hardly anything of it: what it says is what was believed before, "
        "and journeys don't know what would have come anyway. An experiment would tell."
    ),
    "unseen": N_(
        "The mix finds more than journeys credit: it works on people who don't click, or whose "
        "path can't be seen."
    ),
    "untouched": N_("No touch names it: journeys can't see it at all."),
    "closes": N_(
        "Last touch gives it much more than first touch: it stands at the end of journeys that "
        "others began."
    ),
    "opens": N_(
        "First touch gives it much more than last touch: it begins journeys that others end."
    ),
    "agree": N_("Journeys and mix don't contradict each other: their intervals overlap."),
}

#: Figures that are days.
_DAYS: Final = {"day", "first", "last"}
_THOUSAND: Final = 1000


def verdict_name(verdict: str, language: Language) -> str:
    """Name a verdict."""
    return word(VERDICTS, verdict, language)


def method_name(method: str, language: Language) -> str:
    """Name a method of attribution."""
    return word(METHODS, method, language)


def problem_words(
    told: Mapping[str, Any],
    language: Language,
    words: Mapping[str, tuple[str, str]] = PROBLEMS,
    digits: Callable[[float], int] = lambda size: 2 if size < _THOUSAND else 0,
) -> tuple[str, str]:
    """Say what stands in the way, and what to do about it.

    Parameters
    ----------
    told
        A problem as `Problem.told` wrote it.
    words
        What is said of each kind.
    digits
        How many a figure of a size has.
    """
    if told["kind"] not in words or "values" not in told:
        # of a kind, or written in a way, that this version doesn't know
        return str(told["what"]), str(told["next_step"])
    values = {k: _written(k, v, language, digits) for k, v in told["values"].items()}
    what, next_step = words[told["kind"]]
    return language.say(what) % values, language.say(next_step) % values


def _written(name: str, value: Any, language: Language, digits: Callable[[float], int]) -> str:
    if name in _DAYS:
        return language.formats.date(date.fromisoformat(str(value)))
    if isinstance(value, float):
        return language.formats.number(value, digits(abs(value)))
    return language.formats.number(value) if isinstance(value, int) else str(value)
