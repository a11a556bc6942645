"""The words of experiments: designs, results, what stands in the way, what they tell the mix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from parvis.connect.files.quarantine import MEANINGS
from parvis.errors import MeasureError, PlanRefused
from parvis.measure.api import experiments
from parvis.web.language.catalogs import Language
from parvis.web.language.measure_words import problem_words
from parvis.web.language.words import word

__all__ = [
    "FEATURES",
    "METHODS",
    "REASONS",
    "STATES",
    "bounds_of",
    "design_words",
    "list_words",
    "problem_told",
    "reason_words",
    "refusal_words",
    "result_words",
    "title_words",
]


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate later"
    """Mark a text for the catalogs."""
    return text


STATES: Final = {
    "planned": N_("planned"),
    "running": N_("running"),
    "ended": N_("ended"),
}

METHODS: Final = {
    "difference": N_("plain difference"),
    "cuped": N_("narrowed by the past (CUPED)"),
    "synthetic": N_("against a mix of other cities"),
}

FEATURES: Final = {
    "recency": N_("days since the last order"),
    "tenure": N_("days since the first order"),
    "frequency": N_("orders before"),
    "spent": N_("spent before"),
    "basket": N_("average basket"),
    "lately": N_("spent in the last 90 days"),
    "gap": N_("days between orders"),
    "off": N_("part of prices taken off"),
}

#: Whether an experiment informs the mix, and why.
REASONS: Final = {
    "holdout": N_(
        "The mix learns from it: what it found for each person, times the people reached, is what "
        "the spending of those weeks brought."
    ),
    "cities": N_(
        "The mix learns from it: what the cities sold more or less, for what was spent there more "
        "or less."
    ),
    "seen by place": N_(
        "The mix sees these cities' budgets and sales by itself, so the result isn't counted a "
        "second time; the changed budgets aren't taken for planning by demand."
    ),
    "no channel": N_("It stands beside the mix: no channel with spending is told for it."),
    "nothing found": N_("It stands beside the mix: nothing was found yet."),
    "problem": N_("The mix doesn't learn from it: a problem forbids its use."),
    "city apart": N_("The mix doesn't learn from it: it doesn't tell all of these cities apart."),
    "other time": N_("It stands beside the mix: most of its days aren't in the mix's weeks."),
    "no interval": N_("It stands beside the mix: how sure it is can't be told."),
    "no budget": N_("It stands beside the mix: what was spent in its cities isn't told."),
    "no end": N_("It stands beside the mix: its end isn't told, so neither is its effect in all."),
    "no reach": N_(
        "It stands beside the mix: which part of the channel's audience is in the lots isn't told, "
        "so the effect can't be tied to the spending. Tell it with --covers."
    ),
    "no spending": N_(
        "It stands beside the mix: no spending on the channel is known of its weeks."
    ),
}

#: Figures of at least so much have one digit after the point.
_TEN: Final = 10

#: What somebody tells of an experiment.
_FIELDS: Final = {
    "name": N_("Name"),
    "kind": N_("Kind"),
    "channel": N_("Channel"),
    "cities": N_("Cities"),
    "city": N_("City"),
    "starts_on": N_("First day"),
    "ends_on": N_("Last day"),
    "days": N_("Days"),
    "budget": N_("Budget"),
    "share": N_("Share left out"),
    "covers": N_("Part of all that it covers"),
}

#: What only the page refuses; what files are refused for as well stands with the quarantine.
_REFUSALS: Final = {
    "name_taken": N_(
        "an experiment has that name already; give this one another, or say more of that one on "
        "its page"
    ),
    "no_experiment": N_("there is no such experiment any more; open the page Experiments again"),
}


def problem_told(told: Mapping[str, Any], language: Language) -> tuple[str, str]:
    """Say what stands in the way of an experiment, and what to do about it."""
    return problem_words(
        told, language, experiments.TROUBLES, lambda size: 1 if size >= _TEN else 2
    )


def refusal_words(error: MeasureError, language: Language) -> str:
    """Say why an experiment can't be as it is told."""
    if language.code == "en" or not isinstance(error, PlanRefused):
        return f"{error.what} {error.next_step}"
    meanings = MEANINGS | _REFUSALS
    why = language.say(meanings[error.reason]) if error.reason in meanings else error.what
    field = word(_FIELDS, error.field, language)
    if not error.value:
        return language.say("%(field)s: %(why)s", field=field, why=why)
    return language.say("%(field)s, “%(value)s”: %(why)s", field=field, value=error.value, why=why)


def reason_words(reason: str, language: Language) -> str:
    """Say whether and why an experiment informs the mix."""
    return word(REASONS, reason, language) if reason in REASONS else reason


def design_words(plan: experiments.Plan, language: Language) -> str:
    """Say what an experiment does."""
    fmt, say = language.formats, language.say
    if plan.kind == "cities":
        cities = list_words(plan.cities, language)
        if not plan.budget:
            return say("no budget in %(cities)s", cities=cities)
        return say(
            "%(factor)s times the budget in %(cities)s",
            factor=fmt.number(plan.budget, 0 if float(plan.budget).is_integer() else 2),
            cities=cities,
        )
    if plan.share is None:
        return say("some people left out at random")
    return say("%(share)s of people left out at random", share=fmt.percent(plan.share))


def list_words(names: tuple[str, ...], language: Language) -> str:
    """List names."""
    if len(names) < 2:
        return "".join(names)
    return language.say("%(first)s and %(last)s", first=", ".join(names[:-1]), last=names[-1])


def bounds_of(best: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """Return the interval that may be believed: while it runs, the one for daily looks."""
    if best is None:
        return None
    names = ("low", "high")
    if best["state"] == "running" and best["always_low"] is not None:
        names = ("always_low", "always_high")
    low, high = best[names[0]], best[names[1]]
    return None if low is None or high is None else (low, high)


def result_words(best: Mapping[str, Any] | None, currency: str, language: Language) -> str:
    """Say what was found of sales, as an interval."""
    fmt, say = language.formats, language.say
    bounds = bounds_of(best)
    if best is None or bounds is None:
        return say("can't tell")
    if best["method"] == "synthetic":
        low, high = fmt.change(best["lift_low"], 1), fmt.change(best["lift_high"], 1)
        return say("sales between %(low)s and %(high)s", low=low, high=high)
    low, high = (_signed(b, currency, language) for b in bounds)
    return say("between %(low)s and %(high)s for each person", low=low, high=high)


def _signed(value: float, currency: str, language: Language) -> str:
    told = language.formats.money(abs(value), currency)
    # a sign stays on the line of its figure (U+2060)
    return f"{'−' if value < 0 else '+'}\u2060{told}"


def title_words(
    plan: experiments.Plan, best: Mapping[str, Any] | None, blocked: bool, currency: str,
    language: Language,
) -> str:  # fmt: skip
    """Say the finding as a sentence."""
    say = language.say
    channel = plan.channel or say("the channel")
    if blocked and best is not None:
        return say("%(name)s can't be used", name=plan.name)
    bounds = bounds_of(best)
    if best is None or bounds is None:
        return say("%(name)s tells nothing yet", name=plan.name)
    result = result_words(best, currency, language)
    if bounds[0] <= 0 <= bounds[1]:
        return say("%(name)s can't tell: %(result)s", name=plan.name, result=result)
    if plan.kind == "cities":
        cities = list_words(plan.cities, language)
        return say("%(channel)s in %(cities)s: %(result)s", channel=channel.capitalize(),
                   cities=cities, result=result)  # fmt: skip
    if bounds[0] > 0:
        return say("%(channel)s sells: %(result)s", channel=channel.capitalize(), result=result)
    return say("%(channel)s costs sales: %(result)s", channel=channel.capitalize(), result=result)
