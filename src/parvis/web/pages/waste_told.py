"""What the ledger says, in sentences and sums: for the page and for the sheet of paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from parvis.measure.api import interval
from parvis.web.language import Language
from parvis.web.language.measure_words import problem_words
from parvis.web.queries.measured import Measured

__all__ = ["WasteSums", "told_problems", "waste_advice", "waste_rows", "waste_sums", "waste_title"]

Row = Mapping[str, Any]
#: Verdicts by which money is surely wasted.
_LOST: Final = {"stop", "cut"}
#: With more of the money where the verdict is open, there is no answer as a whole.
_MOST_OPEN: Final = 0.5
_ORDER: Final = ("stop", "cut", "raise", "can't tell", "hold")


def told_problems(found: Measured, language: Language) -> list[dict[str, Any]]:
    """Say what stands in the way in a language, what blocks first."""
    told = []
    for problem in sorted(found.problems, key=lambda p: not p["blocks"]):
        what, next_step = problem_words(problem, language)
        told.append({"what": what, "next_step": next_step, "blocks": problem["blocks"]})
    return told


@dataclass(frozen=True, slots=True)
class WasteSums:
    """The ledger added up; a range is where 90 of 100 draws lie.

    Parameters
    ----------
    spent
        All of it.
    doubtful
        What of it was spent where the verdict is open.
    returned
        Sales that those channels made of which something can be told.
    wasted
        By those whose last euros surely didn't pay: what is believed of the others before
        anything is seen is no finding.
    """

    spent: float
    doubtful: float
    returned: tuple[float, float]
    wasted: tuple[float, float]

    @property
    def open_part(self) -> float | None:
        """The part of the spending where the verdict is open; null: nothing was spent."""
        return self.doubtful / self.spent if self.spent else None


def waste_sums(found: Measured) -> WasteSums:
    """Add up over channels, draw by draw."""
    assert found.curves is not None  # noqa: S101
    names = found.curves.channels
    told = {r["channel"] for r in found.told}
    lost = {r["channel"] for r in found.ledger if r["verdict"] in _LOST}
    today = found.curves.at(found.curves.spend)[:, [c in told for c in names]].sum(axis=1)
    wasted = found.curves.wasted[:, [c in lost for c in names]].sum(axis=1)
    return WasteSums(
        spent=sum(float(r["spent"]) for r in found.ledger),
        doubtful=sum(float(r["spent"]) for r in found.ledger if r["verdict"] == "can't tell"),
        returned=_ends(today),
        wasted=_ends(wasted),
    )


def _ends(draws: np.ndarray) -> tuple[float, float]:
    low, high = interval(draws)
    return float(low), float(high)


def waste_rows(found: Measured) -> list[Row]:
    """Return the ledger's rows: what is to be stopped first, the most money first."""
    return sorted(
        found.ledger,
        key=lambda r: (_ORDER.index(r["verdict"]), -(r["wasted"] or 0.0), -r["spent"]),
    )


def waste_title(
    found: Measured,
    sums: WasteSums,
    currency: str,
    language: Language,
) -> str:
    """Say the finding in a sentence."""
    say, fmt = language.say, language.formats
    spent = fmt.money(sums.spent, currency, 0)
    if found.margin is None:
        low, high = sums.returned
        return say(
            "%(spent)s of advertising made between %(low)s and %(high)s of sales",
            spent=spent,
            low=fmt.money(_round(low), currency, 0),
            high=fmt.money(_round(high), currency, 0),
        )
    lost = [r["channel"] for r in waste_rows(found) if r["verdict"] in _LOST]
    if lost:
        low, high = sums.wasted
        return say(
            "Of %(spent)s spent, between %(low)s and %(high)s are wasted on %(channels)s",
            spent=spent,
            low=fmt.money(_round(low), currency, 0),
            high=fmt.money(_round(high), currency, 0),
            channels=", ".join(lost),
        )
    if sums.doubtful > _MOST_OPEN * sums.spent:
        return say("Which part of the %(spent)s spent is wasted can't be told yet", spent=spent)
    return say("No channel surely wastes any of the %(spent)s spent", spent=spent)


def _round(value: float) -> float:
    """Round to three figures: more aren't known."""
    if value <= 0:
        return 0.0
    digits = int(np.floor(np.log10(value))) - 2
    return float(round(value, -digits)) if digits > 0 else round(value)


def waste_advice(found: Measured, currency: str, language: Language) -> list[dict[str, Any]]:
    """Say what to do, the most money first."""
    say, fmt = language.say, language.formats
    told = []
    for row in sorted(found.ledger, key=lambda r: -(r["regret"] or 0.0)):
        channel, spent = row["channel"], fmt.money(row["spent"], currency, 0)
        if row["wasted"] is None:
            continue
        low, high = (fmt.money(_round(row[n]), currency, 0) for n in ("wasted_low", "wasted_high"))
        if row["verdict"] == "stop":
            text = say(
                "Stop %(channel)s: of %(spent)s, between %(low)s and %(high)s brought nothing back",
                channel=channel, spent=spent, low=low, high=high,
            )  # fmt: skip
        elif row["verdict"] == "cut":
            text = say(
                "Cut %(channel)s: its last euros didn't pay; between %(low)s and %(high)s of "
                "%(spent)s are wasted",
                channel=channel, spent=spent, low=low, high=high,
            )  # fmt: skip
        elif row["verdict"] == "raise":
            text = say(
                "Raise %(channel)s: its last euro made between %(low)s and %(high)s euros of sales",
                channel=channel,
                low=fmt.number(row["marginal_low"], 2),
                high=fmt.number(row["marginal_high"], 2),
            )
        else:
            continue
        told.append({"verdict": row["verdict"], "channel": channel, "text": text})
    return told
