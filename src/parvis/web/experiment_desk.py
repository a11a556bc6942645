"""What the team says of experiments: written at once, and seen before the next state is ready."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from parvis.errors import PlanRefused
from parvis.measure.api import experiments
from parvis.web.reader import Reader
from parvis.web.shelf import Shelf

__all__ = ["ExperimentDesk"]


class ExperimentDesk:
    """Where experiments are told of, by any number of requests.

    Parameters
    ----------
    reader
        The workspace.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._writing = threading.Lock()
        self._said: dict[str, tuple[experiments.Plan, str, datetime, int]] = {}

    def add(self, plan: experiments.Plan, by: str) -> experiments.Plan:
        """Keep a new experiment.

        Raises
        ------
        PlanRefused
            Something in it can't be, or there is one of that name.
        """
        return self._write(plan.experiment_id, by, new=plan)

    def describe(self, experiment_id: str, by: str, **told: Any) -> experiments.Plan:
        """Say more of an experiment that is known.

        Raises
        ------
        PlanRefused
            There is no such experiment, or something that is said of it can't be.
        """
        return self._write(experiment_id, by, **told)

    def _write(
        self, experiment_id: str, by: str, new: experiments.Plan | None = None, **told: Any
    ) -> experiments.Plan:
        engine = self._reader.workspace.engine.session()
        now = datetime.now(UTC)
        try:
            with self._writing:
                known = {p.experiment_id: p for p in experiments.plans_of(engine)}
                plan = new if new is not None else known.get(experiment_id)
                if plan is None:
                    name = experiment_id[:60]
                    raise PlanRefused(
                        f"There is no experiment {name!r}.",
                        "Open the page Experiments again.",
                        "no_experiment",
                        "name",
                        name,
                    )
                if new is not None and experiment_id in known:
                    name = known[experiment_id].name[:60]
                    raise PlanRefused(
                        f"There is an experiment {name!r} already.",
                        "Give this one another name, or say more of that one on its page.",
                        "name_taken",
                        "name",
                        name,
                    )
                plan = experiments.checked(
                    replace(plan, **told),
                    experiments.known_channels(engine),
                    experiments.known_cities(engine),
                )
                engine.atomically(lambda: experiments.put_plan(engine, plan, by, now))
                self._said[experiment_id] = (plan, by, now, engine.snapshot())
        finally:
            engine.close()
        return plan

    def told_since(self, shelf: Shelf) -> Mapping[str, tuple[experiments.Plan, str, datetime]]:
        """Return what was said since a state was laid out."""
        with self._writing:
            self._said = {k: s for k, s in self._said.items() if s[3] > shelf.version}
            return {k: (plan, by, at) for k, (plan, by, at, _) in self._said.items()}
