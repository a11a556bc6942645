"""Plans of experiments, from a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from parvis.connect.experiments.api import import_experiments
from parvis.connect.landing import ImportReport
from parvis.connect.silo import Silo
from parvis.errors import MappingError
from parvis.lake.workspace import Workspace
from parvis.measure.api import experiments
from tests.making import rows, staged

HEAD = "name,channel,cities,starts_on,days,budget\n"
GOOD = "Dark,social,nantes|Lille,2025-05-05,35,0\n"


@pytest.fixture
def spending(workspace: Workspace) -> Workspace:
    told = [
        {"row_key": f"{n}", "day": date(2025, 5, 1), "channel": "social", "geography": city,
         "amount": 10, "currency": "EUR", "source": "ads", "import_id": "i",
         "received_at": workspace.now()}
        for n, city in enumerate(("Nantes", "Lille"))
    ]  # fmt: skip
    schema = set(workspace.table("spend").columns)
    kept = [{k: v for k, v in row.items() if k in schema} for row in told]
    workspace.engine.append("spend", staged(workspace.engine, kept, "spend"))
    return workspace


def bring(workspace: Workspace, folder: Path, text: str) -> ImportReport:
    path = folder / "plan.csv"
    path.write_text(text, "utf-8")
    return import_experiments(workspace, Silo("experiments", (path,), folder))


def test_a_plan_comes_in_once(spending: Workspace, tmp_path: Path) -> None:
    assert bring(spending, tmp_path, HEAD + GOOD).added == 1
    (plan,) = experiments.plans_of(spending.engine)
    assert plan.cities == ("Nantes", "Lille")
    assert (plan.starts_on, plan.ends_on) == (date(2025, 5, 5), date(2025, 6, 8))
    assert bring(spending, tmp_path, HEAD + GOOD + "\n").known == 1


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("A,socal,Nantes,2025-05-05,35,0", "unknown_channel"),
        ("A,social,Gotham,2025-05-05,35,0", "unknown_city"),
        ("A,social,Nantes,2025-05-05,0,0", "ends_before"),
        ("A,social,Nantes,05/05/2025,35,0", "not_a_date"),
        ("A,social,Nantes,2025-05-05,35,-1", "not_a_factor"),
        ("A,social,Nantes,2025-05-05,35,much", "not_a_number"),
        ("A,social,Nantes,2025-05-05,many,0", "not_a_whole_number"),
        (",social,Nantes,2025-05-05,35,0", "missing"),
        ("Dark,social,Nantes,2025-05-05,35,0", "named_twice"),
        ("A,social,Nantes|Nantes,2025-05-05,35,0", "named_twice"),
    ],
)
def test_what_cannot_be_is_set_aside(
    spending: Workspace, tmp_path: Path, line: str, reason: str
) -> None:
    report = bring(spending, tmp_path, HEAD + GOOD + line + "\n")
    assert (report.added, report.quarantined) == (1, 1)
    assert [r["reason"] for r in rows(spending.table("quarantine"))] == [reason]


def test_other_figures_of_a_known_test_are_not_taken(spending: Workspace, tmp_path: Path) -> None:
    bring(spending, tmp_path, HEAD + GOOD)
    bring(spending, tmp_path, HEAD + GOOD.replace(",0\n", ",2\n"))
    (plan,) = experiments.plans_of(spending.engine)
    assert plan.budget == 0
    assert [r["reason"] for r in rows(spending.table("quarantine"))] == ["differs_from_known"]


def test_a_file_of_something_else_is_refused(spending: Workspace, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no column name"):
        bring(spending, tmp_path, "a,b\n1,2\n")
