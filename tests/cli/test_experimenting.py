"""Experiments, as somebody types them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from parvis.lake.workspace import Workspace
from parvis.measure.api import experiments
from tests.cli.test_commands import run
from tests.making import made_workspace
from tests.work.tried_shop import DARK, HOLDOUT, measured, tried_shop

ADD = ("--channel", "social", "--cities", "Gap,evian", "--starts", "2026-09-07", "--days", 35,
       "--budget", 0)  # fmt: skip


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    shop = tried_shop(made_workspace(tmp_path_factory.mktemp("tried") / "shop"))
    measured(shop)
    shop.close()
    return shop.files.folder


def known(folder: Path) -> tuple[experiments.Plan, ...]:
    with Workspace.open(folder) as shop:
        return experiments.plans_of(shop.engine)


def test_what_was_tried_is_listed_and_shown(tried: Path) -> None:
    said = run("experiment", "list", "-w", tried)
    assert said.exit_code == 0, said.output
    told = {e["experiment_id"]: e for e in json.loads(
        run("experiment", "list", "--json", "-w", tried).output)}  # fmt: skip
    assert {HOLDOUT, DARK} <= set(told)
    one = run("experiment", "show", HOLDOUT, "-w", tried)
    assert one.exit_code == 0, one.output
    assert "25% of people left out of email" in one.output
    assert "2 customers were on both sides" in " ".join(one.output.split())
    shown = json.loads(run("experiment", "show", DARK, "--json", "-w", tried).output)
    (sales,) = [r for r in shown["results"] if r["metric"] == "sales"]
    assert sales["lift_low"] < 0.25 < sales["lift_high"]


def test_a_test_is_added_and_described(tried: Path) -> None:
    said = run("experiment", "add", "Next", *ADD, "-w", tried)
    assert said.exit_code == 0, said.output
    again = run("experiment", "add", "Next", *ADD, "-w", tried)
    assert again.exit_code != 0
    assert "already" in str(again.exception or again.output)
    more = run("experiment", "describe", "next", "--ends", "2026-10-04", "-w", tried)
    assert more.exit_code == 0, more.output
    (plan,) = [p for p in known(tried) if p.experiment_id == "next"]
    assert (plan.cities, str(plan.ends_on)) == (("Gap", "Evian"), "2026-10-04")


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("add", "Bad", *ADD[:2], "--cities", "Gotham", *ADD[4:]), "Gotham"),
        (("add", "Bad", "--channel", "socal", *ADD[2:]), "socal"),
        (("add", "Bad", *ADD[:4], "--starts", "9999-12-20", *ADD[6:]), "too late"),
        (("add", "Bad", *ADD[:4], "--starts", "soon", *ADD[6:]), "no day"),
        (("describe", DARK, "--share", "0.2"), "test in cities"),
        (("describe", HOLDOUT, "--share", "1.5"), "share"),
        (("describe", "none", "--share", "0.2"), "no experiment"),
        (("describe", HOLDOUT), "Nothing is said"),
        (("show", "none"), "no experiment"),
        (("power", "--cities", "Gotham", "--weeks", 2), "Gotham"),
        (("power", "--cities", "Gap", "--weeks", 2, "--power", 2), "power"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(
    tried: Path, words: tuple[object, ...], why: str
) -> None:
    before = known(tried)
    said = run("experiment", *words, "-w", tried)
    assert said.exit_code != 0
    assert why in f"{said.output} {said.exception}"
    assert known(tried) == before


def test_a_plan_comes_in_by_file_and_bad_lines_do_not(tried: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.csv"
    file.write_text(
        "name,channel,cities,starts_on,days,budget\n"
        "Filed,social,Istres,2026-09-07,35,0\nWrong,social,Gotham,2026-09-07,35,0\n"
    )
    said = run("experiment", "import", file, "-w", tried)
    assert said.exit_code == 1
    assert "2 read, 1 added, 0 known, 1 set aside" in said.output
    assert "filed" in {p.experiment_id for p in known(tried)}
    assert "wrong" not in {p.experiment_id for p in known(tried)}
    assert run("experiment", "import", tmp_path / "no.csv", "-w", tried).exit_code != 0


def test_what_a_test_would_see_is_told(tried: Path) -> None:
    said = run("experiment", "power", "--cities", "Gap,Evian", "--weeks", 2, "--json", "-w", tried)
    assert said.exit_code == 0, said.output
    told = json.loads(said.output)
    assert (told["weeks"], told["power"]) == (2, 0.8)
    assert told["moments"] > 0
