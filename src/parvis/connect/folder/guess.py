"""Which silos a folder without a `silos.toml` holds, by the names of its folders."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from parvis.connect.folder.contracts import Manifest, SiloEntry
from parvis.errors import SourceError

__all__ = ["guessed_manifest"]

_TEXT: Final = ("csv", "csv.gz", "parquet")
_LINES: Final = ("ndjson", "ndjson.gz", "jsonl", "jsonl.gz", "parquet")

# source, format, beginnings of the files' paths, endings
_PLACES: Final = (
    ("crm", "customers", ("crm/*",), _TEXT),
    ("shop", "orders", ("shop/orders*", "shop/refunds*"), _TEXT),
    ("web", "segment", ("web/*",), _LINES),
    ("experiments", "segment", ("experiments/*",), _LINES),
    ("experiments", "experiments", ("experiments/*",), ("csv",)),
    ("fediverse", "activitypub", ("social/fediverse/*",), (*_LINES, "json")),
    ("bluesky", "bluesky", ("social/bluesky/*",), _LINES),
    ("reviews", "reviews", ("social/reviews/*",), _LINES),
    ("blog", "atom", ("blog/*",), ("atom", "xml")),
    ("competitors", "atom", ("competitors/*",), ("atom", "xml")),
    ("devices", "telemetry", ("devices/*",), _LINES),
    ("consents", "consents", ("consents/*",), ("csv", "csv.gz")),
)


def guessed_manifest(root: Path) -> Manifest:
    """Tell a folder's silos by the names of its folders.

    Raises
    ------
    SourceError
        No folder of a known name holds files of a known ending.
    """
    found = []
    for source, kind, places, endings in _PLACES:
        globs = [f"{p}.{e}" for p in places for e in endings if _any(root, f"{p}.{e}")]
        if globs:
            found.append({"source": source, "format": kind, "files": globs})
    # each advertising account has columns of its own
    for path in sorted((root / "ads").glob("*.csv*")):
        source = path.name.split(".")[0]
        found.append({"source": source, "format": "spend", "files": [f"ads/{path.name}"]})
    for box in sorted((root / "mail").glob("*/cur")):
        source = f"mail {box.parent.name}"
        files = [f"mail/{box.parent.name}"]
        found.append({"source": source, "format": "maildir", "files": files})
    if not found:
        known = ", ".join(f"{places[0]}.{endings[0]}" for _, _, places, endings in _PLACES)
        raise SourceError(
            f"{root} holds no silos.toml, and no folder whose name tells what it holds.",
            f"Expected a silos.toml, or files such as {known}, ads/*.csv, mail/*/cur.",
        )
    sources = {f["source"] for f in found}
    for entry in found:
        if entry["source"] == "web" and "shop" in sources:
            # a shop's site tells the orders that the shop tells
            entry["orders_told_by"] = "shop"
    return Manifest(version=1, silo=tuple(SiloEntry.model_validate(f) for f in found))


def _any(root: Path, pattern: str) -> bool:
    return next(root.glob(pattern), None) is not None
