"""The commands, as somebody types them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from parvis.cli.app import app
from parvis.domain.settings import parse_settings
from parvis.lake.workspace import Workspace

ORDERS = """order_id,customer_id,ordered_at,total
1,ada,2026-03-01 10:00,12.50
2,ada,2026-03-09 11:30,7.25
3,grace,2026-03-10 09:15,30.00
"""


def run(*words: object, **how: object):
    return CliRunner().invoke(app, [str(w) for w in words], **how)


@pytest.fixture
def shop(tmp_path) -> Path:
    folder = tmp_path / "shop"
    made = run("init", folder, "--zone", "Europe/Paris", "--currency", "EUR")
    assert made.exit_code == 0, made.output
    return folder


@pytest.fixture
def orders(tmp_path) -> Path:
    file = tmp_path / "orders.csv"
    file.write_text(ORDERS)
    return file


def test_init_says_what_to_do_next(tmp_path):
    said = run("init", tmp_path / "shop", "--zone", "Europe/Paris")
    assert said.exit_code == 0
    assert "parvis import orders" in said.output
    assert "parvis up" in said.output
    assert Workspace.open(tmp_path / "shop").zone == "Europe/Paris"


def test_init_shows_a_whole_valid_file(tmp_path):
    said = run("init", "--print-settings", "--zone", "UTC")
    assert parse_settings(said.output, Path("parvis.toml")).workspace.name == "shop"


def test_from_a_file_to_profiles(shop, orders):
    brought = run("import", "orders", orders, "--workspace", shop, "--yes")
    assert brought.exit_code == 0, brought.output
    told = run("build", "-w", shop, "--explain")
    assert "never built" in told.output
    built = run("build", "-w", shop)
    assert built.exit_code == 0, built.output
    assert "profiles" in built.output
    with Workspace.open(shop) as opened:
        assert opened.profiles.count().to_pyarrow().as_py() == 2
        assert opened.profiles.monetary.sum().to_pyarrow().as_py() == pytest.approx(49.75)
    assert "Nothing to do" in run("build", "-w", shop).output
    status = run("status", "-w", shop)
    assert status.exit_code == 0
    assert "orders" in status.output


def test_a_dry_run_writes_nothing(shop, orders):
    with Workspace.open(shop) as opened:
        before = opened.data_version()
    said = run("import", "orders", orders, "-w", shop, "--dry-run")
    assert said.exit_code == 0, said.output
    with Workspace.open(shop) as opened:
        assert opened.data_version() == before


def test_a_lake_is_restored_by_the_command_that_the_error_names(shop, orders):
    run("import", "orders", orders, "-w", shop, "--yes")
    (shop / "lake" / "catalog.sqlite").write_bytes(b"garbage" * 1000)
    broken = typed("build", "-w", shop)
    assert broken.returncode == 1
    assert "parvis lake restore" in broken.stderr
    said = run("lake", "restore", "-w", shop)
    assert said.exit_code == 0, said.output
    assert "3 events" in said.output
    assert run("build", "-w", shop).exit_code == 0


def test_tidying_keeps_everything(shop, orders):
    run("import", "orders", orders, "-w", shop, "--yes")
    run("build", "-w", shop)
    assert run("lake", "tidy", "-w", shop).exit_code == 0
    with Workspace.open(shop) as opened:
        assert opened.orders.count().to_pyarrow().as_py() == 3
    assert "Nothing to do" in run("build", "-w", shop).output


def typed(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "parvis", *map(str, words)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )


def test_errors_are_plain_words_with_a_next_step_and_no_traceback(tmp_path):
    said = typed("build", "-w", tmp_path / "nowhere")
    assert said.returncode == 1
    assert "There is no workspace" in said.stderr
    assert "parvis init" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_taken_port_is_said(shop):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        said = typed("up", shop, "--port", taken.getsockname()[1])
    assert said.returncode == 1
    assert "--port" in said.stderr


def test_a_wrong_setting_names_key_value_and_what_was_expected(shop):
    settings = shop / "parvis.toml"
    settings.write_text(settings.read_text().replace("every_minutes = 15", "every_minutes = 0"))
    said = typed("build", "-w", shop)
    assert said.returncode == 1
    assert "build.every_minutes = 0" in said.stderr
    assert "greater than or equal to 1" in said.stderr
