from __future__ import annotations

import sqlite3
import stat

import pytest

from parvis.errors import AccessError, AccountError, LoginTaken, WeakPassword, WorkspaceError
from parvis.trust.api import Access, Role

PASSWORD = "a long password"


def test_the_first_user_is_made_once_with_the_secret(access):
    secret = access.users.setup_secret()
    assert secret == access.users.setup_secret()
    with pytest.raises(AccessError, match="isn't valid"):
        access.users.set_up("wrong", "ana", PASSWORD)
    user = access.users.set_up(secret, "Ana@Shop.example", PASSWORD, name="Ana")
    assert (user.login, user.role) == ("ana@shop.example", Role.ADMIN)
    assert access.users.setup_secret() is None
    with pytest.raises(AccessError):
        access.users.set_up(secret, "eve", PASSWORD)
    assert len(access.users.list()) == 1


def test_a_weak_password_leaves_the_secret_valid(access):
    secret = access.users.setup_secret()
    with pytest.raises(WeakPassword, match="9 characters"):
        access.users.set_up(secret, "ana", "too short")
    assert access.users.setup_secret() == secret


@pytest.mark.parametrize("password", ["short", "x" * 201, "ana-the-great", "aaaaaaaaaaaa"])
def test_weak_passwords_are_refused(access, password):
    with pytest.raises(WeakPassword):
        access.users.add("Ana-The-Great", password)


@pytest.mark.parametrize("login", ["", "  ", "two words", "a" * 121, "tab\there"])
def test_logins_that_cannot_be(access, login):
    with pytest.raises(AccountError):
        access.users.add(login, PASSWORD)


def test_a_login_is_taken_whatever_its_case(access):
    access.users.add("ana", PASSWORD)
    with pytest.raises(LoginTaken):
        access.users.add("ANA", PASSWORD)


def test_passwords_and_secrets_are_not_in_the_file(access, path):
    access.users.add("ana", PASSWORD)
    session = access.logins.log_in("ana", PASSWORD, "192.0.2.1")
    token = access.tokens.create("ana", "export")
    with sqlite3.connect(path) as db:
        dump = "\n".join(db.iterdump())
    assert "$argon2id$" in dump
    for secret in (PASSWORD, session.secret, token.secret):
        assert secret not in dump


def test_the_file_is_its_owners_alone(access, path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_password_ends_all_sessions(access):
    access.users.add("ana", PASSWORD)
    session = access.logins.log_in("ana", PASSWORD, "192.0.2.1")
    assert access.logins.user(session.secret)
    access.users.set_password("ana", "another long one")
    assert access.logins.user(session.secret) is None
    assert access.logins.log_in("ana", "another long one", "192.0.2.1")


def test_a_removed_user_takes_sessions_and_tokens_with_them(access):
    access.users.add("ana", PASSWORD, role=Role.ADMIN)
    access.users.add("bob", PASSWORD)
    session = access.logins.log_in("bob", PASSWORD, "192.0.2.1")
    token = access.tokens.create("bob", "export")
    access.users.remove("bob")
    assert access.logins.user(session.secret) is None
    assert access.tokens.user(token.secret) is None
    assert access.tokens.list() == ()


def test_the_last_administrator_stays(access):
    access.users.add("ana", PASSWORD, role=Role.ADMIN)
    with pytest.raises(AccountError, match="last administrator"):
        access.users.remove("ana")


def test_a_number_is_never_given_twice(access):
    access.users.add("ana", PASSWORD, role=Role.ADMIN)
    first = access.users.add("bob", PASSWORD)
    access.users.remove("bob")
    assert access.users.add("bob", PASSWORD).user_id > first.user_id


def test_what_is_not_there_is_said(access):
    for act in (
        lambda: access.users.set_password("nobody", PASSWORD),
        lambda: access.users.remove("nobody"),
        lambda: access.tokens.create("nobody", "x"),
    ):
        with pytest.raises(AccountError, match="no user 'nobody'"):
            act()


def test_roles_include_those_below():
    assert [Role.EDITOR.may(r) for r in Role] == [True, True, False]


def test_a_file_that_is_no_database_is_told(path):
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(WorkspaceError, match="can't be used"):
        Access(path)


def test_a_newer_file_is_told(access, path):
    with sqlite3.connect(path) as db:
        db.execute("UPDATE app_migrations SET number = 99")
    with pytest.raises(WorkspaceError, match="newer Parvis"):
        Access(path)


def test_everything_is_on_record(access):
    access.users.add("ana", PASSWORD, actor="root")
    access.logins.log_in("ana", PASSWORD, "192.0.2.1")
    entries = [(e.actor, e.action, e.subject) for e in access.audit.latest()]
    assert entries == [("ana", "login.succeeded", None), ("root", "user.added", "ana")]
