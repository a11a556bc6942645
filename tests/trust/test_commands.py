from __future__ import annotations

import re

import pytest
from typer.testing import CliRunner

from parvis.cli.users import token_app, user_app
from parvis.errors import AccountError
from parvis.trust.api import Access
from tests.making import made_workspace

PASSWORD = "a long password"


@pytest.fixture
def folder(tmp_path):
    made_workspace(tmp_path / "shop").close()
    return tmp_path / "shop"


def run(app, *words, **more):
    return CliRunner().invoke(app, [str(w) for w in words], **more)


def add(folder, login, role="viewer"):
    words = ("add", login, "--role", role, "-w", folder)
    return run(user_app, *words, env={"PARVIS_PASSWORD": PASSWORD})


def test_users_come_and_go(folder):
    assert "no user yet" in run(user_app, "list", "-w", folder).output
    assert "ana is in, as admin" in add(folder, "ana", "admin").output
    add(folder, "bob")
    assert re.search(r"bob\s+bob\s+viewer", run(user_app, "list", "-w", folder).output)
    assert run(user_app, "remove", "bob", "-w", folder, input="n\n").exit_code == 1
    assert "bob is removed" in run(user_app, "remove", "bob", "--yes", "-w", folder).output
    assert "bob" not in run(user_app, "list", "-w", folder).output


def test_a_password_is_asked_for_twice(folder):
    add(folder, "ana", "admin")
    given = "another long one\nanother long one\n"
    done = run(user_app, "password", "ana", "-w", folder, input=given)
    assert "is changed" in done.output
    assert "another long one" not in done.output
    with Access(folder / "app.db") as access:
        assert access.logins.log_in("ana", "another long one", "192.0.2.1")


def test_a_token_is_shown_once(folder):
    add(folder, "ana", "admin")
    assert "no token yet" in run(token_app, "list", "-w", folder).output
    made = run(token_app, "create", "ana", "nightly export", "--days", 7, "-w", folder).output
    secret = re.search(r"parvis_\S+", made)[0]
    listed = run(token_app, "list", "-w", folder, env={"COLUMNS": "200"}).output
    assert secret not in listed
    assert "nightly" in listed
    with Access(folder / "app.db") as access:
        assert access.tokens.user(secret).login == "ana"
        assert "is revoked" in run(token_app, "revoke", 1, "-w", folder).output
        assert access.tokens.user(secret) is None


def test_what_goes_wrong_is_told(folder):
    add(folder, "ana", "admin")
    assert isinstance(run(user_app, "remove", "ana", "--yes", "-w", folder).exception, AccountError)
    assert isinstance(add(folder, "ana").exception, AccountError)
