"""What people decide on the pages: written at once, and seen before the next state is read."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

from parvis.domain.settings import IdentitySettings
from parvis.identity import api as identity
from parvis.identity.contracts import Identifier, Preview
from parvis.lake.engine import Engine
from parvis.lake.workspace import Workspace
from parvis.web.reader import Reader

__all__ = ["Desk", "Verdict"]

T = TypeVar("T")

#: What a person can decide of two identifiers.
Verdict = Literal["merge", "part", "skip"]


@dataclass(frozen=True, slots=True)
class _Settled:
    """A pair that was decided: from which state of the lake on the queue itself knows."""

    decision_id: str
    version: int


class Desk:
    """Where decisions on who is who are made, by any number of requests.

    Parameters
    ----------
    reader
        The workspace.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._settled: dict[str, _Settled] = {}
        self._resolver: tuple[Workspace, identity.Resolver] | None = None
        # the engine's own connection serves one thread at a time
        self._writing = threading.Lock()
        self._asking = threading.Lock()

    @property
    def _settings(self) -> IdentitySettings:
        return self._reader.workspace.settings.identity

    def decide(
        self,
        verdict: Verdict,
        left: Identifier,
        right: Identifier,
        by: str,
        note: str = "",
        pair: str = "",
    ) -> str:
        """Record a decision, and take its pair from the queue.

        Raises
        ------
        DecisionError
            An identifier can't be compared, isn't known, or both are the same.
        """
        workspace = self._reader.workspace
        with self._writing:
            made = identity.decide(workspace, verdict, left, right, by, note)
            if pair:
                self._settled[pair] = _Settled(made, workspace.engine.snapshot())
        return made

    def withdraw(self, decision_id: str, by: str) -> str:
        """Take a decision back.

        Raises
        ------
        DecisionError
            There is no such decision.
        """
        with self._writing:
            made = identity.withdraw(self._reader.workspace, decision_id, by)
            for pair, settled in list(self._settled.items()):
                if settled.decision_id == decision_id:
                    del self._settled[pair]
        return made

    def settled(self, version: int) -> frozenset[str]:
        """Return the pairs that were decided after a state of the lake."""
        with self._writing:
            self._settled = {p: s for p, s in self._settled.items() if s.version > version}
            return frozenset(self._settled)

    def preview(self, verdict: Verdict, left: Identifier, right: Identifier) -> Preview:
        """Tell what a decision would change."""
        settings = self._settings
        return self._asked(lambda e: identity.preview(e, settings, [(verdict, left, right)]))

    def explain(self, left: Identifier, right: Identifier) -> identity.Explanation:
        """Tell why two identifiers are one customer, or why not."""
        return self._asked(lambda e: identity.explain(e, left, right))

    def resolve(self, identifiers: list[tuple[str, str]]) -> identity.Resolution:
        """Say whose identifiers are, from memory.

        Raises
        ------
        LakeError
            The lake was never read and can't be.
        """
        workspace = self._reader.workspace
        found = self._resolver
        if found is None or found[0] is not workspace:
            # parvis.toml has changed, or the lake was replaced
            found = self._resolver = (workspace, identity.Resolver(workspace))
        return found[1].resolve(identifiers)

    def _asked(self, ask: Callable[[Engine], T]) -> T:
        # each takes a second of all cores: one after the other
        with self._asking, self._session() as engine:
            return ask(engine)

    @contextlib.contextmanager
    def _session(self) -> Iterator[Engine]:
        engine = self._reader.workspace.engine.session()
        try:
            yield engine
        finally:
            engine.close()
