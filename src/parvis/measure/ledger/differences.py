"""Why journeys and mix say different things of a channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

__all__ = ["differences"]

#: Methods of attribution that stand for what journeys say, the fairest first.
_FAIR: Final = ("shapley", "markov_2", "markov_1", "linear")
#: So many times as much at one end of journeys as at the other is a place of its own.
_AT_ONE_END: Final = 1.5
#: Budgets that follow demand by more than this are told.
_FOLLOWS: Final = 0.5
_LITTLE_LEARNT: Final = 0.1


def differences(
    row: Mapping[str, Any],
    credits_: Sequence[Mapping[str, Any]],
    follows: float | None,
    learned: float | None = None,
) -> tuple[str, ...]:
    """Tell how the methods disagree on a channel, and why, as codes.

    Parameters
    ----------
    row
        Of the ledger.
    credits_
        The channel's rows of `credits`.
    follows
        The part of its budget's ups and downs that all budgets have in common; null: can't be
        told.
    learned
        How much of the doubt about its return the data took away, 0 to 1; null: isn't known.

    Returns
    -------
    tuple of str
        ``untouched``, ``unlearned``, ``harvests``, ``follows``, ``unseen``, ``agree``, ``closes``,
        ``opens``.
    """
    by_method = {c["method"]: c for c in credits_}
    fair = next((by_method[m] for m in _FAIR if m in by_method), None)
    if fair is None or fair["value"] <= 0:
        return ("untouched",)
    found = []
    if learned is not None and learned < _LITTLE_LEARNT:
        # what the mix says is what was believed before: it contradicts nobody
        found.append("unlearned")
    elif row["returned"] is not None:
        if fair["value_low"] > row["returned_high"]:
            found.append("harvests")
            if follows is not None and follows >= _FOLLOWS:
                found.append("follows")
        elif fair["value_high"] < row["returned_low"]:
            found.append("unseen")
        else:
            found.append("agree")
    first, last = by_method.get("first"), by_method.get("last")
    if first and last:
        if last["value_low"] > _AT_ONE_END * first["value_high"]:
            found.append("closes")
        elif first["value_low"] > _AT_ONE_END * last["value_high"]:
            found.append("opens")
    return tuple(found)
