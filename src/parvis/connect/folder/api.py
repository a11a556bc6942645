"""Import a folder of silos: each through its own importer."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

from parvis.connect.files.api import Kind, import_file
from parvis.connect.folder.contracts import FolderPlan, Outcome, PlannedSilo
from parvis.connect.folder.manifest import folder_plan
from parvis.connect.folder.sources import describe_sources
from parvis.connect.landing import ImportReport, joined
from parvis.connect.silo import Silo, changed_files
from parvis.errors import SourceError

if TYPE_CHECKING:
    from parvis.lake.workspace import Workspace

__all__ = ["FolderPlan", "Outcome", "PlannedSilo", "Progress", "folder_plan", "import_folder"]

#: Called with the silo that is read now, and how many bytes of the folder are done.
Progress = Callable[[PlannedSilo, int], None]

_Importer = Callable[["Workspace", Silo], ImportReport]

# read when they are needed: an importer may stand on libraries that take long to load
_IMPORTERS: Final = {
    "segment": ("parvis.connect.segment.api", "import_segment"),
    "activitypub": ("parvis.connect.activitypub.api", "import_activitypub"),
    "bluesky": ("parvis.connect.bluesky.api", "import_bluesky"),
    "reviews": ("parvis.connect.reviews.api", "import_reviews"),
    "atom": ("parvis.connect.atom.api", "import_atom"),
    "maildir": ("parvis.connect.maildir.api", "import_maildir"),
    "telemetry": ("parvis.connect.telemetry.api", "import_telemetry"),
    "consents": ("parvis.connect.consents.api", "import_consents"),
    "experiments": ("parvis.connect.experiments.api", "import_experiments"),
}


def import_folder(
    workspace: Workspace, plan: FolderPlan, on_progress: Progress = lambda _silo, _bytes: None
) -> tuple[Outcome, ...]:
    """Import the silos of a folder in their order.

    A silo that can't be read doesn't stop the others; what was kept of it before it failed
    stays. Files that were read before as they are now are not read again.

    Parameters
    ----------
    workspace
        Where to.
    plan
        What to read, by `folder_plan`.
    on_progress
        Called before each silo, and after each file that is in.

    Returns
    -------
    tuple of Outcome
        One a silo, in order.

    Raises
    ------
    LakeError
        Nothing more can be written; the silos before are in.

    Examples
    --------
    >>> import_folder(shop, folder_plan(Path("brumelle")))[0].report.added  # doctest: +SKIP
    48201
    """
    # before any row: none is ever shown without it
    describe_sources(workspace, plan)
    outcomes, done = [], 0
    # plans of experiments name channels and cities: what tells of these comes first
    for planned in sorted(plan.silos, key=lambda p: p.format == "experiments"):
        on_progress(planned, done)
        counter = _Counter(planned, done, on_progress)
        outcomes.append(_outcome(workspace, planned, counter))
        done += planned.size
        on_progress(planned, done)
    return tuple(outcomes)


class _Counter:
    """Adds up the bytes of the files that are in."""

    def __init__(self, planned: PlannedSilo, done: int, on_progress: Progress) -> None:
        self._planned = planned
        self._sizes = dict(planned.sizes)
        self._done = done
        self._on_progress = on_progress

    def read(self, file: Path) -> None:
        self._done += self._sizes.get(file, 0)
        self._on_progress(self._planned, self._done)


def _outcome(workspace: Workspace, planned: PlannedSilo, counter: _Counter) -> Outcome:
    silo = replace(planned.silo, on_read=counter.read)
    began = time.perf_counter()
    reports: list[ImportReport] = []
    unchanged = _unchanged(workspace, silo, planned.format)
    failure = None
    try:
        if planned.format in _IMPORTERS:
            module, name = _IMPORTERS[planned.format]
            importer = cast("_Importer", getattr(importlib.import_module(module), name))
            reports.append(importer(workspace, silo))
        else:
            _import_files(workspace, planned, silo, reports)
    except SourceError as error:
        failure = error
    return Outcome(
        planned,
        joined(silo.source, planned.format, reports),
        unchanged,
        time.perf_counter() - began,
        failure,
    )


def _import_files(
    workspace: Workspace, planned: PlannedSilo, silo: Silo, reports: list[ImportReport]
) -> None:
    """Import files one by one, by the importers that understand a single file."""
    kind = cast("Kind", planned.format)
    changed = changed_files(workspace.engine, silo, kind)
    for path in changed.files:
        name = silo.name_of(path)
        options = replace(planned.options, content=((name, changed.content[name]),))
        reports.append(import_file(workspace, path, kind, options).report)
        silo.on_read(path)


def _unchanged(workspace: Workspace, silo: Silo, kind: str) -> int:
    files = tuple(f for f in silo.files if f.is_file())
    return changed_files(workspace.engine, replace(silo, files=files), kind).unchanged
