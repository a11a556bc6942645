"""Whose are these identifiers? Answered at once, for whoever speaks with a customer."""

from __future__ import annotations

import contextlib
import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from parvis.domain.event import USER_ID
from parvis.domain.identifiers import Normaliser, NormRules
from parvis.errors import ParvisError
from parvis.identity.kinds import LAST_RANK, RANKS
from parvis.identity.lookup import Lookup, key_column, keyed

if TYPE_CHECKING:
    from parvis.lake.engine import Engine
    from parvis.lake.workspace import Workspace

__all__ = ["Finding", "Resolution", "Resolver", "answered"]

Says = Literal["customer", "shared", "new", "unusable"]
Status = Literal["found", "new", "ambiguous", "unusable"]

_ROWS_AT_ONCE: Final = 200_000
#: With more changes than this the whole is read again.
_MOST_CHANGES: Final = 200_000


@dataclass(frozen=True, slots=True)
class Finding:
    """What one identifier says.

    Parameters
    ----------
    kind, value
        The identifier as it was asked for.
    normal
        The form in which it was looked up; None: it can't be.
    says
        ``customer``: it is one customer's; ``shared``: several persons use it; ``new``: it was
        never seen; ``unusable``: see `problem`.
    customer_id
        Whose it is; of a new one, the id that a customer would be called by after it.
    is_known
        Whether a silo knows that customer.
    problem
        A code of `parvis.identity.norms.MEANINGS`.
    """

    kind: str
    value: str
    normal: str | None
    says: Says
    customer_id: str | None = None
    is_known: bool = False
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Resolution:
    """Whose a set of identifiers is.

    Parameters
    ----------
    status
        ``found``: one customer's; ``new``: nobody's so far; ``ambiguous``: they contradict
        each other; ``unusable``: none of them can be compared or tells people apart.
    customer_id
        The customer; of a new one, the id that the next build gives. Where identifiers
        contradict each other the strongest kind decides; None where it can't, and where
        nothing is usable.
    is_known
        Whether a silo knows the customer.
    by
        The finding that decided.
    findings
        What each identifier says, in the order in which they were asked for.
    """

    status: Status
    customer_id: str | None
    is_known: bool
    by: Finding | None
    findings: tuple[Finding, ...]


class Resolver:
    """Answers whose identifiers are, from memory, while the lake is being written.

    Any number of threads may ask one resolver. It looks for a newer state of the lake at most
    every `check_seconds`, beside the answering and never before it; what it can't read, because
    the lake is busy or away, leaves the last state standing.

    Parameters
    ----------
    workspace
        Whose table `identities` is read.
    check_seconds
        How old an answer may be beyond the last build.

    Examples
    --------
    >>> resolver = Resolver(parvis.open("shop"))  # doctest: +SKIP
    >>> resolver.resolve([("email", "Ann@firm.example")]).customer_id  # doctest: +SKIP
    '5c1b0d4f0f0e9a77'
    """

    def __init__(self, workspace: Workspace, *, check_seconds: float = 1.0) -> None:
        self._workspace = workspace
        self._normaliser = Normaliser(NormRules.of(workspace.settings.identity))
        self._check_seconds = check_seconds
        self._state: tuple[Lookup, int] | None = None
        self._checked = 0.0
        self._one = threading.Lock()

    @property
    def snapshot(self) -> int | None:
        """The state of the lake that answers; None: it wasn't read yet."""
        return self._state[1] if self._state else None

    def __len__(self) -> int:
        return len(self._state[0]) if self._state else 0

    def resolve(self, identifiers: Sequence[tuple[str, str]]) -> Resolution:
        """Say whose identifiers are.

        Parameters
        ----------
        identifiers
            Kinds and values, as silos write them: ``("email", "Ann@firm.example")``.

        Raises
        ------
        LakeError
            The lake was never read and can't be; later failures leave what was read.
        """
        return answered(self._lookup(), self._normaliser, identifiers)

    def refresh(self) -> int:
        """Bring what answers to the lake's newest state, and wait for it.

        Returns
        -------
        int
            The state's number.

        Raises
        ------
        LakeError
            The lake can't be read.
        """
        return self._newest()[1]

    def _newest(self) -> tuple[Lookup, int]:
        with self._one:
            self._checked = time.monotonic()
            state = self._state
            if state is None or state[1] != self._workspace.data_version():
                engine = self._workspace.engine.session()
                try:
                    state = self._state = _read(engine, state)
                finally:
                    engine.close()
            return state

    def _lookup(self) -> Lookup:
        state = self._state
        if state is None:
            return self._newest()[0]
        if time.monotonic() - self._checked > self._check_seconds:
            # whoever asks next finds it done, or goes on with what there is
            self._checked = time.monotonic()
            threading.Thread(target=self._refresh_quietly, daemon=True).start()
        return state[0]

    def _refresh_quietly(self) -> None:
        # an answer of the last state is worth more than none; the next check tries again
        with contextlib.suppress(ParvisError):
            if not self._one.locked():
                self._newest()


def answered(
    lookup: Lookup, normaliser: Normaliser, identifiers: Sequence[tuple[str, str]]
) -> Resolution:
    """Say whose identifiers are, by a lookup.

    Parameters
    ----------
    lookup
        Identifiers and their customers.
    normaliser
        By which rules identifiers are compared.
    identifiers
        Kinds and values, as silos write them.
    """
    findings = tuple(_finding(lookup, normaliser, kind, value) for kind, value in identifiers)
    return _decided(findings)


def _finding(lookup: Lookup, normaliser: Normaliser, kind: str, value: str) -> Finding:
    normal, problem = normaliser.norm(kind, value)
    if normal is None:
        return Finding(kind, value, None, "unusable", problem=problem)
    entry = lookup.find(kind, normal)
    if entry is None:
        return Finding(kind, value, normal, "new", _customer_id_of(kind, normal))
    if entry.is_shared:
        return Finding(kind, value, normal, "shared")
    return Finding(kind, value, normal, "customer", entry.customer_id, entry.is_known)


def _read(engine: Engine, before: tuple[Lookup, int] | None) -> tuple[Lookup, int]:
    """Read the newest state: what changed since, or all of it."""
    newest = engine.snapshot()
    if before is None or not engine.has_snapshot(before[1]):
        return _whole(engine, newest), newest
    lookup, last = before
    if newest == last:
        return before
    changes = engine.changes("identities", last, newest)
    changed = changes.filter(changes.normal.notnull()).select("kind", "normal").distinct()
    touched = engine.stage(changed)
    many = engine.count(touched)
    if many + len(lookup.newer) > _MOST_CHANGES:
        return _whole(engine, newest), newest
    if not many:
        return lookup, newest
    # another spelling of an identifier that went may still be there: only the table tells
    now = keyed(engine.table_at("identities", newest).semi_join(touched, ["kind", "normal"]))
    keys = engine.arrow(touched.select(key=key_column(touched.kind, touched.normal)))
    return lookup.updated(keys["key"].to_pylist(), engine.arrow(now).to_batches()), newest


def _whole(engine: Engine, snapshot: int) -> Lookup:
    rows = keyed(engine.table_at("identities", snapshot))
    return Lookup.of(engine.arrow_batches(rows, _ROWS_AT_ONCE), engine.count(rows))


def _decided(findings: tuple[Finding, ...]) -> Resolution:
    usable = [f for f in findings if f.says in ("customer", "new")]
    if not usable:
        return Resolution("unusable", None, False, None, findings)
    found = [f for f in usable if f.says == "customer"]
    best = min(found or usable, key=_strength)
    if not found:
        return Resolution("new", best.customer_id, False, best, findings)
    account = next((f for f in usable if f.says == "new" and f.kind == USER_ID), None)
    if account is not None and best.is_known:
        # an account that is new, with what belongs to somebody known: two people, or one who
        # made another account; either way the build will call the customer after the account
        return Resolution("ambiguous", account.customer_id, False, account, findings)
    if len({f.customer_id for f in found}) == 1:
        return Resolution("found", best.customer_id, best.is_known, best, findings)
    equal = {f.customer_id for f in found if _rank(f) == _rank(best)}
    if len(equal) > 1:
        return Resolution("ambiguous", None, False, None, findings)
    return Resolution("ambiguous", best.customer_id, best.is_known, best, findings)


def _rank(finding: Finding) -> int:
    return RANKS.get(finding.kind, LAST_RANK)


def _strength(finding: Finding) -> tuple[int, str]:
    """Order as a build does that seeks whom a customer is called after."""
    return _rank(finding), f"{finding.kind}:{finding.normal}"


def _customer_id_of(kind: str, normal: str) -> str:
    text = f"{kind}:{normal}".encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest()[:16]
