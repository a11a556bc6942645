"""What devices send: SenML through an MQTT broker's archive."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parvis.connect.landing import ImportReport
from parvis.connect.silo import Silo
from parvis.connect.telemetry.api import import_telemetry
from parvis.connect.telemetry.senml import (
    is_series,
    measured_at_once,
    measured_in_series,
    moments,
    packs,
)
from parvis.lake.ducklake import DuckLake
from parvis.lake.workspace import Workspace
from tests.making import one, rows

RECEIVED = "2025-03-04T10:00:05Z"
TEN = 1_741_082_400  # 2025-03-04T10:00:00Z
BASE = {"bn": "urn:dev:ops:32473-machine-10000037:", "bt": TEN}
BREWS = {"n": "brews", "v": 7}

Bring = Callable[..., ImportReport]


def archived(payload: Any, received: str | None = RECEIVED) -> dict[str, Any]:
    return {
        "received_at": received,
        "topic": "devices/10000037/telemetry",
        "qos": 1,
        "payload": payload,
    }


@pytest.fixture
def bring(workspace: Workspace, tmp_path: Path) -> Bring:
    """Import archived messages."""

    def run(*messages: Any, name: str = "telemetry.ndjson") -> ImportReport:
        path = tmp_path / name
        path.write_text("".join(json.dumps(m) + "\n" for m in messages))
        return import_telemetry(workspace, Silo("machines", (path,), tmp_path))

    return run


def test_a_message(workspace: Workspace, bring: Bring) -> None:
    pack = [
        BASE,
        BREWS,
        {"n": "temperature", "u": "Cel", "v": 91.5},
        {"n": "descale", "vb": False},
        {"n": "firmware", "vs": "2.4.0"},
    ]
    assert bring(archived(pack)).added == 1
    event = one(workspace.table("events"))
    assert (event["type"], event["name"]) == ("track", "Device Telemetry")
    assert event["occurred_at"] == datetime(2025, 3, 4, 10, tzinfo=UTC)
    assert event["received_at"] == datetime(2025, 3, 4, 10, 0, 5, tzinfo=UTC)
    assert event["identifiers"] == [{"kind": "device_id", "value": "10000037"}]
    assert event["properties"] == (
        '{"brews":7,"temperature":91.5,"descale":false,"firmware":"2.4.0"}'
    ), "numbers as they were, each under its name"
    assert json.loads(event["context"])["units"] == {"temperature": "Cel"}


def test_measurements_at_several_moments_are_as_many_events(
    workspace: Workspace, bring: Bring
) -> None:
    # the example of RFC 8428, 5.1.2: base values, and times before the base time
    pack = [
        {"bn": "urn:dev:ow:10e2073a01080063:", "bt": TEN, "bu": "A", "bv": 1, "n": "now", "v": 0.2},
        {"n": "current", "t": -5, "v": 0.2},
        {"n": "current", "t": -4, "v": 0.3},
        {"bn": "urn:dev:ow:other:", "n": "current", "t": -4, "u": "V", "v": 2},
    ]
    bring(archived(pack))
    found = [
        (e["occurred_at"].timestamp() - TEN, e["device"], json.loads(e["properties"]))
        for e in rows(workspace.table("events"), "occurred_at", "device")
    ]
    assert sorted(found, key=repr) == sorted(
        [
            (-5, "10e2073a01080063", {"current": 1.2}),
            (-4, "10e2073a01080063", {"current": 1.3}),
            (-4, "other", {"current": 3}),
            (0, "10e2073a01080063", {"now": 1.2}),
        ],
        key=repr,
    )


@pytest.mark.parametrize(
    ("clock", "seconds"), [({}, 5), ({"bt": -60}, -55), ({"bt": -60, "t": 60}, 5)]
)
def test_times_from_now(
    workspace: Workspace, bring: Bring, clock: dict[str, int], seconds: int
) -> None:
    bring(archived([{"bn": BASE["bn"], **clock, **BREWS}]))
    assert one(workspace.table("events"))["occurred_at"].timestamp() == TEN + seconds


def test_delivered_twice_is_one_event_and_kept_back_is_dated_right(
    workspace: Workspace, bring: Bring
) -> None:
    late = archived([BASE, BREWS], "2025-03-09T08:00:00Z")
    report = bring(archived([BASE, BREWS]), archived([BASE, BREWS]), late)
    assert (report.added, report.known) == (1, 2)
    assert one(workspace.table("events"))["received_at"].day == 4


BAD = [
    (archived([{**BASE, "bt": 86_400}, BREWS]), "wrong_clock"),
    (archived([{**BASE, "bt": 900_000_000}, BREWS]), "wrong_clock"),
    (archived([{**BASE, "bt": TEN + 2 * 86_400}, BREWS]), "wrong_clock"),
    (archived([{**BASE, "bt": -400_000_000}, BREWS]), "wrong_clock"),
    (archived([{**BASE, "bt": 1e300}, BREWS]), "wrong_clock"),
    (archived("7 brews"), "not_json"),
    (archived({"brews": 7}), "not_senml"),
    (archived([BASE, {"n": "brews", "v": "seven"}]), "not_senml"),
    (archived(None), "missing"),
    (archived([BASE]), "missing"),
    (archived([BASE, BREWS], None), "missing"),
    (archived([BASE, BREWS], "yesterday"), "not_a_date"),
    (archived([BASE, BREWS, BREWS]), "repeated_key"),
    ({**archived([BREWS]), "topic": "telemetry"}, "no_identifier"),
]


def test_what_cannot_be_told_is_set_aside_whole(workspace: Workspace, bring: Bring) -> None:
    # good in one part, with a wrong clock in another
    half = archived([BASE, BREWS, {"n": "water", "t": 90_000_000, "v": 1}])
    messages = [m for m, _ in BAD] + [half, archived([BASE, BREWS])]
    report = bring(*messages)
    assert (report.rows_read, report.added) == (len(BAD) + 2, 1)
    kept = {r["row_number"]: r for r in rows(workspace.table("quarantine"))}
    assert {n: r["reason"] for n, r in kept.items()} == {
        **{n: reason for n, (_, reason) in enumerate(BAD, 1)},
        len(BAD) + 1: "wrong_clock",
    }
    assert json.loads(json.loads(kept[1]["raw"])["parvis_line"]) == BAD[0][0]


def test_a_payload_that_is_text_holding_json(workspace: Workspace, bring: Bring) -> None:
    assert bring(archived(json.dumps([BASE, BREWS]))).added == 1


def test_parquet_says_the_same(workspace: Workspace, tmp_path: Path, bring: Bring) -> None:
    bring(archived([BASE, BREWS]))
    table = pa.table(
        {
            "received_at": pa.array([datetime.fromisoformat(RECEIVED)], pa.timestamp("us", "UTC")),
            "topic": ["devices/10000037/telemetry"],
            "payload": [json.dumps([BASE, BREWS])],
        }
    )
    pq.write_table(table, tmp_path / "telemetry.parquet")
    silo = Silo("machines", (tmp_path / "telemetry.parquet",), tmp_path)
    report = import_telemetry(workspace, silo)
    assert (report.added, report.known) == (0, 1)


records = st.fixed_dictionaries(
    {"n": st.sampled_from(["a", "b", "c"])},
    optional={
        "v": st.integers(-5, 5) | st.sampled_from([0.5, 91.25]),
        "vs": st.sampled_from(["x", "\u00e9t\u00e9"]),
        "vb": st.booleans(),
        "u": st.sampled_from(["Cel", "%RH"]),
        "t": st.sampled_from([0, -10]),
    },
)


@settings(max_examples=40)
@given(st.lists(st.lists(records, max_size=4), min_size=1, max_size=6))
def test_both_ways_to_read_a_pack_say_the_same(
    engine: DuckLake, given_packs: list[list[dict[str, Any]]]
) -> None:
    told = [
        {"message": n, **{k: v for k, v in archived(None).items() if k != "qos"}}
        | {"payload": json.dumps([BASE, *pack])}
        for n, pack in enumerate(given_packs)
    ]
    schema = {"message": "int64", "payload": "string", "topic": "string", "received_at": "string"}
    read = engine.stage(packs(engine.stage_rows(told, schema)))
    plain = engine.stage(read.filter(~is_series(read)))
    columns = ("message", "occurred", "device", "properties", "units")
    at_once = engine.rows(moments(measured_at_once(plain)).select(*columns))
    in_series = engine.rows(moments(measured_in_series(plain)).select(*columns))
    assert sorted(at_once, key=repr) == sorted(in_series, key=repr)
