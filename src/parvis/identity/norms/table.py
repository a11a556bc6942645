"""Identifiers in the form in which they are compared, whole columns at once.

What machines write plainly (most cookies and numbers), and most mail addresses, the engine
tells by itself; the rest goes through the one function that says what holds of any identifier.
Both ways give the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis

from parvis.domain.event import EMAIL
from parvis.domain.identifiers import NormRules
from parvis.domain.identifiers.devices import DEVICE_KINDS
from parvis.domain.identifiers.emails import DOTLESS, ROLES
from parvis.domain.identifiers.fakes import FAKE_LOCAL_PARTS, FAKE_WORDS, NUMBER_RUNS
from parvis.domain.identifiers.handles import HANDLE_KINDS
from parvis.domain.identifiers.norm import EMAIL_KINDS, PHONE_KINDS
from parvis.domain.identifiers.text import LONGEST
from parvis.lake.identifiers import identifier_norm

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["normalised"]

#: All signs that can be seen, of ASCII alone.
_PLAIN = r"^[!-~]+$"
_PLAIN_EMAIL = (
    r"^[a-z0-9_-]{1,30}(?:\.[a-z0-9_-]{1,30})?"
    r"@[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,40}[a-z0-9])?)?\.[a-z]{2,20}$"
)
_PLAIN_KIND = r"^[a-z0-9][a-z0-9_.]{0,63}$"


def normalised(identifiers: ir.Table, rules: NormRules) -> ir.Table:
    """Say of identifiers in which form they are compared, or why they can't be.

    Parameters
    ----------
    identifiers
        `kind`, `value` (as silos wrote it), and any other columns.
    rules
        The workspace's.

    Returns
    -------
    ir.Table
        The same rows with `normal` (null: it links nothing) and `problem` (null: none), a code
        of `MEANINGS`.

    Examples
    --------
    >>> rows = ibis.table({"kind": "string", "value": "string"}, name="seen")
    >>> normalised(rows, NormRules()).columns
    ('kind', 'value', 'normal', 'problem')
    """
    kind, value = identifiers.kind, identifiers.value
    small = value.lower()
    others = [*EMAIL_KINDS, *PHONE_KINDS, *HANDLE_KINDS, *DEVICE_KINDS, *_small(rules.never_alone)]
    sound = kind.re_search(_PLAIN_KIND) & (value.length() <= LONGEST) & value.re_search(_PLAIN)
    # the same sign throughout: zeros, dashes
    sound &= (small.replace(small.substr(0, 1), "") != "") & ~_is_blocked(small, rules)
    by_machines = (
        sound
        & kind.notin(others)
        & small.notin([*FAKE_WORDS, *NUMBER_RUNS])
        # nothing but zeros, or f, and what may stand between
        & small.re_search(r"[1-9a-eg-z]")
    )
    local, host = small.split("@")[0], small.split("@")[1]
    suspect = [*FAKE_LOCAL_PARTS, *(ROLES if rules.own_domains else ())]
    by_people = (
        sound
        & (kind == EMAIL)
        & (EMAIL not in _small(rules.never_alone))
        & small.re_search(_PLAIN_EMAIL)
        & local.notin(suspect)
        & small.notin([*FAKE_WORDS])
    )
    # without a + there is no tag, so that only dots are left to a provider's rules
    bare = local.replace(".", "") + "@gmail.com"
    without_dots = by_people & host.isin(list(DOTLESS)) & ~_is_blocked(bare, rules)
    told = ibis.cases(
        (by_machines, _plainly(value)),
        (without_dots, _plainly(bare)),
        (by_people & host.notin(list(DOTLESS)), _plainly(small)),
        else_=identifier_norm(kind, value, rules.as_text()),
    )
    rows = identifiers.mutate(told=told)
    return rows.mutate(normal=rows.told["normal"], problem=rows.told["problem"]).drop("told")


def _small(kinds: tuple[str, ...]) -> list[str]:
    return [k.lower() for k in kinds]


def _plainly(normal: ir.StringValue) -> ir.StructValue:
    return ibis.struct({"normal": normal, "problem": ibis.null("string")})


def _is_blocked(value: ir.StringValue, rules: NormRules) -> ir.BooleanValue:
    pattern = rules.blocked_pattern()
    return value.re_search(pattern) if pattern else ibis.literal(False)
