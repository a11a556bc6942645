"""The connected machines: what a broker archived of their telemetry, a message a line.

A machine without network keeps its messages and sends them when it is back. Some clocks are
wrong.

References
----------
RFC 8428, "Sensor Measurement Lists (SenML)"; RFC 9039, "Uniform Resource Names for Device
Identifiers" (urn:dev:ops).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.simulate.happenings.orders import mixed
from parvis.simulate.scene import SECOND, Block, Scene, second_of_day
from parvis.simulate.writing import Format, Pen

__all__ = ["serial_of", "write_telemetry"]

_PAYLOAD: Final = """
'[{"bn":"urn:dev:ops:32473-machine-' || serial || ':","bt":' || (clock // 1000000)
    || '},{"n":"brews","v":' || brews || '},{"n":"temperature","u":"Cel","v":'
    || (temperature // 10) || '.' || (temperature % 10) || '},{"n":"water","u":"%RH","v":' || water
    || '},{"n":"descale","vb":' || CASE WHEN descale THEN 'true' ELSE 'false' END
    || '},{"n":"firmware","vs":"' || firmware || '"}]'
"""
_LINES: Final = """
SELECT '{"received_at":"' || iso(received) || '","topic":"devices/' || serial
    || '/telemetry","qos":1,"payload":' || {payload} || '}' || chr(10)
FROM messages
"""
_ROWS: Final = """
SELECT make_timestamp(received) AS received_at, 'devices/' || serial || '/telemetry' AS topic,
    {payload} AS payload
FROM messages
"""


def serial_of(person: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the serial number of each owner's machine."""
    return 10_000_000 + person.astype(np.int64) * 37


def write_telemetry(scene: Scene, block: Block, pen: Pen, folder: Path, form: Format) -> int:
    """Write the messages of a block's days, those included that arrive later.

    Returns
    -------
    int
        How many.
    """
    rng, told, people = scene.seeds.of("devices", block.number), scene.world.devices, scene.people
    owners = np.flatnonzero(people.has_machine).astype(np.int32)
    days = block.last - block.first
    number = rng.poisson(len(owners) * told.messages_a_day, days)
    if not len(owners) or not number.sum():
        return 0
    day = np.repeat(np.arange(block.first, block.last, dtype=np.int32), number)
    person = owners[rng.integers(0, len(owners), len(day))]
    kept = people.are_customers(person, day)
    # who is about to leave uses the machine less and less
    fades = np.clip((people.left[person] - day) / 60.0, 0.1, 1.0)
    kept &= rng.random(len(day)) < fades
    person, day = person[kept], day[kept]
    moment = scene.moment(day, second_of_day("words", len(day), rng))
    order = np.argsort(moment, kind="stable")
    person, day, moment = person[order], day[order], moment[order]
    received = _received(person, moment, told.offline_share)
    arrives = received < scene.end
    person, day = person[arrives], day[arrives]
    moment, received = moment[arrives], received[arrives]
    clock = moment.copy()
    wrong = rng.random(len(clock)) < told.wrong_clock_share
    # a clock that was never set, or one years ahead
    clock[wrong] = np.where(
        rng.random(wrong.sum()) < 0.7,
        rng.integers(0, 90 * 86_400, wrong.sum()) * SECOND,
        moment[wrong] + 400 * 86_400 * SECOND,
    )
    age = np.maximum(day - people.joined[person], 0)
    table = pa.table(
        {
            "serial": pa.array(serial_of(person)),
            "clock": pa.array(clock),
            "received": pa.array(received),
            "brews": pa.array((age * 2.4 + rng.integers(0, 3, len(age))).astype(np.int64)),
            "temperature": pa.array(910 + rng.integers(-15, 25, len(age))),
            "water": pa.array(rng.integers(5, 100, len(age))),
            "descale": pa.array((age % 120) > 105),
            "firmware": pa.array(np.where(person % 7 < 2, "2.3.1", "2.4.0")),
        }
    )
    stem = f"telemetry-{block.number + 1:04d}"
    if form == "parquet":
        query = _ROWS.replace("{payload}", _PAYLOAD)
        return pen.parquet(folder / "devices" / f"{stem}.parquet", {"messages": table}, query)
    query = _LINES.replace("{payload}", _PAYLOAD)
    return pen.lines(folder / "devices" / f"{stem}.ndjson", {"messages": table}, query)


def _received(
    person: NDArray[np.int32], moment: NDArray[np.int64], share: float
) -> NDArray[np.int64]:
    """Return when messages arrive: at once, or after the gap that a week may hold."""
    week = moment // (7 * 86_400 * SECOND)
    lot = mixed(person.astype(np.uint64) * np.uint64(1_000_003) + week.astype(np.uint64))
    has_gap = (lot % np.uint64(10_000)).astype(float) < share * 10_000
    begin = (lot >> np.uint64(16)) % np.uint64(5 * 86_400)
    length = 3600 + (lot >> np.uint64(40)) % np.uint64(60 * 3600)
    gap_from = week * 7 * 86_400 * SECOND + begin.astype(np.int64) * SECOND
    gap_until = gap_from + length.astype(np.int64) * SECOND
    inside = has_gap & (moment >= gap_from) & (moment < gap_until)
    soon = moment + (200_000 + (lot % np.uint64(1_500_000)).astype(np.int64))
    return np.where(inside, gap_until + (lot % np.uint64(90)).astype(np.int64) * SECOND, soon)
