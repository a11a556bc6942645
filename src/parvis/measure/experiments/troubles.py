"""What can stand in the way of an experiment: a kind, figures, and words that can be translated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from parvis.measure.problems import Problem, problem

__all__ = ["TROUBLES", "trouble"]

#: What is said of each kind, and what to do about it.
TROUBLES: Final[Mapping[str, tuple[str, str]]] = {
    "no channel": (
        "Which channel it changes isn't told.",
        "Tell it: parvis experiment describe %(id)s --channel CHANNEL",
    ),
    "no end": (
        (
            "Nobody told when it ends: what people did until %(day)s is counted. If it ended "
            "before, the effect reads too small."
        ),
        "Tell it: parvis experiment describe %(id)s --ends YYYY-MM-DD",
    ),
    "no days": (
        "Nobody told when it begins and ends.",
        "Tell it: parvis experiment describe %(id)s --starts YYYY-MM-DD --ends YYYY-MM-DD",
    ),
    "no side": (
        "Its variations are called %(variations)s: which people were left out isn't known.",
        "Tell it: parvis experiment describe %(id)s --left-out VARIATION",
    ),
    "many variations": (
        "It has %(count)s variations; all but %(left_out)s are taken together.",
        "To compare them, tell of each as an experiment of its own.",
    ),
    "no lots": (
        "No event tells whose lot was which.",
        "Import Experiment Viewed events with experiment_id, variation_name and userId.",
    ),
    "few people": (
        (
            "%(treated)s people were reached and %(control)s left out: fewer than %(least)s of "
            "each tell nothing."
        ),
        "Leave more people out, or wait until more have their lot.",
    ),
    "two sides": (
        (
            "%(count)s customers were on both sides: two people of different lots were found to be"
            " one. They are left out."
        ),
        "Nothing is to be done while they are few.",
    ),
    "many two sides": (
        (
            "%(count)s customers, %(percent)s in 100, were on both sides: lots weren't kept, or "
            "people were joined who aren't one. They are left out, and what is left may differ."
        ),
        "Look whether the lot is drawn once for each person, and kept.",
    ),
    "mismatch": (
        (
            "%(percent)s in 100 people were left out, %(planned)s were planned: chance does that "
            "once in %(odds)s times. Something other than lots decided who is in, so the two sides"
            " differ anyway."
        ),
        (
            "Don't use the result. Look who is missing: robots, people who left, a filter that "
            "came after the lots."
        ),
    ),
    "unlike before": (
        (
            "The two sides differed before the lots were drawn: by %(differs)s in sales for each "
            "person, more than chance does once in 1,000 times."
        ),
        "Don't use the result. Look how lots were drawn.",
    ),
    "no share": (
        (
            "The planned share of people left out isn't told: whether lots fell as planned can't "
            "be checked."
        ),
        "Tell it: parvis experiment describe %(id)s --share 0.2",
    ),
    "short past": (
        (
            "Orders are known from %(day)s on only: what people did before can't be used to narrow"
            " the interval."
        ),
        "Import earlier orders.",
    ),
    "nothing yet": (
        "It begins on %(day)s; there is nothing to see yet.",
        "Come back when it has begun.",
    ),
    "not told of yet": (
        "No order is later than %(day)s: nothing of its time is known.",
        "Import newer orders, then: parvis build and parvis measure",
    ),
    "unknown city": (
        "No sale is known of %(city)s.",
        "Look whether its name is written as customers' addresses write it.",
    ),
    "city gap": (
        (
            "%(city)s has no sale in %(count)s weeks between others, first in the week of %(day)s:"
            " a gap in the data would read as an effect."
        ),
        "Import what is missing, or take the city out of the test.",
    ),
    "city midway": (
        (
            "%(city)s has sales from %(first)s to %(last)s only: there is nothing to hold the test"
            " against."
        ),
        "Take the city out of the test, or choose one that was there all along.",
    ),
    "donors left out": (
        "%(cities)s aren't used as comparison: they came, left or have gaps in that time.",
        "Nothing is to be done while others are left.",
    ),
    "donors tested": (
        "%(cities)s aren't used as comparison: another experiment changed them in that time.",
        "Nothing is to be done while others are left.",
    ),
    "few donors": (
        "Only %(count)s other cities can be held against those that were changed.",
        "At least %(least)s that sell all along, and aren't in a test, are needed.",
    ),
    "few weeks before": (
        "There are %(count)s weeks of sales before the test; at least %(least)s are needed.",
        "Import earlier orders.",
    ),
    "placed": (
        (
            "Of %(percent)s in 100 of sales the city is known; the others are taken to be spread "
            "alike."
        ),
        "Import customers with their city.",
    ),
    "no city budget": (
        (
            "What was spent on %(channel)s in these cities isn't told by any silo: whether the "
            "budget was changed as planned can't be checked."
        ),
        "Import spending with its city (the column geography).",
    ),
    "other budget": (
        (
            "%(planned)s times the usual budget was planned on %(channel)s; the silo tells of "
            "%(seen)s times. The test wasn't run as it is told."
        ),
        "Correct the cities, the days or the factor, or import the spending again.",
    ),
    "overlap cities": (
        "%(other)s changed %(cities)s in the same weeks: the two effects can't be told apart.",
        "Don't add them up. Run tests one after the other, or in other cities.",
    ),
    "overlap channel": (
        (
            "%(other)s changed %(channel)s at the same time: each one's comparison contains the "
            "other's change."
        ),
        "Run tests of one channel one after the other.",
    ),
    "overlap lots": (
        (
            "The lots of %(other)s weren't drawn apart from these: who is left out of one is left "
            "out of the other %(times)s times as often as by chance. The two effects can't be told"
            " apart."
        ),
        "Draw lots for each experiment by itself, with a salt of its own.",
    ),
    "overlap people": (
        (
            "%(count)s people are also in %(other)s, at the same time. Lots were drawn apart, so "
            "the effect is right: it is the effect with that one going on."
        ),
        "Nothing is to be done.",
    ),
}


def trouble(
    kind: str, *, blocks: bool = False, channels: tuple[str, ...] = (), **values: Any
) -> Problem:
    """Say what stands in the way of an experiment; see `problem`.

    Parameters
    ----------
    kind
        A key of `TROUBLES`.
    blocks
        Whether the result must not be used; else it limits what it tells.
    channels
        Those that it is about.
    values
        What its words have holes for.
    """
    return problem(kind, words=TROUBLES, blocks=blocks, channels=channels, **values)
