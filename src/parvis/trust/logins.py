"""Logging in: passwords against guessing, sessions as random secrets kept hashed."""

from __future__ import annotations

import ipaddress
import secrets
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from parvis.errors import AccountError, TooManyAttempts, WrongPassword
from parvis.trust.audit import note
from parvis.trust.contracts import LoginLimits, NewSession, User
from parvis.trust.passwords import hash_secret, is_password
from parvis.trust.store import AUDIT, LOGIN_ATTEMPTS, SESSIONS, USERS, Store, now
from parvis.trust.users import checked_login, user_of

__all__ = ["Logins"]

#: A session ends this long after its last request, and at most this long after the login.
IDLE: Final = timedelta(days=7)
AT_MOST: Final = timedelta(days=30)

_SEEN_EVERY: Final = timedelta(minutes=5)


class Logins:
    """The door of a workspace."""

    def __init__(self, store: Store, limits: LoginLimits) -> None:
        self._store = store
        self._limits = limits

    def log_in(self, login: str, password: str, address: str) -> NewSession:
        """Check a password and open a session.

        Parameters
        ----------
        login, password
            As typed.
        address
            Where the request comes from.

        Raises
        ------
        WrongPassword
            The login or the password isn't right; which of the two isn't said.
        TooManyAttempts
            Too many have failed for this account or from this address; says when to try again.
        """
        try:
            account = checked_login(login)
        except AccountError:
            account = "?"
        origin = _origin(address)
        attempt = self._reserve(account, origin)
        with self._store.reading() as db:
            found = db.execute(sa.select(USERS).where(USERS.c.login == account)).one_or_none()
        if not is_password(password, None if found is None else found.password_hash):
            with self._store.writing() as db:
                note(db, "login.failed", subject=account, address=origin)
            raise WrongPassword(
                "The login or the password is not right.",
                "Try again; an administrator can set a new one with `parvis user password`.",
            )
        assert found is not None  # noqa: S101
        user = user_of(found)
        return self._begin(user, origin, attempt)

    def begin(self, user: User, address: str) -> NewSession:
        """Open a session for somebody who has just proved who they are (the set-up)."""
        return self._begin(user, _origin(address), None)

    def user(self, secret: str) -> User | None:
        """Return whose session a secret opens; null where it is unknown or over."""
        if not secret:
            return None
        hashed, moment = hash_secret(secret), now()
        query = (
            sa.select(USERS, SESSIONS.c.last_seen_at, SESSIONS.c.expires_at)
            .join_from(SESSIONS, USERS)
            .where(SESSIONS.c.secret_hash == hashed)
        )
        with self._store.reading() as db:
            row = db.execute(query).one_or_none()
        if row is None or row.expires_at <= moment or row.last_seen_at + IDLE <= moment:
            return None
        if row.last_seen_at + _SEEN_EVERY <= moment:
            with self._store.writing() as db:
                db.execute(
                    SESSIONS.update()
                    .where(SESSIONS.c.secret_hash == hashed)
                    .values(last_seen_at=moment)
                )
        return user_of(row)

    def log_out(self, secret: str) -> None:
        """End a session."""
        with self._store.writing() as db:
            db.execute(SESSIONS.delete().where(SESSIONS.c.secret_hash == hash_secret(secret)))

    def _reserve(self, account: str, origin: str) -> int:
        """Count this attempt as failed until it succeeds: many at once can't slip through."""
        moment = now()
        since = moment - self._limits.window
        with self._store.writing() as db:
            db.execute(LOGIN_ATTEMPTS.delete().where(LOGIN_ATTEMPTS.c.at < since))
            free_at = max(
                (
                    self._free_at(db, column, value, since)
                    for column, value in (("login", account), ("address", origin))
                ),
                default=moment,
            )
            if free_at <= moment:
                made = db.execute(
                    LOGIN_ATTEMPTS.insert().values(
                        at=moment, login=account, address=origin, succeeded=False
                    )
                )
                return int(made.inserted_primary_key[0])  # type: ignore[index]
            _note_refusal(db, account, origin, since)
        raise TooManyAttempts(
            f"Too many failed logins ({self._limits.failures} in "
            f"{self._limits.window.seconds // 60} minutes).",
            f"Try again at {free_at:%H:%M} UTC.",
            free_at,
        )

    def _free_at(self, db: sa.Connection, column: str, value: str, since: datetime) -> datetime:
        """Return from when on there is room for another attempt."""
        table = LOGIN_ATTEMPTS.c
        if column == "login":
            # a right password clears the account; not the address, or an attacker with an
            # account of their own could go on guessing others'
            cleared = db.scalar(
                sa.select(sa.func.max(table.attempt_id)).where(
                    table.login == value, table.succeeded
                )
            )
        else:
            cleared = None
        failed = (
            sa.select(table.at)
            .where(
                table[column] == value,
                ~table.succeeded,
                table.at >= since,
                table.attempt_id > (cleared or 0),
            )
            .order_by(table.at.desc())
            .offset(self._limits.failures - 1)
            .limit(1)
        )
        oldest = db.scalar(failed)
        return since if oldest is None else oldest + self._limits.window

    def _begin(self, user: User, origin: str, attempt: int | None) -> NewSession:
        secret, moment = secrets.token_urlsafe(32), now()
        expires_at = moment + AT_MOST
        with self._store.writing() as db:
            if attempt is not None:
                db.execute(
                    LOGIN_ATTEMPTS.update()
                    .where(LOGIN_ATTEMPTS.c.attempt_id == attempt)
                    .values(succeeded=True)
                )
            db.execute(SESSIONS.delete().where(SESSIONS.c.expires_at < moment))
            db.execute(
                SESSIONS.insert().values(
                    secret_hash=hash_secret(secret),
                    user_id=user.user_id,
                    created_at=moment,
                    last_seen_at=moment,
                    expires_at=expires_at,
                    address=origin,
                )
            )
            db.execute(
                USERS.update().where(USERS.c.user_id == user.user_id).values(last_login_at=moment)
            )
            note(db, "login.succeeded", actor=user.login, address=origin)
        return NewSession(user, secret, expires_at)


def _note_refusal(db: sa.Connection, account: str, origin: str, since: datetime) -> None:
    """Record it once a window: who hammers at the door must not fill the disk."""
    known = sa.select(AUDIT.c.audit_id).where(
        AUDIT.c.action == "login.refused",
        AUDIT.c.subject == account,
        AUDIT.c.address == origin,
        AUDIT.c.at >= since,
    )
    if db.scalar(known.limit(1)) is None:
        note(db, "login.refused", subject=account, address=origin)


def _origin(address: str) -> str:
    """Return what counts as one address: with IPv6, the network that one subscriber has."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address[:64] or "?"
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)
