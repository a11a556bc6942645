"""The truth about texts and accounts: what each says by construction, and who said it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parvis.simulate.accounts import FEDIVERSE, Accounts
from parvis.simulate.texts import Texts
from parvis.simulate.writing import words, write_parquet

__all__ = ["labelled", "write_account_owners", "write_texts"]

_LEADS: Final = ("nothing", "name", "mail in profile", "handle in CRM")


def labelled(texts: Texts, ids: pa.Array, person: NDArray[Any]) -> pa.Table:
    """Put a text's id and its author (null: a stranger, or the brand) beside its labels."""
    return texts.labels.append_column("id", ids).append_column(
        "person", pa.array(person.astype(np.int32), mask=person < 0)
    )


def write_texts(folder: Path, name: str, table: pa.Table) -> None:
    """Write the labels of some texts."""
    if table.num_rows:
        write_parquet(folder / "truth" / "texts" / f"{name}.parquet", table)


def write_account_owners(accounts: Accounts, folder: Path) -> None:
    """Write whose each account is, and how it could be known."""
    write_parquet(
        folder / "truth" / "accounts.parquet",
        pa.table(
            {
                "network": words(
                    np.where(accounts.network == FEDIVERSE, 0, 1), ["fediverse", "bluesky"]
                ).cast(pa.string()),
                "username": accounts.username,
                "person": pa.array(accounts.person, mask=accounts.person < 0),
                "leads_by": words(accounts.leads, _LEADS).cast(pa.string()),
            }
        ),
    )
