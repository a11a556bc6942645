"""Watch what is said for crises, explain them, and tell somebody."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import ibis
import numpy as np

from parvis.lake.schema import TABLES
from parvis.lake.workspace import Workspace
from parvis.listen import api as listen

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from parvis.lake.engine import Engine

__all__ = ["Alert", "WatchReport", "watch"]

#: Topics and names with fewer negative texts in the time looked at aren't watched by themselves.
_LEAST_SUBJECT: Final = 50
#: At most so many subjects: each takes its part of the false alarms that are borne.
_MOST_SUBJECTS: Final = 40
_EXAMPLES: Final = 5
_NOTE: Final = "watched_until"
#: With a larger share of texts still unread nothing is watched.
_MOST_WAITING: Final = 0.02
_NEGATIVE: Final = "negative"


@dataclass(frozen=True, slots=True)
class Alert:
    """One row of `alerts`.

    Parameters
    ----------
    subject_kind, subject
        `all` and nothing, or a `topic`, `name` or `word` and which.
    alarm
        When, and how much more than usual.
    explanation
        What stands out in its first hour: topics, names, channels, authors, texts.
    """

    subject_kind: str
    subject: str
    alarm: listen.Alarm
    explanation: Mapping[str, Any]

    @property
    def alert_id(self) -> str:
        """The same whenever it is found again."""
        told = f"{self.subject_kind}\x1f{self.subject}\x1f{self.alarm.at}"
        return hashlib.md5(told.encode(), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class WatchReport:
    """What was watched.

    Parameters
    ----------
    texts
        How many texts were held against what is usual.
    subjects
        How many series.
    new
        Alerts that weren't known.
    going_on
        Alerts that were known and go on.
    waiting
        Texts of the time looked at that are still to be read; with many of them what is usual
        can't be told, and nothing is watched.
    """

    texts: int
    subjects: int
    new: tuple[Alert, ...]
    going_on: int
    waiting: int = 0


def watch(workspace: Workspace, until: datetime | None = None) -> WatchReport:
    """Look for unusual hours since the last look, and write alerts.

    Parameters
    ----------
    workspace
        A workspace that is built and whose texts are read.
    until
        Look no further than this; now if missing.

    Returns
    -------
    WatchReport
        The new alerts are for somebody to be told of.
    """
    rules = workspace.settings.listen
    how = listen.AlarmRules(false_alarms=rules.false_alarms, history_days=rules.history_days)
    engine = workspace.engine.session()
    try:
        end = until or min(datetime.now(UTC), workspace.now())
        known = engine.rows(engine.table("alerts"))
        since = _watched_until(workspace)
        looked_at = since - timedelta(days=rules.history_days + 2) if since else None
        waiting = engine.count(_said(engine, looked_at, end).filter(lambda t: t.sentiment.isnull()))
        texts = _texts(engine, looked_at, end)
        if texts.empty or waiting > _MOST_WAITING * len(texts):
            return WatchReport(0, 0, (), 0, waiting)
        subjects = _subjects(texts)
        judged_after = _minute(since) - how.calm_hours * 60 if since else None
        found: list[Alert] = []
        for (kind, subject), places in subjects.items():
            part = texts.iloc[places]
            series = listen.watched(
                part["minute"].to_numpy(), part["is_negative"].to_numpy(), _minute(end)
            )
            rule = how if kind == "all" else replace(how, least_texts=10, least_spread=1.6)
            found += [
                Alert(kind, subject, alarm, {})
                for alarm in listen.alarms(series, rule, len(subjects) + 1, judged_after)
            ]
        found += _words(texts, how, len(subjects) + 1, found, judged_after)
        fresh, lasting = _against(found, known, how)
        explained = [replace(a, explanation=_explained(engine, texts, a)) for a in fresh]
        _write(engine, explained, lasting)
    finally:
        engine.close()
    _note_watched(workspace, end)
    return WatchReport(len(texts), len(subjects), tuple(explained), len(lasting), waiting)


def _words(
    texts: pd.DataFrame,
    how: listen.AlarmRules,
    series: int,
    found: Sequence[Alert],
    judged_after: int | None,
) -> list[Alert]:
    """Look for words that many say at once, where no alarm of all texts tells of it already."""
    spoken = listen.Spoken(
        texts["minute"].to_numpy(),
        texts["is_negative"].to_numpy(),
        texts["thread"].tolist(),
        texts["author"].fillna("").tolist(),
        texts["wording"].tolist(),
        [listen.words_in(text) for text in texts["text"]],
    )
    whole = [a.alarm for a in found if a.subject_kind == "all"]
    return [
        Alert("word", burst.word, burst.alarm, {})
        for burst in listen.bursts(spoken, how, series, judged_after)
        if not any(w.at <= burst.alarm.at <= w.until + how.calm_hours * 60 for w in whole)
    ]


def _watched_until(workspace: Workspace) -> datetime | None:
    """Return up to when the hours were judged the last time; null: never."""
    try:
        return datetime.fromisoformat((workspace.files.models / _NOTE).read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _note_watched(workspace: Workspace, until: datetime) -> None:
    # a file, for a row in the lake would be news, and the worker would build for it without end
    workspace.files.keep_note(_NOTE, until.isoformat())


def _said(engine: Engine, since: datetime | None, until: datetime) -> ir.Table:
    mentions = engine.table("mentions")
    said = mentions.filter(
        ~mentions.is_own, mentions.occurred_at < ibis.literal(until, "timestamp('UTC')")
    )
    if since is not None:
        said = said.filter(said.occurred_at >= ibis.literal(since, "timestamp('UTC')"))
    return said


def _texts(engine: Engine, since: datetime | None, until: datetime) -> pd.DataFrame:
    said = _said(engine, since, until)
    said = said.filter(said.sentiment.notnull())
    rows = said.select(
        "text_id", "topic_id", "channel", "author", "author_name", "text",
        thread=said.thread_id.fill_null(said.text_id),
        wording=said.copy_of.fill_null(said.text_key),
        minute=(said.occurred_at.epoch_seconds() // 60).cast("int64"),
        is_negative=said.sentiment == _NEGATIVE,
        # aspects are watched as topics; twice would ask more of each to be believed
        names=said.entities.filter(lambda e: e["kind"] != "aspect")
        .map(lambda e: e["name"])
        .unique(),
    )  # fmt: skip
    found: pd.DataFrame = engine.arrow(rows.order_by("minute", "text_id")).to_pandas()
    return found


def _subjects(texts: pd.DataFrame) -> dict[tuple[str, str], Any]:
    """Choose what is watched: all, and the topics and names of which much bad is said."""
    found: dict[tuple[str, str], Any] = {("all", ""): np.arange(len(texts))}
    topics = _places(texts["topic_id"])
    names = _places(texts["names"])
    bad = texts["is_negative"].to_numpy()
    many = [
        (int(bad[places].sum()), kind, subject, places)
        for kind, groups in (("topic", topics), ("name", names))
        for subject, places in groups.items()
    ]
    loudest = sorted((m for m in many if m[0] >= _LEAST_SUBJECT), key=lambda m: (-m[0], m[1:3]))
    found |= {(kind, subject): places for _, kind, subject, places in loudest[:_MOST_SUBJECTS]}
    return found


def _places(values: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, list[int]] = {}
    for place, value in enumerate(values):
        if value is None or isinstance(value, float):
            continue
        for one in [value] if isinstance(value, str) else value:
            found.setdefault(one, []).append(place)
    return {key: np.array(places) for key, places in found.items()}


def _against(
    found: Sequence[Alert], known: Sequence[Mapping[str, Any]], how: listen.AlarmRules
) -> tuple[list[Alert], list[dict[str, Any]]]:
    """Part what is new from what goes on."""
    fresh: list[Alert] = []
    lasting: dict[str, dict[str, Any]] = {}
    for alert in found:
        before = [
            r
            for r in known
            # of one crisis another word may be the first, once more is known
            if (r["subject_kind"] == alert.subject_kind)
            and (r["subject"] == alert.subject or alert.subject_kind == "word")
            and _minute(r["noticed_at"]) <= alert.alarm.until
            and alert.alarm.at - _minute(r["until_at"]) <= how.calm_hours * 60
        ]
        if not before:
            fresh.append(alert)
            continue
        last = dict(max(before, key=lambda r: r["until_at"]))
        until = max(_minute(last["until_at"]), alert.alarm.until)
        if until > _minute(last["until_at"]):
            lasting[last["alert_id"]] = last | {"until_at": _moment(until)}
    return fresh, list(lasting.values())


def _explained(engine: Engine, texts: pd.DataFrame, alert: Alert) -> dict[str, Any]:
    """Say what stands out in the hour: shares of the negative texts, and what they usually are."""
    end = alert.alarm.at
    of_subject = texts[texts["is_negative"]]
    if alert.subject_kind == "topic":
        of_subject = of_subject[of_subject["topic_id"] == alert.subject]
    elif alert.subject_kind == "name":
        named = of_subject["names"].map(lambda n: alert.subject in (() if n is None else n))
        of_subject = of_subject[named.astype(bool)]
    elif alert.subject_kind == "word":
        spoken = of_subject["text"].map(lambda t: alert.subject in listen.words_in(t))
        of_subject = of_subject[spoken.astype(bool)]
    hour = of_subject[of_subject["minute"].between(end - 60, end, inclusive="left")]
    before = of_subject[of_subject["minute"] < end - 60]
    heard = engine.table("echoes").filter(lambda t: t.text_id.isin(hour["text_id"].tolist()))
    told = {r["text_id"]: r["influence"] for r in engine.rows(heard)}
    loudest = sorted(hour["text_id"], key=lambda t: (-told.get(t, 0.0), t))
    writers = Counter(a for a in hour["author"] if a is not None)
    return {
        "topics": _stand_out(_places(hour["topic_id"]), _places(before["topic_id"]), hour, before),
        "names": _stand_out(_places(hour["names"]), _places(before["names"]), hour, before),
        "channels": _stand_out(_places(hour["channel"]), _places(before["channel"]), hour, before),
        "authors": [{"author": a, "texts": n} for a, n in writers.most_common(_EXAMPLES)],
        "texts": loudest[:_EXAMPLES],
    }


def _stand_out(
    now: Mapping[str, Any], usual: Mapping[str, Any], hour: pd.DataFrame, before: pd.DataFrame
) -> list[dict[str, Any]]:
    shares = [
        (len(places) / len(hour), len(usual.get(key, ())) / max(len(before), 1), key, len(places))
        for key, places in now.items()
    ]
    above = sorted((s for s in shares if s[0] > s[1]), key=lambda s: (s[1] - s[0], s[2]))
    return [
        {"value": key, "texts": count, "share": share, "usual": often}
        for share, often, key, count in above[:_EXAMPLES]
    ]


def _write(engine: Engine, fresh: Sequence[Alert], lasting: Sequence[dict[str, Any]]) -> None:
    if not (fresh or lasting):
        return
    now = datetime.now(UTC)
    rows = [
        {
            "alert_id": a.alert_id,
            "subject_kind": a.subject_kind,
            "subject": a.subject,
            "noticed_at": _moment(a.alarm.at),
            "until_at": _moment(a.alarm.until),
            "negative": a.alarm.negative,
            "texts": a.alarm.texts,
            "expected": a.alarm.expected,
            "chance": a.alarm.chance,
            "explanation": json.dumps(a.explanation, ensure_ascii=False),
            "written_at": now,
            "told_at": None,
        }
        for a in fresh
    ] + [r | {"explanation": _text(r["explanation"])} for r in lasting]
    schema = dict(TABLES["alerts"].ibis.items()) | {"explanation": "string"}
    staged = engine.stage_rows(rows, schema)
    whole = staged.mutate(explanation=staged.explanation.cast("json"))
    engine.reconcile("alerts", whole, staged.select("alert_id"))


def _text(explanation: Any) -> str:
    if isinstance(explanation, str):
        return explanation
    return json.dumps(explanation, ensure_ascii=False)


def _minute(moment: datetime) -> int:
    return int(moment.timestamp() // 60)


def _moment(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
