"""What the tests of files share: write one, bring it in, look at what came."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from parvis.connect.files.api import FileReport, ImportOptions, Kind, import_file
from parvis.lake.workspace import Workspace

SHARED = next(
    (p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared").is_dir()),
    Path("shared/data"),
)
NO_SHARED = "the reference data isn't here (a folder `shared` beside the checkout)"


def written(
    folder: Path, text: str | bytes, name: str = "file.csv", encoding: str = "utf-8"
) -> Path:
    """Write a file."""
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def brought(workspace: Workspace, path: Path, kind: Kind = "orders", **options: Any) -> FileReport:
    """Import a file."""
    return import_file(workspace, path, kind, ImportOptions(**options))


def rows(workspace: Workspace, table: str = "events") -> list[dict[str, Any]]:
    """Return all rows of a table, in order."""
    found = workspace.table(table)
    order = [c for c in ("occurred_at", "day", "row_number", "name") if c in found.columns]
    return list(found.order_by(order).to_pyarrow().to_pylist())


def reasons(report: FileReport) -> dict[str, int]:
    """Return how many rows were set aside, by reason."""
    return {r.code: r.rows for r in report.preview.quarantined}
