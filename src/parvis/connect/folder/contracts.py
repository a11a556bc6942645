"""What a folder of silos is, and what an import of it did; frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from parvis.connect.files.contracts import ImportOptions
from parvis.connect.landing import ImportReport
from parvis.connect.silo import Silo
from parvis.domain.settings import Currency, Zone
from parvis.errors import SourceError

__all__ = ["FORMATS", "FolderPlan", "Format", "Manifest", "Outcome", "PlannedSilo", "SiloEntry"]

Format = Literal[
    "orders", "customers", "spend", "events",
    "segment", "activitypub", "bluesky", "reviews", "atom", "maildir", "telemetry", "consents",
    "experiments",
]  # fmt: skip

#: The importers that a folder may name.
FORMATS: Final[tuple[str, ...]] = get_args(Format)


def _inside(pattern: str) -> str:
    parts = pattern.replace("\\", "/").split("/")
    if not pattern or parts[0] == "" or ":" in parts[0] or ".." in parts:
        raise ValueError("expected a path under this folder, such as shop/orders-*.csv")
    return pattern


_Path = Annotated[str, AfterValidator(_inside)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SiloEntry(_Section):
    """One `[[silo]]` of a `silos.toml`."""

    source: Annotated[str, Field(pattern=r"^[\w][\w .-]{0,79}$")]
    format: Format
    files: Annotated[tuple[_Path, ...], Field(min_length=1)]
    simulated: bool | None = None
    description: str = ""
    zone: Zone | Literal[""] = ""
    currency: Currency | Literal[""] = ""
    own: tuple[str, ...] = ()
    orders_told_by: str = ""
    decimal: Literal["", "comma", "point"] = ""
    date_format: str = ""
    delimiter: str = ""
    encoding: str = ""
    set: tuple[str, ...] = ()
    mapping: _Path | None = None


class Manifest(_Section):
    """A whole `silos.toml`."""

    version: Literal[1]
    name: Annotated[str, Field(max_length=200)] = ""
    simulated: bool = False
    zone: Zone | Literal[""] = ""
    currency: Currency | Literal[""] = ""
    own: tuple[str, ...] = ()
    silo: Annotated[tuple[SiloEntry, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class PlannedSilo:
    """One silo of a folder, with the importer that reads it.

    Parameters
    ----------
    options
        For the importers of single files: what the folder says of them.
    is_simulated
        Whether its rows are made up.
    description
        What the folder says of it.
    """

    silo: Silo
    format: str
    options: ImportOptions = field(default_factory=ImportOptions)
    is_simulated: bool = False
    description: str = ""

    @property
    def size(self) -> int:
        """All of its files together, in bytes."""
        return sum(self.sizes.values())

    @property
    def sizes(self) -> Mapping[Path, int]:
        """Each file's size in bytes; a folder's is that of the files in it."""
        return {f: _size(f) for f in self.silo.files}


def _size(path: Path) -> int:
    if path.is_dir():
        return sum(p.stat().st_size for p in path.rglob("*") if p.is_file())
    return path.stat().st_size


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """What an import of a folder would read, in order.

    Parameters
    ----------
    name
        What the folder calls itself.
    notes
        What a reader should know: globs that matched nothing, and the like.
    """

    root: Path
    name: str
    silos: tuple[PlannedSilo, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the import of one silo did, or why it failed.

    Parameters
    ----------
    report
        What was kept; where the silo failed, of the files before it did.
    unchanged
        Files that were left out, since they were read before as they are.
    """

    planned: PlannedSilo
    report: ImportReport
    unchanged: int = 0
    seconds: float = 0.0
    failure: SourceError | None = None
