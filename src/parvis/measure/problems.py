"""What stands in the way of an answer: a kind, figures, and words that a page can translate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

__all__ = ["PROBLEMS", "Problem", "problem"]

#: What is said of each kind, and what to do about it.
PROBLEMS: Final[Mapping[str, tuple[str, str]]] = {
    "no spending": (
        "There is no spending to measure.",
        "Import what advertising cost: parvis import spend FILE.csv.",
    ),
    "no outcomes": (
        "There are no orders to explain.",
        "Import orders first.",
    ),
    "apart": (
        "Spending and outcomes are not of the same time: no whole week has both.",
        "Import spending and orders of the same months.",
    ),
    "currency": (
        (
            "%(amount)s %(currency)s of spending (%(rows)s rows) have no rate: no channel's"
            " costs are known as a whole."
        ),
        "Add a rate for %(currency)s to [[money.rates]] in parvis.toml.",
    ),
    "margin": (
        "The margin isn't told: whether a sale pays for its advertising can't be said.",
        (
            "Set margin in the section [measure] of parvis.toml: of each euro of sales, "
            "what is left before advertising is paid."
        ),
    ),
    "short": (
        "There are %(weeks)s weeks of outcomes; at least %(least)s are needed.",
        "Import earlier orders and spending, or wait; experiments answer sooner.",
    ),
    "negative": (
        (
            "Outcomes are below 0 in %(count)s places and periods, first in %(place)s on "
            "%(day)s: %(value)s."
        ),
        (
            "Look whether refunds of earlier orders came in at once; they belong to the day"
            " of their order."
        ),
    ),
    "gap": (
        ("%(place)s has no outcome in %(count)s periods between others, first on %(day)s."),
        (
            "Import what is missing. Where a shop was really closed for a while, measure by week, "
            "or begin after it."
        ),
    ),
    "joined": (
        (
            "By day, %(places)s sold nothing on up to %(count)s days on which others did: they "
            "are taken together."
        ),
        'Measure by week to tell them apart: period = "week" in the section [measure].',
    ),
    "sparse": (
        (
            "By day, %(places)s sold nothing on up to %(count)s days on which others did: places "
            "are not told apart."
        ),
        'Measure by week to tell places apart: period = "week" in the section [measure].',
    ),
    "midway": (
        "%(place)s has outcomes from %(first)s to %(last)s only; it is left out.",
        "It is looked at when it has been there for all of the time.",
    ),
    "never": (
        "%(place)s has no outcome at all; it is left out.",
        "Look whether its name is written alike in orders and in spending.",
    ),
    "no place": (
        "No place was there all along: %(places)s.",
        "Import all orders of the time, or fewer places.",
    ),
    "unused": (
        "Nothing was spent on %(channel)s.",
        "It is left out.",
    ),
    "once": (
        (
            "%(channel)s was used in %(periods)s of %(all)s periods only, from %(day)s on: "
            "that shows no curve."
        ),
        (
            "What it brought can't be told from what else happened then. A test in some "
            "cities would tell."
        ),
    ),
    "constant": (
        (
            "%(channel)s was always spent alike: what it brings can't be told from what "
            "comes anyway."
        ),
        "Change it in some cities for some weeks.",
    ),
    "alike": (
        (
            "%(one)s and %(other)s rose and fell together (correlation %(alike)s): what "
            "they bring together can be told, what each brings can't."
        ),
        "Move one without the other for some weeks, in some cities.",
    ),
    "chains": (
        ("The model could not be fitted: chains don't agree (r-hat %(r_hat)s, at most %(most)s)."),
        (
            "Nothing is shown of it. More weeks, fewer channels (put small ones together) "
            "or an experiment would help."
        ),
    ),
    "draws": (
        (
            "The model could not be fitted: there are %(draws)s independent draws, at least"
            " %(least)s are needed."
        ),
        (
            "Nothing is shown of it. More weeks, fewer channels (put small ones together) "
            "or an experiment would help."
        ),
    ),
    "lost": (
        "The model could not be fitted: %(percent)s in 100 walks were lost.",
        (
            "Nothing is shown of it. More weeks, fewer channels (put small ones together) "
            "or an experiment would help."
        ),
    ),
    "predictive": (
        (
            "The model doesn't describe the sales: %(percent)s in 100 weeks and places lie "
            "where 90 should."
        ),
        (
            "Nothing is shown of it. Look for weeks in which something happened that no "
            "table tells: a closed shop, a price, a strike."
        ),
    ),
    "backtest": (
        (
            "Weeks that the model hadn't seen fall outside of what it held possible: it "
            "expected %(low)s to %(high)s, there were %(real)s."
        ),
        (
            "Nothing is shown of it. Something changed that no table tells; what was before"
            " doesn't stand for today."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands in the way.

    Parameters
    ----------
    kind
        What it is, as a key of the words that say it.
    what
        In plain words, with the values.
    next_step
        What to do about it.
    blocks
        Whether nothing can be told; else it limits what is told of some channels or places.
    channels
        The channels that it is about.
    values
        The figures in it.
    """

    kind: str
    what: str
    next_step: str
    blocks: bool
    channels: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, object]:
        """Return it as a page or a file tells it."""
        return {
            "kind": self.kind,
            "what": self.what,
            "next_step": self.next_step,
            "blocks": self.blocks,
            "channels": list(self.channels),
            "values": {
                k: v.isoformat() if isinstance(v, date) else v for k, v in self.values.items()
            },
        }


def problem(
    kind: str,
    *,
    words: Mapping[str, tuple[str, str]] = PROBLEMS,
    blocks: bool = False,
    channels: tuple[str, ...] = (),
    **values: Any,
) -> Problem:
    """Say what stands in the way.

    Parameters
    ----------
    kind
        A key of `words`.
    words
        What is said of each kind, and what to do about it.
    blocks, channels
        As of `Problem`.
    values
        What the words have holes for: texts, numbers, days.
    """
    what, next_step = words[kind]
    written = {name: _written(value) for name, value in values.items()}
    return Problem(kind, what % written, next_step % written, blocks, channels, values)


def _written(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
