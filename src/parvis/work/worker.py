"""The worker: reads networks, builds after imports and on a schedule, compares people, tidies."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

from parvis.errors import ParvisError, WorkspaceBusy
from parvis.lake.workspace import Workspace
from parvis.work.attending import attend
from parvis.work.connecting import NetworkReader
from parvis.work.matching import match_if_due
from parvis.work.measuring import measure_if_due
from parvis.work.picturing import PictureReader, shows_pictures
from parvis.work.status import WorkerStatus, read_status, write_status
from parvis.work.steps import build

__all__ = ["Worker"]

_log = logging.getLogger("parvis.work")

_LOOK_SECONDS: Final = 0.5
_PATIENCE_SECONDS: Final = 5.0
_TIDY_SECONDS: Final = 24 * 3600.0
_LONGEST_PAUSE_SECONDS: Final = 300.0
#: After a search for people who are alike that failed.
_MATCH_AGAIN_SECONDS: Final = 24 * 3600.0
#: After a measuring that failed.
_MEASURE_AGAIN_SECONDS: Final = 6 * 3600.0
#: After texts that couldn't be read.
_LISTEN_AGAIN_SECONDS: Final = 3600.0


class Worker:
    """Watches one workspace.

    Parameters
    ----------
    folder
        The workspace's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._workspace = Workspace.open(folder)
        self._settings_at = self._settings_time()
        self._built_version = -1
        self._next_build = 0.0
        self._next_tidy = time.monotonic() + _TIDY_SECONDS
        self._next_match = 0.0
        self._next_listen = 0.0
        self._next_measure = 0.0
        self._failures = 0
        self._pictures: PictureReader | None = None
        self._status = read_status(folder) or WorkerStatus("waiting", WorkerStatus.now())

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop."""
        self._say("waiting")
        networks = NetworkReader(self._folder, stop)
        networks.start()
        self._pictures = PictureReader(self._folder, stop)
        self._pictures.start()
        while not stop.is_set():
            self._turn()
            stop.wait(_LOOK_SECONDS)
        # what a server is still waited for is asked for again the next time
        networks.join(_PATIENCE_SECONDS)
        self._pictures.look()
        self._pictures.join(_PATIENCE_SECONDS)
        self._say("stopped")
        self._workspace.close()

    def _turn(self) -> None:
        now = time.monotonic()
        try:
            self._follow_settings()
            if now < self._next_build and not self._has_news():
                return
            self._build()
            if self._pictures is not None and shows_pictures(self._workspace):
                self._pictures.look()
            if now >= self._next_match:
                self._match()
            if now >= self._next_listen:
                self._listen()
            if now >= self._next_measure:
                self._measure()
            if now >= self._next_tidy:
                self._tidy()
        except WorkspaceBusy:
            # somebody builds by hand: look again soon
            self._next_build = now + 5
        except ParvisError as error:
            self._fail(error.what, error.next_step)
        except Exception as error:
            _log.exception("the build failed")
            self._fail(f"{type(error).__name__}: {error}", "See the worker's log; it tries again.")

    def _settings_time(self) -> float:
        return self._workspace.files.settings.stat().st_mtime

    def _follow_settings(self) -> None:
        changed = self._settings_time()
        if changed == self._settings_at:
            return
        self._settings_at = changed
        self._workspace.close()
        self._workspace = Workspace.open(self._folder)
        self._next_build = 0.0

    def _has_news(self) -> bool:
        return self._failures == 0 and self._version() != self._built_version

    def _version(self) -> int:
        return self._workspace.engine.snapshot()

    def _build(self) -> None:
        self._say("building")
        report = build(self._workspace)
        self._built_version = self._version()
        self._next_build = time.monotonic() + self._workspace.settings.build.every_minutes * 60
        self._failures = 0
        if not report.plan.is_empty:
            written = sum(s.rows_written for s in report.steps)
            _log.info("built in %.1f s: %s rows written", report.seconds, f"{written:,}")
            self._status = replace(
                self._status,
                last_build_at=WorkerStatus.now(),
                last_build_seconds=round(report.seconds, 2),
            )
        self._say("waiting")

    def _match(self) -> None:
        """Look for people who are alike; what goes wrong here must not stop the builds."""
        try:
            report = match_if_due(self._workspace)
        except Exception as error:
            self._next_match = time.monotonic() + _MATCH_AGAIN_SECONDS
            told = error.what if isinstance(error, ParvisError) else f"{type(error).__name__}"
            _log.exception("people can't be compared (%s); it is tried again in a day", told)
            return
        # what was found changes the lake: the next turn builds it
        if report is not None:
            _log.info(
                "compared %s records in %.1f s: %s pairs joined, %s to review",
                f"{report.records:,}", report.seconds, f"{report.merged:,}",
                f"{report.to_review:,}",
            )  # fmt: skip

    def _listen(self) -> None:
        """Read what people say; what goes wrong here must not stop the builds."""
        try:
            done = attend(self._workspace)
        except Exception as error:
            self._next_listen = time.monotonic() + _LISTEN_AGAIN_SECONDS
            told = error.what if isinstance(error, ParvisError) else f"{type(error).__name__}"
            _log.exception("texts can't be read (%s); it is tried again in an hour", told)
            return
        if done.taught is not None:
            _log.info(
                "%s corrections taught the team's own head", sum(done.taught.corrections.values())
            )
        if done.read.read:
            _log.info(
                "read %s texts in %.1f s, %s are left",
                f"{done.read.read:,}", done.read.seconds, f"{done.read.left:,}",
            )  # fmt: skip
        for alert in done.watched.new:
            _log.warning(
                "%s negative texts in an hour that usually has %.1f%s",
                alert.alarm.negative, alert.alarm.expected,
                f" about {alert.subject}" if alert.subject else "",
            )  # fmt: skip
        for problem in done.told.problems:
            _log.error("%s It is tried again.", problem)

    def _measure(self) -> None:
        """Measure what marketing achieved; what goes wrong here must not stop the builds."""
        try:
            report = measure_if_due(self._workspace)
        except Exception as error:
            self._next_measure = time.monotonic() + _MEASURE_AGAIN_SECONDS
            told = error.what if isinstance(error, ParvisError) else f"{type(error).__name__}"
            _log.exception("marketing can't be measured (%s); it is tried again later", told)
            return
        # what was found changes the lake: the next turn finds nothing to build
        if report is not None:
            _log.info(
                "measured in %.1f s: %s journeys, %s channels judged",
                report.seconds, f"{report.journeys:,}", len(report.answer.ledger),
            )  # fmt: skip

    def _tidy(self) -> None:
        with self._workspace.building():
            self._workspace.engine.maintain(self._workspace.settings.lake.keep_days)
        self._next_tidy = time.monotonic() + _TIDY_SECONDS
        self._built_version = self._version()

    def _fail(self, problem: str, next_step: str) -> None:
        self._failures += 1
        pause = min(2.0**self._failures, _LONGEST_PAUSE_SECONDS)
        self._next_build = time.monotonic() + pause
        _log.error("%s %s Trying again in %.0f s.", problem, next_step, pause)
        # a damaged connection must not outlive its damage
        self._workspace.close()
        self._say("failing", problem, next_step)

    def _say(self, state: str, problem: str = "", next_step: str = "") -> None:
        if (state, problem) != (self._status.state, self._status.problem):
            self._status = replace(
                self._status,
                state=state,
                since=WorkerStatus.now(),
                problem=problem,
                next_step=next_step,
            )
        write_status(self._folder, self._status)
