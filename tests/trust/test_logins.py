from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from parvis.errors import AccountError, TooManyAttempts, WrongPassword
from parvis.trust import logins, tokens
from parvis.trust.api import Access, LoginLimits
from parvis.trust.store import AUDIT, LOGIN_ATTEMPTS, now
from tests.making import run_python

PASSWORD = "a long password"


@pytest.fixture
def users(access: Access) -> Access:
    for login in ("ana", "bob"):
        access.users.add(login, PASSWORD)
    return access


def fail(access: Access, login: str, address: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(WrongPassword):
            access.logins.log_in(login, "wrong password", address)


def test_a_session_opens_its_user_until_it_is_over(users):
    session = users.logins.log_in(" ANA ", PASSWORD, "192.0.2.1")
    assert users.logins.user(session.secret).login == "ana"
    users.logins.log_out(session.secret)
    assert users.logins.user(session.secret) is None
    assert users.logins.user("") is None


@pytest.mark.parametrize("after", [logins.IDLE, logins.AT_MOST])
def test_a_session_ends_by_itself(users, monkeypatch, after):
    session = users.logins.log_in("ana", PASSWORD, "192.0.2.1")
    later = now() + after + timedelta(seconds=1)
    monkeypatch.setattr(logins, "now", lambda: later)
    assert users.logins.user(session.secret) is None


def test_an_account_is_closed_after_five_failures_from_anywhere(users):
    for n in range(5):
        fail(users, "ana", f"192.0.2.{n}", 1)
    with pytest.raises(TooManyAttempts, match="5 in 15 minutes") as refused:
        users.logins.log_in("ana", PASSWORD, "192.0.2.9")
    wait = refused.value.again_at - now()
    assert timedelta(minutes=14) < wait <= timedelta(minutes=15)
    assert users.logins.log_in("bob", PASSWORD, "192.0.2.9")


def test_an_address_is_closed_after_five_failures_on_any_account(users):
    for n in range(5):
        fail(users, f"guess{n}", "192.0.2.1", 1)
    with pytest.raises(TooManyAttempts):
        users.logins.log_in("ana", PASSWORD, "192.0.2.1")
    assert users.logins.log_in("ana", PASSWORD, "192.0.2.2")


def test_one_network_of_ipv6_is_one_address(users):
    for n in range(5):
        fail(users, f"guess{n}", f"2001:db8:1:2::{n}", 1)
    with pytest.raises(TooManyAttempts):
        users.logins.log_in("ana", PASSWORD, "2001:db8:1:2:ffff::1")
    assert users.logins.log_in("ana", PASSWORD, "2001:db8:1:3::1")


def test_a_right_password_clears_the_account_but_not_the_address(users):
    fail(users, "ana", "192.0.2.1", 4)
    users.logins.log_in("ana", PASSWORD, "192.0.2.1")
    fail(users, "ana", "192.0.2.2", 4)
    users.logins.log_in("ana", PASSWORD, "192.0.2.3")
    fail(users, "bob", "192.0.2.1", 1)
    with pytest.raises(TooManyAttempts):
        users.logins.log_in("bob", PASSWORD, "192.0.2.1")


def test_the_door_opens_again(users, monkeypatch):
    fail(users, "ana", "192.0.2.1", 5)
    later = now() + timedelta(minutes=15, seconds=1)
    monkeypatch.setattr(logins, "now", lambda: later)
    assert users.logins.log_in("ana", PASSWORD, "192.0.2.1")


def test_being_refused_does_not_make_the_wait_longer(users):
    fail(users, "ana", "192.0.2.1", 5)
    told = []
    for _ in range(3):
        with pytest.raises(TooManyAttempts) as refused:
            users.logins.log_in("ana", PASSWORD, "192.0.2.1")
        told.append(refused.value.again_at)
    assert len(set(told)) == 1


def test_many_at_once_do_not_slip_through(users):
    def guess(_: int) -> str:
        try:
            users.logins.log_in("ana", "wrong password", "192.0.2.1")
        except (WrongPassword, TooManyAttempts) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(12) as pool:
        results = list(pool.map(guess, range(24)))
    assert results.count("WrongPassword") == 5
    assert results.count("TooManyAttempts") == 19


def test_failures_count_over_processes(users, path):
    code = """
import sys
from pathlib import Path
from parvis.errors import AccessError
from parvis.trust.api import Access
with Access(Path(sys.argv[1])) as access:
    for _ in range(5):
        try:
            access.logins.log_in("ana", "wrong password", "192.0.2.1")
        except AccessError as error:
            print(type(error).__name__)
"""
    assert run_python(code, path).split() == ["WrongPassword"] * 5
    with pytest.raises(TooManyAttempts):
        users.logins.log_in("ana", PASSWORD, "192.0.2.1")


def test_an_unknown_login_takes_as_long_as_a_known_one(path):
    with Access(path, LoginLimits(failures=1000)) as access:
        access.users.add("ana", PASSWORD)

        def seconds(login: str) -> float:
            began = time.perf_counter()
            with pytest.raises(WrongPassword):
                access.logins.log_in(login, "wrong password", "192.0.2.1")
            return time.perf_counter() - began

        logins_ = ("ana", "nobody", "not a login")
        # in turns, and the least of each: other work on the machine slows all alike
        times = [[seconds(login) for login in logins_] for _ in range(15)]
    known, unknown, odd = (min(t) for t in zip(*times, strict=True))
    assert 0.6 < unknown / known < 1.7
    assert 0.6 < odd / known < 1.7


def test_hammering_does_not_fill_the_disk(users):
    fail(users, "ana", "192.0.2.1", 5)
    for _ in range(50):
        with pytest.raises(TooManyAttempts):
            users.logins.log_in("ana", "wrong password", "192.0.2.1")
    with users._store.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(LOGIN_ATTEMPTS)) == 5
        refused = sa.select(sa.func.count()).where(AUDIT.c.action == "login.refused")
        assert db.scalar(refused) == 1


def test_a_token_opens_its_user_until_it_is_revoked(users):
    made = users.tokens.create("ana", "nightly export")
    assert made.secret.startswith("parvis_")
    assert users.tokens.user(made.secret).login == "ana"
    (shown,) = users.tokens.list()
    assert (shown.label, shown.start) == ("nightly export", made.secret[:12])
    assert shown.last_used_at is not None
    users.tokens.revoke(made.token.token_id)
    assert users.tokens.user(made.secret) is None
    with pytest.raises(AccountError, match="no valid token"):
        users.tokens.revoke(made.token.token_id)


def test_a_token_expires(users, monkeypatch):
    made = users.tokens.create("ana", "for a day", days=1)
    assert users.tokens.user(made.secret)
    later = now() + timedelta(days=1, seconds=1)
    monkeypatch.setattr(tokens, "now", lambda: later)
    assert users.tokens.user(made.secret) is None


@pytest.mark.parametrize("given", [{"label": " "}, {"label": "x", "days": 0}])
def test_tokens_that_cannot_be(users, given):
    with pytest.raises(AccountError):
        users.tokens.create("ana", **given)


def test_a_session_is_no_token_nor_the_other_way(users):
    session = users.logins.log_in("ana", PASSWORD, "192.0.2.1")
    token = users.tokens.create("ana", "x")
    assert users.tokens.user(session.secret) is None
    assert users.logins.user(token.secret) is None
